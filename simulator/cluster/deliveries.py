"""The record of one delivery, as rows of Arrow: what two replays of one history are compared by."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from simulator.trace import AnyEntry, Delivery, Entered, Moved

FIELDS: list[tuple[str, pa.DataType]] = [
    ("person", pa.string()),
    ("campaign", pa.string()),
    ("step", pa.string()),
    ("at", pa.int64()),
    ("channel", pa.string()),
    ("status", pa.string()),
    ("reason", pa.string()),
    ("event_line", pa.int64()),
]
DELIVERIES = pa.schema(FIELDS)
COLUMNS = (
    "person string, campaign string, step string, at long, channel string, status string, reason string, "
    "event_line long"
)
Record = tuple[str, str, str, int, str, str, str, int]
_AT_ONCE = 10_000


class DeliveryLog:
    """Deliveries as they are made, each with the line of the call that started its journey (0: no line did).

    Units: *at* is in Unix seconds, when the delivery got its status.
    """

    def __init__(self, name_of: Callable[[str], str]) -> None:
        self._name_of = name_of
        self._rows: list[Record] = []
        self._lines: dict[tuple[str, str, int], int] = {}  # journey → the line that started it

    def add(self, entry: AnyEntry) -> None:
        """Take in one entry of the trace."""
        kind = type(entry)
        if kind is Delivery:
            assert isinstance(entry, Delivery)  # as was just asked, in the faster way
            line = self._lines.get((entry.campaign, entry.person, entry.journey), 0)
            self._rows.append(
                (
                    self._name_of(entry.person), entry.campaign, entry.step, entry.at, entry.channel, entry.status,
                    entry.failure or entry.reason, line,
                )
            )  # fmt: skip
        elif kind is Entered:
            assert isinstance(entry, Entered)  # likewise
            if entry.line:
                self._lines[entry.campaign, entry.person, entry.journey] = entry.line
        elif isinstance(entry, Moved):
            line = self._lines.pop((entry.campaign, entry.from_person, entry.from_journey), 0)
            self._lines[entry.campaign, entry.person, entry.journey] = line

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def is_full(self) -> bool:
        """Whether there are enough rows to hand over."""
        return len(self._rows) >= _AT_ONCE

    def taken(self) -> pa.RecordBatch:
        """The rows since the last time."""
        columns = list(zip(*self._rows, strict=True)) if self._rows else [()] * len(FIELDS)
        self._rows = []
        arrays = [pa.array(column, kind) for column, (_, kind) in zip(columns, FIELDS, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=DELIVERIES)
