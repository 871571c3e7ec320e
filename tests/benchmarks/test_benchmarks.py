"""What a benchmark says can be relied on: answers are checked, and the bases answer the same question."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _beside_the_benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))


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
def test_the_filters_written_by_hand_take_what_the_content_takes(log, campaigns):
    from goals import Bench

    bench = Bench(log, 1)
    assert bench.count(campaigns)() == bench.hits
    assert sum(bench.hits.values()) > 300


def test_every_hit_starts_a_journey_in_the_counting_replay(log):
    from goals import Bench

    bench = Bench(log, 1)
    assert bench.replayed(1)() == bench.hits


def test_the_journeys_send_what_simpy_sends():
    pytest.importorskip("simpy")
    from journeys import JourneyPair

    pair = JourneyPair(entries=500)
    assert pair.ours() == pair.sends > 500
