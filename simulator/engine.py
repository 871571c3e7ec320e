"""Who enters, where journeys stand, who leaves: the state of a replay and its moves.

A person's journeys meet nobody else's, so each person has an agenda of their own and is brought up to date only when a
call about them comes in, or at the end. What several people share is the content, the identifiers and the objects.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from simulator.clock import Agenda
from simulator.conditions import Check
from simulator.content import Content
from simulator.events import Name
from simulator.journeys import EMPTY, Cause, Journey
from simulator.moment import NOTHING, Moment
from simulator.people import People, Person
from simulator.steps import take_step, wake_up
from simulator.trace import (
    AnyEntry,
    Clause,
    Ended,
    Noted,
)
from simulator.waits import RESTS
from simulator.workflow import Node

if TYPE_CHECKING:
    from simulator.recordings import Recorder


class Detail(StrEnum):
    """How much of what is decided goes into the trace."""

    COUNTS = "counts"  # what happened to people, without the clauses that decided
    DECISIONS = "decisions"  # what happened to people
    FULL = "full"  # also every trigger that was asked and did not match


class Outcome(Protocol):
    """What rendering one message for one journey comes to."""

    @property
    def recipient(self) -> str | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def failure(self) -> str: ...


class Messages(Protocol):
    """What the engine asks of rendering, so that a replay can render all, some or nothing."""

    def know_objects(self, objects: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
        """Where the objects stand that people may be related to, by type and id."""
        ...

    def attributes_read(self) -> frozenset[str]:
        """The attributes of people that decide whether a message can be rendered."""
        ...

    def outcome(self, journey: Journey, node: Node, name: str, at: int) -> Outcome:
        """What becomes of the message: where it goes, or the reason why it fails."""
        ...

    def text(self, source: str, journey: Journey, at: int) -> tuple[str, str]:
        """A piece of Liquid rendered, and the failure in its place where it fails."""
        ...


class Engine:
    """The moves of a replay; calls come in by `simulator.intake`."""

    def __init__(
        self,
        content: Content,
        messages: Messages,
        emit: Callable[[AnyEntry], None],
        detail: Detail = Detail.DECISIONS,
    ) -> None:
        self.content = content
        self.messages = messages
        self.emit = emit
        self.full = detail is Detail.FULL
        self._tells_clauses = detail is not Detail.COUNTS
        self.people = People(email_identifies=content.project.people.identifier != "id")
        self.used: Counter[str] = Counter()  # assumptions that decided something
        self.objects: dict[tuple[str, str], dict[str, Any]] = {}
        messages.know_objects(self.objects)
        # Content that acts on other people than the journey's own needs one order of time for everybody.
        self.shared_agenda = Agenda() if content.crosses_people else None
        self.strangers: list[Person] = []  # journeys of hooks that name nobody
        self.recorder: Recorder | None = None  # where only counts are wanted
        self.later: deque[Callable[[], None]] = deque()  # what workflows caused, done once the call is through
        self._names: dict[tuple[str, str], Name] = {}
        self.shared_moment = Moment(0, Person("", 0), NOTHING, self._in_segment)

    def name_of(self, kind: str, spelling: str) -> Name:
        """What the content makes of an event name, kept for the next time."""
        found = self._names.get((kind, spelling))
        if found is None:
            if len(self._names) >= 10_000:
                self._names.clear()
            found = self._names[(kind, spelling)] = Name(self.content, kind, spelling)
        return found

    # --- what can be known ------------------------------------------------------------------------------------------

    def moment(self, person: Person, at: int) -> Moment:
        """The person at that moment; the same value is given again and again, so it is not kept."""
        moment = self.shared_moment
        moment.now = at
        moment.person = person
        moment.attributes = person.attributes
        moment.event = moment.data = moment.object = moment.relationship = NOTHING
        moment.since = person.number
        moment.campaign = ""
        return moment

    def cause_moment(self, person: Person, at: int, cause: Cause, campaign: str = "") -> Moment:
        """The person at that moment, with what a journey of *campaign* may start from."""
        moment = self.shared_moment
        moment.now = at
        moment.person = person
        moment.attributes = person.attributes
        moment.since = person.number
        moment.campaign = campaign
        moment.event = moment.data = cause.event or cause.trigger or EMPTY
        moment.object = cause.object
        moment.relationship = cause.relationship
        return moment

    def journey_moment(self, journey: Journey, at: int) -> Moment:
        """The journey's person at that moment, with what started the journey."""
        moment, person, cause = self.shared_moment, journey.person, journey.cause
        moment.now = at
        moment.person = person
        moment.attributes = person.attributes
        moment.campaign = journey.campaign.slug
        moment.event = moment.data = cause.event or cause.trigger or EMPTY
        moment.object = cause.object
        moment.relationship = cause.relationship
        moment.since = journey.since
        return moment

    def _in_segment(self, slug: str, moment: Moment) -> bool:
        check = self.content.segments.get(slug)
        return check.holds(moment) if check is not None else slug in moment.person.segments

    def next_change(self, check: Check, moment: Moment) -> int | None:
        """The first second at which time alone may change the answer, also by way of segments."""
        return check.next_change(moment, self.content.segments) if check.timed_clauses else None

    def clause(self, check: Check | None, moment: Moment, label: str) -> Clause | None:
        """The clause that decided, for the trace."""
        return check.deciding(moment, label) if check is not None and self._tells_clauses else None

    def clauses(self, check: Check | None, moment: Moment, label: str) -> tuple[Clause, ...]:
        """Every clause with its own answer, in full detail; none otherwise."""
        return tuple(check.clauses(moment, label)) if self.full and check is not None else ()

    def note(self, at: int, person: str, code: str, detail: str = "", line: int = 0, campaign: str = "") -> None:
        """Put a warning into the trace."""
        self.emit(Noted(at, person, campaign, code, detail, line))

    def before_change(self, person: Person, at: int) -> None:
        """Something that journeys told from recordings depend on is about to change."""
        if self.recorder is not None and person.open:
            self.recorder.disturb(person, at)

    def merged(self, primary: Person, secondary: Person, at: int) -> None:
        """A profile was merged into another; what is kept beside the engine may want to follow."""

    def sent_by_workflow(self, person: Person, name: str, data: Mapping[str, Any], at: int) -> None:
        """A workflow's event was received; what is kept beside the engine may want to know."""

    # --- time -------------------------------------------------------------------------------------------------------

    def advance(self, person: Person, to: int) -> None:
        """Do everything that is due for the person before *to*."""
        agenda = person.agenda
        if agenda is not None and (due := agenda.due) and due[0][0] < to:
            agenda.run_before(to, self.later)

    def settle(self) -> None:
        """Do what workflows caused, until nothing more comes of it."""
        while self.later:
            self.later.popleft()()

    def may_cause(self, person: Person, at: int, what: str) -> bool:
        """Whether workflows may do one more thing to the person in this instant.

        Assumed: loops are possible in Customer.io (semantics R75); here they end after `loop_guard_events`.
        """
        most = self.content.assumptions.loop_guard_events
        when, count = person.caused
        count = count + 1 if when == at else 1
        person.caused = (at, count)
        if count == most + 1:
            self.used["loop_guard_events"] += 1
            self.note(at, person.key, "event_loop", what)
        return count <= most

    # --- walking ----------------------------------------------------------------------------------------------------

    def walk(self, journey: Journey, at: int) -> None:
        """Take steps until the journey rests or ends."""
        node = journey.node
        every_step = self.content.assumptions.exit_tested_at == "every_step"
        while node is not None:
            if (node.acts or every_step) and self._leaves(journey, node, at):
                return
            following = take_step(self, journey, node, at)
            if following is RESTS:
                return
            if journey.over:
                return
            node = journey.node = following
        self.end(journey, at, "finished", "end", "R80")

    def _leaves(self, journey: Journey, node: Node, at: int) -> bool:
        """Whether the person stops matching, tested just before a step that acts on the person.

        Source: Customer.io docs, "Campaign exit conditions" (semantics R46 to R49): the trigger is part of the test
        only for segment and attribute campaigns.
        """
        campaign = journey.campaign
        if journey.leaving is not None:
            reason, rule = journey.leaving
            self.end(journey, at, "exited_early", reason, rule, node.id)
            return True
        if not campaign.exits_unmatched:
            return False
        moment = self.journey_moment(journey, at)
        if campaign.filter is not None and not campaign.filter.holds(moment):
            clause = self.clause(campaign.filter, moment, "filter")
            self.end(journey, at, "exited_early", "stops_matching", "R46", node.id, clause)
            return True
        trigger = campaign.trigger if campaign.trigger_kind in ("segment", "person") else None
        if trigger is not None and not trigger.holds(moment):
            clause = self.clause(trigger, moment, "trigger")
            self.end(journey, at, "exited_early", "stops_matching", "R46", node.id, clause)
            return True
        return False

    def leave(self, journey: Journey, at: int, reason: str, rule: str, when: str, clause: Clause | None) -> None:
        """End the journey at once, or before its next acting step, as the assumption *when* has it."""
        self.used[when] += 1
        if getattr(self.content.assumptions, when) == "next_step":
            journey.leaving = (reason, rule)
        else:
            self.end(journey, at, "exited_early", reason, rule, clause=clause)

    def rest(self, journey: Journey, until: int | None) -> None:
        """Let the journey sleep at its node; *until* None: until something happens."""
        journey.turn += 1
        if until is not None:
            journey.person.schedule(until, self.wake, (journey, journey.turn))

    def wake(self, at: int, what: tuple[Journey, int]) -> None:
        """Take a journey on whose rest is over, unless it went on since."""
        journey, turn = what
        if journey.over or journey.turn != turn:
            return
        wake_up(self, journey, at)

    def end(
        self,
        journey: Journey,
        at: int,
        outcome: str,
        reason: str,
        rule: str,
        step: str = "",
        clause: Clause | None = None,
    ) -> None:
        """The journey is over."""
        journey.over = True
        journey.turn += 1
        person = journey.person
        person.journeys = tuple(other for other in person.journeys if other is not journey)
        number = journey.campaign.number
        count, started, _ = person.entries.get(number, (1, at, at))
        person.entries[number] = (count, started, at)
        self.emit(Ended(at, person.key, journey.campaign.slug, journey.number, outcome, reason, rule, step, clause))

    # --- leaving altogether -----------------------------------------------------------------------------------------

    def end_all(self, person: Person, at: int, reason: str) -> None:
        """End every journey of someone who is deleted or suppressed (assumed, semantics R56)."""
        self.before_change(person, at)
        for journey in person.journeys:
            self.end(journey, at, "exited_early", reason, "R56")
        person.pending = ()

    def finish(self, until: int) -> None:
        """Do everything that is due up to *until*, for everybody."""
        if self.shared_agenda is not None:
            self.shared_agenda.run_before(until + 1, self.later)
            return
        for person in [*self.people, *self.strangers]:
            if person.open:
                self.before_change(person, until + 1)
            self.advance(person, until + 1)
