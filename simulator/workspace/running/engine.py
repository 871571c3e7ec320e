"""The engine as it runs live: one order of time for everybody, and everything that happens is told as it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from simulator.engine import Detail, Engine, Messages
from simulator.watching import watch_again
from simulator.workspace.running.people import LivePeople, LivePerson

if TYPE_CHECKING:
    from simulator.content import CompiledCampaign, Content
    from simulator.people import Person
    from simulator.trace import AnyEntry
    from simulator.workspace.running.agenda import Timetable

SentEvent = tuple["LivePerson", str, Mapping[str, Any], int]


class LiveEngine(Engine):
    """The moves of a workspace.

    Content that acts on other people needs no agenda of all here, since time passes for everybody at once.
    """

    people: LivePeople

    def __init__(
        self,
        content: Content,
        messages: Messages,
        emit: Callable[[AnyEntry], None],
        people: LivePeople,
        timetable: Timetable,
    ) -> None:
        super().__init__(content, messages, emit, Detail.FULL)
        self.people = people
        self.shared_agenda = None
        self.timetable = timetable
        self.sent_events: list[SentEvent] = []
        self.merges: list[tuple[int, int]] = []

    def advance(self, person: Person, to: int) -> None:
        """Do everything that is due for the person before *to*."""
        self.people.touch(person)
        super().advance(person, to)

    def run_before(self, moment: int) -> None:
        """Do everything that is due before *moment*, for everybody."""
        for agenda in self.timetable.due_before(moment):
            self.people.touch(agenda.owner)
            agenda.run_first(self.settle)

    def use_new_names(self) -> None:
        """Forget what the content made of event names."""
        self._names.clear()

    def watch_later(self, campaign: CompiledCampaign, person: Person, turn: int) -> None:
        """Look then whether time alone made the person match."""
        turn += self.content.assumptions.segment_refresh_seconds
        person.watch_until(campaign.number, turn)
        person.schedule(turn, watch_again, (self, campaign, person))

    def merged(self, primary: Person, secondary: Person, at: int) -> None:
        """What belonged to the one belongs to the other."""
        if isinstance(primary, LivePerson) and isinstance(secondary, LivePerson):
            self.people.touch(primary)
            primary.devices = {**secondary.devices, **primary.devices}
            self.merges.append((primary.uid, secondary.uid))

    def sent_by_workflow(self, person: Person, name: str, data: Mapping[str, Any], at: int) -> None:
        """An event of a workflow, which no call told of."""
        if isinstance(person, LivePerson):
            self.sent_events.append((person, name, data, at))
