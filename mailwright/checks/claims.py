"""What `unclaimed_by` stands for, now that every campaign is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailwright.checks.asked import asked_conditions, clauses
from mailwright.checks.condition_values import as_text
from mailwright.definitions.conditions import Unclaimed
from mailwright.definitions.project import Project


@dataclass(frozen=True, slots=True)
class Claim:
    """One resolved `unclaimed_by`: the campaign that leaves these values to others, and to whom."""

    campaign: str
    path: str
    pattern: str
    values: tuple[str, ...]
    claimed_by: tuple[str, ...]

    def as_text(self) -> str:
        """The claim in one line."""
        values = ", ".join(self.values) or "nothing"
        by = f" ({', '.join(self.claimed_by)})" if self.claimed_by else ""
        return f"{self.campaign}: {self.path}: not taken by {self.pattern} = {values}{by}"


def resolved_claims(project: Project) -> Iterator[Claim]:
    """Every `unclaimed_by` of the project, resolved."""
    for asked in asked_conditions(project):
        for clause in clauses(asked):
            match clause.condition:
                case Unclaimed(path=path, pattern=pattern, claimed=claimed, claimed_by=claimed_by):
                    yield Claim(asked.campaign or "", path, pattern, tuple(map(as_text, claimed)), claimed_by)
                case _:
                    pass
