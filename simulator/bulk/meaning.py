"""Values told apart as far as anything asks about them, by the engine's own conditions, probes and reads of templates.

A property's values fall into *classes*: of two values of one class every clause, probe and read says the same. What an
event starts is then asked once for each combination of classes that the log holds, of values that stand for them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.conditions import Compare, CompareFields, Happens, Not, Operator, Unclaimed
from simulator.bulk import NotRegular
from simulator.bulk.asked import Asked
from simulator.conditions import Check
from simulator.moment import NOTHING, Moment
from simulator.operators import comparison_key, is_timed, value_test
from simulator.paths import is_plain
from simulator.people import Person
from simulator.rendering.outcome_keys import Read, Scope, Unkeyed

if TYPE_CHECKING:
    from simulator.bulk.asked import BulkCampaign

Values = Mapping[str, Any]
Look = Callable[[Any], Hashable]
"""What something asks of one value; None is a missing one."""
ABSENT = -1  # an attribute that a call does not hold
ADDRESS = "email"
_NAMELESS = Person("", 0)


class Classes:
    """The classes of one property's values, numbered as they come; 0 is that of a missing value."""

    def __init__(self, name: str, looks: Iterable[Look], *, by_value: bool = False) -> None:
        self.name = name
        self.stands_for: list[Any] = []  # for each class a value that is in it
        self._looks = [*looks, *([msgspec.json.encode] if by_value else [])]
        self._numbers: dict[Hashable, int] = {}
        self.of_all([None])

    @property
    def looked_at(self) -> int:
        """In how many ways its values are told apart."""
        return len(self._looks)

    def of_all(self, values: Sequence[Any]) -> list[int]:
        """The class of each value; None is a missing one."""
        if not self._looks:
            return self._only(values)
        seen = [map(look, values) for look in self._looks]
        keys: Iterable[Hashable] = zip(*seen, strict=True) if len(seen) > 1 else seen[0]
        numbers, found = self._numbers, []
        for key, value in zip(keys, values, strict=True):
            number = numbers.get(key)
            found.append(self._number(key, value) if number is None else number)
        return found

    def _only(self, values: Sequence[Any]) -> list[int]:
        """Nothing asks: all values are alike, missing ones too."""
        if not self.stands_for:
            self.stands_for.append(None)
        return [0] * len(values)

    def _number(self, key: Hashable, value: Any) -> int:
        number = self._numbers[key] = len(self.stands_for)
        self.stands_for.append(value)
        return number


def decoded(texts: Sequence[str]) -> list[Any]:
    """The values of JSON texts.

    Raises: NotRegular for a number that no 64 bits hold.
    """
    try:
        values: list[Any] = msgspec.json.decode(f"[{','.join(texts)}]")
    except msgspec.MsgspecError as error:
        raise NotRegular("a value is out of the ordinary") from error
    if any(value.__class__ is float and abs(value) >= 2.0**63 for value in values):
        raise NotRegular("a number is too large for 64 bits")
    return values


def property_classes(asked: Asked, event: str) -> list[Classes]:
    """The classes of each property that is read of an event, in the order of `Asked.events`."""
    checks: list[Check] = []
    asks: list[Callable[[Values], Hashable]] = []
    for bulk in asked.campaigns:
        if bulk.event == event:
            checks += [check for check in (bulk.campaign.trigger, *bulk.recordable.checks) if check is not None]
            asks += [decided for _, decided in bulk.route.probes]
            asks += _asks_of_messages(asked, bulk, of_event=True)
        checks += [awaited.where for awaited in bulk.awaited if awaited.event == event and awaited.where is not None]
    assumptions = asked.content.assumptions
    return [classes_of(name, checks, asks, assumptions, of_event=True) for name in asked.events.get(event, ())]


def attribute_classes(asked: Asked) -> list[Classes]:
    """The classes of each attribute, in the order of `Asked.attributes`."""
    checks = [check for bulk in asked.campaigns for check in (*bulk.recordable.checks, *bulk.recordable.ends)]
    asks = [ask for bulk in asked.campaigns for ask in _asks_of_messages(asked, bulk, of_event=False)]
    assumptions = asked.content.assumptions
    return [classes_of(name, checks, asks, assumptions, of_event=False) for name in asked.attributes]


def addresses_are_alike(asked: Asked) -> bool:
    """Whether of an email address nothing is asked but what tells whether there is one."""
    return all(known.looked_at == 1 for known in attribute_classes(asked) if known.name == ADDRESS)


