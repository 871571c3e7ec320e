"""Ids that come out the same for the same line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.sending.event_ids import call_digest, event_id, is_ulid, ulid
from sync.sending.given import GivenCall

CALL = GivenCall(7, "event", "42", name="signed_up", data={"plan": "pro"}, timestamp=1767225600)


def id_of(call: GivenCall, source: str = "log.ndjson", part: int = 0, salt: str = "") -> str:
    return event_id(call, call_digest(source, part, call), salt)


def test_a_line_gives_a_ulid_of_its_own_time_always_the_same():
    assert id_of(CALL) == id_of(CALL)
    assert is_ulid(id_of(CALL))
    assert id_of(CALL)[:10] == ulid(1767225600_000, bytes(16))[:10]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(id_of(CALL, "other.ndjson"), id="another log"),
        pytest.param(id_of(CALL, part=1), id="another call of the line"),
        pytest.param(id_of(replace(CALL, line=8)), id="another line"),
        pytest.param(id_of(replace(CALL, data={})), id="other data"),
        pytest.param(id_of(CALL, salt="again"), id="sent to count again"),
    ],
)
def test_what_is_another_event_has_another_id(other: str):
    assert other != id_of(CALL)


def test_a_packed_log_has_the_ids_that_it_has_unpacked():
    assert id_of(CALL, "log.ndjson.gz") == id_of(CALL, "log.ndjson.ZST") == id_of(CALL)


def test_an_events_own_id_stays_where_it_is_a_ulid():
    own = "01KDVW3N7G8Q2R4S6T8V0W1X2Y"
    assert id_of(replace(CALL, event_id=own)) == own
    assert id_of(replace(CALL, event_id=own), salt="again") != own


def test_an_own_id_of_another_form_makes_the_ulid_wherever_the_line_stands():
    known = replace(CALL, event_id="msg-1")
    assert is_ulid(id_of(known)) and id_of(known) == id_of(replace(known, line=99), "other")
    assert id_of(known) != id_of(replace(CALL, event_id="msg-2"))


@pytest.mark.parametrize("milliseconds", [-1, 0, 1 << 60])
def test_a_time_that_no_ulid_can_say_gives_one_all_the_same(milliseconds: int):
    assert is_ulid(ulid(milliseconds, b"\xff" * 16))
