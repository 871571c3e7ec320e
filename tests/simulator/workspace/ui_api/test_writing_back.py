"""What this repository's own project holds in a workspace can be written back as it was read, and reads the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wire_exchanges import NOW, Wired, wired

from mailwright.loading.folder import load_project
from simulator.workspace.content.seed import seed
from simulator.workspace.documents import Kind

ROOT = Path(__file__).parents[4]
STAMPS = frozenset({"created", "updated", "version", "updated_at", "created_at"})
RECIPIENTS = (
    "type",
    "event",
    "event_type",
    "attribute_filters",
    "filters",
    "anchors",
    "trigger",
    "restart_mode",
    "restart_min_interval",
)
OF_ONE_TRIGGER = ("date_", "object_", "relationship_", "audience", "webhook_id", "recipients_filter")


@pytest.fixture(scope="module")
def seeded() -> Iterator[Wired]:
    with wired() as server:
        seed(server.home.documents, load_project(ROOT), "qa", NOW)
        server.home.content_changed()
        yield server


def without_stamps(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_stamps(part) for name, part in value.items() if name not in STAMPS}
    return [without_stamps(part) for part in value] if isinstance(value, list) else value


def held(server: Wired, number: int) -> Any:
    return without_stamps(server.ui("GET", f"campaigns/{number}").body)


def campaigns(server: Wired) -> list[int]:
    return [one["id"] for one in server.home.documents.all(Kind.CAMPAIGN)]


def test_every_campaign_s_trigger_edges_and_steps(seeded: Wired) -> None:
    assert campaigns(seeded)
    for number in campaigns(seeded):
        before = held(seeded, number)
        campaign = before["campaign"]
        trigger = {name: campaign[name] for name in campaign if name in RECIPIENTS or name.startswith(OF_ONE_TRIGGER)}
        writes = [
            ({"campaign": {"update_type": "recipients", **trigger}}),
            {"campaign": {"update_type": "edges", "edges": campaign["edges"]}},
        ]
        writes += [{"campaign": {"update_type": "save_action"}, "action": action} for action in before["actions"]]
        for body in writes:
            reply = seeded.ui("PUT", f"campaigns/{number}", body, strict=True)
            assert (reply.status, without_stamps(reply.body)) == (200, before), body
        assert held(seeded, number) == before


def test_every_message_s_content(seeded: Wired) -> None:
    for template in seeded.home.documents.all(Kind.TEMPLATE):
        path = f"templates/{template['id']}"
        before = without_stamps(seeded.ui("GET", path).body["template"])
        reply = seeded.ui("PUT", path, {"template": before}, strict=True)
        assert (reply.status, without_stamps(reply.body["template"])) == (200, before)


@pytest.mark.parametrize(
    ("kind", "path", "name"),
    [(Kind.LAYOUT, "layouts", "layout"), (Kind.SNIPPET, "snippets", "snippet"), (Kind.SEGMENT, "segments", "segment")],
)
def test_every_layout_snippet_and_segment(seeded: Wired, kind: Kind, path: str, name: str) -> None:
    for one in seeded.home.documents.all(kind):
        before = without_stamps(seeded.ui("GET", f"{path}/{one['id']}").body[name])
        assert seeded.ui("PUT", f"{path}/{one['id']}", {name: before}, strict=True).status == 200
        assert without_stamps(seeded.ui("GET", f"{path}/{one['id']}").body[name]) == before


def test_a_copy_of_every_campaign_can_be_built_step_by_step(seeded: Wired) -> None:
    for number in campaigns(seeded):
        body = held(seeded, number)
        copy = seeded.ui("POST", f"campaigns/{number}/duplicate").body
        names = dict(zip(body["campaign"]["workflow_action_ids"], copy["campaign"]["workflow_action_ids"], strict=True))
        edges = [{**edge, "from": names[edge["from"]], "to": names[edge["to"]]} for edge in body["campaign"]["edges"]]
        assert copy["campaign"]["edges"] == edges
        assert [one["type"] for one in copy["actions"]] == [one["type"] for one in body["actions"]]
