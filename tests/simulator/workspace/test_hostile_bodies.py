"""Whatever a client sends, a route answers: it never falls over, and never keeps half of a write."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from any_bodies import any_body, bent
from wire_exchanges import HOME, Wired, exchanges_in, wired
from wire_seeds import APP, UI, action

from simulator.history.calls import Call, CallKind, IdType
from simulator.workspace import app_api, ui_api
from simulator.workspace.documents import Kind, new_campaign
from simulator.workspace.routes import Route
from simulator.workspace.store import Documents

ROUNDS = 24
ROUTES = [*ui_api.ALL, *app_api.ALL]


EXCHANGES = [one for folder in ("fly", "app") for one in exchanges_in(folder)]
KNOWN_IDS = {
    "campaigns": "61", "broadcasts": "80", "actions": "902", "templates": "551", "layouts": "7", "snippets": "4",
    "segments": "17", "transactional_messages": "2", "transactional": "2", "newsletters": "210", "identities": "3",
    "sender_identities": "3", "domains": "789", "webhook_configurations": "5", "reporting_webhooks": "5",
    "collections": "1", "exports": "110", "object_types": "1", "subscription_topics": "1", "emails": "ds_1",
    "nodes": "ds_1", "contents": "310", "content": "401", "language": "fr", "customers": "42", "accounts": "30117",
    "suppression": "bounces", "triggers": "1", "versions": "1", "bounces": "b@example.org",
}  # fmt: skip


@contextmanager
def everything() -> Iterator[Wired]:
    """A workspace that holds everything the reference shows, and a person."""
    with wired() as server:
        documents = server.home.documents
        for exchange in reversed(EXCHANGES):
            expected = exchange.expected if isinstance(exchange.expected, dict) else {}
            table = {"ui": UI, "app": APP}[exchange.surface]
            for name, rows in expected.items():
                for row in rows if isinstance(rows, list) else [rows]:
                    if name in table and isinstance(row, dict) and "customer_id" not in row:
                        table[name](documents, row, {"category": "bounces", **expected})
            if exchange.surface == "ui" and isinstance(expected.get("campaign"), dict):
                for row in expected["actions"]:
                    action(documents, row, expected["campaign"]["id"])
        broadcast = new_campaign("Some", 1, id=80, type="triggered_broadcast", state="running")
        documents.put(Kind.CAMPAIGN, 80, broadcast)
        server.home.content_changed()
        server.home.take(Call(0, CallKind.IDENTIFY, "42", IdType.ID, data={"email": "a@example.org", "plan": "pro"}))
        yield server


@pytest.fixture(scope="module")
def unchanged() -> Iterator[Wired]:
    with everything() as server:
        yield server


@pytest.fixture
def full(route: Route, unchanged: Wired) -> Iterator[Wired]:
    """One that is shared where nothing is written."""
    if route.method == "GET":
        yield unchanged
        return
    with everything() as server:
        yield server


def path_of(route: Route, chance: random.Random) -> str:
    """A path that the route serves; most often what it names is there."""
    path = ""
    for part in route.pattern.strip("/").split("/"):
        known = KNOWN_IDS.get(path.rpartition("/")[2], "1")
        if part == "{environment_id}":
            part = str(HOME)
        elif part.startswith("{"):
            part = known if chance.random() < 0.85 else chance.choice(["nope", "999", "x%2Fy", "-1", "9" * 30])
        path += f"/{part}"
    return path


def bodies_for(route: Route) -> list[Any]:
    """What the reference sends to this route."""
    asked = [one for one in EXCHANGES if one.surface == route.surface and one.method == route.method]
    return [one.body for one in asked if one.body is not None and route.params(one.path) is not None]


def torn(documents: Documents) -> set[str]:
    """What does not hang together: workflows that name steps that are gone, steps without content, lost content."""
    actions = {one["id"]: one for one in documents.all(Kind.ACTION)}
    templates = {one["id"] for one in documents.all(Kind.TEMPLATE)}
    found = set()
    for campaign in documents.all(Kind.CAMPAIGN):
        named = set(campaign["workflow_action_ids"])
        ends = {edge[end] for edge in campaign["edges"] for end in ("from", "to")}
        found |= {f"{campaign['id']} names {number}, which is not there" for number in named - actions.keys()}
        found |= {f"an edge of {campaign['id']} leads to {number}, which is not its own" for number in ends - named}
    homes = {campaign["id"] for campaign in documents.all(Kind.CAMPAIGN)}
    found |= {f"{number} belongs to no campaign" for number, one in actions.items() if one["campaign_id"] not in homes}
    sent = {one.get("template_id") for one in actions.values()} - {None}
    return found | {f"template {number} is gone" for number in sent - templates}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.surface} {route.method} {route.pattern}")
def test_no_body_makes_a_route_fall_over(full: Wired, route: Route) -> None:
    chance = random.Random(f"{route.method} {route.pattern}")
    known = bodies_for(route)
    before = torn(full.home.documents)
    headers = {"authorization": f"Bearer {full.token() if route.surface == 'ui' else full.home.keys.app_key}"}
    for _ in range(ROUNDS if known or route.method != "GET" else ROUNDS // 4):
        body = bent(chance, chance.choice(known)) if known and chance.random() < 0.8 else any_body(chance)
        content = b"{" if chance.random() < 0.05 else json.dumps(body).encode()
        strict = {"x-validate": "strict"} if chance.random() < 0.2 else {}
        query = chance.choice(
            ["", "", "?start=MTA&limit=2", "?page=2&size=1&limit=x", "?start=%ff", "?id_type=email", "?email="]
        )
        reply = full.ask(
            route.method, f"/{route.surface}{path_of(route, chance)}{query}", content, {**headers, **strict}
        )
        assert reply.status in (200, 201, 204, 400, 401, 403, 404, 409, 413, 422, 429, 500, 501)
        if reply.status == 500:  # the few that the reference knows
            assert route.method == "PUT" and route.surface == "ui"
    assert torn(full.home.documents) <= before
