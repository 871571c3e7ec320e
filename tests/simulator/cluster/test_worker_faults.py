"""A replay that breaks says where, and of people only their digests."""

from __future__ import annotations

import json

from building import START, campaign, project
from cluster_by_hand import replayed_by_hand

from simulator.cluster.worker_faults import (
    BUG,
    Fault,
    error_of,
    fault_as_bytes,
    fault_from_bytes,
    fault_of,
    first_fault,
)
from simulator.reports.people import digest_of


def test_a_replay_that_breaks_names_campaign_digest_and_line():
    window = {"window": {"days": "mon-fri", "from": "09:00", "to": "17:00", "zone": "UTC"}}
    made = project({"early": campaign("bought", window, {"email": "hello"})}, bodies={"hello": "Hi"})
    # A time long before year 1, which no calendar of Python's knows.
    times = {"ana": START, "secret": -99_000_000_000}
    log = "".join(
        json.dumps({"type": "track", "person": who, "name": "bought", "timestamp": at, "data": {}}) + "\n"
        for who, at in times.items()
    )
    found = [one for one in replayed_by_hand(made, [log.encode()], sets=1).counts if isinstance(one, Fault)]
    assert found == [Fault("early", digest_of("secret"), "log0", 2, "ValueError")]
    error = error_of(found[0])
    assert error.exit_code == BUG
    assert str(error.span) == "log0:2:1"
    assert str(error) == (
        f"a worker could not replay the journey of {digest_of('secret')} in campaign 'early': ValueError"
    )
    assert fault_from_bytes(fault_as_bytes(found[0])) == found[0]


def test_a_fault_without_a_call_is_told_all_the_same():
    fault = fault_of(ValueError("x"), None, "log0")
    assert fault == Fault("", "", "", 0, "ValueError")
    assert error_of(fault).span is None


def test_of_several_faults_the_first_in_the_log_is_told():
    one, other = Fault("a", "p-2", "log", 9, "x"), Fault("a", "p-1", "log", 3, "x")
    assert first_fault([one, other]) is other
    assert first_fault([]) is None
