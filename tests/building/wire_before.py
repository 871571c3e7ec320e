"""What a workspace must hold before an exchange of the wire reference, read off the exchange, its file and its folder.

Nothing here knows a single exchange: another file of the same shape replays as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from wire_exchanges import HOME, NOW, Exchange, Wired, exchanges_in, token_place
from wire_people import seed_people
from wire_seeds import APP, UI, action, app_action, number, put

from simulator.workspace.documents import (
    Json,
    Kind,
    new_action,
    new_campaign,
    new_identity,
    new_layout,
    new_newsletter,
    new_segment,
    new_snippet,
    new_template,
    new_transactional,
    new_webhook,
)
from simulator.workspace.store import Documents, Store

NAMED_IN_PATHS: Mapping[str, Kind] = {
    "campaigns": Kind.CAMPAIGN, "broadcasts": Kind.CAMPAIGN, "actions": Kind.ACTION, "templates": Kind.TEMPLATE,
    "content": Kind.TEMPLATE, "contents": Kind.TEMPLATE, "layouts": Kind.LAYOUT, "snippets": Kind.SNIPPET,
    "segments": Kind.SEGMENT, "transactional_messages": Kind.TRANSACTIONAL, "transactional": Kind.TRANSACTIONAL,
    "newsletters": Kind.NEWSLETTER, "identities": Kind.IDENTITY, "sender_identities": Kind.IDENTITY,
    "domains": Kind.DOMAIN, "webhook_configurations": Kind.WEBHOOK, "reporting_webhooks": Kind.WEBHOOK,
    "collections": Kind.COLLECTION, "exports": Kind.EXPORT,
}  # fmt: skip
NAMED_IN_BODIES: Mapping[str, Kind] = {
    "template_id": Kind.TEMPLATE, "layout_id": Kind.LAYOUT, "from_id": Kind.IDENTITY, "reply_to_id": Kind.IDENTITY,
    "from_identity_id": Kind.IDENTITY, "transactional_message_id": Kind.TRANSACTIONAL,
}  # fmt: skip


@dataclass(frozen=True)
class Before:
    """An exchange, and the documents that are being made ready for it."""

    exchange: Exchange
    wired: Wired
    documents: Documents


def prepare(exchange: Exchange, wired: Wired) -> None:
    """Put into the workspace what the exchange needs."""
    one = Before(exchange, wired, wired.home.documents)
    if exchange.status in (401, 404):
        _subjects(one, skip_last=True)
        return
    if exchange.method == "GET":
        _fill_pages_before(one)
        _seed_answer(one, exchange.expected)
        _subjects(one)
        _users(one)
        seed_people(one.wired, exchange)
    else:
        _seed_world(one)
        seed_people(one.wired, exchange)
        _subjects(one)
        if exchange.status < 300:
            _named_in(one, exchange.body)
        _unapply(one)
    _precondition(one)
    _numbers_go_on(one)


def _seed_answer(one: Before, body: Any) -> None:
    """Put what an answer shows into the workspace."""
    if not isinstance(body, dict):
        return
    table = {"ui": UI, "app": APP}[one.exchange.surface]
    for name, value in body.items():
        seed = table.get(name)
        rows = value if isinstance(value, list) else [value]
        for row in rows:
            if seed is not None and isinstance(row, dict) and _is_document(name, row):
                seed(one.documents, row, body)
    if one.exchange.surface == "ui" and isinstance(body.get("campaign"), dict):
        for row in body.get("actions", []):
            action(one.documents, row, body["campaign"]["id"])


def _is_document(name: str, row: Json) -> bool:
    # In lists of what uses something there are only numbers; messages of people are no documents.
    return not (name in ("messages", "message") and "customer_id" in row)


def _seed_world(one: Before) -> None:
    """What the folder's reads show, then what the exchange's file shows: what stands before it last."""
    exchange = one.exchange
    for other in exchanges_in(exchange.file.partition("/")[0]):
        if other.method == "GET" and other.file != exchange.file:
            _seed_answer(one, other.expected)
    at = next(index for index, row in enumerate(exchange.siblings) if row["name"] == exchange.name)
    for row in (*exchange.siblings[at + 1 :], *exchange.siblings[:at]):
        if _makes(row["request"]) and row in exchange.siblings[at + 1 :]:
            continue
        if _is_same_request(row, exchange):
            continue
        _seed_answer(one, row["response"].get("body"))
    if not _makes(exchange.request):
        _seed_answer(one, exchange.expected)


def _makes(request: Json) -> bool:
    return request["method"] == "POST" and not re.search(r"/\d+(/|$)", request["path"].partition("environments/")[2])


def _is_same_request(row: Json, exchange: Exchange) -> bool:
    same_name = (
        isinstance(exchange.body, dict)
        and isinstance(row["request"].get("body"), dict)
        and exchange.body.get("name") == row["request"]["body"].get("name")
    )
    return (
        _makes(row["request"])
        and _makes(exchange.request)
        and row["request"]["path"] == exchange.path
        and same_name
        and exchange.status < 300
    )


def _subjects(one: Before, *, skip_last: bool = False) -> None:
    """Every thing that the path names by number is there; where an unknown one is asked for, what stands before it."""
    parts = [part for part in one.exchange.path.split("/") if part]
    named = [
        (NAMED_IN_PATHS[kind], part)
        for kind, part in pairwise(parts)
        if kind in NAMED_IN_PATHS and re.search(r"\d", part)
    ]
    for kind, part in named[:-1] if skip_last else named:
        if one.documents.get(kind, number(part)) is None:
            _found_elsewhere(one, kind, number(part)) or put(one.documents, kind, _least(kind, part))
    owners = dict(named)
    if Kind.ACTION in owners and Kind.CAMPAIGN in owners and not skip_last:
        _belongs(one, number(owners[Kind.CAMPAIGN]), number(owners[Kind.ACTION]))
    if Kind.TRANSACTIONAL in owners and not skip_last:
        _has_content(one, number(owners[Kind.TRANSACTIONAL]))
    if one.exchange.path.endswith("/membership"):  # by hand, whatever it is elsewhere
        kept = one.documents.get(Kind.SEGMENT, number(named[-1][1]))
        put(one.documents, Kind.SEGMENT, {**(kept or {}), "type": "manual", "conditions": None})
    if one.exchange.path.endswith("/content"):
        _rows(one)


def _has_content(one: Before, message_id: int) -> None:
    """The contents that an answer shows are the message's."""
    message = one.documents.get(Kind.TRANSACTIONAL, message_id)
    expected = one.exchange.expected if isinstance(one.exchange.expected, dict) else {}
    rows = [*(expected.get("contents") or []), *(expected.get("content") or [])]
    if message is not None and rows:
        put(one.documents, Kind.TRANSACTIONAL, {**message, "template_id": rows[0]["id"]})


