"""`mailwright send` against a real local workspace: what it brings, what it keeps, what it refuses."""

from __future__ import annotations

import io
import json
import stat
import sys
import time
from pathlib import Path

import pytest
from sending import Desk, event, identify, letters

NOW = int(time.time())
OLD = NOW - 80 * 3600
CONTENT = {
    "campaigns/welcome/campaign.yaml": "name: Welcome\ntrigger: {event: signed_up}\nfrequency: every_time\nworkflow:\n  - email: hello\n",
    "campaigns/welcome/hello.liquid": "---\nsubject: Hello {{ customer.name }}\n---\n<p>Hello</p>\n",
    "campaigns/receipt/campaign.yaml": "name: Receipt\ntrigger: {transactional: receipt}\nworkflow:\n  - email: receipt\n",
    "campaigns/receipt/receipt.liquid": "---\nsubject: Receipt {{ trigger.number }}\n---\n<p>Thanks</p>\n",
    "campaigns/news/campaign.yaml": "name: The News\ntrigger: {broadcast: news}\nworkflow:\n  - email: news\n",
    "campaigns/news/news.liquid": "---\nsubject: News\n---\n<p>{{ trigger.city }}</p>\n",
    "campaigns/_shared/segments/beta.yaml": "name: Beta Testers\nmanual: true\n",
    "campaigns/_shared/samples/ann.yaml": "name: Ann\nperson: {id: ann, attributes: {email: ann@example.org, name: Ann}}\n"
    "before: [{ago: 1d, event: looked}]\nevent: {name: signed_up}\n",
}


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """A project with content, which qa has too."""
    for name, text in CONTENT.items():
        (desk.root / name).parent.mkdir(parents=True, exist_ok=True)
        (desk.root / name).write_text(text)
    more = 'from = "Shop <shop@example.org>"'
    desk.settings(qa=more, prod=f"protected = true\n{more}")
    desk.server.seed("qa", desk.root)
    return desk


def inbox(desk: Desk) -> list[tuple[str, str]]:
    messages = desk.server.admin("GET", "/_inbox?workspace=qa")["messages"]
    return sorted((one["person"], one["subject"]) for one in messages)


# --- what it brings --------------------------------------------------------------------------------------------------


def test_a_log_of_every_kind_comes_to_the_workspace(shop: Desk):
    log = shop.log(
        "all.ndjson",
        [
            identify("1", email="a@example.org", name="Ann"),
            {"type": "person", "action": "identify", "identifiers": {"anonymous_id": "visitor"}, "attributes": {"seen": True}},
            {"type": "track", "anonymous_id": "guest", "name": "looked"},
            identify("2", anonymous_id="guest", email="b@example.org"),
            event("1", "signed_up", data={"plan": "pro"}),
            {"type": "page", "person": "1", "name": "https://example.org/prices"},
            {"type": "screen", "person": "1", "name": "Home"},
            event("2", "bought", id_type="id", timestamp=NOW - 60),
            {"type": "person", "action": "add_device", "identifiers": {"id": "1"}, "device": {"token": "t1", "platform": "ios"}},
            {"type": "device_gone", "person": "2", "data": {"id": "t0"}},
            {"type": "object", "action": "identify", "identifiers": {"object_type_id": "1", "object_id": "p"}, "attributes": {"name": "Park"}},
            {"type": "relate", "person": "1", "name": "1", "other": "p", "data": {"role": "lead"}},
            {"type": "unrelate", "person": "1", "name": "1", "other": "p"},
            {"type": "object_gone", "name": "1", "other": "p"},
            identify("3", email="c@example.org"), identify("4"), identify("5"), identify("6"),
            {"type": "merge", "person": "1", "other": "3"},
            {"type": "delete", "person": "4"}, {"type": "suppress", "person": "5"},
            {"type": "suppress", "person": "6"}, {"type": "unsuppress", "person": "6"},
            {"type": "join_segment", "person": "1", "other": "beta"}, {"type": "leave_segment", "person": "2", "other": "beta"},
            {"type": "form", "person": "1", "name": "f-1", "data": {"id": "1"}},
            {"method": "POST", "path": "/v1/send/email", "body": {"transactional_message_id": "receipt", "to": "a@example.org", "identifiers": {"id": "1"}, "message_data": {"number": "77"}, "subject": "Instead {{ trigger.number }}"}},
            {"type": "broadcast", "name": "news", "data": {"city": "Rome", "ids": ["1"]}},
            {"method": "POST", "path": "/api/v1/events", "body": {"name": "invited", "data": {"recipient": "friend@example.org"}}},
            {"type": "metric", "name": "opened", "other": "some-delivery"},
            {"type": "webhook", "name": "hook", "data": {}},
        ],
    )  # fmt: skip
    done = shop(log, "--to", "qa", "--format", "json")
    assert done.code == 0, done.all
    taken = done.data["taken"]
    assert taken | {"identify": 7, "event": 4, "form": 1, "broadcast": 1, "transactional": 1, "suppress": 2} == taken
    assert sum(taken.values()) == 29 and done.data["left_out"] == {"metric": 1, "webhook": 1}
    assert sorted(name for name, _ in shop.received()) == ["bought", "looked", "signed_up"]
    assert shop.attributes("1")["name"] == "Ann"
    kinds = shop.kinds()
    wanted = {"device", "device_gone", "object", "object_gone", "relate", "unrelate", "merge", "delete", "suppress"}
    assert wanted | {"unsuppress", "join_segment", "leave_segment", "form", "page", "screen"} <= set(kinds)
    assert inbox(shop) == [("1", "Hello Ann"), ("1", "Instead 77"), ("1", "News")]


