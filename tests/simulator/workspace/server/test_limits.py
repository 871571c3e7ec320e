from __future__ import annotations

import pytest

from simulator.workspace.routes import Refusal
from simulator.workspace.server.limits import APP, BROADCASTS, DEFAULTS, Limit, Limits


class Watch:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def taken(limits: Limits, bucket: str = APP, workspace: int = 1) -> bool:
    try:
        limits.count(workspace, bucket)
    except Refusal:
        return False
    return True


def test_ten_requests_go_through_in_any_second_and_the_eleventh_does_not():
    watch = Watch()
    limits = Limits(machine=watch)
    assert [taken(limits) for _ in range(11)] == [True] * 10 + [False]
    watch.time += 0.999
    assert not taken(limits)
    watch.time += 0.002
    assert [taken(limits) for _ in range(11)] == [True] * 10 + [False]


def test_the_window_slides_and_does_not_begin_anew_each_second():
    watch = Watch()
    limits = Limits(machine=watch)
    for _ in range(10):
        watch.time += 0.09
        assert taken(limits)
    watch.time += 0.05
    assert not taken(limits)
    watch.time += 0.15  # the first of the ten is more than a second ago
    assert taken(limits)
    assert not taken(limits)


def test_each_workspace_has_its_own_window():
    limits = Limits(machine=Watch())
    assert all(taken(limits, workspace=1) for _ in range(10))
    assert taken(limits, workspace=2)


def test_a_broadcast_is_taken_every_ten_seconds():
    watch = Watch()
    limits = Limits(machine=watch)
    assert taken(limits, BROADCASTS)
    watch.time += 9
    with pytest.raises(Refusal) as refused:
        limits.count(1, BROADCASTS)
    assert refused.value.reply.headers["Retry-After"] == "1"
    watch.time += 1.5
    assert taken(limits, BROADCASTS)


def test_a_limit_of_nothing_is_no_limit():
    limits = Limits(dict(DEFAULTS) | {APP: Limit(0)}, machine=Watch())
    assert all(taken(limits) for _ in range(1000))


def test_the_refusal_says_how_many_and_when_to_come_back(serving):
    replies = [serving.app("GET", "/v1/campaigns") for _ in range(40)]
    refused = next(reply for reply in replies if reply.status_code == 429)
    [error] = refused.json()["errors"]
    assert error["detail"].startswith("rate limited to 10 requests per 1s (reference ")
    assert error["status"] == "429"
    assert refused.headers["retry-after"] == "1"
    assert serving.track("PUT", "/api/v1/customers/1", {}).status_code == 200


def test_limits_can_be_set_and_taken_away(serving):
    serving.admin("POST", "/_limits", {"app": 0, "track": 2})
    assert {serving.app("GET", "/v1/campaigns").status_code for _ in range(40)} == {200}
    statuses = [serving.track("PUT", "/api/v1/customers/1", {}).status_code for _ in range(3)]
    assert statuses[:2] == [200, 200]
    assert serving.admin("POST", "/_limits", {"app": -1}).status_code == 400
    assert serving.admin("POST", "/_limits", {"aps": 1}).status_code == 400
