"""Asking a clause about values that are put before it: the compiled clause itself answers, so nothing is imitated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.conditions import Condition, Subject
from simulator.conditions import Check
from simulator.moment import NOTHING, Moment
from simulator.people import Person

ABSENT: Final = type("Absent", (), {"__repr__": lambda _: "absent"})()
"""There is no value at all; None is a null that somebody sent."""


class Elements:
    """The values that a path with `[]` leads to; chosen as such, not as one value."""

    __slots__ = ("values",)

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = list(values)


Holds = Callable[[Moment], bool]
_NOBODY = Person("", 0)


@lru_cache(maxsize=20_000)
def _compiled(name: str, condition: _Named, assumptions: Assumptions) -> Holds:
    del name  # it tells apart what Python takes for equal: 1, 1.0 and true
    return Check(condition.condition, assumptions).holds


class _Named:
    """A condition that is looked up by its written form alone."""

    __slots__ = ("condition",)

    def __init__(self, condition: Condition) -> None:
        self.condition = condition

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Named)


def compiled(condition: Condition, assumptions: Assumptions) -> Holds:
    """The compiled condition, made once."""
    return _compiled(repr(condition), _Named(condition), assumptions)


def moment_with(values: Mapping[tuple[Subject, str], Any], now: int) -> Moment:
    """A moment at which each path leads to its one value.

    A key that is written like a path wins over the path (`simulator.paths`), so every path can carry any value,
    whatever the others carry.
    """
    moment = Moment(now, _NOBODY, NOTHING, lambda _slug, _moment: False)
    given: dict[Subject, dict[str, Any]] = {}
    for (subject, path), value in values.items():
        if value is not ABSENT:
            given.setdefault(subject, {})[path] = value
    put_into(moment, given)
    return moment


def put_into(moment: Moment, given: Mapping[Subject, Mapping[str, Any]]) -> None:
    """Lay data before a moment: what starts a journey is also the event at hand."""
    moment.event = moment.data = given.get(Subject.DATA, NOTHING)
    moment.object = given.get(Subject.OBJECT, NOTHING)
    moment.relationship = given.get(Subject.RELATIONSHIP, NOTHING)
    if Subject.PERSON in given:
        moment.attributes = given[Subject.PERSON]
    moment.to = given.get(Subject.TO, NOTHING).get("")
    moment.from_ = given.get(Subject.FROM, NOTHING).get("")
