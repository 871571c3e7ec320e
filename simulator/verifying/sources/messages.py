"""Rows of the App API's list of messages as records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simulator.verifying.seen import Seen, as_id, as_time, identifiers_in, parent_in

TYPES = {"twilio": "sms"}
"""The App API's names of channels that traces call otherwise."""


def of_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[Seen]:
    """The deliveries that *rows* show.

    Source: App API reference, messages (semantics R128, R129).
    """
    for row in rows:
        given = row.get("metrics")
        times = given if isinstance(given, Mapping) else {}
        metrics = {str(name): at for name, value in times.items() if (at := as_time(value)) is not None}
        made = as_time(row.get("created"))
        at = made if made is not None else min(metrics.values(), default=0)
        kind = str(row.get("type") or "")
        identifiers = row.get("customer_identifiers")
        person = identifiers_in(identifiers) if isinstance(identifiers, Mapping) else {}
        customer = as_id(row.get("customer_id"))
        yield Seen(
            as_id(row.get("id")), at, person or ({"id": customer} if customer else {}), parent_in(row),
            as_id(row.get("action_id")), TYPES.get(kind, kind), metrics, str(row.get("recipient") or ""),
            str(row.get("failure_message") or ""),
        )  # fmt: skip