def _users(one: Before) -> None:
    """Whatever an answer says uses the segment of the path does so."""
    found = re.search(r"/segments/(\d+)/(?:usage|used_by)$", one.exchange.path)
    if found is None:
        return
    rows = one.exchange.expected.get("used_by", one.exchange.expected)
    tree = {"and": [{"segment": {"id": int(found[1])}}]}
    for each in rows["campaigns"]:
        put(one.documents, Kind.CAMPAIGN, new_campaign("Some", NOW, id=each, type="seg_attr", trigger=tree))
    for name in ("newsletters", "draft_newsletters", "sent_newsletters"):
        for each in rows.get(name, []):
            state = "sent" if name.startswith("sent") else "drafted"
            put(one.documents, Kind.NEWSLETTER, new_newsletter("Some", NOW, id=each, recipients=tree, send_state=state))
    for each in rows.get("segments", []):
        put(one.documents, Kind.SEGMENT, new_segment("Some", NOW, id=each, type="dynamic", conditions=tree))


def _fill_pages_before(one: Before) -> None:
    """A page that is not the first has as many rows before it as its token says."""
    token = one.exchange.request.get("query", {}).get("start")
    rows = (one.exchange.expected or {}).get("actions") if isinstance(one.exchange.expected, dict) else None
    if token is None or not rows:
        return
    for index in range(token_place(token)):
        filler = {
            "id": str(100_000 + index),
            "campaign_id": rows[0]["campaign_id"],
            "name": "Some",
            "type": "attribute_update",
        }
        app_action(one.documents, filler, {})


