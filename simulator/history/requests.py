"""Requests to Customer.io's APIs as a proxy or a client logged them: a method, a path or an address, a body."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from simulator.history.calls import Call, CallKind, IdType
from simulator.history.fields import Record, ShapeError, identifier, listing, mapping, name_of, text
from simulator.history.making import Reading, device_data, identify, merge_call, receipt, stamped
from simulator.history.track_v2 import entity

_EVENT_TYPES = {"event": CallKind.EVENT, "page": CallKind.PAGE, "screen": CallKind.SCREEN}
_PREFIX = re.compile(r"^/(api/)?v\d+(/api)?(?=/)")
READS_ONLY = "request-that-only-reads"
_SELECTORS = ("recipients", "ids", "emails", "per_user_data", "data_file_url")


class Asked(NamedTuple):
    """One request: the record it was logged as, its body and query, and where the reader stands."""

    record: Record
    body: Record
    query: Mapping[str, str]
    reading: Reading


Answer = Callable[[Asked, str, str], Sequence[Call]]


def request(record: Record, reading: Reading) -> Sequence[Call]:
    """The calls of one logged request.

    Raises: ShapeError when it is no request that changes anything known here, or its body lacks what that asks for.
    Source: Track API v1 and v2 and App API references.
    """
    method = (text(record, "method", needed=True) or "").upper()
    if method in ("GET", "HEAD", "OPTIONS"):
        reading.notes[READS_ONLY] += 1
        return ()
    if _was_refused(record):
        raise ShapeError("the request was refused, by the status in the log", "only requests that were accepted count")
    address = text(record, "path") or text(record, "url") or ""
    try:
        parts = urlsplit(address)
    except ValueError:
        raise ShapeError("the request's address cannot be read") from None
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    given = record.get("query")
    if isinstance(given, dict):
        query |= {str(key): str(value) for key, value in given.items()}
    body = mapping(record, "body")
    found = calls_of(method, parts.path, Asked(record, body, query, reading))
    return stamped_if_bare(found, record, body, reading)


def calls_of(method: str, path: str, asked: Asked) -> Sequence[Call]:
    """The calls of a request to *path*, which is still percent-encoded, as the request itself tells them.

    Raises: ShapeError, as `request`.
    """
    where = f"{method} {_PREFIX.sub('', path.rstrip('/'))}"
    for pattern, answer in _ROUTES:
        match = pattern.fullmatch(where)
        if match:
            first, second = (*map(unquote, match.groups()), "", "")[:2]
            return answer(asked, first, second)
    raise ShapeError(
        "the request is none that changes a person", "requests to the Track API, sends and broadcast triggers count"
    )


def _was_refused(record: Record) -> bool:
    answer = record.get("response")
    status = answer.get("status") if isinstance(answer, dict) else record.get("status")
    return isinstance(status, int) and status >= 400


def stamped_if_bare(calls: Sequence[Call], record: Record, body: Record, reading: Reading) -> Sequence[Call]:
    """*calls* with the request's line and time of receipt; a call keeps the time of its own where it has one."""
    at = receipt(record, reading.notes)
    if at is None:
        at = reading.seconds(record, "time", "date")
    for call in calls:
        stamped((call,), reading.line, at, call.timestamp)
    return calls


def path_person(part: str) -> tuple[str, IdType]:
    """Who the path of a Track API call names.

    Source: Track API reference: an id, an email, or `cio_` before the cio_id; semantics R115.
    """
    if not part:
        raise ShapeError("the path names nobody", "/customers/{id}")
    if part.startswith("cio_") and len(part) > 4:
        return part[4:], IdType.CIO_ID
    return (part, IdType.EMAIL) if "@" in part else (part, IdType.ID)


def _identify(asked: Asked, person: str, _: str) -> Sequence[Call]:
    return identify(asked.reading, {}, *path_person(person), dict(asked.body))


def _bare(kind: CallKind) -> Answer:
    def answer(asked: Asked, person: str, _: str) -> Sequence[Call]:
        return (Call(0, kind, *path_person(person)),)

    return answer


def _event(asked: Asked, person: str, _: str) -> Sequence[Call]:
    name, id_type = path_person(person)
    return (_event_call(asked.body, asked.reading, name, id_type),)


def _anonymous_event(asked: Asked, _: str, __: str) -> Sequence[Call]:
    data = mapping(asked.body, "data")
    if text(asked.body, "anonymous_id") is None and not data.get("recipient"):
        raise ShapeError(
            "the event has neither 'anonymous_id' nor 'data.recipient'", "semantics R36: one of them says whose it is"
        )
    return (_event_call(asked.body, asked.reading, None, IdType.ID),)


def _event_call(body: Record, reading: Reading, person: str | None, id_type: IdType) -> Call:
    kind = text(body, "type") or "event"
    if kind not in _EVENT_TYPES:
        raise ShapeError("'type' is none that is known", "one of event, page, screen")
    return Call(
        line=reading.line,
        kind=_EVENT_TYPES[kind],
        person=person,
        id_type=id_type,
        name=name_of(body, "name"),
        data=mapping(body, "data"),
        timestamp=reading.seconds(body, "timestamp"),
        event_id=text(body, "id"),
        anonymous_id=text(body, "anonymous_id"),
    )


