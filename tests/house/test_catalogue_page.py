"""The page of rules is made from the rules, by either command."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailwright.rules import catalogue
from mailwright.rules.base import Rule

ROOT = Path(__file__).parents[2]


def test_the_page_in_the_repository_is_not_stale(capsys: pytest.CaptureFixture[str]):
    assert catalogue.main(["simulator.rules", "sync.rules"]) == 0
    page = (ROOT / catalogue.PAGE).read_text(encoding="utf-8")
    assert capsys.readouterr().out == page, (
        "run: python -m mailwright.rules.catalogue --write simulator.rules sync.rules"
    )


def test_write_puts_the_page_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    assert catalogue.main(["--write"]) == 0
    assert "## unknown-property" in (tmp_path / catalogue.PAGE).read_text(encoding="utf-8")


def test_very_long_lines_of_an_example_are_shortened():
    rule = Rule("long", "a long line", "It is long.", "x" * 400, "short")
    assert max(map(len, catalogue.rule_as_text(rule).split("\n"))) < 150
    assert "x" * 400 not in catalogue.rules_as_markdown([rule])


def test_every_rule_has_both_examples_and_none_shows_the_other():
    rules = catalogue.all_rules()
    assert [rule.id for rule in rules if rule.bad == rule.good] == []
