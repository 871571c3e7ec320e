"""What a trace adds up to."""

from __future__ import annotations

import random

from simulator.summary import OTHER_TEXTS, Summary, summary_of
from simulator.trace import (
    Acted,
    AnyEntry,
    Delivery,
    Ended,
    Entered,
    GoalReached,
    Held,
    Lapsed,
    Noted,
    Refused,
    Skipped,
)

NOON = 1_767_268_800


def email(person: str, campaign: str, at: int, status: str = "sent", reason: str = "", failure: str = "") -> Delivery:
    return Delivery(at, person, campaign, 0, "hello", "email", status, at, "hello", reason=reason, failure=failure)


def test_a_journey_is_counted_from_entry_to_end() -> None:
    tally = summary_of(
        [
            Entered(NOON, "ana", "welcome", 0, "signed_up", 3),
            email("ana", "welcome", NOON),
            GoalReached(NOON + 5, "ana", "welcome", 0, True),
            Acted(NOON + 5, "ana", "welcome", 0, "mark", "set", ("step",)),
            Ended(NOON + 9, "ana", "welcome", 0, "finished", "end", "R80"),
            Entered(NOON, "ben", "welcome", 0, "signed_up", 4),
        ]
    ).campaigns["welcome"]
    assert (tally.entered, tally.active, tally.sent("email"), tally.sent()) == (2, 1, 1, 1)
    assert tally.ended == {("finished", "end"): 1}
    assert (tally.goals, tally.converted, tally.acted) == (1, 1, {("mark", "set"): 1})


def test_what_did_not_happen_is_counted_by_reason() -> None:
    tally = summary_of(
        [
            Held(NOON, "ana", "welcome", "signed_up", 1, NOON + 1800),
            Lapsed(NOON + 1800, "ana", "welcome", "signed_up", 1),
            Refused(NOON, "ben", "welcome", "signed_up", 2, "once", "R39"),
            Skipped(NOON, "cai", "welcome", 0, "hello", "unsubscribed", "R84"),
            email("dev", "welcome", NOON, "failed", "liquid_undefined", "undefined variable customer.plan"),
            email("eli", "welcome", NOON, "failed", "missing_recipient", "the person has no address"),
            email("fay", "welcome", NOON, "drafted"),
        ]
    ).campaigns["welcome"]
    assert (tally.held, tally.lapsed) == (1, 1)
    assert tally.refused == {("once", "R39"): 1}
    assert tally.skipped == {("hello", "unsubscribed", "R84"): 1}
    assert tally.failures == {("hello", "undefined variable customer.plan"): 1}
    assert tally.unsent["hello", "failed", "missing_recipient"] == 1
    assert tally.unsent["hello", "drafted", ""] == 1


def test_sends_are_counted_by_utc_day() -> None:
    summary = summary_of([email("ana", "a", NOON), email("ben", "a", NOON + 43_200), email("ben", "a", NOON, "failed")])
    day = NOON // 86400
    assert summary.per_day == {(day, "email", True): 1, (day + 1, "email", True): 1, (day, "email", False): 1}


def double(person: str, line: int, gap: int) -> list[AnyEntry]:
    return [
        Entered(NOON, person, "special", 0, "signup", line),
        email(person, "special", NOON),
        Entered(NOON, person, "general", 0, "signup", line),
        email(person, "general", NOON + gap),
    ]


def test_two_emails_of_one_call_within_an_hour_are_a_double() -> None:
    doubles = summary_of(double("ana", 7, 3600)).doubles
    assert (doubles.calls, doubles.people) == (1, {"ana"})
    assert doubles.campaigns == {("general", "special"): 1}
    assert doubles.examples["general", "special"].line == 7


def test_emails_further_apart_or_of_two_calls_are_no_double() -> None:
    apart = double("ana", 7, 3601)
    two_calls = [
        Entered(NOON, "ben", "special", 0, "signup", 8),
        email("ben", "special", NOON),
        Entered(NOON + 60, "ben", "general", 0, "signup", 9),
        email("ben", "general", NOON + 60),
    ]
    assert summary_of([*apart, *two_calls]).doubles.calls == 0


def test_what_no_call_caused_is_no_double() -> None:
    assert summary_of(double("ana", 0, 0)).doubles.calls == 0


def test_the_example_of_a_double_is_the_earliest_in_any_order() -> None:
    groups = [double("ana", 9, 0), double("ben", 4, 0), double("cai", 5, 0)]
    found = set()
    for seed in range(4):
        random.Random(seed).shuffle(groups)
        found.add(summary_of([entry for group in groups for entry in group]).doubles.examples["general", "special"])
    assert [example.line for example in found] == [4]


def test_warnings_keep_the_first_line_they_are_about() -> None:
    summary = summary_of(
        [Noted(NOON, "ana", "", "duplicate_event_id", "", 9), Noted(NOON, "ben", "", "duplicate_event_id", "", 4)]
    )
    assert summary.warnings == {("duplicate_event_id", ""): 2}
    assert summary.warning_lines == {"duplicate_event_id": 4}


def test_failure_texts_beyond_a_bound_are_counted_together() -> None:
    summary = Summary()
    for number in range(200):
        summary.add(email(f"p{number}", "welcome", NOON, "failed", "liquid_error", f"failure {number}"))
    failures = summary.campaigns["welcome"].failures
    assert len(failures) == 51
    assert failures["hello", OTHER_TEXTS] == 150
