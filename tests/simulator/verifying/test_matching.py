"""Which predicted delivery is which actual one."""

from __future__ import annotations

import pytest

from simulator.history.calls import Call, CallKind
from simulator.verifying.deliveries import Actual, Predicted, actual_of
from simulator.verifying.matching import Match, Outcome, matched
from simulator.verifying.names import LogPeople, Numbers
from simulator.verifying.seen import Seen

HOUR, DAY = 3600, 86_400


def predicted(at: int, message: str = "note", status: str = "sent", person: str = "ana") -> Predicted:
    return Predicted(person, "welcome", message, message, 0, "email", at, status)


def actual(at: int, message: str = "note", status: str = "sent", person: str = "ana") -> Actual:
    return Actual(person, "welcome", message, "email", at, status, f"{person}-{message}-{at}")


@pytest.mark.parametrize(
    ("left", "right", "outcomes"),
    [
        pytest.param([predicted(0)], [actual(600)], {"agreed": 1}, id="at the edge of the tolerance"),
        pytest.param([predicted(0)], [actual(601)], {"at another time": 1}, id="late"),
        pytest.param([predicted(DAY)], [actual(0)], {"at another time": 1}, id="early"),
        pytest.param([predicted(0)], [actual(8 * DAY)], {"missing": 1, "unexpected": 1}, id="too late to be the same"),
        pytest.param([predicted(0)], [actual(9, status="failed")], {"different status": 1}, id="another status"),
        pytest.param([predicted(0)], [], {"missing": 1}, id="missing"),
        pytest.param([], [actual(0)], {"unexpected": 1}, id="unexpected"),
        pytest.param([predicted(0)], [actual(0, person="ben")], {"missing": 1, "unexpected": 1}, id="another person"),
        pytest.param([predicted(0)], [actual(0, "tips")], {"missing": 1, "unexpected": 1}, id="another message"),
        pytest.param(
            [predicted(0), predicted(HOUR), predicted(2 * HOUR)], [actual(HOUR)], {"agreed": 1, "missing": 2},
            id="one of three journeys",
        ),
        pytest.param(
            [predicted(0), predicted(0, status="failed")], [actual(0, status="failed"), actual(0)], {"agreed": 2},
            id="two at once, each with its own status",
        ),
        pytest.param([predicted(0)], [actual(5, "")], {"agreed": 1}, id="a source that does not name the message"),
        pytest.param(
            [predicted(0), predicted(0, "tips")], [actual(5, ""), actual(5)], {"agreed": 2}, id="one named, one not"
        ),
        pytest.param([predicted(0)], [actual(HOUR, "")], {"missing": 1, "unexpected": 1}, id="not named, and far off"),
    ],
)  # fmt: skip
def test_deliveries_find_each_other(left: list[Predicted], right: list[Actual], outcomes: dict[str, int]):
    found = matched(left, right)
    counts = {one.value: sum(match.outcome is one for match in found) for one in Outcome}
    assert {name: count for name, count in counts.items() if count} == outcomes


def test_a_match_says_whose_it_is_and_how_far_off():
    (match,) = matched([predicted(0)], [actual(HOUR)])
    assert (match.off_by, match.place, match.at) == (HOUR, ("ana", "welcome", "note"), 0)
    assert Match(Outcome.UNEXPECTED, actual=actual(7)).off_by == 0


NUMBERS = Numbers(
    {"campaign/61": "welcome", "newsletter/2": "digest", "campaign/80": "blink"},
    {"902": ("welcome", "note")},
    {"digest": "letter", "blink": "text"},
)


@pytest.mark.parametrize(
    ("seen", "place"),
    [
        pytest.param(Seen("D", 0, parent="campaign/61", action="902"), ("welcome", "note"), id="by the action"),
        pytest.param(Seen("D", 0, parent="campaign/61", action="999"), ("welcome", ""), id="an action nobody knows"),
        pytest.param(Seen("D", 0, parent="newsletter/2"), ("digest", "letter"), id="a newsletter has one message"),
        pytest.param(Seen("D", 0, parent="broadcast/80"), ("blink", "text"), id="a broadcast is a campaign there"),
        pytest.param(Seen("D", 0, parent="campaign/62"), ("campaign 62", ""), id="a campaign nobody knows"),
        pytest.param(Seen("D", 0), ("no campaign", ""), id="no parent at all"),
        pytest.param(Seen("D", 0, message=("a", "b")), ("a", "b"), id="somebody said whose it is"),
    ],
)
def test_numbers_become_names(seen: Seen, place: tuple[str, str]):
    assert NUMBERS.place(seen) == place


def people() -> LogPeople:
    found = LogPeople()
    calls = [
        Call(1, CallKind.IDENTIFY, "42", data={"email": "Ana@Example.org"}),
        Call(2, CallKind.IDENTIFY, "ben@example.org", data={"id": "43"}),
        Call(3, CallKind.EVENT, "44", name="x"),
    ]
    assert list(found.watching(calls)) == calls
    found.know({"42": {"email": "new@example.org"}, "ben@example.org": {}, "44": {}})
    found.know_recipients([("gone@example.org", "45")])
    return found


@pytest.mark.parametrize(
    ("identifiers", "recipient", "key"),
    [
        ({"id": "42"}, "", "42"),
        ({"email": "ANA@example.org"}, "", "42"),
        ({"email": "new@example.org"}, "", "42"),
        ({"id": "43"}, "", "ben@example.org"),
        ({"id": "Ben@Example.org"}, "", "ben@example.org"),
        ({"cio_id": "44"}, "", "44"),
        ({}, "gone@example.org", "45"),
        ({"id": "45"}, "", "45"),
        ({"id": "46"}, "nobody@example.org", None),
    ],
)
def test_people_are_found_by_whatever_names_them(identifiers: dict[str, str], recipient: str, key: str | None):
    assert people().key_of(identifiers, recipient) == key


def test_only_those_somebody_spoke_of_are_identified():
    assert people().identified == {"42", "ben@example.org"}


def test_somebody_the_log_does_not_know_keeps_a_name():
    unknown = actual_of(Seen("D", 5, {"id": "46"}, "campaign/61", "902", "email", {"sent": 5}), NUMBERS, people())
    assert (unknown.person, unknown.is_known, unknown.place) == ("46", False, ("46", "welcome", "note"))
    assert actual_of(Seen("D", 5), NUMBERS, people()).person == "nobody"
    assert actual_of(Seen("D", 5, {"id": "42"}), NUMBERS, people()).is_known
