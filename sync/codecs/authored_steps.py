"""Workflow steps as plain data: authored form, defaults left out, conditions in their normal form."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any as Anything

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.condition_fields import Form
from mailwright.definitions.conditions import All, Any, Condition, PlacedCondition
from mailwright.definitions.names import duration_as_text
from mailwright.definitions.steps import (
    AbTestStep,
    BatchUpdateStep,
    BranchStep,
    CohortsStep,
    CollectionQueryStep,
    CreateEventStep,
    EmailStep,
    ExitStep,
    FilterMatchDelayStep,
    GoToStep,
    GracePeriodStep,
    InAppStep,
    LanguagesStep,
    LlmStep,
    MessageStep,
    PushStep,
    RandomLength,
    SegmentStep,
    SetStep,
    SlackStep,
    SmsStep,
    SplitStep,
    Step,
    StepBase,
    TimeWindow,
    WaitStep,
    WaitUntilStep,
    WebhookStep,
    WhatsAppStep,
    WindowStep,
    step_kind,
)
from mailwright.definitions.workflow import file_of, jumps_to, walk_steps
from mailwright.loading.condition_text import condition_as_yaml
from sync.codecs.canonical_steps import canonical_steps, joins
from sync.codecs.crossing import has_jumps, in_one_shape
from sync.codecs.normal_form import as_text, as_typed, normal

Data = dict[str, Anything]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def steps_as_data(
    workflow: Sequence[StepBase], campaign: Campaign, names: Mapping[int, str] | None = None
) -> list[Data]:
    """The steps of a campaign; message steps are called by their step ids, which name their documents.

    What a workspace does not show of a step (its topic, the retry over the limit) is left out: `not_shown` lists it.
    *names* are the ids of steps by identity, where *workflow* is a part of the campaign's.
    """
    is_whole = names is None
    if names is None:
        names = {id(placed.step): placed.id for placed in walk_steps(workflow)}
    found = _Writer(names, campaign, jumps_to(campaign.workflow)).steps(workflow)
    if is_whole and has_jumps(found):
        found = in_one_shape(found)
    return canonical_steps(found) if is_whole else found


class _Writer:
    def __init__(self, names: Mapping[int, str], campaign: Campaign, jumps: Collection[str]) -> None:
        self.names = names
        self.campaign = campaign
        self.jumps = jumps

    def steps(self, steps: Sequence[StepBase]) -> list[Data]:
        found: list[Data] = []
        for step in steps:
            data = {**self._own(step), **self._extra(step)}
            if not (found and joins(found[-1], data)):
                found.append(data)
        return found

    def _extra(self, step: StepBase) -> Data:
        found: Data = {}
        if self.names[id(step)] in self.jumps and file_of(step) is None:
            found["id"] = self.names[id(step)]
        name = step.name or file_of(step) or ""
        if name != self._key(step):
            found["name"] = name
        if step.only_if is not None and normal(step.only_if.condition) != All():
            found["only_if"] = written(step.only_if, Form.FILTER)
        if isinstance(step, MessageStep):
            also = self.campaign.to_unsubscribed if step.to_unsubscribed is None else step.to_unsubscribed
            if also is not self.campaign.to_unsubscribed:
                found["to_unsubscribed"] = also
            counts = self.campaign.counts_toward_limit if step.counts_toward_limit is None else step.counts_toward_limit
            if counts is not self.campaign.counts_toward_limit:
                found["counts_toward_limit"] = counts
        return found

    def _key(self, step: StepBase) -> str:
        """The name that a step need not be given: a message's is that of its document."""
        return self.names[id(step)] if file_of(step) is not None else ""

    def _own(self, step: StepBase) -> Data:
        match step:
            case EmailStep() | SmsStep() | PushStep() | InAppStep() | SlackStep() | WhatsAppStep() | WebhookStep():
                return {str(step_kind(step)): self.names[id(step)]}
            case WaitStep(wait=length):
                return {"wait": _length(length)}
            case WindowStep(window=window):
                return {"window": window_as_data(window)}
            case WaitUntilStep():
                return {"wait_until": self._wait(step)}
            case BranchStep(branch=branch):
                both = {"then": self.steps(branch.then), "else": self.steps(branch.otherwise)}
                return {"branch": {"if": written(branch.condition, Form.FILTER), **both}}
            case SplitStep():
                return {"split": self._split(step)}
            case CohortsStep(cohorts=cohorts):
                tenths = tenths_of([one.share for one in cohorts])
                names = [one.name if one.name != f"cohort {at}" else None for at, one in enumerate(cohorts, start=1)]
                ways = [self.steps(one.then) for one in cohorts]
                parts = zip(tenths, names, ways, strict=True)
                return {"cohorts": [_named({"share": share_of(t), "then": way}, name) for t, name, way in parts]}
            case LanguagesStep(languages=ways_by_language):
                asked = [{"is": way.language, "then": self.steps(way.then)} for way in ways_by_language if way.language]
                rest = next((way.then for way in ways_by_language if not way.language), [])
                return {"languages": [*asked, {"then": self.steps(rest)}]}
            case _:
                return _leaf_step(step)

    def _wait(self, step: WaitUntilStep) -> Data:
        wait = step.wait_until
        data: Data = {}
        if len(wait.paths) > 1:
            data["paths"] = [{"when": written(way.when, Form.WAIT), "then": self.steps(way.then)} for way in wait.paths]
        else:
            only = wait.paths[0] if wait.paths else None
            data |= waited_as_data(waited_for(wait.any, wait.all if only is None else only.when))
            then = self.steps(wait.then if only is None else only.then)
            if then:
                data["then"] = then
        if wait.at_most is not None:
            data["at_most"] = duration_as_text(wait.at_most)
            late = wait.on_timeout
            data["on_timeout"] = after_timeout(self.steps(late) if isinstance(late, list) else late)
        return data

    def _split(self, step: SplitStep) -> list[Data]:
        ways = []
        for way in step.split:
            if way.condition is not None:
                ways.append({"if": written(way.condition, Form.FILTER), "then": self.steps(way.then)})
        last = next((way.otherwise for way in step.split if way.otherwise is not None), [])
        return [*ways, {"else": self.steps(last)}]


