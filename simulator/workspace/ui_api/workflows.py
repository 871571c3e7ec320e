"""A campaign's workflow as it is written: steps made, saved and taken away, edges laid anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.documents import (
    ACTION_TYPES,
    MESSAGE_ACTIONS,
    Json,
    Kind,
    actions_of,
    add_action,
    message_marks,
    new_action,
    new_template,
)
from simulator.workspace.routes import Request
from simulator.workspace.ui_api.action_fields import known_fields
from simulator.workspace.ui_api.bodies import broken, refusal
from simulator.workspace.ui_api.condition_rules import check_action
from simulator.workspace.ui_api.graph import Graph, GraphRefused, read_edges

OWN_BY_SERVER = frozenset({"filter_match_delay_action", "trigger"})
"""Types that the server makes and takes away, never a request."""


def lay(request: Request, campaign: Json, raw_edges: Any) -> None:
    """Put the whole list of edges in place, and the steps in the order they give.

    Raises: Refusal (422) when they break a rule of graphs.
    """
    try:
        edges = read_edges(raw_edges)
        graph = Graph(actions_of(request.space.documents, campaign), edges)
        graph.check()
    except GraphRefused as error:
        raise refusal(422, str(error)) from None
    campaign["edges"] = edges
    campaign["workflow_action_ids"] = graph.order()


def add_steps(request: Request, campaign: Json, raw_actions: Any, raw_edges: Any) -> None:
    """Make new steps and lay the edges, which name them by their ids `-N` (the first) to `-1` (the last).

    Raises: Refusal (422) for an unknown type, ids that are no such numbers, or edges that break a rule.
    """
    if not isinstance(raw_actions, list) or not all(isinstance(one, dict) for one in raw_actions):
        raise refusal(422, "actions must be an array of objects")
    numbers: dict[str, str] = {}
    for at, raw in enumerate(raw_actions):
        placeholder = str(raw.get("id", at - len(raw_actions)))
        if placeholder in numbers or not (placeholder.startswith("-") and placeholder[1:].isdigit()):
            raise refusal(422, f"new actions have the ids -{len(raw_actions)} to -1")
        numbers[placeholder] = make_step(request, campaign["id"], raw)["id"]
    campaign["workflow_action_ids"] = [*campaign["workflow_action_ids"], *numbers.values()]
    _name_sides(request, numbers)
    lay(request, campaign, _renamed(raw_edges, numbers))


def _renamed(raw_edges: Any, numbers: Mapping[str, str]) -> Any:
    if not isinstance(raw_edges, list):
        return raw_edges
    return [
        {**edge, **{end: numbers.get(str(edge[end]), edge[end]) for end in ("from", "to") if end in edge}}
        if isinstance(edge, dict)
        else edge
        for edge in raw_edges
    ]


def _name_sides(request: Request, numbers: Mapping[str, str]) -> None:
    """Give old A/B tests the new ids of their sides."""
    for number in numbers.values():
        action = request.space.documents.get(Kind.ACTION, int(number))
        if action is not None and action.get("action_ids"):
            action["action_ids"] = [numbers.get(str(side), str(side)) for side in action["action_ids"]]
            request.space.documents.put(Kind.ACTION, int(number), action)


def make_step(request: Request, campaign_id: int, raw: Mapping[str, Any]) -> Json:
    """A new step as a request describes it, with the content of a message made beside it.

    Raises: Refusal (422, 500) for what cannot be.
    """
    kind = raw.get("type")
    if not isinstance(kind, str) or kind not in ACTION_TYPES or kind in OWN_BY_SERVER:
        raise refusal(422, f"actions of type {kind} cannot be created")
    now = request.space.now()
    action = new_action(kind, now, **_known(raw, kind))
    if kind == "conditional_wait_action" and "exit_type" not in raw:
        action["exit_type"] = "continue" if action["delay"] else "never"
    check_action(action)
    if kind in MESSAGE_ACTIONS:
        template = new_template(MESSAGE_ACTIONS[kind], now, name=action["name"])
        template |= {
            name: action[name] for name in ("subject", "preheader_text") if name in template and action.get(name)
        }
        if "recipient_environment_id" in template:
            template["recipient_environment_id"] = request.space.id
        if kind == "webhook_action":
            template["request_method"] = action["request_method"]
        kept = request.space.documents.add(Kind.TEMPLATE, template)
        action |= {"template_id": kept["id"], **message_marks(kept)}
    return add_action(request.space.documents, campaign_id, action)


def save_step(request: Request, action: Json, raw: Mapping[str, Any]) -> Json:
    """Write what a request says of an existing step; gives the step as it is now, not yet kept.

    Source: UI API notes: a changed `type` or `sub_type` is a 500.
    Raises: Refusal.
    """
    if raw.get("type", action["type"]) != action["type"]:
        raise broken()
    if (raw.get("sub_type") or "") != (action.get("sub_type") or "") and "sub_type" in raw:
        raise broken()
    known = _known(raw, action["type"])
    saved = {**action, **known, "updated": request.space.now()}
    check_action(saved, action)
    if action["type"] in MESSAGE_ACTIONS:
        _follow_in_template(request, saved, known)
    return saved


def _known(raw: Mapping[str, Any], kind: str) -> Json:
    values = known_fields(kind, raw)
    values.pop("id", None)
    if values.get("sub_type") in ("", None):
        values.pop("sub_type", None)
    if values.get("preconditions", "") is None:
        values.pop("preconditions")
    return values


def _follow_in_template(request: Request, action: Json, known: Mapping[str, Any]) -> None:
    """Carry what stands on both over to the content: the name, the subject, a webhook's method."""
    template = request.space.documents.get(Kind.TEMPLATE, action["template_id"] or 0)
    if template is None:
        return
    both = ("name", "subject", "preheader_text", "request_method")
    template |= {name: known[name] or "" for name in both if name in known and name in template}
    template["updated"] = request.space.now()
    request.space.documents.put(Kind.TEMPLATE, template["id"], template)
    action |= message_marks(template)


