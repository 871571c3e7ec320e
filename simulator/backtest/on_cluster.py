"""Both contents over one history on Spark, one after the other in one session, compared here."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.backtest.comparison import compare
from simulator.backtest.records import Record
from simulator.backtest.running import Answer
from simulator.backtest.sends import personal_limits
from simulator.backtest.versions import changed_steps
from simulator.cluster.engine import Options, deliveries_on_spark, engine, read_deliveries
from simulator.content import compile_content
from simulator.spilling import SortedRuns

if TYPE_CHECKING:
    from simulator.backtest.running import Question
    from simulator.history.calls import BadLine


def backtest_on_spark(question: Question, options: Options, *, on_bad: Callable[[BadLine], None]) -> Answer:
    """The answer of `backtest`, with both replays on a cluster; deliveries come here as Parquet and are compared here.

    The text of a delivery is told apart by its step's content as a whole.
    Raises: like `deliveries_on_spark` and `engine`.
    """
    sides = [compile_content(project, question.workspace) for project in (question.before, question.after)]
    asked = replace(options, until=question.until, strict=question.strict, people_shown=True)
    with tempfile.TemporaryDirectory(prefix="mailwright-") as folder, engine(options.cluster) as spark:
        kept, found = [], []
        for name, project in (("before", question.before), ("after", question.after)):
            into = Path(folder) / name
            found.append(deliveries_on_spark(project, question.workspace, question.files, asked, into, spark=spark))
            records: SortedRuns[Record] = SortedRuns(Path(folder), f"{name}-runs", Record, held=question.held)
            for row in read_deliveries(into):
                records.add(Record(*row))
            kept.append(records)
        limits = (personal_limits(sides[0], question.most), personal_limits(sides[1], question.most))
        comparison = compare(kept[0], kept[1], limits, changed_steps(sides[0], sides[1]))
    for bad in found[1].bad:
        on_bad(bad)
    run = found[1].counts.run
    people = max(one.counts.run.people for one in found)
    return Answer(
        comparison, run.calls, people, run.first_at, run.last_at, run.until or 0, "", 0, run.assumptions,
        found[1].counts.notes,
    )  # fmt: skip
