"""The rows of an import as entities of the Track API, which is what they do.

Source: App API reference, "Import items in bulk": people, objects and relationships as an identify call for each row,
events as a track call; documentation of CSV imports: a column is an attribute, events are of people who are there,
every row can trigger campaigns.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]
Row = Mapping[str, str]
KINDS = ("people", "event", "object", "relationship")
WHICH = ("all", "only_new", "only_existing")


class RowError(Exception):
    """A row, or a whole file, that cannot be taken in: why."""


def table_of(text: str, kind: str, identifier: str) -> list[tuple[int, Row]]:
    """The rows of a file, by the names of its columns, each with the line that it ends on.

    Raises: RowError when it is no table, or lacks a column that an import of its kind needs.
    """
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise RowError(f"the file is no CSV: {error}") from None
    if not rows:
        raise RowError("the file is empty")
    columns = [name.strip() for name in rows[0][1]]
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise RowError(f"two columns are called '{twice[0]}'")
    for name in _needed(kind, identifier):
        if name not in columns:
            raise RowError(f"no column is called '{name}'")
    return [(line, {name: cell for name, cell in zip(columns, row, strict=False) if name}) for line, row in rows[1:]]


def _needed(kind: str, identifier: str) -> tuple[str, ...]:
    match kind:
        case "people":
            return (identifier,)
        case "event":
            return (identifier, "name")
        case "object":
            return ("object_id",)
        case _:
            return (identifier, "object_id")


def entity_of(row: Row, kind: str, identifier: str, object_type: str) -> Json:
    """What a row says, as an entity.

    Raises: RowError when it names nobody and nothing, or an event without a name.
    Assumed: values stay text; an empty cell says nothing; an event's own time is in the column `timestamp`.
    """
    match kind:
        case "people":
            own = {identifier: _cell(row, identifier)}
            rest = _rest(row, identifier)
            return {"type": "person", "action": "identify", "identifiers": own, "attributes": rest}
        case "event":
            entity: Json = {"type": "person", "action": "event", "name": _cell(row, "name")}
            stamp = row.get("timestamp", "").strip()
            entity |= {"timestamp": int(stamp) if stamp.isascii() and stamp.isdigit() else stamp} if stamp else {}
            rest = _rest(row, identifier, "name", "timestamp")
            return entity | {"identifiers": {identifier: _cell(row, identifier)}, "attributes": rest}
        case "object":
            thing = {"object_type_id": object_type, "object_id": _cell(row, "object_id")}
            rest = _rest(row, "object_id", "object_type_id")
            return {"type": "object", "action": "identify", "identifiers": thing, "attributes": rest}
        case _:
            named = row.get("object_type_id", "").strip() or object_type
            thing = {"object_type_id": named, "object_id": _cell(row, "object_id")}
            person = {identifier: _cell(row, identifier)}
            data = _rest(row, identifier, "object_id", "object_type_id")
            tied = {"identifiers": thing, "relationship_attributes": data}
            return {
                "type": "person", "action": "add_relationships", "identifiers": person, "cio_relationships": [tied],
            }  # fmt: skip


def refused_for(kind: str, which: str, is_there: Callable[[], bool]) -> str:
    """Why a row is left out by what an import is to process; "" when it is not."""
    if kind == "event" and not is_there():
        return "there is no such person"
    if which == "only_new" and is_there():
        return "is there already"
    if which == "only_existing" and not is_there():
        return "is not there"
    return ""


def _cell(row: Row, name: str) -> str:
    value = row.get(name, "").strip()
    if not value:
        raise RowError(f"{name} is empty")
    return value


def _rest(row: Row, *names: str) -> Json:
    return {name: value for name, value in row.items() if name not in names and value != ""}
