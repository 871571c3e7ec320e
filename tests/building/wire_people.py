"""People, deliveries and activities that an answer of the reference shows, brought about by calls."""

from __future__ import annotations

import re
from typing import Any

from wire_exchanges import NOW, Exchange, Wired

from simulator.history.calls import Call, CallKind, IdType
from simulator.workspace.documents import Kind, add_message, new_action, new_campaign, new_template
from simulator.workspace.records import Sending

Json = dict[str, Any]


def seed_people(wired: Wired, exchange: Exchange) -> None:
    """Whoever and whatever was sent that an answer shows."""
    body = exchange.expected
    if not isinstance(body, dict):
        return
    wired.home.content_changed()
    asked = list(_equalities(exchange.body))
    for row in _people_in(body):
        attributes = {name: value for name, value in row.get("attributes", {}).items() if name not in ("cio_id", "id")}
        at = min([*row.get("timestamps", {}).values(), NOW])
        identify(wired, row.get("identifiers", row), {**attributes, **dict(asked)}, at)
        for device in row.get("devices", []):
            wired.home.take(Call(0, CallKind.DEVICE, row["identifiers"]["cio_id"], IdType.CIO_ID, data=dict(device)))
    if "membership" in exchange.path:
        for row in body.get("identifiers") or []:
            wired.home.take(Call(0, CallKind.JOIN_SEGMENT, row["cio_id"], IdType.CIO_ID, other=str(body["segment_id"])))
    for row in body.get("messages") or []:
        if isinstance(row, dict) and "customer_identifiers" in row:
            _delivery(wired, row)
    for row in body.get("activities") or []:
        _activity(wired, row)
    if isinstance(body.get("delivery"), dict):
        _state(wired, exchange, body["delivery"])
    wired.account.clock.freeze(NOW)


def identify(wired: Wired, identifiers: Json, attributes: Json, at: int) -> None:
    """A person with these identifiers and attributes."""
    wired.account.clock.freeze(at)
    known = {name: identifiers[name] for name in ("id", "email") if identifiers.get(name)}
    data = {**known, **attributes}
    wired.home.take(Call(0, CallKind.IDENTIFY, identifiers["cio_id"], IdType.CIO_ID, data=data))


def _people_in(body: Json) -> list[Json]:
    found = [*(body.get("results") or []), *(body.get("identifiers") or []), *(body.get("customers") or [])]
    if isinstance(body.get("customer"), dict):
        found.append(body["customer"])
    return found


def _equalities(value: Any) -> list[tuple[str, Any]]:
    """What a filter asks to be equal: whoever it finds has these."""
    if isinstance(value, list):
        return [pair for part in value for pair in _equalities(part)]
    if not isinstance(value, dict):
        return []
    if value.get("operator") == "eq" and "field" in value:
        return [(value["field"], value["value"])]
    return [pair for part in value.values() for pair in _equalities(part)]


def _campaign(wired: Wired, row: Json) -> None:
    """A running campaign whose one email is the message of a row."""
    documents = wired.home.documents
    made = new_campaign(
        "Some", NOW, id=row.get("campaign_id", 61), type="transactional", event="happened", state="running"
    )
    store = documents.store.database
    for kind, value in ((Kind.ACTION, row.get("action_id", 902)), (Kind.TEMPLATE, row.get("msg_template_id", 551))):
        store.execute("INSERT OR REPLACE INTO ids VALUES (?, ?)", (str(kind), value - 1))
    content = new_template(
        "email", NOW, subject=row.get("subject", "Hi"), body="<p><a href='https://example.org'>Hi</a></p>"
    )
    step, _ = add_message(documents, made["id"], new_action("email_action", NOW, name="Some"), content)
    made["workflow_action_ids"] = [step["id"]]
    documents.put(Kind.CAMPAIGN, made["id"], made)
    wired.home.content_changed()


def _delivery(wired: Wired, row: Json) -> None:
    _campaign(wired, row)
    identify(wired, row["customer_identifiers"], {}, row["created"])
    who = row["customer_identifiers"]["cio_id"]
    wired.home.take(Call(0, CallKind.EVENT, who, IdType.CIO_ID, name="happened", event_id=row.get("trigger_event_id")))
    made = next(iter(wired.home.running.deliveries()))
    for metric, at in row["metrics"].items():
        if metric not in made.metrics:
            wired.account.clock.freeze(at)
            wired.home.take(Call(0, CallKind.METRIC, name=metric, other=made.id, timestamp=at))


def _activity(wired: Wired, row: Json) -> None:
    """An activity about a message: it was sent, and then this happened to it."""
    identifiers = {"id": row["customer_id"], **row["customer_identifiers"]}
    sent = {"customer_identifiers": identifiers, "created": row["timestamp"] - 10, "metrics": {}}
    _delivery(wired, sent)
    made = next(iter(wired.home.running.deliveries()))
    wired.account.clock.freeze(row["timestamp"])
    metric, _, _ = row["type"].partition("_")
    details = {name: value for name, value in row["data"].items() if name not in ("delivery_id", metric)}
    wired.home.take(Call(0, CallKind.METRIC, name=metric, other=made.id, data=details, timestamp=row["timestamp"]))


def _state(wired: Wired, exchange: Exchange, row: Json) -> None:
    """A delivery that stands so; the exchange's path names it by the number it really has."""
    broken = row["state"] == "failed"
    overrides = {"subject": "Hi", "body": "{{ customer.missing }}" if broken else "Hi", "from": "a@example.org"}
    made = wired.home.running.send(Sending(row["type"], None, "a@example.org", "email", "a@example.org", {}, overrides))
    exchange.request["path"] = re.sub(re.escape(row["delivery_id"]), made, exchange.path)
