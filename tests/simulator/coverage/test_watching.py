"""Watched conditions answer as the plain ones do, and note what each clause said."""

from __future__ import annotations

from building import campaign, data, person, project, segment
from hypothesis import given
from hypothesis import strategies as st

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.conditions import All, Condition, InSegment, Not, Performed
from mailwright.definitions.conditions import Any as AnyOf
from simulator.conditions import Check
from simulator.coverage.facts import Fact, leaves
from simulator.coverage.watching import WatchedCheck, watched
from simulator.moment import Moment
from simulator.people import Person
from simulator.testing.bench import Bench

LEAVES = st.sampled_from(
    [person("a", 1), person("b", 2), data("c", 3), InSegment("s"), Performed("e", where=data("d", 4))]
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=8,
)
VALUES = st.fixed_dictionaries({}, optional={name: st.integers(1, 4) for name in "abc"})


def moment_of(values: dict[str, int], inside: bool) -> Moment:
    moment = Moment(0, Person("p", 0), values, lambda slug, _: inside)
    moment.data = moment.event = values
    return moment


@given(condition=CONDITIONS, values=VALUES, inside=st.booleans())
def test_a_watched_condition_gives_the_answer_of_the_plain_one_and_notes_its_clauses(
    condition: Condition, values: dict[str, int], inside: bool
) -> None:
    plain = Check(condition, Assumptions())
    seen: set[Fact] = set()
    watching = WatchedCheck(condition, Assumptions(), "c", "filter", seen)
    moment = moment_of(values, inside)
    assert watching.holds(moment) is plain.holds(moment)
    told = {
        (f"filter#{'.'.join(map(str, clause.address))}", "true" if clause.held else "false")
        for clause in plain.clauses(moment, "filter")
    }
    assert {(fact.name, fact.detail) for fact in seen} == told


@given(condition=CONDITIONS)
def test_the_clauses_counted_are_those_that_explain_tells(condition: Condition) -> None:
    check = Check(condition, Assumptions())
    told = [clause.address for clause in check.clauses(moment_of({}, False), "filter")]
    assert [leaf.address for leaf in leaves(check)] == told


def test_waits_goals_exits_and_segments_are_seen_to_fail_too() -> None:
    content = project(
        campaign(
            "signed_up",
            {"wait_until": {"any": Performed("answered"), "at_most": "1d"}},
            filter=Not(InSegment("staff")),
            goal={"event": "bought"},
        ),
        segments={"staff": segment(person("plan", "staff"))},
    )
    seen: set[Fact] = set()
    simulation = Bench(content, watch=lambda compiled: watched(compiled, seen)).simulation()
    simulation.identify("ana", plan="free")
    simulation.track("ana", "signed_up")
    simulation.track("ana", "answered")
    assert seen == {
        Fact("clause", "c", "filter#", "true"),
        Fact("clause", "c", "goal#", "false"),
        Fact("clause", "c", "step:wait_until-1:0#0", "false"),
        Fact("clause", "c", "step:wait_until-1:0#0", "true"),
        Fact("clause", "segment:staff", "where#", "false"),
    }
