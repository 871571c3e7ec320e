"""Files of delivery exports: CSV or JSON rows, one a delivery."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailwright.diagnostics import ConfigurationError, HistoryError, Span
from simulator.verifying.seen import Seen, as_id, as_time, parent_in
from simulator.verifying.sources.messages import TYPES

METRICS = (
    "drafted", "attempted", "deferred", "sent", "delivered", "opened", "clicked", "converted", "unsubscribed",
    "spammed", "bounced", "dropped", "suppressed", "failed", "undeliverable",
)  # fmt: skip
_CAMPAIGN = ("campaign_id", "broadcast_id", "newsletter_id", "transactional_message_id")


def seen_in_files(where: str, of: str | None = None) -> list[Seen]:
    """The deliveries in an export's file, or in all of a folder's.

    *of* says whose they are, `campaign/message`, where the rows do not.
    Raises: HistoryError when a file cannot be read; ConfigurationError when nobody says whose a file's rows are.
    """
    path = Path(where)
    files = sorted(one for one in path.iterdir() if one.suffix in _READERS) if path.is_dir() else [path]
    if not files:
        raise HistoryError(f"no CSV or JSON file is in '{path.name}'", hint="the files of delivery exports")
    return [one for file in files for one in _of_file(file, of)]


def of_text(text: str, name: str, message: tuple[str, str] | None = None) -> list[Seen]:
    """The deliveries in the text of one export; *message* says whose they are, where it is known.

    Raises: HistoryError when it is no export; ConfigurationError when nobody says whose the rows are.
    """
    rows = list(_READERS[".json"](text) if text.lstrip()[:1] in ("[", "{") else _READERS[".csv"](text))
    if rows and "delivery_id" not in rows[0]:
        raise HistoryError("the file has no column 'delivery_id'", span=Span(name), hint="an export of deliveries")
    if rows and message is None and not any(column in rows[0] for column in _CAMPAIGN):
        hint = "--of CAMPAIGN/MESSAGE, or export:WORKSPACE, which asks for one message at a time"
        raise ConfigurationError(f"'{name}' does not say which message its rows are of", hint=hint)
    return [found for row in rows if (found := _seen(row, message)) is not None]


def _of_file(path: Path, of: str | None) -> list[Seen]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise HistoryError(f"'{path.name}' cannot be read", hint="a CSV or JSON file in UTF-8") from error
    campaign, _, message = (of or "").partition("/")
    return of_text(text, path.name, (campaign, message) if of else None)


def _seen(row: Mapping[str, Any], message: tuple[str, str] | None) -> Seen | None:
    """One row. Source: App API reference, exports: columns are what an account chose; only the id is always there."""
    number = as_id(row.get("delivery_id"))
    if not number:
        return None
    metrics = {name: at for name in METRICS if (at := _time(row.get(name))) is not None}
    state = str(row.get("state") or row.get("status") or "")
    at = _time(row.get("created") or row.get("created_at"))
    first = at if at is not None else min(metrics.values(), default=0)
    if state in METRICS:
        metrics.setdefault(state, first)
    person = {"id": as_id(row.get("customer_id")), "email": as_id(row.get("email")), "cio_id": as_id(row.get("cio_id"))}
    kind = str(row.get("type") or "")
    return Seen(
        number, first, {name: value for name, value in person.items() if value}, parent_in(row),
        as_id(row.get("action_id")), TYPES.get(kind, kind), metrics, str(row.get("recipient") or ""),
        str(row.get("failure_message") or ""), message,
    )  # fmt: skip


def _time(value: Any) -> int | None:
    """A time as an export writes it: Unix seconds, as number or text, or ISO 8601."""
    if not isinstance(value, str):
        return as_time(value)
    text = value.strip()
    if text.isascii() and text.isdigit():
        return as_time(int(text))
    try:
        found = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def _csv_rows(text: str) -> Iterator[Mapping[str, Any]]:
    yield from csv.DictReader(io.StringIO(text))


def _json_rows(text: str) -> Iterable[Mapping[str, Any]]:
    try:
        found = json.loads(text)
    except ValueError:
        try:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise HistoryError("the file is no JSON", hint="an export of deliveries as CSV or JSON") from error
    if isinstance(found, dict):
        found = found.get("deliveries", [found])
    if not isinstance(found, list):
        raise HistoryError("the file holds no list of deliveries", hint="an export of deliveries as CSV or JSON")
    return [one for one in found if isinstance(one, dict)]


_READERS = {".csv": _csv_rows, ".json": _json_rows, ".ndjson": _json_rows, ".jsonl": _json_rows}
