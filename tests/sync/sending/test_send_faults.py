"""A send that is disturbed loses nothing and doubles nothing. `benchmarks/send_faults.py` has many more places."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import send_faults
from sending import Desk, event, identify, letters

from sync.demo.local_server import LocalServer

ROOT = Path(__file__).parents[3]
BATCH = "/api/v2/batch"
WORDS = {"subject": "Hello", "body": "<p>Hello</p>", "from": "Shop <shop@example.org>", "to": "a@example.org"}
MESSAGE = {
    "method": "POST",
    "path": "/v1/send/email",
    "body": {"identifiers": {"id": "1"}, "message_data": {"number": 7}, **WORDS},
}


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.sending.batches.MOST_ITEMS", 5)


@pytest.fixture
def log(desk: Desk, small_batches: None) -> Path:
    """Thirty people who come and do something twice."""
    calls: list[dict[str, Any]] = []
    for number in range(30):
        calls += [identify(f"p{number}", plan="free"), event(f"p{number}", "a", data={"number": number})]
    calls += [event(f"p{number}", "b", data={"number": number}) for number in range(30)]
    return desk.log("log.ndjson", calls)


def is_whole(desk: Desk) -> bool:
    """Whether each event of the log is there once, each person's in order."""
    names: dict[int, list[str]] = {}
    for one in desk.activities():
        if one["type"] == "event" and one["number"] is not None:
            names.setdefault(json.loads(one["data"])["number"], []).append(one["name"])
    return names == {number: ["a", "b"] for number in range(30)}


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({"kind": "limited", "nth": [1, 2, 5], "retry_after": 0}, id="429, to come back at once"),
        pytest.param({"kind": "limited", "nth": 3, "retry_after": "date"}, id="429, to come back at a time"),
        pytest.param({"kind": "limited", "nth": [2, 3], "retry_after": None}, id="429 without a word"),
        pytest.param({"kind": "error", "nth": [1, 4, 7], "when": "before"}, id="500 before the effect"),
        pytest.param({"kind": "error", "nth": [1, 4, 7], "when": "after", "status": 502}, id="502 after the effect"),
        pytest.param({"kind": "reset", "nth": [2, 5], "when": "before"}, id="cut before the effect"),
        pytest.param({"kind": "reset", "nth": [2, 5], "when": "after"}, id="cut after the effect"),
        pytest.param({"kind": "slow", "nth": [1, 2], "seconds": 0.3, "when": "after"}, id="slow"),
        pytest.param({"kind": "error", "nth": [1, 2], "status": 413}, id="too large: it goes in halves"),
        pytest.param({"kind": "error", "nth": 1, "status": 400}, id="refused whole: it goes in halves"),
    ],
)
def test_what_passes_is_borne(desk: Desk, log: Path, rule: dict[str, Any]):
    desk.fault(path=BATCH, **rule)
    done = desk(log, "--to", "qa")
    assert done.code == 0, done.all
    assert is_whole(desk)


@pytest.mark.parametrize(
    ("rule", "code", "said"),
    [
        pytest.param({"kind": "error", "status": 503}, 6, "calls are through; stopped: Track API: POST /api/v2/batch: 503", id="gone for good"),
        pytest.param({"kind": "reset", "when": "after"}, 6, "the connection was lost", id="no answer any more"),
        pytest.param({"kind": "limited", "retry_after": 3600}, 6, "429", id="a quota that is used up"),
        pytest.param({"kind": "error", "status": 401}, 4, "calls are through", id="a key that is taken away"),
        pytest.param({"kind": "error", "status": 404}, 6, "404", id="another server at the address"),
    ],
)  # fmt: skip
def test_what_does_not_pass_stops_the_send_and_a_resume_ends_it(desk: Desk, log: Path, rule, code: int, said: str):
    desk.fault(path=BATCH, nth=list(range(4, 900)), **rule)
    stopped = desk(log, "--to", "qa")
    assert stopped.code == code and said in stopped.err, stopped.all
    assert f"send {log} --to qa --resume" in stopped.err
    desk.server.admin("DELETE", "/_faults")
    refused = desk(log, "--to", "qa")
    assert refused.code == 5 and "a send of this log to qa stopped after" in refused.err
    done = desk(log, "--to", "qa", "--resume", "--format", "json")
    assert done.code == 0 and 0 < done.data["through_before"] < 90
    assert sum(done.data["taken"].values()) + done.data["through_before"] == 90
    assert is_whole(desk)


def test_a_workspace_that_takes_nothing_is_told_as_its_own_refusal(desk: Desk, log: Path):
    desk.fault(path=BATCH, kind="error", status=503)
    stopped = desk(log, "--to", "qa")
    assert stopped.code == 4 and "503" in stopped.err
    desk.server.admin("DELETE", "/_faults")
    assert desk(log, "--to", "qa").code == 0  # nothing went, so nothing is asked


