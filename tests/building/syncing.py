"""Documents, sides and plans in few words, and a workspace that is a dictionary."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sync.apply import Apply
from sync.journal import Journal, start_journal
from sync.ledger import Identity, Ledger
from sync.plan import Action, Change, Plan
from sync.plan_making import Almighty, Sides, Wishes, make_plan
from sync.snapshot import Address, Document, Kind, Snapshot, canonical

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
QA = Identity("qa", 4020, "us")


def address(text: str) -> Address:
    """`message welcome/hello` as an address."""
    kind, slug = text.split(" ")
    return Address(Kind(kind), slug)


def thing(text: str, **fields: Any) -> Document:
    """A document; None leaves a field out."""
    return Document(address(text), {name: canonical(value) for name, value in fields.items() if value is not None})


def all_of(*things: Document) -> Snapshot:
    """A snapshot."""
    return Snapshot.of(*things)


def planned(
    base: Iterable[Document] = (),
    desired: Iterable[Document] = (),
    live: Iterable[Document] = (),
    *,
    protected: bool = False,
    abilities: Any = None,
    now: datetime = NOW,
    **wishes: Any,
) -> Plan:
    """The plan for qa."""
    return make_plan(
        QA,
        Sides(all_of(*base), all_of(*desired), all_of(*live)),
        now=now,
        wishes=Wishes(**wishes),
        abilities=abilities or Almighty(),
        protected=protected,
    )


@dataclass
class Workspace:
    """A workspace in memory: a thing comes with its campaign as a real one's messages do."""

    things: dict[Address, Document] = field(default_factory=dict)
    identity: Identity = QA
    writes: list[str] = field(default_factory=list)
    before_write: Callable[[Change], None] = lambda _change: None
    after_write: Callable[[Change], None] = lambda _change: None
    before_read: Callable[[Address], None] = lambda _address: None

    @classmethod
    def holding(cls, *things: Document) -> Workspace:
        return cls({one.address: one for one in things})

    def read(self, where: Address) -> Document | None:
        self.before_read(where)
        return self.things.get(where)

    def write(self, change: Change, live: Document | None) -> None:
        self.before_write(change)
        self.writes.append(f"{change.action} {change.address}")
        if change.action is Action.DELETE:
            del self.things[change.address]
            if change.address.kind is Kind.CAMPAIGN:
                self.things = {
                    one: thing
                    for one, thing in self.things.items()
                    if not one.slug.startswith(f"{change.address.slug}/")
                }
        else:
            self.things[change.address] = change.target(live)
        self.after_write(change)

    @property
    def snapshot(self) -> Snapshot:
        return all_of(*self.things.values())


def applying(
    plan: Plan, workspace: Any, root: Path, ledger: Ledger | None = None, journal: Journal | None = None, **rest: Any
) -> Apply:
    """An apply of *plan* that waits for nothing."""
    return Apply(
        plan,
        workspace,
        ledger if ledger is not None else Ledger("qa"),
        journal if journal is not None else start_journal(root, plan, NOW),
        root,
        pause=rest.pop("pause", lambda _seconds: None),
        **rest,
    )
