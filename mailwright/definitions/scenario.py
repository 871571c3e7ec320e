"""Scenarios: given people, when things happen, then who gets what. One `*.scenario.yaml` file holds several."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from mailwright.definitions.base import Definition
from mailwright.definitions.names import Duration, EventName, Slug

ACT_KINDS = (
    "event",
    "page",
    "screen",
    "sample",
    "identify",
    "wait",
    "until",
    "join",
    "leave",
    "metric",
    "merge",
    "delete",
    "suppress",
    "unsuppress",
    "transactional",
    "broadcast",
    "form",
    "webhook",
    "object",
    "relate",
)
"""What can happen in a scenario; an act is one of these."""

_WITH_DATA = {
    "event",
    "page",
    "screen",
    "sample",
    "transactional",
    "broadcast",
    "form",
    "webhook",
    "object",
    "relate",
}


class Given(Definition):
    """Who there is, and when it begins."""

    at: str | None = None
    """When the scenario begins, ISO 8601 (default: Monday, 5 January 2026, 09:00 UTC)."""
    workspace: str | None = Field(default=None, alias="as")
    """The workspace to pretend to be; default: the settings' default one."""
    sample: Slug | None = None
    """A sample whose person is there, and whose moment is the beginning where `at` says nothing."""
    only: list[Slug] = Field(default_factory=list)
    """What is expected is about these campaigns alone; the others run all the same. None: about all."""
    people: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Attributes by the person's id; over those of the sample's person of the same id."""
    segments: dict[str, list[Slug]] = Field(default_factory=dict)
    """Manual segments by the person's id."""


class Metric(Definition):
    """Something became of a message."""

    state: Literal["delivered", "opened", "clicked", "converted", "bounced", "dropped", "failed"] = Field(alias="is")
    message: str
    """`campaign/step`."""


class Thing(Definition):
    """An object."""

    type: Slug
    id: str


class Act(Definition):
    """One thing that happens; the first person of the scenario does it unless `person` says otherwise."""

    event: EventName | None = None
    """The person does this; its properties stand in `data`."""
    page: str | None = None
    """The person views this page (a URL)."""
    screen: str | None = None
    """The person views this screen."""
    sample: Slug | None = None
    """The event, or the call, of this sample; `data` goes over the sample's own."""
    identify: dict[str, Any] | None = None
    """Attributes the person gets; null takes one away."""
    wait: Duration | None = None
    """So much time goes by."""
    until: str | None = None
    """Time goes by until then, ISO 8601."""
    join: Slug | None = None
    """The person joins this manual segment."""
    leave: Slug | None = None
    """The person leaves this manual segment."""
    metric: Metric | None = None
    """What became of a message."""
    merge: str | None = None
    """The id of the person who is merged into this one."""
    delete: Literal[True] | None = None
    """The person is deleted."""
    suppress: Literal[True] | None = None
    """The person is deleted and suppressed."""
    unsuppress: Literal[True] | None = None
    """The person is suppressed no longer."""
    transactional: Slug | None = None
    """A call that sends this transactional message."""
    broadcast: Slug | None = None
    """A call that starts this broadcast; to `person` where that is named, else to its audience."""
    form: Slug | None = None
    """A submission of this form."""
    webhook: Slug | None = None
    """Data posted to this incoming webhook."""
    object: Thing | None = None
    """This object is made or changed; its attributes stand in `data`."""
    relate: Thing | None = None
    """The person is related to this object; the relationship's attributes stand in `data`."""
    data: dict[str, Any] = Field(default_factory=dict)
    person: str | None = None
    """The id of the person."""
    anonymous: str | None = None
    """The anonymous id of a visitor nobody knows yet, or of the person who is identified now."""
    id: str | None = None
    """The event's own id, by which doubles are known."""
    timestamp: str | None = None
    """The event's own time where it is not now, ISO 8601."""

    @model_validator(mode="after")
    def _is_one_thing(self) -> Act:
        kinds = [kind for kind in ACT_KINDS if getattr(self, kind) is not None]
        if not kinds:
            raise ValueError(f"this says not what happens: one of {', '.join(ACT_KINDS)}")
        if len(kinds) > 1:
            raise ValueError(f"{' and '.join(f'`{kind}`' for kind in kinds)} are two things: an item of the list each")
        if self.data and kinds[0] not in _WITH_DATA:
            raise ValueError(f"`{kinds[0]}` takes no `data`: remove it")
        return self

    @property
    def kind(self) -> str:
        """Which of the kinds it is."""
        return next(kind for kind in ACT_KINDS if getattr(self, kind) is not None)


