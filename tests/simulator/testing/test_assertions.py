"""What a failed assertion about a simulation says."""

from __future__ import annotations

import pytest

from simulator.testing.assertions import compared, section_of
from simulator.testing.bench import Bench
from simulator.testing.simulation import Simulation


@pytest.fixture
def simulation(bench: Bench) -> Simulation:
    simulation = bench.simulation()
    simulation.identify("ana", email="ana@example.org", plan="free")
    simulation.track("ana", "signed_up")
    return simulation


def test_it_says_what_is_missing_and_what_is_extra(simulation: Simulation) -> None:
    lines = compared("==", simulation.emails, ["photo/thanks"])
    assert lines == [
        "['welcome/hello'] == ['photo/thanks']",
        "expected: photo/thanks",
        "actual:   welcome/hello",
        "missing:  photo/thanks",
        "extra:    welcome/hello",
    ]


def test_the_section_explains_the_campaigns_of_the_comparison_and_no_other(simulation: Simulation) -> None:
    simulation.track("ana", "posted", type="text")
    compared("in", "photo/thanks", simulation.emails)
    shown = section_of([simulation])
    assert 'type is photo; saw "text"  campaigns/photo/campaign.yaml:4:11' in shown
    assert "Welcome" not in shown


def test_without_a_comparison_everything_asked_is_explained(simulation: Simulation) -> None:
    shown = section_of([simulation])
    assert "hello: email sent" in shown


def test_a_name_that_no_campaign_has_is_told(simulation: Simulation) -> None:
    lines = compared("==", simulation.campaigns, ["wellcome"]) or []
    assert lines[-1] == "no campaign is called 'wellcome'; there are fans, photo, welcome"


def test_another_order_is_told(simulation: Simulation) -> None:
    simulation.track("ana", "posted", type="photo")
    lines = compared("==", ["photo/thanks", "welcome/hello"], simulation.emails) or []
    assert lines[-1] == "the order differs"


def test_other_comparisons_are_left_to_pytest(simulation: Simulation) -> None:
    assert compared("<", simulation.emails, ["a"]) is None
    assert compared("==", simulation.emails, "a") is None
