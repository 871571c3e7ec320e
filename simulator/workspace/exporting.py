"""Exports: people or deliveries as a CSV file, made at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from simulator.operators import as_text
from simulator.workspace.documents import Json, Kind
from simulator.workspace.membership import filtered, records
from simulator.workspace.messages_sent import METRICS
from simulator.workspace.records import DeliveryRecord, PersonRecord
from simulator.workspace.space import Space


def people_csv(people: Sequence[PersonRecord]) -> str:
    """The people, one a row: their identifiers, then every attribute that any of them has."""
    names = dict.fromkeys(name for person in people for name in person.attributes)
    columns = ["cio_id", "id", "email", *(name for name in names if name not in ("cio_id", "id", "email"))]
    rows = ({**person.attributes, **person.identifiers()} for person in people)
    return _csv(columns, rows)


def deliveries_csv(deliveries: Iterable[DeliveryRecord], attributes: Sequence[str]) -> str:
    """The deliveries, one a row: what they are, when they reached each state, and some attributes of the person."""
    columns = ["delivery_id", "type", "created", "recipient", "subject", "customer_id", "state", *METRICS, *attributes]
    rows = (
        {
            **(dict(one.person.attributes) if one.person else {}), **one.metrics, "delivery_id": one.id,
            "type": one.type, "created": one.created, "recipient": one.recipient, "subject": one.subject,
            "customer_id": one.person.id if one.person else "", "state": one.state,
        }
        for one in deliveries
    )  # fmt: skip
    return _csv(columns, rows)


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        values = (row.get(column) for column in columns)
        writer.writerow(["" if value is None else as_text(value) or str(value) for value in values])
    return out.getvalue()


def export_people(space: Space, filters: Any) -> Json:
    """An export of the people whom a filter takes; None: of all."""
    people = list(records(space).everyone()) if filters is None else filtered(space, filters)
    return export_file(space, "customers", people_csv(people), len(people))


def export_deliveries(space: Space, chosen: Sequence[DeliveryRecord], attributes: Sequence[str]) -> Json:
    """An export of deliveries."""
    return export_file(space, "deliveries", deliveries_csv(chosen, attributes), len(chosen))


def export_file(space: Space, kind: str, file: str, total: int, description: str = "") -> Json:
    """Keep a file of so many rows as a finished export."""
    now = space.now()
    return space.documents.add(
        Kind.EXPORT,
        {
            "user_id": 0, "user_email": "dev@example.org", "total": total, "type": kind, "failed": False,
            "status": "done", "description": description, "downloads": 0, "created_at": now, "updated_at": now,
            "file": file,
        },
    )  # fmt: skip


def export_row(export: Mapping[str, Any]) -> Json:
    """An export as both APIs show it."""
    row: Json = {name: export[name] for name in ("id", "user_id", "user_email", "total")}
    row["deduplicate_id"] = f"{export['id']}:{export['updated_at']}"
    rest = ("type", "failed", "status", "description", "downloads", "created_at", "updated_at")
    return row | {name: export[name] for name in rest}


def just_asked(export: Mapping[str, Any]) -> Json:
    """The export as the call that asks for it shows it: not begun."""
    return {**export_row(export), "status": "pending", "total": 0}