def _device(asked: Asked, person: str, _: str) -> Sequence[Call]:
    return (Call(0, CallKind.DEVICE, *path_person(person), data=device_data(mapping(asked.body, "device"))),)


def _device_gone(asked: Asked, person: str, token: str) -> Sequence[Call]:
    return (Call(0, CallKind.DEVICE_GONE, *path_person(person), data={"id": token}),)


def _merge(asked: Asked, _: str, __: str) -> Sequence[Call]:
    return (merge_call(asked.reading, asked.record, asked.body),)


def _members(kind: CallKind) -> Answer:
    def answer(asked: Asked, segment: str, _: str) -> Sequence[Call]:
        id_type = asked.query.get("id_type", "id")
        if id_type not in ("id", "email", "cio_id"):
            raise ShapeError("'id_type' is none that is known", "one of id, email, cio_id")
        people = [text({"ids": one}, "ids", needed=True) for one in listing(asked.body, "ids")]
        return [Call(0, kind, person, IdType(id_type), other=segment) for person in people]

    return answer


def _metric(asked: Asked, _: str, __: str) -> Sequence[Call]:
    body = asked.body
    rest = {key: value for key, value in body.items() if key not in ("delivery_id", "metric", "event", "timestamp")}
    delivery = text(body, "delivery_id", needed=True)
    return (
        Call(0, CallKind.METRIC, name=name_of(body, "metric", "event"), other=delivery, data=rest,
             timestamp=asked.reading.seconds(body, "timestamp")),
    )  # fmt: skip


def _unsubscribe(asked: Asked, delivery: str, _: str) -> Sequence[Call]:
    return (Call(0, CallKind.METRIC, name="unsubscribed", other=delivery, data=dict(asked.body)),)


def _form(asked: Asked, form: str, _: str) -> Sequence[Call]:
    fields = mapping(asked.body, "data") or dict(asked.body)
    named = [kind for kind in ("id", "email", "cio_id") if text(fields, kind)]
    person, id_type = identifier(fields) if named else (None, IdType.ID)
    return (Call(0, CallKind.FORM, person, id_type, name=form, data=fields, anonymous_id=text(fields, "anonymous_id")),)


def _webhook(asked: Asked, hook: str, _: str) -> Sequence[Call]:
    return (Call(0, CallKind.WEBHOOK, name=hook, data=dict(asked.body)),)


_OF_A_SEND = frozenset(("identifiers", "transactional_message_id", "message_data", "to"))


def _send(asked: Asked, channel: str, _: str) -> Sequence[Call]:
    # The body's other keys (subject, headers …) override the message; they are no data of it.
    body = asked.body
    person, id_type = identifier(mapping(body, "identifiers"))
    name = text(body, "transactional_message_id") or ""
    data = mapping(body, "message_data")
    beside = {key: value for key, value in body.items() if key not in _OF_A_SEND}
    return (
        Call(0, CallKind.TRANSACTIONAL, person, id_type, name=name, data=data, other=text(body, "to"),
             channel=channel, beside=beside),
    )  # fmt: skip


def _broadcast(asked: Asked, campaign: str, _: str) -> Sequence[Call]:
    # Data and recipients side by side, as the API has them, so that no property can pass for a recipient.
    body: dict[str, Any] = {"data": mapping(asked.body, "data")}
    body |= {
        key: asked.body[key] for key in asked.body if key in _SELECTORS or key.endswith(("_missing", "_duplicates"))
    }
    return (Call(0, CallKind.BROADCAST, name=campaign, data=body),)


def _entity(asked: Asked, _: str, __: str) -> Sequence[Call]:
    return entity(asked.body, asked.reading)


_ROUTES: tuple[tuple[re.Pattern[str], Answer], ...] = tuple(
    (re.compile(pattern), answer)
    for pattern, answer in (
        (r"POST /customers/([^/]*)/events", _event),
        (r"PUT /customers/([^/]*)", _identify),
        (r"DELETE /customers/([^/]*)", _bare(CallKind.DELETE)),
        (r"POST /customers/([^/]*)/suppress", _bare(CallKind.SUPPRESS)),
        (r"POST /customers/([^/]*)/unsuppress", _bare(CallKind.UNSUPPRESS)),
        (r"PUT /customers/([^/]*)/devices", _device),
        (r"DELETE /customers/([^/]*)/devices/([^/]*)", _device_gone),
        (r"POST /events", _anonymous_event),
        (r"POST /merge_customers", _merge),
        (r"POST /segments/([^/]+)/add_customers", _members(CallKind.JOIN_SEGMENT)),
        (r"POST /segments/([^/]+)/remove_customers", _members(CallKind.LEAVE_SEGMENT)),
        (r"POST /(?:metrics|push/events)", _metric),
        (r"POST /unsubscribe/([^/]+)", _unsubscribe),
        (r"POST /forms/([^/]+)/submit", _form),
        (r"POST /webhooks?/([^/]+)", _webhook),
        (r"POST /send/(email|push|sms|whatsapp|in_app|inbox_message)", _send),
        (r"POST /campaigns/([^/]+)/triggers", _broadcast),
        (r"POST /entity", _entity),
    )
)
