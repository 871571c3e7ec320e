"""What a journey passes through: every step kind, told apart by the key that names it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from mailwright.definitions.base import Definition
from mailwright.definitions.condition_fields import FilterCondition, WaitAnyCondition, WaitCondition
from mailwright.definitions.names import AttributeName, ClockTime, Duration, EventName, Slug

Sending = Literal["automatic", "draft", "off"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class StepBase(Definition):
    """What every step may carry."""

    id: Slug | None = None
    """Our name for the step; default: its file name, or its kind and position."""
    name: str | None = None
    """Its name in the workspace."""
    only_if: FilterCondition | None = None
    """If this does not hold, the step is skipped and the journey goes on."""


class MessageStep(StepBase):
    """What every step that sends something may carry."""

    sending: Sending = "automatic"
    """`draft` makes drafts, `off` is the UI's "Don't send"."""
    to_unsubscribed: bool | None = None
    """Also to people who unsubscribed; default: as the campaign says."""
    topic: Slug | None = None
    """The subscription topic; default: the campaign's."""
    counts_toward_limit: bool | None = None
    """Whether the workspace's message limit counts it; default: as the campaign says."""
    retry_over_limit: bool = False
    """Over the limit: try again until the workspace's retry time is over."""


class EmailStep(MessageStep):
    """Send an email: `<name>.liquid` beside the campaign file."""

    email: Slug


class SmsStep(MessageStep):
    """Send a text message: `<name>.liquid`."""

    sms: Slug


class PushStep(MessageStep):
    """Send a push notification: `<name>.liquid`."""

    push: Slug


class InAppStep(MessageStep):
    """Show an in-app message: `<name>.liquid`."""

    in_app: Slug


class SlackStep(MessageStep):
    """Post to Slack: `<name>.liquid`."""

    slack: Slug


class WhatsAppStep(MessageStep):
    """Send a WhatsApp message: `<name>.liquid`."""

    whatsapp: Slug


class WebhookStep(MessageStep):
    """Call a URL: `<name>.yaml` with method, url, headers and body."""

    webhook: Slug


class RandomLength(Definition):
    """A length of time drawn evenly between two (semantics R59)."""

    between: Annotated[list[Duration], Field(min_length=2, max_length=2)]


class WaitStep(StepBase):
    """Wait so long."""

    wait: Duration | RandomLength


class TimeWindow(Definition):
    """The days and hours in which what follows may happen (semantics R60 to R63)."""

    days: str | list[Weekday] = "mon-sun"
    """`mon-fri`, `mon, wed, fri` or a list."""
    start: ClockTime = Field(default="00:00", alias="from")
    """It opens at this time; the opening minute is inside."""
    end: ClockTime = Field(default="24:00", alias="to")
    """It closes at this time; the closing minute is outside."""
    zone: str = "person"
    """`person`, or the name of a time zone."""
    fallback: str = "UTC"
    """The zone for people without one."""

    @model_validator(mode="after")
    def _names_days_and_hours(self) -> TimeWindow:
        if not self.weekdays():
            raise ValueError("a window names at least one day: mon-fri, or mon, wed")
        if self.start == self.end:
            raise ValueError("a window opens and closes at different times: change one of them")
        return self

    def weekdays(self) -> tuple[int, ...]:
        """The days it is open, 0 is Monday; empty when the text names none."""
        parts = self.days if isinstance(self.days, list) else [part.strip() for part in self.days.split(",")]
        found: set[int] = set()
        for part in parts:
            first, _, last = part.lower().partition("-")
            if first.strip() not in WEEKDAYS or (last and last.strip() not in WEEKDAYS):
                return ()
            low = WEEKDAYS.index(first.strip())
            high = WEEKDAYS.index(last.strip()) if last else low
            found.update((low + offset) % 7 for offset in range((high - low) % 7 + 1))
        return tuple(sorted(found))


class WindowStep(StepBase):
    """Wait until the window is open."""

    window: TimeWindow


class WaitPath(Definition):
    """One way out of a wait."""

    when: WaitCondition
    """What ends the wait this way."""
    then: list[Step] = Field(default_factory=list)
    name: str | None = None


