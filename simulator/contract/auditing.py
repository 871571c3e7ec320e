"""What arrived against what was agreed: each difference with its kind, how often, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from mailwright.checks.event_words import is_click_like, is_nearly, is_time_name, sensitive_by_name
from mailwright.checks.known_data import RESERVED_ATTRIBUTES, folded_event, types_of
from simulator.contract.observing import OTHER, Observed, SeenEvent, SeenProperty

if TYPE_CHECKING:
    from mailwright.contract.uses import Uses
    from mailwright.definitions.event_schema import EventSchema, Property
    from mailwright.definitions.project import Project

ENVELOPE = frozenset({"recipient", "from_address", "reply_to"})
"""Of an event's data: they redirect its mail and need no schema (semantics R29)."""
LATE_SHARE = 0.01
PEOPLE_SHARE = 0.01
PAGES_PER_NAME = 3
FEW = 0.02
"""A name that comes this much more rarely than the one it is nearly the same as is a slip of the sender."""


class Kind(StrEnum):
    """What is wrong."""

    UNKNOWN_EVENT = "unknown-event"
    TYPO = "event-typo"
    CASE = "event-name-case"
    OLD_NAME = "old-name"
    DEPRECATED = "deprecated-event"
    DEAD = "dead-event"
    UNUSED = "unused-event"
    CLICK = "click-like-event"
    TOO_MANY = "too-many-events"
    MISSING = "missing-property"
    UNKNOWN_PROPERTY = "unknown-property"
    PROPERTY_TYPO = "property-typo"
    TYPE = "wrong-type"
    VALUE = "value-not-allowed"
    NULL = "null-value"
    TIME = "time-not-seconds"
    SENSITIVE = "sensitive-data"
    LATE = "late-events"
    AHEAD = "clock-ahead"
    REPEATED = "repeated-ids"
    IDENTIFIED_LATE = "identified-late"
    NEVER_IDENTIFIED = "never-identified"
    ANONYMOUS = "anonymous-never-merged"
    NO_EMAIL = "people-without-email"
    PAGES = "page-names"
    COUNT = "count-differs"


