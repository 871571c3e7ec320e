"""A server of workspaces in a process of its own, and a project to send from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sending import Desk

from sync.demo.local_server import LocalServer, local_server


@pytest.fixture(scope="session")
def sending_server() -> Iterator[LocalServer]:
    """One server for all of these tests; each begins with workspaces in which nothing happened."""
    with local_server(["qa:us", "prod:us"], "--no-limits") as running:
        yield running


@pytest.fixture
def desk(
    tmp_path: Path,
    sending_server: LocalServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    """A project that knows both workspaces; prod is protected."""
    found = Desk(tmp_path, sending_server, capsys)
    found.settings(prod="protected = true")
    found.calm()
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sync.sending.asking.FIRST_WAIT", 0.01)
    return found