def test_a_log_sent_twice_counts_once(desk: Desk):
    log = desk.log("log.ndjson", [event("1", "a"), event("1", "a"), event("2", "b", timestamp=NOW)])
    assert desk(log, "--to", "qa").code == 0
    again = desk(log, "--to", "qa")
    assert again.code == 0 and "was sent to qa before" in again.err
    assert [name for name, _ in desk.received()] == ["a", "a", "b"]
    assert desk(log, "--to", "qa", "--again").code == 0
    assert len(desk.received()) == 6


def test_events_keep_their_time_and_their_ulid(desk: Desk):
    own = "01KDVW3N7G8Q2R4S6T8V0W1X2Y"
    log = desk.log("log.ndjson", [event("1", "a", id=own, timestamp=NOW - 100), event("1", "b", at=NOW - 50)])
    assert desk(log, "--to", "qa").code == 0
    rows = [one for one in desk.activities() if one["type"] == "event"]
    assert [(one["name"], one["stamp"]) for one in rows] == [("a", NOW - 100), ("b", NOW - 50)]
    assert rows[0]["event_id"] == own and len(rows[1]["event_id"]) == 26


def test_a_large_event_goes_by_the_older_api_and_a_larger_one_nowhere(desk: Desk):
    log = desk.log(
        "log.ndjson",
        [
            event("1", "large", data={"text": "x" * 40_000}), event("2", "larger", data={"text": "x" * 110_000}),
            {"type": "track", "anonymous_id": "v", "name": "large", "data": {"text": "x" * 40_000}},
            identify("a@example.org", **{f"n{at}": "y" * 900 for at in range(50)}),
            {"type": "object", "action": "identify", "identifiers": {"object_type_id": "1", "object_id": "p"}, "attributes": {"text": "x" * 40_000}},
        ],
    )  # fmt: skip
    done = desk(log, "--to", "qa", "--format", "json")
    assert done.code == 1 and done.data["taken"] == {"event": 2, "identify": 1}
    assert sorted(done.data["reasons"]) == [
        "data may have 100000 bytes",
        "it is larger than 32 KB, and only version 2 of the Track API carries it",
    ]
    assert desk.received() == [("large", desk.received()[0][1])]


