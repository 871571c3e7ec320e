"""A small project on disk, its log, and the command line called as a person calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from outcomes import Outcome, called

FILES = {
    "mailwright.toml": 'default_workspace = "qa"\n[workspaces.qa]\nfrom = "Shop <shop@example.org>"\n[workspaces.prod]\n',
    "campaigns/welcome/campaign.yaml": (
        "name: Welcome\n"
        "trigger: {event: signed_up}\n"
        "filter:\n"
        "  not: {person: {plan: staff}}\n"
        "frequency: once\n"
        "workflow:\n"
        "  - email: hello\n"
        "  - wait: 2d\n"
        "  - branch:\n"
        "      if: {person: {plan: pro}}\n"
        "      then:\n"
        "        - email: tips\n"
    ),
    "campaigns/welcome/hello.liquid": '---\nsubject: Hello {{ customer.name | default: "you" }}\n---\n<p>Hello</p>\n',
    "campaigns/welcome/tips.liquid": "---\nsubject: Tips\n---\n<p>{{ customer.city }}</p>\n",
    "campaigns/photo/campaign.yaml": (
        "name: Photo\n"
        "trigger:\n"
        "  event: posted\n"
        "  where:\n"
        "    type: photo\n"
        "    any:\n"
        "      - source: web\n"
        "      - source: {not: sms}\n"
        "workflow:\n"
        "  - email: thanks\n"
    ),
    "campaigns/photo/thanks.liquid": "---\nsubject: Thanks\n---\n<p>Thanks</p>\n",
    "campaigns/every-post/campaign.yaml": (
        "name: Every post\ntrigger: {event: posted, where: {source: app}}\nworkflow:\n  - email: thanks\n"
    ),
    "campaigns/every-post/thanks.liquid": "---\nsubject: Thanks again\n---\n<p>Thanks again</p>\n",
    "campaigns/_shared/samples/ana.yaml": (
        "person: {id: ana, attributes: {email: ana@example.org, plan: pro}}\n"
        "event: {name: posted, data: {type: text, source: web}}\n"
    ),
}
START = 1_767_268_800
HOUR = 3600


def identify(person: str, at: int, **attributes: Any) -> dict[str, Any]:
    return {"type": "identify", "person": person, "timestamp": at, "attributes": attributes}


def track(person: str, name: str, at: int, **data: Any) -> dict[str, Any]:
    return {"type": "track", "person": person, "name": name, "timestamp": at, "data": data}


LOG = [
    identify("ana", START, email="ana@example.org", plan="pro", name="Ana"),
    track("ana", "signed_up", START + 1),
    identify("ben", START + 2, email="ben@example.org", plan="staff"),
    track("ben", "signed_up", START + 3),
    track("cai", "signed_up", START + 4),
    track("ana", "posted", START + HOUR, type="photo", source="app"),
    track("ben", "posted", START + HOUR, type="text", source="web"),
    track("ana", "signed_up", START + 2 * HOUR),
    track("ana", "looked_around", START + 3 * HOUR),
]


Run = Callable[..., Outcome]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The project."""
    root = tmp_path / "shop"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


@pytest.fixture
def calls() -> list[dict[str, Any]]:
    """What is in the log."""
    return LOG


@pytest.fixture
def log(tmp_path: Path, calls: list[dict[str, Any]]) -> Path:
    """The log."""
    path = tmp_path / "log.ndjson"
    path.write_text("".join(json.dumps(call) + "\n" for call in calls), "utf-8")
    return path


@pytest.fixture
def mailwright(capsys: pytest.CaptureFixture[str], shop: Path) -> Run:
    """Run the command line on the project."""

    def call(*arguments: str | Path) -> Outcome:
        return called(capsys, "-C", str(shop), *arguments)

    return call
