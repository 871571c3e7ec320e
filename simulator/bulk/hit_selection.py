"""The query that pulls the events out of a log which start campaigns, with the properties that triggers read."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.bulk.logs import Log, identifier
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
    ways = " ".join(f"WHEN {log.said(name)} THEN {code}" for code, name in enumerate(wanted, 1))
    track = log.said("track")
    # Another spelling has other letters or spaces around it; most names are told apart by their length alone.
    sizes = sorted({len(name.encode("utf-8", "surrogatepass")) + 2 * len(log.quote) for name in wanted})
    lengths = " OR ".join(f"strlen(name::VARCHAR) = {size}" for size in sizes)
    low = " OR ".join(f"lower(name::VARCHAR) = {log.said(name.lower())}" for name in wanted)
    return f"""
        SELECT CASE WHEN code = 0 THEN name END AS name, hash(person) AS person, receipt, code,
            coalesce(odd, false) AS odd{", " + slots if slots else ""}
        FROM (SELECT *, CASE WHEN "type" = {track} THEN CASE name {ways} ELSE 0 END ELSE 0 END::USMALLINT AS code,
                strange OR "type" IS NULL OR "type" NOT IN ({track}, {log.said("identify")})
                    OR receipt IS NULL OR abs(receipt) >= {SECONDS_END} OR person IS NULL
                    OR CASE "type" WHEN {track} THEN attributes IS NOT NULL OR name IS NULL ELSE data IS NOT NULL END
                    AS odd
            FROM {log.table(properties, list(wanted))})
        WHERE code > 0 OR odd
            OR CASE WHEN contains(name::VARCHAR, '\\') OR strlen(name::VARCHAR) <> length(name::VARCHAR)
                OR starts_with(name::VARCHAR, '{log.quote} ') OR ends_with(name::VARCHAR, ' {log.quote}') THEN true
            WHEN {lengths or "false"} THEN {low or "false"} ELSE false END"""


def _slot(wanted: Wanted, slot: int) -> str:
    ways = [
        f"WHEN {code} THEN data.{identifier(properties[slot])}::VARCHAR"
        for code, properties in enumerate(wanted.values(), 1)
        if slot < len(properties)
    ]
    return f"CASE code {' '.join(ways)} END"
