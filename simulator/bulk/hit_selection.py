"""The query that pulls the events out of a log which start campaigns, with the properties that triggers read."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from simulator.bulk.logs import NEVER, Log, identifier, literal, no_whole
from simulator.history.stamps import SECONDS_END

Wanted = Mapping[str, tuple[str, ...]]
"""Events, as the content writes them, and the properties to be read of each."""


def hit_selection(log: Log, wanted: Wanted) -> str:
    """The query for the lines of the *wanted* events, numbered from 1 in their order.

    It also gives, with code 0, the lines whose event may be a wanted one in another spelling, and every line that is
    `odd`: one that only the reader of lines understands.
    """
    slots = ", ".join(f"{_slot(wanted, slot)} AS v{slot}" for slot in range(max(map(len, wanted.values()), default=0)))
    properties = sorted({name for names in wanted.values() for name in names})
    ways = " ".join(f"WHEN {literal(_json(name))} THEN {code}" for code, name in enumerate(wanted, 1))
    # Another spelling has other letters or spaces around it; most names are told apart by their length alone.
    lengths = " OR ".join(f"strlen(name::VARCHAR) = {size}" for size in sorted({len(_json(name)) for name in wanted}))
    low = " OR ".join(f"lower(name::VARCHAR) = {literal(_json(name).lower())}" for name in wanted)
    never = " OR ".join(f"{identifier(name)} IS NOT NULL" for name in NEVER)
    return f"""
        SELECT name, hash(person) AS person, receipt, code::USMALLINT AS code, odd{", " + slots if slots else ""}
        FROM (SELECT *, CASE WHEN "type" = '"track"' THEN CASE name {ways} ELSE 0 END ELSE 0 END AS code,
                {never} OR "type" IS NULL OR "type" <> '"track"' AND "type" <> '"identify"' OR receipt IS NULL
                    OR abs(receipt) >= {SECONDS_END}
                    OR person IS NULL OR NOT starts_with(person::VARCHAR, '"') OR person::VARCHAR = '""'
                    OR ("type" = '"track"' AND (name IS NULL OR NOT starts_with(name::VARCHAR, '"')))
                    OR {no_whole("timestamp")} OR {no_whole("at")}
                    OR (id IS NOT NULL AND (NOT starts_with(id::VARCHAR, '"') OR id::VARCHAR = '""'))
                    OR ("type" = '"track"' AND attributes IS NOT NULL)
                    OR ("type" = '"identify"' AND data IS NOT NULL) AS odd
            FROM (SELECT *, TRY_CAST(coalesce("at", "timestamp") AS BIGINT) AS receipt
                FROM {log.table(properties)}))
        WHERE odd OR CASE WHEN code > 0 THEN true
            WHEN contains(name::VARCHAR, '\\') OR strlen(name::VARCHAR) <> length(name::VARCHAR)
                OR starts_with(name::VARCHAR, '" ') OR ends_with(name::VARCHAR, ' "') THEN true
            WHEN {lengths or "false"} THEN {low or "false"} ELSE false END"""


def _slot(wanted: Wanted, slot: int) -> str:
    ways = [
        f"WHEN {code} THEN data.{identifier(properties[slot])}::VARCHAR"
        for code, properties in enumerate(wanted.values(), 1)
        if slot < len(properties)
    ]
    return f"CASE code {' '.join(ways)} END"


def _json(text: str) -> str:
    return msgspec.json.encode(text).decode()
