"""A log with planted faults, kind by kind: each is found, and nothing else is told."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from mailwright.contract.uses import uses_in
from mailwright.loading.folder import load_project
from simulator.contract.auditing import Finding, Kind, audit
from simulator.contract.observing import observed_in
from simulator.contract.reports import audit_as_html, audit_as_json, audit_as_markdown, audit_as_text
from simulator.contract.second_counts import read_counts
from simulator.history.readers import read_calls

START = 1_767_225_600
DAY = 86_400
FILES = {
    "mailwright.toml": '[workspaces.qa]\nregion = "us"\nfrom = "Example <hello@example.org>"\n[events]\nmost = 5\n',
    "campaigns/welcome/campaign.yaml": "name: Welcome\ntrigger: {event: order_placed, where: {status: paid}}\nworkflow: [{email: hello}]\n",
    "campaigns/welcome/hello.liquid": "---\nsubject: Hi\n---\n<p>{{ event.total }}</p>\n",
    "campaigns/renewal/campaign.yaml": "name: Renewal\ntrigger: {event: plan_renewed}\nworkflow: [{email: hello}]\n",
    "campaigns/renewal/hello.liquid": "---\nsubject: Hi\n---\n<p>Hi</p>\n",
    "campaigns/_shared/people.yaml": "identifier: id\nattributes:\n  email: {type: text}\n  badges: {type: integer}\n",
    "campaigns/_shared/events/order_placed.yaml": """\
name: order_placed
aliases: [purchase]
properties:
  status: {type: text, required: true, allowed: [paid, open]}
  total: {type: number}
  placed_at: {type: timestamp}
  note: {type: text}
  gift: {type: object, properties: {wrapped: {type: boolean}}}