def _text_or_keys(schema: dict[str, Any]) -> None:
    schema["type"] = ["string", "object"]


class ExpectedMessage(Definition):
    """One message as it should come; a text alone is its name."""

    model_config = ConfigDict(json_schema_extra=_text_or_keys)

    message: str | None = None
    """`campaign/message`, or the message's name alone where only one campaign has it."""
    email: str | None = None
    """The same, for an email."""
    person: str | None = None
    """Whom it is for, by id."""
    status: Literal["sent", "drafted", "failed", "undeliverable", "dropped", "attempted"] = "sent"
    after: Duration | None = None
    """How long after the scenario's beginning it was made."""
    at: str | None = None
    """When it was made, ISO 8601."""
    to: str | None = None
    """The address."""
    language: str | None = None
    subject: str | None = None
    """The whole subject."""
    contains: list[str] = Field(default_factory=list)
    """Each of these stands in the subject, the page or the text part."""
    not_contains: list[str] = Field(default_factory=list)
    """None of these does."""
    because: str | None = None
    """Of a failed one: words of why."""

    @model_validator(mode="before")
    @classmethod
    def _may_be_a_name(cls, raw: Any) -> Any:
        return {"message": raw} if isinstance(raw, str) else raw

    @model_validator(mode="after")
    def _names_a_message(self) -> ExpectedMessage:
        if (self.message is None) == (self.email is None):
            raise ValueError("this names no message: one of `email` and `message`")
        return self

    @property
    def name(self) -> str:
        """The message it names."""
        return self.email or self.message or ""


class Then(Definition):
    """What should come of it; what is not written is not looked at."""

    campaigns: list[Slug] | None = None
    """The campaigns in which journeys started: these and no other, in any order."""
    not_campaigns: list[Slug] = Field(default_factory=list)
    """No journey started in these."""
    emails: list[ExpectedMessage] | None = None
    """The emails that were made, in order: these and no other."""
    not_emails: list[str] = Field(default_factory=list)
    """None of these was made."""
    messages: list[ExpectedMessage] | None = None
    """The same for messages of every kind, emails too."""
    not_messages: list[str] = Field(default_factory=list)
    """None of these was made."""
    subject: str | None = None
    """The subject of the only email."""
    contains: list[str] = Field(default_factory=list)
    """Each of these stands in the only email."""
    not_contains: list[str] = Field(default_factory=list)
    """None of these stands in any email."""
    branches: dict[str, str] = Field(default_factory=dict)
    """The way taken last at a branch, split, cohort or wait: `campaign/step: way`."""
    skipped: dict[str, str] = Field(default_factory=dict)
    """Steps that did nothing, and why: `campaign/step: unsubscribed`."""
    refused: dict[Slug, str] = Field(default_factory=dict)
    """Campaigns that matched and yet let nobody in, and why: `welcome: once`."""
    why_not: dict[Slug, str] = Field(default_factory=dict)
    """Campaigns that did not start, and words of the condition that stood against it."""
    waiting: dict[Slug, str] = Field(default_factory=dict)
    """Where a journey rests at the end: `campaign: step`."""
    ended: dict[Slug, str] = Field(default_factory=dict)
    """How the last journey of a campaign ended: end, exit_step, goal, stops_matching, exit_condition …"""
    converted: dict[Slug, bool] = Field(default_factory=dict)
    """Whether a journey's goal was reached and counts for one of its messages."""
    people: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Attributes at the end, by the person's id; null: none."""
    segments: list[Slug] = Field(default_factory=list)
    """Segments that the first person is in at the end."""
    not_segments: list[Slug] = Field(default_factory=list)
    """And those that the person is not in."""
    snapshots: list[str] = Field(default_factory=list)
    """Emails that look as they did when `mailwright test --update` last kept them."""


class Scenario(Definition):
    """One story."""

    name: str = Field(min_length=1)
    given: Given = Field(default_factory=Given)
    """In addition to what the file gives."""
    when: Annotated[list[Act], Field(min_length=1)]
    then: Then


class ScenarioFile(Definition):
    """One `*.scenario.yaml` file."""

    description: str = ""
    given: Given = Field(default_factory=Given)
    """What all its scenarios share."""
    scenarios: Annotated[list[Scenario], Field(min_length=1)]
