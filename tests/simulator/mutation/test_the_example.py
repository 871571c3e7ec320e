"""The example's own scenarios: they pass, see everything, and notice every change that can be noticed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_examples_scenarios_see_every_clause_and_notice_every_mutant() -> None:
    command = [sys.executable, "-m", "mailwright", "test", "campaigns", "--coverage", "--mutate", "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=170, check=False)
    found = json.loads(done.stdout)
    assert [one["name"] for one in found["tests"] if one["outcome"] != "passed"] == []
    assert found["coverage"]["missing"] == []
    assert found["mutants"]["unexplained"] == [] and found["mutants"]["stale"] == []
    assert found["mutants"]["made"] > 400
    assert done.returncode == 0
