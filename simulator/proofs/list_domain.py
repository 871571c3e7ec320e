"""Tests of the values that a path with `[]` leads to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mailwright.definitions.conditions import Not
from simulator.proofs.candidates import compare_of
from simulator.proofs.context import Context
from simulator.proofs.domains import Choice, Chosen, Impossible
from simulator.proofs.formulas import ValueAtom
from simulator.proofs.probes import Elements, compiled, moment_with, put_into
from simulator.proofs.shapes import data_with
from simulator.proofs.value_domain import ValueDomain


class ElementsDomain:
    """Tests of a path with `[]`: one holds if it holds for any element, its negation if for none (semantics R14).

    So what must hold needs an element each, none of which may pass what must not hold; more elements never help.
    """

    def __init__(self, atoms: Sequence[ValueAtom], now: int, context: Context) -> None:
        self.key = atoms[0].key
        self._now = now
        self._leaves = [atom.leaf for atom in atoms]
        self._asked = [compiled(leaf, context.assumptions) for leaf in self._leaves]
        plain = {repr(compare_of(leaf)): compare_of(leaf) for leaf in self._leaves}
        self._bits = [list(plain).index(repr(compare_of(leaf))) for leaf in self._leaves]
        self._single = ValueDomain(
            [ValueAtom(self.key, compare) for compare in plain.values()], now, context, element=True
        )
        self._chosen: dict[tuple[int, int], Choice] = {}
        assumed = context.assumptions
        self._is_exact = assumed.negation_on_paths == "whole_test" and assumed.missing_property_negation == "holds"

    def choose(self, true: int, false: int) -> Choice:
        """The elements that pass and fail the tests as wanted."""
        found = self._chosen.get((true, false))
        if found is None:
            found = self._chosen[true, false] = self._search(true, false)
        return found

    def _search(self, true: int, false: int) -> Choice:
        if true & false:
            return Impossible()
        wanted, unwanted = 0, 0
        for bit, leaf in enumerate(self._leaves):
            held, failed = true >> bit & 1, false >> bit & 1
            if isinstance(leaf, Not):
                if not self._is_exact:
                    continue  # it is asked of the finished list
                held, failed = failed, held
            wanted |= held << self._bits[bit]
            unwanted |= failed << self._bits[bit]
        found: list[Any] = []
        for bit in range(wanted.bit_length()):
            if wanted >> bit & 1:
                match self._single.choose(1 << bit, unwanted):
                    case Chosen(value=value):
                        if not any(value == other and type(value) is type(other) for other in found):
                            found.append(value)
                    case Impossible(doubt=why):
                        return Impossible(why or self._other_rules(true, false))
        if self._is_exact:
            return Chosen(Elements(found))
        more = ([], *([value] for value in self._single.values()))
        fitting = (found + one for one in more if self._fits(found + one, true, false))
        chosen = next(fitting, None)
        return Impossible(self._other_rules(true, false)) if chosen is None else Chosen(Elements(chosen))

    def _fits(self, found: Sequence[Any], true: int, false: int) -> bool:
        """Whether a list of these elements answers so, asked of the clauses themselves."""
        subject, path = self.key
        moment = moment_with({}, self._now)
        put_into(moment, {subject: data_with({path: Elements(found)})})
        answers = sum(1 << bit for bit, holds in enumerate(self._asked) if holds(moment))
        return answers & true == true and not answers & false

    def _other_rules(self, true: int, false: int) -> str:
        return "" if self._is_exact else "negations on lists under the assumptions that are set"
