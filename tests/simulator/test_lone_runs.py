"""One journey run on its own: what is kept of it, and how far it came when something happens."""

from __future__ import annotations

import pytest
from building import DAY, HOUR, START, campaign, project

from mailwright.definitions.campaign import Goal
from simulator.content import compile_content
from simulator.engine import Engine
from simulator.journeys import Cause
from simulator.lone_runs import cut_by_goal, recorded
from simulator.messages import Unrendered
from simulator.people import Person
from simulator.trace import Delivery, Ended, GoalReached

ONE = campaign(
    "go", {"email": "a"}, {"wait": "1d"}, {"email": "b"}, goal=Goal(event="won"), exit={"when": "goal"},
    counts_toward_limit=True,
)  # fmt: skip


def engine_of(emitted: list[object]) -> Engine:
    return Engine(compile_content(project(ONE)), Unrendered(), emitted.append)


def somebody() -> Person:
    person = Person("p", START - DAY)
    person.attributes = {"email": "p@example.org"}
    return person


def test_a_run_on_its_own_leaves_no_trace_in_the_replay_and_on_the_person():
    emitted: list[object] = []
    engine, person = engine_of(emitted), somebody()
    found = recorded(engine, engine.content.campaigns[0], person, Cause("go", 1, START), START)
    assert [entry.at - START for entry in found.entries if isinstance(entry, Delivery)] == [0, DAY]
    assert (found.length, isinstance(found.entries[-1], Ended)) == (DAY, True)
    assert emitted == []
    assert not engine.used
    assert (person.journeys, dict(person.entries), person.agenda) == ((), {}, None)


@pytest.mark.parametrize(
    ("seconds", "sends", "converted"),
    [
        pytest.param(0, 1, True, id="in the second of entry, whose mail is out"),
        pytest.param(HOUR, 1, True, id="while it waits"),
        pytest.param(DAY, 1, True, id="in the second in which the wait ends"),
    ],
)
def test_a_goal_ends_what_would_have_come_after(seconds, sends, converted):
    engine, person = engine_of([]), somebody()
    only, cause = engine.content.campaigns[0], Cause("go", 1, START)
    whole = recorded(engine, only, person, cause, START)
    cut = cut_by_goal(engine, only, person, cause, START, (("event", "won"), {}), START + seconds)
    assert cut.entries[: whole.came(seconds)] == whole.entries[: whole.came(seconds)]
    assert [type(entry) for entry in cut.entries[whole.came(seconds) :]] == [GoalReached, Ended]
    assert sum(isinstance(entry, Delivery) for entry in cut.entries) == sends
    assert cut.used == {"goal_exit_at": 1}
