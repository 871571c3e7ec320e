"""Conditions compiled to functions: one question about one person at one moment.

A condition becomes one generated Python expression over the tests of `simulator.operators`, so that asking it costs
little more than the tests themselves. Constants reach it by name, never as text, so no content is ever run. A `Check`
keeps its parts; `explain` asks each of them, so that the reason and the answer cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, assert_never

from mailwright.definitions.assumptions import Assumptions
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
    parts_of,
    walk,
)
from mailwright.definitions.conditions import Any as AnyOf
from simulator.operators import ReadTime, fields_test, is_timed, timestamp_bounds, timestamp_reader, value_test
from simulator.paths import is_plain, value_getter, values_at
from simulator.trace import Clause

if TYPE_CHECKING:
    from simulator.moment import Moment

Turn = Callable[["Moment"], int | None]
_DATA_OF = {
    Subject.PERSON: "m.attributes",
    Subject.EVENT: "m.event",
    Subject.DATA: "m.data",
    Subject.OBJECT: "m.object",
    Subject.RELATIONSHIP: "m.relationship",
}
_RULES = {
    Operator.EQUALS: "R8",
    Operator.CONTAINS: "R12",
    Operator.EXISTS: "R10",
    Operator.ABOVE: "R15",
    Operator.BELOW: "R15",
    Operator.BETWEEN: "R16",
    Operator.AFTER: "R18",
    Operator.BEFORE: "R18",
    Operator.IS_TIMESTAMP: "R108",
}


@dataclass(frozen=True, slots=True)
class Reads:
    """What the answer of a condition depends on."""

    attributes: frozenset[str] = frozenset()  # top-level names
    properties: frozenset[str] = frozenset()  # of the event under test or the triggering one
    events: frozenset[str] = frozenset()  # names in lower case, that must be remembered
    changes: frozenset[str] = frozenset()  # attributes whose changes must be remembered
    segments: frozenset[str] = frozenset()
    messages: frozenset[tuple[str, str]] = frozenset()
    timed: bool = False  # it may change with time alone


class Check:
    """A compiled condition: `holds(moment)`, and its parts in the order of their addresses."""

    def __init__(self, condition: Condition, assumptions: Assumptions, address: tuple[int, ...] = ()) -> None:
        self.condition = condition
        self.address = address
        self._assumptions = assumptions

    @cached_property
    def holds(self) -> Callable[[Moment], bool]:
        """The answer, as one function."""
        return _compiled(self.condition, self._assumptions)

    @cached_property
    def parts(self) -> tuple[Check, ...]:
        """The checks of the conditions inside, each on its own."""
        return tuple(
            Check(part, self._assumptions, (*self.address, index))
            for index, part in enumerate(parts_of(self.condition))
        )

    @cached_property
    def reads(self) -> Reads:
        """What the answer depends on, without looking into segments."""
        return reads_of(self.condition)

    @cached_property
    def always(self) -> bool:
        """Whether it asks nothing."""
        return isinstance(self.condition, All) and not self.condition.parts

    def clauses(self, moment: Moment, label: str) -> list[Clause]:
        """Every clause with its own answer and the value it saw, in file order."""
        if isinstance(self.condition, All | AnyOf) or (isinstance(self.condition, Not) and self.parts[0].parts):
            return [clause for part in self.parts for clause in part.clauses(moment, label)]
        return [self._clause(moment, label)]

    def deciding(self, moment: Moment, label: str) -> Clause | None:
        """The clause that decided the answer: the first that failed, or the first that was enough."""
        match self.condition:
            case All():
                failed = next((part for part in self.parts if not part.holds(moment)), None)
                chosen = failed or (self.parts[0] if self.parts else None)
                return chosen.deciding(moment, label) if chosen is not None else None
            case AnyOf():
                enough = next((part for part in self.parts if part.holds(moment)), None)
                chosen = enough or (self.parts[0] if self.parts else None)
                return chosen.deciding(moment, label) if chosen is not None else None
            case Not(part=All() | AnyOf()):
                return self.parts[0].deciding(moment, label)
            case _:
                return self._clause(moment, label)

    def _clause(self, moment: Moment, label: str) -> Clause:
        leaf = self.condition.part if isinstance(self.condition, Not) else self.condition
        seen, missing = seen_by(leaf, moment)
        rule = "R10" if missing and isinstance(self.condition, Not) else rule_of(leaf)
        return Clause(label, self.address, self.holds(moment), seen, missing, rule)

    @cached_property
    def timed_clauses(self) -> tuple[Condition, ...]:
        """The clauses whose answer may change with time alone, and those that lead into segments."""
        return tuple(clause for _, clause in walk(self.condition) if may_turn(clause))

    @cached_property
    def asks_age(self) -> bool:
        """Whether the profile's age counts for its answer."""
        return inverse_ages(self.condition)

    def next_change(self, moment: Moment, segments: Mapping[str, Check]) -> int | None:
        """The first second after now at which time alone may change the answer, also by way of *segments*."""
        soonest: int | None = None
        for segment, turn in self._turns:
            if turn is not None:
                found = turn(moment)
            else:
                inside = segments.get(segment)
                found = inside.next_change(moment, segments) if inside is not None and inside.timed_clauses else None
            if found is not None and (soonest is None or found < soonest):
                soonest = found
        return soonest

    @cached_property
    def _turns(self) -> tuple[tuple[str, Turn | None], ...]:
        """For each clause of `timed_clauses` what gives its turn; for one that leads into a segment, which."""
        read = timestamp_reader(self._assumptions)
        return tuple(
            (clause.segment, None) if isinstance(clause, InSegment) else ("", turn_of(clause, self.asks_age, read))
            for clause in self.timed_clauses
        )


