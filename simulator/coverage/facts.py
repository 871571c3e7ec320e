"""What tests can see of the content, one fact each: a clause that held or did not, a way taken, a step, a message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mailwright.definitions.conditions import All, Not
from mailwright.definitions.conditions import Any as AnyOf
from simulator.conditions import Check


class Fact(NamedTuple):
    """One thing to see; texts only, so that it can go from process to process."""

    kind: str  # clause, way, step, message
    owner: str  # a campaign's slug, or segment:<slug>
    name: str  # <condition>#<address>, a step, a message
    detail: str = ""  # true or false, the way, the language


@dataclass(frozen=True, slots=True)
class Target:
    """A fact that there is to see, where it stands, and how it is called."""

    fact: Fact
    place: str  # file:line:column
    text: str


def clause_fact(owner: str, label: str, address: tuple[int, ...], held: bool) -> Fact:
    """The fact that one clause of a condition gave one answer."""
    return Fact("clause", owner, f"{label}#{'.'.join(map(str, address))}", "true" if held else "false")


def leaves(check: Check) -> Iterator[Check]:
    """The clauses of a condition as a trace tells them: each with its own answer, in file order."""
    condition = check.condition
    if isinstance(condition, All | AnyOf) or (isinstance(condition, Not) and check.parts[0].parts):
        for part in check.parts:
            yield from leaves(part)
    else:
        yield check
