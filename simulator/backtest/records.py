"""One predicted delivery as a few plain values, alike whichever engine made it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple


class Record(NamedTuple):
    """One delivery of a replay; records compare as tuples, so sorted ones stand by person.

    Units: *at* is in Unix seconds. *event_line* is the line of the call that started the journey, 0 where none did.
    *reason* is Customer.io's text of a failed delivery, else why it was not sent. *version* tells contents of one step
    apart; empty where the engine does not say, and then the step's content as a whole is compared.
    """

    person: str
    campaign: str
    step: str
    at: int
    channel: str
    status: str
    reason: str
    event_line: int
    version: str = ""


Records = Iterable[Record]

_PERSON = itemgetter(0)


def by_person(before: Records, after: Records) -> Iterator[tuple[str, list[Record], list[Record]]]:
    """Each person of either of two sorted streams, with what both say of them; holds one person at a time."""
    sides = [groupby(before, _PERSON), groupby(after, _PERSON)]
    heads = [_next(side) for side in sides]
    while True:
        people = [head[0] for head in heads if head is not None]
        if not people:
            return
        person = min(people)
        found: list[list[Record]] = [[], []]
        for place, head in enumerate(heads):
            if head is not None and head[0] == person:
                found[place] = head[1]
                heads[place] = _next(sides[place])
        yield person, found[0], found[1]


def _next(side: Iterator[tuple[str, Iterator[Record]]]) -> tuple[str, list[Record]] | None:
    person, records = next(side, (None, iter(())))
    return None if person is None else (person, list(records))
