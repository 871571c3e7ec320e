"""What there is to see, what was seen, and how it is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mailwright.loading.folder import load_project
from mailwright.loading.variables import with_vars
from simulator.coverage.facts import Fact, Target
from simulator.coverage.html_page import coverage_page
from simulator.coverage.inventory import targets
from simulator.coverage.report import Coverage, coverage_as_json, coverage_as_text, merged, shown_percent
from simulator.testing.bench import Bench

FILES = {
    "mailwright.toml": "",
    "campaigns/c/campaign.yaml": (
        "name: A <b>bold</b> name\n"
        "trigger: {event: signed_up, where: {source: web}}\n"
        "workflow:\n"
        "  - email: hello\n"
        "  - branch:\n"
        "      if: {person: {plan: pro}}\n"
        "      then: [{exit: true}]\n"
        "  - cohorts: [{share: 100, name: all}, {share: 0, name: nobody}]\n"
        "  - wait_until: {any: [{event: answered}]}\n"
        "  - email: never\n"
        '    sending: "off"\n'
    ),
    "campaigns/c/hello.liquid": "---\nsubject: Hello\n---\n<p>Hello</p>\n",
    "campaigns/c/hello.es.liquid": "---\nsubject: Hola\n---\n<p>Hola</p>\n",
    "campaigns/c/never.liquid": "---\nsubject: Never\n---\n<p>Never</p>\n",
    "campaigns/c-stopped/campaign.yaml": "name: S\nstate: stopped\ntrigger: {event: a}\nworkflow: [{email: x}]\n",
    "campaigns/c-stopped/x.liquid": "---\nsubject: X\n---\n<p>X</p>\n",
}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Bench(with_vars(load_project(tmp_path)))


@pytest.fixture
def everything(bench: Bench) -> tuple[Target, ...]:
    return tuple(targets(bench.content))


def test_all_that_a_running_campaign_can_show_is_there_with_its_place(everything: tuple[Target, ...]) -> None:
    found = {(*one.fact, one.place.rsplit("/", 1)[-1]) for one in everything}
    assert found == {
        ("clause", "c", "trigger#", "true", "campaign.yaml:2:37"),
        ("clause", "c", "trigger#", "false", "campaign.yaml:2:37"),
        ("clause", "c", "step:branch-2:0#", "true", "campaign.yaml:6:21"),
        ("clause", "c", "step:branch-2:0#", "false", "campaign.yaml:6:21"),
        ("clause", "c", "step:wait_until-5:0#0", "true", "campaign.yaml:9:25"),
        ("clause", "c", "step:wait_until-5:0#0", "false", "campaign.yaml:9:25"),
        ("step", "c", "hello", "", "campaign.yaml:4:5"),
        ("step", "c", "branch-2", "", "campaign.yaml:5:5"),
        ("step", "c", "exit-3", "", "campaign.yaml:7:14"),
        ("step", "c", "cohorts-4", "", "campaign.yaml:8:5"),
        ("step", "c", "wait_until-5", "", "campaign.yaml:9:5"),
        ("step", "c", "never", "", "campaign.yaml:10:5"),
        ("way", "c", "branch-2", "then", "campaign.yaml:7:13"),
        ("way", "c", "branch-2", "else", "campaign.yaml:6:7"),
        ("way", "c", "cohorts-4", "all", "campaign.yaml:8:15"),
        ("way", "c", "wait_until-5", "met", "campaign.yaml:9:17"),
        ("message", "c", "hello", "", "hello.liquid:1:1"),
        ("message", "c", "hello", "es", "hello.es.liquid:1:1"),
    }


def test_the_table_names_each_place_once_and_ends_in_a_summary(everything: tuple[Target, ...]) -> None:
    seen = frozenset(one.fact for one in everything if one.fact.name != "branch-2") - {
        Fact("clause", "c", "trigger#", "true")
    }
    text = "\n".join(coverage_as_text(Coverage(everything, seen)))
    assert "campaigns/c/campaign.yaml:2:37  never true: source is web" in text
    assert text.endswith("campaign coverage 77.8 %: 5 of 6 clauses, 2 of 4 ways, 5 of 6 steps, 2 of 2 messages")
    nothing = "\n".join(coverage_as_text(Coverage(everything, frozenset())))
    assert nothing.count("source is web") == 1 and "never asked: source is web" in nothing


def test_only_all_is_a_hundred_percent(everything: tuple[Target, ...]) -> None:
    whole = frozenset(one.fact for one in everything)
    assert shown_percent(Coverage(everything, whole).percent) == "100 %"
    assert Coverage((), frozenset()).percent == 100
    assert shown_percent(99.9999) == "99.9 %"


def test_json_goes_there_and_back(everything: tuple[Target, ...]) -> None:
    found = json.loads(coverage_as_json(Coverage(everything, frozenset())))
    assert found["schema_version"] == 1
    assert found["counts"]["steps"] == {"seen": 0, "there": 6}
    assert len(found["missing"]) == len(everything)


def test_facts_of_several_processes_are_joined() -> None:
    pieces = [[["step", "c", "hello", ""]], [["step", "c", "hello", ""], ["way", "c", "b", "then"]]]
    assert merged(pieces) == {Fact("step", "c", "hello"), Fact("way", "c", "b", "then")}


def test_the_page_needs_nothing_beside_itself_and_runs_nothing(bench: Bench, everything: tuple[Target, ...]) -> None:
    page = coverage_page(Coverage(everything, frozenset({Fact("step", "c", "hello")})), bench.content)
    assert "A &lt;b&gt;bold&lt;/b&gt; name" in page and "<b>bold" not in page
    assert "<script" not in page and not re.search(r"(src|href)=\"(?!#)", page)
    assert '<div class="step full"><span class="kind">email</span> <b>hello</b>' in page
    assert '<div class="step none"><span class="kind">exit</span> <b>exit-3</b>' in page
    assert "welcome" not in page and "c-stopped" not in page
