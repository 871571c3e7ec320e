"""The two sides in one form: a delivery as predicted, and as it really was."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.replay import replay
from simulator.trace import AnyEntry, Delivery

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.history.calls import Call
    from simulator.run import Run
    from simulator.verifying.names import LogPeople, Numbers
    from simulator.verifying.seen import Seen

Place = tuple[str, str, str]
"""Person, campaign and message."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """A delivery that the replay made. Units: *at*, when it was made, is in Unix seconds."""

    person: str
    campaign: str
    message: str
    step: str
    journey: int
    channel: str
    at: int
    status: str
    reason: str = ""
    rule: str = ""

    @property
    def place(self) -> Place:
        """Whose it is and what was sent."""
        return self.person, self.campaign, self.message


@dataclass(frozen=True, slots=True)
class Actual:
    """A delivery that a workspace made. Units: *at*, when it was made, is in Unix seconds.

    *message* is empty where the source does not say which of the campaign's it is.
    """

    person: str
    campaign: str
    message: str
    channel: str
    at: int
    status: str
    id: str
    failure: str = ""
    is_known: bool = True  # the log knows the person

    @property
    def place(self) -> Place:
        """Whose it is and what was sent."""
        return self.person, self.campaign, self.message


@dataclass(slots=True)
class Prediction:
    """What a replay made, and the replay's outcome."""

    deliveries: list[Predicted]
    run: Run
    recipients: dict[str, str] = field(default_factory=dict)  # address → person

    def since(self, at: int | None) -> list[Predicted]:
        """Those made from *at* on."""
        return [one for one in self.deliveries if at is None or one.at >= at]


def predict(
    project: Project,
    workspace: str | None,
    calls: Iterable[Call],
    until: int | None,
    *,
    sink: Callable[[AnyEntry], None] | None = None,
) -> Prediction:
    """The deliveries that *calls* bring about up to *until* (Unix seconds); *sink* hears every entry of the trace.

    Raises: ConfigurationError when there is no such workspace, or an assumption is not one of those there are.
    """
    made: dict[tuple[str, str, int, str, int], Delivery] = {}
    recipients: dict[str, str] = {}

    def note(entry: AnyEntry) -> None:
        if isinstance(entry, Delivery):
            made[entry.person, entry.campaign, entry.journey, entry.step, entry.made_at] = entry
            if entry.recipient and "@" in entry.recipient:
                recipients.setdefault(entry.recipient, entry.person)
        if sink is not None:
            sink(entry)

    run = replay(project, workspace, calls, until=until, sink=note, render="outcome")
    found = sorted(map(_predicted, made.values()), key=lambda one: (one.at, one.person, one.campaign, one.message))
    return Prediction(found, run, recipients)


def _predicted(entry: Delivery) -> Predicted:
    return Predicted(
        entry.person, entry.campaign, entry.message or entry.step, entry.step, entry.journey, entry.channel,
        entry.made_at, entry.status, entry.reason, entry.rule,
    )  # fmt: skip


def actual_of(seen: Seen, numbers: Numbers, people: LogPeople) -> Actual:
    """A delivery of a source under our names; somebody the log does not know keeps an identifier of the workspace."""
    campaign, message = numbers.place(seen)
    key = people.key_of(seen.person, seen.recipient)
    person = key if key is not None else next(iter(seen.person.values()), seen.recipient) or "nobody"
    return Actual(
        person, campaign, message, seen.channel, seen.at, seen.status, seen.id, seen.failure, key is not None
    )  # fmt: skip
