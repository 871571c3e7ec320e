"""Which samples fit a message, and what a message may read with one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mailwright.definitions.assumptions import assumptions_from
from mailwright.definitions.sample import Sample, SampleEvent, SamplePerson
from mailwright.definitions.triggers import EventTrigger
from mailwright.diagnostics import ConfigurationError
from simulator.conditions import Check
from simulator.moment import NOTHING, Moment
from simulator.people import Person
from simulator.rendering.moment import RenderMoment, campaign_values, message_values, trigger_kind_of

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from mailwright.definitions.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message is shown with: parts of one sample, or of several."""

    name: str = ""
    person: SamplePerson | None = None
    event: SampleEvent | None = None
    trigger: dict[str, Any] | None = None
    journey: dict[str, Any] | None = None
    objects: dict[str, Any] | None = None
    at: datetime | None = None


def shown_sample(name: str, sample: Sample) -> Shown:
    """All of one sample.

    Raises: ConfigurationError when its moment is no time.
    """
    return Shown(
        name,
        sample.person,
        sample.event,
        sample.trigger or None,
        sample.journey,
        sample.objects,
        None if sample.at is None else moment_in(name, sample.at),
    )


def moment_in(name: str, text: str) -> datetime:
    """The moment that a sample names, aware and in UTC.

    Raises: ConfigurationError when it is none.
    """
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ConfigurationError(
            f"the sample '{name}' has no such time as '{text}'", hint='at: "2026-01-31T12:00:00Z"'
        ) from error


def fitting(project: Project, campaign: str) -> list[str]:
    """The samples that fit the campaign: those that name it, then those whose event starts it."""
    named = [name for name, sample in project.samples.items() if campaign in sample.campaigns]
    return [*named, *(name for name in _fired_by(project, campaign) if name not in named)]


def _fired_by(project: Project, campaign: str) -> Iterator[str]:
    """The samples that name no campaign and whose event passes the trigger."""
    trigger = project.campaigns[campaign].trigger
    if not isinstance(trigger, EventTrigger):
        return
    check = Check(trigger.where.condition, assumptions_from(project.settings.assumptions))
    for name, sample in project.samples.items():
        if sample.campaigns or sample.event is None:
            continue
        if sample.event.name.strip().lower() == trigger.event.strip().lower() and check.holds(_moment(sample)):
            yield name


def _moment(sample: Sample) -> Moment:
    attributes = {} if sample.person is None else sample.person.attributes
    segments = [] if sample.person is None else sample.person.segments
    now = 0 if sample.at is None else int(moment_in("", sample.at).timestamp())
    moment = Moment(now, Person("", now), attributes or NOTHING, lambda slug, _: slug in segments)
    moment.event = moment.data = {} if sample.event is None else sample.event.data
    return moment


def render_moment(
    project: Project, workspace: Workspace, campaign: str, name: str, shown: Shown, now: datetime
) -> RenderMoment:
    """The moment of one message with a sample; *now* is the time where the sample names none."""
    event, at = shown.event, shown.at or now
    person = shown.person
    message = project.messages.get((campaign, name, None))
    return RenderMoment(
        None if person is None else {**person.attributes, "id": person.id},
        at,
        trigger_kind_of(project, campaign),
        None if event is None else event.data,
        "" if event is None else event.name,
        "" if event is None or event.id is None else event.id,
        int(at.timestamp()) if event is not None else None,
        shown.trigger,
        shown.journey or {},
        shown.objects or {},
        campaign_values(project, campaign),
        message_values(project, campaign, name, "webhook" if message is None else message.kind),
        dict(workspace.vars),
    )