def test_standard_input_is_a_log_too(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    class Input:
        buffer = io.BytesIO(json.dumps(event("1", "a")).encode())

    monkeypatch.setattr(sys, "stdin", Input())
    assert desk("-", "--to", "qa").code == 0
    assert [name for name, _ in desk.received()] == ["a"]


def test_what_is_chosen_of_a_log_is_all_that_goes(desk: Desk):
    calls = [
        identify("1"),
        event("1", "a"),
        event("2", "a"),
        event("1", "b"),
        {"type": "merge", "person": "3", "other": "1"},
    ]
    log = desk.log("log.ndjson", calls)
    assert desk(log, "--to", "qa", "--only-event", "a", "--format", "json").data["taken"] == {"event": 2}
    assert desk(log, "--to", "qa", "--person", "2", "--format", "json").data["taken"] == {"event": 1}
    assert desk(log, "--to", "qa", "--person", "1", "--format", "json").data["taken"] == {
        "identify": 1,
        "event": 2,
        "merge": 1,
    }
    assert desk(log, "--to", "qa", "--limit", "2", "--format", "json").data["taken"] == {"identify": 1, "event": 1}
    rest = desk(log, "--to", "qa", "--resume", "--format", "json")
    assert rest.data["taken"] == {"event": 2, "merge": 1} and rest.data["through_before"] == 2


def test_one_event_and_a_sample_need_no_log(shop: Desk):
    assert shop("--event", "looked", "--person", "42", "--data", '{"plan": "pro"}', "--to", "qa").code == 0
    assert shop("--event", "looked", "--anonymous", "v", "--to", "qa").code == 0
    assert shop("--event", "looked", "--person", "z@example.org", "--to", "qa").code == 0
    sample = shop("ann", "--to", "qa", "--format", "md")
    assert sample.code == 0 and "| identify | 1 |" in sample.out
    assert inbox(shop) == [("ann", "Hello Ann")]
    assert not list(shop.root.glob(".mailwright/journal/send-*/*"))


def test_local_finds_the_workspace_of_this_machine(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    log = desk.log("log.ndjson", [event("1", "a")])
    several = desk(log, "--to", "local")
    assert several.code == 3 and "'local' may be qa, prod" in several.err
    settings = desk.root / "mailwright.toml"
    settings.write_text(desk.server.settings("qa"))  # no Track key: the server tells it
    assert desk(log, "--to", "local").code == 0
    settings.write_text("")
    monkeypatch.setenv("MAILWRIGHT_URL", desk.server.url)
    assert desk(log, "--to", "local", "--afresh").code == 0
    assert [name for name, _ in desk.received()] == ["a"]
    settings.unlink()  # no project at all
    assert desk(log, "--to", "local", "--afresh").code == 0
    assert desk(log, "--to", "qa").code == 3
    settings.write_text("")
    monkeypatch.setenv("MAILWRIGHT_URL", "http://127.0.0.1:9")
    gone = desk(log, "--to", "local")
    assert gone.code == 4 and "mailwright serve, in another terminal" in gone.err
    settings.write_text(f'[workspaces.qa]\nurl = "{desk.server.url}"\nid = 1\n')
    other = desk(log, "--to", "qa")
    assert other.code == 3 and "serves no workspace 1" in other.err


# --- what is refused ---------------------------------------------------------------------------------------------------


def test_refused_calls_are_kept_with_the_reason_and_can_be_sent_again(desk: Desk):
    log = desk.log("log.ndjson", [event("1", "x" * 101), identify("2", a=1), event("3", "ok"), event("y" * 151, "b")])
    done = desk(log, "--to", "qa", "--format", "json")
    assert done.code == 1 and done.data["refused"] == 2 and done.data["taken"] == {"event": 1, "identify": 1}
    kept = Path(done.data["dead_letters"])
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [one["refused"] for one in letters(kept)] == [
        {"reason": "name may have 100 bytes", "from": "log.ndjson:1", "number": 0},
        {"reason": "id may have 150 bytes", "from": "log.ndjson:4", "number": 3},
    ]
    mended = kept.read_text().replace("x" * 101, "x" * 100).replace("y" * 151, "y" * 150)
    again = desk.root / "again.ndjson"
    again.write_text(mended)
    assert desk(again, "--to", "qa").code == 0
    assert sorted(name for name, _ in desk.received()) == ["b", "ok", "x" * 100]
    told = desk(log, "--to", "qa", "--afresh")
    assert "refused calls: " in told.out and told.out.splitlines()[-1].startswith("qa took 2 calls in 1 request")


def test_what_the_workspace_does_not_have_is_refused_by_name(desk: Desk):
    calls = [
        {"type": "join_segment", "person": "1", "other": "nobody"}, {"type": "broadcast", "name": "none", "data": {}},
        {"type": "transactional", "person": "1", "name": "none", "other": "a@example.org"},
    ]  # fmt: skip
    done = desk(desk.log("log.ndjson", calls), "--to", "qa", "--format", "json")
    assert done.code == 1 and set(done.data["reasons"]) == {
        "the workspace has no segment called 'nobody'",
        "the workspace has no broadcast called 'none'",
        "transactional_message_id: not found",
    }
    assert sorted(one.get("type", "") for one in letters(done.data["dead_letters"])) == [
        "",
        "broadcast",
        "join_segment",
    ]


def test_without_an_app_key_what_needs_it_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MAILWRIGHT_LOCAL_QA_APP_KEY")
    calls = [{"type": "transactional", "person": "1", "name": "r", "other": "a@example.org"}, event("1", "a")]
    done = desk(desk.log("log.ndjson", calls), "--to", "qa")
    assert done.code == 1 and "no App API key for the workspace 'qa'" in done.out


def test_lines_that_are_no_calls_are_told_and_the_others_go(desk: Desk):
    log = desk.root / "log.ndjson"
    log.write_text(json.dumps(event("1", "a")) + '\n{"type": "track", "name": "secret-value"\n' + "[1]\n")
    done = desk(log, "--to", "qa")
    assert done.code == 1 and "log.ndjson:2:" in done.out and "secret-value" not in done.all
    assert [name for name, _ in desk.received()] == ["a"]
    strict = desk(log, "--to", "qa", "--strict", "--afresh")
    assert strict.code == 1 and "log.ndjson:2:" in strict.err and strict.out == ""


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["--to", "qa"], 3, "send needs an event log", id="nothing to send"),
        pytest.param(["log.ndjson", "--event", "a", "--person", "1", "--to", "qa"], 3, "not both", id="a log and an event"),
        pytest.param(["--event", "a", "--to", "qa"], 3, "--event needs whose it is", id="nobody's event"),
        pytest.param(["--event", " ", "--person", "1", "--to", "qa"], 3, "names no event", id="an event without a name"),
        pytest.param(["--event", "a", "--person", "1", "--data", "{", "--to", "qa"], 3, "--data is no JSON", id="data that is no JSON"),
        pytest.param(["--event", "a", "--person", "1", "--data", "[]", "--to", "qa"], 3, "no JSON object", id="data that is a list"),
        pytest.param(["log.ndjson", "--data", "{}", "--to", "qa"], 3, "go with --event", id="data without an event"),
        pytest.param(["log.ndjson", "--to", "qa", "--resume", "--afresh"], 3, "one of them", id="go on and begin"),
        pytest.param(["log.ndjson", "--to", "qa", "--limit", "0"], 3, "--limit is at least 1", id="no call"),
        pytest.param(["log.ndjson", "--to", "qa", "--max-age", "soon"], 3, "--max-age", id="no length of time"),
        pytest.param(["log.ndjson", "--to", "quality"], 3, "no workspace is called 'quality'", id="no such workspace"),
        pytest.param(["log.ndjson", "--to", "quality", "--dry-run"], 3, "no workspace is called", id="no such workspace, dry"),
        pytest.param(["gone.ndjson", "--to", "qa"], 3, "there is no event log 'gone.ndjson'", id="no such log"),
        pytest.param(["log.ndjson", "--to", "prod"], 5, "'prod' is protected", id="a protected workspace"),
    ],
)  # fmt: skip
def test_wrong_words_are_told_before_anything_is_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, arguments, code, said
):
    desk.log("log.ndjson", [event("1", "a")])
    monkeypatch.chdir(desk.root)
    done = desk(*arguments)
    assert (done.code, done.out) == (code, "") and said in done.err
    assert desk.kinds() == []


