"""The filters of `twelve/` written out by hand, so that no answer is checked by the code that gave it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

CUSTOM = ("9001", "9017", "9033", "9049")
FIRST_MANY = 20_000  # the first campaign_id of the many further campaigns


# The same as DuckDB's own SQL, each property pulled out once: what the hits in columns are measured against.
HITS_IN_SQL = """
WITH lines AS (
    SELECT name, json_extract(data, ['$.campaign_id', '$.source', '$.type', '$.status', '$.actionUrl',
                                     '$."updated-via"', '$.feature', '$.duration_ms']) AS d
    FROM read_json('{log}', format = 'newline_delimited',
                   columns = {{'type': 'VARCHAR', name: 'VARCHAR', data: 'JSON'}})
    WHERE "type" = 'track' AND name IN ('campaign_signup', 'campaign_signup_post', 'campaign_review',
                                        'call_to_action_email', 'password_updated', 'feature_used')
), texts AS (
    SELECT name, lower(json_extract_string(d[1], '$')) AS campaign, lower(json_extract_string(d[2], '$')) AS source,
        lower(json_extract_string(d[3], '$')) AS kind, lower(json_extract_string(d[4], '$')) AS status,
        json_type(d[5]) AS url, lower(json_extract_string(d[6], '$')) AS via,
        lower(json_extract_string(d[7], '$')) AS feature, TRY_CAST(d[8] AS DOUBLE) AS took
    FROM lines
), hits AS (
    SELECT CASE name
        WHEN 'campaign_signup' THEN CASE
            WHEN campaign IN ('9001', '9017') THEN 'signup-' || campaign
            WHEN campaign = '9033' AND source IS DISTINCT FROM 'importer-client' THEN 'signup-9033'
            WHEN campaign IN ('9033', '9049') THEN NULL ELSE 'signup-general' END
        WHEN 'campaign_signup_post' THEN
            CASE WHEN kind IN ('photo', 'text') AND source IS DISTINCT FROM 'sms' THEN kind || '-received' END
        WHEN 'campaign_review' THEN CASE WHEN status = 'approved' AND kind = 'photo' THEN 'photo-approved' END
        WHEN 'call_to_action_email' THEN CASE
            WHEN kind = 'forgot-password' AND url <> 'NULL' THEN 'forgot-password'
            WHEN kind = 'rock-the-vote-activate-account' THEN 'activate-rtv' END
        WHEN 'password_updated' THEN
            CASE WHEN contains(via, 'activate-account') THEN 'account-activated' ELSE 'password-updated' END
        WHEN 'feature_used' THEN
            CASE WHEN took > 1500 AND (feature = 'export' OR contains(feature, 'team')) THEN 'slow-feature' END
        END AS campaign
    FROM texts
)
SELECT campaign, count(*) FROM hits WHERE campaign IS NOT NULL GROUP BY campaign"""


def hits_by_hand(log: Path) -> Counter[str]:
    """How many events each of the twelve campaigns takes."""
    hits: Counter[str] = Counter()
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if record["type"] == "track":
                hits.update(taken_by(record["name"], record["data"]))
    return hits


def taken_by(event: str, data: dict[str, Any]) -> list[str]:
    """The campaigns that take one event."""

    def text(name: str) -> str | None:
        value = data.get(name)
        return None if value is None else str(value).lower()

    match event:
        case "campaign_signup":
            campaign = text("campaign_id")
            found = [] if campaign in CUSTOM else ["signup-general"]
            if campaign in ("9001", "9017"):
                found.append(f"signup-{campaign}")
            if campaign == "9033" and text("source") != "importer-client":
                found.append("signup-9033")
            if campaign is not None and campaign.isdigit() and int(campaign) >= FIRST_MANY:
                found.append(f"signup-{campaign}")
            return found
        case "campaign_signup_post":
            kind = text("type")
            return [f"{kind}-received"] if kind in ("photo", "text") and text("source") != "sms" else []
        case "campaign_review":
            return ["photo-approved"] if text("status") == "approved" and text("type") == "photo" else []
        case "call_to_action_email":
            if text("type") == "forgot-password" and data.get("actionUrl") is not None:
                return ["forgot-password"]
            return ["activate-rtv"] if text("type") == "rock-the-vote-activate-account" else []
        case "password_updated":
            activates = "activate-account" in (text("updated-via") or "")
            return ["account-activated" if activates else "password-updated"]
        case "feature_used":
            feature, took = text("feature") or "", data.get("duration_ms")
            slow = isinstance(took, int | float) and took > 1500
            return ["slow-feature"] if slow and (feature == "export" or "team" in feature) else []
        case _:
            return []
