"""Pytest run in this process on a project's campaign tests, with results kept in place of its own report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailwright.diagnostics import ConfigurationError
from mailwright.loading.folder import load_project
from simulator.testing.plugin_entry import plugin_arguments
from simulator.testing.run_results import Results
from simulator.testing.scenario_files import scenario_files
from simulator.testing.stash import session_of

if TYPE_CHECKING:
    from simulator.coverage.facts import Fact

NO_SCENARIO = "there is no scenario yet"


def run_pytest(root: Path, places: Sequence[Path], flags: Sequence[str], results: Results) -> int:
    """Run the campaign tests at *places*; gives pytest's exit code."""
    own = [
        *plugin_arguments(),
        f"--rootdir={root}",
        f"--mailwright-root={root}",
        "--mailwright-only",
        "--continue-on-collection-errors",
        "-W=ignore::pytest.PytestAssertRewriteWarning",  # our own modules are imported already, and need no rewriting
        "-o=truncation_limit_lines=0",
        "-o=truncation_limit_chars=0",
    ]
    return int(pytest.main([*own, *flags, *map(str, places)], plugins=[results]))


def test_places(root: Path, asked: Sequence[str]) -> list[Path]:
    """What pytest collects: what was asked for, else every scenario of the project and its folder of tests.

    Raises: ConfigurationError when a path is not there, or there is no test at all; ContentError when the content has
    mistakes, which are told once, before any test.
    """
    load_project(root)
    if asked:
        return [_place(root, one) for one in asked]
    tests = root / "tests"
    found = [path for path in scenario_files(root) if not path.is_relative_to(tests)]
    found += [tests] if tests.is_dir() else []
    if not found:
        raise ConfigurationError(NO_SCENARIO, hint="mailwright test record events.ndjson, or mailwright test stubs")
    return found


def _place(root: Path, asked: str) -> Path:
    """A file, a folder, or a test in a file (`file::test`)."""
    file, double, test = asked.partition("::")
    path = Path(file).resolve() if Path(file).exists() else root / file
    if not path.exists():
        raise ConfigurationError(f"there is no '{file}'", hint="a file or folder of the project")
    return path.with_name(f"{path.name}{double}{test}")


def seen_by_tests(root: Path) -> set[Fact]:
    """What the tests there are have seen of the campaigns; nothing where there is no test.

    Raises: ContentError when the project has mistakes.
    """
    try:
        places = test_places(root, ())
    except ConfigurationError as error:
        if str(error) == NO_SCENARIO:
            return set()
        raise
    results = Results()
    run_pytest(root, places, ["--campaign-cov"], results)
    return set() if results.config is None else session_of(results.config).seen
