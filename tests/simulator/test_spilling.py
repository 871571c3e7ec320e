"""More values than memory shall hold, sorted on disk."""

from __future__ import annotations

import resource
import signal
from operator import itemgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.diagnostics import ConfigurationError
from simulator.spilling import SortedRuns

PAIRS = list[tuple[int, str]]


@given(st.lists(st.tuples(st.integers(0, 9), st.text(max_size=3)), max_size=200), st.integers(1, 7))
def test_spilled_values_come_back_as_a_stable_sort_gives_them(tmp_path_factory, pairs, held):
    runs = SortedRuns(tmp_path_factory.mktemp("runs"), "n", tuple[int, str], itemgetter(0), held)
    for pair in pairs:
        runs.add(pair)
    assert list(runs) == sorted(pairs, key=itemgetter(0))


def test_few_values_never_touch_the_disk(tmp_path):
    runs = SortedRuns(tmp_path, "n", int, held=10)
    for number in (3, 1, 2):
        runs.add(number)
    assert list(runs) == [1, 2, 3]
    assert not list(tmp_path.iterdir())


def test_many_runs_are_merged_so_that_few_files_are_open(tmp_path):
    runs = SortedRuns(tmp_path, "n", int, held=1)
    for number in reversed(range(100)):
        runs.add(number)
        assert len(list(tmp_path.iterdir())) <= 16
    assert list(runs) == list(range(100))


def test_a_full_disk_is_said_in_a_sentence_and_leaves_nothing(tmp_path):
    runs = SortedRuns(tmp_path, "n", str, held=1000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(ConfigurationError, match="no room for what is sorted on disk") as caught:
            _fill(runs)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert "TMPDIR" in caught.value.hint
    assert not list(tmp_path.iterdir())


def _fill(runs: SortedRuns[str]) -> None:
    for number in range(1000):
        runs.add(f"{number:0100}")
