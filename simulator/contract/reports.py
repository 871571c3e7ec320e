"""An audit as a table, JSON, Markdown, and a page with a small chart of each event's days."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from mailwright.contract.uses import names_of
from simulator.contract.auditing import Finding
from simulator.contract.observing import DAY, OTHER, Observed, SeenEvent
from simulator.reports.wording import counted

if TYPE_CHECKING:
    from mailwright.contract.uses import Uses

SCHEMA_VERSION = 1
MOST_SHOWN = 200
_BARS = "▁▂▃▄▅▆▇█"
_WIDE = 28


def summary_of(findings: Sequence[Finding], observed: Observed) -> str:
    """The audit in one line."""
    problems = sum(one.is_problem for one in findings)
    notes = len(findings) - problems
    names = len(observed.named())
    told = f"{counted(problems, 'problem')} and {counted(notes, 'note')}" if findings else "nothing to report"
    return f"{told} in {counted(observed.calls, 'call')} with {counted(names, 'event name')}"


def audit_as_text(findings: Sequence[Finding], observed: Observed, label: str) -> str:
    """The audit for a terminal."""
    lines = [f"{label}: {_span(observed)}", ""]
    if findings:
        wide = min(46, max(len(_shown(one.subject)) for one in findings))
        last = None
        for one in findings[:MOST_SHOWN]:
            if one.kind != last:
                lines += [*([""] if last else []), f"{one.kind.value}"]
                last = one.kind
            share = _share(one)
            line = f"  {_shown(one.subject):<{wide}}  {one.says}{share}"
            lines.append(line + (f"  (line {one.line})" if one.line else ""))
            if one.hint:
                lines.append(f"  {'':<{wide}}  try: {one.hint}")
        if len(findings) > MOST_SHOWN:
            lines.append(f"and {len(findings) - MOST_SHOWN} more; --format json has all")
        lines.append("")
    lines.append(summary_of(findings, observed))
    return "\n".join(lines) + "\n"


def audit_as_json(findings: Sequence[Finding], observed: Observed, uses: Uses) -> str:
    """The audit for a machine."""
    events = [
        {
            "name": name,
            "count": seen.count,
            "first_at": seen.first_at,
            "last_at": seen.last_at,
            "anonymous": seen.anonymous,
            "used_by": names_of(uses.of_event(name)),
        }
        for name, seen in sorted(observed.named().items())
    ]
    document = {
        "schema_version": SCHEMA_VERSION,
        "calls": observed.calls,
        "people": observed.persons,
        "findings": [
            {
                "kind": one.kind.value,
                "subject": one.subject,
                "says": one.says,
                "count": one.count,
                "of": one.of,
                "line": one.line or None,
                "hint": one.hint,
                "problem": one.is_problem,
            }
            for one in findings
        ],
        "events": events,
        "summary": summary_of(findings, observed),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def audit_as_markdown(findings: Sequence[Finding], observed: Observed, label: str) -> str:
    """The audit for a comment or a page."""
    lines = [f"### Events: {summary_of(findings, observed)}", "", f"{_cell(label)}: {_span(observed)}"]
    if findings:
        lines += ["", "| | what | | calls | try |", "|---|---|---|---|---|"]
        lines += [
            f"| {one.kind.value} | `{_cell(one.subject)}` | {_cell(one.says)} | {_count(one)} | {_cell(one.hint)} |"
            for one in findings[:MOST_SHOWN]
        ]
    return "\n".join(lines) + "\n"


def audit_as_html(findings: Sequence[Finding], observed: Observed, uses: Uses, label: str) -> str:
    """The audit as a page of its own, with a chart of each event's days."""
    from simulator.rendering.site_pages import document_page
    from simulator.rendering.site_style import STYLE

    rows = "".join(
        f'<tr><th scope="row"><span class="tag {"failed" if one.is_problem else ""}">{one.kind.value}</span></th>'
        f"<td><code>{escape(one.subject)}</code></td><td>{escape(one.says)}<br>"
        f'<span class="soft">{escape(one.hint)}</span></td>'
        f'<td class="number">{escape(_count(one))}</td><td class="number hides">{one.line or ""}</td></tr>'
        for one in findings[:MOST_SHOWN]
    )
    head = '<thead><tr><th>Kind</th><th>Subject</th><th>What</th><th>Calls</th><th class="hides">Line</th></tr></thead>'
    found = f'<div class="scrolls"><table class="audit">{head}<tbody>{rows}</tbody></table></div>' if rows else ""
    body = (
        f"<h1>{escape(_capital(summary_of(findings, observed)))}</h1>"
        f'<p class="lead">{escape(label)}: {escape(_span(observed))}</p>{found}{_events(observed, uses)}'
    )
    return document_page("Events", body, style=STYLE + _MORE_STYLE)