def may_turn(clause: Condition) -> bool:
    """Whether time alone may change what the clause itself says."""
    match clause:
        case Compare(operator=operator):
            return is_timed(operator)
        case Performed(within=within) | Changed(within=within) | MessageIs(within=within):
            return within is not None
        case InSegment():
            return True
        case _:
            return False


def inverse_ages(condition: Condition) -> bool:
    """Whether a `Not` of a `Performed` within a span is in it, for which the profile's age counts."""
    return any(isinstance(clause, Not) and isinstance(clause.part, Performed) for _, clause in walk(condition))


def _compiled(condition: Condition, assumptions: Assumptions) -> Callable[[Moment], bool]:
    writer = ConditionWriter(assumptions)
    source = writer.expression(condition)
    scope: dict[str, Any] = writer.names
    code = compile(f"lambda m: {source}", "<condition>", "eval")
    found: Callable[[Moment], bool] = eval(code, scope)  # noqa: S307  # made of fixed pieces; constants reach it by name only
    return found


@dataclass(slots=True)
class ConditionWriter:
    """Writes a condition as a Python expression over `m`; *names* holds what it refers to."""

    assumptions: Assumptions
    names: dict[str, Any] = field(default_factory=dict)

    def expression(self, condition: Condition) -> str:
        match condition:
            case Compare():
                return self._compare(condition)
            case Unclaimed(subject=subject, path=path, claimed=claimed):
                taken = Compare(subject, path, Operator.EQUALS, claimed)
                return self.expression(Not(taken)) if claimed else "True"
            case CompareFields():
                return self._fields(condition)
            case InSegment(segment=segment):
                return f"m.in_segment({self.named(segment)}, m)"
            case Performed():
                return self._performed(condition)
            case Changed():
                return self._changed(condition)
            case Happens(event=event, type=kind, where=where):
                inner = self._inner(where)
                return f"m.person.happened({self.named((kind.value, event.lower()))}, {inner}, m)"
            case MessageIs():
                return f"m.person.message_is({self.named(condition)}, m)"
            case All(parts=parts):
                return "(" + " and ".join(self.expression(part) for part in parts) + ")" if parts else "True"
            case AnyOf(parts=parts):
                return "(" + " or ".join(self.expression(part) for part in parts) + ")" if parts else "False"
            case Not(part=part):
                return self._negated(part)
            case _:
                assert_never(condition)

    def _fits_all(self, leaf: Compare) -> str:
        """Whether every element passes, of which there is one: so its negation holds as soon as one does not."""
        test = self.named(value_test(leaf.operator, leaf.values, self.assumptions))
        found = f"{self.named(values_at)}({_DATA_OF[leaf.subject]}, {self.named(leaf.path)})"
        now = ", m.now" if is_timed(leaf.operator) else ""
        return f"({self.expression(leaf)} and all({test}(v{now}) for v in {found}))"

    def named(self, value: Any) -> str:
        """A name under which the expression finds *value*."""
        name = f"k{len(self.names)}"
        self.names[name] = value
        return name

    def _compare(self, leaf: Compare) -> str:
        test = value_test(leaf.operator, leaf.values, self.assumptions)
        now = ", m.now" if is_timed(leaf.operator) else ""
        if leaf.subject in (Subject.TO, Subject.FROM):
            return f"{self.named(test)}({'m.to' if leaf.subject is Subject.TO else 'm.from_'}{now})"
        data = _DATA_OF[leaf.subject]
        if self._null_counts(leaf):
            return f"{self.named(_is_there)}({data}, {self.named(leaf.path)})"
        if is_plain(leaf.path):
            return f"{self.named(test)}({self.plain_value(leaf.subject, leaf.path)}{now})"
        if "[]" in leaf.path:
            each = self.named(values_at)
            return f"any({self.named(test)}(v{now}) for v in {each}({data}, {self.named(leaf.path)}))"
        return f"{self.named(test)}({self.named(value_getter(leaf.path))}({data}){now})"

    def plain_value(self, subject: Subject, name: str) -> str:
        """The value under one name, as an expression that costs nothing to repeat."""
        return f"{_DATA_OF[subject]}.get({self.named(name)})"

    def _null_counts(self, leaf: Compare) -> bool:
        """Whether null in an event's data is a value there is (assumed: it is none, semantics R11)."""
        of_event = leaf.subject in (Subject.DATA, Subject.EVENT)
        return of_event and leaf.operator is Operator.EXISTS and self.assumptions.null_property == "present"

    def _fields(self, leaf: CompareFields) -> str:
        test = self.named(fields_test(leaf.operator, self.assumptions))
        left = f"{self.named(value_getter(leaf.left_path))}({_DATA_OF[leaf.left]})"
        right = f"{self.named(value_getter(leaf.right_path))}({_DATA_OF[leaf.right]})"
        return f"{test}({left}, {right})"

    def _performed(self, leaf: Performed) -> str:
        key = self.named((leaf.type.value, leaf.event.lower()))
        within = _seconds(leaf.within)
        found = f"m.person.count({key}, {within}, {self._inner(leaf.where)}, m)"
        return f"({found} {self._comparison(leaf.times)})"

    def _changed(self, leaf: Changed) -> str:
        within = _seconds(leaf.within)
        found = f"m.person.count_changes({self.named(leaf.attribute)}, {within}, {self._inner(leaf.where)}, m)"
        return f"({found} {self._comparison(leaf.times)})"

    def _comparison(self, times: int) -> str:
        # Assumed: `times` is "at least" (semantics R105).
        return f"{'>=' if self.assumptions.times_means == 'at_least' else '=='} {int(times)}"

    def _inner(self, where: Condition | None) -> str:
        return "None" if where is None else self.named(_compiled(where, self.assumptions))

    def _negated(self, part: Condition) -> str:
        inner = self.expression(part)
        if isinstance(part, Compare) and "[]" in part.path and self.assumptions.negation_on_paths == "each_element":
            inner = self._fits_all(part)
        if isinstance(part, Performed) and part.within is not None:
            # Source: Customer.io docs, "Why don't people match 'within the past X days' conditions?": "has not done it
            # within N days" needs a profile at least N days old (semantics R107).
            return f"(not {inner} and m.person.age(m.now) >= {_seconds(part.within)})"
        if isinstance(part, Changed) and self.assumptions.inverse_attribute_change == "fails":
            present = f"m.attributes.get({self.named(part.attribute)}) is not None"
            return f"(not {inner} and {present})"
        if isinstance(part, Compare) and self.assumptions.missing_property_negation == "fails":
            there = self.expression(Compare(part.subject, part.path, Operator.EXISTS))
            if part.operator is not Operator.EXISTS:
                return f"(not {inner} and {there})"
        return f"(not {inner})"


