"""What goes lost, or is only assumed, between files and stored documents: said, never skipped in silence."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that the other side has no words for, and what stands in its place."""

    where: str  # `campaign onboarding, step welcome`, or `campaign 61, action 902`
    what: str
    instead: str


@dataclass(slots=True)
class Findings:
    """What was found so far; the same thing is said once."""

    _found: dict[Finding, None] = field(default_factory=dict)

    def say(self, where: str, what: str, instead: str) -> None:
        """Add one."""
        self._found[Finding(where, what, instead)] = None

    @property
    def all(self) -> tuple[Finding, ...]:
        """All of them, in the order they were found."""
        return tuple(self._found)
