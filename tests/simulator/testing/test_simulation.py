"""A simulation in the hand of a test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailwright.definitions.sample import Sample
from mailwright.diagnostics import ConfigurationError
from simulator.testing.bench import Bench
from simulator.testing.simulation import Simulation


@pytest.fixture
def simulation(bench: Bench) -> Simulation:
    return bench.simulation()


def test_what_was_sent_is_told_as_plain_names(simulation: Simulation) -> None:
    simulation.identify("ana", email="ana@example.org", plan="pro", city="Lima")
    simulation.track("ana", "signed_up")
    assert simulation.emails == ["welcome/hello"]
    simulation.advance("2d")
    assert simulation.emails == ["welcome/hello", "welcome/tips"]
    assert simulation.campaigns == ["welcome"]


def test_only_advance_moves_the_clock(simulation: Simulation) -> None:
    began = simulation.clock
    simulation.identify("ana", plan="pro")
    simulation.track("ana", "signed_up")
    assert simulation.clock == began == datetime(2026, 1, 5, 9, tzinfo=UTC)
    simulation.advance(timedelta(hours=1))
    simulation.advance(60)
    simulation.advance(to="2026-01-05T12:00:00Z")
    assert simulation.clock == datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize("wrong", [{"length": "tomorrow"}, {"to": "someday"}, {"to": "2020-01-01"}, {"length": -5}])
def test_time_that_is_none_or_goes_backwards_is_refused(simulation: Simulation, wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        simulation.advance(**wrong)


def test_a_message_is_rendered_when_it_is_looked_at_as_it_was_when_it_was_made(simulation: Simulation) -> None:
    simulation.identify("ana", email="ana@example.org", name="Ana", plan="free")
    simulation.track("ana", "signed_up")
    simulation.identify("ana", name="Anastasia")
    message = simulation.message("hello")
    assert message.subject == "Hello Ana"
    assert "https://qa.example.org/start" in message.body
    assert message.to == "ana@example.org"


def test_a_message_that_is_not_there_is_missed_with_the_reason(simulation: Simulation) -> None:
    simulation.identify("kim", email="kim@example.org", plan="staff")
    simulation.track("kim", "signed_up")
    with pytest.raises(AssertionError, match=r"person\.plan is not staff"):
        simulation.message("welcome/hello")


def test_a_journey_tells_where_it_rests_which_ways_it_took_and_how_it_ended(simulation: Simulation) -> None:
    simulation.identify("ana", email="ana@example.org", plan="free")
    simulation.track("ana", "signed_up")
    (journey,) = simulation.journeys("welcome")
    assert (journey.waiting_at, journey.waits_until) == ("wait-2", simulation.clock + timedelta(days=2))
    simulation.advance("3d")
    (journey,) = simulation.journeys("welcome")
    assert journey.ways == {"branch-3": "else", "wait_until-6": "timeout"}
    assert journey.ended == "end"
    assert simulation.attributes("ana")["stage"] == "told"


def test_the_goal_ends_a_journey(simulation: Simulation) -> None:
    simulation.identify("ana", email="ana@example.org", plan="free")
    simulation.track("ana", "signed_up")
    simulation.track("ana", "bought")
    (journey,) = simulation.journeys("welcome")
    assert (journey.ended, journey.goal_reached, journey.converted) == ("goal", True, True)


def test_an_unknown_visitors_event_counts_once_they_are_identified(simulation: Simulation) -> None:
    simulation.anonymous("visitor", "posted", type="photo")
    assert simulation.campaigns == []
    simulation.identify("ana", anonymous_id="visitor", email="ana@example.org")
    assert simulation.emails == ["photo/thanks"]


def test_merging_leaves_one_person(simulation: Simulation) -> None:
    simulation.identify("ana", email="ana@example.org")
    simulation.identify("old", city="Lima")
    simulation.merge("ana", "old")
    assert simulation.people == ["ana"]
    assert simulation.attributes("ana")["city"] == "Lima"


def test_somebody_deleted_or_suppressed_gets_nothing_more(simulation: Simulation) -> None:
    for who, act in (("ana", simulation.delete), ("ben", simulation.suppress)):
        simulation.identify(who, email=f"{who}@example.org", plan="pro", city="Lima")
        simulation.track(who, "signed_up")
        act(who)
    simulation.advance("3d")
    assert simulation.emails == ["welcome/hello", "welcome/hello"]
    simulation.track("ben", "signed_up")
    assert "ben" not in simulation.people
    simulation.unsuppress("ben")
    simulation.identify("ben", email="ben@example.org")
    assert simulation.people == ["ben"]


def test_membership_follows_what_people_do_and_what_is_done_by_hand(simulation: Simulation) -> None:
    simulation.identify("ana", email="ana@example.org")
    assert not simulation.in_segment("ana", "fans")
    simulation.track("ana", "liked")
    simulation.track("ana", "liked")
    assert simulation.in_segment("ana", "fans")
    assert simulation.emails == ["fans/fan"]
    simulation.join("ana", "chosen")
    assert simulation.in_segment("ana", "chosen")
    simulation.leave("ana", "chosen")
    assert not simulation.in_segment("ana", "chosen")
    assert not simulation.in_segment("nobody", "fans")


def test_a_sample_is_played_with_its_person_and_its_past(simulation: Simulation, bench: Bench) -> None:
    simulation.play(bench.project.samples["ana"])
    assert simulation.emails == ["photo/thanks"]
    past = {"before": [{"ago": "3d", "event": "liked"}, {"ago": "2d", "event": "liked"}]}
    fan = Sample.model_validate({"person": {"id": "fay", "attributes": {"email": "fay@example.org"}}, **past})
    simulation.person_of(fan)
    assert simulation.in_segment("fay", "fans")


def test_two_simulations_of_one_bench_know_nothing_of_each_other(bench: Bench) -> None:
    one, other = bench.simulation(), bench.simulation("2026-03-01")
    one.identify("ana", email="ana@example.org", plan="pro", city="Lima")
    one.track("ana", "signed_up")
    assert other.people == [] and other.emails == [] and other.trace == []


def test_the_same_story_gives_the_same_trace(bench: Bench) -> None:
    def story() -> Simulation:
        simulation = bench.simulation()
        simulation.identify("ana", email="ana@example.org", plan="pro", city="Lima")
        simulation.track("ana", "signed_up")
        simulation.advance("10d")
        return simulation

    assert story().trace == story().trace


def test_a_double_event_is_known_by_its_id(simulation: Simulation) -> None:
    simulation.identify("ana", email="ana@example.org")
    for _ in range(2):
        simulation.track("ana", "posted", id="01KDVDNA000000000000000001", type="photo")
    assert simulation.emails == ["photo/thanks"]
    assert "too_old" not in [getattr(entry, "reason", "") for entry in simulation.trace]
    simulation.track("ana", "posted", timestamp="2026-01-01T00:00:00Z", type="photo")
    assert "too_old" in [getattr(entry, "reason", "") for entry in simulation.trace]
