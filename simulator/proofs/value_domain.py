"""Tests of one value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mailwright.definitions.conditions import Compare, Condition, Not, Operator
from mailwright.definitions.event_schema import Property
from simulator.operators import as_number
from simulator.proofs.candidates import (
    candidates,
    compare_of,
    fits,
    has_all_texts,
    may_be_spelt,
    pieces_of,
    texts_with,
)
from simulator.proofs.context import Context
from simulator.proofs.domains import Choice, Chosen, Impossible
from simulator.proofs.formulas import ValueAtom, ValueKey
from simulator.proofs.probes import ABSENT, Holds, compiled, moment_with

_SPELT = "a number whose text is looked into by `contains`"


class ValueDomain:
    """Tests of one value: the candidates, and texts that are written when they are asked for."""

    def __init__(self, atoms: Sequence[ValueAtom], now: int, context: Context, *, element: bool = False) -> None:
        self.key = atoms[0].key
        self.leaves: list[Condition] = [atom.leaf for atom in atoms]
        self._compares = [compare_of(leaf) for leaf in self.leaves]
        self._asked: list[Holds] = [compiled(leaf, context.assumptions) for leaf in self.leaves]
        self._now = now
        self._any_time = context.assumptions.timestamp_formats == "any"
        self._known = _of_element(context.property_of(*self.key)) if element else context.property_of(*self.key)
        self._table: dict[int, Any] = {}
        for value in candidates(self._compares, now, context.assumptions, self._known):
            if may_stand(value, self.key) and not (element and value is ABSENT):
                self._table.setdefault(self.answers(value), value)
        self._pieces = [n for n, compare in enumerate(self._compares) if compare.operator is Operator.CONTAINS]
        self._chosen: dict[tuple[int, int], Choice] = {}

    def values(self) -> list[Any]:
        """A value of every class that was met so far."""
        return list(self._table.values())

    def answers(self, value: Any) -> int:
        """Which atoms hold for a value, as bits."""
        moment = moment_with({self.key: value}, self._now)
        return sum(1 << bit for bit, holds in enumerate(self._asked) if holds(moment))

    def choose(self, true: int, false: int) -> Choice:
        """A value that passes and fails the tests as wanted."""
        found = self._chosen.get((true, false))
        if found is None:
            found = self._chosen[true, false] = self._search(true, false)
        return found

    def _search(self, true: int, false: int) -> Choice:
        for answers, value in self._table.items():
            if answers & true == true and not answers & false:
                return Chosen(value)
        if not self._pieces or true & false:
            return Impossible()
        wanted = [
            self._compares[bit]
            for bit in self._pieces
            if (false if isinstance(self.leaves[bit], Not) else true) >> bit & 1
        ]
        if wanted and not (self._known is not None and self._known.allowed):
            for text in texts_with(wanted, self._compares):
                for value in (text, [text]):
                    if fits(value, self._known):
                        answers = self.answers(value)
                        self._table.setdefault(answers, value)
                        if answers & true == true and not answers & false:
                            return Chosen(value)
            if not has_all_texts(wanted):
                return Impossible("more combinations of `contains` than could be tried")
        return Impossible(self._doubt(true, false))

    def _doubt(self, true: int, false: int) -> str:
        """A number whose text is looked into may be spelt in ways that were not tried."""
        asked = true | false
        numbers = any(
            (compare.operator not in (Operator.CONTAINS, Operator.EXISTS) and _is_numeric(compare))
            for bit, compare in enumerate(self._compares)
            if (false if isinstance(self.leaves[bit], Not) else true) >> bit & 1
        )
        looked_into = [self._compares[bit] for bit in self._pieces if asked >> bit & 1]
        by_digits = any(may_be_spelt(piece) or self._any_time for piece in pieces_of(looked_into))
        only_numbers = self._known is not None and not self._known.allowed and not fits("~", self._known)
        return _SPELT if by_digits and (numbers or only_numbers) else ""


def _is_numeric(compare: Compare) -> bool:
    if compare.operator is Operator.EQUALS:
        return any(as_number(value) is not None for value in compare.values)
    return True


def _of_element(known: Property | None) -> Property | None:
    """What is known of one element: whether there is any is another question."""
    return None if known is None else known.model_copy(update={"required": True, "nullable": False})


def may_stand(value: Any, key: ValueKey) -> bool:
    """Whether the value can stand under the key at all: a person has no attribute that is null or an empty text.

    Source: null or an empty text removes an attribute (semantics R11); names with `_` in front are internal (R123).
    """
    subject, path = key
    if subject.value != "person" or value is ABSENT:
        return True
    if path.startswith("_") or path == "anonymous_id":
        return False
    is_nested = "." in path or "[" in path
    return is_nested or (value is not None and value != "")
