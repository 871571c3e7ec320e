"""What `benchmarks/listen_faults.py` does to a receiver on a large scale, on a small one."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from postgresql import stoppable

ROOT = Path(__file__).parents[2]


def faults_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("listen_faults", ROOT / "benchmarks/listen_faults.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["listen_faults"] = module  # its dataclasses look their module up
    spec.loader.exec_module(module)
    return module


faults = faults_module()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with stoppable(tmp_path_factory.mktemp("postgresql")) as database:
        yield faults.Bench(tmp_path_factory.mktemp("stores"), 45, database)


@pytest.mark.parametrize(
    ("fault", "kind", "how", "kept"),
    [
        pytest.param("handler_fails", "DuckDB", {"kill": True}, 45, id="killed while events are handed over"),
        pytest.param("database_gone", "PostgreSQL", {}, 45, id="the database gone and back"),
    ],
)
def test_nothing_answered_200_is_lost_or_kept_twice(bench: Any, fault: str, kind: str, how: dict[str, Any], kept: int):
    row = faults.Row(fault)
    getattr(bench, fault)(row, kind, **how)
    assert (row.kept, row.lost, row.twice, row.wrong) == (kept, 0, 0, 0)
