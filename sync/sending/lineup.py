"""Which calls may go now: each person's in their order, and never two requests about one person at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from sync.sending.batches import Batch
from sync.sending.items import Item

MOST_HELD = 5_000
"""Calls that wait for others of their person; reading stops there."""


@dataclass(slots=True)
class Lineup:
    """Takes calls in the order of the log, gives them out as requests: a batch's calls, or one call that goes alone.

    A call waits while an earlier one about the same person is under way, waits itself, or may not share its batch.
    """

    _open: Batch = field(default_factory=Batch)
    _ready: deque[list[Item]] = field(default_factory=deque)
    _held: deque[Item] = field(default_factory=deque)
    _held_keys: set[str] = field(default_factory=set)
    _busy: set[str] = field(default_factory=set)  # keys of what is ready or under way
    _under_way: int = 0
    _gate_is_shut: bool = False  # a call for all waits or goes: whatever comes waits behind it

    @property
    def has_room(self) -> bool:
        """Whether more calls may be offered."""
        return len(self._held) < MOST_HELD and len(self._ready) < 2

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits, and nothing is under way."""
        return not (self._open.items or self._ready or self._held or self._under_way)

    def offer(self, item: Item) -> None:
        """Take in the next call of the log."""
        if not self._open.has_room(item):
            self._close()  # before it is asked who is busy: from here on its people are
        if item.is_for_all:
            if self.is_empty:
                self._go(item)
            else:
                self._held.append(item)
            self._gate_is_shut = True
        elif self._is_blocked(item):
            self._held.append(item)
            self._held_keys.update(item.keys)
        elif item.request is not None:
            self._go(item)
        else:
            self._open.add(item)

    def _is_blocked(self, item: Item) -> bool:
        keys = item.keys
        if self._gate_is_shut or not self._busy.isdisjoint(keys) or not self._held_keys.isdisjoint(keys):
            return True
        return self._open.touches(item) if item.request is not None else not self._open.agrees(item)

    def next(self) -> list[Item] | None:
        """The calls of the next request, a batch that is not full where no other may go; None where none may go yet."""
        if not self._ready and self._open.items:
            self._close()
        if not self._ready:
            return None
        self._under_way += 1
        return self._ready.popleft()

    def finished(self, items: Sequence[Item]) -> None:
        """Note that a request is over, and let those go that waited for it."""
        self._under_way -= 1
        for item in items:
            self._busy.difference_update(item.keys)
        if not self._gate_is_shut and all(self._held_keys.isdisjoint(item.keys) for item in items):
            return  # nobody waited for this one
        waiting, self._held = self._held, deque()
        self._held_keys.clear()
        self._gate_is_shut = False
        for item in waiting:
            self.offer(item)

    def _go(self, item: Item) -> None:
        """Let a call go by itself."""
        self._ready.append([item])
        self._busy.update(item.keys)

    def _close(self) -> None:
        self._ready.append(self._open.items)
        for item in self._open.items:
            self._busy.update(item.keys)
        self._open = Batch()
