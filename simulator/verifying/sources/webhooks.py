"""What reporting webhooks told: the store of `listen`, its Parquet export, or a file of bodies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailwright.diagnostics import HistoryError, Span
from mailwright.listen.reading import kept_bodies
from mailwright.listen.records import NotAnEvent, record_of
from simulator.verifying.seen import Noticed, Seen, as_id, identifiers_in, parent_in

CHANNELS = frozenset({"email", "push", "in_app", "sms", "slack", "webhook", "whatsapp", "inbox_message"})
_PERSON = {"unsubscribed", "subscribed"}


@dataclass(slots=True)
class _Growing:
    """A delivery whose events are still coming in."""

    id: str
    channel: str
    data: Mapping[str, Any]
    metrics: dict[str, int] = field(default_factory=dict)
    person: dict[str, str] = field(default_factory=dict)
    failure: str = ""
    recipient: str = ""

    def hear(self, metric: str, at: int, data: Mapping[str, Any]) -> None:
        """Take in one event; of each state the first time counts, in whatever order they come."""
        self.metrics[metric] = min(at, self.metrics.get(metric, at))
        self.person = self.person or _person_of(data)
        self.failure = self.failure or str(data.get("failure_message") or "")
        self.recipient = self.recipient or str(data.get("recipient") or "")

    def seen(self) -> Seen:
        """The delivery. Assumed: it was made at its first event."""
        return Seen(
            self.id, min(self.metrics.values()), self.person, parent_in(self.data), as_id(self.data.get("action_id")),
            self.channel, self.metrics, self.recipient, self.failure,
        )  # fmt: skip


def seen_by_webhooks(where: str) -> tuple[list[Seen], list[Noticed]]:
    """The deliveries that the events at *where* tell of, and what they tell of people.

    *where* is a `.duckdb` file, a database URL, a Parquet file or a file with one body a line.
    Raises: ConfigurationError when the store cannot be opened; HistoryError when the file cannot be read.
    """
    return of_events(_lines_of(Path(where)) if _is_text(where) else kept_bodies(where))


def _is_text(where: str) -> bool:
    """Whether the file begins as JSON does, with a brace."""
    if "://" in where or not Path(where).is_file():
        return False
    try:
        with open(where, "rb") as file:
            head = file.read(64)
    except OSError:
        return True  # whoever reads it says why it cannot be read
    # A DuckDB file begins with a checksum, which may be anything.
    return head[8:12] != b"DUCK" and head.lstrip()[:1] == b"{"


def of_events(events: Iterable[Mapping[str, Any]]) -> tuple[list[Seen], list[Noticed]]:
    """The deliveries that *events* (bodies of webhooks) tell of, and what they tell of people.

    Source: reporting webhooks reference: `event_id` tells repeats apart, the order is not promised.
    """
    growing: dict[str, _Growing] = {}
    noticed: list[Noticed] = []
    for event in events:
        data = event.get("data")
        kind, metric, at = event.get("object_type"), event.get("metric"), event.get("timestamp")
        if not isinstance(data, Mapping) or not isinstance(metric, str) or not isinstance(at, int):
            continue
        if kind == "customer":
            if metric in _PERSON:
                noticed.append(Noticed(_person_of(data), metric, at))
            continue
        number = as_id(data.get("delivery_id"))
        if number and kind in CHANNELS:
            found = growing.get(number)
            if found is None:
                found = growing[number] = _Growing(number, str(kind), data)
            found.hear(metric, at, data)
    return [one.seen() for one in growing.values()], noticed


def _person_of(data: Mapping[str, Any]) -> dict[str, str]:
    identifiers = data.get("identifiers")
    found = identifiers_in(identifiers) if isinstance(identifiers, Mapping) else {}
    customer = as_id(data.get("customer_id"))
    return found or ({"id": customer} if customer else {})


def _lines_of(path: Path) -> Iterator[Mapping[str, Any]]:
    """The bodies in a file, one a line; each event once, however often it stands there.

    Raises: HistoryError when the file cannot be read, or a line of it is no event.
    """
    known: set[str] = set()
    try:
        with open(path, "rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    record = record_of(line.strip(), 0)
                except NotAnEvent as error:
                    hint = "one body of a reporting webhook a line, or the store of `mailwright listen`"
                    raise HistoryError(str(error), span=Span(path.name, number), hint=hint) from error
                if record.event_id not in known:
                    known.add(record.event_id)
                    yield json.loads(record.body)
    except OSError as error:
        raise HistoryError(
            f"'{path.name}' cannot be read: {error.strerror}", hint="a file, or the store of listen"
        ) from (error)