_INFORMS = frozenset({Kind.UNUSED, Kind.DEAD, Kind.OLD_NAME, Kind.NEVER_IDENTIFIED})


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: *count* of *of* calls or people; *line* is the first that shows it, 0 where none does."""

    kind: Kind
    subject: str
    says: str
    count: int = 0
    of: int = 0
    line: int = 0
    hint: str = ""

    @property
    def is_problem(self) -> bool:
        """Whether somebody has to act; the rest is worth knowing."""
        return self.kind not in _INFORMS


def audit(
    project: Project, observed: Observed, uses: Uses, others: Mapping[tuple[str, int], int] | None = None
) -> list[Finding]:
    """Every difference, the gravest kinds first; *others* is a second count of events by name and day since 1970."""
    order = list(Kind)
    found = [*_events(project, observed, uses), *_people(project, observed), *_pages(observed)]
    if others is not None:
        found += _counts(observed, others)
    return sorted(found, key=lambda one: (not one.is_problem, order.index(one.kind), -one.count, one.subject))


# --- events ---------------------------------------------------------------------------------------------------------


def _events(project: Project, observed: Observed, uses: Uses) -> Iterator[Finding]:
    arrived = {name: seen for name, seen in observed.named().items() if name != OTHER}
    schemas = {folded_event(name): schema for name, schema in project.events.items()}
    aliases = {folded_event(alias): schema for schema in project.events.values() for alias in schema.aliases}
    came: set[str] = set()
    for name, seen in arrived.items():
        schema = schemas.get(folded_event(name))
        heir = aliases.get(folded_event(name))
        if schema is None:
            if heir is not None:
                came.add(heir.name)
                says = f"'{name}' is an old name of '{heir.name}'"
                yield Finding(
                    Kind.OLD_NAME, name, says, seen.count, seen.count, seen.first_line, "ask its sender to change"
                )
                yield from _properties(heir, seen)
            else:
                yield _unknown(name, seen, project, arrived)
        else:
            came.add(schema.name)
            yield from _known(name, seen, schema)
        if is_click_like(name):
            says = f"'{name}' tells what a finger did"
            yield Finding(Kind.CLICK, name, says, seen.count, seen.count, seen.first_line, "send what it led to")
        known = schema or heir
        if not uses.of_event(known.name if known is not None else name):
            yield Finding(Kind.UNUSED, name, "no campaign, segment or email uses it", seen.count, seen.count)
        yield from _times(name, seen)
    for schema in project.events.values():
        if schema.name not in came and not schema.deprecated:
            users = uses.of_event(schema.name)
            says = f"never arrives, and {users[0].by} waits for it" if users else "never arrives"
            yield Finding(Kind.DEAD, schema.name, says, hint="deprecated: true, or ask its sender")
    most = project.settings.events.most
    if len(arrived) > most:
        yield Finding(
            Kind.TOO_MANY, "events", f"{len(arrived)} names arrive; the settings allow {most}", len(arrived), most
        )


def _unknown(name: str, seen: SeenEvent, project: Project, arrived: Mapping[str, SeenEvent]) -> Finding:
    near = next((known for known in project.events if is_nearly(known, name)), None)
    if near is not None:
        says = f"'{name}' is not in the contract; '{near}' is nearly the same"
        return Finding(Kind.TYPO, name, says, seen.count, _of(near, arrived), seen.first_line, f"send '{near}'")
    says = f"'{name}' is not in the contract"
    hint = f"mailwright new event {name!r}, or stop sending it" if name.isprintable() else "stop sending it"
    return Finding(Kind.UNKNOWN_EVENT, name, says, seen.count, seen.count, seen.first_line, hint)


def _of(name: str, arrived: Mapping[str, SeenEvent]) -> int:
    found = arrived.get(name)
    return found.count if found is not None else 0


def _known(name: str, seen: SeenEvent, schema: EventSchema) -> Iterator[Finding]:
    if name != schema.name:
        says = f"'{name}' is written '{schema.name}' in the contract; sources disagree whether they are one"
        yield Finding(Kind.CASE, name, says, seen.count, seen.count, seen.first_line, f"send '{schema.name}'")
    if schema.deprecated:
        instead = f"send '{schema.replaced_by}'" if schema.replaced_by else "stop sending it"
        says = f"'{name}' is deprecated and still arrives"
        yield Finding(Kind.DEPRECATED, name, says, seen.count, seen.count, seen.first_line, instead)
    yield from _properties(schema, seen)


def _times(name: str, seen: SeenEvent) -> Iterator[Finding]:
    if seen.late > LATE_SHARE * seen.count:
        says = "arrive more than 72 hours after they happened: they start no campaign"
        yield Finding(Kind.LATE, name, says, seen.late, seen.count, seen.first_line, "send events as they happen")
    if seen.ahead:
        says = "are from the future: a sender's clock is ahead"
        yield Finding(Kind.AHEAD, name, says, seen.ahead, seen.count, seen.first_line, "set the sender's clock by NTP")
    if seen.repeated:
        says = "carry an id that came before: Customer.io does not show them"
        yield Finding(
            Kind.REPEATED, name, says, seen.repeated, seen.count, seen.first_line, "a new ULID for each event"
        )


# --- properties -----------------------------------------------------------------------------------------------------


def _properties(schema: EventSchema, seen: SeenEvent) -> Iterator[Finding]:
    if not schema.properties:
        return
    yield from _required(schema.name, schema.properties, seen.properties, (), seen.count)
    for path, arrived in seen.properties.items():
        if len(path) == 1 and path[0] in ENVELOPE:
            continue
        yield from _property(schema.name, schema.properties, path, arrived, seen.properties)


def _required(
    whose: str,
    wanted: Mapping[str, Property],
    arrived: Mapping[tuple[str, ...], SeenProperty],
    path: tuple[str, ...],
    of: int,
) -> Iterator[Finding]:
    for name, found in wanted.items():
        if not found.required:
            continue
        seen = arrived.get((*path, name))
        missing = of - (seen.count if seen is not None else 0)
        if missing > 0:
            says = "is required and missing"
            yield Finding(
                Kind.MISSING, _dotted(whose, (*path, name)), says, missing, of, hint="send it, or say required: false"
            )


def _property(
    whose: str,
    wanted: Mapping[str, Property],
    path: tuple[str, ...],
    seen: SeenProperty,
    arrived: Mapping[tuple[str, ...], SeenProperty],
) -> Iterator[Finding]:
    subject = _dotted(whose, path)
    found = _agreed(wanted, path)
    if found is None:
        return
    if isinstance(found, tuple):
        yield _unknown_property(subject, path, found, seen)
        found = None
    else:
        yield from _fits(subject, found, seen)
    what = sensitive_by_name(path[-1]) if not _only_booleans(seen) else ""
    what = what or next(iter(seen.sensitive), "")
    if what:
        count = seen.sensitive[what] or seen.count
        hint = "stop sending it, and have it deleted"
        yield Finding(Kind.SENSITIVE, subject, f"holds {what}", count, seen.count, seen.first_line, hint)
    is_time = found is not None and "timestamp" in types_of(found)
    if (is_time or (is_time_name(path[-1]) and found is None)) and seen.times:
        how, count = seen.times.most_common(1)[0]
        says = f"is a time in {how}, not in Unix seconds"
        yield Finding(Kind.TIME, subject, says, count, seen.count, seen.first_line, "seconds since 1970")


def _only_booleans(seen: SeenProperty) -> bool:
    return set(seen.types) <= {"boolean"}


def _agreed(wanted: Mapping[str, Property], path: tuple[str, ...]) -> Property | tuple[str, ...] | None:
    """What the schema says of the path; the names there are where it says nothing; None below what it leaves open."""
    names: Mapping[str, Property] = wanted
    found: Property | None = None
    for place, name in enumerate(path):
        if place and not names:
            return None
        if name not in names:
            return tuple(names) if place == len(path) - 1 else None
        found = names[name]
        names = found.properties
    return found


def _unknown_property(subject: str, path: tuple[str, ...], names: Sequence[str], seen: SeenProperty) -> Finding:
    near = next((name for name in names if is_nearly(name, path[-1]) or name.lower() == path[-1].lower()), None)
    if near is not None:
        says = f"is not in the contract; '{near}' is nearly the same"
        return Finding(Kind.PROPERTY_TYPO, subject, says, seen.count, seen.count, seen.first_line, f"send '{near}'")
    hint = "describe it, or stop sending it"
    return Finding(
        Kind.UNKNOWN_PROPERTY, subject, "is not in the contract", seen.count, seen.count, seen.first_line, hint
    )


def _fits(subject: str, found: Property, seen: SeenProperty) -> Iterator[Finding]:
    kinds = types_of(found)
    wrong = {kind: count for kind, count in seen.types.items() if not _is_a(kind, kinds)}
    if wrong:
        arrived = " or ".join(sorted(wrong))
        says = f"is {arrived}, and should be {' or '.join(kinds)}"
        yield Finding(Kind.TYPE, subject, says, sum(wrong.values()), seen.count, seen.first_line, "send it as agreed")
    if seen.nulls and not found.nullable:
        hint = "leave it out, or say nullable: true"
        yield Finding(Kind.NULL, subject, "is null", seen.nulls, seen.count, seen.first_line, hint)
    if found.allowed:
        allowed = {_folded(value) for value in found.allowed}
        others = {value: count for value, count in seen.values.items() if _folded(value) not in allowed}
        if others:
            says = f"has {len(others)}{' or more' if seen.has_more_values else ''} values that are not allowed"
            hint = f"one of {', '.join(map(str, found.allowed[:6]))}"
            yield Finding(Kind.VALUE, subject, says, sum(others.values()), seen.count, seen.first_line, hint)


def _folded(value: Any) -> str:
    """As Customer.io compares: numbers as text, texts without case (semantics R8)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).casefold()


