"""The queries that DuckDB reads a log with: they pull out what is asked for, as JSON text, and decide nothing.

Every name and constant of a project reaches a query quoted, as a literal or an identifier, never as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from simulator.bulk import NotRegular
from simulator.bulk.asked import IDENTIFIERS, REST, Asked
from simulator.bulk.logs import Log, identifier, literal
from simulator.bulk.meaning import ADDRESS, addresses_are_alike
from simulator.history.stamps import SECONDS_END
from simulator.history.wanted import ENVELOPE

OTHER, IDENTIFY, FIRST_EVENT = 0, 1, 2
"""Codes of lines: an event nobody asks for, an identify; events asked for are numbered from the third on."""
NAME_SLOT = 0
"""The column of values that holds the name of an event nobody asks for, of which nothing else is read."""
BETWEEN = "\x01"
"""Stands between the values of `REST`; JSON never holds it as such."""
Spellings = Sequence[tuple[str, str]]
"""By code from `FIRST_EVENT`: the event in lower case, and as the log writes it."""
ANY_ADDRESS = "somebody@example.com"
_TRACK, _PERSON, _OF_ONE = 1, 2, 3  # kinds of calls, in queries
# Those that concern one person alone, who then goes to the engine.
_ALONE = ("page", "screen", "delete", "suppress", "unsuppress", "device", "device_gone", "metric", "join_segment",
          "leave_segment")  # fmt: skip


def slots_of(asked: Asked) -> int:
    """How many columns of values there are: of an identify its attributes and the rest, of an event its properties."""
    return max([len(asked.attributes) + 1, *map(len, asked.events.values())])


def selection(asked: Asked, log: Log, spellings: Spellings) -> str:
    """The query for all lines: who, when, what kind, and the values asked for. `odd` is 2 where the line is no such.

    Raises: NotRegular when DuckDB has no way to say what is asked for.
    """
    first = len(asked.attributes) + 1
    rest = [f"a[{first + at}]" for at in range(len(REST))]
    identifiers = [f"a[{first + len(REST) + at}]" for at in range(len(IDENTIFIERS))]
    paths = ", ".join(_path(name) for name in (*asked.attributes, *REST, *IDENTIFIERS))
    joined = f" || '{BETWEEN}' || ".join(f"coalesce({value}::VARCHAR, '')" for value in rest)
    envelope = _any_given(f"data.{identifier(name)}" for name in sorted(ENVELOPE))
    # One by one: a long list becomes a join, which does not keep the lines in their order.
    alone = " ".join(f"WHEN {log.said(kind)} THEN {_OF_ONE}" for kind in _ALONE)
    read = log.table(_properties(asked, spellings), [name for _, name in spellings], attributes=True)
    return f"""
        SELECT hash(person) AS person, receipt, stamp, code,
            CASE WHEN id IS NULL OR kind = {_PERSON} THEN 0::UBIGINT ELSE hash(id) END AS event_id,
            CASE WHEN strange OR kind IS NULL OR receipt IS NULL OR stamp IS NULL OR person IS NULL
                OR starts_with(person::VARCHAR, '{log.quote}cio_')
                OR abs(stamp) >= {SECONDS_END} OR abs(receipt) >= {SECONDS_END}
                OR CASE kind WHEN {_PERSON} THEN data IS NOT NULL OR json_type(attributes) <> 'OBJECT'
                    WHEN {_TRACK} THEN attributes IS NOT NULL OR name IS NULL ELSE attributes IS NOT NULL END THEN 2
            WHEN CASE kind WHEN {_PERSON} THEN {_any_given(identifiers)}
                WHEN {_TRACK} THEN code <> {OTHER} AND {envelope} ELSE true END THEN 1
            ELSE 0 END::UTINYINT AS odd,
            {", ".join(_slots(asked, spellings))}
        FROM (SELECT *, {_code(log, spellings)}::USMALLINT AS code,
                CASE WHEN kind = {_PERSON} AND ({_any_given(rest)}) THEN {joined} END AS rest
            FROM (SELECT *,
                    CASE "type" WHEN {log.said("track")} THEN {_TRACK}
                        WHEN {log.said("identify")} THEN {_PERSON} {alone} END AS kind,
                    CASE WHEN "type" = {log.said("identify")} THEN json_extract(attributes, [{paths}]) END AS a
                FROM {read}))"""


def people_query(log: Log) -> str:
    """The query for the ids of the people whose digests stand in the table `chosen`."""
    return (
        "SELECT DISTINCT digest, person::VARCHAR FROM "
        f"(SELECT hash(person) AS digest, person FROM {log.table(())}) JOIN chosen USING (digest)"
    )


def _code(log: Log, spellings: Spellings) -> str:
    ways = " ".join(
        f"WHEN {log.said(spelling)} THEN {number}" for number, (_, spelling) in enumerate(spellings, FIRST_EVENT)
    )
    named = f"CASE name {ways} ELSE {OTHER} END"
    return f"CASE kind WHEN {_PERSON} THEN {IDENTIFY} WHEN {_TRACK} THEN {named} ELSE {OTHER} END"


def _slots(asked: Asked, spellings: Spellings) -> list[str]:
    return [f"{_slot(asked, spellings, slot)} AS v{slot}" for slot in range(slots_of(asked))]


def _slot(asked: Asked, spellings: Spellings, slot: int) -> str:
    ways = []
    if slot < len(asked.attributes):
        value = f"a[{slot + 1}]::VARCHAR"
        alike = asked.attributes[slot] == ADDRESS and addresses_are_alike(asked)
        ways.append(f"WHEN {IDENTIFY} THEN {_address(value) if alike else value}")
    elif slot == len(asked.attributes):
        ways.append(f"WHEN {IDENTIFY} THEN rest")
    for number, (event, _) in enumerate(spellings, FIRST_EVENT):
        properties = asked.events.get(event, ())
        if slot < len(properties):
            ways.append(f"WHEN {number} THEN data.{identifier(properties[slot])}::VARCHAR")
    if slot == NAME_SLOT:
        ways.append(f"WHEN {OTHER} THEN CASE WHEN kind = {_TRACK} THEN name::VARCHAR END")
    return f"CASE code {' '.join(ways)} END" if ways else "NULL::VARCHAR"


def _address(text: str) -> str:
    """A text that is an address for certain, as one that stands for them all: hardly two people have the same."""
    plain = f"{text} BETWEEN '\"#' AND '\"~' AND NOT contains({text}, ',') AND NOT contains({text}, '\\')"
    return f"CASE WHEN {plain} THEN {literal(_json(ANY_ADDRESS))} ELSE {text} END"


def _properties(asked: Asked, spellings: Spellings) -> list[str]:
    names = {name for event, _ in spellings for name in asked.events.get(event, ())}
    return sorted(names | ENVELOPE)


def _any_given(values: Iterable[str]) -> str:
    return f"coalesce({', '.join(values)}) IS NOT NULL"


def _json(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _path(name: str) -> str:
    """Where an attribute stands.

    Raises: NotRegular for a name that DuckDB's paths cannot say.
    """
    if '"' in name or "\\" in name or "*" in name:
        raise NotRegular(f"no path leads to '{name}'")
    return literal(f'$."{name}"')
