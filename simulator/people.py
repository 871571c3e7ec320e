"""What is known of each person, and who is who."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mailwright.definitions.conditions import MessageIs
from simulator.clock import Agenda
from simulator.history.calls import IdType
from simulator.moment import NOTHING, Moment

if TYPE_CHECKING:
    from simulator.journeys import Journey, Pending
    from simulator.recordings import Open

EventKey = tuple[str, str]  # type, name in lower case
Remembered = tuple[int, int, Mapping[str, Any]]  # number, own time, data
_ID = IdType.ID
Inner = Callable[[Moment], bool] | None
_NO_ENTRIES: dict[Any, Any] = {}  # shared and never written to


class Person:
    """A profile, what it did that matters to the content, and where its journeys stand."""

    __slots__ = (
        "agenda",
        "attributes",
        "attributes_at",
        "born",
        "caused",
        "changes",
        "cio_id",
        "counted_sends",
        "entries",
        "events",
        "gone",
        "id",
        "journeys",
        "key",
        "last_at",
        "matching",
        "messages",
        "number",
        "numbers_from",
        "objects",
        "open",
        "pending",
        "segments",
        "watched_until",
    )

    def __init__(self, key: str, at: int) -> None:
        self.key = key
        self.id: str | None = None
        self.cio_id: str | None = None
        self.attributes: dict[str, Any] = {}
        self.attributes_at = 0  # the newest own time of an identify call
        self.born = at  # when the profile was made, or its earliest event
        self.last_at = at
        self.number = 0  # of the last event
        # Most people of a log never need most of these, so they share empty ones until they do.
        self.events: dict[EventKey, list[Remembered]] = _NO_ENTRIES
        self.changes: dict[str, list[tuple[int, Any, Any]]] = _NO_ENTRIES
        self.segments: frozenset[str] = frozenset()  # manual ones
        self.agenda: Agenda | None = None
        self.journeys: tuple[Journey, ...] = ()  # those that are not over
        self.open: tuple[Open, ...] = ()  # journeys to be told from recordings
        self.pending: tuple[Pending, ...] = ()
        self.numbers_from: Mapping[int, int] = _NO_ENTRIES  # journeys of a deleted profile of the same key
        self.entries: dict[int, tuple[int, int, int]] = _NO_ENTRIES  # campaign → journeys, last start, last end
        self.matching: frozenset[int] = frozenset()  # campaigns on segments or attributes that the person matches
        self.watched_until: dict[int, int] = _NO_ENTRIES
        self.counted_sends: tuple[int, ...] = ()
        self.messages: dict[tuple[str, str], list[tuple[str, int]]] = _NO_ENTRIES
        self.objects: dict[tuple[str, str], dict[str, Any]] = _NO_ENTRIES  # related objects → the relationship's data
        self.caused = (0, 0)  # events caused by workflows in one instant, against endless loops
        self.gone = False

    def remember(self, key: EventKey, at: int, data: Mapping[str, Any]) -> None:
        """Keep an event that some condition may count."""
        if self.events is _NO_ENTRIES:
            self.events = {}
        self.events.setdefault(key, []).append((self.number, at, data))

    def remember_change(self, attribute: str, at: int, old: Any, new: Any) -> None:
        """Keep a change of an attribute that some condition may count."""
        if self.changes is _NO_ENTRIES:
            self.changes = {}
        self.changes.setdefault(attribute, []).append((at, old, new))

    def schedule(self, at: int, act: Callable[[int, Any], None], what: Any) -> None:
        """Put something on the person's agenda."""
        if self.agenda is None:
            self.agenda = Agenda()
        self.agenda.put(at, act, what)

    def count(self, key: EventKey, within: int, inner: Inner, moment: Moment) -> int:
        """How often the event happened in the last *within* seconds (0: ever) with data that *inner* takes."""
        entries = self.events.get(key)
        if entries is None:
            return 0
        if within:
            since = moment.now - within
            entries = [entry for entry in entries if entry[1] >= since]
        if inner is None:
            return len(entries)
        return sum([_accepts(inner, moment, entry[2]) for entry in entries])

    def happened(self, key: EventKey, inner: Inner, moment: Moment) -> bool:
        """Whether the event was received since *moment.since*."""
        for number, _, data in reversed(self.events.get(key, ())):
            if number > moment.since:
                if _accepts(inner, moment, data):
                    return True
            elif number:  # numbers only rise, but for the 0 of what a merged profile did
                return False
        return False

    def times_of(self, key: EventKey) -> list[int]:
        """When the event happened, by its own time."""
        return [entry[1] for entry in self.events.get(key, ())]

    def count_changes(self, attribute: str, within: int, inner: Inner, moment: Moment) -> int:
        """How often the attribute changed in a way that *inner* takes."""
        since = moment.now - within if within else None
        return sum(
            1
            for at, old, new in self.changes.get(attribute, ())
            if (since is None or at >= since) and _takes_change(inner, moment, old, new)
        )

    def change_times(self, attribute: str) -> list[int]:
        """When the attribute changed."""
        return [at for at, _, _ in self.changes.get(attribute, ())]

    def message_is(self, asked: MessageIs, moment: Moment) -> bool:
        """Whether a message reached the state so many times."""
        since = moment.now - int(asked.within.total_seconds()) if asked.within is not None else None
        states = self.messages.get((asked.campaign or moment.campaign, asked.step), ())
        found = sum(1 for state, at in states if state == asked.state.value and (since is None or at >= since))
        return found >= asked.times

    def message_times(self, campaign: str, step: str) -> list[int]:
        """When the message changed its state."""
        return [at for _, at in self.messages.get((campaign, step), ())]

    def note_message(self, campaign: str, step: str, state: str, at: int) -> None:
        """Keep the state of a message for conditions that ask it."""
        if self.messages is _NO_ENTRIES:
            self.messages = {}
        self.messages.setdefault((campaign, step), []).append((state, at))

    def note_entry(self, campaign: int, at: int) -> int:
        """Count a journey that starts now; gives its number among the person's journeys in the campaign."""
        if self.entries is _NO_ENTRIES:
            self.entries = {}
        count = self.entries.get(campaign, (0, 0, 0))[0]
        self.entries[campaign] = (count + 1, at, at)
        return count + self.numbers_from.get(campaign, 0)

    def use_frequency(self, campaign: int, at: int) -> None:
        """Count no journey, yet let the campaign's frequency run from now."""
        if self.entries is _NO_ENTRIES:
            self.entries = {}
        self.entries[campaign] = (self.entries.get(campaign, (0, 0, 0))[0], at, at)

    def inherit(self, key: EventKey, entries: list[Remembered]) -> None:
        """Keep the events of a profile merged into this one: they count, but nothing sees them as new."""
        if self.events is _NO_ENTRIES:
            self.events = {}
        self.events.setdefault(key, []).extend((0, at, data) for _, at, data in entries)

    def watch_until(self, campaign: int, at: int) -> None:
        """Remember when a trigger is looked at next because of time alone."""
        if self.watched_until is _NO_ENTRIES:
            self.watched_until = {}
        self.watched_until[campaign] = at

    def relate(self, thing: tuple[str, str], data: dict[str, Any]) -> None:
        """Tie the person to an object; new attributes of the relationship go over old ones."""
        if self.objects is _NO_ENTRIES:
            self.objects = {}
        self.objects[thing] = {**self.objects.get(thing, {}), **data}

    def age(self, now: int) -> int:
        """Seconds since the profile was made, or since its earliest event (semantics R107)."""
        return now - self.born

    def zone_names(self) -> tuple[Any, Any]:
        """What the profile says of its time zone: `timezone`, then `cio_timezone` (semantics R62)."""
        return self.attributes.get("timezone"), self.attributes.get("cio_timezone")