def _is_there(data: Mapping[str, Any], path: str) -> bool:
    """Whether the data has anything at *path*, null too."""
    return any(True for _ in values_at(data, path))


def _seconds(length: timedelta | None) -> int:
    """A span for the generated code: 0 is ever (semantics R105)."""
    return int(length.total_seconds()) if length is not None else 0


def seen_by(leaf: Condition, moment: Moment) -> tuple[Any, bool]:
    """The value a clause read, and whether it was missing."""
    match leaf:
        case Compare(subject=subject, path=path) | Unclaimed(subject=subject, path=path):
            if subject is Subject.TO:
                return moment.to, moment.to is None
            if subject is Subject.FROM:
                return moment.from_, moment.from_ is None
            found = list(values_at(_data_of(subject, moment), path))
            value = found if "[]" in path else (found[0] if found else None)
            return value, not found or value is None
        case CompareFields(left=left, left_path=left_path, right=right, right_path=right_path):
            pair = [
                next(values_at(_data_of(side, moment), path), None)
                for side, path in ((left, left_path), (right, right_path))
            ]
            return pair, None in pair
        case InSegment(segment=segment):
            return moment.in_segment(segment, moment), False
        case Performed(event=event, type=kind, within=within):
            return moment.person.count((kind.value, event.lower()), _seconds(within), None, moment), False
        case Changed(attribute=attribute, within=within):
            return moment.person.count_changes(attribute, _seconds(within), None, moment), False
        case Happens() | MessageIs():
            return None, False
        case _:
            return None, False


