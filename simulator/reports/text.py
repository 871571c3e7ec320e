"""A report as text: a table first, then what to doubt, a summary as the last line."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from simulator.reports.report import CampaignRow, Reason, Report
from simulator.reports.tables import Style, paragraph, table
from simulator.reports.wording import counted, moment_as_text

SHOWN_BAD_LINES = 5
SHOWN_REASONS = 6


def report_as_text(report: Report, style: Style | None = None) -> str:
    """The report for a terminal, or plain."""
    style = style or Style()
    sections = [
        _heading(report, style),
        _campaigns(report, style),
        _doubles(report, style),
        _not_modelled(report, style),
        _assumptions(report, style),
        _warnings(report, style),
        _bad_lines(report, style),
    ]
    blocks = ["\n".join(lines) for lines in map(list, sections) if lines]
    return visible("\n\n".join([*blocks, style.strong(summary_line(report))]), keep_colour=style.coloured) + "\n"


def visible(text: str, *, keep_colour: bool = False) -> str:
    """The text with control and direction characters of people's data made harmless."""
    return "".join(
        "·"
        if unicodedata.category(character) in {"Cc", "Cf", "Cs"}
        and character != "\n"
        and not (keep_colour and character == "\x1b")
        else character
        for character in text
    )


def summary_line(report: Report) -> str:
    """The whole report in a line."""
    totals = report.totals
    parts = [counted(totals.calls, "call"), counted(totals.entered, "journey"), counted(totals.emails, "email")]
    if totals.other_messages:
        parts.append(counted(totals.other_messages, "other message"))
    parts.append(f"{totals.not_sent:,} not sent")
    if totals.failed:
        parts[-1] += f" ({totals.failed:,} failed)"
    if report.not_modelled:
        parts.append(f"{len(report.not_modelled):,} not modelled")
    if report.bad_count:
        parts.append(counted(report.bad_count, "bad line"))
    return ", ".join(parts)


def span_in_words(report: Report) -> str:
    """When and where: `2026-01-01 to 2026-02-04, as qa`."""
    first, last = moment_as_text(report.first_at)[:10], moment_as_text(report.last_at)[:10]
    days = first if first == last else f"{first} to {last}"
    return f"{days}, as {report.workspace}; the clock stopped at {moment_as_text(report.until)} UTC"


def reason_in_words(reason: Reason, *, with_step: bool = False) -> str:
    """`3 unsubscribed (R84)`."""
    rule = f" ({reason.rule})" if reason.rule else ""
    place = f" at {reason.place}" if reason.place else ""
    step = f"{reason.step}: " if with_step and reason.step else ""
    return f"{step}{reason.count:,} {reason.why}{rule}{place}"


def _heading(report: Report, style: Style) -> Iterator[str]:
    logs = ", ".join(report.logs) or "the log"
    totals = report.totals
    yield style.strong(f"{logs}: {counted(totals.calls, 'call')} of {counted(totals.people, 'person', 'people')}")
    if report.first_at is not None:
        yield style.faint(span_in_words(report))


def _campaigns(report: Report, style: Style) -> Iterator[str]:
    if report.campaigns:
        others = any(row.other_messages for row in report.campaigns)
        header = ["CAMPAIGN", "ENTERED", "EMAILS", *(["OTHER"] if others else []), "NOT SENT, AND WHY"]
        rows = [cells for row in report.campaigns for cells in _campaign_cells(row, others)]
        yield from table(header, rows, style, numbers=frozenset(range(1, len(header) - 1)))
    if report.idle:
        yield from paragraph(f"Nobody entered: {', '.join(report.idle)}", style, indent="")


def _campaign_cells(row: CampaignRow, others: bool) -> Iterator[list[str]]:
    several = len(row.steps) > 1
    notes = [f"not entered: {reason_in_words(reason)}" for reason in row.not_entered]
    if not several:
        notes += _reasons(row.not_sent)
    notes += [f"left early: {reason_in_words(reason)}" for reason in row.left_early]
    if row.active:
        notes.append(f"{row.active:,} still under way")
    other = [_or_blank(row.other_messages)] if others else []
    yield [row.slug, f"{row.entered:,}", _or_blank(row.emails), *other, "\n".join(notes)]
    for step in row.steps if several else ():
        is_email = step.channel in ("email", "ab_test")
        sent = [_or_blank(step.sent if is_email else 0), *([_or_blank(0 if is_email else step.sent)] if others else [])]
        yield [f"  {step.step}", "", *sent, "\n".join(_reasons(step.not_sent))]


def _reasons(reasons: Sequence[Reason]) -> list[str]:
    shown = [reason_in_words(reason) for reason in reasons[:SHOWN_REASONS]]
    more = sum(reason.count for reason in reasons[SHOWN_REASONS:])
    return [*shown, f"{more:,} for other reasons"] if more else shown


def _or_blank(count: int) -> str:
    return f"{count:,}" if count else ""


def _doubles(report: Report, style: Style) -> Iterator[str]:
    if not report.doubles:
        return
    people = counted(report.double_people, "person", "people")
    yield style.alarm(f"More than one email within an hour from one call: {report.double_calls:,} times, {people}")
    for double in report.doubles[:SHOWN_REASONS]:
        first = f", first {double.example}" if double.example else ""
        yield from paragraph(f"{' + '.join(double.campaigns)}: {double.calls:,}{first}", style)


def _not_modelled(report: Report, style: Style) -> Iterator[str]:
    if not report.not_modelled:
        return
    yield style.strong("Not modelled")
    for found in report.not_modelled:
        where = f"{found.campaign}/{found.step}" if found.step else found.campaign
        yield from paragraph(f"{where}: {found.what}; the simulator {found.instead}", style)


def _assumptions(report: Report, style: Style) -> Iterator[str]:
    if not report.assumptions:
        return
    yield style.strong("Assumptions that decided something")
    for row in report.assumptions:
        yield from paragraph(
            f"{row.name} = {row.value} ({row.rule}, {row.mark}), {row.count:,} times: {row.says}", style
        )


def _warnings(report: Report, style: Style) -> Iterator[str]:
    if not report.warnings and not report.unused_events:
        return
    yield style.strong("Worth knowing")
    for row in report.warnings:
        line = f" (first on line {row.line})" if row.line else ""
        yield from paragraph(f"{row.count:,} x {row.says}{line}  [{row.code}]", style)
    if report.unused_events:
        names = ", ".join(f"{name} {count:,}" for name, count in report.unused_events)
        yield from paragraph(f"events that no campaign asks for: {names}", style)


def _bad_lines(report: Report, style: Style) -> Iterator[str]:
    if not report.bad_lines:
        return
    yield style.alarm(f"{counted(report.bad_count, 'line')} could not be read")
    for bad in report.bad_lines[:SHOWN_BAD_LINES]:
        yield from paragraph(f"{bad.file}:{bad.line}:{bad.column}  {bad.message}", style)
        if bad.hint:
            yield from paragraph(f"try: {bad.hint}", style, indent="     ")
    if report.bad_count > SHOWN_BAD_LINES:
        yield style.faint(f"  and {report.bad_count - SHOWN_BAD_LINES:,} more")
