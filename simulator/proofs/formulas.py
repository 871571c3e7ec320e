"""Conditions as formulas over atoms: questions that one kind of value, or one kind of history, can answer.

The way from a condition to its formula follows `simulator.conditions` step for step: what is negated there as a whole
(a comparison, a performed event within a span) is an atom or a formula of its own here. Atoms are told apart by what
they say, written out, since Python takes 1 and true for one value and Customer.io does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from mailwright.definitions.conditions import (
    All,
    Changed,
    Compare,
    CompareFields,
    Condition,
    Happens,
    InSegment,
    MessageIs,
    Not,
    Operator,
    Performed,
    Subject,
    Unclaimed,
)
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.loading.condition_operands import holds_variable
from simulator.operators import is_timed
from simulator.proofs.context import Context

ValueKey = tuple[Subject, str]


@dataclass(frozen=True, slots=True)
class ValueAtom:
    """A comparison of one value, or the negation of one: *leaf* is a `Compare` or a `Not` of one."""

    key: ValueKey
    leaf: Condition


@dataclass(frozen=True, slots=True)
class FieldsAtom:
    """Two values compared with each other."""

    left: ValueKey
    right: ValueKey
    leaf: CompareFields


@dataclass(frozen=True, slots=True)
class SegmentAtom:
    """Membership of a segment that is kept by hand."""

    segment: str


@dataclass(frozen=True, slots=True)
class AgeAtom:
    """The profile is at least so many seconds old."""

    seconds: int


@dataclass(frozen=True, slots=True)
class HistoryAtom:
    """Something happened at least *times* times; *family* names what the same occurrences may answer."""

    family: tuple[str, ...]
    leaf: Performed | Changed | Happens | MessageIs
    times: int


@dataclass(frozen=True, slots=True)
class FreeAtom:
    """A question that is not looked into: it may be answered either way."""

    why: str


Atom = ValueAtom | FieldsAtom | SegmentAtom | AgeAtom | HistoryAtom | FreeAtom


@dataclass(frozen=True, slots=True)
class Literal:
    """An atom, by its number, that must hold or must not."""

    atom: int
    holds: bool


@dataclass(frozen=True, slots=True)
class Both:
    """Every part holds."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: tuple[Formula, ...]


Formula = Literal | Both | Either
OF_WORKSPACE = "a value that each workspace sets for itself"
YES = Both(())
NO = Either(())


