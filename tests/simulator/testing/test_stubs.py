"""Scenarios written for what no test has seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mailwright.loading.folder import load_project
from mailwright.loading.variables import with_vars
from simulator.coverage.facts import Fact
from simulator.coverage.inventory import targets
from simulator.coverage.watching import watched
from simulator.testing.bench import Bench
from simulator.testing.stubs import stubs_for


def watched_bench(shop: Path) -> tuple[Bench, set[Fact]]:
    seen: set[Fact] = set()
    return Bench(with_vars(load_project(shop)), watch=lambda content: watched(content, seen)), seen


def test_they_show_all_that_was_missing(mailwright: Callable[..., Any], shop: Path) -> None:
    done = mailwright("test", "stubs")
    assert done.code == 0, done.err
    assert "campaigns/welcome/stubs.scenario.yaml" in done.out.split("\n")
    tested = mailwright("test", "--coverage", "--fail-under", "100")
    assert tested.code == 0, tested.out
    assert "campaign coverage 100 %" in tested.out
    assert mailwright("test", "stubs").err.endswith("every clause, way, step and message was seen\n")


def test_a_file_that_is_there_is_not_written_over(mailwright: Callable[..., Any], shop: Path) -> None:
    path = shop / "campaigns/welcome/stubs.scenario.yaml"
    kept = "scenarios:\n  - name: mine\n    given: {people: {a: {}}}\n    when: [{wait: 1d}]\n    then: {}\n"
    path.write_text(kept)
    done = mailwright("test", "stubs")
    assert done.code == 5
    assert path.read_text() == kept
    assert not (shop / "campaigns/photo/stubs.scenario.yaml").exists(), "nothing is written by half"


def test_what_nobody_can_reach_is_left_with_the_reason(shop: Path) -> None:
    path = shop / "campaigns/photo/campaign.yaml"
    path.write_text(path.read_text().replace("type: photo", "type: photo, all: [{type: text}]"))
    bench, seen = watched_bench(shop)
    missing = [one for one in targets(bench.content) if one.fact.owner == "photo" and one.fact.kind == "step"]
    found = stubs_for(bench, seen, missing)
    assert found.scenarios == {}
    assert [target.fact.name for target, _ in found.left] == ["thanks"]