class Wait(Definition):
    """What a `wait_until` waits for: `any`/`all` for one way out, or several `paths`; the first one met is taken."""

    any: WaitAnyCondition | None = None
    """At least one of these."""
    all: WaitCondition | None = None
    """All of these."""
    then: list[Step] = Field(default_factory=list)
    """What follows when `any` or `all` is met."""
    paths: list[WaitPath] = Field(default_factory=list)
    at_most: Duration | None = None
    """The maximum time; none: for ever."""
    on_timeout: Literal["continue", "exit"] | list[Step] = "continue"
    """What happens when the time is over: go on, leave, or these steps."""

    @model_validator(mode="after")
    def _waits_for_something(self) -> Wait:
        if self.any is None and self.all is None and not self.paths and self.at_most is None:
            raise ValueError("a wait_until names what it waits for: `any`, `all`, `paths`, or only `at_most`")
        if self.paths and (self.any is not None or self.all is not None):
            raise ValueError("a wait_until has one way out or several: `any` and `all`, or `paths`")
        return self


class WaitUntilStep(StepBase):
    """Wait until something is so (semantics R64 to R68)."""

    wait_until: Wait


class Branch(Definition):
    """Two ways: `then` if the condition holds on arrival, else `else` (semantics R69)."""

    condition: FilterCondition = Field(alias="if")
    then: list[Step] = Field(default_factory=list)
    otherwise: list[Step] = Field(default_factory=list, alias="else")


class BranchStep(StepBase):
    """A true/false branch."""

    branch: Branch


class SplitPath(Definition):
    """One way of a split: the first whose condition holds is taken; `else` is the last."""

    condition: FilterCondition | None = Field(default=None, alias="if")
    then: list[Step] = Field(default_factory=list)
    otherwise: list[Step] | None = Field(default=None, alias="else")
    name: str | None = None

    @model_validator(mode="after")
    def _is_one_kind(self) -> SplitPath:
        if (self.condition is None) == (self.otherwise is None):
            raise ValueError("a way of a split asks something or is the last: {if, then}, or {else}")
        return self


class SplitStep(StepBase):
    """A multi-split branch (semantics R70)."""

    split: Annotated[list[SplitPath], Field(min_length=1)]


class Cohort(Definition):
    """A share of the people, drawn by chance."""

    share: Annotated[float, Field(ge=0, le=100)]
    """Percent; the shares of a step add up to 100."""
    then: list[Step] = Field(default_factory=list)
    name: str | None = None


