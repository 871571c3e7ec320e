"""Growth as a picture: seconds and peak memory against lines, both axes by tens."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 420, 300, 60, 40, 36, 45
COLOURS = ("#1f6feb", "#d1570a", "#1a7f37", "#8250df")
Points = Sequence[tuple[float, float]]


def write_chart(panels: Mapping[str, Mapping[str, Points]], path: Path) -> None:
    """Put the panels side by side into an SVG file: a title, and the points of each named line."""
    width = WIDTH * len(panels)
    drawn = "".join(_panel(title, lines, at * WIDTH) for at, (title, lines) in enumerate(panels.items()))
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" font-family="sans-serif"'
        ' font-size="11">'
        f'<rect width="{width}" height="{HEIGHT}" fill="#fff"/>{drawn}</svg>\n'
    )


def _panel(title: str, lines: Mapping[str, Points], offset: int) -> str:
    every = [point for points in lines.values() for point in points]
    xs, ys = _decades([x for x, _ in every]), _decades([y for _, y in every])

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - xs[0]) / (xs[1] - xs[0])
        up = (math.log10(y) - ys[0]) / (ys[1] - ys[0])
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    parts = [f'<text x="{LEFT}" y="20" font-size="13" font-weight="bold">{html.escape(title)}</text>']
    for power in range(xs[0], xs[1] + 1):
        x, y = place(10**power, 10 ** ys[0])
        parts.append(f'<path d="M{x:.1f} {TOP}V{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{y + 16:.1f}" text-anchor="middle">{10**power:,}</text>')
    for power in range(ys[0], ys[1] + 1):
        x, y = place(10 ** xs[0], 10**power)
        parts.append(f'<path d="M{x:.1f} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{10**power:,}</text>')
    for number, (name, points) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        spots = [place(*point) for point in sorted(points)]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
        y = TOP + 12 + number * 15
        parts.append(f'<text x="{LEFT + 10}" y="{y}" fill="{colour}">{html.escape(name)}</text>')
    return f'<g transform="translate({offset} 0)">{"".join(parts)}</g>'


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)
