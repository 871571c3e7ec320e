"""What a benchmark says can be relied on: answers are checked, and the bases answer the same question."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "events.ndjson"
    subprocess.run(
        [sys.executable, str(ROOT / "tools/make_events.py"), "--lines", "3000", "--out", str(path)], check=True
    )
    return path


def test_a_wrong_answer_is_no_time(log):
    from measuring import Goal, WrongAnswer, cpu, measured

    with pytest.raises(WrongAnswer):
        measured(Goal("X", "a count", "a base", 1.0, cpu, lambda: 1, lambda: 2, answer=3), rounds=1)


@pytest.mark.parametrize(
    ("ratio", "verdict"), [(0.8, "met"), (0.9, "met, within 15 %"), (1.0, "MISSED")], ids=["below", "near", "above"]
)
def test_a_goal_may_be_missed_by_what_machines_drift(ratio, verdict):
    from measuring import result_of

    assert result_of("X", "ours", "theirs", [(1.0, ratio), (2.0, 2 * ratio)], 0.8).verdict == verdict


@pytest.mark.parametrize("campaigns", [12, 40])
def test_the_filters_written_by_hand_take_what_the_content_takes(log, tmp_path, campaigns):
    from goals import Bench

    bench = Bench(log, 1, tmp_path)
    assert bench.count(campaigns)() == bench.hits
    assert sum(bench.hits.values()) > 300


def test_hits_in_columns_are_those_by_hand_from_either_format(log, tmp_path):
    from goals import Bench

    bench = Bench(log, 1, tmp_path)
    assert bench.in_columns(bench.log)() == bench.in_columns(bench.parquet)() == bench.hits


@pytest.mark.parametrize("bulk_from", [0, 10**15], ids=["in columns", "call by call"])
def test_every_hit_starts_a_journey_in_the_counting_replay(log, tmp_path, bulk_from):
    from goals import Bench

    bench = Bench(log, 1, tmp_path)
    assert bench.replayed(1, bulk_from=bulk_from)() == bench.hits


@pytest.mark.parametrize("goal", ["R4", "R6", "R7"])
def test_goals_with_a_base_of_their_own_get_the_right_answer(log, tmp_path, goal):
    from goals import GOALS, Bench
    from measuring import measured

    (found,) = GOALS[goal](Bench(log, 1, tmp_path))
    assert measured(found, 1).our_seconds > 0


def test_the_journeys_send_what_simpy_sends(tmp_path):
    pytest.importorskip("simpy")
    from journeys import JourneyPair

    pair = JourneyPair(500, tmp_path)
    assert pair.by_class() == pair.call_by_call() == pair.sends > 500


def test_growth_is_measured_either_way_and_drawn(log, tmp_path):
    from charting import write_chart
    from growth import point

    rows = [(way, point(log, 12, 1, way)) for way in ("columns", "calls")]
    assert rows[0][1]["journeys"] == rows[1][1]["journeys"] > 300
    chart = tmp_path / "growth.svg"
    write_chart({"seconds": {way: [(3_000, row["seconds"]), (30_000, 9.5)] for way, row in rows}}, chart)
    assert chart.read_text().count("<circle") == 4