def _belongs(one: Before, campaign_id: int, action_id: int) -> None:
    step, campaign = one.documents.get(Kind.ACTION, action_id), one.documents.get(Kind.CAMPAIGN, campaign_id)
    assert step is not None and campaign is not None
    if step.get("template_id") is None and "template_id" in step:
        made = new_template("email", NOW, id=5000 + action_id)
        put(one.documents, Kind.TEMPLATE, made)
        step["template_id"] = made["id"]
    put(one.documents, Kind.ACTION, {**step, "campaign_id": campaign_id})
    campaign["workflow_action_ids"] = list(dict.fromkeys([*campaign["workflow_action_ids"], str(action_id)]))
    put(one.documents, Kind.CAMPAIGN, campaign)


def _rows(one: Before) -> None:
    """A table whose rows are the whole answer."""
    part = one.exchange.path.rstrip("/").split("/")[-2]
    kept = one.documents.get(Kind.COLLECTION, number(part))
    if kept is not None:
        put(one.documents, Kind.COLLECTION, {**kept, "data": one.exchange.expected})


def _found_elsewhere(one: Before, kind: Kind, wanted: int) -> bool:
    """Whether another answer of the file, or of the folder, shows the thing; then it is there now."""
    others = [row["response"].get("body") for row in one.exchange.siblings]
    others += [each.expected for each in exchanges_in(one.exchange.file.partition("/")[0])]
    for body in others:
        scratch = Before(one.exchange, one.wired, Documents(Store(), HOME))
        _seed_answer(scratch, body)
        shown = scratch.documents.get(kind, wanted)
        scratch.documents.store.close()
        if shown is not None:
            put(one.documents, kind, shown)
            return True
    return False


def _least(kind: Kind, part: str) -> Json:
    """The least that a thing of a kind can be."""
    made: Mapping[Kind, Json] = {
        Kind.CAMPAIGN: new_campaign("Some", NOW),
        Kind.ACTION: new_action("email_action", NOW, campaign_id=0, name="Some"),
        Kind.TEMPLATE: new_template("email", NOW),
        Kind.LAYOUT: new_layout("Some", "{{ content }}", NOW),
        Kind.SNIPPET: new_snippet("some", "Some", NOW),
        Kind.SEGMENT: new_segment("Some", NOW),
        Kind.TRANSACTIONAL: new_transactional("Some", NOW),
        Kind.NEWSLETTER: new_newsletter("Some", NOW),
        Kind.IDENTITY: new_identity("Some", "some@example.org", NOW),
        Kind.DOMAIN: {"domain": "mail.example.org", "checks": {}},
        Kind.WEBHOOK: new_webhook("Some", "https://hooks.example.com/some", []),
        Kind.COLLECTION: {
            "name": "some",
            "schema": [],
            "rows": 0,
            "bytes": 2,
            "created_at": NOW,
            "updated_at": NOW,
            "data": [],
        },
    }
    return {**made[kind], "id": part if kind in (Kind.ACTION, Kind.DOMAIN) else number(part)}


def _named_in(one: Before, body: Any) -> None:
    """What a request refers to is there: senders, layouts, templates, segments, messages by name."""
    if isinstance(body, list):
        for part in body:
            _named_in(one, part)
        return
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        kind = NAMED_IN_BODIES.get(name)
        if kind is None or value is None or isinstance(value, bool):
            _named_in(one, value)
            if name == "segment" and isinstance(value, dict) and isinstance(value.get("id"), int):
                _is_there(one, Kind.SEGMENT, value["id"])
        elif isinstance(value, int):
            _is_there(one, kind, value)
        elif kind is Kind.TRANSACTIONAL:
            put(one.documents, kind, new_transactional("Some", NOW, id=9001, trigger_name=value, template_id=9002))
            put(one.documents, Kind.TEMPLATE, new_template("email", NOW, id=9002, subject="Hi", body="<p>Hi</p>"))


def _is_there(one: Before, kind: Kind, wanted: int) -> None:
    if one.documents.get(kind, wanted) is None and not _found_elsewhere(one, kind, wanted):
        put(one.documents, kind, _least(kind, str(wanted)))
    kept = one.documents.get(kind, wanted)
    if kind is Kind.TRANSACTIONAL and kept is not None and kept["template_id"] is None:
        put(one.documents, Kind.TEMPLATE, new_template("email", NOW, id=9000 + wanted, subject="Hi", body="<p>Hi</p>"))
        put(one.documents, kind, {**kept, "template_id": 9000 + wanted})


