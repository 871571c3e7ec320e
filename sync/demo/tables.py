"""The Parquet tables of a data-warehouse export, made of what a local workspace sent.

Source: semantics R133, the columns that public loaders know; every sync writes files of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_TABLES = {
    "deliveries": "workspace_id BIGINT, delivery_id TEXT, internal_customer_id TEXT, subject_id TEXT, event_id TEXT,"
    " delivery_type TEXT, campaign_id BIGINT, action_id BIGINT, newsletter_id BIGINT, content_id BIGINT,"
    " trigger_id BIGINT, transactional_message_id BIGINT, created_at TIMESTAMP, seq_num BIGINT",
    "metrics": "event_id TEXT, workspace_id BIGINT, delivery_id TEXT, metric TEXT, reason TEXT, link_id BIGINT,"
    " link_url TEXT, created_at TIMESTAMP, seq_num BIGINT",
    "people": "workspace_id BIGINT, customer_id TEXT, internal_customer_id TEXT, deleted BOOLEAN, suppressed BOOLEAN,"
    " created_at TIMESTAMP, updated_at TIMESTAMP, email_addr TEXT",
}


def write_tables(messages: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Write the tables of *messages*, rows of the App API's list, into a new *folder*; a later file repeats rows."""
    import duckdb

    folder.mkdir(parents=True)
    with duckdb.connect() as database:
        for table, columns in _TABLES.items():
            database.execute(f"CREATE TABLE {table} ({columns})")
        for number, one in enumerate(messages):
            who = one["customer_identifiers"].get("cio_id")
            database.execute(
                "INSERT INTO deliveries VALUES (1, ?, ?, NULL, NULL, ?, ?, ?, ?, ?, NULL, ?, to_timestamp(?), ?)",
                [
                    one["id"], who, one["type"], one.get("campaign_id"), one.get("action_id"), one.get("newsletter_id"),
                    one.get("content_id"), one.get("transactional_message_id"), one["created"], number,
                ],
            )  # fmt: skip
            for metric, at in one["metrics"].items():
                database.execute(
                    "INSERT INTO metrics VALUES (?, 1, ?, ?, ?, NULL, NULL, to_timestamp(?), ?)",
                    [f"{one['id']}/{metric}", one["id"], metric, one.get("failure_message"), at, number],
                )
        people = {one["customer_identifiers"].get("cio_id"): one["customer_identifiers"] for one in messages}
        for who, known in people.items():
            values = [known.get("id"), who, known.get("email")]
            database.execute("INSERT INTO people VALUES (1, ?, ?, false, false, NULL, NULL, ?)", values)
        for table in _TABLES:
            for part in (1, 2):
                path = folder / f"{table}_v5_{part}.parquet"
                database.execute(f"COPY {table} TO '{path}' (FORMAT parquet)")
