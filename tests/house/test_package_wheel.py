"""The wheel holds all that a run outside a checkout needs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def mailwright(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of the installed package, which hides the checkout's own."""
    return subprocess.run(
        [sys.executable, "-m", "mailwright", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_the_wheel_holds_packages_types_licence_and_example(wheel: Path):
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "mailwright/py.typed",
        "simulator/py.typed",
        "sync/py.typed",
        "mailwright/cli.py",
        "simulator/replay.py",
    ):
        assert name in names
    example = "mailwright/_example/"
    for name in ("pyproject.toml", "campaigns/onboarding/campaign.yaml", "layouts/ds-default/2.liquid"):
        assert example + name in names
    assert example + "examples/log/events.ndjson" in names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_the_wheel_holds_every_file_of_the_packages_and_no_other(wheel: Path):
    def kept(folder: str) -> set[str]:
        found = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {path.relative_to(ROOT).as_posix() for path in found}

    names = set(zipfile.ZipFile(wheel).namelist())
    ours = {name for name in names if not name.startswith("mailwright/_example/") and ".dist-info/" not in name}
    assert ours == kept("mailwright") | kept("simulator") | kept("sync")
    example = {name.removeprefix("mailwright/_example/") for name in names if name.startswith("mailwright/_example/")}
    assert example == kept("campaigns") | kept("layouts") | {"pyproject.toml", "examples/log/events.ndjson"}


def test_an_installed_mailwright_shows_the_demo(installed: Path, tmp_path: Path):
    done = mailwright(installed, tmp_path, "demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert "signup-general" in done.stdout
    assert (tmp_path / ".mailwright" / "demo" / "report.html").is_file()
    assert str(installed / "mailwright" / "_example") in done.stdout


def test_an_installed_mailwright_makes_a_project_that_checks_and_simulates(installed: Path, tmp_path: Path):
    assert mailwright(installed, tmp_path, "init", "hello").returncode == 0
    checked = mailwright(installed, tmp_path / "hello", "check")
    assert (checked.returncode, checked.stderr) == (0, "")
    simulated = mailwright(installed, tmp_path / "hello", "simulate", "events.ndjson")
    assert simulated.returncode == 0
    assert "welcome" in simulated.stdout
