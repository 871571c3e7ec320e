"""The filters of `twelve/` written out by hand, so that no answer is checked by the code that gave it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

CUSTOM = ("9001", "9017", "9033", "9049")
FIRST_MANY = 20_000  # the first campaign_id of the many further campaigns


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
