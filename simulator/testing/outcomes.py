"""What a simulation came to, as plain values to assert on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.reports.wording import moment_as_text, unsent_in_words
from simulator.testing.kept_messages import KeptMessages, Made
from simulator.testing.times import moment_at
from simulator.trace import AnyEntry, Branched, Delivery, Ended, Entered, GoalReached, Moved, Skipped, Waiting, Woke

if TYPE_CHECKING:
    from simulator.rendering.email import Rendered
    from simulator.testing.simulation import Simulation


class Names(list[str]):
    """A plain list of names that knows which simulation it is of, so that a failed assertion can say why."""

    def __init__(self, names: Iterable[str], simulation: Simulation) -> None:
        super().__init__(names)
        self.simulation = simulation


@dataclass(frozen=True, slots=True)
class Message:
    """One message that was made; its texts are rendered when they are read."""

    campaign: str
    name: str  # its file, without the ending
    step: str
    channel: str  # email, sms, push, in_app, slack, whatsapp, webhook
    person: str
    journey: int
    status: str  # sent, drafted, failed, undeliverable, dropped, attempted
    made_at: datetime
    at: datetime  # when it got this status
    to: str | None
    language: str | None
    reason: str
    failure: str
    _kept: KeptMessages = field(repr=False, compare=False)

    @property
    def address(self) -> str:
        """`campaign/message`."""
        return f"{self.campaign}/{self.name}"

    @property
    def rendered(self) -> Rendered:
        """All of it, as the person gets it.

        Raises: RenderFault when it fails.
        """
        return self._kept.rendered(self._made)

    @property
    def subject(self) -> str:
        return self.rendered.subject

    @property
    def body(self) -> str:
        """The page of an email or in-app message; the words of any other kind."""
        rendered = self.rendered
        return rendered.html or rendered.text

    @property
    def text(self) -> str:
        """The text part."""
        return self.rendered.text

    @property
    def _made(self) -> Made:
        return self.campaign, self.person, self.journey, self.step, self.name, int(self.made_at.timestamp())

    def __repr__(self) -> str:
        fate = "sent" if self.status == "sent" else unsent_in_words(self.status, self.reason)
        at = moment_as_text(int(self.at.timestamp()))
        return f"<{self.channel} {self.address} for {self.person}, {fate}, {at}>"


@dataclass(frozen=True, slots=True)
class JourneySeen:
    """One journey of one person through one campaign."""

    campaign: str
    person: str
    number: int
    entered_at: datetime
    ended: str | None  # end, goal, stops_matching …; None: it still runs
    waiting_at: str | None  # the step it rests at
    waits_until: datetime | None
    ways: dict[str, str]  # step → the way taken last
    skipped: dict[str, str]  # step → why
    goal_reached: bool
    converted: bool

    def __repr__(self) -> str:
        where = f"ended: {self.ended}" if self.ended else f"waits at {self.waiting_at}"
        return f"<journey of {self.person} in {self.campaign}, {where}>"


def messages_in(entries: Iterable[AnyEntry], kept: KeptMessages) -> list[Message]:
    """Every message that was made, with the last status it came to, in the order they were made."""
    found: dict[Made, Message] = {}
    for entry in entries:
        if isinstance(entry, Delivery):
            made = (entry.campaign, entry.person, entry.journey, entry.step, entry.message, entry.made_at)
            found[made] = Message(
                entry.campaign, entry.message, entry.step, entry.channel, entry.person, entry.journey, entry.status,
                moment_at(entry.made_at), moment_at(entry.at), entry.recipient, entry.language, entry.reason,
                entry.failure, kept,
            )  # fmt: skip
    return list(found.values())


def journeys_in(entries: Iterable[AnyEntry]) -> list[JourneySeen]:
    """Every journey, in the order of entry."""
    apart: dict[tuple[str, str, int], list[AnyEntry]] = {}
    for entry in entries:
        number = getattr(entry, "journey", None)
        if number is not None:
            apart.setdefault((entry.campaign, entry.person, number), []).append(entry)
    return [_journey(key, own) for key, own in apart.items()]


def _journey(key: tuple[str, str, int], entries: list[AnyEntry]) -> JourneySeen:
    ended: str | None = None
    rest: Waiting | None = None
    ways: dict[str, str] = {}
    skipped: dict[str, str] = {}
    entered_at = entries[0].at
    reached = converted = False
    for entry in entries:
        match entry:
            case Entered(at=at) | Moved(entered_at=at):
                entered_at = at
            case Waiting():
                rest = entry
            case Woke():
                rest = None
            case Branched(step=step, way=way):
                ways[step] = way
            case Skipped(step=step, reason=reason):
                skipped[step] = reason
            case GoalReached(converted=counts):
                reached, converted = True, counts
            case Ended(reason=reason):
                ended, rest = reason, None
            case _:
                pass
    until = None if rest is None or rest.until is None else moment_at(rest.until)
    return JourneySeen(
        *key, moment_at(entered_at), ended, rest.step if rest is not None else None, until, ways, skipped, reached,
        converted,
    )  # fmt: skip