def _accepts(inner: Inner, moment: Moment, data: Mapping[str, Any]) -> bool:
    if inner is None:
        return True
    before, moment.data = moment.data, data
    try:
        return inner(moment)
    finally:
        moment.data = before


def _takes_change(inner: Inner, moment: Moment, old: Any, new: Any) -> bool:
    if inner is None:
        return True
    moment.from_, moment.to = old, new
    try:
        return inner(moment)
    finally:
        moment.from_ = moment.to = None


class People:
    """Every profile there is, found by any identifier.

    Source: semantics R114: identifiers are `id`, `email` and `cio_id`; email is compared without case.
    """

    def __init__(self, *, email_identifies: bool) -> None:
        self.email_identifies = email_identifies
        self.by_id: dict[str, Person] = {}
        self._by_email: dict[str, Person] = {}
        self._by_cio_id: dict[str, Person] = {}
        self.suppressed: set[tuple[str, str]] = set()
        self._numbered: dict[str, dict[int, int]] = {}  # key of a profile that is gone → its journeys by campaign

    def __iter__(self) -> Iterator[Person]:
        """Every profile once, in the order of their keys."""
        everyone = {id(p): p for table in (self.by_id, self._by_email, self._by_cio_id) for p in table.values()}
        return iter(sorted(everyone.values(), key=lambda person: person.key))

    def find(self, name: str, id_type: IdType) -> Person | None:
        """The person of that identifier, if there is one."""
        if id_type is _ID:
            found = self.by_id.get(name)
            if found is not None:
                return found
            if name.startswith("cio_"):
                found = self._by_cio_id.get(name[4:])
            if found is None and self.email_identifies and "@" in name:
                found = self._by_email.get(name.lower())
            return found
        if id_type is IdType.EMAIL:
            return self._by_email.get(name.lower())
        return self._by_cio_id.get(name)

    def is_suppressed(self, name: str, id_type: IdType) -> bool:
        """Whether calls for that identifier are ignored (semantics R120)."""
        return bool(self.suppressed) and (self._kind(name, id_type), name.lower()) in self.suppressed

    def make(self, name: str, id_type: IdType, at: int) -> Person:
        """A new profile of that identifier."""
        person = self.new_person(name, at)
        person.numbers_from = self._numbered.get(name, _NO_ENTRIES)
        if self._kind(name, id_type) == "email":
            self._by_email[name.lower()] = person
            person.attributes["email"] = name
        elif id_type is IdType.CIO_ID:
            person.cio_id = name
            self._by_cio_id[name] = person
        else:
            person.id = name
            self.by_id[name] = person
        return person

    def new_person(self, key: str, at: int) -> Person:
        """An empty profile that no identifier leads to yet."""
        return Person(key, at)

    def _kind(self, name: str, id_type: IdType) -> str:
        if id_type is _ID:
            return "email" if self.email_identifies and "@" in name else "id"
        return id_type.value

    def holder_of_email(self, email: str) -> Person | None:
        """Who has that address, where addresses identify."""
        return self._by_email.get(email.lower())

    def take_email(self, person: Person, old: Any, new: Any) -> None:
        """Follow a change of the person's address."""
        if old is not None and isinstance(old, str) and self._by_email.get(old.lower()) is person:
            del self._by_email[old.lower()]
        if isinstance(new, str) and new:
            self._by_email.setdefault(new.lower(), person)

    def take_id(self, person: Person, name: str) -> None:
        """Give a person without an id one."""
        person.id = name
        self.by_id[name] = person

    def forget(self, person: Person) -> None:
        """Remove the profile; a later call for its identifiers makes a fresh one (semantics R120)."""
        for table in (self.by_id, self._by_email, self._by_cio_id):
            for name in [name for name, holder in _own_names(table, person)]:
                del table[name]
        person.gone = True
        if person.entries:
            # A fresh profile of the same key starts anew, but its journeys are not called like the old one's.
            before = person.numbers_from
            counts = {campaign: count + before.get(campaign, 0) for campaign, (count, _, _) in person.entries.items()}
            self._numbered[person.key] = {**before, **counts}

    def suppress(self, person: Person | None, name: str, id_type: IdType) -> None:
        """Block the identifiers from now on."""
        self.suppressed.add((self._kind(name, id_type), name.lower()))
        if person is not None and person.id is not None:
            self.suppressed.add(("id", person.id.lower()))
        if person is not None and self.email_identifies and isinstance(person.attributes.get("email"), str):
            self.suppressed.add(("email", person.attributes["email"].lower()))

    def unsuppress(self, name: str, id_type: IdType) -> None:
        """Let calls for the identifier through again."""
        self.suppressed.discard((self._kind(name, id_type), name.lower()))


def _own_names(table: Mapping[str, Person], person: Person) -> list[tuple[str, Person]]:
    names = [person.key, person.id, person.cio_id]
    email = person.attributes.get("email")
    candidates = [name for name in names if name is not None]
    if isinstance(email, str):
        candidates.append(email)
    lowered = {*candidates, *(name.lower() for name in candidates)}
    return [(name, person) for name in sorted(lowered) if table.get(name) is person]


__all__ = ["NOTHING", "EventKey", "People", "Person", "Remembered"]
