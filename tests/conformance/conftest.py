"""One test a case of a case file, and the figures at the end: passed and failed by feature and by confidence.

A test that takes an argument `liquid_case` or `semantics_case` is run once for each case, the case's id in its name.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

Case = Mapping[str, object]

CASES = Path(__file__).parent.parent / "cases"
DIFFERENCES = Path(__file__).parent / "known_differences.toml"
KINDS = ("liquid", "semantics")
# Under importlib mode a test module does not see what stands beside it; the semantics cases need their project builder.
sys.path.insert(0, str(Path(__file__).parent))
# Cases of the other levels tell an intent: one that fails is shown, and does not fail the run.
GATING = frozenset({"documented", "observed", "fork-test", "engine-docs", "engine"})
LABEL = "conformance"


@cache
def cases_of(path: Path, is_default: bool) -> tuple[Case, ...]:
    """The cases of a file; none when the committed file is not there.

    Raises: UsageError for a file that cannot be read or is no list of cases.
    """
    if is_default and not path.exists():
        return ()
    try:
        cases = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise pytest.UsageError(f"cannot read the case file {path}: {error.strerror}") from error
    except ValueError as error:
        raise pytest.UsageError(f"the case file {path} is no JSON: {error}") from error
    if not isinstance(cases, list) or not all(isinstance(case, dict) and "id" in case for case in cases):
        raise pytest.UsageError(f"the case file {path} must be a list of objects, each with an id")
    return tuple(cases)


@cache
def known_differences() -> Mapping[str, str]:
    """Case id → why it is not met."""
    table = tomllib.loads(DIFFERENCES.read_text(encoding="utf-8"))
    return {case["id"]: case["reason"] for case in table.get("case", [])}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for kind in KINDS:
        name = f"{kind}_case"
        if name in metafunc.fixturenames:
            given = metafunc.config.getoption(f"--{kind}-cases")
            path = Path(str(given)) if given else CASES / f"{kind}_cases.json"
            cases = cases_of(path, is_default=not given)
            metafunc.parametrize(name, cases, ids=[str(case["id"]) for case in cases])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        for kind in KINDS:
            case = parameters.get(f"{kind}_case")
            if case is not None:
                facts = {"kind": kind, "id": str(case["id"])}
                facts["feature"] = str(case.get("feature") or case.get("rule") or "")
                facts["confidence"] = str(case.get("confidence") or "")
                item.user_properties.append((LABEL, facts))


def _facts(properties: Sequence[tuple[str, object]]) -> Mapping[str, str] | None:
    return next((value for name, value in properties if name == LABEL), None)  # type: ignore[return-value]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    facts = _facts(item.user_properties)
    if facts is None or call.when != "call" or not report.failed:
        return report
    reason = known_differences().get(facts["id"])
    if reason is None and facts["kind"] == "liquid" and facts["confidence"] not in GATING:
        reason = f"confidence {facts['confidence'] or 'not stated'}: does not gate"
    if reason is not None:
        report.outcome = "skipped"
        report.wasxfail = reason
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows: list[tuple[Mapping[str, str], bool, str]] = []
    for outcome in ("passed", "failed", "xfailed"):
        for report in terminalreporter.stats.get(outcome, []):
            facts = _facts(getattr(report, "user_properties", ()))
            if facts is not None and report.when == "call":
                rows.append((facts, outcome == "passed", getattr(report, "wasxfail", "")))
    for kind in KINDS:
        mine = [row for row in rows if row[0]["kind"] == kind]
        if mine:
            _write_figures(terminalreporter, kind, mine)


def _write_figures(
    reporter: pytest.TerminalReporter, kind: str, rows: Sequence[tuple[Mapping[str, str], bool, str]]
) -> None:
    reporter.section(f"{kind} conformance")
    for title in ("confidence", "feature"):
        passed = Counter(facts[title] for facts, ok, _ in rows if ok)
        total = Counter(facts[title] for facts, _, _ in rows)
        reporter.line(f"by {title}:")
        for name in sorted(total):
            failed = total[name] - passed[name]
            reporter.line(f"  {name or '-':28} passed {passed[name]:4}  failed {failed:4}")
    good = sum(ok for _, ok, _ in rows)
    reporter.line(f"{kind}: {good} passed, {len(rows) - good} failed, {len(rows)} in all")
    for facts, _, reason in rows:
        if reason:
            reporter.line(f"  differs: {facts['id']} ({reason})")
    stale = [facts["id"] for facts, ok, _ in rows if ok and facts["id"] in known_differences()]
    for name in stale:
        reporter.line(f"  listed as differing, and passes: {name}")
