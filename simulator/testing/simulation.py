"""A Customer.io workspace in the hand of a test: people do things, time goes by, and what came of it can be asked.

Everything happens at the simulation's own clock, which only `advance` moves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import structs

from simulator.engine import Detail, Engine
from simulator.history.calls import Call, CallKind, IdType
from simulator.intake import Intake
from simulator.replay import in_order
from simulator.sample_calls import EVENT_LINE, NOBODY, calls_of_sample, sample_moment
from simulator.testing.outcomes import JourneySeen, Message, Names, journeys_in, messages_in
from simulator.testing.times import Length, Moment, moment_at, second_of, seconds_in
from simulator.trace import Acted, AnyEntry, Entered

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from mailwright.definitions.sample import Sample
    from simulator.content import Content
    from simulator.people import Person
    from simulator.testing.kept_messages import KeptMessages


Values = Mapping[str, Any]


class Simulation:
    """People, a clock, and all that the campaigns did.

    Units: *now* is the clock in Unix seconds; a person is named by id (or by email address where the project identifies
    people by it).
    """

    def __init__(self, content: Content, messages: KeptMessages, now: int) -> None:
        self.content = content
        self.began = self.now = now
        self._made: list[AnyEntry] = []
        self._messages = messages
        self._engine = Engine(content, self._messages, self._made.append, Detail.FULL)
        self._intake = Intake(self._engine)
        self._line = 0
        self.next_line = 0  # what explanations call the next call's line, where it is more than the last one's
        self.asked_about: dict[str, None] = {}  # campaigns that a failed assertion is about
        self._calls: Counter[tuple[str, str]] = Counter()

    # --- what happens ----------------------------------------------------------------------------------------------

    def identify(
        self, person: str, attributes: Values | None = None, /, *, anonymous_id: str | None = None, **more: Any
    ) -> None:  # fmt: skip
        """Give the person attributes; None takes one away. *anonymous_id* ties a visitor's earlier events to them."""
        self._take(CallKind.IDENTIFY, person, data=_joined(attributes, more), anonymous_id=anonymous_id)

    def track(
        self,
        person: str,
        event: str,
        data: Values | None = None,
        /,
        *,
        id: str | None = None,
        timestamp: Moment | None = None,
        **more: Any,
    ) -> None:
        """The person does something, with these properties; *timestamp* is the event's own time (default: now)."""
        own = None if timestamp is None else second_of(timestamp)
        self._calls[person, event] += 1
        self._take(CallKind.EVENT, person, name=event, data=_joined(data, more), event_id=id, timestamp=own)

    def anonymous(self, anonymous_id: str, event: str, data: Values | None = None, /, **more: Any) -> None:
        """A visitor nobody knows yet does something."""
        self._calls[anonymous_id, event] += 1
        self._take(CallKind.EVENT, None, name=event, data=_joined(data, more), anonymous_id=anonymous_id)

    def page(self, person: str, url: str, data: Values | None = None, /, **more: Any) -> None:
        """The person views a page."""
        self._take(CallKind.PAGE, person, name=url, data=_joined(data, more))

    def screen(self, person: str, name: str, data: Values | None = None, /, **more: Any) -> None:
        """The person views a screen."""
        self._take(CallKind.SCREEN, person, name=name, data=_joined(data, more))

    def merge(self, person: str, other: str) -> None:
        """Merge the profile *other* into *person*."""
        self._take(CallKind.MERGE, person, other=other)

    def join(self, person: str, segment: str) -> None:
        """The person joins a manual segment."""
        self._take(CallKind.JOIN_SEGMENT, person, other=segment)

    def leave(self, person: str, segment: str) -> None:
        """The person leaves a manual segment."""
        self._take(CallKind.LEAVE_SEGMENT, person, other=segment)

    def metric(self, person: str, message: str, state: str) -> None:
        """Something became of a message (`campaign/step`): opened, clicked, bounced."""
        campaign, _, step = message.partition("/")
        self._take(CallKind.METRIC, person, name=state, other=step, data={"campaign": campaign})

    def delete(self, person: str) -> None:
        """Delete the person."""
        self._take(CallKind.DELETE, person)

    def suppress(self, person: str) -> None:
        """Delete the person and ignore all that comes of them."""
        self._take(CallKind.SUPPRESS, person)

    def unsuppress(self, person: str) -> None:
        """Ignore the person no longer."""
        self._take(CallKind.UNSUPPRESS, person)

    def transactional(
        self, person: str, message: str, data: Values | None = None, /, *, to: str | None = None, **more: Any
    ) -> None:  # fmt: skip
        """Call for a transactional message; *to* is another address than the person's."""
        self._take(CallKind.TRANSACTIONAL, person, name=message, data=_joined(data, more), other=to)

    def broadcast(self, name: str, data: Values | None = None, /, *, person: str | None = None, **more: Any) -> None:
        """Start an API-triggered broadcast, to one person or to its audience."""
        self._take(CallKind.BROADCAST, person, name=name, data={"data": _joined(data, more)})

    def form(self, person: str, name: str, fields: Values | None = None, /, **more: Any) -> None:
        """The person submits a form."""
        self._take(CallKind.FORM, person, name=name, data=_joined(fields, more))

    def webhook(self, name: str, data: Values | None = None, /, *, person: str | None = None, **more: Any) -> None:
        """Data is posted to an incoming webhook."""
        self._take(CallKind.WEBHOOK, person, name=name, data=_joined(data, more))

    def object(self, type: str, id: str, attributes: Values | None = None, /, **more: Any) -> None:
        """An object is made or changed."""
        self._take(CallKind.OBJECT, None, name=type, other=id, data=_joined(attributes, more))

    def relate(self, person: str, type: str, id: str, attributes: Values | None = None, /, **more: Any) -> None:
        """The person is related to an object."""
        self._take(CallKind.RELATE, person, name=type, other=id, data=_joined(attributes, more))

    def advance(self, length: Length | None = None, *, to: Moment | None = None) -> None:
        """Let time go by: for so long, or to a moment; all that is due in between happens.

        Raises: ConfigurationError when it is no time, or lies behind the clock.
        """
        until = second_of(to) if to is not None else self.now + seconds_in(length if length is not None else 0)
        seconds_in(until - self.now)  # refuses what lies behind
        second_of(until)  # and what lies too far ahead
        self.now = until
        self._engine.finish(self.now)

    def person_of(self, sample: Sample) -> str:
        """Put the person of a sample in, with their past, attributes and segments; gives the id."""
        if sample.person is None:
            return NOBODY
        shift = self.now - sample_moment(sample)
        for call in calls_of_sample(self.project, sample):
            if call.line > EVENT_LINE and call.at is not None:  # what happened earlier
                self._line += 1
                self._intake.take(structs.replace(call, line=self._line, at=call.at + shift, timestamp=None))
        self._take(CallKind.IDENTIFY, sample.person.id, data=dict(sample.person.attributes))
        for slug in sample.person.segments:
            self.join(sample.person.id, slug)
        return sample.person.id

    def play(self, sample: Sample, person: str | None = None, data: dict[str, Any] | None = None) -> None:
        """Do what a sample does: its event, or the call that its campaigns start from; *data* goes over its own.

        The sample's person is put in where nobody of that id is there yet.
        """
        who = person or (sample.person.id if sample.person is not None else NOBODY)
        if sample.person is not None and who == sample.person.id and self._person(who) is None:
            self.person_of(sample)
        if sample.event is not None:
            event = sample.event
            self._calls[who, event.name] += 1
            kind = CallKind(event.type.value)
            self._take(kind, who, name=event.name, data={**event.data, **(data or {})}, event_id=event.id)
            return
        for slug in sample.campaigns:
            trigger = self.project.campaigns[slug].trigger
            name = getattr(trigger, "transactional", None)
            if name is not None:
                self._take(CallKind.TRANSACTIONAL, who, name=name, data={**sample.trigger, **(data or {})})
            name = getattr(trigger, "broadcast", None)
            if name is not None:
                self._take(CallKind.BROADCAST, who, name=name, data={"data": {**sample.trigger, **(data or {})}})

    # --- what came of it -------------------------------------------------------------------------------------------

    @property
    def project(self) -> Project:
        """The content."""
        return self.content.project

    @property
    def clock(self) -> datetime:
        """The clock, aware, in UTC."""
        return moment_at(self.now)

    @property
    def trace(self) -> list[AnyEntry]:
        """Every decision so far, in order of time."""
        return in_order(self._made)

    @property
    def deliveries(self) -> list[Message]:
        """Every message that was made, whatever became of it."""
        return messages_in(self.trace, self._messages)

    @property
    def emails(self) -> Names:
        """The emails that were sent, as `campaign/message`, in order."""
        sent = [one for one in self.deliveries if one.channel == "email" and one.status == "sent"]
        return Names((one.address for one in sent), self)

    @property
    def campaigns(self) -> Names:
        """The campaigns in which journeys started, in order of entry."""
        return Names((entry.campaign for entry in self.trace if isinstance(entry, Entered)), self)

    def journeys(self, campaign: str | None = None) -> list[JourneySeen]:
        """The journeys of a campaign, or all of them, in the order of entry."""
        found = journeys_in(self.trace)
        return [one for one in found if campaign is None or one.campaign == campaign]

    def message(self, name: str) -> Message:
        """The one message of that name (`campaign/message`, or the message alone).

        Raises: AssertionError, with the explanation, when there is none or more than one.
        """
        __tracebackhide__ = True
        found = [one for one in self.deliveries if name in (one.address, one.name)]
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            raise AssertionError(f"{len(found)} messages are called {name}: {found}")
        raise AssertionError(f"no message {name} was made\n\n{self.explanation(name.partition('/')[0])}")

    def attributes(self, person: str) -> dict[str, Any]:
        """What is known of the person now; nothing of somebody who is not there."""
        found = self._person(person)
        return {} if found is None else dict(found.attributes)

    def in_segment(self, person: str, segment: str) -> bool:
        """Whether the person is in the segment now."""
        found = self._person(person)
        if found is None:
            return False
        moment = self._engine.moment(found, self.now)
        return moment.in_segment(segment, moment)

    def explanation(self, campaign: str | None = None, person: str | None = None) -> str:
        """Why each person did or did not get a campaign (default: every one that was asked), as `explain` says it."""
        from simulator.testing.why import explanation_of

        return explanation_of(self, campaign, person)

    @property
    def people(self) -> list[str]:
        """The keys of everybody there is."""
        return [person.key for person in self._engine.people]

    @property
    def events(self) -> set[str]:
        """The names of the events that people, or workflows, sent."""
        caused = {name for entry in self._made if isinstance(entry, Acted) for name in entry.names}
        return {name for _, name in self._calls} | caused

    def calls_of(self, person: str) -> dict[str, int]:
        """How often the person did what, by the event's name."""
        return {name: count for (whose, name), count in self._calls.items() if whose == person}

    def __repr__(self) -> str:
        return (
            f"<simulation at {self.clock:%Y-%m-%d %H:%M}, {len(self.people)} people, {len(self.deliveries)} messages>"
        )

    # --- how -------------------------------------------------------------------------------------------------------

    def _person(self, name: str) -> Person | None:
        kind = IdType.EMAIL if "@" in name else IdType.ID
        return self._engine.people.find(name, kind) or self._engine.people.find(name, IdType.ID)

    def _take(
        self,
        kind: CallKind,
        person: str | None,
        *,
        name: str = "",
        data: dict[str, Any] | None = None,
        other: str | None = None,
        anonymous_id: str | None = None,
        event_id: str | None = None,
        timestamp: int | None = None,
    ) -> None:
        self._line = max(self._line + 1, self.next_line)
        self._intake.take(
            Call(
                self._line, kind, person, name=name, data=data or {}, at=self.now, timestamp=timestamp,
                event_id=event_id, anonymous_id=anonymous_id, other=other,
            )
        )  # fmt: skip
        self._engine.finish(self.now)


def _joined(values: Values | None, more: Values) -> dict[str, Any]:
    return {**(values or {}), **more}
