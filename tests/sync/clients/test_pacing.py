"""Ten requests in any second as the workspace counts them, however long each travels."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable

import pytest

from sync.clients.pacing import Pace

Times = Callable[[random.Random], float]


def paced(there: Times, back: Times, *, requests: int = 600, connections: int = 5, seed: int = 1) -> list[float]:
    """When requests arrive, in order; each connection sends its next one when the last was answered.

    *there* and *back*: seconds that a request and its answer travel.
    """
    clock, chance = [100.0], random.Random(seed)
    pace = Pace(now=lambda: clock[0])
    arrivals: list[float] = []
    events: list[tuple[float, int, float | None]] = [(100.0, at, None) for at in range(connections)]
    while events and len(arrivals) < requests:
        moment, connection, began = heapq.heappop(events)
        clock[0] = max(moment, clock[0])
        if began is not None:
            pace.end(began)
        pause = pace.begin()
        if pause:
            heapq.heappush(events, (clock[0] + pause, connection, None))
            continue
        arrival = clock[0] + there(chance)
        arrivals.append(arrival)
        heapq.heappush(events, (arrival + back(chance), connection, clock[0]))
    return sorted(arrivals)


@pytest.mark.parametrize(
    ("there", "back", "busy"),
    [
        pytest.param(lambda _: 0.001, lambda _: 0.004, 1.01, id="at once"),
        pytest.param(lambda _: 0.04, lambda _: 0.26, 1.02, id="answers take 300 ms"),
        pytest.param(lambda r: r.uniform(0.03, 0.06), lambda r: r.uniform(0.1, 0.3), 1.25, id="answers of all lengths"),
        pytest.param(lambda r: r.uniform(0.001, 0.06), lambda _: 0.005, 1.07, id="a busy machine"),
        pytest.param(lambda r: r.choice([0.001] * 20 + [0.5]), lambda _: 0.004, 1.2, id="now and then it stumbles"),
    ],
)
def test_no_second_holds_more_than_ten_and_few_hold_less(there: Times, back: Times, busy: float):
    arrivals = paced(there, back)
    assert all(later - earlier >= 1.0 for earlier, later in zip(arrivals, arrivals[10:], strict=False))
    assert (arrivals[-1] - arrivals[0]) / (len(arrivals) / 10 - 1) <= busy


def test_a_burst_goes_out_at_once():
    arrivals = paced(lambda _: 0.001, lambda _: 0.004, connections=20)
    assert arrivals[9] - arrivals[0] < 0.01 <= 0.9 < arrivals[10] - arrivals[0]


def test_nothing_starts_while_the_workspace_asked_for_a_pause_and_then_a_little_slower():
    clock = [100.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    pace = Pace(now=lambda: clock[0], sleep=sleep)
    before = pace.window
    pace.close_for(5)
    with pace.turn():
        assert clock[0] >= 105
    assert pace.window > before
    for _ in range(100):
        pace.close_for(0)
    assert pace.window <= 1.2


def test_a_request_that_fails_counts_as_one_that_arrived():
    clock = [100.0]
    pace = Pace(limit=1, now=lambda: clock[0], sleep=lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    with pytest.raises(ValueError, match="lost"), pace.turn():
        raise ValueError("lost")
    with pace.turn():
        assert clock[0] >= 101
