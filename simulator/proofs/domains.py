"""What atoms about the same thing may say together, each kind in a domain of its own.

A domain is asked with two sets of its atoms, as bits: those that must hold and those that must not. It gives something
for which it is so, or says that there is nothing; an `Impossible` with a doubt says that it may have missed something.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Impossible:
    """Nothing is so; *doubt* says why that is not certain, where it is not."""

    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Something for which it is so."""

    value: Any


Choice = Chosen | Impossible


class Domain(Protocol):
    """One kind of thing, and the atoms about it."""

    def choose(self, true: int, false: int) -> Choice:
        """Something for which the atoms of *true* hold and those of *false* do not."""
        ...


class FreeDomain:
    """One atom that may be answered either way."""

    def choose(self, true: int, false: int) -> Choice:
        """Its answer: as wanted, else no."""
        return Impossible() if true & false else Chosen(bool(true))


class AgeDomain:
    """Questions for the age of a profile that is fixed, in seconds."""

    def __init__(self, bounds: Sequence[int], age: int) -> None:
        self.age = age
        self._holds = sum(1 << bit for bit, seconds in enumerate(bounds) if age >= seconds)

    def choose(self, true: int, false: int) -> Choice:
        """The age, if it answers so."""
        return Impossible() if true & ~self._holds or false & self._holds else Chosen(self.age)
