"""Work shared among processes: all of it done, or an error in a sentence and nobody left."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
from pathlib import Path

import pytest

from mailwright.diagnostics import HistoryError
from simulator.workers import in_processes


def doubled(number: int) -> int:
    return 2 * number


def refused(number: int) -> int:
    raise HistoryError(f"line {number}", hint="look there")


def unspeakable(number: int) -> int:
    class OnlyHereError(Exception):
        pass

    raise OnlyHereError(number)


def killed(number: int, scratch: str) -> int:
    Path(tempfile.mkdtemp()).joinpath("half").write_text("half")
    Path(scratch).write_text(tempfile.gettempdir())
    os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("at_once", [None, 1, 2])
def test_answers_come_in_the_order_of_the_shares(at_once):
    assert in_processes(doubled, [(number,) for number in range(3)], at_once) == [0, 2, 4]


def test_an_error_of_a_share_arrives_with_its_hint():
    with pytest.raises(HistoryError, match="line 7") as caught:
        in_processes(refused, [(7,)])
    assert caught.value.hint == "look there"


def test_an_error_that_cannot_travel_is_named():
    with pytest.raises(RuntimeError, match="OnlyHereError in a process"):
        in_processes(unspeakable, [(1,)])


def test_a_killed_process_is_said_in_a_sentence_and_leaves_nothing(tmp_path):
    note = tmp_path / "scratch"
    with pytest.raises(HistoryError, match="ended before its share of the log was done"):
        in_processes(killed, [(1, str(note))])
    assert not Path(note.read_text()).exists()
    assert multiprocessing.active_children() == []
