"""Batches: calls that may go together, be taken together, and be sent again together.

When an answer is lost the whole batch is sent again, so it holds nothing that would end otherwise the second time:
of one person at most one call that undoes others, and no two identify calls of which the first would come to stand
again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.sending.items import Item

MOST_BYTES = 480_000
"""Source: Track API reference: a batch may have 500 KB."""
MOST_ITEMS = 1_000
_HEAD, _TAIL = b'{"batch":[', b"]}"


@dataclass(slots=True)
class Batch:
    """Calls that go in one request, in order."""

    items: list[Item] = field(default_factory=list)
    size: int = len(_HEAD) + len(_TAIL)
    _sets: dict[str, tuple[Mapping[str, Any], int | None]] = field(default_factory=dict)
    _keys: set[str] = field(default_factory=set)
    _closed: set[str] = field(default_factory=set)  # keys of calls that stand alone

    def has_room(self, item: Item) -> bool:
        """Whether the call still fits in."""
        return len(self.items) < MOST_ITEMS and self.size + len(item.entity) < MOST_BYTES

    def agrees(self, item: Item) -> bool:
        """Whether the call may stand beside those that are in, and be sent again with them."""
        if not self._keys.isdisjoint(item.keys):
            if item.is_alone or not self._closed.isdisjoint(item.keys):
                return False
            if item.sets is not None and not all(self._may_follow(item, self._sets.get(key)) for key in item.keys):
                return False
        return True

    def _may_follow(self, item: Item, before: tuple[Mapping[str, Any], int | None] | None) -> bool:
        """Whether what was set before would not come to stand again if both were sent twice.

        Source: semantics R30: an update that is older, by its `_timestamp`, than the stored one is ignored.
        """
        if before is None or item.sets is None:
            return True
        known, since = before
        if since is not None and item.since is not None and since < item.since:
            return True
        return all(known[name] == value for name, value in item.sets.items() if name in known)

    def touches(self, item: Item) -> bool:
        """Whether the call is about somebody that the batch is about."""
        return not self._keys.isdisjoint(item.keys)

    def add(self, item: Item) -> None:
        """Take the call in."""
        self.items.append(item)
        self.size += len(item.entity) + 1
        self._keys.update(item.keys)
        if item.is_alone:
            self._closed.update(item.keys)
        if item.sets is not None:
            for key in item.keys:
                known, _ = self._sets.get(key, ({}, None))
                self._sets[key] = ({**known, **item.sets} if known else item.sets, item.since)


def batch_as_json(items: list[Item]) -> bytes:
    """The request's body."""
    return _HEAD + b",".join([item.entity for item in items]) + _TAIL
