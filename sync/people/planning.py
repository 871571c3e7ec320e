"""What a sync would send, worked out before anything is: counts for people to look at, steps by digest in the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from mailwright.diagnostics import ConfigurationError, RefusedError
from sync.clients.app_api import AppApi
from sync.ledger import Identity
from sync.people.comparing import AT_ONCE, identifier_of, learn_from
from sync.people.mapping import UNSUBSCRIBED, PeopleMapping, Row
from sync.people.memory import Digests, Memory, Planned, Sent, Step
from sync.people.problems import Problems, TableError

Item = TypeVar("Item")
CHUNK = 1_000
MISTRUSTED = 0.1
"""Share of people that are remembered and not there, from which on the memory is not believed."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person asked for."""

    compare: bool = False  # ask the workspace what it holds, in place of the memory
    delete_missing: bool = False
    let_back_in: bool = False  # unsuppress
    skip_bad_rows: bool = False


@dataclass(slots=True)
class PeoplePlan:
    """What would be sent. It holds counts and names of attributes, and nothing of anybody."""

    workspace: Identity
    table: str
    source: str
    protected: bool = False
    is_compared: bool = False
    rows: int = 0
    skipped: int = 0
    brought: int = 0  # people of the source before
    stay_unsubscribed: int = 0
    vanished: int = 0  # sent by an earlier sync, and not there: deleted or suppressed in the workspace
    steps: Counter[Step] = field(default_factory=Counter)
    attributes: Counter[str] = field(default_factory=Counter)  # how many people an attribute changes of

    @property
    def to_send(self) -> int:
        """How many people something is sent about."""
        return sum(count for step, count in self.steps.items() if step not in (Step.NOTHING, Step.KEEP_SUPPRESSED))


