"""Samples sent to a workspace as drafts, seen to come, and cleaned up, killed or not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from verifying import FILES, START, Verifying, a_workspace

from sync.demo.local_server import LocalServer

TRACK = 'track = { site_id = { env = "SHOP_SITE_ID" }, api_key = { env = "SHOP_TRACK_KEY" } }\n'
SAMPLES = {
    "campaigns/_shared/samples/ana-pays.yaml": (
        "person: {id: ana, attributes: {email: ana@example.org, name: Ana}}\n"
        "event: {name: paid, data: {amount: 20, recipient: somebody@example.org}}\n"
    ),
    "campaigns/_shared/samples/ben-comes-back.yaml": (
        "person: {id: ben, attributes: {email: ben@example.org}, segments: [friends]}\n"
        "before:\n  - {ago: 3d, event: visited}\n  - {ago: 1d, event: visited}\n"
        "event: {name: left}\n"
    ),
    "campaigns/_shared/samples/cai-signs-up.yaml": (
        "person: {id: cai, attributes: {email: cai@example.org}}\nevent: {name: signed_up}\ncampaigns: [onboarding]\n"
    ),
    "campaigns/_shared/samples/dee-opened.yaml": (
        "person: {id: dee, attributes: {email: dee@example.org}}\n"
        "before:\n  - {ago: 1h, message: note, campaign: onboarding, is: opened}\nevent: {name: signed_up}\n"
    ),
    "campaigns/_shared/samples/eli-stands-still.yaml": "person: {id: eli, attributes: {email: eli@example.org}}\n",
    "campaigns/_shared/samples/fay-looks-around.yaml": "person: {id: fay}\nevent: {name: looked_around}\n",
    "campaigns/_shared/segments/friends.yaml": "name: Friends\nmanual: true\n",
}
DRAFTS = {name: text.replace("- email: note", "- {email: note, sending: draft}").replace(
    "- email: tips", "- {email: tips, sending: draft}") for name, text in FILES.items()}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with a_workspace() as found:
        yield found


@pytest.fixture
def shop(
    server: LocalServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Verifying:
    where = server.workspace("qa")
    environment = {
        **server.environment,
        "SHOP_SITE_ID": where["site_id"],
        "SHOP_TRACK_KEY": where["track_key"],
        "MAILWRIGHT_ADMIN_TOKEN": server.said["admin_token"],
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = Verifying(tmp_path, server, capsys)
    found.write({**DRAFTS, **SAMPLES}, TRACK)
    server.admin("POST", "/_reset", {"workspace": "qa", "empty": True})
    server.admin("POST", "/_clock", {"freeze": START})
    server.seed("qa", tmp_path)
    return found


def made(shop: Verifying) -> list[str]:
    """The throw-away people of all runs so far, as the journal has them."""
    files = (shop.root / ".mailwright" / "journal").glob("smoke-qa-*.jsonl")
    return [person for file in files for person in json.loads(file.read_text("utf-8").splitlines()[0])["people"]]


def left(shop: Verifying) -> list[str]:
    """Those of them whom the workspace still has."""
    asked = {"ids": made(shop)}
    return [one["id"] for one in shop.server.by_app("qa", "POST", "customers/attributes", asked)["customers"]]


def test_samples_come_as_drafts_and_leave_nobody_behind(shop: Verifying):
    found = shop("smoke", "qa", "--format", "json", "--wait", "5s")
    assert found.code == 0, found.out + found.err
    assert found.data["summary"] == "3 deliveries agreed, none missing, none unexpected"
    kept = shop.server.admin("GET", "/_inbox")["messages"]
    assert {one["state"] for one in kept} == {"drafted"}
    assert not any("somebody@example.org" in str(one) for one in kept)
    assert (len(made(shop)), left(shop)) == (3, [])
    assert "3 samples sent to qa" in found.err
    assert found.data["doubts"] == [
        "the sample 'dee-opened': it needs a message of earlier, which a throw-away person never got",
        "the sample 'eli-stands-still': it has no event to send",
        "the sample 'fay-looks-around': it enters no campaign",
    ]


def test_what_is_days_away_is_reached_by_the_clock(shop: Verifying):
    found = shop("smoke", "qa", "onboarding", "--advance", "3d", "--format", "json", "--wait", "5s")
    assert (found.data["summary"], found.code) == ("2 deliveries agreed, none missing, none unexpected", 0)


def test_what_does_not_come_is_said_and_cleaned_up(shop: Verifying):
    campaign = next(one for one in shop.server.by_app("qa", "GET", "campaigns")["campaigns"] if one["name"] == "Paid")
    template = shop.server.by_hand("qa", "GET", f"campaigns/{campaign['id']}")["actions"]
    number = next(one["template_id"] for one in template if one.get("template_id"))
    broken = {"template": {"body": "<p>{{ customer.nickname }}</p>"}}
    shop.server.by_hand("qa", "PUT", f"templates/{number}", broken)
    found = shop("smoke", "qa", "paid", "--wait", "0s")
    assert found.code == 1
    assert "different status: smoke-" in found.out
    assert found.out.splitlines()[-1] == "0 deliveries agreed, 1 different status"
    assert left(shop) == []


def stopped_while_looking(shop: Verifying, how: signal.Signals) -> int:
    """A run that is stopped after it has sent; gives its exit code."""
    fault = {"kind": "slow", "seconds": 20, "surface": "app", "path": "/v1/messages", "when": "before", "times": 1}
    shop.server.admin("POST", "/_faults", fault)
    process = subprocess.Popen(
        [sys.executable, "-m", "mailwright", "-C", str(shop.root), "smoke", "qa", "onboarding"],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=os.environ.copy(),
    )  # fmt: skip
    try:
        assert process.stderr is not None
        assert "1 sample sent" in process.stderr.readline()
    finally:
        process.send_signal(how)
        process.wait(60)
        process.stderr.close()
        shop.server.admin("DELETE", "/_faults")
    return process.returncode


def test_a_killed_run_is_cleaned_up_by_the_next(shop: Verifying):
    stopped_while_looking(shop, signal.SIGKILL)
    assert len(left(shop)) == 1
    found = shop("smoke", "qa", "paid", "--wait", "5s")
    assert (found.code, left(shop)) == (0, [])
    assert "1 throw-away person of earlier runs deleted" in found.err
    assert "0 throw-away people of earlier runs deleted" in shop("smoke", "qa", "--clean").err


def test_an_interrupted_run_cleans_up_after_itself(shop: Verifying):
    assert stopped_while_looking(shop, signal.SIGINT) == 130
    assert (len(made(shop)), left(shop)) == (1, [])


def test_nothing_is_sent_where_it_could_reach_somebody(shop: Verifying):
    shop.write({**FILES, **SAMPLES}, TRACK)
    shop.server.admin("POST", "/_reset", {"workspace": "qa", "empty": True})
    shop.server.seed("qa", shop.root)
    found = shop("smoke", "qa", "paid")
    assert (found.code, found.out) == (5, "")
    assert "1 message would be sent in qa, not kept as a draft" in found.err
    assert "queue drafts for paid/note" in found.err
    shop.write({**DRAFTS, **SAMPLES}, TRACK + "protected = true\n")
    found = shop("smoke", "qa")
    assert found.code == 5
    assert "the workspace 'qa' is protected" in found.err
    assert made(shop) == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(["qa", "nowhere"], 3, "no campaign is called 'nowhere'", id="no such campaign"),
        pytest.param(["qa", "fifty"], 3, "no sample that can be sent enters 'fifty'", id="no sample"),
        pytest.param(["elsewhere"], 3, "no workspace is called 'elsewhere'", id="no such workspace"),
        pytest.param(["qa", "--wait", "soon"], 3, "--wait:", id="no length"),
        pytest.param(["qa", "--advance", "soon"], 3, "--advance:", id="no length to advance"),
    ],
)
def test_what_cannot_be_asked_is_refused(shop: Verifying, words: list[str], code: int, said: str):
    found = shop("smoke", *words)
    assert (found.code, said in found.err) == (code, True), found.err
    assert "Traceback" not in found.err


def test_a_campaign_that_is_not_started_is_named(shop: Verifying):
    campaign = next(one for one in shop.server.by_app("qa", "GET", "campaigns")["campaigns"] if one["name"] == "Paid")
    body = {"campaign": {"update_type": "state", "state": "stopped"}}
    shop.server.by_hand("qa", "PUT", f"campaigns/{campaign['id']}", body)
    found = shop("smoke", "qa", "paid")
    assert (found.code, "the campaign 'paid' is not running in qa" in found.err) == (3, True), found.err


@pytest.mark.parametrize("name", ["SHOP_SITE_ID", "SHOP_TRACK_KEY", "MAILWRIGHT_ADMIN_TOKEN"])
def test_a_key_that_is_missing_is_named(shop: Verifying, monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.delenv(name)
    found = shop("smoke", "qa", "paid", "--advance", "1d")
    assert (found.code, name in found.err, made(shop)) == (3, True, [])


def test_a_wrong_key_sends_nothing_and_says_so(shop: Verifying, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHOP_TRACK_KEY", "0" * 20)
    found = shop("smoke", "qa", "paid")
    assert (found.code, "Track API" in found.err, "0000" in found.err) == (4, True, False), found.err
