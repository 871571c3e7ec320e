"""The list of routes as a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from simulator.workspace.inbox.page_frame import framed
from simulator.workspace.routes import Confidence

MEANINGS: Mapping[str, str] = {
    Confidence.SEEN: "seen live, recorded, or used by an official client",
    Confidence.SPECIFIED: "the vendor's own description",
    Confidence.AGREED: "several public clients agree",
    Confidence.GUESSED: "the route is known, its body is a guess",
}
_TITLES = {"track": "Track API", "app": "App API", "ui": "UI API"}


def coverage_as_html(routes: Iterable[Mapping[str, Any]]) -> str:
    """A page with a table for each surface."""
    by_surface: dict[str, list[Mapping[str, Any]]] = {}
    for route in routes:
        by_surface.setdefault(route["surface"], []).append(route)
    legend = "".join(f"<li><b class=mark>{letter}</b> {escape(text)}</li>" for letter, text in MEANINGS.items())
    tables = "".join(
        f"<h2>{escape(_TITLES[surface])} <small>{len(rows)} routes</small></h2><div class=wide><table>"
        "<tr><th>Method<th>Path<th>Sure<th>Note</tr>" + "".join(map(_row, rows)) + "</table></div>"
        for surface, rows in by_surface.items()
    )
    body = f"<main class=page><h1>What this server answers</h1><ul class=legend>{legend}</ul>{tables}</main>"
    return framed("Coverage", body)


def _row(route: Mapping[str, Any]) -> str:
    cells = (
        f"<code>{escape(route['method'])}</code>",
        f"<code>{escape(route['pattern'])}</code>",
        f"<b class=mark>{escape(route['confidence'])}</b>",
    )
    return "<tr>" + "".join(f"<td>{cell}" for cell in cells) + f"<td class=note>{escape(route['note'])}</tr>"
