"""What changed in the contract since another edition of it, and whom each change breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from mailwright.checks.known_data import folded_event, types_of
from mailwright.contract.uses import Path, Uses, names_of

if TYPE_CHECKING:
    from mailwright.contract.uses import Use
    from mailwright.definitions.event_schema import EventSchema, Property
    from mailwright.definitions.project import Project

Properties = Mapping[str, "Property"]

PEOPLE = ""
"""Stands in the place of an event's name for people's attributes."""
_WITHIN = {"integer": frozenset({"number"}), "timestamp": frozenset({"integer", "number"})}
"""What is also a value of other types."""


class Breaks(StrEnum):
    """Who has to act on a change."""

    NOBODY = "nobody"
    SENDERS = "senders"  # what they send today no longer fits
    READERS = "readers"  # campaigns and emails read something that may no longer come
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Difference:
    """One change: of an event (or of people, where *event* is empty) or of one of its properties."""

    event: str
    path: Path
    what: str  # removed, added, renamed, retyped, required, optional, narrowed, widened, deprecated, …
    says: str  # for people
    breaks: Breaks
    used_by: tuple[Use, ...] = ()  # whom it breaks among campaigns, segments and emails

    @property
    def subject(self) -> str:
        """What changed, as people write it."""
        whose = self.event or "people"
        return ".".join((whose, *self.path)) if self.path else whose

    @property
    def names(self) -> list[str]:
        """Who uses it."""
        return names_of(self.used_by)


def contract_differences(before: Project, after: Project, uses: Uses) -> list[Difference]:
    """Every change from one project's contract to another's, by event; *uses* are those of the later project."""
    found = [*_events(before.events, after.events), *_people(before, after)]
    return [_used(difference, uses) for difference in found]


def _used(difference: Difference, uses: Uses) -> Difference:
    from dataclasses import replace

    if difference.breaks not in (Breaks.READERS, Breaks.BOTH):
        return difference
    found = uses.of_event(difference.event, difference.path) if difference.event else uses.of_person(difference.path)
    return replace(difference, used_by=tuple(found))


def _events(before: Mapping[str, EventSchema], after: Mapping[str, EventSchema]) -> Iterator[Difference]:
    old = {folded_event(name): schema for name, schema in before.items()}
    new = {folded_event(name): schema for name, schema in after.items()}
    by_alias = {folded_event(alias): schema for schema in after.values() for alias in schema.aliases}
    for key in sorted({*old, *new}):
        was, now = old.get(key), new.get(key)
        if was is None:
            assert now is not None  # one of the two has it
            if not any(folded_event(alias) in old for alias in now.aliases):
                yield Difference(now.name, (), "added", "a new event", Breaks.NOBODY)
        elif now is None:
            heir = by_alias.get(key)
            if heir is None:
                yield Difference(was.name, (), "removed", "the event is gone", Breaks.READERS)
            else:
                says = f"is now called '{heir.name}'; the old name is an alias"
                yield Difference(was.name, (), "renamed", says, Breaks.NOBODY)
                yield from _event(was, heir)
        else:
            yield from _event(was, now)


def _event(was: EventSchema, now: EventSchema) -> Iterator[Difference]:
    name = now.name
    if now.deprecated and not was.deprecated:
        instead = f"; '{now.replaced_by}' takes its place" if now.replaced_by else ""
        yield Difference(name, (), "deprecated", f"is deprecated{instead}", Breaks.READERS)
    if was.deprecated and not now.deprecated:
        yield Difference(name, (), "kept", "is no longer deprecated", Breaks.NOBODY)
    gone = [alias for alias in was.aliases if alias not in now.aliases and alias != name]
    if gone:
        yield Difference(name, (), "alias gone", f"is no longer called {', '.join(gone)}", Breaks.SENDERS)
    yield from _properties(name, (), was.properties, now.properties)


def _people(before: Project, after: Project) -> Iterator[Difference]:
    if before.people.identifier != after.people.identifier:
        says = f"people are told apart by {after.people.identifier}, and were by {before.people.identifier}"
        yield Difference(PEOPLE, (), "identifier", says, Breaks.BOTH)
    yield from _properties(PEOPLE, (), before.people.attributes, after.people.attributes)


def _properties(
    event: str, path: Path, was: Mapping[str, Property], now: Mapping[str, Property]
) -> Iterator[Difference]:
    for name in dict.fromkeys([*was, *now]):
        inside = (*path, name)
        if name not in was:
            required = now[name].required
            breaks = Breaks.SENDERS if required else Breaks.NOBODY
            says = "is new, and required" if required else "is new"
            yield Difference(event, inside, "added", says, breaks)
        elif name not in now:
            yield Difference(event, inside, "removed", "is gone", Breaks.READERS)
        else:
            yield from _property(event, inside, was[name], now[name])


def _property(event: str, path: Path, was: Property, now: Property) -> Iterator[Difference]:
    yield from _types(event, path, types_of(was), types_of(now))
    if now.required and not was.required:
        yield Difference(event, path, "required", "is required now", Breaks.SENDERS)
    elif was.required and not now.required:
        says = "need not be sent any more; emails that read it without a default would fail"
        yield Difference(event, path, "optional", says, Breaks.READERS)
    if now.nullable and not was.nullable:
        yield Difference(event, path, "nullable", "may be null now", Breaks.READERS)
    elif was.nullable and not now.nullable:
        yield Difference(event, path, "not nullable", "may not be null any more", Breaks.SENDERS)
    yield from _allowed(event, path, was.allowed, now.allowed)
    if was.unit != now.unit:
        says = f"is in {now.unit or 'no unit'}, and was in {was.unit or 'no unit'}"
        yield Difference(event, path, "unit", says, Breaks.BOTH)
    yield from _properties(event, path, was.properties, now.properties)


def _types(event: str, path: Path, was: Sequence[str], now: Sequence[str]) -> Iterator[Difference]:
    if set(was) == set(now):
        return
    lost = [one for one in was if not _covered(one, now)]
    gained = [one for one in now if not _covered(one, was)]
    says = f"is {_words(now)}, and was {_words(was)}"
    if lost and gained:
        yield Difference(event, path, "retyped", says, Breaks.BOTH)
    elif lost:
        yield Difference(event, path, "narrowed", says, Breaks.SENDERS)
    elif gained:
        yield Difference(event, path, "widened", says, Breaks.READERS)
    else:
        yield Difference(event, path, "reworded", says, Breaks.NOBODY)


def _covered(one: str, types: Sequence[str]) -> bool:
    return one in types or "any" in types or not _WITHIN.get(one, frozenset()).isdisjoint(types)


def _words(types: Sequence[str]) -> str:
    return " or ".join(types)


def _allowed(event: str, path: Path, was: Sequence[Any], now: Sequence[Any]) -> Iterator[Difference]:
    """Values compare as Customer.io compares texts: without case (semantics R8)."""
    old, new = _folded(was), _folded(now)
    if old == new:
        return
    if not was:
        yield Difference(event, path, "narrowed", f"is now one of {_values(now)}", Breaks.BOTH)
        return
    if not now:
        yield Difference(event, path, "widened", "may be anything now", Breaks.NOBODY)
        return
    gone = [value for value in was if str(value).casefold() not in new]
    come = [value for value in now if str(value).casefold() not in old]
    if gone:
        yield Difference(event, path, "narrowed", f"is never {_values(gone)} any more", Breaks.BOTH)
    if come:
        yield Difference(event, path, "widened", f"may also be {_values(come)}", Breaks.NOBODY)


def _folded(values: Sequence[Any]) -> set[str]:
    return {str(value).casefold() for value in values}


def _values(values: Sequence[Any]) -> str:
    return ", ".join(f"'{value}'" for value in values)
