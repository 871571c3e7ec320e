"""The drawn parts of the page: bars, the chart of days, frames for emails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.reports.report import DayRow

if TYPE_CHECKING:
    from markupsafe import Markup

FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"


def bar(count: int, most: int, kind: str) -> Markup:
    """A bar as long as *count* is of *most*; empty for nothing."""
    from markupsafe import Markup

    if not most or not count:
        return Markup("")
    width = max(1.0, round(100 * count / most, 1))
    return Markup(
        '<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="6" rx="1"/><rect class="{}" width="{}" height="6" rx="1"/></svg>'
    ).format(kind, width)


def day_chart(days: Sequence[DayRow]) -> Markup | None:
    """Messages per day as stacked bars, with what they add up to for who cannot see them."""
    from markupsafe import Markup

    most = max((day.emails + day.others + day.not_sent for day in days), default=0)
    if not most:
        return None
    columns = Markup("").join(_column(index, day, most) for index, day in enumerate(days))
    busiest = max(days, key=lambda day: day.emails + day.others + day.not_sent)
    says = f"Messages per day from {days[0].day} to {days[-1].day}; at most {most:,}, on {busiest.day}."
    return Markup(
        '<svg class="chart" viewBox="0 0 {} 100" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
        '<div class="scale"><span>{}</span><span>at most {} a day</span><span>{}</span></div>'
        '<ul class="key"><li><i class="email"></i>emails sent</li>{}{}</ul>'
    ).format(
        len(days) * 10,
        says,
        columns,
        days[0].day,
        f"{most:,}",
        days[-1].day,
        Markup('<li><i class="other"></i>other messages</li>') if any(day.others for day in days) else "",
        Markup('<li><i class="bad"></i>made and not sent</li>') if any(day.not_sent for day in days) else "",
    )


def _column(index: int, day: DayRow, most: int) -> Markup:
    from markupsafe import Markup

    drawn = Markup("")
    top = 100.0
    for count, kind in ((day.emails, "email"), (day.others, "other"), (day.not_sent, "bad")):
        height = round(98 * count / most, 2)
        if count:
            top -= height
            drawn += Markup('<rect class="{}" x="{}" y="{}" width="8" height="{}"/>').format(
                kind, index * 10 + 1, round(top, 2), height
            )
    says = f"{day.day}: {day.emails:,} emails, {day.others:,} other messages, {day.not_sent:,} not sent"
    return Markup("<g><title>{}</title>{}</g>").format(says, drawn)


def framed(html: str) -> str:
    """An email's document with a policy in front that forbids scripts, frames and anything from elsewhere.

    It stands before everything, so that nothing in the email can come first or comment it away.
    """
    policy = f'<meta http-equiv="Content-Security-Policy" content="{FRAME_POLICY}">'
    return f'<!doctype html>{policy}<meta charset="utf-8"><meta name="referrer" content="no-referrer">{html}'
