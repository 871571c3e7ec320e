"""What a look at a workspace found: sentences for people, each with what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Weight(StrEnum):
    """How much a finding matters."""

    FINE = "fine"
    NOTE = "note"  # something cannot be done, or not be told; nothing is wrong
    PROBLEM = "problem"


# Exit codes of problems, the worst first: what is set wrongly, what refuses or is not there, what else is wrong.
SETTINGS, REFUSED, OTHER = 3, 4, 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence. It names variables, workspaces and numbers, and never what a variable holds."""

    weight: Weight
    says: str
    hint: str = ""
    code: int = 0  # the exit code that a problem leads to

    def as_data(self) -> dict[str, Any]:
        """The finding as it goes to reports."""
        return {"weight": self.weight.value, "says": self.says, "hint": self.hint, "code": self.code}


def fine(says: str) -> Finding:
    """Something that is as it should be."""
    return Finding(Weight.FINE, says)


def note(says: str, hint: str = "") -> Finding:
    """Something to know."""
    return Finding(Weight.NOTE, says, hint)


def problem(says: str, hint: str = "", code: int = SETTINGS) -> Finding:
    """Something wrong."""
    return Finding(Weight.PROBLEM, says, hint, code)
