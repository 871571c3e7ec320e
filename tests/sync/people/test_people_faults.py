"""A sync that is disturbed, and resumed, ends where an undisturbed one does. `benchmarks/people_faults.py` has every place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fault_table
import httpx
import people_faults
import pytest

from sync.clients.keys import TrackKey
from sync.clients.pacing import Pace
from sync.clients.refusals import WorkspaceRefusal
from sync.clients.track_batches import TrackBatches, batches
from sync.clients.transport import Transport

ROOT = Path(__file__).parents[3]
BATCHES = {"surface": "track", "method": "POST", "path": "/api/v2/batch"}
MANY = 2_300  # three requests


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, people_server: Any) -> Iterator[Any]:
    found = people_faults.Bench(people_server, tmp_path_factory.mktemp("faults"))
    found.prepare()
    yield found
    people_server.admin("DELETE", "/_faults")


@pytest.mark.parametrize(
    ("disturb", "code"),
    [
        pytest.param(lambda bench: bench.killed_at_note(2), 137, id="killed before anything was sent"),
        pytest.param(lambda bench: bench.killed_at_note(7), 137, id="killed in the middle of a note"),
        pytest.param(lambda bench: bench.killed_in_request(4, "after"), -9, id="killed before an answer came"),
        pytest.param(lambda bench: bench.killed_in_request(8, "after"), -9, id="killed while people are deleted"),
        pytest.param(lambda bench: bench.interrupted(3), 6, id="Ctrl-C"),
        pytest.param(lambda bench: bench.cache_lost(3), 0, id="killed, and what was remembered is lost"),
    ],
)
def test_a_sync_that_was_ended_goes_on_and_loses_nobody(bench: Any, disturb: Any, code: int):
    row = fault_table.Row("one")
    bench.disturbed(row, disturb(bench))
    assert (row.lost, row.doubled, dict(row.codes)) == (0, 0, {code: 1})


def people(count: int = MANY, plan: str = "free") -> list[tuple[object, ...]]:
    return [(f"p{n}", f"p{n}@example.org", "", plan, "", n) for n in range(count)]


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({"kind": "error", "when": "before", "nth": 2}, id="500 before the effect"),
        pytest.param({"kind": "error", "when": "after", "nth": 2}, id="500 after it"),
        pytest.param({"kind": "reset", "when": "after", "nth": 3}, id="an answer lost"),
        pytest.param({"kind": "limited", "nth": [1, 3], "retry_after": 0}, id="429"),
    ],
)
def test_what_goes_wrong_once_is_asked_again(shop: Any, rule: dict[str, Any]):
    shop.write(*people())
    shop.fault(**BATCHES, **rule)
    shown = shop.send()
    assert shown.code == 0, shown.all
    assert len(shop.everybody()) == 1000  # a page of the search
    assert "nothing to send" in shop.send("--compare", "--dry-run").out


def test_what_goes_wrong_for_good_stops_and_the_sync_is_resumed(shop: Any):
    shop.write(*people())
    shop.fault(**BATCHES, kind="error", when="before", status=401, nth=list(range(2, 50)))
    stopped = shop.send()
    assert stopped.code == 6, stopped.all
    assert "qa: 1,000 new in 2 requests; stopped: Track API" in stopped.err and "--resume" in stopped.err
    shop.server.admin("DELETE", "/_faults")
    other = shop.write(*people(3), name="other.csv")
    refused = shop("--from", other, "--to", "qa", "--yes", "--resume")
    assert refused.code == 3 and "was of another table" in refused.err
    shop.write(*people()[:-1], ("p2299", "p2299@example.org", "Moved", "free", "", 0))
    resumed = shop.send("--resume")
    assert resumed.code == 0, resumed.all
    assert resumed.out.splitlines()[-1] == "qa: 1,299 new in 2 requests; 1 row moved since the plan: sync again"
    assert shop.send().out.splitlines()[-1] == "qa: 1 new in 1 request"
    assert shop.send("--resume").code == 3


def test_without_resume_a_new_plan_goes_on_from_what_was_sent(shop: Any):
    shop.write(*people())
    shop.fault(**BATCHES, kind="error", when="before", status=401, nth=list(range(2, 50)))
    assert shop.send().code == 6
    shop.server.admin("DELETE", "/_faults")
    shown = shop.send("--allow-many")
    assert "begins anew" in shown.err
    assert shown.out.splitlines()[-1] == "qa: 1,300 new in 2 requests"


def test_where_nothing_was_sent_there_is_nothing_to_resume(shop: Any):
    shop.write(("1", "a@example.org", "A", "pro", "", ""))
    shop.fault(**BATCHES, kind="error", when="before", status=401)
    assert shop.send().code == 4
    shop.server.admin("DELETE", "/_faults")
    assert shop.send("--resume").code == 3
    assert shop.send().code == 0


def test_who_is_not_taken_is_kept_with_the_reason_and_the_others_are_sent(shop: Any):
    deep = "[" * 90 + "]" * 90
    header = ("id", "email", "tags")
    rows = [(f"p{n}", f"p{n}@example.org", deep if n == 3 else "[]") for n in range(9)]
    shop.write(*rows, header=header)
    shown = shop.send()
    assert shown.code == 1 and "1 refused, see .mailwright/journal/" in shown.out, shown.all
    assert "p3" not in shop.everybody() and len(shop.everybody()) == 8
    (line,) = shop.refused
    assert (line["row"], line["step"]) == (4, "new") and "p3" not in json.dumps({**line, "person": ""})
    rows[3] = ("p3", "p3@example.org", "[]")
    shop.write(*rows, header=header)
    assert shop.send().out.splitlines()[-1] == "qa: 1 new in 1 request"


# --- the client -----------------------------------------------------------------------------------------------------


def client(answer: Any) -> TrackBatches:
    return TrackBatches(
        Transport("Track API", "http://track", TrackKey("s", "k", "KEY"), Pace(1000), {}, httpx.MockTransport(answer))
    )


def test_entries_that_are_refused_are_named_with_the_reason():
    def answer(_: httpx.Request) -> httpx.Response:
        errors = [{"batch_index": 1, "reason": "invalid", "field": "id", "message": "odd"}, {"batch_index": True}, "no"]
        return httpx.Response(207, json={"errors": errors})

    first, odd = client(answer).send([{}, {}])
    assert (first.at, first.reason, first.field, first.message) == (1, "invalid", "id", "odd")
    assert odd.at == 0


def test_a_batch_that_is_refused_as_a_whole_is_halved_in_order():
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        found = [one["n"] for one in json.loads(request.content)["batch"]]
        if 5 in found:
            return httpx.Response(413, json={"errors": [{"message": "too large", "reason": "size"}]})
        seen.extend(found)
        return httpx.Response(200, json={})

    (refused,) = client(answer).send([{"n": n} for n in range(9)])
    assert refused.at == 5 and "too large" in refused.message
    assert seen == [0, 1, 2, 3, 4, 6, 7, 8]


def test_a_key_that_is_refused_is_no_matter_of_one_entry():
    with pytest.raises(WorkspaceRefusal, match="401"):
        client(lambda _: httpx.Response(401)).send([{}, {}])


def test_batches_stay_below_the_limits():
    large = [(n, [{"x": "y" * 100_000}]) for n in range(9)]
    assert [len(group) for group in batches(iter(large))] == [4, 4, 1]
    assert [len(group) for group in batches((n, [{}, {}]) for n in range(700))] == [500, 200]
    assert list(batches(iter(()))) == []