def _is_a(kind: str, kinds: Sequence[str]) -> bool:
    if "any" in kinds or kind in kinds:
        return True
    if kind == "integer":
        return not {"number", "timestamp"}.isdisjoint(kinds)
    return kind == "number" and "timestamp" in kinds


def _dotted(whose: str, path: tuple[str, ...]) -> str:
    return ".".join((whose, *path))


# --- people and pages -----------------------------------------------------------------------------------------------


def _people(project: Project, observed: Observed) -> Iterator[Finding]:
    persons = observed.persons
    if observed.unidentified > PEOPLE_SHARE * persons:
        says = "sent events and are not identified in this log; unless they were before, nothing can be mailed to them"
        yield Finding(
            Kind.NEVER_IDENTIFIED, "people", says, observed.unidentified, persons, hint="identify before track"
        )
    if observed.identified_late > PEOPLE_SHARE * persons:
        says = "were identified only after their first event, which found no email"
        yield Finding(
            Kind.IDENTIFIED_LATE, "people", says, observed.identified_late, persons, hint="identify before track"
        )
    if observed.anonymous_lost:
        says = f"anonymous ids were never merged; their {observed.anonymous_events_lost:,} events start nothing"
        hint = "identify with the same anonymous_id when the person signs in"
        yield Finding(Kind.ANONYMOUS, "people", says, observed.anonymous_lost, observed.anonymous_lost, hint=hint)
    attributes = project.people.attributes
    if observed.identifies and ("email",) not in observed.people:
        yield Finding(Kind.NO_EMAIL, "people", "no identify brings an email", observed.identifies, observed.identifies)
    if not attributes:
        return
    known = {**dict.fromkeys(RESERVED_ATTRIBUTES, _ANY), **attributes}
    for path, seen in observed.people.items():
        # An attribute that is null or empty is taken away, whatever its type.
        nullable = {name: found.model_copy(update={"nullable": True}) for name, found in known.items()}
        yield from _property("people", nullable, path, seen, observed.people)


