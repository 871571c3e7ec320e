"""go_to: where it may lead, and where it may not."""

from __future__ import annotations

import pytest

from mailwright.diagnostics import Severity

HEAD = "name: Welcome\ntrigger: {event: signed_up}\nworkflow:\n"
CAMPAIGN = "campaigns/welcome/campaign.yaml"
CROSSED = """\
  - branch:
      if: {person: {plan: pro}}
      then:
        - branch:
            if: {person: {team: staff}}
            then: [{wait: 1d}]
            else: [{go_to: nudge}]
      else:
        - {wait: 2d, id: nudge}
        - email: hello
  - wait: 3d
"""


def rules(read, workflow: str) -> list[tuple[str, str]]:
    _, problems = read({CAMPAIGN: HEAD + workflow})
    return [(one.rule, f"{one.span.line}:{one.span.column}") for one in problems if one.severity is Severity.ERROR]


def test_ways_may_cross(read):
    assert rules(read, CROSSED) == []


@pytest.mark.parametrize(
    ("workflow", "expected"),
    [
        pytest.param("  - go_to: nowhere\n", ("missing-step", "4:12"), id="to nowhere"),
        pytest.param(
            "  - {go_to: next}\n  - {go_to: last, id: next}\n  - {email: hello, id: last}\n",
            ("go-to-nowhere", "4:13"),
            id="to another",
        ),
        pytest.param(
            "  - {email: hello, id: first}\n  - wait: 1d\n  - go_to: first\n", ("go-to-loop", "6:12"), id="back"
        ),
        pytest.param("  - {go_to: self, id: self}\n", ("go-to-nowhere", "4:13"), id="to itself"),
        pytest.param(
            CROSSED.replace("- wait: 3d", "- {wait: 3d}\n  - go_to: nudge"), ("go-to-loop", "15:12"), id="into a way"
        ),
        pytest.param(
            "  - {go_to: last, only_if: {person: {plan: pro}}}\n  - {email: hello, id: last}\n",
            ("wrong-value", "4:5"),
            id="with a condition",
        ),
    ],
)
def test_a_jump_that_makes_no_sense_is_told_with_its_place(read, workflow: str, expected: tuple[str, str]):
    assert expected in rules(read, workflow)


@pytest.mark.parametrize(
    "wait",
    [
        "{at_most: 1d, any: [{event: signed_up}], then: [{go_to: late}], on_timeout: [{email: hello, id: late}]}",
        "{at_most: 1d, any: [{event: signed_up}], then: [{go_to: late}], on_timeout: exit}",
    ],
)
def test_a_wait_may_lead_on(read, wait: str):
    after = "" if "id: late" in wait else "  - {email: hello, id: late}\n"
    assert rules(read, f"  - wait_until: {wait}\n{after}") == []
