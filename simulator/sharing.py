"""The people of a log in shares, so that several processes can each replay their own.

Each process reads the whole log and takes what is about its own people. People meet only through calls that name two
of them or everybody, or that name somebody otherwise than by id: such a log is not shared.
"""

from __future__ import annotations

import gc
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from simulator.history.calls import Call, CallKind, IdType

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.content import Content
    from simulator.id_memory import IdMemory

_ALONE = (CallKind.EVENT, CallKind.IDENTIFY)  # nearly all there are, and found faster in a pair than in a set
_SEVERAL = frozenset({CallKind.MERGE, CallKind.OBJECT, CallKind.OBJECT_GONE, CallKind.BROADCAST, CallKind.WEBHOOK})


class PeopleMeet(Exception):
    """A call is about several people, so they cannot be replayed apart."""


def may_share(content: Content, project: Project, files: Sequence[object]) -> bool:
    """Whether people can be replayed apart as far as the content says; what is read once cannot be read by each."""
    return not why_not_shared(content, project, files)


def why_not_shared(content: Content, project: Project, files: Sequence[object]) -> str:
    """Why people cannot be replayed apart; empty where they can."""
    if content.crosses_people:
        return "a step acts on other people than its own"
    if project.people.identifier != "id":
        return "an email may tell that two people are one; `identifier: id` in people.yaml says that it does not"
    return "standard input is read once" if "-" in files else ""


MEETING = "the log has calls about several people: merges, anonymous ids, emails, objects or broadcasts"


class Share:
    """One share of the people of a log, or *only* some of them; share 0 of 1 is everybody."""

    def __init__(self, number: int = 0, shares: int = 1, only: frozenset[str] | None = None) -> None:
        self.number = number
        self.shares = shares
        self.only = only
        self.last: int | None = None  # the newest receipt in the log, whoever it was about

    @property
    def is_everybody(self) -> bool:
        return self.shares == 1 and self.only is None

    def own(self, calls: Iterable[Call], memories: Sequence[IdMemory]) -> Iterator[Call]:
        """The calls about this share's people; the ids of the others' events go to *memories* all the same.

        Raises: PeopleMeet at the first call that is about several people.
        """
        share, shares, crc32, only = self.number, self.shares, zlib.crc32, self.only
        by_id, last = IdType.ID, self.last
        for call in calls:
            person = call.person
            if person is None or call.anonymous_id is not None or call.id_type is not by_id:
                raise PeopleMeet
            if call.kind not in _ALONE and call.kind in _SEVERAL:
                raise PeopleMeet
            at = call.at if call.at is not None else call.timestamp
            if at is not None and (last is None or at > last):
                last = self.last = at
            if only is not None:
                is_mine = person in only
            else:
                is_mine = crc32(person.encode("utf-8", "surrogatepass")) % shares == share
            if is_mine:
                yield call
            elif call.event_id is not None:
                for ids in memories:
                    ids.took(call.event_id)


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """A replay keeps what it makes, so looking for garbage after every few hundred values is in vain."""
    before = gc.get_threshold()
    gc.set_threshold(500_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