def _data_of(subject: Subject, moment: Moment) -> Any:
    match subject:
        case Subject.PERSON:
            return moment.attributes
        case Subject.EVENT:
            return moment.event
        case Subject.DATA:
            return moment.data
        case Subject.OBJECT:
            return moment.object
        case Subject.RELATIONSHIP:
            return moment.relationship
        case _:
            return {}


def rule_of(leaf: Condition) -> str:
    """The rule of the semantics that a clause's answer follows."""
    match leaf:
        case Compare(operator=operator):
            return _RULES.get(operator, "R18")
        case Unclaimed():
            return "R8"
        case CompareFields():
            return "R20"
        case InSegment():
            return "R104"
        case Performed():
            return "R105"
        case Changed():
            return "R106"
        case Happens():
            return "R66"
        case _:
            return "R69"


def turn_of(clause: Condition, by_age: bool, read: ReadTime) -> Turn:
    """What gives the first second after now at which time alone may change one clause's answer."""
    match clause:
        case Compare(subject=subject, path=path, operator=operator, values=values) if is_timed(operator):
            offset, _ = timestamp_bounds(operator, int(float(values[0])))

            def of_value(moment: Moment) -> int | None:
                stamps = [read(value) for value in values_at(_data_of(subject, moment), path)]
                turns = [int(-(-stamp // 1)) - offset for stamp in stamps if stamp is not None]
                return min([turn for turn in turns if turn > moment.now], default=None)

            return of_value
        case Performed(event=event, type=kind, within=timedelta() as within):
            key, length = (kind.value, event.lower()), _seconds(within)

            def of_events(moment: Moment) -> int | None:
                found = _first_out(moment.person.times_of(key), length, moment.now)
                aged = moment.person.born + length
                return aged if by_age and aged > moment.now and (found is None or aged < found) else found

            return of_events
        case Changed(attribute=attribute, within=timedelta() as within):
            length = _seconds(within)
            return lambda moment: _first_out(moment.person.change_times(attribute), length, moment.now)
        case MessageIs(campaign=campaign, step=step, within=timedelta() as within):
            length = _seconds(within)
            return lambda moment: _first_out(
                moment.person.message_times(campaign or moment.campaign, step), length, moment.now
            )
        case _:
            return lambda moment: None


def _first_out(stamps: list[int], length: int, now: int) -> int | None:
    """The first second after *now* at which something that happened is longer ago than *length*."""
    since = now - length
    recent = [stamp for stamp in stamps if stamp >= since]
    return min(recent) + length + 1 if recent else None


def reads_of(condition: Condition) -> Reads:
    """What the answer of *condition* depends on."""
    attributes: set[str] = set()
    properties: set[str] = set()
    events: set[str] = set()
    changes: set[str] = set()
    segments: set[str] = set()
    messages: set[tuple[str, str]] = set()
    timed = False
    for _, clause in walk(condition):
        match clause:
            case Compare(subject=subject, path=path, operator=operator):
                _add_path(subject, path, attributes, properties)
                timed = timed or is_timed(operator)
            case Unclaimed(subject=subject, path=path):
                _add_path(subject, path, attributes, properties)
            case CompareFields():
                _add_path(clause.left, clause.left_path, attributes, properties)
                _add_path(clause.right, clause.right_path, attributes, properties)
            case InSegment(segment=segment):
                segments.add(segment)
            case Performed(event=event, within=within):
                events.add(event.lower())
                timed = timed or within is not None
            case Happens(event=event):
                events.add(event.lower())
            case Changed(attribute=attribute, within=within):
                changes.add(attribute)
                timed = timed or within is not None
            case MessageIs(step=step, campaign=campaign, within=within):
                messages.add((campaign or "", step))
                timed = timed or within is not None
            case _:
                pass
    return Reads(
        frozenset(attributes), frozenset(properties), frozenset(events), frozenset(changes), frozenset(segments),
        frozenset(messages), timed,
    )  # fmt: skip


def _add_path(subject: Subject, path: str, attributes: set[str], properties: set[str]) -> None:
    # Both readings of a dotted path are depended on: the key written with dots, and the key it starts at.
    names = {path, path.split(".")[0].split("[")[0]} - {""}
    if subject is Subject.PERSON:
        attributes |= names
    elif subject in (Subject.EVENT, Subject.DATA):
        properties |= names