def test_a_protected_workspace_takes_a_log_only_with_its_own_consent(desk: Desk):
    log = desk.log("log.ndjson", [event("1", "a")])
    assert desk(log, "--to", "prod", "--yes-production").code == 0
    assert [name for name, _ in desk.received(workspace="prod")] == ["a"] and desk.kinds() == []


def test_events_of_the_past_need_a_word(desk: Desk):
    log = desk.log("log.ndjson", [event("1", "a", timestamp=OLD), event("1", "b", timestamp=NOW)])
    refused = desk(log, "--to", "qa")
    assert refused.code == 5 and "1 event of 2 is more than 3d old; nothing was sent" in refused.err
    assert "--historical" in refused.err and desk.kinds() == []
    assert desk(log, "--to", "qa", "--max-age", "100h").code == 0
    sent = desk(log, "--to", "qa", "--historical", "--afresh")
    assert sent.code == 0 and "over 72 hours old: they start no campaign" in sent.err


def test_how_old_an_event_is_goes_by_the_workspaces_clock(desk: Desk):
    desk.server.admin("POST", "/_clock", {"freeze": OLD})
    try:
        assert desk(desk.log("log.ndjson", [event("1", "a", timestamp=OLD)]), "--to", "qa").code == 0
    finally:
        desk.server.admin("POST", "/_clock", {"mode": "real"})


