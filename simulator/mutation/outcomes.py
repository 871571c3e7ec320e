"""What became of the mutants: noticed by a test, the same by proof, accepted with a reason, or noticed by nobody."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.mutation.mutants import Mutant


@dataclass(frozen=True, slots=True)
class Told:
    """One mutant that no test noticed, or how it is known."""

    place: str
    says: str
    kind: str
    why: str = ""  # of one that is accepted: the reason; of an equal one: how that is known

    @classmethod
    def of(cls, mutant: Mutant, why: str = "") -> Told:
        return cls(mutant.place, mutant.says, mutant.kind, why)


@dataclass(slots=True)
class Outcomes:
    """All mutants of a run."""

    noticed: int = 0
    equal: list[Told] = field(default_factory=list)  # they mean the same: nobody can notice
    accepted: list[Told] = field(default_factory=list)
    unexplained: list[Told] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)  # accepted ones that there are no more, or that a test notices
    seconds: float = 0.0

    @property
    def made(self) -> int:
        """How many there were."""
        return self.noticed + len(self.equal) + len(self.accepted) + len(self.unexplained)

    @property
    def score(self) -> float:
        """The share, in percent, that tests noticed of those that can be noticed."""
        can = self.made - len(self.equal)
        return 100 * self.noticed / can if can else 100.0
