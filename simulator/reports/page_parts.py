"""The drawn parts of the page: bars, the chart of days, frames for emails."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from simulator.reports.report import DayRow

FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"


def bar(count: int, most: int, kind: str) -> str:
    """A bar as long as *count* is of *most*; empty for nothing."""
    if not most or not count:
        return ""
    width = max(1.0, round(100 * count / most, 1))
    return (
        '<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="6" rx="1"/>'
        f'<rect class="{kind}" width="{width}" height="6" rx="1"/></svg>'
    )


def day_chart(days: Sequence[DayRow]) -> str:
    """Messages per day as stacked bars, with what they add up to for who cannot see them; empty for none."""
    most = max((day.emails + day.others + day.not_sent for day in days), default=0)
    if not most:
        return ""
    columns = "".join(_column(index, day, most) for index, day in enumerate(days))
    busiest = max(days, key=lambda day: day.emails + day.others + day.not_sent)
    says = f"Messages per day from {days[0].day} to {days[-1].day}; at most {most:,}, on {busiest.day}."
    others = '<li><i class="other"></i>other messages</li>' if any(day.others for day in days) else ""
    unsent = '<li><i class="bad"></i>made and not sent</li>' if any(day.not_sent for day in days) else ""
    return (
        f'<svg class="chart" viewBox="0 0 {len(days) * 10} 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(says)}">{columns}</svg>'
        f'<div class="scale"><span>{escape(days[0].day)}</span><span>at most {most:,} a day</span>'
        f"<span>{escape(days[-1].day)}</span></div>"
        f'<ul class="key"><li><i class="email"></i>emails sent</li>{others}{unsent}</ul>'
    )


def _column(index: int, day: DayRow, most: int) -> str:
    drawn = ""
    top = 100.0
    for count, kind in ((day.emails, "email"), (day.others, "other"), (day.not_sent, "bad")):
        height = round(98 * count / most, 2)
        if count:
            top -= height
            drawn += f'<rect class="{kind}" x="{index * 10 + 1}" y="{round(top, 2)}" width="8" height="{height}"/>'
    says = f"{day.day}: {day.emails:,} emails, {day.others:,} other messages, {day.not_sent:,} not sent"
    return f"<g><title>{escape(says)}</title>{drawn}</g>"


def framed(html: str) -> str:
    """An email's document with a policy in front that forbids scripts, frames and anything from elsewhere.

    It stands before everything, so that nothing in the email can come first or comment it away.
    """
    policy = f'<meta http-equiv="Content-Security-Policy" content="{FRAME_POLICY}">'
    return f'<!doctype html>{policy}<meta charset="utf-8"><meta name="referrer" content="no-referrer">{html}'
