"""The prover against the simulator, on conditions drawn by chance from the whole grammar: they never disagree."""

from __future__ import annotations

from random import Random

import conditions_by_chance as by_chance
import pytest
import z3
from building import campaign, of_kind, project, run

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.conditions import All, Compare, Condition, Happens, Not, Operator, Subject, walk
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.event_schema import EventSchema, Property
from mailwright.definitions.segment import Segment
from simulator.conditions import Check
from simulator.history.calls import CallKind
from simulator.proofs import Context, Proved, Refuted, Unknown, disjoint, never
from simulator.proofs.solving import NoScene, scene_where
from simulator.sample_calls import calls_of_sample
from simulator.trace import Entered

CONTEXT = Context(segments=by_chance.SEGMENTS)
MOMENTS = [by_chance.moment(Random(seed)) for seed in range(150)]


def holds(condition: Condition, moment) -> bool:
    return Check(condition, Assumptions()).holds(moment)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_proved_disjoint_is_so_at_every_moment_and_little_stays_unknown(seed: int):
    chance = Random(seed)
    answers = []
    for _ in range(150):
        one, other = by_chance.pair(chance)
        answer = disjoint(one, other, CONTEXT)
        answers.append(answer)
        if isinstance(answer, Proved):
            checks = [Check(condition, Assumptions()) for condition in (one, other)]
            assert not any(all(check.holds(moment) for check in checks) for moment in MOMENTS), (one, other)
    assert sum(isinstance(answer, Unknown) for answer in answers) <= 6
    assert sum(isinstance(answer, Proved) for answer in answers) >= 10


@pytest.mark.parametrize("seed", range(5))
def test_conditions_that_hold_together_at_some_moment_are_never_proved_apart(seed: int):
    chance = Random(1000 + seed)
    for _ in range(60):
        moment = by_chance.moment(chance)
        drawn = [by_chance.condition(chance) for _ in range(3)]
        held = [condition if holds(condition, moment) else Not(condition) for condition in drawn]
        found = scene_where([(condition, True) for condition in held], CONTEXT)
        assert not isinstance(found, NoScene) or found.doubts, held


def test_every_witness_fires_both_campaigns_in_a_replay():
    chance = Random(5)
    segments = {slug: Segment(name=slug, where=where) for slug, where in by_chance.SEGMENTS.items()}
    segments["by-hand"] = Segment(name="by hand", manual=True)
    context = Context(segments=by_chance.SEGMENTS, event="signed_up")
    tried = 0
    while tried < 100:
        pair = by_chance.pair(chance)
        if any(needs_more_than_a_sample(clause) for condition in pair for _, clause in walk(condition)):
            continue
        answer = disjoint(*pair, context)
        if not isinstance(answer, Refuted):
            continue
        tried += 1
        campaigns = {name: campaign("signed_up", filter=condition) for name, condition in zip("ab", pair, strict=True)}
        content = project(campaigns, segments=segments)
        calls = calls_of_sample(content, answer.witness)
        last = max(call.at or 0 for call in calls if call.kind is CallKind.EVENT)
        done = run(content, *calls, until=last)
        entered = {entry.campaign for entry in of_kind(done, Entered) if entry.at == last}
        assert entered == {"a", "b"}, (pair, answer.witness)


def needs_more_than_a_sample(clause: Condition) -> bool:
    """Waits and objects: a sample's event alone does not bring them about."""
    beside = (Subject.OBJECT, Subject.RELATIONSHIP)
    return isinstance(clause, Happens) or getattr(clause, "subject", None) in beside


LETTERS = ("photo", "text", "ab", "abc", "bc", "web")


def drawn_test(chance: Random, depth: int = 2) -> Condition:
    """A condition on one text and one number, in a fragment that z3 can speak of too."""
    kind = chance.randrange(6) if depth else chance.randrange(3)
    match kind:
        case 0:
            return Compare(Subject.DATA, "t", Operator.EQUALS, tuple(chance.sample(LETTERS, chance.choice((1, 2)))))
        case 1:
            return Compare(Subject.DATA, "t", Operator.CONTAINS, (chance.choice(LETTERS),))
        case 2:
            return Compare(Subject.DATA, "n", chance.choice((Operator.ABOVE, Operator.BELOW)), (chance.randrange(5),))
        case 3:
            return Not(drawn_test(chance, depth - 1))
        case _:
            join = chance.choice((All, AnyOf))
            return join(tuple(drawn_test(chance, depth - 1) for _ in range(3)))


def in_z3(condition: Condition, text: z3.SeqRef, number: z3.ArithRef) -> z3.BoolRef:
    """The same condition for z3, of a text and a number that are both there."""
    match condition:
        case All(parts=parts):
            return z3.And([in_z3(part, text, number) for part in parts])
        case AnyOf(parts=parts):
            return z3.Or([in_z3(part, text, number) for part in parts])
        case Not(part=part):
            return z3.Not(in_z3(part, text, number))
        case Compare(operator=Operator.EQUALS, values=values):
            return z3.Or([text == z3.StringVal(value) for value in values])
        case Compare(operator=Operator.CONTAINS, values=(value,)):
            return z3.Contains(text, z3.StringVal(value))
        case Compare(operator=Operator.ABOVE, values=(value,)):
            return number > value
        case Compare(operator=Operator.BELOW, values=(value,)):
            return number < value
        case _:
            raise AssertionError(condition)


def test_a_solver_agrees_on_texts_and_numbers():
    chance = Random(11)
    schema = EventSchema(
        name="posted",
        properties={"t": Property(type="text", required=True), "n": Property(type="number", required=True)},
    )
    known = project(campaign("posted"))
    known = type(known)(known.root, known.settings, known.campaigns, events={"posted": schema})
    context = Context(event="posted", project=known)
    text, number = z3.String("t"), z3.Real("n")
    seen = set()
    for _ in range(150):
        pair = All((drawn_test(chance), drawn_test(chance)))
        solver = z3.Solver()
        solver.add(in_z3(pair, text, number))
        expected = {"unsat": Proved, "sat": Refuted}[str(solver.check())]
        seen.add(expected)
        assert isinstance(never(pair, context), expected), pair
    assert seen == {Proved, Refuted}
