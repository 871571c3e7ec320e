from __future__ import annotations

import pytest

from simulator.workspace.reporting.queue import HOUR, LONGEST, Queue, Waiting, retry_at
from simulator.workspace.reporting.sender import is_on_this_machine
from simulator.workspace.store import Store


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 410, 429, 500, 502, 521])
def test_a_listed_status_is_tried_again_after_an_hour(status: int):
    waiting = Waiting(1, 1, 1, "{}", queued=0, attempts=3, due=0, last="")
    assert retry_at(waiting, status, 1000) == 1000 + HOUR


@pytest.mark.parametrize(("attempts", "pause"), [(0, 30), (1, 60), (5, 960), (30, 24 * HOUR)])
@pytest.mark.parametrize("status", [None, 301, 418, 503])
def test_anything_else_is_tried_again_after_ever_longer_pauses(status: int | None, attempts: int, pause: int):
    waiting = Waiting(1, 1, 1, "{}", queued=0, attempts=attempts, due=0, last="")
    assert retry_at(waiting, status, 1000) == 1000 + pause


@pytest.mark.parametrize("status", [500, 503, None])
def test_after_seven_days_it_is_given_up(status: int | None):
    waiting = Waiting(1, 1, 1, "{}", queued=0, attempts=9, due=0, last="")
    assert retry_at(waiting, status, LONGEST - 1) is not None
    assert retry_at(waiting, status, LONGEST) is None


def test_later_events_wait_behind_the_first_of_their_webhook_alone():
    store = Store()
    queue = Queue(store)
    for webhook, event in ((1, "a"), (1, "b"), (2, "c")):
        queue.add(7, webhook, event, now=100)
    assert [one.event for one in queue.due(100)] == ["a", "c"]
    queue.again(queue.due(100)[0], due=200, last="answered 500")
    assert [one.event for one in queue.due(199)] == ["c"]
    queue.done(queue.due(199)[0])
    assert [one.event for one in queue.due(200)] == ["a"]
    queue.done(queue.due(200)[0])
    assert [one.event for one in queue.due(200)] == ["b"]
    store.close()


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("http://127.0.0.1:9/x", True), ("https://localhost/x", True), ("http://[::1]:80/", True), ("http://app.localhost", True),
        ("https://hooks.example.com/cio", False), ("http://10.0.0.1/", False), ("http://127.0.0.1.example.org/", False), ("nonsense", False),
        ("http://[bad", False),
    ],
)  # fmt: skip
def test_only_this_machine_s_own_addresses_are_on_it(endpoint: str, expected: bool):
    assert is_on_this_machine(endpoint) is expected
