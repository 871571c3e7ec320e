"""What calls and steps do to profiles: attributes, segments, merges, deletions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.dates import plan_dates, plan_newsletters
from simulator.history.calls import IdType
from simulator.people import Person
from simulator.probes import has_another_time
from simulator.trace import Ended, Moved
from simulator.watching import changed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.engine import Engine
    from simulator.journeys import Journey

# Source: Track API reference, limits in bytes (semantics R122). What happens beyond them is not stated, so it is a
# warning.
LONGEST_NAME = 150
LONGEST_VALUE = 1000
MOST_ATTRIBUTES = 300
_LONG_NAME, _LONG_VALUE = LONGEST_NAME // 4, LONGEST_VALUE // 4
_IDENTIFIERS = frozenset({"email", "id", "cio_id"})


def make_person(engine: Engine, name: str, id_type: IdType, at: int) -> Person:
    """A new profile, seen by every trigger that looks at profiles."""
    person = engine.people.make(name, id_type, at)
    person.agenda = engine.shared_agenda
    if engine.content.by_kind["newsletter"]:
        plan_newsletters(engine, person, at)
    return person


def update_person(engine: Engine, who: Person | str, values: Mapping[str, Any], at: int, by: Person) -> None:
    """Write attributes of a person, or of the one of that id, made where there is none, for a journey of *by*."""
    person = who if isinstance(who, Person) else engine.people.find(who, IdType.ID)
    if person is None:
        assert isinstance(who, str)  # a person was found above
        if not who.strip() or engine.people.is_suppressed(who, IdType.ID):
            return
        person = make_person(engine, who.strip(), IdType.ID, at)
        person.caused = by.caused  # so that a chain of new people meets the guard too
    set_attributes(engine, person, values, at, caused=True)


def set_attributes(
    engine: Engine,
    person: Person,
    values: Mapping[str, Any],
    at: int,
    stamp: int | None = None,
    line: int = 0,
    *,
    is_new: bool = False,
    caused: bool = False,
) -> Person:
    """Write attributes and let everything that looks at them look again; null or an empty text removes one.

    Gives the profile that has them: another one where the two turned out to be one person and were merged.

    What a workflow *caused* is looked at once the call at hand is through, so that two campaigns that undo each other's
    work meet the guard against endless loops.
    Source: semantics R11, R30, R106, R115, R123.
    """
    older = stamp is not None and stamp < person.attributes_at
    if older:
        engine.used["out_of_order_attributes"] += 1
        older = engine.content.assumptions.out_of_order_attributes == "ignore_older"
    elif stamp is not None:
        person.attributes_at = stamp
    attributes = person.attributes
    if person.open and engine.recorder is not None:
        engine.recorder.attributes_change(person, values, at)
    news: set[str] = set()
    times_asked, watched = engine.content.times_asked, engine.content.watched_changes
    for name, value in values.items():
        if value == "":
            value = None
        old = attributes.get(name)
        if old == value and old.__class__ is value.__class__:
            continue
        if name[:1] == "_" or name == "anonymous_id" or (older and old is not None):
            continue
        if name in _IDENTIFIERS and not _may_identify(engine, person, name, value, at, line):
            if person.gone:  # merged into the older profile, and the whole call is about that one
                survivor = engine.people.find(str(value), IdType.EMAIL if name == "email" else IdType.ID)
                assert survivor is not None  # it has the identifier that made the two one
                rest = {other: given for other, given in values.items() if other != name}
                return set_attributes(engine, survivor, rest, at, stamp, line, caused=caused)
            continue
        news.add(name)
        if value is None:
            attributes.pop(name, None)
        else:
            attributes[name] = value
        # A character has no more than four bytes, so only long texts are looked at.
        is_long = len(name) > _LONG_NAME or (value.__class__ is str and len(value) > _LONG_VALUE)
        if is_long or name in times_asked:
            _warn_of(engine, person, name, value, at, line)
        if name in watched:
            person.remember_change(name, at, old, value)
    if len(values) > MOST_ATTRIBUTES:
        engine.note(at, person.key, "too_many_attributes", str(len(values)), line)
    if caused:
        everything = not (person.journeys or person.matching)
        look_after_step(engine, person, at, "attributes", None if everything else news)
    elif is_new:
        changed(engine, person, at)
    elif news:
        changed(engine, person, at, news)
    if engine.content.by_kind["date"] and (news or is_new):
        plan_dates(engine, person, at, news)
    return person


def _warn_of(engine: Engine, person: Person, name: str, value: Any, at: int, line: int) -> None:
    """What is out of the ordinary about an attribute that was just written."""
    if len(name.encode("utf-8", "surrogatepass")) > LONGEST_NAME:
        engine.note(at, person.key, "attribute_name_too_long", name[:LONGEST_NAME], line)
    if isinstance(value, str) and len(value.encode("utf-8", "surrogatepass")) > LONGEST_VALUE:
        engine.note(at, person.key, "attribute_too_long", name, line)
    for path in engine.content.times_asked.get(name, ()):
        _warn_of_time(engine, person, path, at, line)


def _warn_of_time(engine: Engine, person: Person, path: str, at: int, line: int) -> None:
    """A time that is not in Unix seconds fails timestamp tests, and a warning says so (semantics R17)."""
    if engine.content.assumptions.timestamp_formats != "any" and has_another_time(path)(person.attributes):
        engine.used["timestamp_formats"] += 1
        engine.note(at, person.key, "timestamp_in_other_format", path, line)


def look_after_step(engine: Engine, person: Person, at: int, what: str, attributes: set[str] | None) -> None:
    """Let everything look again at what a step changed, once the call at hand is through; within the guard on loops."""

    def look() -> None:
        if not person.gone and engine.may_cause(person, at, what):
            changed(engine, person, at, attributes)

    engine.later.append(look)


def _may_identify(engine: Engine, person: Person, name: str, value: Any, at: int, line: int) -> bool:
    """Whether an identifier may be written; two profiles that turn out to be one are merged.

    Source: Customer.io docs, "Resolve duplicate people" (semantics R115, R117).
    """
    people = engine.people
    if name == "email":
        holder = people.holder_of_email(value) if people.email_identifies and isinstance(value, str) else None
        if holder is None or holder is person:
            people.take_email(person, person.attributes.get("email"), value)
            return True
        if not _are_one(person, holder):
            engine.note(at, person.key, "failed_attribute_change", "email", line)
            return False
        _unite(engine, person, holder, at)
        return False
    if name == "id" and person.id is None and isinstance(value, str | int):
        holder = people.find(str(value), IdType.ID)
        if holder is None:
            people.take_id(person, str(value))
            return True
        if people.email_identifies and _are_one(holder, person):
            _unite(engine, holder, person, at)
            return False
    if str(value) != str(getattr(person, name)):
        engine.note(at, person.key, "failed_attribute_change", name, line)
    return False


def _are_one(with_id: Person, with_email: Person) -> bool:
    """Whether a call that names both profiles says that they are one: each has what the other lacks."""
    return with_id.id is not None and "email" not in with_id.attributes and with_email.id is None


def _unite(engine: Engine, with_id: Person, with_email: Person, at: int) -> None:
    """Merge the younger of the two into the older, which then has both identifiers."""
    older, younger = sorted((with_id, with_email), key=lambda one: (one.born, one is not with_id))
    identity = with_id.id
    assert identity is not None  # one of the two has an id, or they would not be one
    merge(engine, older, younger, at)
    if older.id is None:
        engine.people.take_id(older, identity)


def move_segment(engine: Engine, person: Person, slug: str, joins: bool, at: int, *, caused: bool = False) -> None:
    """Add a person to a manual segment, or remove them (semantics R111); by a workflow, where it is *caused*."""
    before = person.segments
    person.segments = before | {slug} if joins else before - {slug}
    if person.segments == before:
        return
    if caused:
        look_after_step(engine, person, at, "segments", None)
    else:
        changed(engine, person, at)


def delete(engine: Engine, person: Person, at: int, reason: str = "deleted") -> None:
    """Remove a profile; its journeys end (semantics R56, R120)."""
    engine.end_all(person, at, reason)
    engine.people.forget(person)


def merge(engine: Engine, primary: Person, secondary: Person, at: int) -> None:
    """Make one profile of two: the primary keeps its values, gaps are filled; it is not reversible.

    Source: Customer.io docs, "Resolve duplicate people" (semantics R37, R118, R119). Assumed: of one campaign on both,
    the primary's journey wins.
    """
    gaps = {
        name: value
        for name, value in secondary.attributes.items()
        if name not in primary.attributes and name not in ("id", "cio_id")
    }
    engine.before_change(primary, at)
    engine.before_change(secondary, at)
    engine.people.forget(secondary)
    primary.segments = primary.segments | secondary.segments
    primary.born = min(primary.born, secondary.born)
    primary.counted_sends = tuple(sorted((*primary.counted_sends, *secondary.counted_sends)))
    # Inherited events count, but they start nothing and no wait sees them as new.
    for key, entries in secondary.events.items():
        primary.inherit(key, entries)
    for (campaign, step), states in secondary.messages.items():
        for state, stamp in states:
            primary.note_message(campaign, step, state, stamp)
    for thing, data in secondary.objects.items():
        primary.relate(thing, {**data, **primary.objects.get(thing, {})})
    _move_journeys(engine, primary, secondary, at)
    if secondary.agenda is not None and secondary.agenda is not primary.agenda:
        for due in secondary.agenda.entries():
            primary.schedule(due[0], due[2], due[3])
    engine.merged(primary, secondary, at)
    set_attributes(engine, primary, gaps, at)
    changed(engine, primary, at)  # events and memberships came too


def _move_journeys(engine: Engine, primary: Person, secondary: Person, at: int) -> None:
    secondary.pending = ()
    entered = dict(primary.entries)
    for number, (count, started, ended) in secondary.entries.items():
        if number not in entered:
            if not primary.entries:
                primary.entries = {}
            primary.entries[number] = (0, started, ended)
            _count_finished(primary, secondary, number, count)
    own = primary.journeys
    for journey in secondary.journeys:
        if journey.campaign.number in entered:
            engine.used["merge_keeps_journey_of"] += 1
            if engine.content.assumptions.merge_keeps_journey_of == "primary":
                journey.over = True
                slug = journey.campaign.slug
                engine.emit(Ended(at, secondary.key, slug, journey.number, "exited_early", "merged", "R119"))
                continue
            for other in own:
                if other.campaign is journey.campaign and not other.over:
                    engine.end(other, at, "exited_early", "merged", "R119")
        _move(engine, journey, primary, secondary, at)
    secondary.journeys = ()


def _count_finished(primary: Person, secondary: Person, number: int, count: int) -> None:
    running = sum(1 for journey in secondary.journeys if journey.campaign.number == number)
    _, started, ended = primary.entries[number]
    primary.entries[number] = (count - running, started, ended)


def _move(engine: Engine, journey: Journey, primary: Person, secondary: Person, at: int) -> None:
    before = journey.number
    count, started, ended = primary.entries.get(journey.campaign.number, (0, at, at))
    primary.entries[journey.campaign.number] = (count + 1, started, ended)
    journey.person = primary
    journey.number = count + primary.numbers_from.get(journey.campaign.number, 0)
    journey.since = journey.wait_since = primary.number
    primary.journeys = (*primary.journeys, journey)
    engine.emit(Moved(at, primary.key, journey.campaign.slug, count, secondary.key, before, journey.entered_at))
