"""Which campaigns' triggers the events of a log match, and nothing else: no filters, frequencies or journeys.

Each line is decoded once, to just the properties that some trigger reads, and asked by one generated function for its
event name. The tests in it are those of `simulator.operators`, written by the writer of all conditions, and campaigns
are found by the tables of `simulator.routing`: so a hit is what `Router.matches` gives, at the speed of reading. Values
that nothing reads are only checked to be well-formed JSON in UTF-8. A repeated event id counts each time.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from simulator.asking import Ask, ask_of, plain_reads
from simulator.history.calls import Call, CallKind
from simulator.history.heads import REFUSED_DATA, SHAPES, DoesNotFit, Heads, flat_heads_of
from simulator.history.json_lines import calls_of_line
from simulator.history.readers import calls_of_log, label_of, open_log
from simulator.history.refusals import OnBad, Refusals
from simulator.history.streams import Progress, StreamBroken, batches_of, log_files
from simulator.moment import NOTHING, Moment
from simulator.people import Person

if TYPE_CHECKING:
    from simulator.content import Content
    from simulator.routing import Route, Router

Hit = tuple[int, str | None, int | None, str]
"""Line, person, time of receipt (the event's own where the log holds none, in Unix seconds) and campaign."""

_NAMES = 50_000  # spellings remembered
_TYPES = {CallKind.EVENT: "event", CallKind.PAGE: "page", CallKind.SCREEN: "screen"}
_UNFIT = (msgspec.MsgspecError, DoesNotFit, UnicodeDecodeError, RecursionError, OverflowError)


def hits_in(
    paths: Sequence[str | Path],
    content: Content,
    *,
    on_bad: OnBad,
    strict: bool = False,
    progress: Progress | None = None,
) -> Iterator[Hit]:
    """Every campaign whose trigger an event of the logs matches, in the logs' order.

    Raises: HistoryError like `read_calls`.
    """
    reader = _HitReader(content)
    notes: Counter[str] = Counter()

    def hits_of(file: str) -> Iterator[Hit]:
        return reader.of_file(file, Refusals(label_of(file), on_bad, strict, notes), progress)

    return itertools.chain.from_iterable(map(hits_of, log_files(paths)))


def count_hits(
    paths: Sequence[str | Path],
    content: Content,
    *,
    on_bad: OnBad,
    strict: bool = False,
    progress: Progress | None = None,
) -> Counter[str]:
    """How many events of the logs each campaign's trigger matches.

    Raises: HistoryError like `read_calls`.
    """
    hits = hits_in(paths, content, on_bad=on_bad, strict=strict, progress=progress)
    return Counter(map(itemgetter(3), hits))


class _HitReader:
    """Reads logs for one content; the shape that fitted last is tried first."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._slugs = [campaign.slug for campaign in content.campaigns]
        routers = [router for (kind, _), router in content.routers.items() if kind == "event"]
        self._properties = sorted({name for router in routers for name in plain_reads(router)} - REFUSED_DATA)
        self._places = {name: f"p{at}" for at, name in enumerate(self._properties)}
        self._asks: dict[str, Ask | None] = {}
        self._moment = Moment(0, Person("", 0), NOTHING, lambda _, __: False)
        self._shape: int = 0
        self._made: dict[int, Heads] = {}

    def of_file(self, file: str, refusals: Refusals, progress: Progress | None) -> Iterator[Hit]:
        """The hits of one log."""
        try:
            log = open_log(file, "auto", progress)
        except StreamBroken as error:
            refusals.refuse(1, error.message, error.hint)
            return iter(())
        if log.format == "ndjson":
            return itertools.chain.from_iterable(self._batches(log.chunks, refusals))
        return self._of_calls(_until_broken(calls_of_log(log, refusals), refusals))

    def _batches(self, chunks: Iterator[bytes], refusals: Refusals) -> Iterator[list[Hit]]:
        first = 1
        try:
            for lines in batches_of(chunks):
                yield self._of_lines(lines, first, refusals)
                first += len(lines)
        except StreamBroken as error:
            refusals.refuse(first, error.message, error.hint)

    def _of_lines(self, lines: list[bytes], first: int, refusals: Refusals) -> list[Hit]:
        heads, decoded = self._decoded(lines)
        track, identify, place, asks, slugs = heads.track, heads.identify, heads.shape.place, self._asks, self._slugs
        hits: list[Hit] = []
        add = hits.append
        for number, head in enumerate(decoded, first):
            try:
                kind = head.__class__
                if kind is track:
                    name = head.name
                    ask = asks[name] if name in asks else self._asked(name)
                    if ask is None:
                        continue
                    found = ask(head.data)
                    if found:
                        person, at = place(head)
                        for campaign in found:
                            add((number, person, at, slugs[campaign]))
                elif kind is not identify:
                    raise DoesNotFit
            except _UNFIT:
                hits += self._of_calls(calls_of_line(lines[number - first] + b"\n", number, refusals))
        return hits

    def _asked(self, written: str) -> Ask | None:
        """What asks the triggers of an event, by its name as written; None where no trigger asks for it."""
        router = router_of(self._content, "event", written)
        ask: Ask | None = None
        if router is not None:
            ask = ask_of(router, self._places, self._content.assumptions) or _in_general
        elif not written.strip():
            ask = _in_general
        if len(self._asks) < _NAMES:
            self._asks[written] = ask
        return ask

    def _decoded(self, lines: list[bytes]) -> tuple[Heads, list[Any]]:
        heads = self._heads(self._shape)
        try:
            return heads, list(map(heads.decode, lines))
        except _UNFIT:
            self._shape = self._fitting(lines)
        heads = self._heads(self._shape)
        return heads, [_decoded_or_none(heads, line) for line in lines]

    def _fitting(self, lines: list[bytes]) -> int:
        """The shape of the first line that has one; the present shape where none has."""
        for line in lines:
            for shape in range(len(SHAPES)):
                heads = self._heads(shape)
                if _decoded_or_none(heads, line).__class__ in (heads.track, heads.identify):
                    return shape
        return self._shape

    def _heads(self, shape: int) -> Heads:
        if shape not in self._made:
            self._made[shape] = flat_heads_of(SHAPES[shape], self._properties)
        return self._made[shape]

    def _of_calls(self, calls: Iterable[Call]) -> Iterator[Hit]:
        """The hits of calls that were read the general way."""
        content, moment = self._content, self._moment
        for call in calls:
            kind = _TYPES.get(call.kind)
            if kind is None:
                continue
            found = matches_of(content, moment, kind, call)
            at = call.timestamp if call.at is None else call.at
            for route in found:
                yield call.line, call.person, at, self._slugs[route.number]


def matches_of(content: Content, moment: Moment, kind: str, call: Call) -> list[Route]:
    """What the content's index gives for one call."""
    router = router_of(content, kind, call.name)
    if router is None:
        return []
    moment.now = (call.timestamp if call.at is None else call.at) or 0
    moment.data = moment.event = call.data
    return router.matches(call.data, moment)


def router_of(content: Content, kind: str, written: str) -> Router | None:
    """The index of the event, unless its spelling rules it out.

    Source: semantics R2: spaces around a name are trimmed.
    Assumed: names that differ only in case match (`event_name_case`, semantics R3).
    """
    name = written.strip()
    key = (kind, name.lower())
    if content.assumptions.event_name_case == "strict" and content.names.get(key) != name:
        return None
    return content.routers.get(key)


def _decoded_or_none(heads: Heads, line: bytes) -> object:
    try:
        return heads.decode(line)
    except _UNFIT:
        return None


def _until_broken(calls: Iterator[Call], refusals: Refusals) -> Iterator[Call]:
    try:
        yield from calls
    except StreamBroken as error:
        refusals.refuse(1, error.message, error.hint)


def _in_general(_: object) -> Sequence[int]:
    """What the general way has to answer."""
    raise DoesNotFit
