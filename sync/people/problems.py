"""What is wrong with a table: by column and row number, never by value, as the values are people's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailwright.diagnostics import ContentError, Diagnostic, Span

MOST_ROWS = 5
"""Row numbers that one message names."""
RULE = "table"
SKIP = "mend the table, or leave such rows out with --skip-bad-rows"


class TableError(ContentError):
    """The table holds mistakes; nothing was sent."""

    def __init__(self, diagnostics: list[Diagnostic], hint: str = SKIP) -> None:
        super().__init__(diagnostics)
        count = len(self.diagnostics)
        self.args = (f"{count} problem{'' if count == 1 else 's'} in the table; nothing was sent",)
        self.hint = hint


@dataclass(slots=True)
class Problems:
    """Gathers what rows do wrong, one message for each column and reason."""

    file: str
    places: Mapping[str, Span] = field(default_factory=dict)
    _found: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)  # the count is kept at the end
    count: int = 0  # rows with a problem
    _last: int = 0
    _counts: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def add(self, row: int, column: str, reason: str, hint: str = "") -> None:
        """Note a row; *column* "" is the row as a whole. Rows count from 1, the header not among them."""
        key = (column, reason, hint)
        rows = self._found.setdefault(key, [])
        self.count += row != self._last
        self._last = row
        self._counts[key] = self._counts.get(key, 0) + 1
        if len(rows) < MOST_ROWS:
            rows.append(row)

    def __bool__(self) -> bool:
        return bool(self._found)

    def diagnostics(self) -> list[Diagnostic]:
        """All of them, as they are told."""
        return [
            Diagnostic(RULE, self._said(column, reason, rows), self.places.get(column, Span(self.file)), hint)
            for (column, reason, hint), rows in self._found.items()
        ]

    def _said(self, column: str, reason: str, rows: list[int]) -> str:
        count = next(count for key, count in self._counts.items() if key[:2] == (column, reason))
        numbers = ", ".join(map(str, rows)) + (", …" if count > len(rows) else "")
        what = f"column '{column}'" if column else "the row"
        return f"{what} {reason} (row {numbers})" if count == 1 else f"{what} {reason} ({count:,} rows: {numbers})"
