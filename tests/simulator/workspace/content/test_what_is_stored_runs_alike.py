"""A project and what it becomes as documents run alike: the same log gives the same trace."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest
from building import DAY, START
from hypothesis import HealthCheck, given, settings
from projects_by_chance import logs, projects

from mailwright.definitions.project import Project
from simulator.replay import replay
from simulator.trace import AnyEntry
from simulator.workspace.content.decode import Decoded, decode
from simulator.workspace.content.seed import seed
from simulator.workspace.store import Documents, Store

MANY = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
UNTIL = START + 60 * DAY


def stored(project: Project) -> Decoded:
    """The project after a seed and a reading."""
    store = Store()
    documents = Documents(store, 1)
    seed(documents, project, "here", START)
    found = decode(documents, "here")
    store.close()
    return found


def aside(entry: AnyEntry) -> AnyEntry:
    """The entry without the place of the clause that decided, as conditions are nested otherwise when stored."""
    places = {"clause": None, "clauses": ()}
    return msgspec.structs.replace(entry, **{name: none for name, none in places.items() if hasattr(entry, name)})


def traced(project: Project, calls: Any) -> list[AnyEntry]:
    run = replay(project, "here", copy.deepcopy(calls), until=UNTIL, render="all")
    return [aside(entry) for entry in run.entries]


@MANY
@given(projects(), logs())
def test_a_log_runs_alike_through_a_project_and_what_is_stored_of_it(project, calls):
    assert traced(stored(project).project, calls) == traced(project, calls)


@settings(MANY, max_examples=20)
@given(projects())
def test_what_the_simulator_does_not_run_is_named_alike(project):
    decoded = stored(project)
    assert decoded.not_modelled == ()
    log: list[Any] = []
    assert (
        replay(decoded.project, "here", log, until=UNTIL).not_modelled
        == replay(project, "here", log, until=UNTIL).not_modelled
    )


@settings(MANY, max_examples=20)
@given(projects())
def test_reading_twice_gives_the_same_project(project):
    store = Store()
    documents = Documents(store, 1)
    seed(documents, project, "here", START)
    first, second = decode(documents, "here"), decode(documents, "here")
    assert first.project == second.project
    store.close()


@pytest.mark.parametrize(("plan", "team"), [("pro", "staff"), ("pro", "x"), ("free", "x")])
def test_ways_that_cross_run_alike_when_stored(plan, team):
    from building import campaign, identify, person, track
    from building import project as built

    inner = {"if": person("team", "staff"), "then": [{"wait": "1d"}], "else": [{"go_to": "nudge"}]}
    shared = [{"email": "nudge"}, {"wait": "2d", "id": "pause"}]
    outer = {"branch": {"if": person("plan", "pro"), "then": [{"branch": inner}], "else": shared}}
    project = built(campaign("go", outer, {"email": "last"}))
    calls = [identify("a", plan=plan, team=team, email="a@example.org"), track("go", "a")]
    entries = traced(project, calls)
    assert traced(stored(project).project, calls) == entries
    sent = [entry.step for entry in entries if getattr(entry, "status", "") == "sent"]
    assert sent == (["last"] if (plan, team) == ("pro", "staff") else ["nudge", "last"])


@pytest.mark.parametrize("name", ["here"])
def test_a_seed_into_a_second_workspace_of_a_store_leaves_the_first_alone(name):
    from building import campaign
    from building import project as built

    store = Store()
    one, two = Documents(store, 1), Documents(store, 2)
    seed(one, built(campaign("go")), name, START)
    before = decode(one, name).project
    seed(two, built(campaign("go", {"sms": "t"})), name, START)
    assert decode(one, name).project == before
    assert {d["id"] for d in one.all("campaign")}.isdisjoint({d["id"] for d in two.all("campaign")})
    store.close()