""",
    "campaigns/_shared/events/plan_renewed.yaml": "name: plan_renewed\n",
    "campaigns/_shared/events/cart_left.yaml": "name: cart_left\ndeprecated: true\nreplaced_by: order_placed\n",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("contract")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def track(name: str, person: str = "1", at: int = 0, *, received: int | None = None, **more: Any) -> dict[str, Any]:
    stamp = START + at
    line = {"type": "track", "userId": person, "event": name, "timestamp": stamp, "receivedAt": received or stamp}
    return {**line, "properties": {}, "messageId": f"{name}-{person}-{at}", **more}


def order(at: int = 0, person: str = "1", name: str = "order_placed", **properties: Any) -> dict[str, Any]:
    return track(name, person, at, properties={"status": "paid", "total": 9.5, **properties})


def identify(person: str = "1", at: int = -10, **traits: Any) -> dict[str, Any]:
    known = {"email": f"{person}@example.org", **traits}
    return {"type": "identify", "userId": person, "traits": known, "timestamp": START + at, "receivedAt": START + at}


CLEAN = [
    *(identify(str(number), at=number - 100) for number in range(50)),
    *(order(number * 60, str(number)) for number in range(50)),
    *(track("plan_renewed", str(number), DAY + number) for number in range(50)),
]
PLANTS: dict[Kind, list[dict[str, Any]]] = {
    Kind.UNKNOWN_EVENT: [track("newsletter_read", "2", 500)],
    Kind.TYPO: [order(501, "2", "order_plaecd")],
    Kind.CASE: [order(502, "2", "Order_Placed")],
    Kind.OLD_NAME: [order(503, "2", "purchase")],
    Kind.DEPRECATED: [track("cart_left", "2", 504)],
    Kind.CLICK: [track("plan_button_clicked", "2", 505)],
    Kind.TOO_MANY: [track(f"thing_number_{number}_done", "2", 600 + number) for number in range(5)],
    Kind.MISSING: [track("order_placed", "2", 506, properties={"total": 3})],
    Kind.UNKNOWN_PROPERTY: [order(507, "2", coupon="x")],
    Kind.PROPERTY_TYPO: [order(508, "2", placedAt=START)],
    Kind.TYPE: [order(509, "2", total="nine")],
    Kind.VALUE: [order(510, "2", status="lost")],
    Kind.NULL: [order(511, "2", note=None)],
    Kind.TIME: [order(512, "2", placed_at=START * 1000)],
    Kind.SENSITIVE: [order(513, "2", note="4111 1111 1111 1111")],
    Kind.LATE: [order(514 + number, "2", name="order_placed") | {"receivedAt": START + 5 * DAY} for number in range(9)],
    Kind.AHEAD: [order(4 * DAY, "2") | {"receivedAt": START + 3 * DAY}],
    Kind.REPEATED: [order(515, "2") | {"messageId": "order_placed-1-60"}],
    Kind.IDENTIFIED_LATE: [line for n in range(60, 64) for line in (order(516, str(n)), identify(str(n), at=530))],
    Kind.NEVER_IDENTIFIED: [order(540 + n, f"x{n}") for n in range(5)],
    Kind.ANONYMOUS: [order(541) | {"userId": None, "anonymousId": "visitor-1"}],
    Kind.PAGES: [
        {
            "type": "page",
            "userId": "2",
            "name": f"https://www.example.org/p?id={n}",
            "timestamp": START,
            "receivedAt": START,
        }
        for n in range(3)
    ],
}
# What a plant brings with it by its nature.
WITH = {
    Kind.UNKNOWN_EVENT: {Kind.UNUSED},
    Kind.TYPO: {Kind.UNUSED},
    Kind.DEPRECATED: {Kind.UNUSED},
    Kind.CLICK: {Kind.UNKNOWN_EVENT, Kind.UNUSED},
    Kind.TOO_MANY: {Kind.UNKNOWN_EVENT, Kind.UNUSED},
}


def audited(root: Path, lines: Iterable[dict[str, Any]], tmp_path: Path, counts: Path | None = None) -> list[Finding]:
    log = tmp_path / "log.ndjson"
    log.write_text("".join(json.dumps({k: v for k, v in line.items() if v is not None}) + "\n" for line in lines))
    project = load_project(root)
    bad: list[Any] = []
    observed = observed_in(read_calls([log], on_bad=bad.append))
    assert not bad
    return audit(project, observed, uses_in(project), read_counts(counts) if counts else None)


def test_a_clean_log_has_nothing_to_tell(root: Path, tmp_path: Path):
    assert audited(root, CLEAN, tmp_path) == []


@pytest.mark.parametrize("kind", PLANTS, ids=lambda kind: kind.value)
def test_a_planted_fault_is_found_and_nothing_else(kind: Kind, root: Path, tmp_path: Path):
    found = audited(root, [*CLEAN, *PLANTS[kind]], tmp_path)
    assert {one.kind for one in found} == {kind} | WITH.get(kind, set())


def test_all_faults_together_are_all_found(root: Path, tmp_path: Path, record_property):
    lines = [*CLEAN, *(line for plants in PLANTS.values() for line in plants)]
    found = {one.kind for one in audited(root, lines, tmp_path)}
    missed = set(PLANTS) - found
    alarms = found - set(PLANTS) - set().union(*WITH.values())
    record_property("planted", len(PLANTS))
    assert (missed, alarms) == (set(), set())


def test_an_event_that_never_comes_is_dead(root: Path, tmp_path: Path):
    found = audited(root, [line for line in CLEAN if line.get("event") != "plan_renewed"], tmp_path)
    assert [(one.kind, one.subject) for one in found] == [(Kind.DEAD, "plan_renewed")]
    assert "renewal waits for it" in found[0].says
    assert not found[0].is_problem


def test_people_without_an_email_are_told(root: Path, tmp_path: Path):
    lines = [{**line, "traits": {"badges": 3}} if line["type"] == "identify" else line for line in CLEAN]
    assert [one.kind for one in audited(root, lines, tmp_path)] == [Kind.NO_EMAIL]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize(("orders", "differs"), [(50, False), (52, False), (53, True), (40, True)])
def test_a_second_count_is_told_where_it_differs_by_more_than_a_twentieth(
    ending: str, orders: int, differs: bool, root: Path, tmp_path: Path
):
    import duckdb

    counts = tmp_path / f"counts.{ending}"
    rows = f"SELECT 'order_placed' AS event, DATE '2026-01-01' AS day, {orders} AS count"
    rows += " UNION ALL SELECT 'plan_renewed', DATE '2026-01-02', 50"
    duckdb.sql(f"COPY ({rows}) TO '{counts}' (FORMAT {ending})")
    found = audited(root, CLEAN, tmp_path, counts)
    assert [one.kind for one in found] == ([Kind.COUNT] if differs else [])


def test_the_first_line_and_the_number_of_calls_are_told(root: Path, tmp_path: Path):
    (found,) = audited(root, [*CLEAN, *PLANTS[Kind.SENSITIVE]], tmp_path)
    assert (found.subject, found.count) == ("order_placed.note", 1)
    assert found.line == len(CLEAN) + 1


def test_no_report_shows_a_value_of_a_person(root: Path, tmp_path: Path):
    lines = [*CLEAN, *(line for plants in PLANTS.values() for line in plants), order(900, "2", note="secret-canary")]
    project = load_project(root)
    log = tmp_path / "log.ndjson"
    log.write_text("".join(json.dumps({k: v for k, v in line.items() if v is not None}) + "\n" for line in lines))
    observed = observed_in(read_calls([log], on_bad=print))
    uses = uses_in(project)
    found = audit(project, observed, uses)
    reports = [
        audit_as_text(found, observed, "log.ndjson"),
        audit_as_json(found, observed, uses),
        audit_as_markdown(found, observed, "log.ndjson"),
        audit_as_html(found, observed, uses, "log.ndjson"),
    ]
    for report in reports:
        assert "order_placed.note" in report
        for canary in ("secret-canary", "4111", "@example.org", "visitor-1"):
            assert canary not in report
