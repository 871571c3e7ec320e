"""What came of a send."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sync.sending.asking import Tries

REASONS_KEPT = 50


@dataclass(slots=True)
class Outcome:
    """The counts of one run of a send. Units: seconds."""

    workspace: str
    run: str
    already: int = 0  # calls that were through before
    taken: Counter[str] = field(default_factory=Counter)  # by kind
    left_out: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    unsure: int = 0
    requests: int = 0
    tries: Tries = field(default_factory=Tries)
    seconds: float = 0.0
    dead_letters: str = ""  # where the refused are
    perhaps_sent: str = ""

    @property
    def taken_count(self) -> int:
        """Calls that the workspace took, in this run."""
        return sum(self.taken.values())

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self.taken_count / self.seconds if self.seconds > 0 else 0.0

    def refuse(self, reason: str) -> None:
        """Count a call that was not taken."""
        self.refused += 1
        known = reason in self.reasons or len(self.reasons) < REASONS_KEPT
        self.reasons[reason if known else "(other reasons)"] += 1

    def tell(self, tries: Tries, requests: int) -> None:
        """Count what one request needed."""
        self.requests += requests
        self.tries.too_early += tries.too_early
        self.tries.errors += tries.errors
        self.tries.lost += tries.lost
