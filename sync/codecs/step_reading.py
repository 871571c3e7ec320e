"""One action of the wire → one step, in authored form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mailwright.definitions.condition_fields import Form
from mailwright.definitions.conditions import All, Condition, Not, parts_of
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.names import duration_as_text
from mailwright.loading.condition_text import NoShortForm, condition_as_yaml
from sync.codecs.authored_steps import days_as_text, set_value, share_of, waited_as_data
from sync.codecs.condition_reading import ConditionReading
from sync.codecs.encoding import decoded
from sync.codecs.normal_form import normal
from sync.codecs.references import References, Unreadable

Data = dict[str, Any]
Json = Mapping[str, Any]
MESSAGES: Mapping[str, str] = {
    "email_action": "email",
    "twilio_action": "sms",
    "push_action": "push",
    "in_app_action": "in_app",
    "slack_action": "slack",
    "whatsapp_action": "whatsapp",
    "webhook_action": "webhook",
}
PERSON_ZONE = "customer_time_zone"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the messages of a campaign inherit."""

    to_unsubscribed: bool
    counts_toward_limit: bool


@dataclass(frozen=True, slots=True)
class StepReading:
    """Reads the steps of one campaign; *steps* names its message actions."""

    names: References
    campaign: str
    steps: Mapping[str, str]  # action id → our name of the step
    settings: Settings

    def step(self, action: Json) -> Data:
        """A step that is no branch.

        Raises: Unreadable when no file can hold it.
        """
        kind = str(action.get("type"))
        if kind in MESSAGES:
            return {MESSAGES[kind]: self.steps[str(action["id"])], **self._inherited(action), **self.beside(action)}
        reader = _READERS.get(kind)
        if reader is None:
            raise Unreadable(f"a step of the type '{kind}'")
        return {**reader(self, action), **self.beside(action)}

    def beside(self, action: Json) -> Data:
        """What every step may carry: its name, and the condition on which it is taken."""
        found: Data = {}
        name = str(action.get("name") or "")
        key = self.steps.get(str(action["id"]), "")
        if name != key:
            found["name"] = name
        only_if = ConditionReading(self.names, self.campaign).flat(decoded(action.get("preconditions")))
        if only_if != All():
            found["only_if"] = written(only_if, Form.FILTER)
        return found

    def _inherited(self, action: Json) -> Data:
        found: Data = {}
        also = action.get("send_to_unsubscribed")
        if isinstance(also, bool) and also is not self.settings.to_unsubscribed:
            found["to_unsubscribed"] = also
        counts = action.get("use_message_limits")
        if isinstance(counts, bool) and counts is not self.settings.counts_toward_limit:
            found["counts_toward_limit"] = counts
        return found

    def asked(self, text: Any) -> Data:
        """The condition of a branch."""
        return written(ConditionReading(self.names, self.campaign).flat(decoded(text)), Form.FILTER)

    def waited(self, text: Any) -> Condition | None:
        """What one entry of a wait asks for; None where it asks nothing."""
        found = ConditionReading(self.names, self.campaign).flat(decoded(text))
        return None if found in (All(), AnyOf()) else found

    def any_of(self, texts: list[Any]) -> Data:
        """The `any` or `all` of a wait with one way out."""
        found = normal(AnyOf(tuple(one for one in map(self.waited, texts) if one is not None)))
        try:
            return waited_as_data(found)
        except NoShortForm as error:
            raise Unreadable(f"a condition that no file can hold ({error})") from error

    def paths(self, texts: list[Any], ways: list[list[Data]]) -> Data:
        """The paths of a wait with several ways out."""
        asked = [one for one in map(self.waited, texts) if one is not None]
        pairs = zip(asked, ways, strict=False)
        return {"paths": [{"when": written(one, Form.WAIT), "then": way} for one, way in pairs]}

    def limit(self, action: Json) -> str | None:
        """How long a wait lasts at most. Units: `delay` is seconds."""
        seconds = _seconds(action, "delay")
        if action.get("exit_type") == "never" or not seconds:
            return None
        return duration_as_text(timedelta(seconds=seconds))

    def cohorts(self, action: Json, ways: list[list[Data]]) -> list[Data]:
        """The ways of random cohorts. Units: `cohorts` are tenths of a percent."""
        tenths = action.get("cohorts")
        if not isinstance(tenths, list) or len(tenths) != len(ways) or sum(map(_number, tenths)) != 1000:
            raise Unreadable("random cohorts whose shares do not add up")
        names = action.get("cohort_names") or []
        found = []
        for at, (share, way) in enumerate(zip(tenths, ways, strict=True)):
            name = str(names[at]) if at < len(names) and names[at] else f"cohort {at + 1}"
            named = {} if name == f"cohort {at + 1}" else {"name": name}
            found.append({**named, "share": share_of(int(share)), "then": way})
        return found

    def wait(self, action: Json) -> Data:
        """A wait of a fixed length."""
        return {"wait": duration_as_text(timedelta(seconds=_seconds(action, "delay")))}

    def random_wait(self, action: Json) -> Data:
        """A wait of a length drawn between two."""
        ends = (_seconds(action, "min_delay"), _seconds(action, "max_delay"))
        return {"wait": {"between": [duration_as_text(timedelta(seconds=end)) for end in ends]}}

    def window(self, action: Json) -> Data:
        """Assumed: times are HH:MM, days count from 1, which is Monday, and 0 or 7 is Sunday."""
        days = action.get("days")
        if not isinstance(days, list) or not days:
            raise Unreadable("a time window without days")
        zone = str(action.get("zone") or PERSON_ZONE)
        window = {
            "days": days_as_text([(int(_number(day)) - 1) % 7 for day in days]),
            "from": str(action.get("start_time")),
            "to": str(action.get("end_time")),
            "zone": "person" if zone == PERSON_ZONE else zone,
            "fallback": str(action.get("fallback_zone") or "UTC"),
        }
        return {"window": window}

    def set(self, action: Json) -> Data:
        """Attributes that a step writes; a list of several, and those of a journey, are read where they are there.

        Source: `attribute_name` and `attribute_value`. Assumed: `attributes`, `target`, `person_id`.
        """
        several = action.get("attributes")
        pairs = several if isinstance(several, list) and several else [action]
        found: Data = {}
        for pair in pairs:
            name, value = pair.get("name"), pair.get("value")
            if pair is action:
                name, value = action.get("attribute_name"), action.get("attribute_value")
            if not isinstance(name, str) or not name:
                raise Unreadable("a step that writes an attribute without a name")
            subject = "journey" if pair.get("target") == "journey" else "person"
            found.setdefault(subject, {})[name] = set_value(value)
        return {"set": {**found, **({"of": action["person_id"]} if action.get("person_id") else {})}}

    def create_event(self, action: Json) -> Data:
        """Source: `event_name`. Assumed: `event_data`, `person_id`."""
        data, of = action.get("event_data"), action.get("person_id")
        more = {**({"data": dict(data)} if data else {}), **({"of": of} if of else {})}
        return {"create_event": {"name": str(action.get("event_name") or ""), **more}}

    def segment(self, action: Json) -> Data:
        """Assumed: `segment_id`, and `operation` or `add_to_segment`."""
        number = action.get("segment_id")
        if number is None:
            raise Unreadable("a step that changes a segment and does not show which")
        leaves = action.get("operation") == "remove" or action.get("add_to_segment") is False
        return {"segment": {"remove" if leaves else "add": self.names.segment_slug(number)}}

    def ab_test(self, action: Json) -> Data:
        """Source: `action_ids`, `allocations` in percent. Assumed: a share that no side has is held out."""
        sides = [str(one) for one in action.get("action_ids") or ()]
        shares = [_number(one) for one in action.get("allocations") or ()]
        if not sides or len(sides) != len(shares) or any(side not in self.steps for side in sides):
            raise Unreadable("an A/B test whose sides are not there")
        rest = 100 - sum(shares)
        found: list[Data] = [
            {"share": _plain(share), "email": self.steps[side]} for share, side in zip(shares, sides, strict=True)
        ]
        return {"ab_test": [*found, *([{"share": _plain(rest), "hold_out": True}] if rest > 0 else [])]}

    def collection_query(self, action: Json) -> Data:
        """Assumed: `collection_query` or `query`, as files say it."""
        query = action.get("collection_query") or action.get("query")
        if not isinstance(query, Mapping) or not {"collection", "into"} <= set(query):
            raise Unreadable("a collection query that does not show what it asks")
        return {"collection_query": dict(query)}

    def own(self, kind: str, action: Json) -> Data:
        """A step whose settings are kept as they came."""
        settings = action.get(kind) or action.get("settings")
        return {kind: dict(settings) if isinstance(settings, Mapping) else {}}

    def grace(self, kind: str, action: Json) -> Data:
        """A wait of old campaigns."""
        return {kind: duration_as_text(timedelta(seconds=_seconds(action, "delay")))}


