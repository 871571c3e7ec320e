"""The simulator against the rules of the semantics: every case of a file, one test each."""

from __future__ import annotations

from typing import Any

from case_project import calls_of, iso, project_of, seconds_of

from simulator.replay import replay
from simulator.run import Run
from simulator.trace import Delivery, Ended, Entered, Moved, Noted, Skipped


def test_semantics_case(semantics_case: dict[str, Any]) -> None:
    case = semantics_case
    run = replay(project_of(case), None, calls_of(case), until=seconds_of(case["until"]))
    expect = case["expect"]
    tolerance = case.get("tolerance") or {}
    if "journeys" in expect:
        assert_same(expect["journeys"], journeys_of(run), "entered_at", tolerance, "entered_at")
    if "deliveries" in expect:
        assert_same(expect["deliveries"], deliveries_of(run), "at", tolerance, "deliveries.at")
    if "skipped" in expect:
        assert_same(expect["skipped"], skips_of(run), "at", {}, "")
    if "attributes" in expect:
        for person, attributes in expect["attributes"].items():
            left = run.profiles[person]
            assert {name: left.get(name) for name in attributes} == attributes
    if "profiles_left" in expect:
        assert sorted(run.profiles) == sorted(expect["profiles_left"])
    for code in expect.get("warnings", ()):
        assert code in {entry.code for entry in run.entries if isinstance(entry, Noted)}


def journeys_of(run: Run) -> list[dict[str, Any]]:
    """Every journey with its outcome, a moved one under the person it moved to."""
    found: dict[tuple[str, str, int], dict[str, Any]] = {}
    for entry in run.entries:
        match entry:
            case Entered():
                found[(entry.campaign, entry.person, entry.journey)] = {
                    "campaign": entry.campaign,
                    "person": entry.person,
                    "entered_at": iso(entry.at),
                    "outcome": "active",
                }
            case Moved():
                moved = found.pop((entry.campaign, entry.from_person, entry.from_journey))
                found[(entry.campaign, entry.person, entry.journey)] = {**moved, "person": entry.person}
            case Ended():
                found[(entry.campaign, entry.person, entry.journey)] |= {
                    "outcome": entry.outcome,
                    "ended_at": iso(entry.at),
                }
            case _:
                pass
    return list(found.values())


def deliveries_of(run: Run) -> list[dict[str, Any]]:
    """Every delivery in its last status."""
    last: dict[tuple[str, str, int, str, int], dict[str, Any]] = {}
    for entry in run.entries:
        if isinstance(entry, Delivery):
            last[(entry.campaign, entry.person, entry.journey, entry.step, entry.made_at)] = {
                "campaign": entry.campaign,
                "person": entry.person,
                "step": entry.step,
                "at": iso(entry.at),
                "status": entry.status,
                "reason": entry.reason,
                "recipient": entry.recipient,
            }
    return list(last.values())


def skips_of(run: Run) -> list[dict[str, Any]]:
    """Every step that was skipped."""
    return [
        {"campaign": e.campaign, "person": e.person, "step": e.step, "reason": e.reason, "at": iso(e.at)}
        for e in run.entries
        if isinstance(e, Skipped)
    ]


def assert_same(
    expected: list[dict[str, Any]], found: list[dict[str, Any]], time_key: str, tolerance: dict[str, Any], applies: str
) -> None:
    """The lists hold the same, in any order; only the keys that are expected count, times within the tolerance."""
    spare = list(found)
    for item in expected:
        match = next((other for other in spare if _fits(item, other, time_key, tolerance, applies)), None)
        assert match is not None, f"expected {item}, found {found}"
        spare.remove(match)
    assert not spare, f"more than expected: {spare}"


def _fits(item: dict[str, Any], other: dict[str, Any], time_key: str, tolerance: dict[str, Any], applies: str) -> bool:
    for key, value in item.items():
        if key == time_key and applies in tolerance.get("applies_to", ()):
            if not tolerance["not_before"] <= other[key] <= tolerance["not_after"]:
                return False
        elif other.get(key) != value:
            return False
    return True
