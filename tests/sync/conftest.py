"""A real local workspace over HTTP, and projects to speak to it from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailwright.loading.folder import load_project
from sync.opening import Workspace, open_workspace

ROOT = Path(__file__).resolve().parents[2]
Json = dict[str, Any]
VALUES = {
    "qa": ("Northstar QA <qa@example.org>", "https://qa.example.org", "qa-support@example.org"),
    "prod": ("Northstar <hello@example.org>", "https://www.example.org", "support@example.org"),
}


@dataclass(frozen=True)
class Served:
    """A server of workspaces that runs, and what it said when it was up."""

    said: Json

    @property
    def environ(self) -> dict[str, str]:
        found = {"CIO_SERVICE_ACCOUNT": self.said["workspaces"][0]["service_account_token"]}
        return found | {f"CIO_{one['name'].upper()}_APP_KEY": one["app_key"] for one in self.said["workspaces"]}

    def settings(self, *, ui: bool = True, app: bool = True) -> str:
        lines = ['default_workspace = "qa"']
        for one in self.said["workspaces"]:
            name = one["name"]
            sender, base, support = VALUES[name]
            lines += [f"[workspaces.{name}]", f'url = "{self.said["url"]}"', f"id = {one['id']}", f'from = "{sender}"']
            lines += ['service_account = { env = "CIO_SERVICE_ACCOUNT" }'] if ui else []
            lines += [f'app_key = {{ env = "CIO_{name.upper()}_APP_KEY" }}'] if app else []
            lines += [f'vars = {{ base_url = "{base}", support_email = "{support}" }}']
        return "\n".join(lines) + "\n"


@contextmanager
def served(*flags: str) -> Iterator[Served]:
    """A server in a process of its own, for as long as the block runs."""
    command = [sys.executable, "-m", "mailwright", "-C", str(ROOT), "serve", "--port", "0", "--format", "json", *flags]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environ
    ) as process:
        try:
            assert process.stdout is not None
            yield Served(json.loads(process.stdout.readline()))
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture
def seeded() -> Iterator[Served]:
    """Prod and QA, each with the content of this repository."""
    with served("--no-limits") as found:
        yield found


@pytest.fixture
def empty() -> Iterator[Served]:
    """Prod and QA without content."""
    with served("--no-limits", "--empty") as found:
        yield found


@contextmanager
def opened(root: Path, served_by: Served, name: str) -> Iterator[Workspace]:
    """A workspace of the project in *root*, at the speed of this machine."""
    with open_workspace(load_project(root), name, environ=served_by.environ) as workspace:
        workspace.pace.limit = 10_000
        yield workspace


Opens = Callable[[Path, Served, str], AbstractContextManager[Workspace]]


@pytest.fixture
def open_at() -> Opens:
    return opened


def copy_of_repository(root: Path, settings: str) -> Path:
    """This repository's content in *root*."""
    for name in ("campaigns", "layouts"):
        shutil.copytree(ROOT / name, root / name)
    (root / "mailwright.toml").write_text(settings)
    return root


@pytest.fixture
def repository(tmp_path: Path, seeded: Served) -> Path:
    """A project with this repository's content, whose workspaces are the seeded ones."""
    return copy_of_repository(tmp_path, seeded.settings())


@pytest.fixture
def blank(tmp_path: Path, seeded: Served) -> Path:
    """A project without content, whose workspaces are the seeded ones."""
    for name in ("campaigns", "layouts"):
        (tmp_path / name).mkdir()
    (tmp_path / "mailwright.toml").write_text(seeded.settings())
    return tmp_path
