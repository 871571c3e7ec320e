"""A workspace and a replay agree: the same log, the same deliveries at the same second with the same words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from live_places import Place

from mailwright.definitions.project import Project
from mailwright.loading.folder import load_project
from mailwright.loading.variables import with_vars
from simulator.addressed import Addressed
from simulator.content import Content, compile_content
from simulator.engine import Detail
from simulator.history.calls import Call
from simulator.history.readers import read_calls
from simulator.rendering.email import Rendered, render_with
from simulator.rendering.faults import RenderFault
from simulator.rendering.journey_moments import JourneyMoments
from simulator.rendering.variants import Variants
from simulator.replay import Replay, in_order
from simulator.trace import AnyEntry, Delivery
from simulator.workspace.clock import Clock, ClockMode

ROOT = Path(__file__).parents[4]
LOG = ROOT / "examples" / "log" / "events.ndjson"
DAY = 86400


@pytest.fixture(scope="module")
def project() -> Project:
    return load_project(ROOT)


@pytest.fixture(scope="module")
def calls() -> list[Call]:
    found = list(read_calls([LOG], on_bad=lambda bad: pytest.fail(bad.message)))
    assert len(found) == 2000
    return found


class Words:
    """Messages of a replay, whose words are kept by person, campaign, journey, step and second."""

    def __init__(self, content: Content) -> None:
        self._moments = JourneyMoments(content)
        self._variants = Variants(content.project, content.workspace, self._moments.rules)
        self.text = self._moments.text
        self.rendered: dict[tuple[Any, ...], Rendered] = {}

    def know_objects(self, objects: Any) -> None:
        self._moments.objects = objects

    def attributes_read(self) -> frozenset[str]:
        return frozenset()

    def render_class(self, *_: Any) -> None:
        return None

    def outcome(self, journey: Any, node: Any, name: str, at: int) -> Addressed:
        slug = journey.campaign.slug
        moment = self._moments.moment(journey, name, at)
        language = self._variants.language(slug, name, moment)
        renderer = self._variants.renderer(slug, name, language)
        assert renderer is not None
        try:
            rendered = render_with(renderer, moment)
        except RenderFault as fault:
            return Addressed(None, language, fault.reason, fault.failure)
        self.rendered[journey.person.key, slug, journey.number, node.id, at] = rendered
        return Addressed(", ".join(rendered.to) or None, language)


def replayed(project: Project, calls: list[Call], until: int) -> tuple[list[AnyEntry], Words]:
    """The trace of a replay in full detail, and its words."""
    content = compile_content(with_vars(project, "qa"), "qa")
    words, entries = Words(content), list[AnyEntry]()
    going = Replay(content, words, entries.append, Detail.FULL)
    for call in calls:
        going.take(call)
    going.finish(until)
    return in_order(entries), words


def times(calls: list[Call]) -> Iterator[int]:
    last = 0
    for call in calls:
        last = max(last, call.at or call.timestamp or 0)
        yield last


def run_live(place: Place, calls: list[Call], until: int, *, restart_every: int = 0, tick: bool = True) -> Place:
    """The calls at their times, the clock moved before each; restarted now and then."""
    for index, (call, at) in enumerate(zip(calls, times(calls), strict=True), start=1):
        place.clock.at = at
        if tick:
            place.running.run_until(at)
        place.running.take(call)
        if restart_every and index % restart_every == 0:
            place = place.reopened()
    place.advance(until)
    return place


def aside(entry: AnyEntry) -> AnyEntry:
    """The entry without what content and its stored form, or a log and a workspace, number differently."""
    numbered = {"clause": None, "clauses": (), "line": 0}
    return msgspec.structs.replace(entry, **{name: no for name, no in numbered.items() if hasattr(entry, name)})


def assert_same(place: Place, entries: list[AnyEntry], words: Words) -> None:
    live = place.entries()
    assert [aside(entry) for entry in live] == [aside(entry) for entry in entries]
    told = [entry for entry in entries if isinstance(entry, Delivery) and entry.at == entry.made_at]
    kept = place.whole()
    assert len(kept) == len(told)
    read = {row[0]: row[1:] for row in place.running._live.tables.rows(
        "id, person, campaign, journey, step, made_at", "running_deliveries")}  # fmt: skip
    compared = 0
    for one in kept:
        expected = words.rendered.get(read[one.id])
        if expected is None:
            assert one.state == "failed"
            continue
        compared += 1
        assert (one.subject, one.preheader, one.sender, one.reply_to) == (
            expected.subject, expected.preheader, expected.sender, expected.reply_to)  # fmt: skip
        assert (one.to, one.cc, one.bcc) == (expected.to, expected.cc, expected.bcc)
        assert one.html == expected.html
        assert one.text.replace(one.id, "unsent") == expected.text
        headers = {name: value.replace(one.id, "unsent") for name, value in one.headers.items()}
        assert headers == expected.headers
    assert compared == len(words.rendered)


@pytest.fixture(scope="module")
def told(project: Project, calls: list[Call]) -> tuple[list[AnyEntry], Words, int]:
    until = max(times(calls)) + 30 * DAY
    return *replayed(project, calls, until), until


def opened(project: Project, calls: list[Call], file: Path | None = None) -> Place:
    clock = Clock(ClockMode.FROZEN, min(times(calls)) - 60)
    return Place(file, "qa", clock).seed(project, "qa")


def test_the_log_of_the_repository_runs_as_it_is_predicted(project, calls, told):
    entries, words, until = told
    place = run_live(opened(project, calls), calls, until)
    assert len(words.rendered) > 700
    assert_same(place, entries, words)


def test_a_server_restarted_again_and_again_goes_on_where_it_was(project, calls, told, tmp_path):
    entries, words, until = told
    place = run_live(opened(project, calls, tmp_path / "here.db"), calls, until, restart_every=83, tick=False)
    assert_same(place, entries, words)
    place.account.close()