class CohortsStep(StepBase):
    """Random cohorts (semantics R71)."""

    cohorts: Annotated[list[Cohort], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _adds_up(self) -> CohortsStep:
        total = sum(cohort.share for cohort in self.cohorts)
        if abs(total - 100) > 1e-6:
            raise ValueError(f"the shares add up to {total:g}, not to 100: change one of them")
        return self


class Variant(Definition):
    """One side of an A/B test: an email, or nothing for a hold-out."""

    share: Annotated[float, Field(ge=0, le=100)]
    email: Slug | None = None
    hold_out: bool = False


class AbTestStep(MessageStep):
    """An A/B or hold-out test of one email (semantics R72)."""

    ab_test: Annotated[list[Variant], Field(min_length=2)]


class LanguagePath(Definition):
    """One way of a language branch."""

    language: str | None = Field(default=None, alias="is")
    """The value of the person's language attribute; none: the default way."""
    then: list[Step] = Field(default_factory=list)


class LanguagesStep(StepBase):
    """A branch by the person's language."""

    languages: Annotated[list[LanguagePath], Field(min_length=1)]


Plain = str | int | float | bool | None | list[Any] | dict[str, Any]


class Updates(Definition):
    """What a `set` step writes; texts are Liquid."""

    person: dict[str, Plain] = Field(default_factory=dict)
    """Attributes of the person; null removes one."""
    journey: dict[str, Plain] = Field(default_factory=dict)
    """Attributes of this journey only."""
    of: str | None = None
    """Liquid for the id of another person to update or create."""


class SetStep(StepBase):
    """Create or update a person (semantics R74)."""

    set: Updates


class NewEvent(Definition):
    """An event that a workflow sends."""

    name: EventName
    data: dict[str, Plain] = Field(default_factory=dict)
    """Texts are Liquid."""
    of: str | None = None
    """Liquid for the id of another person."""


class CreateEventStep(StepBase):
    """Create an event (semantics R75)."""

    create_event: NewEvent


class Membership(Definition):
    """A manual segment to join or leave."""

    add: Slug | None = None
    remove: Slug | None = None

    @model_validator(mode="after")
    def _is_one_way(self) -> Membership:
        if (self.add is None) == (self.remove is None):
            raise ValueError("one segment to join or to leave: `add` or `remove`")
        return self


class SegmentStep(StepBase):
    """Add the person to a manual segment, or remove them (semantics R77)."""

    segment: Membership


class CollectionQuery(Definition):
    """A look-up in a collection; its result lands in `journey.*`."""

    collection: Slug
    into: AttributeName
    where: dict[str, Plain] = Field(default_factory=dict)
    limit: int | None = None


class CollectionQueryStep(StepBase):
    """Query a collection (semantics R77)."""

    collection_query: CollectionQuery


class BatchUpdateStep(StepBase):
    """Update many people or objects at once (semantics R77)."""

    batch_update: dict[str, Plain]


class GracePeriodStep(StepBase):
    """The grace period of old campaigns (semantics R53)."""

    grace_period: Duration


class FilterMatchDelayStep(StepBase):
    """The wait for a filter match of old campaigns."""

    filter_match_delay: Duration


class LlmStep(StepBase):
    """A step that asks a language model."""

    llm: dict[str, Plain]


class ExitStep(StepBase):
    """End the journey as finished (semantics R80)."""

    exit: Literal[True]


class GoToStep(StepBase):
    """Go on at another step of the workflow, wherever it stands: for ways that cross, which no nesting can say."""

    go_to: Slug
    """The id of the step."""

    @model_validator(mode="after")
    def _is_always_taken(self) -> GoToStep:
        if self.only_if is not None:
            raise ValueError("a go_to is always taken: put it into a way of a branch")
        return self


STEP_KINDS: dict[str, type[StepBase]] = {
    "email": EmailStep,
    "sms": SmsStep,
    "push": PushStep,
    "in_app": InAppStep,
    "slack": SlackStep,
    "whatsapp": WhatsAppStep,
    "webhook": WebhookStep,
    "wait": WaitStep,
    "window": WindowStep,
    "wait_until": WaitUntilStep,
    "branch": BranchStep,
    "split": SplitStep,
    "cohorts": CohortsStep,
    "ab_test": AbTestStep,
    "languages": LanguagesStep,
    "set": SetStep,
    "create_event": CreateEventStep,
    "segment": SegmentStep,
    "collection_query": CollectionQueryStep,
    "batch_update": BatchUpdateStep,
    "grace_period": GracePeriodStep,
    "filter_match_delay": FilterMatchDelayStep,
    "llm": LlmStep,
    "exit": ExitStep,
    "go_to": GoToStep,
}


def step_kind(raw: object) -> str | None:
    """The kind that an authored step says it is, or that a step is."""
    if isinstance(raw, dict):
        return next((kind for kind in STEP_KINDS if kind in raw), None)
    return next((kind for kind, model in STEP_KINDS.items() if type(raw) is model), None)


def _plain_step(raw: object) -> object:
    # `- exit` reads better than `- exit: true`, and both are written.
    return {"exit": True} if raw == "exit" else raw


Step = Annotated[
    Annotated[EmailStep, Tag("email")]
    | Annotated[SmsStep, Tag("sms")]
    | Annotated[PushStep, Tag("push")]
    | Annotated[InAppStep, Tag("in_app")]
    | Annotated[SlackStep, Tag("slack")]
    | Annotated[WhatsAppStep, Tag("whatsapp")]
    | Annotated[WebhookStep, Tag("webhook")]
    | Annotated[WaitStep, Tag("wait")]
    | Annotated[WindowStep, Tag("window")]
    | Annotated[WaitUntilStep, Tag("wait_until")]
    | Annotated[BranchStep, Tag("branch")]
    | Annotated[SplitStep, Tag("split")]
    | Annotated[CohortsStep, Tag("cohorts")]
    | Annotated[AbTestStep, Tag("ab_test")]
    | Annotated[LanguagesStep, Tag("languages")]
    | Annotated[SetStep, Tag("set")]
    | Annotated[CreateEventStep, Tag("create_event")]
    | Annotated[SegmentStep, Tag("segment")]
    | Annotated[CollectionQueryStep, Tag("collection_query")]
    | Annotated[BatchUpdateStep, Tag("batch_update")]
    | Annotated[GracePeriodStep, Tag("grace_period")]
    | Annotated[FilterMatchDelayStep, Tag("filter_match_delay")]
    | Annotated[LlmStep, Tag("llm")]
    | Annotated[ExitStep, Tag("exit")]
    | Annotated[GoToStep, Tag("go_to")],
    Discriminator(step_kind, custom_error_type="step_kind", custom_error_message="a step names its kind"),
    BeforeValidator(_plain_step),
]
