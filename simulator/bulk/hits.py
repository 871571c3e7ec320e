"""Which campaigns' triggers the events of a log match, in columns: the hits that `simulator.hits` gives, line by line.

What was read of a log is kept beside it where an index is asked for (`simulator.bulk.index`), one column for each
property of each event, so that after an edit of a filter nothing is read but the columns it looks at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from simulator.bulk import NotRegular
from simulator.bulk.hit_selection import Wanted, hit_selection
from simulator.bulk.index import Index
from simulator.bulk.logs import log_at, open_database
from simulator.bulk.meaning import classes_of, decoded, moment_of
from simulator.bulk.texts import column, numbered, renumbered, used_of
from simulator.conditions import Check
from simulator.history.heads import REFUSED_DATA
from simulator.hits import router_of
from simulator.moment import NOTHING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulator.content import Content
    from simulator.routing import Router


@dataclass(slots=True, eq=False)
class Column:
    """One property of one event, line by line; *texts* holds the values that the numbers stand for, as JSON."""

    numbers: NDArray[np.int32]  # -1: the event has no such property
    texts: list[str]


@dataclass(slots=True, eq=False)
class EventLines:
    """The lines of one event, in the log's order."""

    person: NDArray[np.uint64]  # a digest of the id
    at: NDArray[np.int64]  # receipt, or the event's own time where the log holds none
    columns: dict[str, Column] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Every campaign's hits: whose, and when."""

    people: Mapping[str, NDArray[np.uint64]]
    at: Mapping[str, NDArray[np.int64]]

    def counts(self) -> Counter[str]:
        """How many hits each campaign has."""
        return Counter({slug: people.size for slug, people in self.people.items() if people.size})


def hits_in_columns(content: Content, file: str, *, threads: int = 2, index: Index | None = None) -> Hits:
    """The hits of the log in *file*.

    Raises: NotRegular when the log, or what the triggers ask, is for the reader of lines.
    """
    wanted = _wanted(content)
    found = {} if index is None else index.read(wanted)
    missing = _missing(wanted, found)
    if missing:
        read = _read(file, missing, threads)
        _add(found, read)
        if index is not None:
            index.write(read)
    return _hits(content, wanted, found)


def _wanted(content: Content) -> Wanted:
    """The events that start campaigns, as the content writes them, and the properties that triggers read."""
    found: dict[str, tuple[str, ...]] = {}
    for (kind, low), router in content.routers.items():
        if kind != "event":
            raise NotRegular("it has campaigns on pages or screens")
        checks = _checks(content, router)
        if any(check.reads.timed or check.reads.attributes or check.reads.segments for check in checks):
            raise NotRegular("a trigger asks for more than the event's data")
        read = frozenset[str]().union(*(check.reads.properties for check in checks))
        if not read.isdisjoint(REFUSED_DATA) or any("." in name or "[" in name for name in read):
            raise NotRegular("a trigger reads deep into the data")
        if content.assumptions.null_property != "missing":
            raise NotRegular("an assumption says otherwise of nulls")
        found[content.names[("event", low)]] = tuple(sorted(read))
    return found


def _checks(content: Content, router: Router) -> list[Check]:
    found = (content.campaigns[route.number].trigger for route in router.every)
    return [check for check in found if check is not None]


def _missing(wanted: Wanted, found: Mapping[str, EventLines]) -> Wanted:
    """What of *wanted* was not found."""
    return {
        name: left
        for name, properties in wanted.items()
        if (left := tuple(one for one in properties if name not in found or one not in found[name].columns))
        or name not in found
    }


def _add(found: dict[str, EventLines], read: Mapping[str, EventLines]) -> None:
    for name, lines in read.items():
        known = found.get(name)
        if known is None:
            found[name] = lines
        elif known.person.size != lines.person.size:
            raise NotRegular("the log changed")
        else:
            known.columns.update(lines.columns)