_READERS: Mapping[str, Callable[[StepReading, Json], Data]] = {
    "delay_seconds_action": StepReading.wait,
    "randomized_delay_action": StepReading.random_wait,
    "delay_time_window_action": StepReading.window,
    "attribute_update_action": StepReading.set,
    "create_event_action": StepReading.create_event,
    "static_seg_update_action": StepReading.segment,
    "split_randomized_action": StepReading.ab_test,
    "collection_query_action": StepReading.collection_query,
    "batch_update_action": lambda self, action: self.own("batch_update", action),
    "llm_action": lambda self, action: self.own("llm", action),
    "grace_period_action": lambda self, action: self.grace("grace_period", action),
    "filter_match_delay_action": lambda self, action: self.grace("filter_match_delay", action),
}


def written(condition: Condition, form: Form) -> Data:
    """A condition as an author would write it.

    Raises: Unreadable for one that holds for nobody, and others that no author could write.
    """
    if _is_never(condition):
        raise Unreadable("a condition that holds for nobody")
    try:
        return condition_as_yaml(condition, form)
    except NoShortForm as error:
        raise Unreadable(f"a condition that no file can hold ({error})") from error


def _is_never(condition: Condition) -> bool:
    inner = condition.part if isinstance(condition, Not) else condition
    return condition == AnyOf() or any(_is_never(part) for part in parts_of(inner))


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Unreadable("a number that is none") from None


def _seconds(action: Json, name: str) -> int:
    return int(_number(action.get(name) or 0))


def _plain(share: float) -> int | float:
    return int(share) if share == int(share) else share
