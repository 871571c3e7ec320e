"""The loop: calls in, a trace out.

`replay` is a pure function of the content and some people's calls: a log split by person and replayed in pieces gives
the same entries, which `joined` puts back together byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import merge as merge_sorted
from typing import TYPE_CHECKING

from simulator.content import Content, compile_content
from simulator.engine import Detail, Engine, Messages
from simulator.history.calls import Call, CallKind
from simulator.intake import Intake
from simulator.run import Run
from simulator.trace import AnyEntry

if TYPE_CHECKING:
    from mailwright.definitions.project import Project

LOOK_AHEAD = 30 * 86400
"""How long the clock runs on after the last call when nothing says where it stops, in seconds."""


class Replay:
    """A replay under way: calls go in one by one, the clock stops with `finish`."""

    def __init__(
        self,
        content: Content,
        messages: Messages,
        emit: Callable[[AnyEntry], None],
        detail: Detail = Detail.DECISIONS,
    ) -> None:
        self.engine = Engine(content, messages, emit, detail)
        self.intake = Intake(self.engine)
        self.run = Run(workspace=content.workspace_name, not_modelled=content.not_modelled)
        self._counts: dict[str, int] = {}
        self._known = content.known_events

    def take(self, call: Call) -> None:
        """Take in one call."""
        run = self.run
        at = self.intake.take(call)
        run.calls += 1
        if run.first_at is None or at < run.first_at:
            run.first_at = at
        if run.last_at is None or at > run.last_at:
            run.last_at = at
        kind = call.kind
        if kind is CallKind.EVENT or kind is CallKind.PAGE or kind is CallKind.SCREEN:
            self._counts[call.name] = self._counts.get(call.name, 0) + 1

    def finish(self, until: int | None = None) -> Run:
        """Let the clock run on to *until* (default: 30 days after the last call) and give the outcome."""
        run, engine = self.run, self.engine
        for spelling, count in self._counts.items():
            name = spelling.strip()
            run.calls_by_name[name] += count
            if name.lower() not in self._known:
                run.unused_events[name] += count
        stop = until if until is not None else (run.last_at or 0) + LOOK_AHEAD
        engine.finish(stop)
        run.until = stop
        run.assumptions = engine.used
        everyone = list(engine.people)
        run.people = len(everyone)
        run.profiles = {person.key: person.attributes for person in everyone}
        return run


def replay(
    project: Project,
    workspace_name: str | None,
    calls: Iterable[Call],
    *,
    until: int | None = None,
    detail: Detail = Detail.DECISIONS,
    only_person: str | None = None,
    sink: Callable[[AnyEntry], None] | None = None,
    render: str = "all",
) -> Run:
    """What the calls bring about in one workspace.

    Units: *until* is in Unix seconds, and calls received after it are left out. With a *sink* the entries go there in
    the order they are made; without one they stand in the run, sorted by time and person.
    Raises: ConfigurationError when there is no such workspace, or an assumption is not one of those there are.
    """
    from simulator.messages import messages_for

    content = compile_content(project, workspace_name)
    entries: list[AnyEntry] = []
    going = Replay(content, messages_for(content, render), sink or entries.append, detail)
    for call in calls:
        if only_person is not None and only_person not in (call.person, call.other):
            continue
        if until is not None and (call.at or call.timestamp or 0) > until:
            continue
        going.take(call)
    run = going.finish(until)
    run.rendered = render
    run.entries = in_order(entries)
    return run


def in_order(entries: list[AnyEntry]) -> list[AnyEntry]:
    """The entries by time and person; one person's of one second stay in the order they were made."""
    return sorted(entries, key=_place)


def joined(pieces: Iterable[list[AnyEntry]]) -> list[AnyEntry]:
    """The entries of several sets of people as if they had been replayed together."""
    return list(merge_sorted(*pieces, key=_place))


def _place(entry: AnyEntry) -> tuple[int, str]:
    return entry.at, entry.person
