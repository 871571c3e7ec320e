"""Which steps, ways and messages a trace has been through, also those that leave no entry of their own."""

from __future__ import annotations

from typing import Any

import pytest
from building import DAY, campaign, person, project

from simulator.coverage.facts import Fact
from simulator.coverage.walks import facts_of
from simulator.testing.bench import Bench

OPEN = {"window": {"days": "mon-sun"}}
SHUT = {"window": {"days": "sat"}}
HELLO = {"email": "hello"}


def walked(*steps: Any, days: int = 0, plan: str = "pro", **rest: Any) -> list[str]:
    bench = Bench(project(campaign("signed_up", *steps, **rest)))
    simulation = bench.simulation()  # a Monday
    simulation.identify("ana", email="ana@example.org", plan=plan)
    simulation.track("ana", "signed_up")
    simulation.advance(days * DAY)
    return sorted(fact.name for fact in facts_of(bench.content, simulation.trace) if fact.kind == "step")


@pytest.mark.parametrize(
    ("steps", "days", "expected"),
    [
        pytest.param([OPEN, HELLO], 0, ["hello", "window-1"], id="a window that stands open leaves no entry"),
        pytest.param([SHUT, HELLO], 0, ["window-1"], id="before a closed one the journey rests"),
        pytest.param([SHUT, HELLO], 6, ["hello", "window-1"], id="until it opens"),
        pytest.param([{"wait": "1d"}, HELLO], 0, ["wait-1"], id="a wait rests"),
        pytest.param([{"wait": "0s"}, HELLO], 0, ["hello", "wait-1"], id="a wait of nothing does not"),
        pytest.param([{"exit": True}, HELLO], 0, ["exit-1"], id="after an exit nothing comes"),
        pytest.param([{"llm": {}}, HELLO], 0, ["hello", "llm-1"], id="what is not modelled is passed"),
        pytest.param([{**HELLO, "sending": "off"}, SHUT], 0, ["hello", "window-2"], id="a step that is off is walked"),
        pytest.param(
            [{**HELLO, "only_if": person("plan", "free")}, SHUT],
            0,
            ["window-2"],
            id="one held back by its condition is not",
        ),
        pytest.param(
            [{"branch": {"if": person("plan", "pro"), "then": [OPEN], "else": [SHUT]}}, HELLO],
            0,
            ["branch-1", "hello", "window-2"],
            id="only the way that was taken",
        ),
        pytest.param(
            [{"wait_until": {"any": person("plan", "pro"), "at_most": "1d", "then": [OPEN]}}, HELLO],
            0,
            ["hello", "wait_until-1", "window-2"],
            id="a wait that is met at once",
        ),
        pytest.param(
            [{"wait_until": {"any": person("plan", "no"), "at_most": "1d", "on_timeout": [OPEN]}}, HELLO],
            1,
            ["hello", "wait_until-1", "window-2"],
            id="one whose time is over",
        ),
    ],
)
def test_a_journey_is_followed_along_its_workflow(steps: list[Any], days: int, expected: list[str]) -> None:
    assert walked(*steps, days=days) == expected


def test_who_leaves_before_a_step_did_not_do_it() -> None:
    bench = Bench(
        project(
            campaign("signed_up", {"wait": "1d"}, HELLO, filter=person("plan", "pro"), exit={"when": "stops_matching"})
        )
    )
    simulation = bench.simulation()
    simulation.identify("ana", email="ana@example.org", plan="pro")
    simulation.track("ana", "signed_up")
    simulation.identify("ana", plan="free")
    simulation.advance("2d")
    assert simulation.journeys("c")[0].ended == "stops_matching"
    assert facts_of(bench.content, simulation.trace) == {Fact("step", "c", "wait-1")}


def test_a_message_that_failed_was_not_rendered() -> None:
    bench = Bench(project(campaign("signed_up", HELLO), bodies={"hello": "{{ customer.city }}"}))
    simulation = bench.simulation()
    simulation.identify("ana", email="ana@example.org")
    simulation.track("ana", "signed_up")
    assert facts_of(bench.content, simulation.trace) == {Fact("step", "c", "hello")}
    simulation.identify("ana", city="Lima")
    simulation.track("ana", "signed_up")
    assert Fact("message", "c", "hello") in facts_of(bench.content, simulation.trace)
