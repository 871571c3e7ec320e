"""What `benchmarks/listen_faults.py` does to a receiver on a large scale, on a small one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import listen_faults
import pytest
from postgresql import stoppable

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with stoppable(tmp_path_factory.mktemp("postgresql")) as database:
        yield listen_faults.Bench(tmp_path_factory.mktemp("stores"), 45, database)


@pytest.mark.parametrize(
    ("fault", "kind", "how", "kept"),
    [
        pytest.param("handler_fails", "DuckDB", {"kill": True}, 45, id="killed while events are handed over"),
        pytest.param("database_gone", "PostgreSQL", {}, 45, id="the database gone and back"),
    ],
)
def test_nothing_answered_200_is_lost_or_kept_twice(bench: Any, fault: str, kind: str, how: dict[str, Any], kept: int):
    row = listen_faults.Row(fault)
    getattr(bench, fault)(row, kind, **how)
    assert (row.kept, row.lost, row.twice, row.wrong) == (kept, 0, 0, 0)