# --- before the write ----------------------------------------------------------------------------------------------------


def _unapply(one: Before) -> None:
    """Take back what the request is about to do, so that doing it shows."""
    exchange = one.exchange
    if exchange.status >= 300 and exchange.status != 500:
        _edges_refer(one)
        return
    if _makes(exchange.request):
        _not_there_yet(one)
        return
    body = exchange.body if isinstance(exchange.body, dict) else {}
    inner = body.get("campaign")
    if isinstance(inner, dict):
        _unapply_campaign(one, inner, body)
    _other_texts(one, body)
    _edges_refer(one)


def _not_there_yet(one: Before) -> None:
    """What a request makes is not there before: nothing of its name or number."""
    body = one.exchange.body if isinstance(one.exchange.body, dict) else {}
    answered = one.exchange.expected if isinstance(one.exchange.expected, dict) else {}
    shown = [value for value in (answered, *answered.values()) if isinstance(value, dict) and "id" in value]
    kind = NAMED_IN_PATHS.get(one.exchange.path.rstrip("/").split("/")[-1])
    if kind is None:
        return
    names = {value.get("name") for value in (body, *body.values()) if isinstance(value, dict)}
    for each in one.documents.all(kind):
        if number(each["id"]) in {number(value["id"]) for value in shown} or each.get("name") in names:
            one.documents.delete(kind, number(each["id"]))


def _unapply_campaign(one: Before, inner: Json, body: Json) -> None:
    campaign = one.documents.get(Kind.CAMPAIGN, number(one.exchange.path.rstrip("/").split("/")[-1]))
    assert campaign is not None
    match inner.get("update_type"):
        case "recipients":
            kept = [one.documents.get(Kind.ACTION, number(each)) for each in campaign["workflow_action_ids"]]
            if all(step is not None and step["type"] in ("exit_action", "filter_match_delay_action") for step in kept):
                campaign |= {
                    "type": "none",
                    "event": "",
                    "attribute_filters": None,
                    "workflow_action_ids": [],
                    "edges": [],
                }
                for step in kept:
                    one.documents.delete(Kind.ACTION, number(step["id"] if step else 0))
            else:
                campaign |= {"event": "before", "restart_min_interval": 1}
        case "add_actions":
            old = {
                end
                for edge in inner["edges"]
                for end in (edge["from"], edge["to"])
                if number(end) and not end.startswith("-")
            }
            for each in set(campaign["workflow_action_ids"]) - old:
                one.documents.delete(Kind.ACTION, number(each))
            campaign["workflow_action_ids"], campaign["edges"] = sorted(old), []
        case "delete_actions":
            gone = [str(each) for each in body["action_ids"]]
            left = list(dict.fromkeys(end for edge in inner["edges"] for end in (edge["from"], edge["to"])))
            _chain(campaign, [*gone, *left])
        case "edges":
            ends = list(dict.fromkeys(end for edge in inner["edges"] for end in (edge["from"], edge["to"])))
            _chain(campaign, [ends[1], ends[0], *ends[2:]] if len(ends) > 2 else ends)
        case "exit_conditions":
            campaign["global_exit_conditions"] = None
        case "exit_and_conversion":
            campaign["conversion_event_name"] = ""
        case _:
            pass
    put(one.documents, Kind.CAMPAIGN, campaign)


def _chain(campaign: Json, ids: list[str]) -> None:
    campaign["workflow_action_ids"] = ids
    campaign["edges"] = [{"from": a, "to": b, "type": "continue"} for a, b in pairwise(ids)]


