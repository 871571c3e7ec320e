"""The page's charts as inline SVG: two contents over time, as pairs of bars or as two lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from simulator.backtest.report import Slot

_HEIGHT = 100.0
_MOST_BARS = 124
"""Pairs of bars that can be told apart on a small screen; longer series are drawn as lines."""
Label = Callable[[Slot], str]


def chart(slots: Sequence[Slot], what: str, label: Label) -> str:
    """The series as a figure with its scale, and the same in words for who cannot see it; empty for none."""
    most = max((max(slot.before, slot.after) for slot in slots), default=0)
    if not most:
        return ""
    busiest = max(slots, key=lambda slot: max(slot.before, slot.after))
    drawn = _bars(slots, most, label) if len(slots) <= _MOST_BARS else _lines(slots, most)
    says = (
        f"{what} from {label(slots[0])} to {label(slots[-1])}: {sum(slot.before for slot in slots):,} before, "
        f"{sum(slot.after for slot in slots):,} after; at most {most:,}, {label(busiest)}."
    )
    middle = f"<span>{escape(label(slots[len(slots) // 2]))}</span>" if len(slots) > 2 else ""
    last = f"<span>{escape(label(slots[-1]))}</span>" if len(slots) > 1 else ""
    return (
        f'<div class="plot"><span class="top">{most:,}</span>'
        f'<svg class="chart" viewBox="0 0 {len(slots) * 10} 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(says)}">{_grid(len(slots) * 10)}{drawn}</svg></div>'
        f'<div class="scale"><span>{escape(label(slots[0]))}</span>{middle}{last}</div>'
    )


def difference_chart(slots: Sequence[Slot], what: str, label: Label) -> str:
    """How many more or fewer there are in each slot, around a line for none; empty where there is no difference."""
    most = max((abs(slot.after - slot.before) for slot in slots), default=0)
    if not most or len(slots) > _MOST_BARS:
        return ""
    more = sum(max(0, slot.after - slot.before) for slot in slots)
    fewer = sum(max(0, slot.before - slot.after) for slot in slots)
    says = f"{what}: {more:,} more and {fewer:,} fewer; at most {most:,} in one."
    drawn = "".join(_difference(index * 10, slot, most, label(slot)) for index, slot in enumerate(slots))
    width = len(slots) * 10
    return (
        f'<div class="plot"><span class="top">± {most:,}</span>'
        f'<svg class="chart low" viewBox="0 0 {width} 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(says)}"><line class="base" x1="0" x2="{width}" y1="50" y2="50"/>{drawn}</svg></div>'
    )


def _difference(x: int, slot: Slot, most: int, label: str) -> str:
    change = slot.after - slot.before
    if not change:
        return ""
    height = 48 * abs(change) / most
    top = 50 - height if change > 0 else 50.0
    kind = "after" if change > 0 else "fewer"
    return (
        f"<g><title>{escape(label)}: {change:+,}</title>"
        f'<rect class="{kind}" x="{x + 1}" y="{top:.2f}" width="8" height="{height:.2f}"/></g>'
    )


def _grid(width: int) -> str:
    return "".join(f'<line class="base" x1="0" x2="{width}" y1="{y}" y2="{y}"/>' for y in (2, 51, 100))


def _bars(slots: Sequence[Slot], most: int, label: Label) -> str:
    return "".join(_pair(index * 10, slot, most, label(slot)) for index, slot in enumerate(slots))


def _pair(x: int, slot: Slot, most: int, label: str) -> str:
    before, after = _height(slot.before, most), _height(slot.after, most)
    says = escape(f"{label}: {slot.before:,} before, {slot.after:,} after")
    return (
        f'<g><title>{says}</title><rect class="hit" x="{x}" y="0" width="10" height="100"/>'
        f'<rect class="before" x="{x + 1}" y="{_HEIGHT - before:.2f}" width="4" height="{before:.2f}"/>'
        f'<rect class="after" x="{x + 5}" y="{_HEIGHT - after:.2f}" width="4" height="{after:.2f}"/></g>'
    )


def _lines(slots: Sequence[Slot], most: int) -> str:
    sides = (("before", [slot.before for slot in slots]), ("after", [slot.after for slot in slots]))
    return "".join(f'<path class="{name}" d="{_steps(counts, most)}"/>' for name, counts in sides)


def _steps(counts: Sequence[int], most: int) -> str:
    """One line that stays level over each slot."""
    points = [f"M0 {_HEIGHT - _height(counts[0], most):.1f}"]
    for index, count in enumerate(counts):
        points.append(f"V{_HEIGHT - _height(count, most):.1f}H{(index + 1) * 10}")
    return "".join(points)


def _height(count: int, most: int) -> float:
    return 98 * count / most
