"""What each assumption says, in a sentence for the reader of a report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_type_hints

from mailwright.definitions.assumptions import (
    AssumptionNote,
    Assumptions,
    allowed_values,
    default_assumptions,
)

PAGE = "docs/assumptions.md"

_ROWS = (
    ("event_name_case", "R3", "disputed", "event names that differ only in case are the same event"),
    ("missing_property_negation", "R10", "assumed", "a `not` test holds for a property that is missing"),
    ("null_property", "R11", "assumed", "null in an event counts as missing"),
    ("numbers_compare_as", "R9", "assumed", "a number equals its text, and numeric texts compare as numbers"),
    ("contains_on_list", "R12", "assumed", "`contains` on a list looks at each element"),
    ("negation_on_paths", "R14", "assumed", "a `not` test on `items[]` holds only if no element passes"),
    ("between", "R16", "assumed", "`between` includes both ends"),
    ("timestamp_formats", "R17", "disputed", "timestamp tests take Unix seconds only"),
    ("filter_retry_seconds", "R22", "documented", "a filter that fails is tried again for 30 minutes"),
    ("event_age_limit_seconds", "R27", "documented", "an event more than 72 hours old starts nothing"),
    ("future_events", "R28", "assumed", "an event with a time in the future triggers on receipt"),
    ("out_of_order_attributes", "R30", "assumed", "an attribute update older than the stored one is ignored"),
    ("duplicate_event_ids", "R31", "observed", "an event whose id was seen before is not processed"),
    ("event_id_memory", "R31", "assumed", "so many of the newest event ids are remembered"),
    ("unknown_person", "R32", "assumed", "an event for an unknown person makes a profile with only the identifier"),
    ("anonymous_attach_days", "R34", "documented", "an identify takes up anonymous events of the last 30 days"),
    ("anonymous_grace_seconds", "R35", "documented", "anonymous events up to five minutes after it are taken up too"),
    ("parallel_event_journeys", "R43", "observed", "one person can have several journeys of an event campaign at once"),
    ("parallel_segment_journeys", "R43", "assumed", "one person has one journey of a segment campaign at a time"),
    ("frequency_counts_from", "R44", "assumed", "the time between journeys counts from the previous entry"),
    ("frequency_used_by", "R45", "assumed", "only a real entry uses up the frequency"),
    ("exit_tested_at", "R48", "assumed", "the exit is tested before steps that act, not at waits and branches"),
    ("goal_exit_at", "R50", "disputed", "a journey ends when its goal is reached, not at its next step"),
    ("extra_exits_at", "R52", "assumed", "an exit condition ends the journey when it comes true"),
    ("random_delay", "R59", "assumed", "a random delay is drawn evenly between its ends"),
    ("window_end", "R60", "assumed", "the closing minute of a time window is outside"),
    ("unknown_zone", "R62", "assumed", "a time zone that is no zone name gives the step's fallback"),
    ("wait_events_count", "R66", "assumed", "a wait sees only events received after it began"),
    ("liquid_results_are", "R74", "assumed", "what Liquid writes into an attribute is text"),
    ("loop_guard_events", "R75", "assumed", "a loop of events in one instant ends after 100"),
    ("unsubscribed_text", "R85", "assumed", "`unsubscribed` counts as true when it is the text true, in any case"),
    ("limit_reopens", "R91", "assumed", "the message limit reopens to the second"),
    ("esp_suppressed_status", "R98", "assumed", "mail to a suppressed address is `dropped`"),
    ("wrong_namespace", "R96", "disputed", "a namespace that the trigger does not have renders empty"),
    ("times_means", "R105", "assumed", "`times: n` means at least n times"),
    ("inverse_attribute_change", "R113", "disputed", "`has not changed` holds for people without the attribute"),
    ("merge_keeps_journey_of", "R119", "assumed", "when both people of a merge are in a campaign, the primary's stays"),
    ("segment_refresh_seconds", "R110", "assumed", "a membership that changes by time alone is seen at once"),
    ("date_repeats_on_leap_day", "R124", "assumed", "29 February comes on 28 February in other years"),
    ("receipt_without_time", "R30", "assumed", "without a time of receipt, a call arrived at its own time"),
    ("numeric_zone_sign", "Liquid §13.3", "assumed", "a numeric zone counts west as positive"),
    ("integer_division", "Liquid §13.4", "assumed", "dividing whole numbers keeps the fraction"),
)
NOTES = {name: AssumptionNote(name, rule, mark, says) for name, rule, mark, says in _ROWS}


def assumptions_as_markdown() -> str:
    """The page of all settings: what each says, its rule, its mark, its default and what it may be."""
    kinds = get_type_hints(Assumptions)
    lines = [
        "# Assumptions",
        "",
        "Where Customer.io says nothing, or its sources disagree, a prediction stands on an assumption. Each is a setting of",
        "`[tool.mailwright.assumptions]` (or `[assumptions]` in mailwright.toml); a report lists those that decided something in",
        "it. The rules are in [semantics.md](semantics.md) and [liquid.md](liquid.md). This page is written by",
        "`python -m simulator.reports.assumption_notes --write`.",
        "",
        "| setting | default | may be | says | rule | mark |",
        "|---|---|---|---|---|---|",
    ]
    for name, default in default_assumptions().items():
        note = NOTES[name]
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        lines.append(
            f"| `{name}` | `{shown}` | {allowed_values(kinds[name])} | {note.says} | {note.rule} | {note.mark} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        Path(PAGE).write_text(assumptions_as_markdown(), encoding="utf-8")
    else:
        sys.stdout.write(assumptions_as_markdown())
