"""A plan carried out: the table read again, and each row sent that is still what the plan saw.

Every entry puts a state in place, so an answer that was lost costs a repeat and does no harm. What a batch made stand
is noted once it is answered; a run that is killed goes on behind the last note.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from mailwright.diagnostics import as_shown
from sync.clients.app_api import AppApi
from sync.clients.track_batches import RefusedEntry, TrackBatches, batches
from sync.clients.transport import Json
from sync.people.comparing import identifier_of
from sync.people.mapping import PeopleMapping, Row
from sync.people.memory import Memory, Planned, Sent, Step
from sync.people.planning import CHUNK, changed, in_chunks
from sync.people.problems import Problems
from sync.people.runs import Line, PeopleRun

_ADDRESS = re.compile(r"\S+@\S+")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """What is about to be sent of one person, and what stands in the workspace once it is taken."""

    person: bytes
    line: int
    step: Step
    after: Sent | None  # None: nothing, the person is deleted


@dataclass(slots=True)
class Outcome:
    """What became of a plan."""

    done: Counter[Step] = field(default_factory=Counter)
    refused: int = 0
    moved: int = 0  # rows that are not any more what the plan saw
    requests: int = 0


@dataclass(slots=True)
class PeopleSend:
    """One plan being carried out."""

    mapping: PeopleMapping
    memory: Memory
    source: int
    track: TrackBatches
    app: AppApi | None
    run: PeopleRun
    outcome: Outcome = field(default_factory=Outcome)
    told: Callable[[Outcome], None] = lambda _outcome: None

    def carry_out(self) -> Outcome:
        """Send everything that is planned and not done.

        Raises: WorkspaceError when the workspace refuses or cannot be reached; OSError when the journal cannot be
        written. What was sent until then is noted.
        """
        for group in batches(self._entries()):
            entries = [(entry, one) for entry, those in group for one in those]
            before = self.track.transport.count
            try:
                refused = self.track.send([one for _, one in entries])
            finally:
                self.outcome.requests += self.track.transport.count - before
            self._note(group, {entries[one.at][0].person: one for one in refused if one.at < len(entries)})
            self.told(self.outcome)
        self.memory.take_in_the_unchanged(self.source)
        self.run.note("end")
        return self.outcome

    def _note(self, group: Sequence[tuple[Entry, Sequence[Json]]], refused: dict[bytes, RefusedEntry]) -> None:
        taken = [entry for entry, _ in group if entry.person not in refused]
        if refused:
            self.run.refuse([_as_line(entry, refused[entry.person]) for entry, _ in group if entry.person in refused])
        self.memory.done(self.source, {one.person: one.after for one in taken}, [one.person for one in taken])
        self.run.note("batch", taken=len(taken), refused=len(refused))
        self.outcome.done.update(one.step for one in taken)
        self.outcome.refused += len(refused)

    def _entries(self) -> Iterator[tuple[Entry, Sequence[Json]]]:
        for rows in in_chunks(self.mapping.people(Problems(self.mapping.table.name)), CHUNK):
            yield from self._of_rows(rows)
        yield from self._of_missing()

    def _of_rows(self, rows: Sequence[Row]) -> Iterator[tuple[Entry, Sequence[Json]]]:
        people = {self.memory.person(row.kind, row.key): row for row in reversed(rows)}  # the first of a name counts
        planned, sent = self.memory.planned(list(people)), self.memory.sent(list(people))
        for person, row in people.items():
            plan = planned.get(person)
            digests = self.memory.digests(row.attributes)
            if plan is None or plan.digest != self.memory.whole(digests, row.is_suppressed):
                self.outcome.moved += plan is None or not plan.is_done
            elif not plan.is_done and plan.step not in (Step.NOTHING, Step.KEEP_SUPPRESSED):
                before = sent.get(person)
                after = Sent({**(before.digests if before and not before.is_suppressed else {}), **digests})
                if row.is_suppressed:
                    after = Sent({}, is_suppressed=True)
                names = changed(digests, before.digests) if before and plan.step is Step.CHANGE else list(digests)
                yield Entry(person, row.number, plan.step, after), _calls(row, plan, names)

    def _of_missing(self) -> Iterator[tuple[Entry, Sequence[Json]]]:
        if self.app is None or not self.memory.steps_left().get(Step.DELETE):
            return
        kind = self.mapping.kind
        found: list[tuple[bytes, str]] = []
        for page in in_chunks(self.app.people(kind), CHUNK):
            keys = {self.memory.person(kind, key): key for one in page if (key := identifier_of(one, kind))}
            planned = self.memory.planned(list(keys))
            found += [
                (one, keys[one]) for one, plan in planned.items() if plan.step is Step.DELETE and not plan.is_done
            ]
        # Only now, as a list whose people go while it is read would lose some at the turn of a page.
        for person, key in found:
            yield Entry(person, 0, Step.DELETE, None), [_person("delete", kind, key)]


def _calls(row: Row, plan: Planned, names: Sequence[str]) -> list[Json]:
    if row.is_suppressed:
        return [_person("suppress", row.kind, row.key)]
    identify = {
        **_person("identify", row.kind, row.key),
        "attributes": {name: row.attributes[name] for name in names},
    }
    if plan.step is Step.UNSUPPRESS:
        return [_person("unsuppress", row.kind, row.key), identify]
    return [identify]


def _person(action: str, kind: str, key: str) -> Json:
    return {"type": "person", "action": action, "identifiers": {kind: key}}


def _as_line(entry: Entry, refused: RefusedEntry) -> Line:
    """What is kept of a refusal; addresses in the workspace's own words are taken out."""
    message = _ADDRESS.sub("…", as_shown(refused.message))[:_LONGEST]
    return {
        "row": entry.line or None,
        "person": entry.person.hex(),
        "step": entry.step.name.lower(),
        "reason": refused.reason,
        "field": refused.field,
        "message": message,
    }
