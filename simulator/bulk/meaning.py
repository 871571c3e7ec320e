"""Values told apart as far as anything asks about them, by the engine's own conditions, probes and reads of templates.

A property's values fall into *classes*: of two values of one class every clause, probe and read says the same. What an
event starts is then asked once for each combination of classes that the log holds, of values that stand for them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from mailwright.definitions.conditions import Compare, CompareFields, Happens, Not, Operator, Unclaimed
from simulator.bulk import NotRegular
from simulator.bulk.asked import REST, Asked
from simulator.bulk.selection import BETWEEN
from simulator.conditions import Check
from simulator.moment import NOTHING, Moment
from simulator.operators import comparison_key
from simulator.people import Person
from simulator.rendering.outcome_keys import Read, Scope, Unkeyed

if TYPE_CHECKING:
    from simulator.bulk.asked import BulkCampaign

Values = Mapping[str, Any]
Look = Callable[[Values], Hashable]
ABSENT = -1  # an attribute that a call does not hold, a property that an event does not have
_NAMELESS = Person("", 0)


class Classes:
    """The classes of one property's values, numbered as they come; 0 is that of a missing value."""

    def __init__(self, name: str, looks: Iterable[Look], *, by_value: bool = False) -> None:
        self.name = name
        self.stands_for: list[Any] = []  # for each class a value that is in it
        self._looks = tuple(looks)
        self._by_value = by_value
        self._numbers: dict[Hashable, int] = {}
        self.of(None)

    def of(self, value: Any) -> int:
        """The class of *value*; None is a missing one."""
        values = {} if value is None else {self.name: value}
        key: Hashable = tuple([look(values) for look in self._looks])
        if self._by_value:
            key = (key, msgspec.json.encode(value))
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.stands_for)
            self.stands_for.append(value)
        return found

    def of_text(self, text: str | None) -> int:
        """The class of a value written as JSON."""
        return self.of(decoded(text))


class RestClasses:
    """The classes of what few calls hold (`REST`), read as one text; each combination is told apart by its values."""

    def __init__(self) -> None:
        self.stands_for: list[dict[str, Any]] = [{}]
        self._numbers: dict[str, int] = {}

    def of_text(self, text: str) -> int:
        """The number of the combination; what it holds is in `stands_for`, None for an attribute it takes away."""
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self.stands_for)
            pieces = text.split(BETWEEN)
            self.stands_for.append({name: decoded(piece) for name, piece in zip(REST, pieces, strict=True) if piece})
        return found


def decoded(text: str | None) -> Any:
    """The value of a JSON text; an empty text is none, as null is.

    Raises: NotRegular for a number that no 64 bits hold.
    """
    if text is None:
        return None
    try:
        value = msgspec.json.decode(text)
    except msgspec.MsgspecError as error:
        raise NotRegular(f"a value is out of the ordinary: {error}") from error
    if isinstance(value, float) and abs(value) >= 2.0**63:
        raise NotRegular("a number is too large for 64 bits")
    return value


def property_classes(asked: Asked, event: str) -> list[Classes]:
    """The classes of each property that is read of an event, in the order of `Asked.events`."""
    checks: list[Check] = []
    looks: list[Look] = []
    for bulk in asked.campaigns:
        if bulk.event == event:
            checks += [check for check in (bulk.campaign.trigger, *bulk.recordable.checks) if check is not None]
            looks += [decided for _, decided in bulk.route.probes]
            looks += _looks_of_messages(asked, bulk, of_event=True)
        checks += [awaited.where for awaited in bulk.awaited if awaited.event == event and awaited.where is not None]
    numbers = asked.content.assumptions.numbers_compare_as == "number"
    return [_classes(name, checks, looks, numbers, of_event=True) for name in asked.events.get(event, ())]


def attribute_classes(asked: Asked) -> list[Classes]:
    """The classes of each attribute, in the order of `Asked.attributes`."""
    checks = [check for bulk in asked.campaigns for check in (*bulk.recordable.checks, *bulk.recordable.ends)]
    looks = [look for bulk in asked.campaigns for look in _looks_of_messages(asked, bulk, of_event=False)]
    numbers = asked.content.assumptions.numbers_compare_as == "number"
    return [_classes(name, checks, looks, numbers, of_event=False) for name in asked.attributes]


