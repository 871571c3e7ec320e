"""`PUT campaigns/{id}`: one function for each `update_type`, and what each of them does not do.

Source: UI API notes, table of `update_type`s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator.workspace.documents import NOTHING_ENCODED, TRIGGER_FIELDS, Json, Kind, actions_of, shown, version_kind
from simulator.workspace.routes import Request
from simulator.workspace.ui_api.action_fields import unknown_fields
from simulator.workspace.ui_api.bodies import (
    ANY,
    FLAG,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    TEXT,
    Fields,
    refusal,
    taken,
    whole_body,
)
from simulator.workspace.ui_api.condition_rules import check_attribute_filters, check_filters
from simulator.workspace.ui_api.gates import may_change_state
from simulator.workspace.ui_api.workflows import add_steps, delete_steps, first_workflow, lay, save_step
from simulator.workspace.writing import keep

RECIPIENTS: Fields = {
    "type": TEXT, "event": MAYBE_TEXT, "event_type": MAYBE_TEXT, "attribute_filters": ANY, "filters": MAYBE_TEXT,
    "anchors": MAYBE_TEXT, "trigger": ANY, "restart_mode": MAYBE_TEXT, "restart_min_interval": MAYBE_NUMBER,
    **{name: ANY for names in TRIGGER_FIELDS.values() for name in names},
}  # fmt: skip
CONVERSION: Fields = {
    "conversion_event_name": MAYBE_TEXT, "conversion_window": MAYBE_NUMBER, "conversion": ANY,
    "conversion_type": MAYBE_TEXT,
}  # fmt: skip
SETTINGS: Fields = {
    "name": TEXT, "description": TEXT, "use_message_limits": FLAG, "send_to_unsubscribed": FLAG,
    "subscription_topic_id": MAYBE_NUMBER, "frequency_cap_mode": TEXT,
}  # fmt: skip
EXITS: Fields = {"global_exit_conditions": ANY, "exit_on_trigger_or_filter_not_matched": ANY}
KNOWN: Fields = {
    "update_type": TEXT, "edges": ANY, "state": TEXT, **RECIPIENTS, **CONVERSION, **SETTINGS, **EXITS,
}  # fmt: skip
BESIDE = frozenset({"actions", "action", "action_ids", "edges"})

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "transactional": ("event",),
    "seg_attr": ("trigger",),
    "behavioral": ("anchors",),
    "date": ("date_triggered_attribute", "date_triggered_frequency"),
    "form": ("event",),
    "object": ("object_campaign",),
    "relationship": ("relationship_campaign",),
    "webhook": (),
    "triggered_broadcast": (),
}
"""The trigger types, and what each may not lack.

