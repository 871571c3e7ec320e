"""Replays an exchange of the wire reference: makes a workspace in which it makes sense, asks, and compares."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from wire_before import prepare
from wire_comparing import differences
from wire_exchanges import Exchange, Wired, token_place, wired
from wire_seeds import number

from simulator.workspace.documents import Json, Kind
from simulator.workspace.routes import Reply
from simulator.workspace.server.faults import FaultKind, Rule
from simulator.workspace.store import Documents

COUNTS = frozenset(
    {"messages_sent", "billable_messages_sent", "people", "object_types", "objects", "count", "sent", "delivered"}
)
"""How much there is: what a replay's workspace holds is not what the reference's did."""


UNLOGGED = re.compile(r"/send/|/customers|/exports|/verify|/oauth/")
"""What is posted and changes no content."""


def replay(exchange: Exchange) -> list[str]:
    """What is wrong with the answer to an exchange; nothing, if all is well."""
    with wired(limited=exchange.status == 429) as server:
        prepare(exchange, server)
        documents = server.home.documents
        if exchange.status == 429:
            server.send(exchange)  # the first of two in too short a time
        before = _held(documents)
        reply = server.send(exchange)
        problems = []
        if exchange.status == 500 and reply.status < 300:  # it fails on demand alone, and takes effect all the same
            server.server.faults.add(Rule(FaultKind.ERROR, method=exchange.method, when="after"))
            reply = server.send(exchange)
            problems += _unwritten(before, documents)
        if reply.status != exchange.status:
            problems.append(f"status {reply.status}, not {exchange.status}: {json.dumps(reply.body)[:300]}")
        elif exchange.expected is not None:
            problems += _compared(exchange, reply)
        if exchange.method in ("PUT", "PATCH", "DELETE") and reply.status < 300:
            problems += _unwritten(before, documents)
        if exchange.method != "GET" and reply.status < 300 and not UNLOGGED.search(exchange.path):
            problems += _unlogged(before, server)
        return problems


def _compared(exchange: Exchange, reply: Reply) -> Iterator[str]:
    is_read = exchange.method == "GET" or exchange.path.startswith("/v1/customers")
    yield from _next_page(exchange.expected, reply.body)
    for problem in differences(
        exchange.expected, _of_those_kinds(exchange.expected, reply.body), request=exchange.body, is_read=is_read
    ):
        place, _, what = problem.partition(" is ")
        name = place.rpartition("/")[2]
        if name in COUNTS and re.fullmatch(r"\d+, not \d+", what):
            continue
        yield problem
    for name, value in exchange.response.get("headers", {}).items():
        given = {key.lower(): one for key, one in reply.headers.items()}.get(name.lower(), "")
        if not 0 < number(given) <= number(value):  # the seconds that are left
            yield f"header {name} is {given}, not {value}"


def _next_page(expected: Any, actual: Any) -> Iterator[str]:
    """A page is the last where the reference's is; one that the reference shortens has no next page here."""
    if not isinstance(expected, dict) or "next" not in expected or not isinstance(actual, dict):
        return
    shown = max((len(rows) for rows in expected.values() if isinstance(rows, list)), default=0)
    is_shortened = bool(expected["next"]) and shown < token_place(expected["next"]) <= 100
    if bool(expected["next"]) != bool(actual.get("next")) and not is_shortened:
        yield f"/next is {actual.get('next')!r}, not {expected['next']!r}"


def _of_those_kinds(expected: Any, actual: Any) -> Any:
    """Of the activities, those of the kinds that the reference shows: what leads to them are activities too."""
    if (
        not isinstance(expected, dict)
        or not isinstance(expected.get("activities"), list)
        or not isinstance(actual, dict)
    ):
        return actual
    kinds = {row["type"] for row in expected["activities"]}
    return {**actual, "activities": [row for row in actual.get("activities") or [] if row["type"] in kinds]}


def _unlogged(before: Json, server: Wired) -> list[str]:
    """What a write leaves in the audit log, in whichever workspace it wrote."""
    entries = [entry for space in server.account.spaces.values() for entry in space.documents.all(Kind.AUDIT)]
    new = entries[len(before[Kind.AUDIT]) :]
    known = all(entry["user"]["name"] and entry["created"] and entry["object_type"] for entry in new)
    return [] if new and known else ["the audit log says nothing of the write"]


def _unwritten(before: Json, documents: Documents) -> list[str]:
    return ["nothing was written"] if _held(documents) == before else []


def _held(documents: Documents) -> Json:
    return {kind: documents.all(kind) for kind in Kind}
