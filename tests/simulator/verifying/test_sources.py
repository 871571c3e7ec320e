"""What each source tells becomes the same records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mailwright.diagnostics import ConfigurationError, HistoryError
from simulator.verifying.seen import Seen, as_id, as_time, status_of
from simulator.verifying.sources.exports import of_text, seen_in_files
from simulator.verifying.sources.messages import of_rows
from simulator.verifying.sources.warehouse import seen_in_warehouse
from simulator.verifying.sources.webhooks import of_events, seen_by_webhooks

NOW = 1_767_225_600
WHO = {"id": "42", "email": "a@example.org", "cio_id": "a3000001"}


def event(number: int, metric: str, at: int, kind: str = "email", **data: Any) -> dict[str, Any]:
    known = {"delivery_id": "D1", "campaign_id": 61, "action_id": 902, "identifiers": WHO, "recipient": "a@example.org"}
    return {"event_id": str(number), "object_type": kind, "metric": metric, "timestamp": at, "data": {**known, **data}}


@pytest.mark.parametrize(
    ("metrics", "status"),
    [
        pytest.param(["created", "sent", "opened", "clicked"], "sent", id="what comes after sent is sent"),
        pytest.param(["delivered"], "sent", id="delivered alone was sent"),
        pytest.param(["sent", "bounced"], "bounced", id="a bounce comes after sent"),
        pytest.param(["drafted"], "drafted", id="a draft"),
        pytest.param(["drafted", "sent"], "sent", id="a draft that was sent by hand"),
        pytest.param(["attempted", "failed"], "failed", id="tried and failed"),
        pytest.param(["attempted"], "attempted", id="still tried"),
        pytest.param(["deferred"], "attempted", id="deferred by the provider"),
        pytest.param(["attempted", "undeliverable"], "undeliverable", id="over the limit to the end"),
        pytest.param(["dropped"], "dropped", id="suppressed by the provider"),
        pytest.param(["created"], "queued", id="not yet begun"),
        pytest.param([], "queued", id="nothing known"),
    ],
)
def test_what_became_of_a_delivery(metrics: list[str], status: str):
    assert status_of(metrics) == status


@pytest.mark.parametrize(("value", "text"), [(61, "61"), ("61", "61"), (61.0, "61"), (6.5, ""), (True, ""), (None, "")])
def test_an_id_is_text_whichever_way_it_came(value: object, text: str):
    assert as_id(value) == text


@pytest.mark.parametrize(("value", "at"), [(5, 5), (5.9, 5), (0, None), (True, None), ("5", None), (1 << 50, None)])
def test_a_time_is_unix_seconds_or_nothing(value: object, at: int | None):
    assert as_time(value) == at


def test_events_of_a_delivery_come_together_in_any_order():
    found, noticed = of_events([event(2, "opened", NOW + 60), event(1, "sent", NOW), event(3, "opened", NOW + 90)])
    assert found == [
        Seen("D1", NOW, WHO, "campaign/61", "902", "email", {"opened": NOW + 60, "sent": NOW}, "a@example.org")
    ]
    assert (found[0].status, noticed) == ("sent", [])


def test_events_tell_who_unsubscribed():
    gone = {
        "event_id": "9", "object_type": "customer", "metric": "unsubscribed", "timestamp": NOW,
        "data": {"customer_id": "42", "identifiers": {}},
    }  # fmt: skip
    _, (noticed,) = of_events([gone])
    assert (noticed.person, noticed.what, noticed.at) == ({"id": "42"}, "unsubscribed", NOW)


def test_what_is_no_delivery_is_passed_over():
    events: list[dict[str, Any]] = [
        {"object_type": "email", "metric": "sent", "timestamp": NOW},
        event(1, "sent", NOW, kind="planet"),
        event(2, "sent", NOW, delivery_id=None),
        {**event(3, "cio_subscription_preferences_changed", NOW, kind="customer")},
    ]
    assert of_events(events) == ([], [])


def test_a_file_of_bodies_counts_each_event_once(tmp_path: Path):
    path = tmp_path / "bodies.ndjson"
    path.write_text("\n".join(json.dumps(one) for one in [event(1, "failed", NOW, failure_message="no")] * 3) + "\n\n")
    (found,), _ = seen_by_webhooks(str(path))
    assert (found.status, found.failure) == ("failed", "no")


def test_a_line_that_is_no_event_is_named(tmp_path: Path):
    path = tmp_path / "bodies.ndjson"
    path.write_text(json.dumps(event(1, "sent", NOW)) + "\n{}\n")
    with pytest.raises(HistoryError, match="event_id is missing") as stopped:
        seen_by_webhooks(str(path))
    assert str(stopped.value.span) == "bodies.ndjson:2:1"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="there is no file"):
        seen_by_webhooks(str(tmp_path / "nothing.ndjson"))


def test_rows_of_the_app_api_name_their_parent_and_person():
    row = {
        "id": "D1", "created": NOW, "type": "twilio", "recipient": "+1", "customer_id": "42", "broadcast_id": 80,
        "campaign_id": 61, "action_id": "902", "metrics": {"sent": NOW + 1, "odd": None}, "failure_message": None,
    }  # fmt: skip
    assert list(of_rows([row, {"id": "D2", "metrics": None}])) == [
        Seen("D1", NOW, {"id": "42"}, "broadcast/80", "902", "sms", {"sent": NOW + 1}, "+1"),
        Seen("D2", 0),
    ]


CSV = f"delivery_id,type,created,customer_id,state,sent,opened\nD1,email,{NOW},42,sent,{NOW + 1},\n,email,{NOW},43,sent,,\n"


def test_an_export_of_one_message_takes_its_name_from_who_asked():
    (found,) = of_text(CSV, "note.csv", ("welcome", "note"))
    assert (found.message, found.at, found.metrics, found.status) == (
        ("welcome", "note"),
        NOW,
        {"sent": NOW + 1},
        "sent",
    )


def test_an_export_that_names_its_campaigns_needs_no_help(tmp_path: Path):
    rows = [
        {
            "delivery_id": "D1",
            "campaign_id": 61,
            "action_id": 902,
            "created_at": "2026-01-01T00:00:00Z",
            "status": "failed",
        },
        {
            "delivery_id": "D2",
            "newsletter_id": 2,
            "created": "2026-01-01 00:00:05 UTC",
            "bounced": NOW,
            "type": "twilio",
        },
    ]
    (tmp_path / "one.json").write_text(json.dumps(rows[:1]))
    (tmp_path / "two.ndjson").write_text(json.dumps(rows[1]) + "\n" + json.dumps(rows[1] | {"delivery_id": "D3"}))
    first, second, third = seen_in_files(str(tmp_path))
    assert (first.parent, first.action, first.at, first.status) == ("campaign/61", "902", NOW, "failed")
    assert (second.parent, second.at, second.status, second.channel) == ("newsletter/2", NOW + 5, "bounced", "sms")
    assert third.id == "D3"
    wrapped = tmp_path / "wrapped.json"
    wrapped.write_text(json.dumps({"deliveries": rows}))
    assert len(seen_in_files(str(wrapped))) == 2


@pytest.mark.parametrize(
    ("name", "text", "error", "said"),
    [
        pytest.param("a.csv", CSV, ConfigurationError, "does not say which message", id="nobody says whose"),
        pytest.param("a.csv", "id,name\n1,x\n", HistoryError, "no column 'delivery_id'", id="another export"),
        pytest.param("a.json", "[1", HistoryError, "no JSON", id="half a file"),
        pytest.param("a.json", '{"deliveries": 1}', HistoryError, "no list", id="no list"),
        pytest.param("a.csv", b"\xff\xfe\x00", HistoryError, "cannot be read", id="not UTF-8"),
        pytest.param(None, "", HistoryError, "no CSV or JSON", id="an empty folder"),
    ],
)
def test_a_file_that_is_no_export_is_named(
    tmp_path: Path, name: str | None, text: str | bytes, error: type[Exception], said: str
):
    path = tmp_path / name if name else tmp_path
    if name:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(error, match=said):
        seen_in_files(str(path))


def test_of_says_whose_a_file_is(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text(CSV)
    (found,) = seen_in_files(str(path), "welcome/note")
    assert found.message == ("welcome", "note")


def parquet(folder: Path, table: str, columns: str, *rows: str) -> None:
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE {table} ({columns})")
        for row in rows:
            database.execute(f"INSERT INTO {table} VALUES ({row})")
        database.execute(f"COPY {table} TO '{folder / f'{table}_v4.parquet'}' (FORMAT parquet)")


METRICS = "delivery_id TEXT, metric TEXT, reason TEXT, created_at BIGINT"


def test_older_tables_name_the_person_by_the_journey(tmp_path: Path):
    parquet(tmp_path, "deliveries", "delivery_id TEXT, subject_id TEXT, campaign_id BIGINT, created_at BIGINT",
            f"'D1', 'S1', 61, {NOW}", f"'D0', 'S1', 61, {NOW - 100}")  # fmt: skip
    parquet(tmp_path, "metrics", METRICS, f"'D1', 'sent', NULL, {NOW + 5}", f"'D1', 'sent', NULL, {NOW + 1}")
    parquet(tmp_path, "subjects", "subject_name TEXT, internal_customer_id TEXT", "'S1', 'a3000001'")
    parquet(tmp_path, "people", "internal_customer_id TEXT, customer_id TEXT", "'a3000001', '42'")
    (found,) = seen_in_warehouse(str(tmp_path), NOW)
    assert found == Seen("D1", NOW, {"id": "42", "cio_id": "a3000001"}, "campaign/61", "", "", {"sent": NOW + 1})


def test_tables_without_people_still_name_the_internal_id(tmp_path: Path):
    columns = "delivery_id TEXT, internal_customer_id TEXT, delivery_type TEXT, created_at TIMESTAMP"
    parquet(tmp_path, "deliveries", columns, f"'D1', 'a3', 'twilio', to_timestamp({NOW})")
    parquet(tmp_path, "metrics", METRICS, f"'D1', 'failed', 'no number', {NOW}")
    (found,) = seen_in_warehouse(str(tmp_path))
    assert (found.person, found.channel, found.failure, found.at) == ({"cio_id": "a3"}, "sms", "no number", NOW)


def test_what_is_missing_of_the_tables_is_named(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="there is no folder"):
        seen_in_warehouse(str(tmp_path / "nothing"))
    with pytest.raises(ConfigurationError, match="no file of the table 'deliveries'"):
        seen_in_warehouse(str(tmp_path))
    parquet(tmp_path, "deliveries", "delivery_id TEXT", "'D1'")
    with pytest.raises(ConfigurationError, match="the table 'deliveries' has no column 'created_at'"):
        seen_in_warehouse(str(tmp_path))
    (tmp_path / "deliveries_v4.parquet").write_bytes(b"PAR1 but no more")
    with pytest.raises(ConfigurationError, match="the tables cannot be read"):
        seen_in_warehouse(str(tmp_path))
