"""What a question about conditions is answered with: proved, refuted with a witness, or unknown with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailwright.definitions.sample import Sample


@dataclass(frozen=True, slots=True)
class Proved:
    """It is so for every person, event and moment that the question is about."""

    because: str = ""  # in a few words, where it is worth saying


@dataclass(frozen=True, slots=True)
class Refuted:
    """It is not so: *witness* is a person, an event and a moment for which it fails, tried in the simulator."""

    witness: Sample


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither could be shown; *reason* says what stands in the way."""

    reason: str


Answer = Proved | Refuted | Unknown
