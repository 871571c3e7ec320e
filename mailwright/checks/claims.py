"""What `unclaimed_by` stands for, now that every campaign is known."""

from __future__ import annotations

from collections.abc import Iterator

from mailwright.checks.asked import asked_conditions, clauses
from mailwright.checks.claim import Claim
from mailwright.checks.condition_values import as_text
from mailwright.definitions.conditions import Unclaimed
from mailwright.definitions.project import Project


def resolved_claims(project: Project) -> Iterator[Claim]:
    """Every `unclaimed_by` of the project, resolved."""
    for asked in asked_conditions(project):
        for clause in clauses(asked):
            match clause.condition:
                case Unclaimed(path=path, pattern=pattern, claimed=claimed, claimed_by=claimed_by):
                    yield Claim(asked.campaign or "", path, pattern, tuple(map(as_text, claimed)), claimed_by)
                case _:
                    pass
