"""The profiles of a workspace: people as a replay knows them, and what only the APIs ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.history.calls import IdType
from simulator.people import People, Person
from simulator.workspace.running.agenda import LiveAgenda, Timetable


class LivePerson(Person):
    """A profile with a number of its own, that remembers when each attribute was written."""

    __slots__ = ("anonymous", "devices", "is_stranger", "kept_attributes", "stamps", "timetable", "uid")

    def __init__(self, key: str, at: int, uid: int, timetable: Timetable) -> None:
        super().__init__(key, at)
        self.uid = uid
        self.timetable = timetable
        self.anonymous: dict[str, int] = {}  # anonymous id → when the person was identified with it
        self.devices: dict[str, dict[str, Any]] = {}
        self.stamps: dict[str, int] = {}  # attribute → when it got its value
        self.kept_attributes: dict[str, Any] = {}  # as they were written down last
        self.is_stranger = False  # the nobody of a hook's journey

    def schedule(self, at: int, act: Callable[[int, Any], None], what: Any) -> None:
        """Put something on the person's agenda."""
        if self.agenda is None:
            self.agenda = LiveAgenda(self.timetable, self)
        self.agenda.put(at, act, what)

    @property
    def identifiers(self) -> dict[str, str]:
        """The identifiers the person has, as the APIs show them."""
        email = self.attributes.get("email")
        found = {"cio_id": self.cio_id or "", "id": self.id or "", "email": email if isinstance(email, str) else ""}
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Profile:
    """What the APIs show of a person.

    Units: *stamps* and *created_at* are Unix seconds.
    """

    uid: int
    identifiers: Mapping[str, str]
    attributes: Mapping[str, Any]  # with id and cio_id, as the App API shows them
    stamps: Mapping[str, int]
    created_at: int
    unsubscribed: bool
    devices: tuple[Mapping[str, Any], ...]
    segments: tuple[int, ...]  # the numbers of those the person is in
    objects: tuple[tuple[str, str, Mapping[str, Any]], ...]  # type, id, the relationship's attributes


class LivePeople(People):
    """Every profile there is; *touched* are those that may have changed since they were written down."""

    def __init__(
        self, timetable: Timetable, new_uid: Callable[[], int], workspace: int, *, email_identifies: bool
    ) -> None:
        super().__init__(email_identifies=email_identifies)
        self.timetable = timetable
        self.touched: dict[int, LivePerson] = {}
        self.by_uid: dict[int, LivePerson] = {}
        self.by_key: dict[str, LivePerson] = {}  # as the trace names them
        self.gone: list[int] = []
        self.spent: set[str] = set()  # anonymous ids of profiles that are gone: nobody is given them again (R36)
        self._new_uid = new_uid
        self._workspace = workspace

    def touch(self, person: Person | None) -> None:
        """The person may change."""
        if isinstance(person, LivePerson) and not person.gone:
            self.touched[person.uid] = person

    def new_person(self, key: str, at: int) -> Person:
        """A profile under a new number."""
        person = LivePerson(key, at, self._new_uid(), self.timetable)
        person.is_stranger = True  # until an identifier leads to it
        self.by_uid[person.uid] = self.by_key[key] = person
        self.touch(person)
        return person

    def make(self, name: str, id_type: IdType, at: int) -> Person:
        """A new profile of that identifier, with a `cio_id` of its own.

        Source: every profile has one, some hexadecimal digits such as `a3000001`.
        """
        person = super().make(name, id_type, at)
        assert isinstance(person, LivePerson)  # made by `new_person`
        person.is_stranger = False
        if person.cio_id is None:
            person.cio_id = f"{0xA3000000 + (self._workspace % 0x1000 << 32) + person.uid:x}"
            self._by_cio_id[person.cio_id] = person
        return person

    def find(self, name: str, id_type: IdType) -> Person | None:
        """The person of that identifier, if there is one; whoever asks may change them."""
        found = super().find(name, id_type)
        self.touch(found)
        return found

    def holder_of_email(self, email: str) -> Person | None:
        """Who has that address, where addresses identify."""
        found = super().holder_of_email(email)
        self.touch(found)
        return found

    def forget(self, person: Person) -> None:
        """Remove the profile."""
        super().forget(person)
        if isinstance(person, LivePerson):
            self.touched.pop(person.uid, None)
            self.by_uid.pop(person.uid, None)
            self.spent.update(person.anonymous)
            if self.by_key.get(person.key) is person:
                del self.by_key[person.key]
            self.gone.append(person.uid)

    def put_back(self, person: LivePerson) -> None:
        """Take a profile in as it was written down."""
        self.by_uid[person.uid] = self.by_key[person.key] = person
        if person.is_stranger:
            return
        if person.id is not None:
            self.by_id[person.id] = person
        if person.cio_id is not None:
            self._by_cio_id[person.cio_id] = person
        email = person.attributes.get("email")
        if isinstance(email, str) and email:
            self._by_email.setdefault(email.lower(), person)

    @property
    def numbered(self) -> dict[str, dict[int, int]]:
        """Profiles that are gone, and their journeys by campaign."""
        return self._numbered
