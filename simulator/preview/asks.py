"""What a tab asks to see, read from the data it sends: a sample, changes to it, a workspace, a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mailwright.definitions.sample import Sample, SampleEvent, SamplePerson
from mailwright.diagnostics import ConfigurationError, name_hint
from simulator.rendering.samples import Shown, fitting, moment_in, shown_sample
from simulator.sample_calls import NOON

if TYPE_CHECKING:
    from mailwright.definitions.project import Project

LONGEST_NAME = 200


class Edits(BaseModel):
    """What a tab changed of the sample it shows; a part that is not there is the sample's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: SamplePerson | None = None
    event: SampleEvent | None = None
    trigger: dict[str, Any] | None = None


class Ask(BaseModel):
    """One view of one campaign or message."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    campaign: str = Field("", max_length=LONGEST_NAME)
    message: str = Field("", max_length=LONGEST_NAME)
    language: str | None = Field(None, max_length=20)  # None: the person's
    sample: str | None = Field(None, max_length=LONGEST_NAME)  # None: the first that fits
    workspace: str | None = Field(None, max_length=LONGEST_NAME)
    at: str | None = Field(None, max_length=40)  # ISO 8601; None: the sample's own time
    sent: int | None = None  # Unix seconds: the message as the sample's journey sends it then
    edits: Edits = Edits()
    dark: bool = False
    remote: bool = False
    inspect: bool = False
    target: str = Field("", max_length=LONGEST_NAME)  # the id of the element to bring into view
    tab: str = Field("", max_length=40)  # the tab's name, so that it can be told by itself


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a view is shown with, and how it came to be."""

    shown: Shown
    fitting: tuple[str, ...]  # the samples that fit the campaign


def ask_from(values: Any) -> Ask:
    """The ask that a tab sent.

    Raises: ConfigurationError when it is none.
    """
    try:
        return Ask.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(
            f"'{place or 'the request'}' does not fit: {first['msg']}", hint="reload the page"
        ) from error


def chosen_for(project: Project, ask: Ask) -> Chosen:
    """The person, the event and the time that *ask* means.

    Raises: ConfigurationError when it names a sample that is not there, or a time that is none.
    """
    fits = tuple(fitting(project, ask.campaign)) if ask.campaign in project.campaigns else ()
    name = ask.sample or next(iter(fits), "")
    if not name:
        shown = Shown()
    elif name in project.samples:
        shown = shown_sample(name, project.samples[name])
    else:
        raise ConfigurationError(
            f"no sample is called '{name}'", hint=name_hint(name, list(project.samples), "samples")
        )
    edits = ask.edits
    if edits.person is not None:
        shown = replace(shown, person=edits.person)
    if edits.event is not None:
        shown = replace(shown, event=edits.event)
    if edits.trigger is not None:
        shown = replace(shown, trigger=edits.trigger)
    if ask.at is not None:
        shown = replace(shown, at=moment_in(name or "given", ask.at))
    return Chosen(shown, fits)


def moment_of(shown: Shown) -> datetime:
    """When it happens: its own time, else the one that every sample without a time has."""
    return shown.at or datetime.fromtimestamp(NOON, UTC)


def as_sample(shown: Shown) -> Sample:
    """*shown* as a sample, so that what runs samples can run it."""
    return Sample(
        person=shown.person,
        event=shown.event,
        trigger=shown.trigger or {},
        journey=shown.journey or {},
        objects=shown.objects or {},
        at=moment_of(shown).isoformat(),
    )
