"""Rows of a table, CSV or Parquet, as calls: which column says what.

A table that has an event column is events, one a row; one without is people, and each row an identify. Columns that
say nothing else are data. A table may also hold one of the other shapes column by column, its objects as JSON text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from simulator.history.calls import Call, IdType
from simulator.history.fields import ShapeError, checked
from simulator.history.making import Reading
from simulator.history.shapes import calls_of

_ROLES: dict[str, tuple[str, ...]] = {  # role → the names of its column, the first that is there
    "event": ("event", "event_name"),
    "person": ("person", "person_id", "customer_id", "user_id", "userid"),
    "email": ("email", "email_address"),
    "cio_id": ("cio_id",),
    "anonymous_id": ("anonymous_id", "anonymousid"),
    "event_id": ("event_id", "message_id", "messageid"),
    "timestamp": ("timestamp", "time", "event_time", "occurred_at"),
    "at": ("received_at", "receivedat", "at"),
    "data": ("data", "properties", "attributes", "traits"),
}
_SHAPED = ({"identifiers"}, {"attribute_name"}, {"internal_customer_id"}, {"metric"}, {"person", "type", "data"})
_SPEC_IDS = {"userid", "user_id", "anonymousid", "anonymous_id"}
_SPEC_OBJECTS = {"properties", "traits"}
_KINDS = frozenset(("track", "event", "identify", "page", "screen"))
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,14})")
_BROKEN = re.compile(r"-?(0|[1-9]\d{0,14})\.\d{1,15}")
_OWN_TABLES = (
    {"subject_name", "started_campaign_at"},
    {"output_id", "output_type"},
    {"workspace_id", "delivery_id", "delivery_type"},
    {"workspace_id", "delivery_id", "body"},
)
NO_CALLS = "table_without_calls"
_TOLD = {"metric", "attribute_name", "event", "event_name"}
NO_PERSON_HINT = "a column named person, id, email or anonymous_id, and for events one named event"


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of one table mean: role → column; *shaped* tables carry a known shape as it is."""

    roles: Mapping[str, str]
    shaped: bool

    @property
    def is_events(self) -> bool:
        return "event" in self.roles


def columns_of(names: Sequence[str]) -> Columns:
    """What the columns called *names* mean.

    Raises: ShapeError when none says whom a row is about.
    Assumed: `name` is an event's name where the table has a time, a type or data, else a person's; `id` is the person's
    where no other column names the person by id, else the event's.
    """
    known = {_plain(name): name for name in reversed(names)}
    shaped = any(needed <= known.keys() for needed in _SHAPED) or bool(
        _SPEC_IDS & known.keys() and _SPEC_OBJECTS & known.keys()
    )
    roles = {
        role: known[found]
        for role, options in _ROLES.items()
        if (found := next((o for o in options if o in known), None))
    }
    if "name" in known and "event" not in roles and ({"timestamp", "at", "data"} & roles.keys() or "type" in known):
        roles["event"] = known["name"]
    if "id" in known:
        roles.setdefault("person" if "person" not in roles else "event_id", known["id"])
    if not shaped and not {"person", "email", "cio_id", "anonymous_id"} & roles.keys():
        raise ShapeError("no column says whom a row is about", NO_PERSON_HINT)
    if "type" in known:
        roles["type"] = known["type"]
    return Columns(roles, shaped)


def holds_no_calls(names: Sequence[str]) -> bool:
    """Whether it is a table of the warehouse export about what Customer.io did, and not about what it was told.

    Source: semantics R133: subjects, outputs, deliveries and their content.
    """
    known = {_plain(name) for name in names}
    return any(needed <= known and not known & _TOLD for needed in _OWN_TABLES)


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def calls_of_row(
    row: Mapping[str, Any], columns: Columns, reading: Reading, refused: Callable[[ShapeError], None]
) -> Sequence[Call]:
    """The calls of one row; empty cells say nothing."""
    cells = {name: value for name, value in row.items() if value is not None and value != ""}
    if not cells:
        return ()
    try:
        record = cells if columns.shaped else _record(cells, columns)
        checked(record)
    except ShapeError as error:
        refused(error)
        return ()
    return calls_of(record, reading, refused)


def _record(cells: dict[str, Any], columns: Columns) -> dict[str, Any]:
    """The row in the tool's own shape."""
    roles = columns.roles
    kind = _kind(cells, columns)
    person, id_type, named_by = _person(cells, roles)
    meant = {roles[role] for role in ("event", "timestamp", "at", "data", "event_id") if role in roles} | {named_by}
    if kind == "identify":
        meant.discard(named_by if named_by in (roles.get("email"), roles.get("anonymous_id")) else "")
    else:
        meant |= {roles[role] for role in ("email", "cio_id", "anonymous_id") if role in roles}
    said = cells.get(roles.get("type", ""))
    if isinstance(said, str) and said in _KINDS:
        meant.add(roles["type"])
    data = {name.strip(): typed(value) for name, value in cells.items() if name not in meant}
    record = {
        "type": kind,
        "person": person,
        "id_type": id_type,
        "id": cells.get(roles.get("event_id", "")),
        "name": cells.get(roles.get("event", "")),
        "timestamp": cells.get(roles.get("timestamp", "")),
        "at": cells.get(roles.get("at", "")),
        "anonymous_id": cells.get(roles.get("anonymous_id", "")),
        "attributes" if kind == "identify" else "data": data | _object(cells.get(roles.get("data", ""))),
    }
    return {name: value for name, value in record.items() if value is not None}


def _kind(cells: Mapping[str, Any], columns: Columns) -> str:
    said = cells.get(columns.roles.get("type", ""))
    if isinstance(said, str) and said in _KINDS:
        return said
    return "track" if columns.is_events else "identify"


def _person(cells: Mapping[str, Any], roles: Mapping[str, str]) -> tuple[Any, str | None, str]:
    for role, id_type in (("person", IdType.ID), ("email", IdType.EMAIL), ("cio_id", IdType.CIO_ID)):
        column = roles.get(role, "")
        if column in cells:
            return cells[column], id_type.value, column
    return None, None, ""


def _object(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if value == "null":
        return {}
    found = typed(value) if isinstance(value, str) else value
    if not isinstance(found, dict):
        raise ShapeError("the data column holds no JSON object", '{"key": value}')
    return found


def typed(value: Any) -> Any:
    """A cell as the value it spells: a number, true or false, a JSON object or list, else its text.

    Assumed: digits with a leading zero or plus, and more than 15 of them, are texts: they are codes, not numbers.
    """
    if not isinstance(value, str):
        return value
    if _WHOLE.fullmatch(value):
        return int(value)
    if _BROKEN.fullmatch(value):
        return float(value)
    if value in ("true", "false"):
        return value == "true"
    if value[:1] in ("{", "["):
        try:
            return msgspec.json.decode(value)
        except (ValueError, RecursionError):
            return value
    return value
