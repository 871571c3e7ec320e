"""A backtest as text: what changed first, then load and failures, the summary as the last line."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.backtest import wording
from simulator.backtest.report import BacktestReport, CampaignRow, Change
from simulator.reports.tables import Style, paragraph, table
from simulator.reports.text import visible

SHOWN = 15
SAMPLES_SHOWN = 12
SHOWN_BAD_LINES = 5


def backtest_as_text(report: BacktestReport, style: Style | None = None) -> str:
    """The report for a terminal, or plain."""
    style = style or Style()
    sections = (_heading, _campaigns, _moves, _samples, _load, _not_sent, _doubts, _notes, _bad_lines)
    blocks = ["\n".join(lines) for section in sections if (lines := list(section(report, style)))]
    whole = "\n\n".join([*blocks, style.strong(wording.summary_line(report))])
    return visible(whole, keep_colour=style.coloured) + "\n"


def _heading(report: BacktestReport, style: Style) -> Iterator[str]:
    yield style.strong(f"{', '.join(report.logs)}: {report.before} → {report.after}")
    yield style.faint(wording.span_in_words(report))
    if report.one_in > 1:
        yield style.alarm(wording.sample_in_words(report))
    if report.edits:
        yield from paragraph(f"Edited: {'; '.join(map(wording.edit_in_words, report.edits))}", style, indent="")
    else:
        yield "Edited: nothing that deliveries depend on"


def _campaigns(report: BacktestReport, style: Style) -> Iterator[str]:
    rows = [cells for row in report.campaigns if not row.change.is_none for cells in _cells(row)]
    if rows:
        yield from table(("CAMPAIGN", "BEFORE", "AFTER", "", "PEOPLE"), rows, style, numbers=frozenset({1, 2, 3}))
    same = sum(row.change.is_none for row in report.campaigns)
    if same and rows:
        yield style.faint(f"and {same:,} that send the same to the same people")


def _cells(row: CampaignRow) -> Iterator[list[str]]:
    yield _line(row.slug, row.change)
    if len(row.steps) > 1:
        yield from (_line(f"  {step.step}", step.change) for step in row.steps if not step.change.is_none)


def _line(name: str, change: Change) -> list[str]:
    moved = wording.difference(change.before, change.after)
    return [name, f"{change.before:,}", f"{change.after:,}", moved, ", ".join(wording.change_in_words(change))]


def _moves(report: BacktestReport, style: Style) -> Iterator[str]:
    for move in report.moves[:SHOWN]:
        yield (
            f"{move.messages:,} for the same call: {move.campaign}/{move.step} before, "
            f"{move.to_campaign}/{move.to_step} after"
        )
    if len(report.moves) > SHOWN:
        yield style.faint(f"and {len(report.moves) - SHOWN:,} other ways")


def _samples(report: BacktestReport, style: Style) -> Iterator[str]:
    told: set[tuple[str, str, str]] = set()
    for sample in report.samples:
        place = (sample.kind, sample.campaign, sample.step)
        if place in told:
            continue  # one of each kind; the other formats have more
        told.add(place)
        if len(told) > SAMPLES_SHOWN:
            continue
        where = f"{sample.campaign}/{sample.step}: " if sample.campaign else ""
        yield f"{where}{wording.sample_as_words(sample)}"
        yield from (style.faint(f"  {line}") for line in (sample.explain, _preview(sample.preview)) if line)
    if len(told) > SAMPLES_SHOWN:
        yield style.faint(f"and {len(told) - SAMPLES_SHOWN:,} more in --format json, md or html")


def _preview(path: str) -> str:
    return f"mailwright preview, at {path}" if path else ""


def _load(report: BacktestReport, style: Style) -> Iterator[str]:
    for line in wording.peaks_in_words(report):
        yield from paragraph(line, style, indent="")


def _not_sent(report: BacktestReport, style: Style) -> Iterator[str]:
    changed = [row for row in report.not_sent if row.before != row.after]
    rows = [
        [f"{row.campaign}/{row.step}", f"{row.before:,}", f"{row.after:,}",
         wording.reason_in_words(row) + (f" at {row.place}" if row.place else "")]
        for row in changed[:SHOWN]
    ]  # fmt: skip
    if rows:
        yield from table(("NOT SENT", "BEFORE", "AFTER", "WHY"), rows, style, numbers=frozenset({1, 2}))
    if len(changed) > SHOWN:
        yield style.faint(f"and {len(changed) - SHOWN:,} more that differ")


def _doubts(report: BacktestReport, style: Style) -> Iterator[str]:
    for found in report.not_modelled:
        where = f"{found.campaign}/{found.step}" if found.step else found.campaign
        yield from paragraph(f"not modelled: {where}, {found.what}; the simulator {found.instead}", style, indent="")
    for row in report.assumptions:
        said = f"assumed {row.count:,} times: {row.name} = {row.value} ({row.rule}, {row.mark})"
        yield from paragraph(said, style, indent="")


def _notes(report: BacktestReport, style: Style) -> Iterator[str]:
    for words, count in report.notes:
        yield from paragraph(f"{count:,} x {words}", style, indent="")


def _bad_lines(report: BacktestReport, style: Style) -> Iterator[str]:
    for bad in report.bad_lines[:SHOWN_BAD_LINES]:
        yield style.alarm(f"{bad.file}:{bad.line}:{bad.column}  {bad.message}")
    if report.bad_count > SHOWN_BAD_LINES:
        yield f"and {report.bad_count - SHOWN_BAD_LINES:,} more bad lines"
