"""Where a bad line goes: to the caller, or, under strict reading, to an error that stops the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from mailwright.diagnostics import HistoryError, Span
from simulator.history.calls import BadLine
from simulator.history.fields import ShapeError

OnBad = Callable[[BadLine], None]


@dataclass(slots=True)
class Refusals:
    """What one file's reader does with lines that are no calls; *notes* counts what had to be assumed, by code."""

    file: str
    on_bad: OnBad
    strict: bool
    notes: Counter[str]

    def refuse(self, line: int, message: str, hint: str = "", column: int = 1) -> None:
        """Report one bad line.

        Raises: HistoryError, with the place, under strict reading.
        """
        if self.strict:
            raise HistoryError(message, span=Span(self.file, line, column), hint=hint)
        self.on_bad(BadLine(self.file, line, column, message, hint))

    def at(self, line: int, column: int = 1) -> Callable[[ShapeError], None]:
        """What takes the reasons why the record on *line* is no call."""
        return lambda error: self.refuse(line, error.message, error.hint, column)
