"""A replay of which only the counts are wanted."""

from __future__ import annotations

from building import DAY, START, campaign, identify, person, project, track

from simulator.content import compile_content
from simulator.messages import Unrendered
from simulator.summary import Summary
from simulator.tallying import Tally
from simulator.trace import Entered


def test_what_the_engine_runs_itself_may_also_be_looked_at():
    campaigns = {"alike": campaign("go"), "alone": campaign("go", {"set": {"person": {"a": 1}}})}
    taken, summary = [], Summary()
    tally = Tally(compile_content(project(campaigns)), Unrendered(), summary, taken.append)
    for line, one in enumerate([identify(email="p@example.org"), track("go")], start=1):
        one.line = line
        tally.take(one)
    run = tally.finish(START + DAY)
    assert [entry.campaign for entry in taken if isinstance(entry, Entered)] == ["alone"]
    assert {slug: one.entered for slug, one in summary.campaigns.items()} == {"alike": 1, "alone": 1}
    assert run.profiles == {"p": {"email": "p@example.org", "a": 1}}


def test_sends_are_counted_on_the_day_they_go_out():
    one = campaign("go", {"email": "a"}, {"wait": "1d"}, {"email": "b", "only_if": person("plan", "pro")})
    summary = Summary()
    tally = Tally(compile_content(project(one)), Unrendered(), summary)
    for line, call in enumerate([identify(email="p@example.org", plan="pro"), track("go")], start=1):
        call.line = line
        tally.take(call)
    tally.finish(START + 2 * DAY)
    first = START // DAY
    assert summary.per_day == {(first, "email", True): 1, (first + 1, "email", True): 1}
