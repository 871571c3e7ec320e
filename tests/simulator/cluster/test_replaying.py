"""A history replayed set by set gives what one process gives, whatever ties its people and wherever its blocks end."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from building import DAY, HOUR, START, campaign, data, person, project, segment
from cluster_by_hand import replayed_by_hand
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwright.definitions.assumptions import assumptions_from
from mailwright.definitions.conditions import Not, Performed
from mailwright.definitions.triggers import SegmentTrigger
from mailwright.definitions.workspace import MessageLimit, Workspace
from simulator.cluster.replaying import SetCounts
from simulator.history.readers import read_calls
from simulator.replay import replay
from simulator.summary import Summary, summary_of
from simulator.trace import Delivery, Entered, Moved

BODIES = {"hello": "Hi {{ customer.first_name }}", "later": "{{ event.item | default: 'it' }} {{ customer.plan }}"}


def content(**more: Any) -> Any:
    campaigns = {
        "bought": campaign(
            "bought",
            {"email": "hello"},
            {"wait": "1d"},
            {"branch": {"if": person("plan", "pro"), "then": [{"email": "later"}], "else": [{"wait": "2d"}]}},
            where=data("item", "book", "pen"),
            goal={"event": "returned"},
            exit={"when": "goal"},
        ),
        "returned": campaign("returned", {"email": "hello", "counts_toward_limit": True}, filter=person("plan", "pro")),
        "quiet-week": campaign(SegmentTrigger(segment="quiet"), {"email": "hello"}, frequency="rematch"),
    }
    quiet = segment(Not(Performed("bought", within=timedelta(days=7))))
    limited = Workspace(message_limit=MessageLimit(count=1, seconds=DAY))
    return project(campaigns, bodies=BODIES, segments={"quiet": quiet}, workspace=limited, **more)


def _record(draw: st.DrawFn, *, tied: bool) -> dict[str, Any]:
    who = draw(st.sampled_from(["a", "b", "c", "D", "d"]))
    record: dict[str, Any] = {"person": who}
    if draw(st.integers(min_value=0, max_value=5)):
        record["timestamp"] = START + draw(st.integers(min_value=0, max_value=20)) * 12 * HOUR
    kinds = ["identify", "track", "track", "track", "delete", "suppress"]
    kind = draw(st.sampled_from([*kinds, "merge", "anonymous", "by email"] if tied else kinds))
    if kind == "identify":
        attributes: dict[str, Any] = {"email": f"{who}@example.org", "plan": draw(st.sampled_from(["pro", "free"]))}
        if tied and draw(st.booleans()):
            attributes["anonymous_id"] = draw(st.sampled_from(["x", "y"]))
        return {"type": "identify", **record, "attributes": attributes}
    if kind in ("delete", "suppress"):
        return {"type": kind, **record}
    if kind == "merge":
        return {"type": kind, **record, "other": draw(st.sampled_from(["a", "b", "c", "D"]))}
    record |= {"name": draw(st.sampled_from(["bought", "returned", "looked"]))}
    record |= {"type": "track", "data": {"item": draw(st.sampled_from(["book", "cup"]))}}
    if kind == "anonymous":
        del record["person"]
        record["anonymous_id"] = draw(st.sampled_from(["x", "y"]))
    elif kind == "by email":
        record["person"], record["id_type"] = f"{who}@example.org", "email"
    if draw(st.booleans()):
        record["id"] = f"e{draw(st.integers(min_value=0, max_value=6))}"
    return record


def records(*, tied: bool) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.composite(lambda draw: _record(draw, tied=tied))(), max_size=30)


def rows_of(entries: list[Any]) -> list[tuple[Any, ...]]:
    """The deliveries of a trace as records."""
    lines: dict[tuple[str, str, int], int] = {}
    for entry in entries:
        if isinstance(entry, Entered):
            lines[entry.campaign, entry.person, entry.journey] = entry.line
        elif isinstance(entry, Moved):
            before = lines[entry.campaign, entry.from_person, entry.from_journey]
            lines[entry.campaign, entry.person, entry.journey] = before
    return sorted(
        (
            entry.person, entry.campaign, entry.step, entry.at, entry.channel, entry.status, entry.failure or entry.reason,
            lines.get((entry.campaign, entry.person, entry.journey), 0),
        )
        for entry in entries
        if isinstance(entry, Delivery)
    )  # fmt: skip


def _whole(counts: list[Any]) -> Summary:
    whole = Summary()
    for one in counts:
        assert isinstance(one, SetCounts)
        whole.merge(one.summary)
    return whole


def _counts(summary: Summary) -> dict[str, Any]:
    tallies = {
        slug: {name: value for name in type(tally).__slots__ if (value := getattr(tally, name))}
        for slug, tally in summary.campaigns.items()
    }
    doubles = summary.doubles
    return {
        "campaigns": {slug: tally for slug, tally in tallies.items() if tally},
        "per_day": dict(summary.per_day),
        "warnings": dict(summary.warnings),
        "lines": summary.warning_lines,
        "doubles": (doubles.calls, doubles.people, doubles.campaigns, doubles.examples),
    }


def _as_log(records: list[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(record)}\n" for record in records).encode()


def _same(tmp_path: Path, made: Any, files: list[bytes], until: int | None, chance: random.Random) -> None:
    names = []
    for number, log in enumerate(files):
        names.append(tmp_path / f"log{number}.ndjson")
        names[-1].write_bytes(log)
    one = replay(made, None, read_calls(names, on_bad=lambda _: None), until=until, render="outcome")
    size = chance.randint(1, 7)
    for deliveries in (True, False):
        found = replayed_by_hand(
            made,
            files,
            lines_a_block=size,
            until=until,
            deliveries=deliveries,
            chance=chance,
            sets=chance.randint(1, 4),
        )
        assert _counts(_whole(found.counts)) == _counts(summary_of(one.entries))
        assert sum(counts.run.people for counts in found.counts) == one.people
        if deliveries:
            assert sorted(found.deliveries) == rows_of(one.entries)


fewer = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@fewer
@given(first=records(tied=False), second=records(tied=False), seed=st.integers(0, 99), cut=st.booleans())
def test_people_apart_give_what_they_give_together(tmp_path: Path, first: Any, second: Any, seed: int, cut: bool):
    until = START + 5 * DAY if cut else None
    _same(tmp_path, content(), [_as_log(first), _as_log(second)], until, random.Random(seed))


@fewer
@given(log=records(tied=True), seed=st.integers(0, 99))
def test_people_whom_calls_tie_are_replayed_together(tmp_path: Path, log: Any, seed: int):
    _same(tmp_path, content(), [_as_log(log)], None, random.Random(seed))


@fewer
@given(log=records(tied=False), seed=st.integers(0, 99), room=st.integers(1, 3))
def test_an_event_id_is_remembered_as_long_as_by_one_process(tmp_path: Path, log: Any, seed: int, room: int):
    made = content(assumptions={"event_id_memory": room})
    assert assumptions_from(made.settings.assumptions).event_id_memory == room
    _same(tmp_path, made, [_as_log(log)], None, random.Random(seed))


def test_a_call_about_everybody_keeps_the_history_in_one_piece(tmp_path: Path):
    log = [
        {"type": "track", "person": "a", "name": "bought", "timestamp": START, "data": {"item": "book"}},
        {"type": "broadcast", "name": "news", "timestamp": START + 1, "data": {}},
        {"type": "track", "person": "b", "name": "bought", "timestamp": START + 2, "data": {"item": "book"}},
    ]
    _same(tmp_path, content(), [_as_log(log)], None, random.Random(3))
    found = replayed_by_hand(content(), [_as_log(log)], lines_a_block=1)
    assert len(found.counts) == 1
    assert [one.about_everybody for one in found.facts].count((1, "broadcast")) == 1


@pytest.mark.parametrize("lines_a_block", [1, 2, 50])
def test_bad_lines_and_a_mark_at_the_start_change_no_line_number(lines_a_block: int):
    good = {"type": "track", "person": "a", "name": "bought", "timestamp": START, "data": {"item": "book"}}
    log = b"\xef\xbb\xbf" + _as_log([good]) + b"\n{broken\n" + b'{"type":"track","person":"\xff"}\r\n' + _as_log([good])
    found = replayed_by_hand(content(), [log], lines_a_block=lines_a_block, deliveries=True)
    assert {row[-1] for row in found.deliveries} == {0, 1, 5}