def classes_of(
    name: str,
    checks: Iterable[Check],
    asks: Iterable[Callable[[Values], Hashable]],
    assumptions: Assumptions,
    *,
    of_event: bool,
) -> Classes:
    """The classes of the values of one property or attribute, by those of *checks* and *asks* that read it."""
    looks: dict[Hashable, Look] = {}
    for ask in asks:
        if ask({}) != ask({name: "x"}) or ask({}) != ask({name: "1"}):
            looks[id(ask)] = _of_values(ask, name)
    constants: set[Hashable] = set()
    by_value = False
    for check in checks:
        for clause in _leaves(check):
            read = clause.reads.properties if of_event else clause.reads.attributes
            if name not in read:
                continue
            # A clause that reads it beside another property knows only values.
            by_value |= len(read) > 1
            condition = clause.condition
            if isinstance(condition, Compare) and condition.operator is Operator.EQUALS and is_plain(condition.path):
                constants.update(_key(constant, assumptions) for constant in condition.values)
            elif not _negates_equality(condition):
                looks[condition] = _look_of(clause, name, assumptions, of_event=of_event)
    if constants:
        # Whatever asks for equality asks by this key, so what equals none of the constants is alike to all of it.
        looks["constants"] = _constant(frozenset(constants), assumptions)
    if name == ADDRESS and not of_event:
        looks["address"] = _address
    return Classes(name, looks.values(), by_value=by_value)


def moment_of(attributes: Values, data: Values = NOTHING) -> Moment:
    """Somebody with these attributes, of whom an event with this data was received."""
    moment = Moment(0, _NAMELESS, attributes, lambda _, __: False)
    moment.event = moment.data = data
    return moment


def _leaves(check: Check) -> Iterator[Check]:
    """The clauses that ask about values, each as a check of its own, with their negations."""
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


def _negates_equality(condition: object) -> bool:
    """Whether it only turns round a clause that is looked at by itself, and what is missing."""
    part = condition.part if isinstance(condition, Not) else None
    return isinstance(part, Compare) and part.operator is Operator.EQUALS and is_plain(part.path)


def _look_of(clause: Check, name: str, assumptions: Assumptions, *, of_event: bool) -> Look:
    condition = clause.condition
    if isinstance(condition, Compare) and is_plain(condition.path) and not is_timed(condition.operator):
        test: Look = value_test(condition.operator, condition.values, assumptions)  # type: ignore[assignment]  # no time
        return test
    if of_event:
        return lambda value: clause.holds(moment_of(NOTHING, {} if value is None else {name: value}))
    return lambda value: clause.holds(moment_of({} if value is None else {name: value}))


def _of_values(ask: Callable[[Values], Hashable], name: str) -> Look:
    return lambda value: ask({} if value is None else {name: value})


def _key(value: Any, assumptions: Assumptions) -> Hashable:
    return comparison_key(value, assumptions.numbers_compare_as == "number")


def _constant(constants: frozenset[Hashable], assumptions: Assumptions) -> Look:
    numbers = assumptions.numbers_compare_as == "number"

    def look(value: Any) -> Hashable:
        if value is None:
            return None
        key = comparison_key(value, numbers)
        return (key,) if key in constants else ()

    return look


def _address(value: Any) -> Hashable:
    """What of an address decides whether there is one."""
    return (value.__class__ is str and value != "", isinstance(value, str) and (value.strip() != "", "," in value))


def _asks_of_messages(asked: Asked, bulk: BulkCampaign, *, of_event: bool) -> list[Callable[[Values], Hashable]]:
    """What the campaign's messages read, of the event or of the person.

    Raises: NotRegular when a message has to be rendered to be known.
    """
    found: list[Callable[[Values], Hashable]] = []
    for _, name in bulk.recordable.messages:
        reads = asked.messages.deciding_reads(bulk.campaign.slug, name)
        if reads is None:
            raise NotRegular(f"'{bulk.campaign.slug}/{name}' has to be rendered to be known")
        found += [_read_by(read, of_event=of_event) for read in reads]
    return found


def _read_by(read: Read, *, of_event: bool) -> Callable[[Values], Hashable]:
    def ask(values: Values) -> Hashable:
        try:
            return read(_scope({"id": "1"}, values) if of_event else _scope({"id": "1", **values}, {}))
        except Unkeyed:
            raise NotRegular("a value is too large, or a word that Liquid takes for the time") from None

    return ask


def _scope(customer: Values, event: Values) -> Scope:
    """What a read of a template looks at."""
    return (customer, event, None, NOTHING, NOTHING)
