"""One step → the fields of its action; what the interface has no place for is refused by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.conditions import All, Condition, PlacedCondition
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.steps import (
    AbTestStep,
    BatchUpdateStep,
    BranchStep,
    CohortsStep,
    CollectionQueryStep,
    CreateEventStep,
    ExitStep,
    FilterMatchDelayStep,
    GoToStep,
    GracePeriodStep,
    LanguagesStep,
    LlmStep,
    MessageStep,
    RandomLength,
    SegmentStep,
    SetStep,
    SplitStep,
    StepBase,
    TimeWindow,
    Wait,
    WaitStep,
    WaitUntilStep,
    WindowStep,
)
from mailwright.definitions.workflow import file_of
from sync.codecs.authored_steps import tenths_of, waited_for
from sync.codecs.condition_writing import ConditionWriting
from sync.codecs.encoding import encoded
from sync.codecs.normal_form import as_text, normal
from sync.codecs.references import References, Unwritable
from sync.codecs.step_reading import MESSAGES, PERSON_ZONE

Json = dict[str, Any]
_MESSAGE_TYPES = {kind: wire for wire, kind in MESSAGES.items()}


@dataclass(frozen=True, slots=True)
class Planned:
    """One action to be: its type, the fields that the step decides, and our name of a message."""

    type: str
    fields: Mapping[str, Any]
    step: str = ""

    @property
    def content(self) -> str:
        """What makes two actions the same step."""
        return json.dumps([self.type, self.step, {} if self.step else dict(self.fields)], sort_keys=True)


@dataclass(frozen=True, slots=True)
class StepWriting:
    """Writes the steps of one campaign."""

    names: References
    slug: str
    campaign: Campaign
    type_id: int | None = None

    def actions(self, step: StepBase, name: str) -> list[Planned]:
        """The actions of one step, in a row: one that writes several attributes is an action for each.

        Raises: Unwritable.
        """
        fields: Json = {"name": step.name or file_of(step) or ""}
        fields["preconditions"] = self._flat(step.only_if)
        message = file_of(step)
        if message is not None and isinstance(step, MessageStep):
            return [Planned(_message_type(step), {**fields, **self._inherited(step)}, name)]
        if isinstance(step, SetStep):
            return [Planned("attribute_update_action", {**fields, **one}) for one in _attributes(step)]
        kind, own = self._own(step)
        return [Planned(kind, {**fields, **own})]

    def _inherited(self, step: MessageStep) -> Json:
        also = self.campaign.to_unsubscribed if step.to_unsubscribed is None else step.to_unsubscribed
        counts = self.campaign.counts_toward_limit if step.counts_toward_limit is None else step.counts_toward_limit
        if counts is not self.campaign.counts_toward_limit:
            raise Unwritable("whether the message limit counts one step's messages")
        return {"send_to_unsubscribed": also}

    def _flat(self, placed: PlacedCondition | None) -> str:
        return encoded([] if placed is None else self._conditions().flat(placed.condition))

    def _waited(self, condition: Condition) -> str:
        return encoded(self._conditions().flat(condition, waits=True))

    def _conditions(self) -> ConditionWriting:
        return ConditionWriting(self.names, self.slug, type_id=self.type_id)

    def _own(self, step: StepBase) -> tuple[str, Json]:
        match step:
            case WaitStep(wait=timedelta() as length):
                return "delay_seconds_action", {"delay": _seconds(length)}
            case WaitStep(wait=RandomLength(between=between)):
                low, high = sorted(map(_seconds, between))
                return "randomized_delay_action", {"min_delay": low, "max_delay": high}
            case WindowStep(window=window):
                return "delay_time_window_action", window_fields(window)
            case WaitUntilStep(wait_until=wait):
                return "conditional_wait_action", self._wait(wait)
            case BranchStep(branch=branch):
                return "conditional_branch_action", {"conditions": self._flat(branch.condition)}
            case SplitStep(split=ways):
                asked = [self._flat(way.condition) for way in ways if way.condition is not None]
                return "multi_split_branch_action", {"multi_conditions": asked}
            case CohortsStep(cohorts=cohorts):
                names = [one.name or f"cohort {at}" for at, one in enumerate(cohorts, start=1)]
                shares = tenths_of([one.share for one in cohorts])
                return "random_cohort_branch_action", {"cohorts": shares, "cohort_names": names}
            case LanguagesStep(languages=ways):
                return "multi_lang_branch_action", {"languages": [way.language for way in ways if way.language]}
            case CreateEventStep(create_event=event):
                if event.of is not None:
                    raise Unwritable("an event of another person")
                return "create_event_action", {
                    "event_name": event.name,
                    **({"event_data": event.data} if event.data else {}),
                }
            case SegmentStep(segment=membership):
                # Assumed: the names of both fields.
                number = self.names.segment_id(membership.add or membership.remove or "")
                operation = "add" if membership.add is not None else "remove"
                return "static_seg_update_action", {"segment_id": number, "operation": operation}
            case ExitStep():
                return "exit_action", {}
            case GoToStep():
                raise TypeError("a go_to is no action: its edge leads to the step itself")
            case AbTestStep():
                raise Unwritable("an A/B test")
            case CollectionQueryStep() | BatchUpdateStep() | LlmStep():
                raise Unwritable(f"a {_words(step)}")
            case GracePeriodStep() | FilterMatchDelayStep():
                raise Unwritable(f"a {_words(step)}, which only old campaigns have")
            case _:
                raise Unwritable(f"a {_words(step)}")

    def _wait(self, wait: Wait) -> Json:
        """Source: `never` has no delay, `continue` has one."""
        if len(wait.paths) > 1:
            asked = [normal(way.when.condition) for way in wait.paths]
        else:
            only = wait.paths[0].when if wait.paths else wait.all
            found = waited_for(wait.any, only)
            asked = list(found.parts) if isinstance(found, AnyOf) else [found]
        return {
            "multi_conditions": [self._waited(one) for one in asked if one != All()],
            "delay": 0 if wait.at_most is None else _seconds(wait.at_most),
            "exit_type": "never" if wait.at_most is None else "continue",
        }


def _message_type(step: MessageStep) -> str:
    return next(wire for kind, wire in _MESSAGE_TYPES.items() if hasattr(step, kind))


def _attributes(step: SetStep) -> list[Json]:
    updates = step.set
    if updates.journey:
        raise Unwritable("attributes of a journey")
    if updates.of is not None:
        raise Unwritable("attributes of another person")
    found = []
    for name, value in updates.person.items():
        if isinstance(value, list | dict):
            raise Unwritable(f"the attribute '{name}', which is a list or an object")
        found.append({"attribute_name": name, "attribute_value": "" if value is None else as_text(value)})
    return found


def window_fields(window: TimeWindow) -> Json:
    """A time window. Assumed: times are HH:MM, days count from 1, which is Monday."""
    return {
        "start_time": window.start,
        "end_time": window.end,
        "days": [day + 1 for day in window.weekdays()],
        "zone": PERSON_ZONE if window.zone == "person" else window.zone,
        "fallback_zone": window.fallback,
    }


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())


def _words(step: StepBase) -> str:
    name = type(step).__name__.removesuffix("Step")
    return "".join(f" {one.lower()}" if one.isupper() else one for one in name).strip()
