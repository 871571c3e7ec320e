"""The report of the living example with some edits, in every format."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mailwright.loading.folder import load_project
from mailwright.loading.variables import with_vars
from simulator.backtest.charts import chart, difference_chart
from simulator.backtest.documents import backtest_as_json, backtest_as_markdown, sparkline
from simulator.backtest.editions import Edit, edits_between
from simulator.backtest.looking import edits_for
from simulator.backtest.making import Names, make_backtest_report
from simulator.backtest.page import backtest_as_html
from simulator.backtest.report import BacktestReport, MoveRow, NotSentRow, SampleRow, Slot
from simulator.backtest.running import Question, backtest
from simulator.backtest.text import backtest_as_text
from simulator.backtest.wording import edit_in_words
from simulator.content import compile_content
from simulator.history.calls import BadLine, Call, CallKind
from simulator.reports.tables import Style

HERE = Path(__file__).parents[3]
EDITS = (
    ("campaigns/signup-teens-for-jeans/campaign.yaml", "[9001, 9017]", "[9001]"),
    ("campaigns/onboarding/campaign.yaml", "- wait: 1d", "- wait: 4d"),
    ("campaigns/photo-approved/approved.liquid", "<p>", "<p>Well: "),
    ("campaigns/signup-general/confirmation.es.liquid", "<p>", "<p>Bien: "),
    ("campaigns/_shared/samples/malik-sends-words.yaml", "campaigns: [text-received]", ""),
)


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with a filter, a wait, two texts and a segment edited, a campaign gone, one stopped and one new."""
    root: Path = tmp_path_factory.mktemp("after")
    shutil.copy(HERE / "pyproject.toml", root)
    for folder in ("campaigns", "layouts"):
        shutil.copytree(HERE / folder, root / folder)
    for name, old, new in EDITS:
        text = (root / name).read_text()
        (root / name).write_text(text.replace(old, new, 1))
    shutil.rmtree(root / "campaigns/text-received")
    again = root / "campaigns/news-again"
    shutil.copytree(root / "campaigns/news-welcome", again, ignore=shutil.ignore_patterns("*.scenario.yaml"))
    (again / "campaign.yaml").write_text(
        (again / "campaign.yaml").read_text().replace("name: News Welcome", "name: News Again")
    )
    stopped = root / "campaigns/password-updated/campaign.yaml"
    stopped.write_text("state: stopped\n" + stopped.read_text())
    return root


@pytest.fixture(scope="module")
def report(edited: Path) -> BacktestReport:
    sides = tuple(with_vars(load_project(root), "qa") for root in (HERE, edited))
    question = Question(sides[0], sides[1], "qa", (str(HERE / "examples/log/events.ndjson"),))
    contents = (compile_content(sides[0], "qa"), compile_content(sides[1], "qa"))
    answer = backtest(question, on_bad=lambda bad: None)
    bad = [BadLine("log.ndjson", number, 1, "no call") for number in range(1, 60)]
    names = Names("main", "the files here", ("log.ndjson",), ("log.ndjson",), workspace="qa", against="main")
    return make_backtest_report(question, answer, contents, names, bad_lines=bad, bad_count=60)


def test_what_was_edited_is_told_campaign_by_campaign(report: BacktestReport):
    said = [edit_in_words(edit) for edit in report.edits]
    for words in (
        "news-again added",
        "onboarding: workflow",
        "password-updated stopped",
        "photo-approved: approved",
        "signup-general: trigger, confirmation (es)",
        "signup-teens-for-jeans: trigger",
        "text-received removed",
    ):
        assert words in said


def test_shared_parts_are_told_for_all_campaigns(edited: Path):
    old = load_project(HERE)
    limited = old.settings.workspaces["qa"].model_copy(update={"message_limit": None})
    settings = old.settings.model_copy(
        update={
            "workspaces": {**old.settings.workspaces, "qa": limited},
            "assumptions": {"exit_tested_at": "every_step"},
        }
    )
    topics = old.topics.model_copy(update={"channels": {"email": "unsubscribed"}})
    new = replace(old, settings=settings, topics=topics, segments={})
    (first, *_) = edits_between(
        compile_content(with_vars(old, "qa"), "qa"), compile_content(with_vars(new, "qa"), "qa")
    )
    assert first.slug == ""
    assert {"the workspace's message_limit", "assumptions", "topics"} <= set(first.parts)
    assert any(part.startswith("segment ") for part in first.parts)


def test_every_kind_of_change_is_told_with_somebody_to_look_at(report: BacktestReport):
    kinds = {sample.kind for sample in report.samples}
    assert {"gained", "lost", "moved", "retimed", "other_text"} <= kinds
    gone = [sample for sample in report.samples if sample.campaign == "text-received"]
    assert gone and all(sample.explain == sample.preview == "" for sample in gone)


