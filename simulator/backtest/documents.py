"""A backtest for machines (JSON) and for pull requests (Markdown)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from simulator.backtest import wording
from simulator.backtest.report import BacktestReport, CampaignRow, Change, Slot
from simulator.reports.documents import escaped
from simulator.reports.wording import day_as_text

SHOWN = 40
DAYS_SHOWN = 92
SAMPLES_SHOWN = 30
_BLOCKS = "▁▂▃▄▅▆▇█"


def backtest_as_json(report: BacktestReport) -> str:
    """The report as JSON; `schema_version` grows when a key changes its meaning or goes away."""
    values = {**report.as_json, "summary": wording.summary_line(report)}
    return msgspec.json.format(msgspec.json.encode(values, order="sorted"), indent=2).decode() + "\n"


def backtest_as_markdown(report: BacktestReport) -> str:
    """The report for a comment on a pull request."""
    sections = (_head, _campaigns, _moves, _days, _load, _not_sent, _samples, _doubts)
    blocks = ["\n".join(lines) for section in sections if (lines := list(section(report)))]
    return "\n\n".join([*blocks, f"**{escaped(wording.summary_line(report))}**"]) + "\n"


def sparkline(counts: Sequence[int], most: int) -> str:
    """Counts as blocks of a height; a dot for nothing."""
    return "".join(
        "·" if not count else _BLOCKS[min(len(_BLOCKS) - 1, (count * len(_BLOCKS) - 1) // max(most, 1))]
        for count in counts
    )


def _head(report: BacktestReport) -> Iterator[str]:
    yield f"### Backtest: {escaped(report.before)} → {escaped(report.after)}"
    yield ""
    yield f"{escaped(', '.join(report.logs))}, {escaped(wording.span_in_words(report))}"
    if report.one_in > 1:
        yield ""
        yield f"> **{escaped(wording.sample_in_words(report))}**"
    if report.edits:
        yield ""
        yield f"Edited: {escaped('; '.join(map(wording.edit_in_words, report.edits)))}"


def _campaigns(report: BacktestReport) -> Iterator[str]:
    rows = [row for row in report.campaigns if not row.change.is_none]
    if not rows:
        yield "Nobody gets anything else."
        return
    yield "| campaign | before | after | | people who gain | lose | move | other time | other version |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for row in rows[:SHOWN]:
        yield _row(f"**{escaped(row.slug)}**", row.change)
        if len(row.steps) > 1:
            yield from (_row(escaped(step.step), step.change) for step in row.steps if not step.change.is_none)
    same = sum(row.change.is_none for row in report.campaigns)
    notes = [f"{same:,} more send the same to the same people" if same else "", _more(rows)]
    if any(notes):
        yield ""
        yield "; ".join(filter(None, notes))


def _more(rows: Sequence[CampaignRow]) -> str:
    return f"{len(rows) - SHOWN:,} more changed" if len(rows) > SHOWN else ""


def _row(name: str, change: Change) -> str:
    moved = [
        f"{change.moved_here:,} here" if change.moved_here else "",
        f"{change.moved:,} away" if change.moved else "",
    ]
    cells = [
        name,
        f"{change.before:,}",
        f"{change.after:,}",
        wording.difference(change.before, change.after),
        _count(change.gained),
        _count(change.lost),
        ", ".join(filter(None, moved)),
        _count(change.retimed),
        _count(change.other_text),
    ]
    return f"| {' | '.join(cells)} |"


def _count(count: int) -> str:
    return f"{count:,}" if count else ""


def _moves(report: BacktestReport) -> Iterator[str]:
    for move in report.moves[:SHOWN]:
        old, new = escaped(f"{move.campaign}/{move.step}"), escaped(f"{move.to_campaign}/{move.to_step}")
        yield f"- {move.messages:,} messages for the same call move: {old} → {new}"


def _days(report: BacktestReport) -> Iterator[str]:
    """Messages a day as blocks: the last month, and none where there is one day only."""
    days = report.days[-DAYS_SHOWN:]
    if len(days) < 2:
        return
    most = max(max(day.before, day.after) for day in days)
    first, last = _day(days[0]), _day(days[-1])
    yield f"Messages a day, {first} to {last}, at most {most:,}:"
    yield ""
    yield "```"
    yield f"before {sparkline([day.before for day in days], most)}"
    yield f"after  {sparkline([day.after for day in days], most)}"
    yield "```"


def _day(slot: Slot) -> str:
    return day_as_text(slot.at // 86400)


def _load(report: BacktestReport) -> Iterator[str]:
    for line in wording.peaks_in_words(report):
        yield f"- {escaped(line)}"


def _not_sent(report: BacktestReport) -> Iterator[str]:
    rows = [row for row in report.not_sent if row.before != row.after]
    if rows:
        yield "| not sent | before | after | why |"
        yield "|---|---:|---:|---|"
    for row in rows[:SHOWN]:
        place = f" at `{row.place}`" if row.place else ""
        why = escaped(wording.reason_in_words(row))
        yield f"| {escaped(f'{row.campaign}/{row.step}')} | {row.before:,} | {row.after:,} | {why}{place} |"


def _samples(report: BacktestReport) -> Iterator[str]:
    if not report.samples:
        return
    yield "<details><summary>People to look at</summary>"
    yield ""
    for sample in report.samples[:SAMPLES_SHOWN]:
        where = f"{escaped(f'{sample.campaign}/{sample.step}')}: " if sample.campaign else ""
        yield f"- {where}{escaped(wording.sample_as_words(sample))}"
        if sample.explain:
            yield f"  `{sample.explain}`"
        if sample.preview:
            yield f"  `mailwright preview`, at `{sample.preview}`"
    yield ""
    yield "</details>"


def _doubts(report: BacktestReport) -> Iterator[str]:
    for found in report.not_modelled:
        where = f"{found.campaign}/{found.step}" if found.step else found.campaign
        yield f"- Not modelled: {escaped(where)}, {escaped(found.what)}; the simulator {escaped(found.instead)}"
    for row in report.assumptions:
        yield f"- {escaped(f'Assumed {row.count:,} times: {row.name} = {row.value} ({row.rule}, {row.mark})')}"
    for words, count in report.notes:
        yield f"- {count:,} x {escaped(words)}"
    for bad in report.bad_lines[:SHOWN]:
        yield f"- {escaped(bad.file)}:{bad.line}:{bad.column} {escaped(bad.message)}"
    if report.bad_count > SHOWN:
        yield f"- and {report.bad_count - SHOWN:,} more bad lines"
