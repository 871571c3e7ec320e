"""What one side's deliveries add up to."""

from __future__ import annotations

import pytest
from building import DAY, HOUR, START, campaign, project

from mailwright.definitions.triggers import TransactionalTrigger
from mailwright.definitions.workspace import MessageLimit, SendRate, Workspace
from simulator.backtest.records import Record
from simulator.backtest.sends import PersonalLimits, Sends, personal_limits
from simulator.backtest.times import hours_of_day, peaks, rate_row, slots
from simulator.content import compile_content

MIDNIGHT = START // DAY * DAY


def sent(at: int, person: str = "p", *, step: str = "hello", channel: str = "email", status: str = "sent") -> Record:
    return Record(person, "c", step, at, channel, status, "" if status == "sent" else "why", 1, "v")


def counted(*people: list[Record], limits: PersonalLimits | None = None) -> Sends:
    found = Sends()
    for records in people:
        found.add(records, limits or PersonalLimits())
    return found


def test_who_gets_more_than_the_most_is_counted_by_day_and_by_what_reaches_a_person():
    busy = [sent(MIDNIGHT + hour * HOUR) for hour in range(4)]
    spread = [sent(MIDNIGHT + hour * HOUR) for hour in (21, 22, 23, 24)]
    hooks = [*[sent(MIDNIGHT, channel="webhook")] * 9, sent(MIDNIGHT)]
    found = counted(busy, spread, hooks, [sent(MIDNIGHT, status="failed")])
    assert (found.people, found.crowded, found.busiest) == (3, 1, 4)
    assert found.total == 18
    assert found.failures() == {("c", "hello", "why"): 1}


def test_what_waits_for_the_limit_is_neither_sent_nor_lost():
    found = counted([sent(MIDNIGHT, status="attempted"), sent(MIDNIGHT + 1)])
    assert found.total == 1
    assert not found.unsent


@pytest.mark.parametrize(("gap", "reaches"), [(HOUR, True), (DAY - 1, True), (DAY, False)])
def test_the_limit_is_reached_by_so_many_messages_in_its_span(gap: int, reaches: bool):
    limits = PersonalLimits(3, 2, DAY, frozenset({("c", "hello")}))
    records = [sent(MIDNIGHT), sent(MIDNIGHT + gap), sent(MIDNIGHT, step="other")]
    assert counted(records, limits=limits).at_limit == int(reaches)


def test_what_uses_the_limit_up_is_read_from_the_content():
    campaigns = {
        "counts": campaign(
            "x", {"email": "a"}, {"email": "b", "counts_toward_limit": False}, {"in_app": "c"}, counts_toward_limit=True
        ),
        "not": campaign("x", {"email": "d", "counts_toward_limit": True}, {"webhook": "e"}),
        "receipt": campaign(TransactionalTrigger(transactional="receipt"), {"email": "f"}, counts_toward_limit=True),
    }
    limited = project(campaigns, workspace=Workspace(message_limit=MessageLimit(count=2, seconds=DAY)))
    found = personal_limits(compile_content(limited), 5)
    assert (found.most, found.count, found.seconds) == (5, 2, DAY)
    assert found.counted == {("counts", "a"), ("not", "d")}
    assert personal_limits(compile_content(project(campaigns)), 5) == PersonalLimits(5)


def test_sides_of_different_people_add_up():
    one, other = counted([sent(MIDNIGHT)]), counted([sent(MIDNIGHT), sent(MIDNIGHT + DAY)])
    one.merge(other)
    assert (one.total, one.people, one.busiest, one.minutes[MIDNIGHT // 60]) == (3, 2, 1, 2)
    assert one.of_step(("c", "hello")) == 3


def test_series_hold_quiet_spans_too():
    before, after = counted([sent(MIDNIGHT + HOUR)]), counted([sent(MIDNIGHT + HOUR), sent(MIDNIGHT + 2 * DAY)])
    assert [(slot.at, slot.before, slot.after) for slot in slots(before, after, 24)] == [
        (MIDNIGHT, 1, 1), (MIDNIGHT + DAY, 0, 0), (MIDNIGHT + 2 * DAY, 0, 1),
    ]  # fmt: skip
    assert len(list(slots(before, after, 1))) == 48
    assert [slot.at // HOUR for slot in hours_of_day(before, after) if slot.after] == [0, 1]
    assert not list(slots(Sends(), Sends(), 1))
    assert not list(hours_of_day(Sends(), Sends()))


def test_a_series_of_many_years_leaves_quiet_spans_out():
    late = counted([sent(MIDNIGHT), sent(MIDNIGHT + 4000 * DAY)])
    assert len(list(slots(late, late, 24))) == 2


def test_peaks_name_the_busiest_spans_of_both_sides():
    before, after = counted([sent(MIDNIGHT), sent(MIDNIGHT + 30)]), counted([sent(MIDNIGHT + 61)] * 3)
    found = {peak.span: (peak.before, peak.before_at, peak.after, peak.after_at) for peak in peaks(before, after)}
    assert found["minute"] == (2, MIDNIGHT, 3, MIDNIGHT + 60)
    assert found["hour"] == found["day"] == (2, MIDNIGHT, 3, MIDNIGHT)
    assert next(peaks(Sends(), Sends())).before_at is None


@pytest.mark.parametrize(
    ("count", "seconds", "over"),
    [(1, 60, (0, 1)), (2, 60, (0, 0)), (1, 1, (0, 0)), (1, 120, (0, 1)), (1, 3600, (1, 1))],
)
def test_spans_above_the_providers_rate_are_counted(count: int, seconds: int, over: tuple[int, int]):
    before = counted([sent(MIDNIGHT), sent(MIDNIGHT + 121)])
    after = counted([sent(MIDNIGHT), sent(MIDNIGHT + 1)])
    row = rate_row(SendRate(count=count, seconds=seconds), before, after)
    assert row is not None
    assert (row.before, row.after) == over
    assert rate_row(None, before, after) is None
