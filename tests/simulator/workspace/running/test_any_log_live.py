"""Whatever the campaigns and the calls: a workspace does what a replay says, also when it is restarted meanwhile."""

from __future__ import annotations

import copy

import msgspec
from building import DAY, START
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from live_places import Place
from projects_by_chance import logs, projects

from simulator.engine import Detail
from simulator.replay import replay
from simulator.trace import AnyEntry

MANY = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
UNTIL = START + 60 * DAY


def aside(entry: AnyEntry) -> AnyEntry:
    numbered = {"clause": None, "clauses": (), "line": 0}
    return msgspec.structs.replace(entry, **{name: no for name, no in numbered.items() if hasattr(entry, name)})


def run_live(project, calls, restart_every: int) -> Place:
    place = Place()
    place.clock.at = START - 1
    place.seed(project)
    for index, one in enumerate(calls, start=1):
        place.take(one)
        if restart_every and index % restart_every == 0:
            place = place.reopened()
    place.advance(UNTIL)
    return place


@MANY
@given(projects(), logs(), st.sampled_from([0, 1, 3]))
def test_a_workspace_does_what_a_replay_says(project, calls, restart_every):
    run = replay(project, "here", copy.deepcopy(calls), until=UNTIL, detail=Detail.FULL, render="all")
    place = run_live(project, calls, restart_every)
    assert [aside(entry) for entry in place.entries() if getattr(entry, "code", "") != "not_modelled"] == [
        aside(entry) for entry in run.entries
    ]
    kept = {one.identifiers().get("id") or one.email: one.attributes for one in place.running.everyone()}
    told = {person.get("id") or key: dict(person) for key, person in run.profiles.items()}
    assert sorted(kept) == sorted(told)
    place.account.close()