def test_every_format_says_the_same_figures(report: BacktestReport):
    text, markdown, page = backtest_as_text(report), backtest_as_markdown(report), backtest_as_html(report)
    data = json.loads(backtest_as_json(report))
    assert data["schema_version"] == 1
    summary = data["summary"]
    assert text.splitlines()[-1] == summary
    assert summary in page
    for shown in (text, markdown, page):
        for part in ("signup-teens-for-jeans", "text-received", "60"):
            assert part in shown
    assert "for the same call: signup-teens-for-jeans/confirmation before" in text
    assert "messages for the same call move" in markdown
    assert "The same call, another message" in page
    for row in report.campaigns:
        if not row.change.is_none:
            assert f"{row.change.before:,}" in markdown


def test_a_terminal_gets_colours_and_a_file_none(report: BacktestReport):
    assert "\x1b[1m" in backtest_as_text(report, Style(coloured=True))
    assert "\x1b" not in backtest_as_text(report)


def test_long_reports_say_how_much_they_leave_out(report: BacktestReport):
    move = MoveRow("a", "b", "c", "d", 3)
    row = NotSentRow("a", "b", "failed", "why", 1, 2)
    samples = tuple(SampleRow("lost", "a", f"s{number}", "p-1", 1, 2) for number in range(30))
    campaigns = tuple(replace(report.campaigns[0], slug=f"c{number}") for number in range(60))
    long = replace(
        report, moves=(move,) * 30, not_sent=(row,) * 30, samples=samples, campaigns=campaigns, notes=(("a doubt", 2),)
    )
    text, markdown, page = backtest_as_text(long), backtest_as_markdown(long), backtest_as_html(long)
    for words in (
        "and 15 other ways",
        "and 15 more that differ",
        "and 18 more in --format json, md or html",
        "and 55 more bad lines",
        "2 x a doubt",
    ):
        assert words in text
    for words in ("20 more changed", "and 20 more bad lines", "2 x a doubt"):
        assert words in markdown
    assert "and 40 more bad lines" in page


def test_a_single_day_has_no_line_of_days(report: BacktestReport):
    assert "Messages a day" not in backtest_as_markdown(replace(report, days=report.days[:1]))
    assert "When messages go out" not in backtest_as_html(replace(report, days=()))


def test_hostile_names_stay_text(report: BacktestReport):
    hostile = "<script>alert(1)</script>|`x`"
    row = replace(report.campaigns[0], slug=hostile)
    named = replace(report, before=hostile, campaigns=(row,), edits=(Edit(hostile, "changed"),))
    assert "<script>" not in backtest_as_html(named)
    assert "|`" not in backtest_as_markdown(named).replace("\\|", "").replace("\\`", "")


def test_blocks_are_as_high_as_their_counts():
    assert sparkline([0, 1, 4, 8], 8) == "·▁▄█"
    assert sparkline([0], 0) == "·"


def days(*pairs: tuple[int, int]) -> list[Slot]:
    return [Slot(number * 86400, before, after) for number, (before, after) in enumerate(pairs)]


def label(slot: Slot) -> str:
    return f"day {slot.at // 86400}"


def test_a_chart_says_in_words_what_it_shows():
    drawn = chart(days((1, 2), (0, 5)), "Messages", label)
    assert 'aria-label="Messages from day 0 to day 1: 1 before, 7 after; at most 5, day 1."' in drawn
    assert drawn.count("<rect") == 6
    assert chart(days((0, 0)), "Messages", label) == ""


def test_a_long_series_is_drawn_as_lines():
    drawn = chart(days(*[(number % 7, number % 5) for number in range(200)]), "Messages", label)
    assert drawn.count("<path") == 2
    assert "<rect" not in drawn
    assert difference_chart(days(*[(0, 1)] * 200), "More", label) == ""


def test_a_chart_of_differences_goes_both_ways():
    drawn = difference_chart(days((1, 3), (4, 0), (2, 2)), "More or fewer", label)
    assert drawn.count('class="after"') == drawn.count('class="fewer"') == 1
    assert "2 more and 4 fewer; at most 4 in one." in drawn
    assert difference_chart(days((2, 2)), "More or fewer", label) == ""


def test_only_what_was_known_then_is_shown_with_a_sample():
    calls = [
        Call(1, CallKind.IDENTIFY, "ann", data={"plan": "free", "id": "ann", "_update": True}),
        Call(2, CallKind.EVENT, "ann", name="went", data={"to": "Rome"}),
        Call(3, CallKind.IDENTIFY, "ann", data={"plan": "pro"}),
        Call(4, CallKind.EVENT, "ann", name="went", data={"to": "x" * 9_000}),
        Call(5, CallKind.EVENT, "ben", name="went"),
        Call(6, CallKind.WEBHOOK, None, name="hook"),
    ]
    found = edits_for(calls, [("ann", 2), ("ann", 4), ("ann", 3)])
    assert {place: json.loads(text) for place, text in found.items()} == {
        ("ann", 2): {
            "person": {"id": "ann", "attributes": {"plan": "free"}},
            "event": {"name": "went", "type": "event", "data": {"to": "Rome"}},
        }
    }
