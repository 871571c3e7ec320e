"""One step as an action: its type and the fields of its own.

Source: wire reference, "Actions". Fields that the reference does not name are named in the findings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.conditions import Happens, MessageIs
from mailwright.definitions.steps import (
    AbTestStep,
    BatchUpdateStep,
    BranchStep,
    CohortsStep,
    CollectionQueryStep,
    CreateEventStep,
    ExitStep,
    FilterMatchDelayStep,
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
    step_kind,
)
from mailwright.definitions.workflow import file_of
from simulator.operators import as_text
from simulator.workflow import alternatives
from simulator.workspace.content.condition_writing import ConditionWriting
from simulator.workspace.encoding import encode

if TYPE_CHECKING:
    from mailwright.definitions.campaign import Campaign
    from mailwright.definitions.conditions import Condition, PlacedCondition
    from simulator.workspace.content.findings import Findings
    from simulator.workspace.content.message_writing import MessageWriting
    from simulator.workspace.content.numbers import Numbers

Json = dict[str, Any]

ACTION_TYPES = {
    "email": "email_action",
    "sms": "twilio_action",
    "push": "push_action",
    "in_app": "in_app_action",
    "slack": "slack_action",
    "whatsapp": "whatsapp_action",
    "webhook": "webhook_action",
    "wait": "delay_seconds_action",
    "window": "delay_time_window_action",
    "wait_until": "conditional_wait_action",
    "branch": "conditional_branch_action",
    "split": "multi_split_branch_action",
    "cohorts": "random_cohort_branch_action",
    "ab_test": "split_randomized_action",
    "languages": "multi_lang_branch_action",
    "set": "attribute_update_action",
    "create_event": "create_event_action",
    "segment": "static_seg_update_action",
    "collection_query": "collection_query_action",
    "batch_update": "batch_update_action",
    "grace_period": "grace_period_action",
    "filter_match_delay": "filter_match_delay_action",
    "llm": "llm_action",
    "exit": "exit_action",
}
CUSTOMER_ZONE = "customer_time_zone"
_OWN_FIELDS = "stored under field names of our own, which no source shows"


@dataclass(slots=True)
class StepWriting:
    """Writes the steps of one campaign."""

    campaign: Campaign
    slug: str
    numbers: Numbers
    findings: Findings
    messages: MessageWriting
    type_id: int | None

    def action(self, step: StepBase, where: str) -> tuple[str, Json]:
        """The action's type, and its fields beside those that every action has."""
        kind = step_kind(step) or ""
        fields: Json = {"name": step.name or file_of(step) or ""}
        if step.only_if is not None:
            fields["preconditions"] = self.encoded(step.only_if, where)
        if isinstance(step, MessageStep):
            fields |= self._message(step, where)
        fields |= self._own(step, where)
        if isinstance(step, WaitStep) and isinstance(step.wait, RandomLength):
            return "randomized_delay_action", fields
        return ACTION_TYPES[kind], fields

    def encoded(self, placed: PlacedCondition, where: str, *, waits: bool = False) -> str:
        """A condition as an encoded flat list."""
        return encode(self._flat(placed.condition, where, waits=waits))

    def _flat(self, condition: Condition, where: str, *, waits: bool) -> list[Json]:
        # Source: waits also take events and messages; in branches these two are refused.
        holds = frozenset({Happens, MessageIs}) if waits else frozenset[type]()
        writing = ConditionWriting(self.numbers, self.findings, where, self.slug, self.type_id, holds)
        return writing.flat(condition)

    def _message(self, step: MessageStep, where: str) -> Json:
        campaign = self.campaign
        to_all = step.to_unsubscribed if step.to_unsubscribed is not None else campaign.to_unsubscribed
        fields: Json = {"sending_state": step.sending, "send_to_unsubscribed": to_all}
        if step.topic is not None and step.topic != campaign.topic:
            fields["subscription_topic_id"] = self.numbers.topics.get(step.topic)
            self.findings.say(where, "a topic of its own", _OWN_FIELDS)
        if step.counts_toward_limit is not None and step.counts_toward_limit != campaign.counts_toward_limit:
            fields["use_message_limits"] = step.counts_toward_limit
            self.findings.say(where, "whether the message limit counts it", _OWN_FIELDS)
        if step.retry_over_limit:
            fields["retry_over_limit"] = True
            self.findings.say(where, "trying again when over the limit", _OWN_FIELDS)
        return fields

    def _own(self, step: StepBase, where: str) -> Json:
        match step:
            case WaitStep(wait=timedelta() as length):
                return {"delay": _seconds(length)}
            case WaitStep(wait=RandomLength(between=between)):
                low, high = sorted(map(_seconds, between))
                return {"min_delay": low, "max_delay": high}
            case WindowStep(window=window):
                return window_fields(window)
            case WaitUntilStep(wait_until=wait):
                return self._wait(wait, where)
            case BranchStep(branch=branch):
                return {"conditions": self.encoded(branch.condition, where)}
            case SplitStep(split=ways):
                asked = [way.condition for way in ways if way.condition is not None]
                return {"multi_conditions": [self.encoded(condition, where) for condition in asked]}
            case CohortsStep(cohorts=cohorts):
                return self._cohorts([cohort.share for cohort in cohorts], [c.name for c in cohorts], where)
            case LanguagesStep(languages=languages):
                self.findings.say(where, "a branch by language", _OWN_FIELDS)
                return {"languages": [way.language for way in languages if way.language is not None]}
            case SetStep():
                return self._set(step, where)
            case CreateEventStep(create_event=event):
                fields: Json = {"event_name": event.name}
                if event.data:
                    fields["event_data"] = self._texts(event.data)
                if event.of is not None:
                    fields["person_id"] = self._texts(event.of)
                if len(fields) > 1:
                    self.findings.say(where, "an event's data, or whose it is", _OWN_FIELDS)
                return fields
            case SegmentStep(segment=change):
                self.findings.say(where, "which segment to join or to leave", _OWN_FIELDS)
                slug = change.add or change.remove or ""
                return {"segment_id": self.numbers.segment(slug), "add_to_segment": change.add is not None}
            case GracePeriodStep(grace_period=length) | FilterMatchDelayStep(filter_match_delay=length):
                return {"delay": _seconds(length)}
            case CollectionQueryStep(collection_query=query):
                self.findings.say(where, "a collection query", _OWN_FIELDS)
                return {"query": query.model_dump(mode="json", exclude_none=True)}
            case BatchUpdateStep(batch_update=values) | LlmStep(llm=values):
                self.findings.say(where, "its settings", _OWN_FIELDS)
                return {"settings": self._texts(values)}
            case AbTestStep() | ExitStep():
                return {}
            case _:
                return {}

    def _wait(self, wait: Wait, where: str) -> Json:
        """Source: `exit_type` `never` has no delay, `continue` has one; several conditions may share one way."""
        asked: list[Condition] = [way.when.condition for way in wait.paths]
        if wait.all is not None:
            asked.append(wait.all.condition)
        if wait.any is not None:
            asked += alternatives(wait.any).parts
            if not alternatives(wait.any).parts:
                asked.append(AnyOf())
        return {
            "multi_conditions": [encode(self._flat(condition, where, waits=True)) for condition in asked],
            "delay": 0 if wait.at_most is None else _seconds(wait.at_most),
            "exit_type": "never" if wait.at_most is None else "continue",
        }

    def _cohorts(self, shares: list[float], names: list[str | None], where: str) -> Json:
        """Source: shares are tenths of a percent, 1000 in all."""
        tenths = [round(share * 10) for share in shares]
        if any(abs(share * 10 - tenth) > 1e-6 for share, tenth in zip(shares, tenths, strict=True)):
            tenths[tenths.index(max(tenths))] += 1000 - sum(tenths)
            self.findings.say(where, "shares finer than a tenth of a percent", "stored to the nearest tenth")
        return {
            "cohorts": tenths,
            "cohort_names": [name or f"cohort {index}" for index, name in enumerate(names, start=1)],
        }

    def _set(self, step: SetStep, where: str) -> Json:
        """Source: one attribute and its Liquid. Assumed: the form of several, and of values that are no text."""
        updates = step.set
        pairs: list[Json] = [{"name": name, "value": self._texts(value)} for name, value in updates.person.items()]
        pairs += [
            {"name": name, "value": self._texts(value), "target": "journey"} for name, value in updates.journey.items()
        ]
        first = pairs[0] if pairs else {"name": "", "value": ""}
        text = first["value"]
        fields: Json = {
            "attribute_name": first["name"],
            "attribute_value": text if isinstance(text, str) else as_text(text) or "",
        }
        if len(pairs) != 1 or not isinstance(text, str) or "target" in first:
            fields["attributes"] = pairs
            self.findings.say(where, "several attributes, or values that are no text", _OWN_FIELDS)
        if updates.of is not None:
            fields["person_id"] = self._texts(updates.of)
            self.findings.say(where, "another person's attributes", _OWN_FIELDS)
        return fields

    def _texts(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.messages.text(value)
        if isinstance(value, list):
            return [self._texts(part) for part in value]
        if isinstance(value, Mapping):
            return {key: self._texts(part) for key, part in value.items()}
        return value


def window_fields(window: TimeWindow) -> Json:
    """A window's fields. Assumed: times are HH:MM, days count from 1, which is Monday."""
    return {
        "start_time": window.start,
        "end_time": window.end,
        "days": [day + 1 for day in window.weekdays()],
        "zone": CUSTOMER_ZONE if window.zone == "person" else window.zone,
        "fallback_zone": window.fallback,
    }


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
