"""Why a person did or did not get a campaign, from hand-made clauses."""

from __future__ import annotations

from mailwright.definitions.conditions import All, Compare, Condition, Not, Operator, PlacedCondition, Subject
from mailwright.definitions.conditions import Any as AnyOf
from simulator.explain import clause_lines, first_change, holds, place_of, seen_as_text
from simulator.trace import Clause


def leaf(path: str) -> Compare:
    return Compare(Subject.DATA, path, Operator.EQUALS, ("x",))


def answers(**held: bool) -> list[Clause]:
    """Clauses by address: `a01` is (0, 1)."""
    return [Clause("trigger", tuple(int(digit) for digit in name[1:]), answer, "seen") for name, answer in held.items()]


def placed(condition: Condition) -> PlacedCondition:
    return PlacedCondition(
        condition, "c.yaml", (((), (1, 1, 1)), ((0,), (2, 3, 1)), ((1,), (3, 3, 1)), ((1, 0), (4, 5, 1)))
    )


def test_the_first_failing_clause_of_all_has_to_change() -> None:
    change = first_change(placed(All((leaf("a"), leaf("b"), leaf("c")))), answers(a0=True, a1=False, a2=False))
    assert change is not None
    assert (change.text, change.held, change.place) == ("b is x", False, "c.yaml:3:3")


def test_any_clause_of_an_any_would_do_so_the_first_is_named() -> None:
    change = first_change(placed(AnyOf((leaf("a"), leaf("b")))), answers(a0=False, a1=False))
    assert change is not None and change.text == "a is x"


def test_under_a_not_what_held_has_to_stop() -> None:
    condition = Not(AnyOf((leaf("a"), leaf("b"))))
    clauses = answers(a00=False, a01=True)
    change = first_change(placed(condition), clauses)
    assert change is not None
    assert (change.text, change.held) == ("b is x", True)


def test_what_holds_needs_no_change() -> None:
    assert first_change(placed(All((leaf("a"), leaf("b")))), answers(a0=True, a1=True)) is None
    assert first_change(placed(All()), ()) is None


def test_groups_are_headings_and_their_clauses_stand_below() -> None:
    condition = All((leaf("a"), AnyOf((leaf("b"), leaf("c")))))
    lines = list(clause_lines(placed(condition), answers(a0=True, a10=False, a11=True)))
    assert [(line.depth, line.text, line.held) for line in lines] == [
        (0, "a is x", True),
        (0, "any of", True),
        (1, "b is x", False),
        (1, "c is x", True),
    ]
    assert [line.place for line in lines] == ["c.yaml:2:3", "c.yaml:3:3", "c.yaml:4:5", "c.yaml:3:3"]


def test_the_whole_is_answered_from_its_clauses() -> None:
    condition = Not(All((leaf("a"), leaf("b"))))
    known = {clause.address: clause for clause in answers(a00=True, a01=False)}
    assert holds(condition, (), known)


def test_a_clause_without_a_place_points_at_the_one_around_it() -> None:
    assert place_of(placed(leaf("a")), (1, 0, 5)) == "c.yaml:4:5"
    assert place_of(PlacedCondition(leaf("a"), "c.yaml"), (3,)) == "c.yaml"


def test_long_values_are_cut() -> None:
    assert seen_as_text("x" * 500).endswith("…")
    assert seen_as_text(["a", 1, None]) == '["a",1,null]'
