"""Event ids seen before, in bounded memory."""

from __future__ import annotations


class IdMemory:
    """Remembers at least the newest *room* ids and at most twice as many, so that memory does not grow with the log.

    Assumed: Customer.io does not say how long it remembers an id (semantics R31); repeats come soon after.
    """

    __slots__ = ("_new", "_old", "_room")

    def __init__(self, room: int) -> None:
        self._room = max(1, room)
        self._new: set[int] = set()  # hashes: at 64 bits two ids of a log do not meet, and they are a third of the size
        self._old: set[int] = set()

    def __contains__(self, event_id: str) -> bool:
        mark = hash(event_id)
        return mark in self._new or mark in self._old

    def took(self, event_id: str) -> bool:
        """Remember the id; False where it was known already."""
        mark = hash(event_id)
        if mark in self._new or mark in self._old:
            return False
        if len(self._new) >= self._room:
            self._old, self._new = self._new, set()
        self._new.add(mark)
        return True

    def add(self, event_id: str) -> None:
        """Remember the id."""
        if len(self._new) >= self._room:
            self._old, self._new = self._new, set()
        self._new.add(hash(event_id))
