"""Words for codes: none is forgotten."""

from __future__ import annotations

import pytest

from mailwright.definitions.assumptions import default_assumptions
from mailwright.definitions.project import Project
from simulator.reports import wording
from simulator.reports.assumption_notes import NOTES
from simulator.reports.blame import failure_place
from simulator.reports.sample_journeys import SampleJourneys
from simulator.trace import Ended, Entered


def test_every_assumption_has_its_note() -> None:
    assert set(NOTES) == set(default_assumptions())


def test_a_code_without_words_is_read_out() -> None:
    assert wording.in_words("some_new_reason", wording.REFUSED) == "some new reason"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (90, "90s"), (3600, "1h"), (7200, "2h"), (9000, "2.5h"), (86400, "1d"), (172_800, "2d")],
)
def test_lengths_read_well(seconds: int, text: str) -> None:
    assert wording.length_as_text(seconds) == text


def test_a_time_beyond_all_calendars_is_a_number() -> None:
    assert wording.moment_as_text(10**18) == str(10**18)


def test_a_failure_without_a_known_name_points_at_the_file(project: Project) -> None:
    assert failure_place(project, "welcome", "tips", None, "something else") == "campaigns/welcome/tips.liquid"
    assert failure_place(project, "welcome", "unknown", None, "something else") == ""


def test_a_longer_name_is_not_taken_for_a_shorter_one(project: Project) -> None:
    assert failure_place(project, "welcome", "tips", None, "undefined variable plan.name").endswith("tips.liquid")


def test_samples_are_bounded_and_of_different_kinds() -> None:
    samples = SampleJourneys(looked_at=10, kept=2)
    for number in range(50):
        person = f"p{number:02}"
        samples.add(Entered(number, person, "welcome", 0, "signed_up", number))
        samples.add(Ended(number, person, "welcome", 0, "finished", ("end", "exit_step", "goal")[number % 3], "R80"))
    chosen = samples.chosen()
    assert [entries[0].person for entries in chosen] == ["p00", "p01"]
