"""The page of assumptions says what the code assumes."""

from __future__ import annotations

from pathlib import Path

from mailwright.definitions.assumptions import default_assumptions
from simulator.reports.assumption_notes import NOTES, PAGE, assumptions_as_markdown

ROOT = Path(__file__).parents[3]


def test_every_setting_has_its_note():
    assert set(NOTES) == set(default_assumptions())


def test_the_page_is_not_stale():
    assert (ROOT / PAGE).read_text(encoding="utf-8") == assumptions_as_markdown(), (
        "run python -m simulator.reports.assumption_notes --write"
    )


def test_every_rule_that_a_note_cites_stands_in_the_rules():
    rules = (ROOT / "docs/semantics.md").read_text(encoding="utf-8")
    for note in NOTES.values():
        assert note.rule.startswith("Liquid") or f"**{note.rule}**" in rules