def _classes(name: str, checks: Sequence[Check], looks: Sequence[Look], numbers: bool, *, of_event: bool) -> Classes:
    """The classes of one name, by those of the checks and looks that read it."""
    mine: dict[Hashable, Look] = {
        id(look): look for look in looks if look({}) != look({name: "x"}) or look({}) != look({name: "1"})
    }
    constants: set[Hashable] = set()
    by_value = False
    for check in checks:
        for clause in _leaves(check):
            reads = clause.reads
            read = reads.properties if of_event else reads.attributes
            if name not in read:
                continue
            condition = clause.condition
            by_value |= len(read) > 1
            if isinstance(condition, Compare) and condition.operator is Operator.EQUALS:
                constants.update(comparison_key(constant, numbers) for constant in condition.values)
            elif not isinstance(condition, Not) or condition.part.operator is not Operator.EQUALS:  # type: ignore[union-attr]  # leaves negate only comparisons
                mine[condition] = _asked_of_event(clause) if of_event else _asked_of_person(clause)
    if constants:
        # Whatever asks for equality asks by this key, so what equals none of the constants is alike to all of it.
        mine["constants"] = _constant(name, frozenset(constants), numbers)
    if name == "email":
        mine["address"] = _has_address
    return Classes(name, mine.values(), by_value=by_value)


def _constant(name: str, constants: frozenset[Hashable], numbers: bool) -> Look:
    def look(values: Values) -> Hashable:
        value = values.get(name)
        if value is None:
            return None
        key = comparison_key(value, numbers)
        return (key,) if key in constants else ()

    return look


def moment_of(attributes: Values, data: Values = NOTHING) -> Moment:
    """Somebody with these attributes, of whom an event with this data was received."""
    moment = Moment(0, _NAMELESS, attributes, lambda _, __: False)
    moment.event = moment.data = data
    return moment


def _leaves(check: Check) -> Iterator[Check]:
    condition = check.condition
    if isinstance(condition, Compare | Unclaimed | CompareFields):
        yield check
        return
    if isinstance(condition, Happens):
        return  # its own part is asked of the awaited event
    if isinstance(condition, Not) and isinstance(condition.part, Compare):
        yield check
    for part in check.parts:
        yield from _leaves(part)


def _asked_of_event(clause: Check) -> Look:
    return lambda values: clause.holds(moment_of(NOTHING, values))


def _asked_of_person(clause: Check) -> Look:
    return lambda values: clause.holds(moment_of(values))


def _has_address(values: Values) -> Hashable:
    """What of an address decides whether there is one."""
    value = values.get("email")
    return (value.__class__ is str and value != "", isinstance(value, str) and (value.strip() != "", "," in value))


def _looks_of_messages(asked: Asked, bulk: BulkCampaign, *, of_event: bool) -> list[Look]:
    """What the campaign's messages read, of the event or of the person.

    Raises: NotRegular when a message has to be rendered to be known.
    """
    found: list[Look] = []
    for _, name in bulk.recordable.messages:
        reads = asked.messages.deciding_reads(bulk.campaign.slug, name)
        if reads is None:
            raise NotRegular(f"'{bulk.campaign.slug}/{name}' has to be rendered to be known")
        found += [_read_by(read, of_event=of_event) for read in reads]
    return found


def _read_by(read: Read, *, of_event: bool) -> Look:
    if read(_scope({"id": "1"}, {})) != read(_scope({"id": "2"}, {})):
        raise NotRegular("a message differs from person to person by the id alone")

    def look(values: Values) -> Hashable:
        try:
            return read(_scope({"id": "1"}, values) if of_event else _scope({"id": "1", **values}, {}))
        except Unkeyed:
            raise NotRegular("a value is too large, or a word that Liquid takes for the time") from None

    return look


def _scope(customer: Values, event: Values) -> Scope:
    """What a read of a template looks at."""
    return (customer, event, None, NOTHING, NOTHING)