Assumed: for all but the first two; a broadcast lacks nothing, as each call may say whom it goes to.
"""
STATES = frozenset({"draft", "running", "stopped", "archived"})

Update = Callable[[Request, Json, Json], dict[str, Any]]


def update(request: Request, campaign: Json) -> None:
    """Do what the request's `update_type` says, and keep the campaign.

    `update_type` may also stand in the query.
    Raises: Refusal.
    """
    values = taken(request, "campaign", KNOWN, BESIDE)
    kind = values.pop("update_type", "") or request.first("update_type")
    act = UPDATES.get(kind) if kind else without_update_type
    if act is None:
        raise refusal(422, f"unknown update_type: {kind}")
    details = act(request, campaign, values)
    keep_version(request, campaign, {"update_type": kind, **details})


def keep_version(request: Request, campaign: Json, details: Mapping[str, Any]) -> None:
    """Keep a changed campaign under its next version number, and what it was then for `versions`."""
    campaign["version"] += 1
    campaign["updated"] = request.space.now()
    documents = request.space.documents
    as_it_is = {
        "campaign": shown(Kind.CAMPAIGN, campaign),
        "actions": [shown(Kind.ACTION, one) for one in actions_of(documents, campaign)],
        "user": {"name": request.actor},
    }
    documents.put(version_kind(campaign["id"]), campaign["version"], as_it_is)
    keep(request, Kind.CAMPAIGN, campaign, "updated", **details)


def recipients(request: Request, campaign: Json, values: Json) -> dict[str, Any]:
    """Replace the whole trigger: what the request does not say is reset without a word."""
    kind = str(values.get("type") or campaign["type"])
    _check_type(campaign, kind)
    missing = [name for name in REQUIRED[kind] if values.get(name) in (None, "", {}, NOTHING_ENCODED)]
    if missing:
        raise refusal(422, *(f"{name} is required" for name in missing))
    check_attribute_filters(values.get("attribute_filters"))
    check_filters(values.get("filters"), campaign["filters"])
    if values.get("trigger") is not None and not isinstance(values["trigger"], dict):
        raise refusal(422, "trigger must be an object")
    _check_audience(values.get("audience"))
    own = TRIGGER_FIELDS.get(kind, frozenset())
    for names in TRIGGER_FIELDS.values():
        for name in names - own:
            campaign.pop(name, None)
    first = campaign["type"] == "none"
    campaign |= {"type": kind, **_reset(), **{name: values.get(name) for name in own}}
    campaign |= {name: value for name, value in values.items() if name in _reset() and value is not None}
    if first:
        first_workflow(request, campaign, gate=kind == "seg_attr")
    return {}


def _reset() -> Json:
    return {
        "event": "", "event_type": "", "attribute_filters": None, "filters": NOTHING_ENCODED,
        "anchors": NOTHING_ENCODED, "trigger": None, "restart_mode": "rematch", "restart_min_interval": 0,
    }  # fmt: skip


def _check_type(campaign: Mapping[str, Any], kind: str) -> None:
    if kind not in REQUIRED:
        raise refusal(422, f"unknown campaign type: {kind}")
    if campaign["type"] not in ("none", kind):
        raise refusal(422, "type cannot be changed")
    if kind == "behavioral" != campaign["type"]:
        raise refusal(422, "behavioral campaigns can no longer be created")


def _check_audience(audience: Any) -> None:
    # Source: UI API notes: the people related to an object only; "self" is a 400.
    if isinstance(audience, dict) and audience.get("type") == "self":
        raise refusal(400, "audience must be related people")
    if audience is not None and not isinstance(audience, dict):
        raise refusal(422, "audience must be an object")


def add_actions(request: Request, campaign: Json, values: Json) -> dict[str, Any]:
    """New steps, with the complete new list of edges."""
    body = whole_body(request)
    _strict_actions(request, body.get("actions"))
    before = set(campaign["workflow_action_ids"])
    add_steps(request, campaign, body.get("actions", []), values.get("edges", body.get("edges")))
    return {"action_ids": [one for one in campaign["workflow_action_ids"] if one not in before]}


def delete_actions(request: Request, campaign: Json, values: Json) -> dict[str, Any]:
    """Steps taken out, with the edges that remain."""
    body = whole_body(request)
    gone = delete_steps(request, campaign, body.get("action_ids"), values.get("edges", body.get("edges")))
    if values.get("name"):
        campaign["name"] = values["name"]
    return {"action_ids": gone}


def edges(request: Request, campaign: Json, values: Json) -> dict[str, Any]:
    """The whole list of edges anew."""
    lay(request, campaign, values.get("edges", whole_body(request).get("edges")))
    return {}


def save_action(request: Request, campaign: Json, values: Json) -> dict[str, Any]:
    """One step written through its campaign."""
    raw = whole_body(request).get("action")
    if not isinstance(raw, dict) or "type" not in raw:
        raise refusal(422, "action with its type is required")
    number = str(raw.get("id"))
    if number not in campaign["workflow_action_ids"]:
        raise refusal(404, "not found")
    _strict_actions(request, [raw])
    action = request.space.documents.get(Kind.ACTION, int(number))
    if action is None:
        raise refusal(404, "not found")
    saved = save_step(request, action, raw)
    request.space.documents.put(Kind.ACTION, int(number), saved)
    lay(request, campaign, campaign["edges"])  # a step's conditions say how many branches it has
    return {"action_ids": [number]}


def _strict_actions(request: Request, actions: Any) -> None:
    if request.headers.get("x-validate", "").strip().lower() != "strict" or not isinstance(actions, list):
        return
    unknown = [name for one in actions if isinstance(one, dict) for name in unknown_fields(one)]
    if unknown:
        raise refusal(400, *(f"unknown field: action.{name}" for name in dict.fromkeys(unknown)))


def exit_conditions(_: Request, campaign: Json, values: Json) -> dict[str, Any]:
    """The ways out: the one update that stores them. What is malformed reads back null, with 200."""
    given = values.get("global_exit_conditions")
    campaign["global_exit_conditions"] = given if _are_exits(given) else None
    campaign["exit_on_trigger_or_filter_not_matched"] = values.get("exit_on_trigger_or_filter_not_matched") is True
    return {}


def _are_exits(given: Any) -> bool:
    return isinstance(given, list) and bool(given) and all(_is_exit(one) for one in given)


def _is_exit(one: Any) -> bool:
    if not isinstance(one, dict) or len(one) != 1:
        return False
    match one:
        case {"segment": {"id": int()}} | {"event": {"etype": int()}}:
            return True
        case _:
            return False


def exit_and_conversion(_: Request, campaign: Json, values: Json) -> dict[str, Any]:
    """The goal; ways out sent with it are dropped without a word."""
    for name in CONVERSION:
        if name in values:
            campaign[name] = values[name] if values[name] is not None else _NO_GOAL.get(name)
    return {}


_NO_GOAL: Mapping[str, Any] = {"conversion_event_name": "", "conversion_window": 0}


def global_settings(_: Request, campaign: Json, values: Json) -> dict[str, Any]:
    """Limits, subscription and, as assumed, the name and description."""
    if not str(values.get("name", campaign["name"])).strip():
        raise refusal(422, "name is required")
    campaign |= {name: value for name, value in values.items() if name in SETTINGS}
    return {}


def without_update_type(request: Request, campaign: Json, values: Json) -> dict[str, Any]:
    """Name, description and state; everything else is dropped without a word.

    Assumed: that these are written so; no source shows how.
    """
    written: Json = {name: values[name] for name in ("name", "description") if name in values}
    global_settings(request, campaign, written)
    return state(request, campaign, values) if "state" in values else {}


def state(request: Request, campaign: Json, values: Json) -> dict[str, Any]:
    """Start, stop or archive.

    Assumed: the name of this update; only that such a call is 403 with live edit off is known.
    """
    may_change_state(request)
    wanted = values.get("state")
    if wanted not in STATES:
        raise refusal(422, f"unknown state: {wanted}" if wanted else "state is required")
    if wanted == "running" and campaign["type"] == "none":
        raise refusal(422, "a campaign without a trigger cannot start")
    before = campaign["state"]
    campaign["state"] = wanted
    if wanted == "running" and not campaign["first_started"]:
        campaign["first_started"] = request.space.now()
    return {"state": wanted, "before": before}


UPDATES: Mapping[str, Update] = {
    "recipients": recipients,
    "add_actions": add_actions,
    "delete_actions": delete_actions,
    "edges": edges,
    "save_action": save_action,
    "exit_conditions": exit_conditions,
    "exit_and_conversion": exit_and_conversion,
    "global_settings": global_settings,
    "state": state,
}