def test_a_log_that_changed_is_not_gone_on_with(desk: Desk, log: Path):
    desk.fault(path=BATCH, kind="error", status=503, nth=list(range(4, 900)))
    assert desk(log, "--to", "qa").code == 6
    desk.server.admin("DELETE", "/_faults")
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join([*lines[:1], *lines[2:]]))
    changed = desk(log, "--to", "qa", "--resume")
    assert changed.code == 5 and "the log is not the one" in changed.err
    log.write_text("".join(lines[:2]))
    shorter = desk(log, "--to", "qa", "--resume")
    assert shorter.code == 5 and "the log is not the one" in shorter.err
    log.write_text("".join(lines))
    assert desk(log, "--to", "qa", "--afresh").code == 0
    assert is_whole(desk)


def test_a_log_that_grew_is_sent_from_where_it_ended(desk: Desk):
    log = desk.log("log.ndjson", [event("1", "a")])
    assert desk(log, "--to", "qa").code == 0
    desk.log("log.ndjson", [event("1", "a"), event("1", "b")])
    done = desk(log, "--to", "qa", "--resume", "--format", "json")
    assert (done.data["through_before"], done.data["taken"]) == (1, {"event": 1})
    fresh = desk(desk.log("other.ndjson", [event("1", "c")]), "--to", "qa", "--resume")
    assert fresh.code == 0 and "it starts at its beginning" in fresh.err


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({"kind": "error", "when": "before"}, id="500 before the effect"),
        pytest.param({"kind": "error", "when": "after"}, id="500 after the effect"),
        pytest.param({"kind": "reset", "when": "after"}, id="cut after the effect"),
    ],
)
def test_what_cannot_be_repeated_is_kept_aside_when_its_answer_is_lost(desk: Desk, rule: dict[str, Any]):
    log = desk.log("log.ndjson", [identify("1", email="a@example.org"), MESSAGE, event("1", "a")])
    desk.server.admin("POST", "/_faults", {"path": "/v1/send/email", **rule})
    done = desk(log, "--to", "qa", "--format", "json")
    assert done.code == 1 and done.data["perhaps_sent"] == 1 and done.data["taken"] == {"identify": 1, "event": 1}
    [letter] = letters(done.data["perhaps_sent_file"])
    assert letter["path"] == "/v1/send/email" and letter["body"]["message_data"] == {"number": 7}
    assert "may have been sent" in letter["refused"]["reason"]


def test_a_message_that_comes_too_early_is_sent_later(desk: Desk):
    log = desk.log("log.ndjson", [identify("1", email="a@example.org"), MESSAGE, event("1", "a")])
    desk.server.admin("POST", "/_faults", {"path": "/v1/send/email", "kind": "limited", "nth": 1, "retry_after": 0})
    done = desk(log, "--to", "qa", "--format", "json")
    assert done.data["tries"]["too_early"] == 1 and done.data["taken"]["transactional"] == 1


def test_two_sends_to_one_workspace_wait_for_each_other(desk: Desk):
    from sync.journal import only_one

    log = desk.log("log.ndjson", [event("1", "a")])
    with only_one(desk.root, "qa", "send"):
        refused = desk(log, "--to", "qa")
    assert refused.code == 5 and "another send to qa is running here" in refused.err


def child(desk: Desk, *arguments: str | Path, **more: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "mailwright", "-C", str(desk.root), "send", *map(str, arguments)]
    environment = {**os.environ, **desk.environment}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def test_an_interrupt_waits_for_what_is_under_way_and_says_how_to_go_on(desk: Desk, log: Path):
    desk.fault(path=BATCH, kind="slow", seconds=1.0, when="after")
    with child(desk, log, "--to", "qa") as process:
        until = time.monotonic() + 30
        while (
            not any(one["hits"] for one in desk.server.admin("GET", "/_faults")["faults"]) and time.monotonic() < until
        ):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    # A small log may be through by then.
    assert process.returncode in (0, 6) and "Traceback" not in said
    if process.returncode == 6:
        assert "calls are through; stopped: interrupted" in said and "--resume" in said
    desk.server.admin("DELETE", "/_faults")
    assert desk(log, "--to", "qa", "--resume").code == 0
    assert is_whole(desk)


@pytest.fixture(scope="module")
def bench(sending_server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    found = send_faults.Bench(sending_server, tmp_path_factory.mktemp("faults"), calls=400, people=40, messages=3)
    found.prepare()
    yield found
    sending_server.admin("DELETE", "/_faults")


def check_disturbed(bench: Any, disturb: Any, *codes: int) -> Any:
    row = send_faults.SendRow("one")
    bench.disturbed(row, disturb)
    assert (row.lost, row.doubled, row.unlike) == (0, 0, 0)
    assert set(row.codes) <= set(codes), row.codes
    return row


@pytest.mark.parametrize("at", [4, 8])
def test_a_send_killed_at_a_note_of_its_journal_goes_on(bench: Any, at: int):
    check_disturbed(bench, bench.killed_at_note(at), 137)


def test_a_send_killed_while_an_answer_is_awaited_goes_on(bench: Any):
    check_disturbed(bench, bench.killed_in_request(2), -9)


def test_a_message_whose_send_was_killed_is_not_sent_again(bench: Any):
    row = check_disturbed(bench, bench.killed_in_request(1, "/v1/send/email"), -9)
    assert row.perhaps >= 1


def test_a_full_disk_stops_a_send(bench: Any):
    check_disturbed(bench, bench.full_disk(400), 3, 4, 6)
