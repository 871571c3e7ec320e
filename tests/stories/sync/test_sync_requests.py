"""What commands ask of a workspace, and what they need not ask again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.demo.local_server import LocalServer, local_server

SUBJECT = ("campaigns/welcome/hello.liquid", "subject: Hello {{ customer.name }}", "subject: Hi {{ customer.name }}")
PAST = "2026-01-01T00:00:00Z"
LATER = "2026-01-01T01:00:00Z"


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    """A server whose clock is behind, so that every stamp is old when it is read."""
    with local_server(["prod:us", "qa:us"], "--no-limits", "--clock", f"frozen:{PAST}") as running:
        yield running


@pytest.fixture
def settled(shop: Any) -> Iterator[Any]:
    """The shop, which was read once."""
    assert shop("plan", "qa").code == 0
    shop.server.admin("POST", "/_clock", {"freeze": LATER})
    yield shop
    shop.server.admin("POST", "/_clock", {"freeze": PAST})


def asked(shop: Any, *arguments: Any, code: int = 0) -> dict[str, int]:
    """How often a command asked for what: `campaigns/{id}` and the like."""
    shop.server.admin("DELETE", "/_requests")
    done = shop(*arguments)
    assert done.code == code, done.all
    routes = shop.server.admin("GET", "/_requests")["by_route"]
    return {route.partition("}/")[2]: count for route, count in routes.items() if " GET " in route and "}/" in route}


def number_of(shop: Any, name: str) -> int:
    rows = shop.server.by_hand("qa", "GET", "campaigns")["campaigns"]
    return int(next(one["id"] for one in rows if one["name"] == name))


def plan_of(shop: Any, tmp_path: Path) -> Path:
    file = tmp_path / "qa.plan"
    assert shop("plan", "qa", "-o", file).code == 0
    return file


def test_what_did_not_move_is_not_asked_for(settled: Any):
    found = asked(settled, "plan", "qa", "--exit-code")
    assert "campaigns/{id}" not in found and "templates/{id}" not in found
    assert asked(settled, "drift", "qa").keys() - {"audit_logs"} == found.keys()


def test_fresh_asks_for_everything(settled: Any):
    found = asked(settled, "plan", "qa", "--fresh")
    assert (found["campaigns/{id}"], found["templates/{id}"]) == (2, 3)


def test_a_campaign_is_asked_for_when_one_of_its_steps_moved(settled: Any):
    wait = next(one for one in settled.actions("qa", "Welcome") if one["type"] == "delay_seconds_action")
    action = {name: wait[name] for name in ("type", "name")} | {"sub_type": "", "delay": 3600}
    settled.server.by_hand("qa", "PUT", f"actions/{wait['id']}", {"action": action})
    found = asked(settled, "drift", "qa", code=2)
    assert found["campaigns/{id}"] == 1 and "templates/{id}" not in found


def test_a_message_that_is_switched_off_over_the_app_api_is_seen(settled: Any):
    number = number_of(settled, "Photo")
    [action] = [one["id"] for one in settled.actions("qa", "Photo") if one["name"] == "thanks"]
    server = settled.server
    key = server.workspace("qa")["app_key"]
    server._call(
        "PUT", f"/app/v1/campaigns/{number}/actions/{action}", {"sending_state": "off"},
        {"Authorization": f"Bearer {key}"},
    )  # fmt: skip
    assert asked(settled, "drift", "qa", code=2)["campaigns/{id}"] == 1


def test_a_new_and_a_deleted_campaign_are_seen(settled: Any):
    made = settled.server.by_hand("qa", "POST", "campaigns", {"campaign": {"name": "By hand"}})["campaign"]["id"]
    assert "By hand" in settled("plan", "qa").out or "by-hand" in settled("plan", "qa").out
    settled.server.by_hand("qa", "DELETE", f"campaigns/{made}")
    assert settled("plan", "qa", "--exit-code").code == 0
    settled.server.by_hand("qa", "DELETE", f"campaigns/{number_of(settled, 'Photo')}")
    assert "campaign photo" in settled("drift", "qa").out


def test_a_kept_plan_reads_only_what_it_touches(settled: Any, tmp_path: Path):
    settled.edit(*SUBJECT)
    file = plan_of(settled, tmp_path)
    found = asked(settled, "apply", file, "--yes")
    assert "campaigns" not in found and "templates" not in found
    assert sum(found.values()) <= 16
    assert settled("plan", "qa", "--exit-code").code == 0


@pytest.mark.parametrize("knows", [True, False])
def test_a_kept_plan_reads_everything_where_the_ledger_does_not_tell_enough(settled: Any, tmp_path: Path, knows: bool):
    wait = "  - wait_until: {any: [{message: {campaign: welcome, step: hello, is: clicked}}], at_most: 2d}\n"
    settled.edit("campaigns/photo/campaign.yaml", "workflow:\n", f"workflow:\n{wait}")
    file = plan_of(settled, tmp_path)
    ledger = settled.root / ".mailwright/ledger/qa.json"
    if not knows:
        known = json.loads(ledger.read_text())
        for table in ("ids", "agreed"):
            del known[table]["message welcome/hello"]
        ledger.write_text(json.dumps(known))
    assert ("campaigns" in asked(settled, "apply", file, "--yes")) is not knows
    if knows:
        assert settled("plan", "qa", "--exit-code").code == 0


def test_a_kept_plan_whose_thing_is_gone_is_refused(settled: Any, tmp_path: Path):
    settled.edit(*SUBJECT)
    file = plan_of(settled, tmp_path)
    settled.server.by_hand("qa", "DELETE", f"campaigns/{number_of(settled, 'Welcome')}")
    refused = settled("apply", file, "--yes")
    assert refused.code == 5 and "is gone from qa; nothing was changed" in refused.err


def test_a_new_campaign_of_a_kept_plan_is_made_once(settled: Any, tmp_path: Path):
    settled.write("campaigns/new/campaign.yaml", "name: New\ntrigger: {event: joined}\nworkflow:\n  - email: first\n")
    settled.write("campaigns/new/first.liquid", "---\nsubject: First\nlayout: plain@1\n---\n<p>First</p>\n")
    file = plan_of(settled, tmp_path)
    done = settled("apply", file, "--yes")
    assert done.code == 0, done.all
    names = [one["name"] for one in settled.server.by_hand("qa", "GET", "campaigns")["campaigns"]]
    assert names.count("New") == 1
    assert settled("plan", "qa", "--exit-code").code == 0
