"""A table, a project that knows its attributes, and a workspace on this machine that takes it."""

from __future__ import annotations

import base64
import csv
import json
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from outcomes import Outcome, called

from sync.demo.local_server import LocalServer, local_server

PEOPLE = """\
identifier: id
attributes:
  email: {type: text}
  first_name: {type: text}
  plan: {type: text, allowed: [free, pro]}
  created_at: {type: timestamp}
  badges: {type: integer}
  mrr: {type: number}
  email_verified: {type: boolean}
  tags: {type: list}
  address: {type: object}
"""
SETTINGS = """\
default_workspace = "qa"
[workspaces.qa]
url = "{url}"
id = {qa}
app_key = {{ env = "SHOP_QA_APP" }}
track = {{ site_id = {{ env = "SHOP_QA_SITE" }}, api_key = {{ env = "SHOP_QA_TRACK" }} }}
[workspaces.prod]
url = "{url}"
id = {prod}
protected = true
track = {{ site_id = {{ env = "SHOP_PROD_SITE" }}, api_key = {{ env = "SHOP_PROD_TRACK" }} }}
"""
HEADER = ("id", "email", "first_name", "plan", "created_at", "badges")
Json = dict[str, Any]


@dataclass
class Shop:
    """The project, its table, and the workspaces."""

    root: Path
    server: LocalServer
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str | Path) -> Outcome:
        return called(self.capsys, "-C", str(self.root), "sync", "people", *arguments)

    def send(self, *arguments: str | Path) -> Outcome:
        """The usual call: the table to QA, without being asked."""
        return self("--from", self.table, "--to", "qa", "--yes", *arguments)

    @property
    def table(self) -> Path:
        return self.root / "people.csv"

    def write(self, *rows: Sequence[object], header: Sequence[str] = HEADER, name: str = "people.csv") -> Path:
        path = self.root / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerows([header, *rows])
        return path

    def put(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def profile(self, person: str, workspace: str = "qa", kind: str = "id") -> Json | None:
        """What the workspace shows of somebody; None when it knows nobody of that name."""
        found = self.app("POST", f"/v1/customers/attributes?id_type={kind}", {"ids": [person]}, workspace)["customers"]
        return found[0] if found else None

    def attributes(self, person: str, workspace: str = "qa") -> Json:
        found = self.profile(person, workspace)
        assert found is not None
        return {name: one for name, one in found["attributes"].items() if name not in ("id", "cio_id")}

    def everybody(self, workspace: str = "qa") -> list[str]:
        tree = {"filter": {"attribute": {"field": "id", "operator": "exists"}}}
        return sorted(self.app("POST", "/v1/customers", tree, workspace)["ids"] or [])

    def app(self, method: str, path: str, body: Mapping[str, Any] | None, workspace: str = "qa") -> Json:
        key = self.server.workspace(workspace)["app_key"]
        request = urllib.request.Request(
            f"{self.server.url}/app{path}", json.dumps(body).encode(), {"Authorization": f"Bearer {key}"}, method=method
        )
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)

    def requests(self) -> dict[str, int]:
        """How often each route was called since the last look."""
        found = self.server.admin("GET", "/_requests")["by_route"]
        self.server.admin("DELETE", "/_requests")
        return {route: count for route, count in found.items() if "accounts/region" not in route}

    def fault(self, **rule: Any) -> None:
        self.server.admin("POST", "/_faults", rule)

    @property
    def refused(self) -> list[Json]:
        found = sorted(self.root.glob(".mailwright/journal/*/refused.ndjson"))
        return [json.loads(line) for line in found[-1].read_text().splitlines()] if found else []


def pair(one: Json) -> str:
    return base64.b64encode(f"{one['site_id']}:{one['track_key']}".encode()).decode()


def variables(server: LocalServer) -> dict[str, str]:
    found = {}
    for name in ("qa", "prod"):
        one = server.workspace(name)
        found |= {
            f"SHOP_{name.upper()}_APP": one["app_key"],
            f"SHOP_{name.upper()}_SITE": one["site_id"],
            f"SHOP_{name.upper()}_TRACK": one["track_key"],
        }
    return found


def project(root: Path, server: LocalServer) -> Path:
    (root / "campaigns/_shared").mkdir(parents=True)
    (root / "campaigns/_shared/people.yaml").write_text(PEOPLE)
    ids = {name: server.workspace(name)["id"] for name in ("qa", "prod")}
    (root / "mailwright.toml").write_text(SETTINGS.format(url=server.url, **ids))
    return root


@pytest.fixture(scope="session")
def people_server() -> Iterator[LocalServer]:
    """One server for all of them; every test begins with empty workspaces."""
    with local_server(["qa:us", "prod:us"], "--no-limits") as running:
        yield running


@pytest.fixture
def shop(
    tmp_path: Path, people_server: LocalServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shop:
    people_server.admin("DELETE", "/_faults")
    for name in ("qa", "prod"):
        people_server.admin("POST", "/_reset", {"workspace": name, "empty": True})
    people_server.admin("DELETE", "/_requests")
    for name, value in variables(people_server).items():
        monkeypatch.setenv(name, value)
    return Shop(project(tmp_path / "shop", people_server), people_server, capsys)
