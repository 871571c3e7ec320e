"""The pages around the package keep what they promise: two commands to begin with, and news for authors."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIRST_SCREEN = 36
SAMPLE = "ana-joins-a-campaign"
FENCED = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)


def first_screen() -> str:
    """What a reader sees first, whole blocks only."""
    return "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:FIRST_SCREEN])


def commands_on(page: str) -> list[str]:
    return [line.partition("#")[0].strip() for block in FENCED.findall(page) for line in block.splitlines() if line]


def test_the_first_screen_of_the_readme_holds_two_commands():
    opened = [line for line in first_screen().splitlines() if line.startswith("```sh")]
    assert len(opened) == 2
    assert commands_on(first_screen()) == ["./mw demo", "./mw test"]


def test_every_command_of_the_readme_exists():
    from mailwright.cli import COMMANDS

    said = commands_on((ROOT / "README.md").read_text(encoding="utf-8"))
    names = {re.sub(r"^\S+ (-C \S+ )?", "", line).split()[0] for line in said if line.startswith("./mw ")}
    assert {"check", "render", "simulate", "explain", "init", "new"} <= names
    assert names - {"test"} <= set(COMMANDS)


def test_what_the_readme_shows_of_a_run_is_what_it_prints(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    from mailwright.cli import main

    assert main(["demo", "--out", str(tmp_path)]) == 0
    assert main(["-C", str(ROOT), *f"explain --sample {SAMPLE} --campaign signup-teens-for-jeans".split()]) == 0
    printed = capsys.readouterr().out.splitlines()
    blocks = re.findall(
        r"^```text\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    shown = [line for block in blocks for line in block.splitlines()]
    assert len(shown) > 5
    assert [line for line in shown if line not in printed] == []


def test_the_page_of_assumptions_has_every_setting_with_its_default():
    from mailwright.definitions.assumptions import default_assumptions
    from simulator.reports.assumption_notes import NOTES

    page = (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]
    defaults = {name: f"`{str(value).lower()}`" for name, value in default_assumptions().items()}
    notes = [(f"`{name}`", value, NOTES[name].rule, NOTES[name].mark) for name, value in defaults.items()]
    assert [tuple(row[:4]) for row in rows] == notes


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_of_a_page_lead_somewhere(page: str):
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_changelog_says_what_is_new():
    news = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## Unreleased\n+(?:[^#].*\n+)*?- ", news, re.MULTILINE)


def test_the_pins_hold_no_address():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    wrong = [line for line in lines if not re.fullmatch(r"[a-z0-9.-]+==[^\s/@]+( ; [^/@]+)?", line)]
    assert lines
    assert wrong == []


def test_no_folder_of_tests_is_a_package():
    assert [str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("__init__.py")] == []


@pytest.mark.parametrize("script", ["mw", ".ci/run"])
def test_a_script_is_plain_sh_that_may_be_run(script: str):
    path = ROOT / script
    assert os.access(path, os.X_OK)
    checked = subprocess.run(["sh", "-n", str(path)], capture_output=True, text=True, timeout=20, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_ci_runs_what_an_engineer_runs():
    said = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in said if not line.startswith(("#", "set ", "cd ", "export CI"))] == ["exec ./mw test"]


def mw_with(folder: Path, python: str, **programs: str) -> subprocess.CompletedProcess[str]:
    """`mw demo` in a folder without `.venv`, on a machine with that Python and those programs, as shell texts."""
    for name in ("mw", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
    found = folder / "programs"
    found.mkdir()
    for name, text in {"given-python": python, **programs}.items():
        (found / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (found / name).chmod(0o755)
    return subprocess.run(
        [str(folder / "mw"), "demo"],
        env={**os.environ, "PYTHON": str(found / "given-python"), "PATH": f"{found}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_python_that_is_too_old_is_named(tmp_path: Path):
    done = mw_with(tmp_path, "exit 1")
    assert done.returncode == 3
    assert "given-python', which is no Python 3.11 or newer" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_who_may_not_install_packages_is_told_which_is_missing(tmp_path: Path):
    without_ensurepip = f'case "$*" in *ensurepip*) exit 1;; esac\nexec "{sys.executable}" "$@"'
    done = mw_with(tmp_path, without_ensurepip, id="echo 1000")
    assert done.returncode == 3
    assert "install python3-venv (apt-get install python3-venv), then run this again" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_modules_imported_are_the_ones_declared():
    """Every library that the packages import stands in the dependencies, and the other way round."""
    import ast
    import tomllib
    from importlib.metadata import packages_distributions

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for extra in settings["optional-dependencies"].values() for line in extra]
    names = {re.match(r"[\w.-]+", line)[0].lower() for line in [*settings["dependencies"], *extras]}  # type: ignore[index]
    owners = packages_distributions()
    imported: set[str] = set()
    for path in (path for package in ("mailwright", "simulator", "sync") for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    libraries = imported - set(sys.stdlib_module_names) - {"mailwright", "simulator", "sync"}
    used = {owner.lower().replace("_", "-") for library in libraries for owner in owners.get(library, [library])}
    # zoneinfo reads tzdata, httpcore asks for sniffio, pyspark for pandas; SQLAlchemy loads psycopg by the name in a URL.
    read_by_others = {"tzdata", "sniffio", "psycopg", "pandas"}
    assert used | read_by_others == names
