"""A log counted in columns comes to what the engine makes of it, call by call."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from building import DAY, HOUR, START, campaign, data, event, person, project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwright.definitions.conditions import All, Happens, Not, Operator
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.project import Project
from simulator.history.readers import read_calls
from simulator.log_tally import Counts, tally_log
from simulator.replay import replay
from simulator.run import Run
from simulator.summary import Summary, summary_of

BODIES = {
    "hello": "Hi {{ customer.first_name }}",
    "later": "{% if event.item %}{{ event.item | upcase }}{% endif %} {{ customer.plan }}",
}


def content(**assumptions: Any) -> Project:
    """Campaigns on events, of every sort that can be counted in columns."""
    branch = {
        "branch": {
            "if": person("plan", "pro"),
            "then": [{"email": "later"}],
            "else": [{"wait": "2d"}, {"email": "later"}],
        }
    }
    campaigns = {
        "bought": campaign(
            "bought", {"email": "hello"}, {"wait": "1d"}, branch,
            where=data("item", "book", "pen"), goal={"event": "returned", "within": "2d"}, exit={"when": "goal"},
        ),
        "counted": campaign(
            "bought", {"email": "hello"}, {"wait": "1d"}, {"email": "later"},
            where=Not(data("item", "cup")), goal={"event": "returned", "where": data("item", "book")},
        ),
        "once": campaign("returned", {"email": "hello"}, filter=person("plan", "pro"), frequency="once"),
        "weekly": campaign("opened", {"sms": "hello"}, {"wait": "12h"}, {"email": "hello"}, frequency={"once_per": "3d"}),
        "filtered": campaign(
            "opened", {"email": "later", "only_if": event("amount", 5, operator=Operator.ABOVE)},
            {"wait": "1d"}, {"email": "hello"},
            filter=person("plan", "pro", "team"), exit={"when": "stops_matching"},
        ),
        "left": campaign(
            "opened", {"wait": "1d"}, {"email": "hello"}, {"wait": "1d"}, {"email": "later"},
            exit={"on": AnyOf((person("plan", "gone"), Happens("returned"))), "when": "never"},
        ),
        "deep": campaign(
            "looked", {"email": "hello"},
            where=AnyOf((data("cart.total", 3, operator=Operator.ABOVE), data("tags[]", "a", operator=Operator.CONTAINS))),
            goal={"filter": All((Happens("returned"), person("plan", "pro")))}, exit={"when": "goal"},
        ),
    }  # fmt: skip
    return project(campaigns, bodies=BODIES, assumptions=assumptions)


def _record(draw: st.DrawFn) -> dict[str, Any]:
    record: dict[str, Any] = {"type": "track", "person": draw(st.sampled_from(["a", "b", "c"]))}
    at = (
        START + draw(st.integers(min_value=0, max_value=24)) * 6 * HOUR + draw(st.sampled_from([0, 0, 0, 1, 900, 1800]))
    )
    record["timestamp"] = at
    if draw(st.integers(min_value=0, max_value=3)) == 0:
        record["at"] = at + draw(st.sampled_from([0, 60, 4 * DAY, -60]))
    kind = draw(st.integers(min_value=0, max_value=19))
    if kind < 7:
        return {**record, "type": "identify", "attributes": draw(_attributes)}
    if kind == 7:
        return {**record, **draw(st.sampled_from(_RARE))}
    record["name"] = draw(st.sampled_from(["bought", "bought", "returned", "opened", "opened", "looked", "else"]))
    record["data"] = draw(_data)
    if draw(st.integers(min_value=0, max_value=2)) == 0:
        record["id"] = f"e{draw(st.integers(min_value=0, max_value=12))}"
    return record


_RARE: list[dict[str, Any]] = [
    {"type": "delete"},
    {"type": "page", "name": "https://example.org/"},
    {"name": "Bought", "data": {"item": "pen"}},
    {"name": " opened ", "data": {}},
    {"name": "bought", "data": {"item": "pen", "recipient": "other@example.org"}},
    {"type": "identify", "attributes": {"id": "another"}},
    {"name": "x" * 101, "data": {}},
]
_attributes = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from(["a@example.org", "b@example.org", "", None]),
        "plan": st.sampled_from(["pro", "PRO", "free", "team", "gone", None, "", 5]),
        "first_name": st.sampled_from(["Ana", None, "Bo"]),
        "phone": st.sampled_from(["+15550100", None]),
        "unsubscribed": st.sampled_from([True, False, "true", None]),
        "unread": st.integers(0, 9),
    },
)
_data = st.fixed_dictionaries(
    {},
    optional={
        "item": st.sampled_from(["book", "BOOK", "pen", "cup", None, "", 1]),
        "amount": st.sampled_from([1, 5, 6.5, "7", "many", None]),
        "cart": st.sampled_from([{"total": 4}, {"total": "4"}, {"total": None}, "4", None]),
        "tags": st.sampled_from([["A", "b"], [], "a", None]),
    },
)
records = st.lists(st.composite(_record)(), min_size=1, max_size=40)


def counts_of(summary: Summary) -> dict[str, Any]:
    """All that a summary counts, without what is empty."""
    tallies = {
        slug: {name: value for name in type(tally).__slots__ if (value := getattr(tally, name))}
        for slug, tally in summary.campaigns.items()
    }
    doubles = summary.doubles
    return {
        "campaigns": {slug: tally for slug, tally in tallies.items() if tally},
        "per_day": dict(summary.per_day),
        "warnings": dict(summary.warnings),
        "warning_lines": summary.warning_lines,
        "entries": summary.entries,
        "doubles": (doubles.calls, doubles.people, doubles.campaigns, doubles.examples),
    }


def write(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def assert_alike(counts: Counts, whole: Run) -> None:
    assert counts_of(counts.summary) == counts_of(summary_of(whole.entries))
    run = counts.run
    assert (run.calls, run.people, run.calls_by_name) == (whole.calls, whole.people, whole.calls_by_name)
    assert (run.first_at, run.last_at, run.until) == (whole.first_at, whole.last_at, whole.until)
    assert run.unused_events == whole.unused_events


@pytest.mark.parametrize("render", ["none", "outcome"])
@pytest.mark.parametrize("until", [None, START + 4 * DAY], ids=["to the end", "stopped"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=records)
def test_columns_count_what_the_engine_does(
    tmp_path: Path, render: str, until: int | None, lines: list[dict[str, Any]]
) -> None:
    log = write(tmp_path / "log.ndjson", lines)
    whole = replay(content(), None, read_calls([log], on_bad=print), render=render, until=until)
    counts = tally_log(content(), None, [log], render=render, until=until, on_bad=print, bulk_from=0)
    received = [line for line in lines if until is None or line.get("at", line["timestamp"]) <= until]
    assert counts.whole == ("" if received else "no line is left")
    assert counts_of(counts.summary) == counts_of(summary_of(whole.entries))
    if not received:
        return
    assert (counts.run.people, counts.run.first_at, counts.run.last_at, counts.run.until) == (
        whole.people, whole.first_at, whole.last_at, whole.until,
    )  # fmt: skip
    assert Counter(counts.run.assumptions) == whole.assumptions
