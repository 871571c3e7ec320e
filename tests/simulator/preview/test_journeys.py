"""The diagram of a workflow and the way a person takes through it; both from what the engine itself compiled and did."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailwright.diagnostics import ConfigurationError
from simulator.preview.asks import Ask, Edits
from simulator.preview.diagram import END, START, diagram_of
from simulator.preview.library import Library
from simulator.preview.lit_path import LitPath, lit_path
from simulator.preview.pictures import Pages, picture_of
from simulator.preview.runs import run_of
from simulator.trace import Delivery, Ended

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def example() -> Library:
    """The example of this repository: every kind of step is somewhere in it."""
    return Library(ROOT)


def ways(library: Library, ask: Ask) -> list[LitPath]:
    project = library.edition.in_workspace(None)
    (explained,) = run_of(library.edition, ask).explained(project, [ask.campaign])
    first = diagram_of(project, ask.campaign).first
    return [lit_path(first, attempt.journey) for attempt in explained.attempts if attempt.journey]


def test_every_box_is_reached_and_every_line_leads_to_a_box(example: Library):
    project = example.edition.project
    for slug in project.campaigns:
        diagram = diagram_of(project, slug)
        boxes = {box.id for box in diagram.boxes}
        assert {line.start for line in diagram.lines} | {END} == boxes, slug
        assert {line.end for line in diagram.lines} | {START} == boxes, slug
        assert all(box.title for box in diagram.boxes)


def test_a_way_is_one_chain_from_start_along_lines_of_the_diagram(example: Library):
    project = example.edition.in_workspace(None)
    seen = 0
    for name, sample in project.samples.items():
        for slug in sample.campaigns:
            lines = {(line.start, line.end, line.label) for line in diagram_of(project, slug).lines}
            for way in ways(example, Ask(campaign=slug, sample=name)):
                seen += 1
                assert way.passages[0].start == START
                for before, after in zip(way.passages, way.passages[1:], strict=False):
                    assert before.end == after.start
                    assert before.at <= after.at
                for passage in way.passages:
                    assert (passage.start, passage.end, passage.label) in lines
                assert [visit.step for visit in way.visits] == [passage.end for passage in way.passages]
    assert seen > 20


def test_every_step_of_the_trace_is_visited(example: Library):
    project = example.edition.in_workspace(None)
    for name, sample in project.samples.items():
        for slug in sample.campaigns:
            (explained,) = run_of(example.edition, Ask(campaign=slug, sample=name)).explained(project, [slug])
            first = diagram_of(project, slug).first
            for attempt in explained.attempts:
                if not attempt.journey:
                    continue
                visited = {visit.step for visit in lit_path(first, attempt.journey).visits}
                steps = {
                    entry.step
                    for entry in attempt.journey
                    if getattr(entry, "step", "") and not isinstance(entry, Ended)
                }
                assert steps <= visited, (slug, name)


@pytest.mark.parametrize(
    ("sample", "steps"),
    [
        pytest.param("ana", ["thanks", "wait-2", "branch-3", "gift", "survey", END], id="the branch is taken"),
        pytest.param("ines", ["thanks", "wait-2", "branch-3", "survey", END], id="it is not"),
    ],
)
def test_the_way_of_a_person(project: Path, sample: str, steps: list[str]):
    (way,) = ways(Library(project), Ask(campaign="order", sample=sample))
    assert [visit.step for visit in way.visits] == steps
    assert way.visits[0].state == "sent"
    assert way.visits[1].left == way.visits[1].at + 2 * 86400


def test_edits_of_the_sample_change_the_way(project: Path):
    edits = Edits.model_validate({"event": {"name": "ordered", "data": {"total": 3}}})
    assert ways(Library(project), Ask(campaign="order", sample="ana", edits=edits)) == []


@pytest.mark.parametrize(
    ("slug", "sample"),
    [
        pytest.param("sms-broadcast", "text-message-for-ana", id="a broadcast"),
        pytest.param("receipt", "yuki-renews", id="a transactional message"),
        pytest.param("nurture", "priya-tries-studio", id="a segment"),
        pytest.param("trial-ending", "ximena-tries-studio-in-spanish", id="a date"),
    ],
)
def test_campaigns_without_an_event_are_started_by_what_starts_them(example: Library, slug: str, sample: str):
    assert ways(example, Ask(campaign=slug, sample=sample))


def test_every_email_of_a_journey_can_be_shown_as_it_is_sent(example: Library):
    seen = 0
    for name, sample in example.edition.project.samples.items():
        for slug in sample.campaigns:
            ask = Ask(campaign=slug, sample=name)
            for entry in run_of(example.edition, ask).entries:
                if isinstance(entry, Delivery) and entry.campaign == slug and entry.status == "sent" and entry.message:
                    sent = ask.model_copy(update={"message": entry.message, "sent": entry.made_at})
                    assert picture_of(example.edition, sent, Pages()).rendered is not None, (slug, entry.message)
                    seen += 1
    assert seen > 20


def test_a_message_that_is_not_sent_then_is_refused(example: Library):
    ask = Ask(campaign="win-back", message="offer", sample="oskar-cancels", sent=7)
    with pytest.raises(ConfigurationError, match="does not send 'offer'"):
        picture_of(example.edition, ask, Pages())
