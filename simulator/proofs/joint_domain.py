"""Tests of values that are compared with each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from mailwright.definitions.conditions import Compare, Condition, Operator
from simulator.proofs.candidates import candidates, compare_of, fits, texts_with
from simulator.proofs.context import Context
from simulator.proofs.domains import Choice, Chosen, Impossible
from simulator.proofs.formulas import FieldsAtom, ValueAtom, ValueKey
from simulator.proofs.probes import compiled, moment_with
from simulator.proofs.value_domain import may_stand

MOST_PAIRS = 40_000


class JointDomain:
    """Several values that are compared with each other: their candidates, in every combination.

    Two values of one class may be equal or not, so the candidates hold two of each class that has two; and a value of
    one place stands among the candidates of the other, as both are made from the tests of both.
    """

    def __init__(self, values: Sequence[ValueAtom], pairs: Sequence[FieldsAtom], now: int, context: Context) -> None:
        self.keys: list[ValueKey] = list(
            dict.fromkeys([atom.key for atom in values] + [key for pair in pairs for key in (pair.left, pair.right)])
        )
        self._doubt = ""
        leaves = [compare_of(atom.leaf) for atom in values]
        everything: list[Condition] = [*(atom.leaf for atom in values), *(pair.leaf for pair in pairs)]
        asked = [compiled(leaf, context.assumptions) for leaf in everything]
        if any(pair.leaf.operator is not Operator.EQUALS for pair in pairs):
            self._doubt = "two fields compared by more than equality"
        if any("[]" in path for _, path in self.keys):
            self._doubt = "two fields compared, one of which is also a list"
        if any(leaf.operator is Operator.CONTAINS for leaf in leaves):
            self._doubt = self._doubt or "two fields compared that are also looked into"
        pools = [self._pool(key, leaves, now, context) for key in self.keys]
        self._table: dict[int, tuple[Any, ...]] = {}
        for count, combination in enumerate(product(*pools)):
            if count >= MOST_PAIRS:
                self._doubt = "more fields compared with each other than could be tried"
                break
            moment = moment_with(dict(zip(self.keys, combination, strict=True)), now)
            answers = sum(1 << bit for bit, holds in enumerate(asked) if holds(moment))
            self._table.setdefault(answers, combination)

    @staticmethod
    def _pool(key: ValueKey, leaves: Sequence[Compare], now: int, context: Context) -> list[Any]:
        known = context.property_of(*key)
        pool = [value for value in candidates(leaves, now, context.assumptions, known) if may_stand(value, key)]
        texts = [text for leaf in leaves if leaf.operator is Operator.CONTAINS for text in texts_with([leaf], leaves)]
        return pool + [text for text in texts if fits(text, known)]

    def choose(self, true: int, false: int) -> Choice:
        """The values, in the order of the keys."""
        for answers, combination in self._table.items():
            if answers & true == true and not answers & false:
                return Chosen(combination)
        return Impossible(self._doubt)
