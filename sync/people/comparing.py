"""What the workspace itself says of people, in place of what is remembered of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sync.clients.app_api import AppApi
from sync.clients.transport import Json
from sync.people.mapping import UNSUBSCRIBED, Row
from sync.people.memory import Memory, Sent

AT_ONCE = 100
"""Source: App API reference: a hundred people a request."""


def learn_from(app: AppApi, memory: Memory, rows: Sequence[Row]) -> int:
    """Put what the workspace holds of a hundred rows' people in place of what is remembered; gives how many vanished.

    Whom an earlier sync suppressed stays so: the workspace does not show them.
    """
    if not rows:
        return 0
    vanished = 0
    kind = rows[0].kind
    live = {_key(one.get("identifiers", {}).get(kind), kind): one for one in app.attributes_of(
        [row.key for row in rows], kind)}  # fmt: skip
    people = [memory.person(kind, row.key) for row in rows]
    sent = memory.sent(people)
    known: dict[bytes, Sent | None] = {}
    for person, row in zip(people, rows, strict=True):
        before, there = sent.get(person), live.get(_key(row.key, kind))
        if there is None:
            if before is None or not before.is_suppressed:
                known[person] = None
                vanished += before is not None
            continue
        same = {name: value for name, value in row.attributes.items() if is_shown_as(name, value, there)}
        kept = {} if before is None else {n: one for n, one in before.digests.items() if n not in row.attributes}
        known[person] = Sent({**kept, **memory.digests(same)})
    memory.learn(known)
    return vanished


def is_shown_as(name: str, value: Any, live: Json) -> bool:
    """Whether a person whom the App API shows as *live* has the value.

    Source: App API, recorded answers: attributes are text; `unsubscribed` stands beside them. Assumed: lists and
    objects are JSON, as text or as they are; an address may come in lower case.
    """
    if name == UNSUBSCRIBED:
        return bool(live.get(UNSUBSCRIBED)) is bool(value)
    shown = (live.get("attributes") or {}).get(name)
    if value is None:
        return shown in (None, "")
    if isinstance(value, list | dict):
        return bool(_data(shown) == value)
    text = _text(value)
    return bool(shown in (value, text) or (name == "email" and str(shown).lower() == text.lower()))


def _data(shown: Any) -> Any:
    try:
        return json.loads(shown) if isinstance(shown, str) else shown
    except (ValueError, RecursionError):
        return shown


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return str(value)


def _key(text: Any, kind: str) -> str:
    return str(text).lower() if kind == "email" else str(text)


def identifier_of(one: Mapping[str, Any], kind: str) -> str:
    """The identifier that people are told apart by, of one that the search found; empty where there is none."""
    return str(one.get(kind) or "")
