"""A whole backtest: the same answer however it is divided, whatever the log's form, and of a sample if asked."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from building import DAY, HOUR, START, campaign, data, person, project

from mailwright.definitions.conditions import MessageIs, MessageState
from mailwright.definitions.workspace import MessageLimit, Workspace
from mailwright.diagnostics import HistoryError
from simulator.backtest.pruning import edited_alone
from simulator.backtest.running import FAR_OUT_OF_ORDER, Answer, Question, backtest
from simulator.content import compile_content
from simulator.history.calls import BadLine
from simulator.sharing import MEETING

PEOPLE = 60


def record(number: int) -> dict[str, Any]:
    who, at = f"u{number % PEOPLE}", START + number * 600
    if number < PEOPLE:
        return {
            "type": "identify",
            "person": who,
            "timestamp": at,
            "attributes": {"email": f"{who}@example.org", "plan": "pro" if number % 3 else "free"},
        }
    names = ("bought", "looked", "posted")
    return {
        "type": "track",
        "person": who,
        "name": names[number % 3],
        "timestamp": at,
        "id": f"e{number}",
        "data": {"item": ("book", "cup")[number % 2]},
    }


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("log") / "log.ndjson"
    path.write_text("".join(json.dumps(record(number)) + "\n" for number in range(600)))
    return path


def content(*items: str, body: str = "Hello", plan: str = "pro") -> Any:
    return project(
        {
            "bought": campaign(
                "bought", {"email": "thanks"}, {"wait": "2h"}, {"email": "more"}, where=data("item", *items)
            ),
            "posted": campaign("posted", {"email": "posted"}, filter=person("plan", plan), frequency="every_time"),
        },
        bodies={"posted": body, "more": "{{ event.item }} {{ customer.first_name }}"},
    )


def asked(log: Path | str, **rest: Any) -> Question:
    return Question(content("book"), content("book", "cup", body="Hi"), None, (str(log),), **rest)


def answered(question: Question, **rest: Any) -> tuple[Answer, list[BadLine]]:
    bad: list[BadLine] = []
    return backtest(question, on_bad=bad.append, **rest), bad


@pytest.fixture(scope="module")
def alone(log: Path) -> Answer:
    return answered(asked(log))[0]


def test_an_edit_shows_as_who_gains_and_who_gets_another_version(alone: Answer):
    assert alone.comparison.people["gained"] > 0
    assert alone.comparison.people["other_text"] > 0
    assert set(alone.comparison.of_campaign) == {("gained", "bought"), ("other_text", "posted")}
    assert (alone.calls, alone.people, alone.first_at) == (600, PEOPLE, START)
    assert alone.until == (alone.last_at or 0) + 30 * DAY


@pytest.mark.parametrize(("processes", "shares"), [(2, 3), (1, 2), (1, 5)])
def test_any_number_of_processes_and_shares_gives_the_same_answer(log, alone, processes, shares):
    apart, _ = answered(asked(log, held=7), processes=processes, shares=shares)
    assert asdict(apart) == asdict(alone)


@pytest.mark.parametrize("until", [None, START + PEOPLE * 600 + 5 * HOUR], ids=["to the end", "stopped"])
def test_a_log_in_columns_gives_the_same_answer(log: Path, tmp_path: Path, until: int | None):
    late = {**record(3), "timestamp": START - 2 * DAY, "attributes": {"plan": "free"}}
    odd = [late, {"type": "delete", "person": "u5", "timestamp": START + 400 * 600}, {**record(599), "name": "Bought"}]
    path = tmp_path / "log.ndjson"
    path.write_text(log.read_text() + "".join(json.dumps(line) + "\n" for line in odd))
    for file in (log, path):
        one, _ = answered(asked(file, until=until))
        columns, _ = answered(asked(file, until=until, columns_from=0, held=11))
        again, _ = answered(asked(file, until=until, index_at=tmp_path))
        assert set(columns.assumptions) == set(one.assumptions)
        assert asdict(replace(columns, assumptions=one.assumptions)) == asdict(one)
        assert asdict(again) == asdict(columns)


def test_the_clock_stops_where_it_is_told(log: Path):
    until = START + PEOPLE * 600 + HOUR
    one, _ = answered(asked(log, until=until))
    assert (one.until, one.last_at) == (until, until)
    assert max(hour for hour, _ in one.comparison.after.hours) * HOUR <= until


def test_a_sample_is_the_same_people_whoever_replays_them(log: Path, alone: Answer):
    sample, _ = answered(asked(log, one_in=3))
    apart, _ = answered(asked(log, one_in=3), processes=1, shares=4)
    assert asdict(sample) == asdict(apart)
    assert 5 < sample.people < PEOPLE // 2
    assert (sample.calls, sample.last_at, sample.until) == (alone.calls, alone.last_at, alone.until)
    for step, count in sample.comparison.after.sent.items():
        assert count <= alone.comparison.after.sent[step]


def test_people_who_meet_are_replayed_together(tmp_path: Path, log: Path):
    path = tmp_path / "merged.ndjson"
    merge = {"type": "merge", "person": "u1", "other": "u2", "timestamp": START + 700 * 600}
    path.write_text(log.read_text() + json.dumps(merge) + "\n")
    one, _ = answered(asked(path))
    apart, _ = answered(asked(path), shares=2)
    assert (one.alone, apart.alone) == ("", MEETING)
    assert asdict(one) == asdict(replace(apart, alone=""))
    assert one.people == PEOPLE - 1
    sampled = [answered(asked(path, one_in=number))[0].tied for number in (2, 3, 5, 7)]
    assert max(sampled) == 1


def test_a_bad_line_is_told_once_whoever_reads_it(tmp_path: Path, log: Path):
    path = tmp_path / "bad.ndjson"
    path.write_text(log.read_text() + "{ not json\n")
    for shares in (1, 2):
        _, bad = answered(asked(path), shares=shares)
        assert [(one.line, one.column) for one in bad] == [(601, 3)]
    with pytest.raises(HistoryError) as caught:
        answered(asked(path, strict=True), shares=2)
    assert str(caught.value.span).endswith("bad.ndjson:601:3")


def test_calls_far_out_of_order_are_counted_alike_by_any_number(tmp_path: Path, log: Path):
    path = tmp_path / "mixed.ndjson"
    lines = log.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:60], *lines[400:], *lines[60:400]]))
    found = [answered(asked(path), processes=1, shares=shares)[0] for shares in (1, 3)]
    assert found[0].notes[FAR_OUT_OF_ORDER] == found[1].notes[FAR_OUT_OF_ORDER] > 100
    assert asdict(found[0].comparison) == asdict(found[1].comparison)


def test_texts_are_compared_as_people_get_them(log: Path):
    def people(question: Question) -> int:
        return answered(question)[0].comparison.people["other_text"]

    same_text = replace(asked(log), after=content("book", body="{{ 'Hello' }}"))
    assert people(same_text) > 0
    assert people(replace(same_text, render="all")) == 0
    assert people(replace(same_text, render="all", after=content("book", body="Hi"))) > 0


@pytest.mark.parametrize("edit", ["filter", "text", "added", "removed", "none"])
def test_replaying_only_what_differs_gives_the_same_answer(log: Path, edit: str):
    old = content("book")
    campaigns = {**old.campaigns, "looked": campaign("looked", {"email": "thanks"})}
    more = project(campaigns, bodies={"posted": "Hello", "more": "{{ event.item }} {{ customer.first_name }}"})
    pair = {
        "filter": (old, content("cup")),
        "text": (old, content("book", body="Hi")),
        "added": (old, more),
        "removed": (more, old),
        "none": (old, old),
    }[edit]
    asked_for = Question(*pair, None, (str(log),))
    assert edited_alone(compile_content(pair[0]), compile_content(pair[1])) is not None
    pruned, whole = answered(asked_for)[0], answered(replace(asked_for, whole=True))[0]
    assert asdict(pruned.comparison) == asdict(whole.comparison)
    assert pruned.people == whole.people
    assert pruned.comparison.is_same is (edit == "none")


@pytest.mark.parametrize(
    "change",
    [
        {"workspace": Workspace(message_limit=MessageLimit(count=1, seconds=DAY))},
        {"identifier": "id_or_email"},
        {"steps": [{"set": {"person": {"plan": "x"}}}]},
        {"steps": [{"create_event": {"name": "bought", "data": {}}}]},
        {"steps": [{"branch": {"if": MessageIs("thanks", MessageState.OPENED), "then": [], "else": []}}]},
        {"assumptions": {"exit_tested_at": "every_step"}},
    ],
)
def test_campaigns_that_may_reach_others_are_replayed_whole(change: dict[str, Any]):
    settings = {name: value for name, value in change.items() if name != "steps"}
    old = compile_content(project(campaign("bought")))
    new = compile_content(project(campaign("bought", {"email": "hello"}, *change.get("steps", [])), **settings))
    assert edited_alone(old, new) is None


def test_content_that_reaches_other_people_is_replayed_in_one_piece(log: Path):
    crossing = project(campaign("bought", {"set": {"person": {"plan": "x"}, "of": "{{ event.friend }}"}}))
    one, _ = answered(Question(crossing, crossing, None, (str(log),)), processes=2)
    assert one.comparison.is_same
    assert one.alone == "a step acts on other people than its own"


def test_people_known_by_email_are_replayed_together_and_it_is_said(log: Path):
    by_email = project(campaign("bought"), identifier="id_or_email")
    one, _ = answered(Question(by_email, by_email, None, (str(log),)), processes=2)
    assert "identifier: id" in one.alone


def test_a_log_put_in_the_order_of_time_is_the_log_that_was(tmp_path: Path, log: Path, alone: Answer):
    path = tmp_path / "mixed.ndjson"
    lines = log.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[300:], *lines[:300]]))
    found = [answered(asked(path, by_time=True, held=50), shares=shares)[0] for shares in (1, 2)]
    for one in found:
        assert FAR_OUT_OF_ORDER not in one.notes
        assert one.comparison.after == alone.comparison.after
        assert one.comparison.people == alone.comparison.people