def delete_steps(request: Request, campaign: Json, raw_ids: Any, raw_edges: Any) -> list[str]:
    """Take steps out and lay the edges that remain; gives the ids that are gone.

    Source: UI API notes: a step deleted takes its numbers with it.
    Raises: Refusal: 422 for an id the campaign has not, or a step that is the server's.
    """
    if not isinstance(raw_ids, list) or not raw_ids:
        raise refusal(422, "action_ids is required")
    gone = [str(number) for number in raw_ids]
    for number in gone:
        if number not in campaign["workflow_action_ids"]:
            raise refusal(422, f"action {number} is not in this campaign")
        action = request.space.documents.get(Kind.ACTION, int(number))
        if action is not None and action["type"] in OWN_BY_SERVER:
            raise refusal(422, f"action {number} cannot be deleted")
    campaign["workflow_action_ids"] = [one for one in campaign["workflow_action_ids"] if one not in gone]
    lay(request, campaign, raw_edges)
    for number in gone:
        forget_step(request, int(number))
    return gone


def forget_step(request: Request, number: int) -> None:
    """Delete a step and its content in every language."""
    documents = request.space.documents
    action = documents.get(Kind.ACTION, number)
    template = documents.get(Kind.TEMPLATE, (action or {}).get("template_id") or 0)
    if template is not None:
        for other in (*template["translations"].values(), template["id"]):
            documents.delete(Kind.TEMPLATE, other)
    documents.delete(Kind.ACTION, number)


def first_workflow(request: Request, campaign: Json, *, gate: bool) -> None:
    """What a campaign's workflow gets with its trigger: an exit, and before all, where asked, the gate of its filters.

    Source: UI API notes. Assumed: the gate is made for triggers on segments and attributes; steps that were added
    before there was a trigger stay between the two.
    """
    documents, now = request.space.documents, request.space.now()
    steps, edges = [*campaign["workflow_action_ids"]], [*campaign["edges"]]
    leaving, arriving = ({edge[end] for edge in edges} for end in ("from", "to"))
    known = actions_of(documents, campaign)
    sides = {str(side) for action in known for side in action.get("action_ids") or ()}
    ends = sides | {action["id"] for action in known if action["type"] == "exit_action"}
    end = add_action(documents, campaign["id"], new_action("exit_action", now))["id"]
    edges += [_continue(number, end) for number in steps if number not in leaving | ends]
    steps.append(end)
    if gate:
        first = add_action(documents, campaign["id"], new_action("filter_match_delay_action", now))["id"]
        edges.insert(0, _continue(first, next(number for number in steps if number not in arriving | sides)))
        steps.insert(0, first)
    campaign |= {"workflow_action_ids": steps, "edges": edges}


def _continue(start: str, end: str) -> Json:
    return {"from": start, "to": end, "type": "continue"}
