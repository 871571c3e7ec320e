"""A small shop in two workspaces on this machine, and the command line called on it as a person calls it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from outcomes import Outcome, called

from sync.demo.local_server import LocalServer, local_server

FILES = {
    "campaigns/welcome/campaign.yaml": (
        "name: Welcome\ntrigger: {event: signed_up, where: {source: web}}\nfilter:\n  not: {segment: staff}\n"
        "frequency: once\nworkflow:\n  - email: hello\n  - wait: 2d\n  - email: tips\n"
    ),
    "campaigns/welcome/hello.liquid": (
        "---\nsubject: Hello {{ customer.name }}\npreheader: First\nlayout: plain@1\n---\n"
        '<p>Hello, <a href="{{ mailwright.base_url }}">go on</a></p>\n'
    ),
    "campaigns/welcome/tips.liquid": "---\nsubject: Tips\nlayout: plain@1\n---\n<p>Tips</p>\n",
    "campaigns/photo/campaign.yaml": (
        "name: Photo\ntrigger: {event: posted, where: {type: photo}}\nfrequency: every_time\nworkflow:\n  - email: thanks\n"
    ),
    "campaigns/photo/thanks.liquid": "---\nsubject: Thanks\nlayout: plain@1\n---\n<p>Thanks</p>\n",
    "campaigns/_shared/segments/staff.yaml": "name: Staff\nwhere: {person: {team: staff}}\n",
    "layouts/plain/1.liquid": "<html><body>{{ content }}{% unsubscribe_url %}</body></html>\n",
}
PROD = 'protected = true\nfrom = "Shop <shop@example.org>"\nvars = { base_url = "https://www.example.org/shop" }'
QA = 'from = "Shop QA <qa@example.org>"\nvars = { base_url = "https://qa.example.org/shop" }'


@dataclass
class Shop:
    """The project, and the workspaces it belongs to."""

    root: Path
    server: LocalServer
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str | Path) -> Outcome:
        return called(self.capsys, "-C", str(self.root), *arguments)

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def content(self, name: str) -> dict[str, list[Any]]:
        """What a workspace holds by kind, without the moments and the logs that no two runs share."""
        return content_of(self.server.admin("GET", f"/_state?workspace={name}"))

    def actions(self, name: str, campaign: str) -> list[dict[str, Any]]:
        campaigns = self.server.by_hand(name, "GET", "campaigns?page=1&size=100")["campaigns"]
        number = next(one["id"] for one in campaigns if one["name"] == campaign)
        found: list[dict[str, Any]] = self.server.by_hand(name, "GET", f"campaigns/{number}")["actions"]
        return found

    def by_hand(self, name: str, campaign: str, message: str, **fields: Any) -> None:
        """What a person changes of an email in Customer.io."""
        template = next(one["template_id"] for one in self.actions(name, campaign) if one["name"] == message)
        self.server.by_hand(name, "PUT", f"templates/{template}", {"template": fields})


def content_of(state: dict[str, Any]) -> dict[str, list[Any]]:
    """The documents of an exported state, by kind."""
    table = state["tables"]["documents"]
    found: dict[str, list[Any]] = {}
    for row in table["rows"]:
        one = dict(zip(table["columns"], row, strict=True))
        if one["kind"] not in ("audit_log", "campaign_version"):
            found.setdefault(one["kind"], []).append(bare(json.loads(one["body"])))
    return found


def bare(data: Any) -> Any:
    """Data without times and keys that count writes."""
    if isinstance(data, dict):
        return {key: bare(value) for key, value in data.items() if key not in ("created", "updated", "updated_at")}
    return [bare(item) for item in data] if isinstance(data, list) else data


@pytest.fixture(scope="session")
def server() -> Iterator[LocalServer]:
    """One server for all of them; every test fills its workspaces anew."""
    with local_server(["prod:us", "qa:us"], "--no-limits") as running:
        yield running


@pytest.fixture
def shop(
    tmp_path: Path, server: LocalServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shop:
    """The shop: both workspaces hold it, and the ledgers know."""
    root = tmp_path / "shop"
    made = Shop(root, server, capsys)
    for name, text in FILES.items():
        made.write(name, text)
    made.write(
        "mailwright.toml", f'default_workspace = "qa"\n{server.settings("prod", PROD)}{server.settings("qa", QA)}'
    )
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    server.admin("DELETE", "/_faults")
    for name in ("prod", "qa"):
        server.seed(name, root)
        agreed = made("apply", name, "--yes")
        assert agreed.code == 0, agreed.all
    return made
