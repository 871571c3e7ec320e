"""Scenario files: what they may say, and where their mistakes stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mailwright.diagnostics import ContentError
from mailwright.loading.folder import load_project, read_project
from simulator.testing.scenario_files import PlacedScenario, read_scenarios, scenario_files

ReadsScenarios = Callable[[str], list[PlacedScenario]]
HEAD = "scenarios:\n  - name: one\n"
WHO = "    given: {people: {ana: {plan: pro}}}\n"
WHEN = "    when:\n      - event: posted\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        pytest.param("[]\n", 1, "lines of `key: value`", id="not a mapping"),
        pytest.param("scenarios: []\n", 1, "'scenarios' is empty", id="no scenario"),
        pytest.param(f"{HEAD}{WHO}{WHEN}    than: {{}}\n", 6, "'than' is not known here", id="a key with a slip"),
        pytest.param(f"{HEAD}{WHO}{WHEN}", 2, "'then' is missing", id="nothing expected"),
        pytest.param(
            f"{HEAD}{WHO}    when:\n      - data: {{a: 1}}\n    then: {{}}\n", 5, "says not what", id="no act"
        ),
        pytest.param(
            f"{HEAD}{WHO}    when:\n      - {{event: posted, wait: 1d}}\n    then: {{}}\n",
            5,
            "two things",
            id="two acts",
        ),
        pytest.param(
            f"{HEAD}{WHO}    when:\n      - {{wait: 1d, data: {{a: 1}}}}\n    then: {{}}\n",
            5,
            "takes no `data`",
            id="data",
        ),
        pytest.param(f"{HEAD}{WHO}{WHEN}    then: {{campaigns: [wellcome]}}\n", 6, "wellcome", id="campaign"),
        pytest.param(f"{HEAD}{WHO}{WHEN}    then: {{emails: [welcome/hallo]}}\n", 6, "welcome/hallo", id="email"),
        pytest.param(
            f"{HEAD}{WHO}{WHEN}    then: {{emails: [{{subject: Hi}}]}}\n", 6, "names no message", id="no email"
        ),
        pytest.param(f"{HEAD}{WHO}{WHEN}    then: {{branches: {{welcome/branch-3: maybe}}}}\n", 6, "maybe", id="way"),
        pytest.param(f"{HEAD}{WHO}{WHEN}    then: {{skipped: {{welcome/nothing: off}}}}\n", 6, "nothing", id="step"),
        pytest.param(f"{HEAD}{WHO}{WHEN}    then: {{segments: [fun]}}\n", 6, "fun", id="segment"),
        pytest.param(f"{HEAD}{WHO}{WHEN}    then: {{people: {{bob: {{plan: pro}}}}}}\n", 6, "bob", id="person"),
        pytest.param(f"{HEAD}    given: {{sample: bob}}\n{WHEN}    then: {{}}\n", 3, "bob", id="sample"),
        pytest.param(f"{HEAD}    given: {{as: stage}}\n{WHEN}    then: {{}}\n", 3, "stage", id="workspace"),
        pytest.param(f"{HEAD}    given: {{at: soon}}\n{WHEN}    then: {{}}\n", 3, "'soon' is no time", id="time"),
        pytest.param(
            f"{HEAD}{WHO}    when:\n      - join: fans\n    then: {{}}\n",
            5,
            "nobody joins it by hand",
            id="joins a rule",
        ),
        pytest.param(f"{HEAD}{WHEN}    then: {{}}\n", 4, "nobody is there", id="nobody acts"),
        pytest.param(
            f"{HEAD}{WHO}{WHEN}    then: {{}}\n  - name: one\n{WHO}{WHEN}    then: {{}}\n",
            7,
            "this name",
            id="same name",
        ),
    ],
)
def test_a_mistake_is_told_at_its_line(scenarios: ReadsScenarios, text: str, line: int, message: str) -> None:
    with pytest.raises(ContentError) as caught:
        scenarios(text)
    found = [(one.span.file, one.span.line) for one in caught.value.diagnostics if message in one.message]
    assert found == [("a.scenario.yaml", line)]
    assert all(one.hint for one in caught.value.diagnostics if one.rule == "scenario-name")


def test_all_mistakes_come_at_once(scenarios: ReadsScenarios) -> None:
    with pytest.raises(ContentError) as caught:
        scenarios(f"{HEAD}{WHO}{WHEN}    then: {{campaigns: [a, b], emails: [c], segments: [d]}}\n")
    assert len(caught.value.diagnostics) == 4


def test_what_a_file_gives_holds_for_all_its_scenarios_and_their_own_goes_over_it(scenarios: ReadsScenarios) -> None:
    (one,) = scenarios(
        "given: {at: 2026-01-01T00:00:00Z, people: {ana: {plan: pro, city: Lima}, ben: {}}}\n"
        f"{HEAD}    given: {{people: {{cai: {{}}, ana: {{plan: free}}}}}}\n{WHEN}    then: {{}}\n"
    )
    assert one.given.at == "2026-01-01T00:00:00Z"
    assert one.given.people == {"cai": {}, "ana": {"plan": "free", "city": "Lima"}, "ben": {}}
    assert next(iter(one.given.people)) == "cai", "the scenario's own person acts"


def test_a_scenario_knows_its_line(scenarios: ReadsScenarios) -> None:
    one, other = scenarios(
        f"{HEAD}{WHO}{WHEN}    then: {{}}\n  - name: two\n{WHO}{WHEN}    then: {{campaigns: [photo]}}\n"
    )
    assert (one.span().line, other.span().line) == (2, 7)
    assert str(other.span("then", "campaigns")) == "a.scenario.yaml:11:23"


def test_scenarios_stand_anywhere_and_are_no_content(shop: Path) -> None:
    text = f"{HEAD}{WHO}{WHEN}    then: {{campaigns: [photo]}}\n"
    places = ["a.scenario.yaml", "campaigns/photo/a.scenario.yaml", "campaigns/_shared/segments/a.scenario.yaml"]
    for name in [*places, ".hidden/a.scenario.yaml", "node_modules/a.scenario.yaml"]:
        path = shop / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert [path.relative_to(shop).as_posix() for path in scenario_files(shop)] == sorted(places)
    project, problems = read_project(shop)
    assert problems == []
    assert list(project.segments) == ["chosen", "fans"]


def test_a_file_that_is_gone_is_told(shop: Path) -> None:
    with pytest.raises(ContentError):
        read_scenarios(shop / "gone.scenario.yaml", load_project(shop))
