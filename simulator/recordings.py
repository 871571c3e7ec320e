"""Journeys that nothing disturbs, told from a recording of the engine's own run.

Most journeys of a large log pass their steps while nothing that they look at changes. Two such journeys of one
campaign, whose people and events answer every question of the campaign alike, do the same things at the same distances
from entry. The engine runs the first of them on its own and the run is kept; the others wait beside the person, and
when they are over undisturbed they are counted by it. If something that any recording depends on changes before, the
journey is handed to the engine, from its entry on, before the change is made: so there is one meaning, the engine's,
and here is only when to ask it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import msgspec

from mailwright.definitions.conditions import Happens
from mailwright.definitions.steps import BranchStep, ExitStep, MessageStep, SplitStep, WaitStep
from simulator.conditions import Check
from simulator.entering import start
from simulator.instants import Instant, instants_in
from simulator.journeys import Journey
from simulator.lone_runs import Recording, cut_by_goal, recorded
from simulator.sending import counts_toward_limit, recent_sends

if TYPE_CHECKING:
    from simulator.content import CompiledCampaign, Content
    from simulator.engine import Engine
    from simulator.journeys import Cause
    from simulator.messages import ReadClass
    from simulator.people import EventKey, Person
    from simulator.workflow import Node

# Attributes that decide about messages beside those the content names (semantics R84 to R88, R94).
_MESSAGE_ATTRIBUTES = frozenset({"unsubscribed", "cio_subscription_preferences", "email", "phone", "language"})
_MANY = 8  # open journeys of one person at which those that are over are told
_FEW = 64
KEPT = 4096
"""Recordings kept for one campaign; beyond them journeys go through the engine one by one."""


@dataclass(slots=True, eq=False)
class Recordable:
    """A campaign whose journeys may be told from recordings."""

    campaign: CompiledCampaign
    checks: tuple[Check, ...]  # every question it asks of the person and the event
    ends: tuple[Check, ...]  # what may end it early, or be its goal
    messages: tuple[tuple[Node, str], ...]  # its message steps and their files
    attributes: frozenset[str]  # those whose change may change its course
    events: frozenset[str]  # names, in lower case, that may end it
    kept: dict[Hashable, Recording] = field(default_factory=dict)
    longest: int = 0  # seconds of the longest recording
    goal: Goal | None = None  # where one event alone ends a journey, there and then

    def recordings(self) -> Iterator[Recording]:
        """Every recording there is, those cut short too."""
        for recording in self.kept.values():
            yield recording
            yield from recording.cuts.values()


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """An event that ends a journey as soon as it comes in time."""

    key: EventKey
    accepts: Check | None  # what its data must be like; None: anything


class Open(msgspec.Struct, frozen=True, eq=False):
    """A journey that is told from a recording unless something disturbs it."""

    at: int
    number: int
    since: int
    cause: Cause
    recording: Recording
    recordable: Recordable


def recordables_in(content: Content, also: frozenset[str]) -> dict[int, Recordable]:
    """The campaigns that can be told from recordings, by number; *also* are the attributes that messages read."""
    if content.crosses_people or content.asks_messages:
        return {}
    found = {}
    for campaign in content.campaigns:
        recordable = _recordable(content, campaign, also)
        if recordable is not None:
            found[campaign.number] = recordable
    return found


def _recordable(content: Content, campaign: CompiledCampaign, also: frozenset[str]) -> Recordable | None:
    if campaign.trigger_kind != "event" or not campaign.parallel:
        return None
    if content.assumptions.frequency_counts_from != "entry":
        return None
    checks = [campaign.filter]
    messages: list[tuple[Node, str]] = []
    for node in campaign.nodes:
        if not _may_record(content, campaign, node):
            return None
        checks += [node.only_if, *(way.check for way in node.ways)]
        if isinstance(node.step, MessageStep):
            messages.append((node, getattr(node.step, node.kind)))
    asked = tuple(check for check in checks if check is not None)
    if not all(map(_is_steady, asked)):
        return None
    ends = tuple(check for check in (campaign.goal, campaign.exit_on) if check is not None)
    reads = [check.reads for check in ends]
    if any(one.timed or one.segments or one.changes or one.messages for one in reads):
        return None
    names = _MESSAGE_ATTRIBUTES.union(
        also, *(check.reads.attributes for check in asked), *(r.attributes for r in reads)
    )
    events = frozenset[str]().union(*(one.events for one in reads))
    return Recordable(campaign, asked, ends, tuple(messages), names, events, goal=_goal(content, campaign))


def _goal(content: Content, campaign: CompiledCampaign) -> Goal | None:
    if campaign.goal is None or campaign.exit_on is not None or not campaign.exits_at_goal:
        return None
    awaited = campaign.goal.condition
    if not isinstance(awaited, Happens) or content.assumptions.goal_exit_at != "goal":
        return None
    accepts = None if awaited.where is None else Check(awaited.where, content.assumptions)
    return Goal((awaited.type.value, awaited.event.lower()), accepts)


def _may_record(content: Content, campaign: CompiledCampaign, node: Node) -> bool:
    """Whether the step looks at nothing but what stays the same while nothing changes, and changes nothing itself."""
    match node.step:
        case MessageStep():
            limited = counts_toward_limit(content, campaign, node)
            return node.kind != "ab_test" and not limited and not content.workspace.esp_suppressed
        case WaitStep():
            return node.least == node.seconds
        case BranchStep() | SplitStep() | ExitStep():
            return True
        case _:
            return False


def _is_steady(check: Check) -> bool:
    reads = check.reads
    return not (reads.timed or reads.segments or reads.events or reads.changes or reads.messages)


@dataclass(slots=True, eq=False)
class _Told:
    """How the journeys of one campaign are told."""

    recordable: Recordable
    read: ReadClass
    instant: Instant | None  # they take no time
    journeys: int = 0

    @property
    def is_full(self) -> bool:
        """Whether no more recordings are made: there are many, or hardly one was of use to a second journey."""
        made = len(self.recordable.kept)
        return made >= KEPT or (made >= _FEW and self.journeys < 2 * made)


@runtime_checkable
class TellsClasses(Protocol):
    """Messages whose outcome can be told beforehand by what decides it; those that must be asked each are not."""

    def attributes_read(self) -> frozenset[str]:
        """The attributes of people that decide."""
        ...

    def class_reader(self, campaign: CompiledCampaign, nodes: Iterable[Node]) -> ReadClass | None:
        """What tells journeys of the campaign apart by these message steps; None where only rendering does."""
        ...


class Recorder:
    """Tells journeys from recordings, and hands them to the engine where that would not be sound."""

    def __init__(self, engine: Engine, tell: Callable[[Open, Person], None]) -> None:
        self.engine = engine
        engine.recorder = self
        self.recordables: dict[int, Recordable] = {}
        self._told: dict[int, _Told] = {}  # by the campaign's number
        self._waiting: dict[str, list[Recordable]] = {}
        self._tell = tell
        if isinstance(engine.messages, TellsClasses):
            self._look_over(engine.messages)

    def _look_over(self, messages: TellsClasses) -> None:
        """Find the campaigns that can be told, and what tells their journeys apart."""
        content = self.engine.content
        recordables = recordables_in(content, messages.attributes_read())
        for number, instant in instants_in(content).items():
            recordable = Recordable(instant.campaign, instant.checks, (), (), frozenset(), frozenset())
            self._keep(number, recordable, instant, messages.class_reader(instant.campaign, instant.messages))
        for number, recordable in recordables.items():
            if number not in self.recordables:
                nodes = [node for node, _ in recordable.messages]
                self._keep(number, recordable, None, messages.class_reader(recordable.campaign, nodes))

    def _keep(self, number: int, recordable: Recordable, instant: Instant | None, read: ReadClass | None) -> None:
        if read is None:
            return
        self._told[number] = _Told(recordable, read, instant)
        self.recordables[number] = recordable
        for event in recordable.events:
            self._waiting.setdefault(event, []).append(recordable)

    def open(self, campaign: CompiledCampaign, person: Person, cause: Cause, at: int) -> bool:
        """Keep a journey that starts now as one to be told; False when the engine has to run it."""
        told = self._told.get(campaign.number)
        if told is None:
            return False
        recordable, instant = told.recordable, told.instant
        if instant is None:
            key = self._key(recordable, person, cause, at, told.read)
        else:
            key = instant.key(self.engine, person, cause, at, told.read)
        if key is None:
            return False
        recording = recordable.kept.get(key)
        if recording is None:
            if told.is_full:
                return False
            recording = recordable.kept[key] = recorded(self.engine, campaign, person, cause, at)
            recordable.longest = max(recordable.longest, recording.length)
        told.journeys += 1
        if instant is not None:
            self._tell_at_once(recordable, recording, person, cause, at)
            return True
        count = len(person.open)
        if count >= _MANY and not count & (count - 1):  # at each doubling, so that a look at all costs each one little
            self.settle(person, at)
        number = person.note_entry(campaign.number, at)
        person.open = (*person.open, Open(at, number, person.number, cause, recording, recordable))
        return True

    def _tell_at_once(
        self, recordable: Recordable, recording: Recording, person: Person, cause: Cause, at: int
    ) -> None:
        """Tell a journey that is over the second it began."""
        number = person.note_entry(recordable.campaign.number, at)
        if recording.counted:
            person.counted_sends = (*recent_sends(self.engine, person, at), *[at] * recording.counted)
        self._tell_one(Open(at, number, person.number, cause, recording, recordable), person)

    def _tell_one(self, opened: Open, person: Person) -> None:
        for name, count in opened.recording.used.items():
            self.engine.used[name] += count
        self._tell(opened, person)

    def _key(self, recordable: Recordable, person: Person, cause: Cause, at: int, read: ReadClass) -> Hashable | None:
        """All that the journey's course depends on; None where it cannot be said."""
        attributes = person.attributes
        if "cio_subscription_preferences" in attributes or cause.recipient is not None:
            return None
        if cause.event is not None and "recipient" in cause.event:
            return None
        unsubscribed = attributes.get("unsubscribed")
        if unsubscribed is not None and unsubscribed is not False:
            return None
        moment = self.engine.cause_moment(person, at, cause)
        for check in recordable.ends:
            if check.holds(moment):
                return None  # it ends with the next change of any kind
        known = read(person, cause)
        return None if known is None else (known, *[check.holds(moment) for check in recordable.checks])

    def settle(self, person: Person, before: int) -> None:
        """Tell the person's journeys that were over before *before*."""
        over = [journey for journey in person.open if journey.at + journey.recording.length < before]
        if not over:
            return
        person.open = tuple([journey for journey in person.open if journey not in over])
        for journey in over:
            self._tell_one(journey, person)

    def event_comes(self, person: Person, key: EventKey, data: Mapping[str, Any], at: int) -> None:
        """An event that goals or exits wait for is about to be received."""
        event = key[1]
        if not any(self._may_run(one, person, at) for one in self._waiting.get(event, ())):
            return  # who does much and waits for little is not looked through each time
        self.settle(person, at)
        kept: list[Open] = []
        disturbed: list[Open] = []
        for one in person.open:
            if event not in one.recordable.events:
                kept.append(one)
            elif one.recordable.goal is None:
                disturbed.append(one)
            elif self._reaches_goal(one, one.recordable.goal, person, key, data, at):
                self._tell_cut(one, person, key, data, at)
            else:
                kept.append(one)
        if len(kept) < len(person.open):
            person.open = tuple(kept)
        if disturbed:
            self._run(person, at, disturbed)

    def _reaches_goal(
        self, opened: Open, goal: Goal, person: Person, key: EventKey, data: Mapping[str, Any], at: int
    ) -> bool:
        """Whether the event is the journey's goal, and comes in time."""
        campaign = opened.recordable.campaign
        if key != goal.key or (campaign.goal_seconds and at - opened.at > campaign.goal_seconds):
            return False
        if goal.accepts is None:
            return True
        moment = self.engine.cause_moment(person, at, opened.cause, campaign.slug)
        moment.since, moment.data = opened.since, data
        return goal.accepts.holds(moment)

    def _tell_cut(self, opened: Open, person: Person, key: EventKey, data: Mapping[str, Any], at: int) -> None:
        """Tell a journey as it went until its goal, which the engine runs once for each place it may be reached at."""
        whole, campaign = opened.recording, opened.recordable.campaign
        came = whole.came(at - opened.at)
        cut = whole.cuts.get(came)
        if cut is None:
            cut = cut_by_goal(self.engine, campaign, person, opened.cause, opened.at, (key, data), at)
            whole.cuts[came] = cut
        self._tell_one(Open(opened.at, opened.number, opened.since, opened.cause, cut, opened.recordable), person)

    def _may_run(self, recordable: Recordable, person: Person, at: int) -> bool:
        """Whether a journey of that campaign may be under way, by when the person last entered it."""
        entry = person.entries.get(recordable.campaign.number)
        return entry is not None and entry[1] + recordable.longest >= at

    def attributes_change(self, person: Person, values: Mapping[str, Any], at: int) -> None:
        """Attributes are about to be written."""
        have = person.attributes
        names = {
            name
            for name, value in values.items()
            if (old := have.get(name)) != value or old.__class__ is not value.__class__
        }
        if names:
            self._disturb(person, at, [one for one in person.open if not names.isdisjoint(one.recordable.attributes)])

    def disturb(self, person: Person, at: int) -> None:
        """Everything about the person may change."""
        if person.open:
            self._disturb(person, at, person.open)

    def _disturb(self, person: Person, at: int, concerned: Sequence[Open]) -> None:
        """Tell what is over, and let the engine run the concerned journeys from their entry to now."""
        if not concerned:
            return
        self.settle(person, at)
        running = [one for one in concerned if one.at + one.recording.length >= at]
        if running:
            handed = set(map(id, running))
            person.open = tuple(one for one in person.open if id(one) not in handed)
            self._run(person, at, running)

    def _run(self, person: Person, at: int, journeys: Sequence[Open]) -> None:
        """Let the engine run journeys from their entry to now."""
        for one in journeys:
            self._hand_over(one, person)
        self.engine.advance(person, at)

    def _hand_over(self, opened: Open, person: Person) -> None:
        campaign = opened.recordable.campaign
        journey = Journey(campaign, person, opened.number, opened.at, opened.cause)
        journey.since = opened.since
        start(self.engine, journey, opened.at)