def test_keys_that_do_not_fit_are_told_and_never_shown(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    log = desk.log("log.ndjson", [event("1", "a")])
    monkeypatch.setenv("QA_TRACK", "canary-secret")
    wrong = desk(log, "--to", "qa")
    assert wrong.code == 4 and "QA_SITE and QA_TRACK" in wrong.err and "canary" not in wrong.all
    prod = desk.server.workspace("prod")
    monkeypatch.setenv("QA_SITE", prod["site_id"])
    monkeypatch.setenv("QA_TRACK", prod["track_key"])
    other = desk(log, "--to", "qa")
    assert other.code == 3 and "of the workspace 'prod'" in other.err and "nothing was sent" in other.err
    monkeypatch.delenv("QA_TRACK")
    missing = desk(log, "--to", "qa")
    assert missing.code == 3 and "set QA_TRACK" in missing.err


def test_settings_that_lack_a_place_or_a_key_are_told(desk: Desk):
    log = desk.log("log.ndjson", [event("1", "a")])
    settings = desk.root / "mailwright.toml"
    settings.write_text("[workspaces.qa]\nid = 1\n")
    assert "do not say where the workspace 'qa' is" in desk(log, "--to", "qa").err
    settings.write_text('[workspaces.qa]\nregion = "eu"\n')
    done = desk(log, "--to", "qa")
    assert done.code == 3 and "name no Track API key" in done.err
    settings.write_text(f'[workspaces.qa]\nurl = "{desk.server.url}/elsewhere"\n')
    assert desk(log, "--to", "qa").code == 4


def test_addresses_that_may_be_real_are_warned_about_where_they_could_be_written_to(desk: Desk):
    log = desk.log("log.ndjson", [identify("1", email="ana@gmail.com"), identify("2", email="b@shop.example")])
    (desk.root / "mailwright.toml").write_text('[workspaces.qa]\nregion = "us"\n')
    done = desk(log, "--to", "qa", "--dry-run")
    assert done.code == 0 and "1 identify call with an address that may be real" in done.err


# --- counting --------------------------------------------------------------------------------------------------------


def test_a_dry_run_counts_and_sends_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    calls = [
        identify("1"),
        event("1", "a|b", timestamp=NOW),
        event("1", "c"),
        {"type": "metric", "name": "sent", "other": "d"},
    ]
    calls += [{"type": "transactional", "person": "1", "name": "r", "other": "a@example.org"}]
    log = desk.log("log.ndjson", calls)
    for variable in desk.environment:
        monkeypatch.delenv(variable, raising=False)  # neither a key nor a workspace is needed
    data = desk(log, "--to", "prod", "--dry-run", "--format", "json").data
    assert data["kinds"] == {"identify": 1, "event": 2, "metric": 1, "transactional": 1}
    assert data["events"] == {"a|b": 1, "c": 1} and data["requests"] == 2 and data["first"] == data["last"] == NOW
    text = desk(log, "--to", "local", "--dry-run")
    assert "what a workspace reports itself" in text.out and "1 event without a time" in text.err
    assert text.out.splitlines()[-1].startswith("4 calls would go to local in at least 2 requests")
    assert "| a\\|b | 1 |" in desk(log, "--to", "qa", "--dry-run", "--format", "md").out
    assert desk.kinds() == []


def test_a_terminal_sees_how_far_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    done = desk(desk.log("log.ndjson", [event("1", "a")]), "--to", "qa")
    assert "sending 100% [========================] 1 of 1" in done.err


def test_what_is_kept_of_a_send_names_nobody(desk: Desk):
    log = desk.log(
        "canary.ndjson", [identify("canary-person", email="canary@example.org"), event("canary-person", "a")]
    )
    done = desk(log, "--to", "qa")
    journal = "".join(path.read_text() for path in desk.root.glob(".mailwright/journal/send-*/*"))
    assert "canary-person" not in done.all + journal and "canary@" not in done.all + journal
