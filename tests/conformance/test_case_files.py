"""Any case file of the right shape can be run, and the run ends with figures by feature and confidence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", str(HERE / "test_liquid.py"), "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parent.parent)


def case(name: str, confidence: str, expected: str) -> dict[str, object]:
    facts = {"id": name, "feature": "output", "dialect": "latest", "confidence": confidence}
    return {**facts, "template": "{{ 1.0 }}", "context": {}, "expected": expected}


def test_cases_of_another_file_are_run_and_only_gating_ones_fail_it(tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    cases = [case("x-1", "engine", "1"), case("x-2", "documented", "wrong"), case("x-3", "inferred", "wrong")]
    file.write_text(json.dumps(cases))
    done = run("--liquid-cases", str(file))
    assert done.returncode == 1
    assert "test_liquid[x-2]" in done.stdout
    assert "liquid: 1 passed, 2 failed, 3 in all" in done.stdout
    assert "differs: x-3 (confidence inferred: does not gate)" in done.stdout
    file.write_text(json.dumps([cases[0], cases[2]]))
    assert run("--liquid-cases", str(file)).returncode == 0


def test_a_case_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    done = run("--liquid-cases", str(tmp_path / "none.json"))
    assert done.returncode == 4
    assert "there is no file" in done.stderr
