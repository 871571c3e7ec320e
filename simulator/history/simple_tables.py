"""Rows of a Parquet table that holds the tool's own shape column by column, at little above the cost of reading it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from simulator.history.calls import Call, CallKind, IdType
from simulator.history.heads import REFUSED_ATTRIBUTES, DoesNotFit, values_kind, without_refused
from simulator.history.making import Reading
from simulator.history.parquet import plain
from simulator.history.refusals import Refusals
from simulator.history.rows import calls_of_row, columns_of
from simulator.history.slots import Slot, Slots
from simulator.history.stamps import SECONDS_END
from simulator.history.wanted import Wanted

_NEEDED = frozenset({"type", "person", "name", "data"})
_TEXTS = _NEEDED | {"id", "attributes"}
_TIMES = frozenset({"timestamp", "at"})
_TEXT_KINDS = frozenset({"VARCHAR", "JSON"})
_ID, _EVENT, _IDENTIFY = IdType.ID, CallKind.EVENT, CallKind.IDENTIFY


def is_simple(kinds: Mapping[str, str]) -> bool:
    """Whether columns of these types hold the tool's own shape and nothing beside it, objects as JSON text."""
    if not kinds.keys() >= _NEEDED or not kinds.keys() <= _TEXTS | _TIMES:
        return False
    return all(_holds(name, kind) for name, kind in kinds.items())


def _holds(name: str, kind: str) -> bool:
    if name in _TEXTS:
        return kind in _TEXT_KINDS
    return kind in ("BIGINT", "INTEGER") or kind.startswith("TIMESTAMP")


class SimpleTable:
    """Makes calls of a table's rows; a row that is out of the ordinary goes the general way."""

    def __init__(self, names: Sequence[str], wanted: Wanted, refusals: Refusals) -> None:
        self._names = names
        self._refusals = refusals
        self._columns = columns_of(names)
        places = {name: names.index(name) for name in names}
        self._type, self._person, self._name = places["type"], places["person"], places["name"]
        self._data, self._attributes = places["data"], places.get("attributes")
        self._id, self._timestamp, self._at = (places.get(name) for name in ("id", "timestamp", "at"))
        self._takes_all = wanted.of_person() is None
        self._decode = msgspec.json.Decoder(values_kind(wanted.of_person(), REFUSED_ATTRIBUTES)).decode

    def call(self, row: Sequence[Any], number: int, slots: Slots) -> tuple[Call | None, Slot | None]:
        """The call of one row with only the data that is read, and the slot of its event; none where nobody wants it.

        Raises: what `UNFIT` holds, for a row that the general reader must see.
        """
        person, timestamp, at, event_id = row[self._person], None, None, None
        if self._timestamp is not None:
            timestamp = row[self._timestamp]
        if self._at is not None:
            at = row[self._at]
        if self._id is not None:
            event_id = row[self._id] or None
        if not person or not _is_second(timestamp) or not _is_second(at):
            raise DoesNotFit
        data = row[self._data]
        attributes = row[self._attributes] if self._attributes is not None else None
        kind = row[self._type]
        if kind == "track":
            slot = slots[row[self._name] or ""]
            if slot.decode is None:
                return None, slot
            text = data or attributes
            values = slot.decode(text or "{}")
            return Call(number, _EVENT, person, _ID, slot.name, values, at, timestamp, event_id), slot
        if kind != "identify":
            raise DoesNotFit
        values = self._decode(attributes or data or "{}")
        if self._takes_all:
            values = without_refused(values, REFUSED_ATTRIBUTES)
        return Call(number, _IDENTIFY, person, _ID, "", values, at, timestamp, event_id), None

    def in_general(self, row: Sequence[Any], number: int) -> Sequence[Call]:
        """The calls of a row that is out of the ordinary, whole."""
        cells = {name: plain(value) for name, value in zip(self._names, row, strict=True)}
        refusals = self._refusals
        return calls_of_row(cells, self._columns, Reading(number, refusals.notes), refusals.at(number))


def _is_second(value: Any) -> bool:
    return value is None or -SECONDS_END < value < SECONDS_END
