"""A log split by person, so that its parts can be replayed apart.

Calls that may meet stay together: those of one identifier, those a merge or an anonymous id ties, events with one id
(an id seen before makes an event invisible in the whole workspace, semantics R31), and people of one object.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable, Iterator

import msgspec

from simulator.history.calls import Call, CallKind, IdType

# Calls about everybody: a broadcast may go to all people there are, an object's change to all related ones.
ABOUT_EVERYBODY = frozenset({CallKind.BROADCAST, CallKind.OBJECT, CallKind.OBJECT_GONE, CallKind.WEBHOOK})


class Ties:
    """Which names belong together (union-find)."""

    __slots__ = ("_parents",)

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def root(self, name: str) -> str:
        """The name that stands for all those tied to *name*."""
        parents = self._parents
        root = name
        while (above := parents.get(root, root)) != root:
            root = above
        while (above := parents.get(name, name)) != root:
            parents[name] = root
            name = above
        return root

    def tie(self, one: str, other: str) -> None:
        """Say that two names belong together; the smaller one stands for both."""
        first, second = sorted((self.root(one), self.root(other)))
        if first != second:
            self._parents[second] = first

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every tied name but those that stand for others, with the one that stands for it."""
        return ((name, self.root(name)) for name in list(self._parents))


def split_calls(calls: Iterable[Call], pieces: int) -> tuple[list[list[Call]], int]:
    """The calls in so many sets that never meet, each in the log's order, and the last time of receipt.

    Calls without any time get the one that the whole log gives them.
    """
    timed, last = _timed(calls)
    if pieces <= 1 or any(call.kind in ABOUT_EVERYBODY for call in timed):
        return [timed], last
    ties = Ties()
    for call in timed:
        names = _names(call)
        for name in names[1:]:
            ties.tie(names[0], name)
    found: list[list[Call]] = [[] for _ in range(pieces)]
    for call in timed:
        names = _names(call)
        # What names nobody can start nothing; it stays with the first set, and its warnings in order.
        index = piece_of(ties.root(names[0]), pieces) if names else 0
        found[index].append(call)
    return [piece for index, piece in enumerate(found) if piece or not index], last


def calls_about(read: Callable[[], Iterable[Call]], keys: Collection[str], *, everybody: bool = False) -> list[Call]:
    """The calls about the people called *keys*, and about whom they may meet; *read* gives the whole log each time.

    All of them where *everybody* says so, or where a call is about everybody. Calls without any time get the one that
    the whole log gives them.
    """
    ties = Ties()
    wanted = {f"person:{key.strip().lower().removeprefix('cio_')}" for key in keys}
    for call in read():
        if call.kind in ABOUT_EVERYBODY:
            everybody = True
            break
        names = _names(call)
        for name in names[1:]:
            ties.tie(names[0], name)
    if everybody:
        return _timed(read())[0]
    roots = {ties.root(name) for name in wanted}
    found = []
    clock = 0
    for call in read():
        at = call.at if call.at is not None else call.timestamp
        clock = max(clock, at or 0)
        if any(ties.root(name) in roots for name in _names(call)[:1]):
            found.append(call if at is not None else msgspec.structs.replace(call, at=clock))
    return found


def piece_of(name: str, pieces: int) -> int:
    """The set, of so many, that people of that *name* are in."""
    return zlib.crc32(name.encode("utf-8", "surrogatepass")) % pieces


def _timed(calls: Iterable[Call]) -> tuple[list[Call], int]:
    clock = 0
    found = []
    for call in calls:
        at = call.at if call.at is not None else call.timestamp
        if at is None:
            at = clock
            call = msgspec.structs.replace(call, at=at)
        clock = max(clock, at)
        found.append(call)
    return found, clock


def _names(call: Call) -> list[str]:
    names = names_of_people(call)
    if call.event_id is not None:
        names.append(f"event:{call.event_id}")
    return names


def names_of_people(call: Call) -> list[str]:
    """All that ties the call to others but the id of its event.

    Ids and emails share one space, so that no reading of one is missed.
    """
    names = []
    if call.person is not None:
        names.append(name_of_person(call.person, call.id_type))
    if call.other is not None and call.kind is CallKind.MERGE:
        names.append(name_of_person(call.other, call.other_type))
    if call.anonymous_id is not None:
        names.append(f"anonymous:{call.anonymous_id}")
    if call.kind in (CallKind.RELATE, CallKind.UNRELATE):
        names.append(f"object:{call.name}:{call.other}")
    if call.kind is CallKind.IDENTIFY:
        for key in ("id", "email"):
            value = call.data.get(key)
            if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
                names.append(name_of_person(str(value), IdType.ID))
        anonymous_id = call.data.get("anonymous_id")
        if isinstance(anonymous_id, str):
            names.append(f"anonymous:{anonymous_id}")
    return names


def name_of_person(name: str, kind: IdType) -> str:
    """One identifier as a name that ties."""
    return f"anonymous:{name}" if kind is IdType.ANONYMOUS else f"person:{name.strip().lower().removeprefix('cio_')}"
