"""What is assumed or disputed about Customer.io: each a named setting with its default and its rule.

`[tool.mailwright.assumptions]` sets them otherwise, so that a later measurement changes one line. A report lists the
ones that decided something in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from mailwright.diagnostics import ConfigurationError, name_hint


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The settings, by name; the comment behind each is its rule and mark."""

    event_name_case: Literal["match", "strict"] = "match"  # R3 X
    missing_property_negation: Literal["holds", "fails"] = "holds"  # R10 A
    null_property: Literal["missing", "present"] = "missing"  # R11 A
    numbers_compare_as: Literal["number", "text"] = "number"  # R9 A
    contains_on_list: Literal["any_element", "never"] = "any_element"  # R12 A
    negation_on_paths: Literal["whole_test", "each_element"] = "whole_test"  # R14 A
    between: Literal["inclusive", "exclusive"] = "inclusive"  # R16 A
    timestamp_formats: Literal["unix_seconds", "any"] = "unix_seconds"  # R17 X
    filter_retry_seconds: int = 1800  # R22 D, R25 A: the match is seen at once
    event_age_limit_seconds: int = 259200  # R27 D; exactly so old still triggers, A
    future_events: Literal["at_receipt", "at_timestamp"] = "at_receipt"  # R28 A
    out_of_order_attributes: Literal["ignore_older", "apply"] = "ignore_older"  # R30 A
    duplicate_event_ids: Literal["ignored", "processed"] = "ignored"  # R31 O
    event_id_memory: int = 500_000  # R31 A: how many ids are remembered, so that memory does not grow with the log
    unknown_person: Literal["created", "ignored"] = "created"  # R32 A
    anonymous_attach_days: int = 30  # R34 D
    anonymous_grace_seconds: int = 300  # R35 D
    parallel_event_journeys: bool = True  # R43 O
    parallel_segment_journeys: bool = False  # R43 A
    frequency_counts_from: Literal["entry", "end"] = "entry"  # R44 A
    frequency_used_by: Literal["entry", "trigger"] = "entry"  # R45 A
    exit_tested_at: Literal["acting_steps", "every_step"] = "acting_steps"  # R48 A
    goal_exit_at: Literal["goal", "next_step"] = "goal"  # R50 X
    extra_exits_at: Literal["event", "next_step"] = "event"  # R52 A
    random_delay: Literal["uniform", "shortest", "longest"] = "uniform"  # R59 A
    window_end: Literal["exclusive", "inclusive"] = "exclusive"  # R60 A
    unknown_zone: Literal["fallback", "utc"] = "fallback"  # R62 A
    wait_events_count: Literal["after_wait_began", "after_entry"] = "after_wait_began"  # R66 A
    liquid_results_are: Literal["text", "typed"] = "text"  # R74 A
    loop_guard_events: int = 100  # R75: events one person may cause in one instant
    unsubscribed_text: Literal["true_in_any_case", "boolean_only"] = "true_in_any_case"  # R85 A
    limit_reopens: Literal["at_the_second", "after_the_second"] = "at_the_second"  # R91 A
    esp_suppressed_status: Literal["dropped", "undeliverable", "failed"] = "dropped"  # R98 A
    wrong_namespace: Literal["blank", "fail"] = "blank"  # R96 O, disputed
    times_means: Literal["at_least", "exactly"] = "at_least"  # R105 A
    inverse_attribute_change: Literal["holds", "fails"] = "holds"  # R113 X
    merge_keeps_journey_of: Literal["primary", "secondary"] = "primary"  # R119 A
    segment_refresh_seconds: int = 0  # R110 A: how late a change by time alone is seen
    date_repeats_on_leap_day: Literal["feb_28", "mar_1", "skip"] = "feb_28"  # no source
    receipt_without_time: Literal["own_timestamp"] = "own_timestamp"  # logs that hold no time of receipt
    numeric_zone_sign: Literal["west_positive", "east_positive"] = "west_positive"  # liquid 13.3
    integer_division: Literal["fraction", "floor"] = "fraction"  # liquid 13.4, latest dialect


@dataclass(frozen=True, slots=True)
class AssumptionNote:
    """What one setting is about: the rule, the mark of its source, what it says in a sentence."""

    name: str
    rule: str
    mark: str  # assumed, disputed, documented, observed
    says: str


def assumptions_from(settings: Mapping[str, Any]) -> Assumptions:
    """The assumptions with *settings* put in place of the defaults.

    Raises: ConfigurationError when a name or a value is not one of those there are.
    """
    kinds = _kinds()
    for name, value in settings.items():
        if name not in kinds:
            raise ConfigurationError(
                f"no assumption is called '{name}'", hint=name_hint(name, list(kinds), "assumptions")
            )
        if not _fits(value, kinds[name]):
            raise ConfigurationError(
                f"the assumption '{name}' cannot be {value!r}", hint=f"one of: {allowed_values(kinds[name])}"
            )
    return Assumptions(**settings)


@lru_cache(maxsize=1)
def _kinds() -> dict[str, Any]:
    """The type of each setting; finding it out costs more than all else here, and every picture asks."""
    return get_type_hints(Assumptions)


def _fits(value: Any, kind: Any) -> bool:
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    return type(value) is kind and (kind is not int or value >= 0)


def allowed_values(kind: Any) -> str:
    """What a setting of that type may be, in words."""
    if get_origin(kind) is Literal:
        return ", ".join(str(value) for value in get_args(kind))
    return "true or false" if kind is bool else "a whole number from 0"


def default_assumptions() -> dict[str, Any]:
    """Every setting with its default."""
    return {item.name: item.default for item in fields(Assumptions)}
