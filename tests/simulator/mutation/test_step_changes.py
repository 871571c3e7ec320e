"""The small changes of a workflow and of what surrounds it, and which of them mean nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from building import campaign, data, person, project
from hypothesis import given
from hypothesis import strategies as st

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.conditions import All, InSegment, Not
from mailwright.definitions.steps import TimeWindow
from mailwright.diagnostics import ContentError
from simulator.clock import OpeningHours, minutes_of, opens_at
from simulator.content import compile_content
from simulator.mutation.accepted import accepted_mutants
from simulator.mutation.lengths import longest, longest_closed
from simulator.mutation.mutants import Mutant, mutants_of
from simulator.mutation.replacing import replaced_at
from simulator.mutation.sameness import same_by_proof
from simulator.mutation.step_changes import campaign_changes, step_changes

HELLO = {"email": "hello"}


def said(one: Campaign) -> list[str]:
    return [change.says for change in (*campaign_changes(one), *step_changes(one))]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([HELLO], ["hello: not sent", "hello: only drafted"]),
        ([{**HELLO, "sending": "draft"}], ["hello: not sent"]),
        ([{**HELLO, "sending": "off"}], ["hello: sent after all"]),
        ([{"wait": "1d"}], ["wait-1: 1d → 2d"]),
        ([{"wait": {"between": ["1h", "2h"]}}], ["wait-1: both lengths doubled"]),
        ([{"window": {"days": "mon", "from": "09:00"}}], ["window-1: opens an hour later"]),
        (
            [{"branch": {"if": person("a", 1), "then": [{"wait": "1d"}]}}],
            ["branch-1: then and else swapped", "wait-2: 1d → 2d"],
        ),
        ([{"split": [{"if": person("a", 1)}, {"else": []}]}], ["split-1: ways 1 and 2 swapped"]),
        ([{"set": {"person": {"a": 1}}}], ["without the step set-1"]),
        (
            [{"wait_until": {"any": person("a", 1), "at_most": "1d"}}],
            ["wait_until-1: 1d → 2d", "wait_until-1: on timeout continue → exit"],
        ),
    ],
)
def test_each_step_is_changed_in_each_way_there_is(steps: list[Any], expected: list[str]) -> None:
    one = campaign("signed_up", *steps, exit={"when": "never"})
    assert said(one) == ["frequency every_time → once", "exit when never → stops_matching", *expected]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ({"frequency": "once"}, "frequency once → every_time"),
        ({"frequency": {"once_per": "7d"}}, "frequency 1w → 2w"),
        ({"goal": {"event": "bought", "within": "7d"}}, "goal within 1w → 2w"),
        (
            {"goal": {"event": "bought"}, "exit": {"when": "goal_or_stops_matching"}},
            "exit when goal_or_stops_matching → goal",
        ),
    ],
)
def test_frequency_goal_and_exit_are_changed(rest: dict[str, Any], expected: str) -> None:
    assert expected in said(campaign("signed_up", HELLO, **rest))


def test_every_change_compiles_and_differs(tmp_path: Path) -> None:
    one = campaign(
        "signed_up",
        {"set": {"person": {"a": 1}}},
        {"wait": "1d"},
        {"branch": {"if": person("a", 1), "then": [HELLO], "else": [{"wait": "2d"}]}},
        where=data("b", "x", "y"),
        filter=Not(InSegment("s")),
    )
    whole = project(one)
    for mutant in mutants_of(compile_content(whole)):
        assert mutant.project.campaigns["c"] != one
        compile_content(mutant.project)


def mutants(one: Campaign, *, kind: str) -> list[Mutant]:
    return [mutant for mutant in mutants_of(compile_content(project(one))) if mutant.kind == kind]


@pytest.mark.parametrize(
    ("one", "kind", "reason"),
    [
        (campaign("e", HELLO, filter=person("a", 1), exit={"when": "stops_matching"}), "exit", "second of entry"),
        (campaign("e", HELLO, {"wait": "1d"}, HELLO, exit={"when": "stops_matching"}), "exit", "no filter"),
        (campaign("e", HELLO, filter=person("a", "x")), "case", "text ignores case"),
        (campaign("e", {"wait": "5d"}, goal={"event": "b", "within": "5d"}), "delay", "over before that"),
        (campaign("e", {"branch": {"if": data("b", 1)}}, where=data("b", 1)), "list", ""),
    ],
)
def test_what_means_the_same_is_told_apart(one: Campaign, kind: str, reason: str) -> None:
    found = [same_by_proof(mutant) for mutant in mutants(one, kind=kind) if "goal" in mutant.says or kind != "delay"]
    assert all(reason in why for why in found)
    assert found or not reason


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (campaign("e", {"wait": "1d"}, HELLO, filter=person("a", 1), exit={"when": "stops_matching"}), "exit"),
        (
            campaign("e", {"set": {"person": {"a": 2}}}, HELLO, filter=person("a", 1), exit={"when": "stops_matching"}),
            "exit",
        ),
        (campaign("e", {"wait": "6d"}, goal={"event": "b", "within": "5d"}), "delay"),
        (campaign("e", {"wait_until": {"any": person("a", 1)}}, goal={"event": "b", "within": "5d"}), "delay"),
        (campaign("e", HELLO, filter=All((person("a", 1), person("b", 2)))), "clause"),
    ],
)
def test_what_means_something_else_is_never_called_the_same(one: Campaign, kind: str) -> None:
    found = mutants(one, kind=kind)
    assert found
    assert [same_by_proof(mutant) for mutant in found if not mutant.says.startswith("wait")] == [""] * len(
        [mutant for mutant in found if not mutant.says.startswith("wait")]
    )


HOURS = st.integers(0, 23).map(lambda hour: f"{hour:02}:00")


@given(
    start=HOURS,
    end=HOURS,
    days=st.sets(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1),
    second=st.integers(1_767_225_600, 1_767_225_600 + 14 * 86400),
)
def test_no_window_keeps_anybody_waiting_longer_than_that(start: str, end: str, days: set[str], second: int) -> None:
    if start == end:
        return
    window = TimeWindow.model_validate({"days": sorted(days), "from": start, "to": end})
    hours = OpeningHours(frozenset(window.weekdays()), minutes_of(start), minutes_of(end), False)
    waits = opens_at(hours, second, ZoneInfo("UTC")) - second
    assert timedelta(seconds=waits) <= longest_closed(window)


def test_the_longest_way_through_counts() -> None:
    one = campaign(
        "e",
        {"wait": "1d"},
        {"branch": {"if": person("a", 1), "then": [{"wait": "2d"}], "else": [{"wait": {"between": ["1d", "5d"]}}]}},
        {"wait_until": {"any": person("a", 1), "at_most": "1d", "on_timeout": [{"wait": "1d"}]}},
    )
    assert longest(one.workflow) == timedelta(days=8)
    assert longest(campaign("e", {"wait_until": {"any": person("a", 1)}}).workflow) is None


def test_a_part_is_replaced_by_its_path_in_the_file() -> None:
    one = campaign("e", {"branch": {"if": person("a", 1), "then": [{"wait": "2d"}]}})
    other = replaced_at(one, ("workflow", 0, "branch", "then", 0, "wait"), timedelta(days=9))
    assert longest(other.workflow) == timedelta(days=9)
    assert longest(one.workflow) == timedelta(days=2)
    with pytest.raises(KeyError):
        replaced_at(one, ("workflow", 0, "nothing"), 1)


def test_accepted_mutants_need_a_reason(tmp_path: Path) -> None:
    assert accepted_mutants(tmp_path) == {}
    (tmp_path / "mutants.yaml").write_text("accepted:\n  - {mutant: 'a: b', because: so it is}\n")
    assert accepted_mutants(tmp_path) == {"a: b": "so it is"}
    (tmp_path / "mutants.yaml").write_text("accepted:\n  - {mutant: 'a: b'}\n")
    with pytest.raises(ContentError) as caught:
        accepted_mutants(tmp_path)
    assert caught.value.diagnostics[0].span.line == 2
