"""One rule of the rule book."""

from __future__ import annotations

from dataclasses import dataclass

from mailwright.diagnostics import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule finds and why it matters, with an example of each side; *id* is stable for ever."""

    id: str
    title: str  # one line: what is wrong
    why: str  # what happens to people or to the account if it stays
    bad: str  # a small example, as in a file
    good: str  # the same, mended
    severity: Severity = Severity.ERROR
