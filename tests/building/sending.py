"""A project whose workspaces are a server's, what was sent there, and calls in few words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from outcomes import Outcome, called

from sync.demo.local_server import LocalServer

Json = dict[str, Any]


@dataclass
class Desk:
    """A project in *root* from which a person sends to the workspaces of *server*."""

    root: Path
    server: LocalServer
    capsys: pytest.CaptureFixture[str] | None = None

    def settings(self, **more: str) -> None:
        """Write the settings; *more* adds lines to a workspace's table."""
        text = ""
        for one in self.server.said["workspaces"]:
            name = one["name"]
            text += self.server.settings(name, more.get(name, ""))
            text += f'track = {{ site_id = {{ env = "{name.upper()}_SITE" }}, api_key = {{ env = "{name.upper()}_TRACK" }} }}\n'
        (self.root / "mailwright.toml").write_text(text)

    @property
    def environment(self) -> dict[str, str]:
        found = dict(self.server.environment)
        for one in self.server.said["workspaces"]:
            name = one["name"].upper()
            found |= {f"{name}_SITE": one["site_id"], f"{name}_TRACK": one["track_key"]}
        return found

    def log(self, name: str, calls: Iterable[Mapping[str, Any]]) -> Path:
        """Write an event log."""
        path = self.root / name
        path.write_text("".join(json.dumps(call) + "\n" for call in calls))
        return path

    def __call__(self, *arguments: str | Path) -> Outcome:
        assert self.capsys is not None
        self.capsys.readouterr()
        return called(self.capsys, "-C", str(self.root), "send", *arguments)

    # --- what the workspace has ----------------------------------------------------------------------------------

    def activities(self, workspace: str = "qa") -> list[Json]:
        """All that the workspace took in, in the order it did."""
        table = self.server.admin("GET", f"/_state?workspace={workspace}")["tables"]["running_activities"]
        return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]

    def received(self, kind: str = "event", workspace: str = "qa") -> list[tuple[str, str]]:
        """Names and ids of the events of a kind that counted: one that comes a second time has no number."""
        rows = [one for one in self.activities(workspace) if one["type"] == kind]
        return [(one["name"], one["event_id"]) for one in rows if one["number"] is not None]

    def kinds(self, workspace: str = "qa") -> list[str]:
        """The kinds of all that was taken in, in order."""
        return [one["type"] for one in self.activities(workspace)]

    def app(self, path: str, workspace: str = "qa") -> Json:
        """Read over the App API."""
        key = self.server.workspace(workspace)["app_key"]
        reply = httpx.get(f"{self.server.url}/app{path}", headers={"Authorization": f"Bearer {key}"}, trust_env=False)
        reply.raise_for_status()
        return reply.json()

    def attributes(self, person: str, workspace: str = "qa") -> Json:
        """What is known of a person."""
        return self.app(f"/v1/customers/{person}/attributes", workspace)["customer"]["attributes"]

    def fault(self, **rule: Any) -> None:
        """Let something go wrong at the server."""
        self.server.admin("POST", "/_faults", {"surface": "track", **rule})

    def requests(self) -> Mapping[str, int]:
        """How often each route was asked."""
        return self.server.admin("GET", "/_requests")["by_route"]

    def calm(self) -> None:
        """No faults, nothing sent."""
        self.server.admin("DELETE", "/_faults")
        self.server.admin("POST", "/_reset", {})
        self.server.admin("DELETE", "/_requests")


def identify(person: str, **attributes: Any) -> Json:
    """An identify call."""
    return {"type": "identify", "person": person, "attributes": attributes}


def event(person: str, name: str, **more: Any) -> Json:
    """An event that happens when it arrives, unless *more* says when."""
    return {"type": "track", "person": person, "name": name, **more}


def letters(path: str | Path) -> Sequence[Json]:
    """The calls in a file of dead letters."""
    return [json.loads(line) for line in Path(path).read_text().splitlines()]
