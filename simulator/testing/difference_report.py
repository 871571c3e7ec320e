"""The differences of a scenario as a table: expected against actual, and below it why."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from simulator.reports.tables import Style
from simulator.reports.text import visible
from simulator.testing.why import explanation_of

if TYPE_CHECKING:
    from simulator.testing.expectations import Difference
    from simulator.testing.simulation import Simulation

GAP = 2


def differences_as_text(found: Sequence[Difference], simulation: Simulation | None, style: Style | None = None) -> str:
    """A table of what was expected and what came, then the explanation of each campaign it is about."""
    style = style or Style()
    lines = difference_table(found, style)
    for slug in dict.fromkeys(one.campaign for one in found if one.campaign):
        if simulation is not None:
            lines += ["", f"why ({slug}):", *(f"  {line}" for line in explanation_of(simulation, slug).split("\n"))]
    return visible("\n".join(lines), keep_colour=style.coloured)


def difference_table(found: Sequence[Difference], style: Style) -> list[str]:
    """The table alone: what, expected, actual; each cell wrapped in its column, the place below."""
    first = min(max(len(one.what) for one in found), style.width // 3)
    room = max(16, (style.width - first - 2 * GAP) // 2)
    expected = min(room, max(len("expected"), *(len(one.expected) for one in found)))
    widths = (first, expected, max(16, style.width - first - expected - 2 * GAP))
    lines = [style.strong(_line(("", "expected", "actual"), widths))]
    for one in found:
        lines += _row(one, widths)
        lines.append(style.faint(f"  {one.span}"))
    return lines


def _row(one: Difference, widths: tuple[int, int, int]) -> Iterator[str]:
    texts = (one.what, one.expected, one.actual)
    columns = [_wrapped(text, width) for text, width in zip(texts, widths, strict=True)]
    for cells in zip_longest(*columns, fillvalue=""):
        yield _line(cells, widths)


def _wrapped(text: str, width: int) -> list[str]:
    pieces = (textwrap.wrap(line, width, break_on_hyphens=False) or [""] for line in text.split("\n"))
    return [piece for wrapped in pieces for piece in wrapped]


def _line(cells: Sequence[str], widths: tuple[int, int, int]) -> str:
    return (" " * GAP).join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