def after_timeout(steps: list[Data] | str) -> Anything:
    """What happens when a wait's time is over, in the shortest of its forms."""
    if not steps:
        return "continue"
    return "exit" if steps == [{"exit": True}] else steps


def _leaf_step(step: StepBase) -> Data:
    match step:
        case AbTestStep(ab_test=variants):
            sides = [{"share": _share(one.share), "email": one.email} for one in variants if one.email]
            held = sum(one.share for one in variants if not one.email)
            return {"ab_test": [*sides, *([{"share": _share(held), "hold_out": True}] if held else [])]}
        case SetStep(set=updates):
            found: Data = {
                subject: {name: set_value(value) for name, value in values.items()}
                for subject, values in (("person", updates.person), ("journey", updates.journey))
                if values
            }
            return {"set": {**found, "of": updates.of} if updates.of else found}
        case CreateEventStep(create_event=event):
            more: Data = {"data": event.data} if event.data else {}
            return {"create_event": {"name": event.name, **more, **({"of": event.of} if event.of else {})}}
        case SegmentStep(segment=membership):
            return {"segment": {"add": membership.add} if membership.add else {"remove": membership.remove}}
        case CollectionQueryStep() | BatchUpdateStep() | LlmStep():
            kind = str(step_kind(step))
            return {kind: step.model_dump(by_alias=True, exclude_none=True)[kind]}
        case GracePeriodStep(grace_period=length) | FilterMatchDelayStep(filter_match_delay=length):
            return {str(step_kind(step)): duration_as_text(length)}
        case ExitStep():
            return {"exit": True}
        case GoToStep(go_to=target):
            return {"go_to": target}
        case _:
            raise TypeError(f"a {type(step).__name__} is written elsewhere")


def tenths_of(shares: Sequence[float]) -> list[int]:
    """Shares in percent as tenths of a percent, 1000 in all: what is left over goes to the largest.

    Source: UI API, random cohorts: tenths of a percent.
    """
    tenths = [round(share * 10) for share in shares]
    tenths[tenths.index(max(tenths))] += 1000 - sum(tenths)
    return tenths


def share_of(tenths: int) -> int | float:
    """Tenths of a percent in percent."""
    return _share(tenths / 10)


def waited_for(any_of: PlacedCondition | None, all_of: PlacedCondition | None) -> Condition:
    """What a wait with one way out waits for, in its normal form; what never comes where it only waits for its time."""
    parts = tuple(placed.condition for placed in (any_of, all_of) if placed is not None)
    return normal(All(parts)) if parts else Any()


def waited_as_data(condition: Condition) -> Data:
    """The `any` or `all` of a wait."""
    if condition == Any():
        return {}
    if isinstance(condition, All):
        return {"all": condition_as_yaml(condition, Form.WAIT)}
    return {"any": condition_as_yaml(condition, Form.WAIT_ANY)}


def written(placed: PlacedCondition, form: Form) -> Data:
    """A condition in its normal form, as an author would write it."""
    return condition_as_yaml(normal(placed.condition), form)


def set_value(value: Anything) -> Anything:
    """A value that a step writes, typed by its text; an empty one removes the attribute, as none does."""
    if value == "":
        return None
    return as_typed(as_text(value)) if isinstance(value, str | int | float | bool) else value


def window_as_data(window: TimeWindow) -> Data:
    """A time window as an author would write it; its days in order."""
    return {
        "days": days_as_text(window.weekdays()),
        "from": window.start,
        "to": window.end,
        "zone": window.zone,
        "fallback": window.fallback,
    }


def days_as_text(days: Sequence[int]) -> str:
    """Days in order, 0 is Monday: `mon-fri`, `sat, sun`, `mon, wed`."""
    found = sorted(set(days))
    if len(found) > 2 and found == list(range(found[0], found[-1] + 1)):
        return f"{DAYS[found[0]]}-{DAYS[found[-1]]}"
    return ", ".join(DAYS[day] for day in found)


def _length(length: timedelta | RandomLength) -> Anything:
    if isinstance(length, RandomLength):
        return {"between": [duration_as_text(one) for one in length.between]}
    return duration_as_text(length)


def _share(share: float) -> int | float:
    return int(share) if share == int(share) else share


def _named(data: Data, name: str | None) -> Data:
    return {"name": name, **data} if name else data


def not_shown(workflow: Sequence[Step]) -> Iterator[tuple[str, str]]:
    """What steps say that no interface shows or takes: the step's id and what it is."""
    for placed in walk_steps(workflow):
        step = placed.step
        if isinstance(step, MessageStep):
            if step.topic is not None:
                yield placed.id, f"its own topic '{step.topic}'"
            if step.retry_over_limit:
                yield placed.id, "the retry over the message limit"
