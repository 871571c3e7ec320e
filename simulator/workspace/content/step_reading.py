"""One action as a step. What an action says that the simulator cannot run is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from mailwright.definitions.conditions import All, Condition, PlacedCondition
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.steps import (
    STEP_KINDS,
    WEEKDAYS,
    AbTestStep,
    BatchUpdateStep,
    CollectionQuery,
    CollectionQueryStep,
    CreateEventStep,
    FilterMatchDelayStep,
    GracePeriodStep,
    LlmStep,
    Membership,
    NewEvent,
    RandomLength,
    SegmentStep,
    SetStep,
    StepBase,
    TimeWindow,
    Updates,
    Variant,
    WaitStep,
    WindowStep,
)
from simulator.trace import NotModelled
from simulator.workspace.content.condition_reading import ConditionReading
from simulator.workspace.content.leaves import Unreadable
from simulator.workspace.content.names import Names
from simulator.workspace.content.step_writing import ACTION_TYPES, CUSTOMER_ZONE
from simulator.workspace.encoding import decode

Json = dict[str, Any]
MESSAGE_KINDS = {
    ACTION_TYPES[kind]: kind for kind in ("email", "sms", "push", "in_app", "slack", "whatsapp", "webhook")
}
LONGEST = 3650 * 86400


@dataclass(slots=True)
class StepReading:
    """Reads the actions of one campaign; `lost` holds what it could not."""

    names: Names
    slug: str
    where: str
    files: Callable[[Json], str]  # an action that sends something → the name of its message
    sides: Mapping[str, Json]  # every action of the campaign, for the sides of A/B tests
    lost: list[NotModelled] = field(default_factory=list)

    def step(self, action: Json) -> StepBase | None:
        """The step of an action that is neither a branch nor an exit; None where there is nothing to run."""
        kind = action["type"]
        if kind in MESSAGE_KINDS:
            return self._message(action, MESSAGE_KINDS[kind])
        read = _READ.get(kind)
        if read is not None:
            return read(self, action)
        if not (kind == "filter_match_delay_action" and "delay" not in action) and kind != "trigger":
            self.lose(action, f"an action of the type {kind}", "passes it")
        return None

    def rest(self, action: Json) -> Json:
        """What every step may carry."""
        only_if = self.encoded(action, action.get("preconditions"), "its condition")
        return {
            "id": self.names.step_id(action),
            "name": action.get("name") or None,
            "only_if": None if only_if.condition == All() else only_if,
        }

    def encoded(self, action: Json, text: Any, what: str) -> PlacedCondition:
        """An encoded flat list as a condition."""
        return self.condition(action, lambda: ConditionReading(self.names).flat(decode(text)), what)

    def condition(self, action: Json, read: Callable[[], Condition], what: str) -> PlacedCondition:
        """A condition; one that means nothing to us never holds, and is named."""
        try:
            return PlacedCondition(read(), f"{self.where}, action {action.get('id', '')}".removesuffix(", action "))
        except Unreadable as error:
            self.lose(action, f"{what}: {error}", "takes it as not met")
            return PlacedCondition(AnyOf())

    def lose(self, action: Json, what: str, instead: str) -> None:
        """Name something that does not run."""
        step = self.names.step_id(action) if "campaign_id" in action else ""
        self.lost.append(NotModelled(self.slug, step, what, instead))

    def _message(self, action: Json, kind: str) -> StepBase:
        fields: Json = {**self._sending(action), kind: self.files(action)}
        return STEP_KINDS[kind].model_construct(**fields)

    def _sending(self, action: Json) -> Json:
        topic = action.get("subscription_topic_id")
        sending = action.get("sending_state")
        return {
            **self.rest(action),
            "sending": sending if sending in ("draft", "off") else "automatic",
            "to_unsubscribed": bool(action.get("send_to_unsubscribed")),
            "topic": self.names.topics.get(topic) if isinstance(topic, int) else None,
            "counts_toward_limit": action.get("use_message_limits"),
            "retry_over_limit": bool(action.get("retry_over_limit")),
        }

    def _delay(self, action: Json) -> StepBase:
        return WaitStep.model_construct(**self.rest(action), wait=seconds(action.get("delay")))

    def _random_delay(self, action: Json) -> StepBase:
        between = [seconds(action.get("min_delay")), seconds(action.get("max_delay"))]
        return WaitStep.model_construct(**self.rest(action), wait=RandomLength.model_construct(between=between))

    def _window(self, action: Json) -> StepBase | None:
        days = [WEEKDAYS[day - 1] for day in action.get("days") or () if isinstance(day, int) and 1 <= day <= 7]
        start, end = clock_time(action.get("start_time")), clock_time(action.get("end_time"))
        if not days or start is None or end is None:
            self.lose(action, "a window whose days or hours mean nothing to us", "passes it at once")
            return None
        zone = action.get("zone")
        window = TimeWindow.model_construct(
            days=days,
            start=start,
            end=end,
            zone="person" if zone in (None, "", CUSTOMER_ZONE) else str(zone),
            fallback=str(action.get("fallback_zone") or "UTC"),
        )
        return WindowStep.model_construct(**self.rest(action), window=window)

    def _set(self, action: Json) -> StepBase | None:
        pairs = _attributes(action)
        if not pairs:
            self.lose(action, "an update without an attribute", "passes it")
            return None
        updates = Updates.model_construct(
            person={one["name"]: one.get("value") for one in pairs if one.get("target") != "journey"},
            journey={one["name"]: one.get("value") for one in pairs if one.get("target") == "journey"},
            of=action.get("person_id"),
        )
        return SetStep.model_construct(**self.rest(action), set=updates)

    def _create_event(self, action: Json) -> StepBase | None:
        if not action.get("event_name"):
            self.lose(action, "an event without a name", "passes it")
            return None
        data = action.get("event_data")
        event = NewEvent.model_construct(
            name=str(action["event_name"]), data=data if isinstance(data, dict) else {}, of=action.get("person_id")
        )
        return CreateEventStep.model_construct(**self.rest(action), create_event=event)

    def _segment(self, action: Json) -> StepBase | None:
        slug = self.names.segment(action.get("segment_id"))
        if slug is None:
            self.lose(action, "an update of a segment that it does not name", "passes it")
            return None
        adds = action.get("add_to_segment") is not False
        change = Membership.model_construct(add=slug if adds else None, remove=None if adds else slug)
        return SegmentStep.model_construct(**self.rest(action), segment=change)

    def _query(self, action: Json) -> StepBase:
        asked = action.get("query")
        query = CollectionQuery.model_construct(
            **(asked if isinstance(asked, dict) else {"collection": "", "into": ""})
        )
        return CollectionQueryStep.model_construct(**self.rest(action), collection_query=query)

    def _batch(self, action: Json) -> StepBase:
        return BatchUpdateStep.model_construct(**self.rest(action), batch_update=action.get("settings") or {})

    def _llm(self, action: Json) -> StepBase:
        return LlmStep.model_construct(**self.rest(action), llm=action.get("settings") or {})

    def _grace(self, action: Json) -> StepBase:
        return GracePeriodStep.model_construct(**self.rest(action), grace_period=seconds(action.get("delay")))

    def _gate(self, action: Json) -> StepBase | None:
        """The server's own entry gate is no step: the filter is tried again for 30 minutes anyway (semantics R22)."""
        if "delay" not in action:
            return None
        length = seconds(action["delay"])
        return FilterMatchDelayStep.model_construct(**self.rest(action), filter_match_delay=length)

    def _ab_test(self, action: Json) -> StepBase | None:
        """Assumed: the share that no side has is held out."""
        sides = [self.sides[str(one)] for one in action.get("action_ids") or () if str(one) in self.sides]
        shares = [float(share) for share in action.get("allocations") or () if isinstance(share, int | float)]
        if not sides or len(sides) != len(shares):
            self.lose(action, "an A/B test whose sides and shares do not fit", "passes it")
            return None
        variants = [
            Variant.model_construct(share=share, email=self.files(side), hold_out=False)
            for side, share in zip(sides, shares, strict=True)
        ]
        held_out = 100 - sum(shares)
        if held_out > 1e-9:
            known = self.names.steps_of(action).get("hold_out", len(variants))
            variants.insert(known, Variant.model_construct(share=held_out, email=None, hold_out=True))
        first = sides[0]
        sending = {**first, **{key: action[key] for key in _SENDING if key in action}}
        return AbTestStep.model_construct(**{**self._sending(sending), **self.rest(action)}, ab_test=variants)