@dataclass(slots=True)
class Atoms:
    """Writes formulas and numbers the atoms in them.

    *inside* names the subjects of an inner `where:` (a performed event's data, a change's values); what such a
    condition reads of anything else is left open. *lasting* leaves open all that may have changed since the journey
    began: everything but the untimed tests of the event's data.
    """

    context: Context
    inside: frozenset[Subject] | None = None
    lasting: bool = False
    listed: list[Atom] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def formula(self, condition: Condition, holds: bool = True) -> Formula:
        """The formula that says that *condition* holds, or does not."""
        match condition:
            case Compare():
                return self._value(condition, condition, holds)
            case Unclaimed(subject=subject, path=path, claimed=claimed):
                if not claimed:
                    return YES if holds else NO
                taken = Compare(subject, path, Operator.EQUALS, claimed)
                return self._value(taken, Not(taken), holds)
            case CompareFields():
                return self._fields(condition, holds)
            case InSegment(segment=slug):
                return self._segment(slug, holds)
            case Performed() | Changed() | Happens() | MessageIs():
                return self._history(condition, holds)
            case All(parts=parts):
                return joined([self.formula(part, holds) for part in parts], all_of=holds)
            case AnyOf(parts=parts):
                return joined([self.formula(part, holds) for part in parts], all_of=not holds)
            case Not(part=part):
                return self._not(condition, part, holds)
            case _:
                assert_never(condition)

    def _not(self, whole: Not, part: Condition, holds: bool) -> Formula:
        match part:
            case Compare():
                return self._value(part, whole, holds)
            case Performed(within=within) if within is not None:
                # Source: "has not done it within N days" needs a profile at least N days old (semantics R107).
                old = self._literal(AgeAtom(int(within.total_seconds())), holds)
                return joined([self.formula(part, not holds), old], all_of=holds)
            case Changed(attribute=name) if self.context.assumptions.inverse_attribute_change == "fails":
                there = self.formula(Compare(Subject.PERSON, name, Operator.EXISTS), holds)
                return joined([self.formula(part, not holds), there], all_of=holds)
            case _:
                return self.formula(part, not holds)

    def _value(self, compare: Compare, leaf: Condition, holds: bool) -> Formula:
        subject = same_event(compare.subject) if self.inside is None else compare.subject
        if any(holds_variable(value) for value in compare.values):
            return self._open(leaf, OF_WORKSPACE, holds)
        if self._is_foreign(subject):
            return self._open(leaf, f"a test of {subject.value} data inside `where`", holds)
        if self.lasting and (subject is not Subject.DATA or is_timed(compare.operator)):
            return self._open(leaf, "what may change while a journey runs", holds)
        return self._literal(ValueAtom((subject, compare.path), leaf), holds)

    def _is_foreign(self, subject: Subject) -> bool:
        return self.inside is not None and subject not in self.inside

    def _fields(self, leaf: CompareFields, holds: bool) -> Formula:
        sides = [leaf.left, leaf.right] if self.inside is not None else [same_event(leaf.left), same_event(leaf.right)]
        if any(map(self._is_foreign, sides)) or "[]" in leaf.left_path + leaf.right_path:
            return self._open(leaf, "two fields compared across events or lists", holds)
        if self.lasting and any(side is not Subject.DATA for side in sides):
            return self._open(leaf, "what may change while a journey runs", holds)
        left, right = (sides[0], leaf.left_path), (sides[1], leaf.right_path)
        return self._literal(FieldsAtom(left, right, leaf), holds)

    def _segment(self, slug: str, holds: bool) -> Formula:
        condition = self.context.segments.get(slug)
        if condition is not None:
            return self.formula(condition, holds)
        if self.lasting:
            return self._open(InSegment(slug), "what may change while a journey runs", holds)
        return self._literal(SegmentAtom(slug), holds)

    def _history(self, leaf: Performed | Changed | Happens | MessageIs, holds: bool) -> Formula:
        if self.lasting or self.inside is not None:
            return self._open(leaf, "what may change while a journey runs", holds)
        match leaf:
            case Performed(event=event, type=kind, times=times):
                family = ("event", kind.value, event.strip().lower())
                if self.context.event_key != family[1:]:
                    return self._literal(HistoryAtom(family, leaf, times), holds)
                return self._with_own_event(leaf, family, holds)
            case Happens(event=event, type=kind):
                return self._literal(HistoryAtom(("event", kind.value, event.strip().lower()), leaf, 1), holds)
            case Changed(attribute=attribute, times=times):
                return self._literal(HistoryAtom(("change", attribute), leaf, times), holds)
            case MessageIs(campaign=campaign, step=step, times=times):
                family = ("message", campaign or self.context.campaign, step)
                return self._literal(HistoryAtom(family, leaf, times), holds)

    def _with_own_event(self, leaf: Performed, family: tuple[str, ...], holds: bool) -> Formula:
        """A count of the very event that starts the journey: it is one of them where its data fit.

        Source: the engine lets an event count before it asks any trigger (`simulator.events`).
        """
        fits = YES if leaf.where is None else self.formula(leaf.where, True)
        fits_not = NO if leaf.where is None else self.formula(leaf.where, False)
        one_less = self._times(leaf, family, leaf.times - 1, holds)
        others = self._times(leaf, family, leaf.times, holds)
        return joined([joined([fits, one_less], all_of=True), joined([fits_not, others], all_of=True)], all_of=False)

    def _times(self, leaf: Performed, family: tuple[str, ...], times: int, holds: bool) -> Formula:
        if times == 0 and self.context.assumptions.times_means == "at_least":
            return YES if holds else NO
        return self._literal(HistoryAtom(family, leaf, times), holds)

    def _open(self, leaf: Condition, why: str, holds: bool) -> Formula:
        # What may change is asked anew each time: it may have held there and not here.
        name = f"open {len(self.listed)}" if self.lasting else f"open {leaf!r}"
        return self._numbered(FreeAtom(why), name, holds)

    def _literal(self, atom: Atom, holds: bool) -> Formula:
        return self._numbered(atom, repr(atom), holds)

    def _numbered(self, atom: Atom, name: str, holds: bool) -> Formula:
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.listed)
            self.listed.append(atom)
        return Literal(number, holds)


def joined(parts: Iterable[Formula], *, all_of: bool) -> Formula:
    """All of the parts, or any of them; one alone stays bare, and what is settled already is settled."""
    kind, end, gone = (Both, NO, YES) if all_of else (Either, YES, NO)
    found: list[Formula] = []
    for part in parts:
        if part == end:
            return end
        if part == gone:
            continue
        found += part.parts if isinstance(part, kind) else (part,)
    return found[0] if len(found) == 1 else kind(tuple(found))


def same_event(subject: Subject) -> Subject:
    """Outside of inner conditions the event under test is the event that starts the journey."""
    return Subject.DATA if subject is Subject.EVENT else subject
