"""One resolved `unclaimed_by`, as a value that a report can show."""

from __future__ import annotations

from dataclasses import dataclass


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