def _read(file: str, wanted: Wanted, threads: int) -> dict[str, EventLines]:
    names = list(wanted)
    with open_database(file, threads) as base:
        log = log_at(file, base)
        try:
            base.execute(f"CREATE TABLE lines AS {hit_selection(log, wanted)}")
        except duckdb.Error as error:
            raise NotRegular(f"DuckDB does not read the log ({type(error).__name__})") from error
        for name, odd in base.execute("SELECT DISTINCT name::VARCHAR, odd FROM lines WHERE odd OR code = 0").fetchall():
            if odd or log.plain(name).strip().lower() in {known.strip().lower() for known in names}:
                raise NotRegular("some line is out of the ordinary")
        rows = "lines WHERE code > 0"
        found = _by_event({one: column(base, one, rows) for one in ("code", "person", "receipt")}, wanted)
        slots = range(max(map(len, wanted.values()), default=0))
        for slot, (numbers, texts) in enumerate(numbered(base, [f"v{slot}" for slot in slots], rows)):
            _give(found, slot, numbers, texts, wanted)
    return {name: lines for name, (_, lines) in found.items()}


Found = dict[str, tuple["NDArray[np.int64]", EventLines]]
"""By event: which of all rows are its, and its lines."""


def _by_event(rows: Mapping[str, NDArray[Any]], wanted: Wanted) -> Found:
    found = {}
    for code, name in enumerate(wanted, 1):
        mine = np.flatnonzero(rows["code"] == code)
        found[name] = (mine, EventLines(rows["person"][mine], rows["receipt"][mine]))
    return found


def _give(found: Found, slot: int, numbers: NDArray[np.int32], texts: list[str], wanted: Wanted) -> None:
    """Give every event its property of this slot, with no other texts than its own."""
    for name, properties in wanted.items():
        if slot < len(properties):
            mine, lines = found[name]
            held = numbers[mine]
            used = used_of(held, len(texts))
            kept = [texts[number] for number in used.tolist()]
            lines.columns[properties[slot]] = Column(renumbered(held, used, len(texts)), kept)


def _hits(content: Content, wanted: Wanted, found: Mapping[str, EventLines]) -> Hits:
    people: dict[str, NDArray[np.uint64]] = {}
    at: dict[str, NDArray[np.int64]] = {}
    for name, properties in wanted.items():
        router = router_of(content, "event", name)
        if router is None:
            continue
        lines = found[name]
        for campaign, mine in _matches(content, router, lines, properties).items():
            slug = content.campaigns[campaign].slug
            people[slug], at[slug] = lines.person[mine], lines.at[mine]
    return Hits(people, at)


def _matches(
    content: Content, router: Router, lines: EventLines, properties: tuple[str, ...]
) -> dict[int, NDArray[np.bool_]]:
    """Which lines each campaign's trigger takes: asked once for each combination of classes of the values."""
    checks = _checks(content, router)
    key = np.zeros(lines.person.size, dtype=np.int64)
    tables, known = [], []
    for name in properties:
        column = lines.columns[name]
        classes = classes_of(name, checks, (), content.assumptions, of_event=True)
        table = np.array([*classes.of_all(decoded(column.texts)), 0], dtype=np.int64)  # the last one by -1: missing
        key = key * len(classes.stands_for) + table[column.numbers]
        tables.append(table)
        known.append(classes)
    size = int(np.prod([len(classes.stands_for) for classes in known], dtype=float))
    if size > 1 << 20:
        raise NotRegular("the values are too many to be told apart")
    taken: dict[int, NDArray[np.bool_]] = {}
    for number in np.flatnonzero(np.bincount(key, minlength=size)).tolist():
        data, left = {}, number
        for classes in reversed(known):
            left, place = divmod(left, len(classes.stands_for))
            if classes.stands_for[place] is not None:
                data[classes.name] = classes.stands_for[place]
        for route in router.matches(data, moment_of(NOTHING, data)):
            taken.setdefault(route.number, np.zeros(size, dtype=bool))[number] = True
    return {campaign: marks[key] for campaign, marks in sorted(taken.items())}
