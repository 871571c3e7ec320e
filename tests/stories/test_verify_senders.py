"""The example's events, sent by the generated senders, arrive as predicted: `verify` agrees, and `--fit` sees a change."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sync.demo.local_server import LocalServer, local_server
from sync.demo.story import example_root
from sync.demo.verify_story import END, QA, START, Story

HERE = Path(__file__).parents[2]
PACKAGES = Path(sys.prefix) / "node" / "node_modules"
SENDERS = HERE / "examples/senders"
PEOPLE = 8


@dataclass(slots=True)
class SentStory(Story):
    """The story of `demo verify`, its calls sent by a program over an official client."""

    command: Sequence[str] = field(default_factory=tuple)

    def play(self, calls: Sequence[Mapping[str, Any]]) -> None:
        log = self.root / "played.ndjson"
        log.write_text("".join(f"{json.dumps(call)}\n" for call in calls))
        done = subprocess.run(
            [*self.command, str(log), "--clock"], env=self._environment(), capture_output=True, text=True, timeout=300
        )
        # People opt out elsewhere, without the senders: such calls stand in no contract.
        assert done.returncode == 0, done.stderr[-2000:]
        self.server.admin("POST", "/_clock", {"to": END})
        self.server.admin("POST", "/_settle")

    def _environment(self) -> dict[str, str]:
        where = self.server.workspace(QA)
        told = {
            "URL": self.server.url,
            "ADMIN_TOKEN": self.server.said["admin_token"],
            "TRACK_URL": where["track_url"],
            "SITE_ID": where["site_id"],
            "TRACK_KEY": where["track_key"],
        }
        return {**os.environ, **{f"MAILWRIGHT_{name}": str(value) for name, value in told.items()}}


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with local_server([f"{QA}:us"], "--clock", f"frozen:{START}", "--no-limits") as found:
        yield found


@pytest.fixture
def typescript(tmp_path: Path) -> list[str]:
    node = shutil.which("node")
    if node is None or not (PACKAGES / "typescript").is_dir():
        if os.environ.get("CI"):
            pytest.fail("node, or typescript among this environment's packages for it, is not there")
        pytest.skip("node, or typescript among this environment's packages for it, is not there")
    folder = tmp_path / "typescript"
    folder.mkdir()
    for name in ("northstar.ts", "replay.ts"):
        shutil.copy(SENDERS / name, folder / name)
    (folder / "node_modules").symlink_to(PACKAGES)
    (folder / "package.json").write_text('{"type": "module"}')
    options = ["--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck", "--types", "node"]
    compiler = [node, str(PACKAGES / "typescript/bin/tsc"), *options, "--outDir", "built", "replay.ts"]
    done = subprocess.run(compiler, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout
    return [node, str(folder / "built/replay.js")]


def told(root: Path, server: LocalServer, command: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What the story tells from the log to the cause."""
    story = SentStory(root, server, example_root(), command=command)
    story.set_up(PEOPLE)
    story.tell()
    return capsys.readouterr().out


@pytest.mark.timeout(600)
def test_what_the_python_senders_send_comes_as_predicted(
    server: LocalServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out = told(tmp_path, server, [sys.executable, str(SENDERS / "replay.py")], capsys)
    assert out.count("none missing, none unexpected") == 4
    assert 'Explains the actual best: unknown_person = "ignored"' in out


@pytest.mark.timeout(600)
def test_what_the_typescript_senders_send_comes_as_predicted(
    server: LocalServer, tmp_path: Path, typescript: list[str], capsys: pytest.CaptureFixture[str]
):
    root = tmp_path / "project"
    root.mkdir()
    out = told(root, server, typescript, capsys)
    assert out.count("none missing, none unexpected") == 4
    assert 'Explains the actual best: unknown_person = "ignored"' in out