@dataclass(slots=True)
class Planner:
    """Makes the plan for one table and one workspace."""

    mapping: PeopleMapping
    memory: Memory
    source: int
    wishes: Wishes
    app: AppApi | None
    told: Callable[[str], None] = lambda _text: None

    def fill(self, plan: PeoplePlan) -> None:
        """Work the plan out, streaming.

        Raises: TableError when rows are wrong; ConfigurationError, RefusedError when a wish cannot be fulfilled;
        WorkspaceError.
        """
        app = self._app_for_wishes()
        plan.brought = self.memory.brought_count(self.source)
        plan.is_compared = self.wishes.compare or self._is_forgotten_there()
        self.memory.forget_plan()
        problems = Problems(self.mapping.table.name, self.mapping.table.places)
        size = AT_ONCE if plan.is_compared else CHUNK
        for rows in in_chunks(self.mapping.people(problems), size):
            self._add(plan, rows, problems)
        self._see_to(problems, plan)
        if self.wishes.delete_missing and app is not None:
            self._add_missing(plan, app)

    def _app_for_wishes(self) -> AppApi | None:
        wish = "--compare" if self.wishes.compare else "--delete-missing" if self.wishes.delete_missing else ""
        if wish and self.app is None:
            message = f"{wish} reads the workspace's people, and there is no App key to read with"
            raise ConfigurationError(message, hint="app_key of the workspace in the settings, and its variable set")
        if self.wishes.delete_missing and not self.wishes.compare and not self.memory.brought_count(self.source):
            message = "who came from this table is not known here, so nobody can be missing"
            hint = "sync once without --delete-missing; or --compare: then everybody who is not in the table goes"
            raise ConfigurationError(message, hint=hint)
        return self.app

    def _is_forgotten_there(self) -> bool:
        """Whether the workspace no longer has people that it was sent: it was emptied, or is another one."""
        if self.app is None:
            return False
        known: list[Row] = []
        for rows in in_chunks(self.mapping.people(Problems("")), CHUNK):
            people = {self.memory.person(row.kind, row.key): row for row in rows}
            sent = self.memory.sent(list(people))
            known += [row for person, row in people.items() if person in sent and not sent[person].is_suppressed]
            break
        asked = known[:AT_ONCE]
        if not asked:
            return False
        there = len(self.app.attributes_of([row.key for row in asked], self.mapping.kind))
        if len(asked) - there <= MISTRUSTED * len(asked):
            return False
        self.told("the workspace lacks people that it was sent: everybody is compared with what it holds")
        return True

    def _add(self, plan: PeoplePlan, rows: Sequence[Row], problems: Problems) -> None:
        fresh = self._each_once(rows, problems)
        if plan.is_compared and self.app is not None:
            plan.vanished += learn_from(self.app, self.memory, list(fresh.values()))
        sent = self.memory.sent(list(fresh))
        planned = {}
        for person, row in fresh.items():
            digests = self.memory.digests(row.attributes)
            before = sent.get(person)
            step, names = step_for(row, digests, before, let_back_in=self.wishes.let_back_in)
            planned[person] = Planned(row.number, step, self.memory.whole(digests, row.is_suppressed))
            plan.steps[step] += 1
            plan.attributes.update(names)
            plan.stay_unsubscribed += row.stays_unsubscribed and self._was_unsubscribed(before)
        plan.rows += len(fresh)
        self.memory.plan(planned)

    def _was_unsubscribed(self, before: Sent | None) -> bool:
        said = None if before is None else before.digests.get(UNSUBSCRIBED)
        return said == self.memory.digests({UNSUBSCRIBED: True})[UNSUBSCRIBED]

    def _each_once(self, rows: Sequence[Row], problems: Problems) -> dict[bytes, Row]:
        found: dict[bytes, Row] = {}
        people = [self.memory.person(row.kind, row.key) for row in rows]
        planned = self.memory.planned(people)
        for person, row in zip(people, rows, strict=True):
            if person in planned or person in found:
                problems.add(row.number, self.mapping.key.name, "names somebody a second time")
            else:
                found[person] = row
        return found

    def _see_to(self, problems: Problems, plan: PeoplePlan) -> None:
        found = problems.diagnostics()
        plan.skipped = problems.count
        if not found:
            return
        if not self.wishes.skip_bad_rows:
            raise TableError(found)
        if self.wishes.delete_missing:
            message = "rows are wrong, and whose they are is not known: nobody can be said to be missing"
            raise RefusedError(message, hint="mend the rows, or sync without --delete-missing")
        for one in found:
            self.told(f"left out: {one.message}")

    def _add_missing(self, plan: PeoplePlan, app: AppApi) -> None:
        """Plan to delete whoever is in the workspace and not in the table any more."""
        kind = self.mapping.kind
        for page in in_chunks(app.people(kind), CHUNK):
            people = [self.memory.person(kind, key) for one in page if (key := identifier_of(one, kind))]
            gone = self.memory.missing(self.source, people, everybody=self.wishes.compare)
            self.memory.plan({person: Planned(0, Step.DELETE, b"") for person in sorted(gone)})
            plan.steps[Step.DELETE] += len(gone)


def step_for(row: Row, digests: Digests, before: Sent | None, *, let_back_in: bool) -> tuple[Step, list[str]]:
    """What is to be done about a row, and which attributes change."""
    if row.is_suppressed:
        return (Step.NOTHING if before is not None and before.is_suppressed else Step.SUPPRESS), []
    if before is None:
        return Step.NEW, []
    if before.is_suppressed:
        return (Step.UNSUPPRESS if let_back_in else Step.KEEP_SUPPRESSED), []
    names = changed(digests, before.digests)
    return (Step.CHANGE if names else Step.NOTHING), names


def changed(digests: Digests, before: Digests) -> list[str]:
    """The attributes whose values are not those that were sent."""
    return [name for name, digest in digests.items() if before.get(name) != digest]


def in_chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of at most *size*."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def counts_of(steps: Mapping[Step, int]) -> dict[str, int]:
    """Steps by their names, as reports have them."""
    return {step.name.lower(): steps.get(step, 0) for step in Step}