_MORE_STYLE = """
.home { pointer-events: none; } .soft { color: var(--soft); } .number { text-align: right; white-space: nowrap; }
.audit td:nth-child(2) { overflow-wrap: anywhere; } .audit th { white-space: nowrap; }
.scrolls { overflow-x: auto; } .spark { display: block; } .spark rect { fill: var(--accent); }
.events td { vertical-align: middle; } .events code { overflow-wrap: anywhere; }
@media (max-width: 760px) { main { padding: 16px; } .hides { display: none; } th, td { padding: 8px; }
  .audit th { white-space: normal; } }
"""


def _events(observed: Observed, uses: Uses) -> str:
    first = min((day for seen in observed.named().values() for day in seen.days), default=0)
    last = max((day for seen in observed.named().values() for day in seen.days), default=0)
    rows = "".join(
        f'<tr><th scope="row"><code>{escape(name)}</code></th><td class="number">{seen.count:,}</td>'
        f"<td>{_chart(seen, first, last)}</td>"
        f'<td class="hides">{escape(", ".join(names_of(uses.of_event(name))) or "nobody")}</td></tr>'
        for name, seen in sorted(observed.named().items(), key=lambda pair: (-pair[1].count, pair[0]))
        if name != OTHER
    )
    if not rows:
        return ""
    days = f"{_day(first)} to {_day(last)}"
    head = f'<thead><tr><th>Event</th><th>Calls</th><th>{days}</th><th class="hides">Used by</th></tr></thead>'
    return f'<h2>What arrives</h2><div class="scrolls"><table class="events">{head}<tbody>{rows}</tbody></table></div>'


def _chart(seen: SeenEvent, first: int, last: int) -> str:
    heights = _steps(seen, first, last, most=60)
    top = max(heights, default=0) or 1
    wide = 180 / max(1, len(heights))
    bars = "".join(
        f'<rect x="{place * wide:.1f}" y="{28 - 28 * height / top:.1f}" width="{max(1, wide - 1):.1f}" '
        f'height="{28 * height / top:.1f}"/>'
        for place, height in enumerate(heights)
        if height
    )
    label = f"{seen.count} calls by day"
    return (
        f'<svg class="spark" width="180" height="28" viewBox="0 0 180 28" role="img" aria-label="{label}">{bars}</svg>'
    )


def spark(seen: SeenEvent, first: int, last: int) -> str:
    """The event's days as a line of bars."""
    heights = _steps(seen, first, last, most=_WIDE)
    top = max(heights, default=0) or 1
    return "".join(" " if not height else _BARS[min(7, 8 * height // (top + 1))] for height in heights)


def _steps(seen: SeenEvent, first: int, last: int, most: int) -> list[int]:
    """Calls in as many equal stretches of days as there is room for."""
    days = last - first + 1
    steps = max(1, min(most, days))
    heights = [0] * steps
    for day, count in seen.days.items():
        heights[(day - first) * steps // days] += count
    return heights


def _span(observed: Observed) -> str:
    if observed.first_at is None or observed.last_at is None:
        return counted(observed.calls, "call")
    days = f"{_day(observed.first_at // DAY)} to {_day(observed.last_at // DAY)}"
    return f"{counted(observed.calls, 'call')} about {counted(observed.persons, 'person', 'people')}, {days}"


def _day(day: int) -> str:
    return datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m-%d")


def _share(one: Finding) -> str:
    return f": {_count(one)}" if one.count else ""


def _count(one: Finding) -> str:
    if not one.count:
        return ""
    return f"{one.count:,}" if one.count == one.of or not one.of else f"{one.count:,} of {one.of:,}"


def _shown(text: str) -> str:
    return "".join(char if char.isprintable() else "·" for char in text)


def _cell(text: str) -> str:
    return " ".join(_shown(text).split()).replace("|", "\\|").replace("<", "&lt;")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