def _edges_refer(one: Before) -> None:
    """The steps that edges and requests name are there, of the types that the edges allow."""
    body = one.exchange.body if isinstance(one.exchange.body, dict) else {}
    inner = body.get("campaign")
    if not isinstance(inner, dict):
        return
    campaign = one.documents.get(Kind.CAMPAIGN, number(one.exchange.path.rstrip("/").split("/")[-1]))
    if campaign is None:
        return
    wanted = [str(each) for each in campaign["workflow_action_ids"]]
    wanted += [end for edge in inner.get("edges", []) for end in (edge["from"], edge["to"]) if not end.startswith("-")]
    if isinstance(body.get("action"), dict):
        wanted.append(str(body["action"]["id"]))
    campaign["workflow_action_ids"] = list(dict.fromkeys(wanted))
    for each in campaign["workflow_action_ids"]:
        step = one.documents.get(Kind.ACTION, number(each))
        if step is None and not _found_elsewhere(one, Kind.ACTION, number(each)):
            kind = "exit_action" if each == wanted[-1] and "action" not in body else "email_action"
            put(one.documents, Kind.ACTION, new_action(kind, NOW, id=each, name="Some"))
        step = one.documents.get(Kind.ACTION, number(each))
        assert step is not None
        put(one.documents, Kind.ACTION, {**step, "campaign_id": campaign["id"]})
    put(one.documents, Kind.CAMPAIGN, campaign)


def _other_texts(one: Before, body: Json) -> None:
    """The subject of a plain write says something else before."""
    parts = [part for part in one.exchange.path.split("/") if part]
    named = [(NAMED_IN_PATHS[a], b) for a, b in pairwise(parts) if a in NAMED_IN_PATHS and re.search(r"\d", b)]
    if not named or one.exchange.method == "DELETE":
        return
    values = (
        next((value for value in body.values() if isinstance(value, dict)), body)
        if one.exchange.surface == "ui"
        else body
    )
    kind, part = named[-1]
    holders = [(kind, one.documents.get(kind, number(part)))]
    step = holders[0][1] or {}
    if kind is Kind.ACTION and step.get("template_id"):
        holders.append((Kind.TEMPLATE, one.documents.get(Kind.TEMPLATE, step["template_id"])))
    for each, kept in holders:
        if kept is None or each is Kind.CAMPAIGN:
            continue
        for name in ("subject", "body", "value", "preheader_text", "url"):
            if isinstance(values.get(name), str) and isinstance(kept.get(name), str):
                kept[name] = "before {{ content }}"
        put(one.documents, each, kept)


def _precondition(one: Before) -> None:
    """What must be so for a refusal that the request's own words do not explain."""
    exchange, space = one.exchange, one.wired.home
    if exchange.status == 403:
        space.live_edit = False
        _is_live(one)
    refused_for_its_state = exchange.status == 422 and any(
        row["request"].get("body") == exchange.body and row["response"]["status"] != 422 for row in exchange.siblings
    )
    if refused_for_its_state:
        campaign = one.documents.get(Kind.CAMPAIGN, number(exchange.path.rstrip("/").split("/")[-1]))
        if campaign is not None:
            put(one.documents, Kind.CAMPAIGN, {**campaign, "state": "stopping"})


def _is_live(one: Before) -> None:
    """The subject runs, or something that runs asks it."""
    parts = [part for part in one.exchange.path.split("/") if part]
    kind, wanted = NAMED_IN_PATHS[parts[-2]], number(parts[-1])
    if kind is Kind.CAMPAIGN:
        put(one.documents, kind, {**(one.documents.get(kind, wanted) or {}), "state": "running"})
        return
    trigger = {"and": [{"segment": {"id": wanted}}]}
    put(
        one.documents,
        Kind.CAMPAIGN,
        new_campaign("Live", NOW, id=9000, type="seg_attr", trigger=trigger, state="running"),
    )


def _numbers_go_on(one: Before) -> None:
    """New numbers follow those that are there; where the answer shows new ones, they are the next."""
    shown: dict[Kind, set[int]] = {}
    body = one.exchange.expected if isinstance(one.exchange.expected, dict) else {}
    for row in body.get("actions", []) if one.exchange.surface == "ui" else []:
        shown.setdefault(Kind.ACTION, set()).add(number(row["id"]))
    for kind in Kind:
        there = {number(each["id"]) for each in one.documents.all(kind)}
        fresh = shown.get(kind, set()) - there
        last = min(fresh) - 1 if fresh else max(there, default=0)
        if last:
            one.documents.store.database.execute("INSERT OR REPLACE INTO ids VALUES (?, ?)", (str(kind), last))
