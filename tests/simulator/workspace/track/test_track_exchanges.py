"""Every exchange of the Track API in the wire reference, sent over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

WIRE = Path(__file__).parents[3] / "data" / "wire" / "track"
EXCHANGES = [
    pytest.param(exchange, id=f"{version}: {exchange['name']}")
    for version in ("v1", "v2")
    for exchange in json.loads((WIRE / f"{version}.json").read_text(encoding="utf-8"))["exchanges"]
]


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_an_exchange_is_answered_as_recorded(serving, exchange: dict[str, Any]):
    asked, answered = exchange["request"], exchange["response"]
    shown = asked.get("headers", {}).get("Authorization")
    auth = (serving.prod["site_id"], serving.prod["track_key"]) if shown == "Basic base64(site_id:api_key)" else None
    headers = {"Authorization": shown} if shown and auth is None else {}
    reply = serving.client.request(
        asked["method"],
        f"/us/track{asked['path']}",
        params=asked.get("query"),
        json=asked.get("body"),
        auth=auth,
        headers=headers,
    )
    assert reply.status_code == answered["status"]
    if "body" in answered:
        assert reply.json() == as_served(answered["body"], serving)
        assert reply.headers["content-type"] == "application/json; charset=utf-8"


def as_served(body: Any, serving) -> Any:
    """What the server's own address and workspace stand for in a recorded answer."""
    if isinstance(body, dict) and "environment_id" in body:
        return {**body, "url": serving.prod["track_url"], "environment_id": serving.prod["id"]}
    return body


def test_an_accepted_call_is_answered_with_an_empty_object_of_three_bytes(serving):
    reply = serving.track("PUT", "/api/v1/customers/42", {"email": "a@example.org"})
    assert reply.content == b"{}\n"
    assert reply.headers["cache-control"] == "no-cache, no-store, must-revalidate, max-age=0"
    assert reply.headers["content-length"] == "3"
