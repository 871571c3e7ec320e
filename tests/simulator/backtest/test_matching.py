"""What becomes of one person's deliveries between two contents."""

from __future__ import annotations

import pytest

from simulator.backtest.matching import matched
from simulator.backtest.records import Record, by_person


def record(step="a", at=100, *, campaign="c", channel="email", status="sent", line=1, version="v1", person="p"):
    return Record(person, campaign, step, at, channel, status, "", line, version)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param([record()], [record()], {"same": 1}, id="the same"),
        pytest.param([], [record()], {"gained": 1}, id="only now"),
        pytest.param([record()], [], {"lost": 1}, id="no longer"),
        pytest.param([record()], [record(version="v2")], {"versions": 1}, id="other content"),
        pytest.param([record()], [record(at=200)], {"times": 1}, id="later"),
        pytest.param([record()], [record("b")], {"moves": 1}, id="another step of the same call"),
        pytest.param([record()], [record(campaign="d", at=101)], {"moves": 1}, id="another campaign of the same call"),
        pytest.param([record()], [record("b", line=2)], {"lost": 1, "gained": 1}, id="another call"),
        pytest.param([record()], [record("b", channel="sms")], {"lost": 1, "gained": 1}, id="another channel"),
        pytest.param([record(line=0)], [record("b", line=0)], {"lost": 1, "gained": 1}, id="no call at all"),
        pytest.param([record(line=0)], [record(line=0, at=200)], {"times": 1}, id="a membership's email, later"),
        pytest.param([record(status="failed")], [record()], {"gained": 1}, id="it failed before"),
        pytest.param([record()], [record(status="failed")], {"lost": 1}, id="it fails now"),
        pytest.param([record(status="failed")], [record(status="failed", at=9)], {}, id="it failed on both sides"),
        pytest.param([record(), record()], [record()], {"same": 1, "lost": 1}, id="one of two alike"),
        pytest.param([record(), record("b", 300)], [record("b"), record(at=300)], {"times": 2}, id="in another order"),
    ],
)
def test_a_delivery_is_paired_with_its_nearest_likeness(before, after, expected):
    found = matched(before, after)
    counts = {
        "same": found.same,
        **{name: len(getattr(found, name)) for name in ("versions", "times", "moves", "gained", "lost")},
    }
    assert {name: count for name, count in counts.items() if count} == expected


def test_records_without_a_version_are_told_apart_by_their_step():
    old, new = [record(version=""), record("b", version="")], [record(version=""), record("b", version="")]
    found = matched(old, new, {("c", "b")})
    assert (found.same, [one.step for one, _ in found.versions]) == (1, ["b"])
    assert matched(old, new).same == 2


def test_people_of_two_streams_come_one_by_one_with_both_sides():
    before = [record(person="a"), record(person="a", at=200), record(person="c")]
    after = [record(person="b"), record(person="c"), record(person="c", at=300)]
    found = [(person, len(old), len(new)) for person, old, new in by_person(before, after)]
    assert found == [("a", 2, 0), ("b", 0, 1), ("c", 1, 2)]
    assert list(by_person([], [])) == []
