"""Whether a formula can hold: branching over its alternatives, with every domain asked at each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.proofs.domains import Chosen, Domain
from simulator.proofs.formulas import Both, Either, Formula, Literal

MOST_BRANCHES = 2_000  # what content holds needs a few dozen; beyond this the answer is that nobody knows
TOO_MANY = "more cases than could be tried"

State = dict[int, tuple[int, int]]  # domain → atoms that hold, atoms that do not


@dataclass(slots=True)
class Search:
    """One search: the domains, and where each atom stands in them (`(domain, bit)` by the atom's number)."""

    domains: Sequence[Domain]
    places: Sequence[tuple[int, int]]
    branches: int = 0  # tried so far, in earlier searches for the same too
    doubts: set[str] = field(default_factory=set)  # why "there is none" is not certain

    def model(self, formula: Formula) -> dict[int, Any] | None:
        """What domains chose so that the formula holds, those that matter to it; None where nothing does (*doubts*)."""
        state = self._extended([formula], {})
        if state is None:
            return None
        found = {}
        for number, wanted in sorted(state.items()):
            choice = self.domains[number].choose(*wanted)
            if isinstance(choice, Chosen):
                found[number] = choice.value
        return found

    def _extended(self, wanted: list[Formula], state: State) -> State | None:
        """*state* with decisions that make every formula of *wanted* hold."""
        known = self._settled(wanted, dict(state))
        if known is None:
            return None
        state, choices = known
        if not choices:
            return state
        choice = min(choices, key=lambda one: len(one.parts))
        others: list[Formula] = [one for one in choices if one is not choice]
        ruled_out: list[Formula] = []
        for part in choice.parts:
            self.branches += 1
            if self.branches > MOST_BRANCHES:
                self.doubts.add(TOO_MANY)
                return None
            found = self._extended([part, *ruled_out, *others], state)
            if found is not None:
                return found
            if isinstance(part, Literal):
                ruled_out.append(Literal(part.atom, not part.holds))
        return None

    def _settled(self, wanted: list[Formula], state: State) -> tuple[State, list[Either]] | None:
        """All that follows at once; what is left are alternatives of which at least two are open."""
        left = list(wanted)
        choices: list[Either] = []
        while left:
            formula = left.pop()
            match formula:
                case Literal():
                    if not self._assign(formula, state):
                        return None
                    left += choices  # they may have fewer ways now
                    choices = []
                case Both(parts=parts):
                    left += parts
                case Either(parts=parts):
                    if any(self._is_settled(part, state) for part in parts):
                        continue
                    open_parts = [part for part in parts if self._is_open(part, state)]
                    if not open_parts:
                        return None
                    if len(open_parts) == 1:
                        left.append(open_parts[0])
                    else:
                        choices.append(formula if len(open_parts) == len(parts) else Either(tuple(open_parts)))
        return state, choices

    def _assign(self, literal: Literal, state: State) -> bool:
        number, bit = self.places[literal.atom]
        true, false = state.get(number, (0, 0))
        new = (true | bit, false) if literal.holds else (true, false | bit)
        if new == (true, false):
            return True
        if not self._can(number, *new):
            return False
        state[number] = new
        return True

    def _can(self, number: int, true: int, false: int) -> bool:
        if true & false:
            return False
        choice = self.domains[number].choose(true, false)
        if isinstance(choice, Chosen):
            return True
        if choice.doubt:
            self.doubts.add(choice.doubt)
        return False

    def _is_settled(self, part: Formula, state: State) -> bool:
        match part:
            case Literal(atom=atom, holds=holds):
                number, bit = self.places[atom]
                return bool(state.get(number, (0, 0))[0 if holds else 1] & bit)
            case Both(parts=parts):
                return all(self._is_settled(one, state) for one in parts)
            case Either(parts=parts):
                return any(self._is_settled(one, state) for one in parts)

    def _is_open(self, part: Formula, state: State) -> bool:
        match part:
            case Literal(atom=atom, holds=holds):
                number, bit = self.places[atom]
                true, false = state.get(number, (0, 0))
                return self._can(number, true | bit, false) if holds else self._can(number, true, false | bit)
            case Both(parts=parts):
                return all(self._is_open(one, state) for one in parts if isinstance(one, Literal))
            case Either(parts=parts):
                return any(self._is_open(one, state) for one in parts)