def _any_property() -> Property:
    from mailwright.definitions.event_schema import Property

    return Property()


_ANY = _any_property()


def _pages(observed: Observed) -> Iterator[Finding]:
    pages = {name: seen for name, seen in observed.named("page").items() if name != OTHER}
    shapes: dict[str, int] = {}
    for name in pages:
        shape = "".join("0" if char.isdigit() else char for char in name.split("?")[0].split("#")[0]).rstrip("/")
        shapes[shape] = shapes.get(shape, 0) + 1
    with_query = [name for name in pages if "?" in name or "#" in name]
    many = len(pages) > 20 and len(pages) > PAGES_PER_NAME * len(shapes)
    if many or with_query:
        views = sum(seen.count for seen in pages.values())
        says = f"{len(pages)} page names are whole URLs, with ids or query strings, of {len(shapes)} kinds of pages"
        first = min((seen.first_line for seen in pages.values()), default=0)
        yield Finding(Kind.PAGES, "pages", says, views, views, first, "name a page by what it is: pricing, campaign")


def _counts(observed: Observed, others: Mapping[tuple[str, int], int]) -> Iterator[Finding]:
    """Days on which the two counts of an event are more than one in twenty apart."""
    ours: dict[tuple[str, int], int] = {}
    for name, seen in observed.named().items():
        for day, count in seen.days.items():
            key = (folded_event(name), day)
            ours[key] = ours.get(key, 0) + count
    theirs: dict[tuple[str, int], int] = {}
    for (name, day), count in others.items():
        theirs[folded_event(name), day] = theirs.get((folded_event(name), day), 0) + count
    spelled = {folded_event(name): name for name, _ in others}
    days: dict[str, list[tuple[int, int, int]]] = {}
    for name, day in sorted(theirs):
        mine, other = ours.get((name, day), 0), theirs[name, day]
        if abs(mine - other) > 0.05 * max(other, 1):
            days.setdefault(name, []).append((day, mine, other))
    for name, apart in days.items():
        mine, other = sum(one[1] for one in apart), sum(one[2] for one in apart)
        says = (
            f"on {len(apart)} day{'' if len(apart) == 1 else 's'} {mine:,} arrived and {other:,} were counted elsewhere"
        )
        yield Finding(
            Kind.COUNT,
            spelled.get(name, name),
            says,
            abs(mine - other),
            other,
            hint="a sender that fails or sends twice",
        )
