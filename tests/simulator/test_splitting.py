"""A log split by person."""

from __future__ import annotations

from simulator.history.calls import Call, CallKind, IdType
from simulator.splitting import split_calls


def event(line: int, person: str | None, at: int | None = None, **more: str) -> Call:
    return Call(line, CallKind.EVENT, person, name="posted", at=at, **more)  # type: ignore[arg-type]  # more fields, as texts


def homes(calls: list[Call], pieces: int = 16) -> dict[int, int]:
    """Line → the set it went to."""
    found, _ = split_calls(calls, pieces)
    return {call.line: index for index, piece in enumerate(found) for call in piece}


def test_every_call_goes_to_one_set_in_the_logs_order() -> None:
    calls = [event(number, f"p{number % 7}", number) for number in range(100)]
    pieces, last = split_calls(calls, 3)
    assert sorted(call.line for piece in pieces for call in piece) == list(range(100))
    assert all([call.line for call in piece] == sorted(call.line for call in piece) for piece in pieces)
    assert last == 99
    assert len(pieces) == 3


def test_merged_people_stay_together() -> None:
    merge = Call(3, CallKind.MERGE, "ana", other="zoe", at=3)
    where = homes([event(1, "ana", 1), event(2, "zoe", 2), merge, event(4, "zoe", 4)])
    assert len(set(where.values())) == 1


def test_an_email_is_the_person_who_has_it() -> None:
    identify = Call(1, CallKind.IDENTIFY, "ana", data={"email": "Ana@example.org"}, at=1)
    by_email = Call(2, CallKind.EVENT, "ana@example.org", IdType.EMAIL, name="posted", at=2)
    where = homes([identify, by_email])
    assert where[1] == where[2]


def test_anonymous_events_stay_with_who_they_turn_out_to_be() -> None:
    anonymous = Call(1, CallKind.EVENT, name="posted", anonymous_id="a1", at=1)
    identify = Call(2, CallKind.IDENTIFY, "ana", data={"anonymous_id": "a1"}, at=2)
    where = homes([anonymous, identify])
    assert where[1] == where[2]


def test_events_of_one_id_stay_together_so_that_the_second_is_seen_as_such() -> None:
    where = homes([event(1, "ana", 1, event_id="e1"), event(2, "ben", 2, event_id="e1")])
    assert where[1] == where[2]


def test_calls_about_everybody_keep_the_log_whole() -> None:
    broadcast = Call(2, CallKind.BROADCAST, name="news", at=2)
    pieces, _ = split_calls([event(1, "ana", 1), broadcast, event(3, "ben", 3)], 4)
    assert len(pieces) == 1


def test_a_call_without_a_time_gets_the_time_it_has_in_the_whole_log() -> None:
    pieces, last = split_calls([event(1, "ana", 50), event(2, "ben")], 8)
    assert {call.line: call.at for piece in pieces for call in piece} == {1: 50, 2: 50}
    assert last == 50
