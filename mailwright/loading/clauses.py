"""Clauses while they are read: a condition with its place and the clauses inside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mailwright.definitions.conditions import ALWAYS, All, Any, Condition, Not
from mailwright.diagnostics import Diagnostic, Span
from mailwright.loading.yaml_builder import Path, Spot
from mailwright.loading.yaml_tree import YamlTree

DEEPEST = 30
MOST_CLAUSES = 500


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition, where it stands, and the clauses inside it in the order of their addresses."""

    condition: Condition
    spot: Spot
    inner: tuple[Clause, ...] = ()

    def places(self, address: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Spot]]:
        """The address and place of this clause and of all inside it."""
        yield address, self.spot
        for index, clause in enumerate(self.inner):
            yield from clause.places((*address, index))


class TooMuch(Exception):
    """The condition is larger than any that is meant; the problem is noted."""


@dataclass(slots=True)
class Notes:
    """Where things stand in one file, and the problems found in it so far."""

    tree: YamlTree
    problems: list[Diagnostic] = field(default_factory=list)
    clauses: int = 0

    def problem(self, rule: str, message: str, path: Path, hint: str = "", *, key: bool = False) -> None:
        """Note a problem at the value (or the key) at *path*."""
        span = self.tree.place.span(path, key=key)
        line = self.tree.lines[span.line - 1] if span.line <= len(self.tree.lines) else ""
        self.problems.append(Diagnostic(rule, message, span, hint, source_line=line))

    def spot(self, path: Path) -> Spot:
        """The place of the line `key: value` at *path*, or of the value where it has no key."""
        value = self.tree.place.values.get(path)
        key = self.tree.place.keys.get(path)
        if key is None or value is None:
            span: Span = self.tree.place.span(path)
            return value or key or (span.line, span.column, span.length)
        if key[0] != value[0]:
            return key
        return key[0], key[1], max(key[2], value[1] + value[2] - key[1])

    def clause(self, condition: Condition, path: Path, inner: Sequence[Clause] = ()) -> Clause:
        """A clause that stands at *path*.

        Raises: TooMuch after more clauses than one condition may hold.
        """
        self.clauses += 1
        if self.clauses > MOST_CLAUSES:
            message = f"more than {MOST_CLAUSES} clauses in one condition"
            self.problem("condition-size", message, path, "a segment can hold a part of it")
            raise TooMuch
        return Clause(condition, self.spot(path), tuple(inner))

    def joined(self, kind: type[All | Any], clauses: Sequence[Clause], path: Path) -> Clause:
        """All or any of *clauses*; one alone stays bare."""
        if len(clauses) == 1:
            return clauses[0]
        return self.clause(kind(tuple(clause.condition for clause in clauses)), path, clauses)

    def negated(self, clause: Clause, path: Path) -> Clause:
        """The opposite of *clause*."""
        return self.clause(Not(clause.condition), path, (clause,))

    def nothing(self, path: Path) -> Clause:
        """What stands in for a clause that could not be read."""
        return Clause(ALWAYS, self.spot(path))

    def deepened(self, depth: int, path: Path) -> int:
        """One level further down.

        Raises: TooMuch beyond the deepest level.
        """
        if depth >= DEEPEST:
            message = f"a condition nested more than {DEEPEST} levels deep"
            self.problem("condition-size", message, path, "a segment can hold a part of it")
            raise TooMuch
        return depth + 1
