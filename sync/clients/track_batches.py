"""The Track API as a table of people needs it: whose workspace the key opens, and batches of what is done with people.

Everything that is sent here puts a state in place, so that sending it twice does nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from sync.clients.refusals import WorkspaceRefusal
from sync.clients.transport import Json, Transport

PACE = 100
"""Requests a second. Source: Track API reference: about 1000, in its older text 100."""
BATCH_BYTES = 480 * 1024
"""Source: Track API reference: 500 KB; a little is left for the frame."""
BATCH_ENTRIES = 1_000
"""Assumed: no count is documented; a failed request should not hold up too many."""


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """An entry of a batch that the workspace did not take; *at* is its place there."""

    at: int
    reason: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class TrackBatches:
    """One method per call; every one raises WorkspaceError when the workspace refuses or cannot be reached."""

    transport: Transport

    def region(self) -> Json:
        """Where the key's workspace lives: `region`, `environment_id`."""
        return self.transport.get("/api/v1/accounts/region").object("account")

    def send(self, entries: Sequence[Json]) -> list[RefusedEntry]:
        """Send entries in order; gives those that were refused, each for itself.

        A batch that is refused as a whole is halved until the entry is found that it was refused for.
        Source: Track API reference: 207 with `errors` and `batch_index`; the other entries are taken.
        """
        try:
            reply = self.transport.send("POST", "/api/v2/batch", content={"batch": list(entries)}, is_repeatable=True)
        except WorkspaceRefusal as refusal:
            if refusal.status not in (400, 413, 422):
                raise
            if len(entries) == 1:
                return [RefusedEntry(0, "refused", "", str(refusal).rpartition(": ")[2])]
            half = len(entries) // 2
            first, rest = self.send(entries[:half]), self.send(entries[half:])
            return [*first, *(replace(one, at=one.at + half) for one in rest)]
        body = reply.body if isinstance(reply.body, dict) else {}
        return [_refused(one) for one in body.get("errors") or () if isinstance(one, dict)]


def _refused(error: Mapping[str, Any]) -> RefusedEntry:
    at = error.get("batch_index")
    place = at if isinstance(at, int) and not isinstance(at, bool) else 0
    return RefusedEntry(place, *(str(error.get(name) or "") for name in ("reason", "field", "message")))


def batches(entries: Iterator[tuple[Any, Sequence[Json]]]) -> Iterator[list[tuple[Any, Sequence[Json]]]]:
    """Groups of entries, each with whom they are about, that fit into one request."""
    group: list[tuple[Any, Sequence[Json]]] = []
    size, count = 0, 0
    for about, those in entries:
        added = len(orjson.dumps(list(those)))
        if group and (size + added > BATCH_BYTES or count + len(those) > BATCH_ENTRIES):
            yield group
            group, size, count = [], 0, 0
        group.append((about, those))
        size, count = size + added, count + len(those)
    if group:
        yield group