_SENDING = (
    "sending_state",
    "send_to_unsubscribed",
    "subscription_topic_id",
    "use_message_limits",
    "retry_over_limit",
)
_READ: dict[str, Callable[[StepReading, Json], StepBase | None]] = {
    "delay_seconds_action": StepReading._delay,
    "randomized_delay_action": StepReading._random_delay,
    "delay_time_window_action": StepReading._window,
    "attribute_update_action": StepReading._set,
    "create_event_action": StepReading._create_event,
    "static_seg_update_action": StepReading._segment,
    "collection_query_action": StepReading._query,
    "batch_update_action": StepReading._batch,
    "llm_action": StepReading._llm,
    "grace_period_action": StepReading._grace,
    "filter_match_delay_action": StepReading._gate,
    "split_randomized_action": StepReading._ab_test,
}


def _attributes(action: Json) -> list[Json]:
    """What an update writes: the list of ours where it still agrees with the one pair that clients know."""
    name, text = action.get("attribute_name"), action.get("attribute_value")
    listed = action.get("attributes")
    if isinstance(listed, list) and listed and isinstance(listed[0], dict):
        first = listed[0]
        if first.get("name") == name and (first.get("value") == text or not isinstance(first.get("value"), str)):
            return [one for one in listed if isinstance(one, dict) and isinstance(one.get("name"), str)]
    return [{"name": name, "value": text}] if isinstance(name, str) and name else []


def seconds(value: Any) -> timedelta:
    """A length in seconds; none, and at most ten years, where it says something else."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    return timedelta(seconds=min(max(number, 0), LONGEST))


def clock_time(value: Any) -> str | None:
    """A time of day, HH:MM, also from seconds since midnight."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 86400:
        return f"{value // 3600:02d}:{value % 3600 // 60:02d}"
    if not isinstance(value, str):
        return None
    hours, _, rest = value.partition(":")
    minutes = rest.split(":")[0]
    if not (hours.isdigit() and minutes.isdigit() and len(hours) <= 2) or int(hours) > 24 or int(minutes) > 59:
        return None
    return f"{int(hours):02d}:{int(minutes):02d}"
