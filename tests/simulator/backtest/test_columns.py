"""A large log counted in columns brings the deliveries that the engine brings, one by one."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from simulator.backtest.columns import Side, compared_in_columns
from simulator.backtest.deliveries import predicted
from simulator.backtest.records import Record
from simulator.backtest.running import Question, backtest
from simulator.bulk import NotRegular
from simulator.commands.gathering import open_project
from simulator.content import Content, compile_content
from simulator.history.readers import read_calls

HERE = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("log") / "log.ndjson"
    words = [
        sys.executable,
        str(HERE / "tools/make_events.py"),
        "--lines",
        "4000",
        "--shape",
        "simple",
        "--out",
        str(path),
    ]
    subprocess.run(words, check=True)
    return path


@pytest.fixture(scope="module")
def question(log: Path) -> Question:
    """The twelve campaigns of the benchmarks, one trigger edited."""
    before = open_project(HERE / "benchmarks/twelve", None)
    slug = "signup-9017"
    other = before.campaigns["signup-9001"].trigger
    after = replace(
        before, campaigns={**before.campaigns, slug: before.campaigns[slug].model_copy(update={"trigger": other})}
    )
    return Question(before, after, None, (str(log),), columns_from=0)


def leave(_: object) -> None:
    """Bad lines are for other tests."""


def in_columns(content: Content, question: Question) -> tuple[list[Record], frozenset[str]]:
    """What the columns tell, and the people they leave to the engine."""
    found: list[Record] = []
    side = Side(content, question, None)
    side.tell(found.append, side.counts.left)
    return sorted(found), side.counts.left


@pytest.mark.parametrize("days", [None, 20])
def test_every_delivery_is_that_of_the_engine(question: Question, log: Path, days: int | None):
    content = compile_content(question.after)
    first = next(read_calls([log], on_bad=leave))
    until = None if days is None else (first.timestamp or 0) + days * 86400
    found, left = in_columns(content, replace(question, until=until))
    engine = predicted(content, read_calls([log], on_bad=leave), until=until)
    assert len(found) > 200
    assert found == [record for record in engine if record.person not in left]


def test_the_whole_answer_is_the_same_and_an_index_does_not_change_it(question: Question, tmp_path: Path):
    by_engine = backtest(replace(question, columns_from=1 << 60, whole=True), on_bad=leave)
    assert by_engine.comparison.people["affected"] > 0
    for asked in (question, replace(question, index_at=tmp_path), replace(question, index_at=tmp_path)):
        assert asdict(backtest(asked, on_bad=leave)) == asdict(by_engine)
    assert list(tmp_path.rglob("*.npz"))


def test_two_contents_that_are_one_need_one_reading(question: Question):
    same = replace(question, before=question.after)
    assert asdict(backtest(same, on_bad=leave)) == asdict(backtest(replace(same, columns_from=1 << 60), on_bad=leave))


def test_a_log_out_of_the_ordinary_is_for_the_engine(question: Question, log: Path, tmp_path: Path):
    path = tmp_path / "merged.ndjson"
    merge = {"type": "merge", "person": "1", "other": "2", "timestamp": 1_767_225_600}
    path.write_text(log.read_text() + json.dumps(merge) + "\n")
    with pytest.raises(NotRegular):
        compared_in_columns(replace(question, files=(str(path),)), [compile_content(question.after)] * 2, None)
    asked = replace(question, files=(str(path),), index_at=tmp_path)
    answer = backtest(asked, on_bad=leave)
    assert asdict(answer) == asdict(backtest(replace(asked, columns_from=1 << 60), on_bad=leave))


@pytest.mark.parametrize("change", [{"render": "all"}, {"one_in": 3}, {"by_time": True}, {"strict": True}])
def test_what_only_the_engine_can_answer_goes_there(question: Question, change: dict[str, object]):
    answer = backtest(replace(question, **change), on_bad=leave)
    assert answer.comparison.before.total > 0
