"""Campaigns as the App API shows them: what triggers them, and the steps that send or write."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.workspace.app_api.bodies import found, not_found
from simulator.workspace.app_api.contents import SHOWN_ACTIONS
from simulator.workspace.documents import Json, Kind, actions_of, every_action, is_broadcast
from simulator.workspace.encoding import decode
from simulator.workspace.references import segments_in
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface

ROUTES = Routes(Surface.APP)
TYPES: Mapping[str, str] = {
    "transactional": "event", "seg_attr": "segment", "behavioral": "segment", "date": "date", "form": "form",
    "object": "object", "relationship": "relationship", "webhook": "webhook",
}  # fmt: skip
"""What the App API calls a trigger of the UI API. A campaign without a trigger has none, and is not shown (assumed)."""

_STATES: Mapping[str, str] = {"running": "running", "sunsetting": "running", "draft": "draft", "scheduled": "draft"}


@ROUTES.add("GET", "/v1/campaigns", Confidence.SEEN, "the whole list in one answer")
def list_campaigns(request: Request) -> Reply:
    """Every campaign that is no broadcast."""
    rows = [one for one in request.space.documents.all(Kind.CAMPAIGN) if not is_broadcast(one) and one["type"] in TYPES]
    steps = every_action(request.space.documents)
    return Reply({"campaigns": [campaign_row(one, _steps(request, one, steps)) for one in rows]})


@ROUTES.add("GET", "/v1/campaigns/{id}", Confidence.SEEN)
def read_campaign(request: Request) -> Reply:
    """One campaign."""
    campaign = found(request, Kind.CAMPAIGN)
    if is_broadcast(campaign) or campaign["type"] not in TYPES:
        raise not_found()
    return Reply({"campaign": campaign_row(campaign, _steps(request, campaign))})


def _steps(request: Request, campaign: Json, known: Mapping[str, Json] | None = None) -> list[Json]:
    return actions_of(request.space.documents, campaign, known)


def campaign_row(campaign: Mapping[str, Any], steps: Sequence[Json]) -> Json:
    """A campaign as the App API shows it: no filters, edges, waits, exits."""
    return common_fields(campaign, steps, TYPES[campaign["type"]]) | trigger_fields(campaign, steps)


def common_fields(campaign: Mapping[str, Any], steps: Sequence[Json], kind: str) -> Json:
    """What every campaign and broadcast shows."""
    state = _STATES.get(campaign["state"], "stopped")
    return {
        "id": campaign["id"],
        "deduplicate_id": f"{campaign['id']}:{campaign['updated']}",
        "name": campaign["name"],
        "description": campaign["description"],
        "type": kind,
        "created": campaign["created"],
        "updated": campaign["updated"],
        "active": state == "running",
        "state": state,
        "actions": [
            {"id": int(action["id"]), "type": SHOWN_ACTIONS[action["type"]]}
            for action in steps
            if action["type"] in SHOWN_ACTIONS
        ],
        "first_started": campaign["first_started"],
        "tags": campaign["tags"],
    }


def trigger_fields(campaign: Mapping[str, Any], steps: Sequence[Json]) -> Json:
    """What the campaign's type of trigger adds."""
    filters = list(dict.fromkeys(segments_in(decode(campaign["filters"]))))
    match campaign["type"]:
        case "transactional":
            anchors = segments_in(decode(campaign["anchors"]))
            return {
                "filter_segment_ids": list(dict.fromkeys([*filters, *anchors])),
                "event_name": campaign["event"],
            }
        case "seg_attr" | "behavioral":
            return _segment_fields(campaign, steps, filters)
        case "date":
            return _date_fields(campaign) | _if_any(filters)
        case "object" | "relationship":
            return _object_fields(campaign) | _if_any(filters)
        case "webhook":
            return {"webhook_id": campaign["webhook_id"]} | _if_any(filters)
        case _:
            return _if_any(filters)


def _if_any(filters: list[int]) -> Json:
    return {"filter_segment_ids": filters} if filters else {}


def _segment_fields(campaign: Mapping[str, Any], steps: Sequence[Json], filters: list[int]) -> Json:
    """Segments that must hold trigger, those that must not filter: so the two examples of one campaign agree."""
    trigger = campaign["trigger"] if campaign["type"] == "seg_attr" else decode(campaign["anchors"])
    messages = [one for one in steps if one.get("template_id") is not None]
    outside = list(segments_in(trigger, negated=True))
    return {
        "trigger_segment_ids": list(dict.fromkeys(segments_in(trigger, negated=False))),
        "filter_segment_ids": list(dict.fromkeys([*outside, *filters])),
        "msg_templates": [{"id": one["template_id"], "type": SHOWN_ACTIONS[one["type"]]} for one in messages],
    }


def _date_fields(campaign: Mapping[str, Any]) -> Json:
    zone = campaign.get("date_triggered_zone")
    by_person = zone == "customer_time_zone"
    hour, _, minute = str(campaign.get("date_triggered_start_time") or "00:00").partition(":")
    return {
        "date_attribute": campaign.get("date_triggered_attribute") or "",
        "frequency": campaign.get("date_triggered_frequency") or "",
        "timezone": (campaign.get("date_triggered_fallback_zone") if by_person else zone) or "",
        "use_customer_timezone": by_person,
        "start_hour": int(hour) if hour.isdigit() else 0,
        "start_minutes": int(minute[:2]) if minute[:2].isdigit() else 0,
    }


def _object_fields(campaign: Mapping[str, Any]) -> Json:
    kind = campaign["type"]
    own = campaign.get(f"{kind}_campaign")
    fields: Json = {"object_type_id": own.get("type_id") if isinstance(own, dict) else None}
    for name in ("object_attribute_filters", "relationship_attribute_filters"):
        if campaign.get(name) is not None:
            shown = f"filter_{name.partition('_')[0]}_attributes"
            fields[shown] = json.dumps(campaign[name], ensure_ascii=False, separators=(",", ":"))
    if campaign.get("audience") is not None:
        fields["audience"] = campaign["audience"]
    triggers = f"{kind}_attribute_triggers"
    if campaign.get(triggers) is not None:
        fields[triggers] = _without_type(campaign[triggers])
    return fields


def _without_type(tree: Any) -> Any:
    """A tree of triggers without the mark of an update, which the UI API alone shows."""
    if isinstance(tree, list):
        return [_without_type(part) for part in tree]
    if isinstance(tree, dict):
        return {name: _without_type(part) for name, part in tree.items() if name != "type"}
    return tree
