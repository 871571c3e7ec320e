"""What moved since the ledger, what two workspaces do not share, and who did it."""

from __future__ import annotations

import json

from syncing import address, all_of, thing

from sync.blame import blames
from sync.diff import Presence
from sync.drift import Blame, Drift, between, since_agreed
from sync.reports.drift_report import drift_as

HELLO = thing("message welcome/hello", subject="Hello", sending="automatic")
WELCOME = thing("campaign welcome", name="Welcome", state="running")
AGREED = all_of(WELCOME, HELLO)


def test_a_workspace_as_agreed_is_clean():
    assert Drift((since_agreed("prod", AGREED, AGREED),)).is_clean


def test_an_email_edited_by_hand_is_named_with_both_values_and_who_did_it():
    live = all_of(WELCOME, thing("message welcome/hello", subject="Hey", sending="automatic"))
    drift = since_agreed("prod", AGREED, live, blame={HELLO.address: Blame("Sam Field")})
    (found,) = drift.drifted
    assert (found.address, found.fields[0].before, found.fields[0].after) == (HELLO.address, '"Hello"', '"Hey"')
    text = drift_as("text", Drift((drift,)))
    assert "subject: Hello → Hey" in text and "Sam Field" in text
    assert text.splitlines()[-1] == "prod: 1 message moved"


def test_a_new_campaign_is_one_thing_and_so_is_one_that_is_gone():
    assert [(str(one.address), one.presence) for one in since_agreed("qa", all_of(thing("snippet x", value="1")), all_of(thing("snippet x", value="1"), WELCOME, HELLO)).drifted] == [("campaign welcome", Presence.FOREIGN)]  # fmt: skip
    gone = since_agreed("qa", AGREED, all_of(thing("snippet x", value="1")))
    assert [str(one.address) for one in gone.drifted] == ["campaign welcome", "snippet x"]


def test_what_an_apply_made_quietly_is_no_drift_until_somebody_moves_it():
    base = all_of(thing("campaign welcome", name="Welcome"), thing("message welcome/hello", subject="Hello"))
    quiet = all_of(thing("campaign welcome", name="Welcome", state="draft"), thing("message welcome/hello", subject="Hello", sending="draft"))  # fmt: skip
    assert not since_agreed("qa", base, quiet).drifted
    loud = all_of(thing("campaign welcome", name="Welcome", state="running"), thing("message welcome/hello", subject="Hello", sending="draft"))  # fmt: skip
    assert [str(one.address) for one in since_agreed("qa", base, loud).drifted] == ["campaign welcome"]


def test_a_workspace_never_agreed_on_says_so():
    drift = Drift((since_agreed("qa", all_of(), AGREED),))
    assert drift.is_clean and "never agreed on" in drift_as("text", drift)


def test_what_runs_or_sends_is_each_workspaces_own():
    other = all_of(thing("campaign welcome", name="Welcome", state="draft"), thing("message welcome/hello", subject="Hello", sending="draft"))  # fmt: skip
    assert not between("prod", "qa", AGREED, other).drifted


def test_a_campaign_that_one_workspace_lacks_is_named_once():
    (found,) = between("prod", "qa", AGREED, all_of()).drifted
    assert (str(found.address), found.presence) == ("campaign welcome", Presence.LOST)
    assert not between("prod", "qa", AGREED, all_of(), is_meant=lambda one: one != WELCOME.address).drifted


def test_json_and_markdown_say_the_same():
    live = all_of(WELCOME, thing("message welcome/hello", subject="Hey", sending="automatic"))
    drift = Drift((since_agreed("prod", AGREED, live),), (between("prod", "qa", AGREED, all_of()),))
    data = json.loads(drift_as("json", drift))
    assert data["schema_version"] == 1 and data["clean"] is False
    assert data["workspaces"][0]["drifted"][0]["fields"] == [{"field": "subject", "agreed": "Hello", "now": "Hey"}]
    assert data["pairs"][0]["drifted"][0]["slug"] == "welcome"
    assert data["summary"] in drift_as("md", drift)


def test_the_last_one_who_touched_a_thing_here_is_named():
    ids = {
        address("campaign welcome"): {"id": 7},
        address("message welcome/hello"): {"id": 9, "action": 9, "template": 12},
    }
    log = [
        {"created": 30, "environment_id": 1, "user": {"name": "Sam"}, "object_type": "template", "object_id": 12},
        {"created": 20, "environment_id": 1, "user": {"name": "Kim"}, "object_type": "template", "object_id": 12},
        {"created": 40, "environment_id": 2, "user": {"name": "Ola"}, "object_type": "template", "object_id": 12},
        {"created": 10, "environment_id": 1, "user": {"name": "Kim"}, "object_type": "campaign", "object_id": "7"},
        {"created": "odd", "user": "odd"},
        {},
    ]
    found = blames(log, ids, 1)
    assert {str(one): blame.who for one, blame in found.items()} == {
        "campaign welcome": "Kim",
        "message welcome/hello": "Sam",
    }
