"""A report for machines (JSON) and for pull requests (Markdown)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from simulator.reports.report import SCHEMA_VERSION, CampaignRow, Report
from simulator.reports.text import reason_in_words, span_in_words, summary_line, visible

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")


def report_as_json(report: Report) -> str:
    """The report as JSON; `schema_version` grows when a key changes its meaning or goes away."""
    values: dict[str, Any] = {"schema_version": SCHEMA_VERSION, **msgspec.to_builtins(report)}
    for name in ("first_at", "last_at", "until"):
        values[f"{name}_seconds"] = values.pop(name)
    values["summary"] = summary_line(report)
    return msgspec.json.format(msgspec.json.encode(values, order="sorted"), indent=2).decode() + "\n"


def report_as_markdown(report: Report) -> str:
    """The report as Markdown."""
    blocks = [list(block) for block in (_head(report), _table(report), _doubts(report), _bad(report))]
    return "\n\n".join("\n".join(block) for block in blocks if block) + f"\n\n**{escaped(summary_line(report))}**\n"


def escaped(text: str) -> str:
    """A text of somebody's data as Markdown shows it literally, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(visible(text).split()))


def _head(report: Report) -> Iterator[str]:
    yield f"### Simulation of {escaped(', '.join(report.logs) or 'the log')}"
    if report.first_at is not None:
        yield ""
        yield escaped(span_in_words(report))


def _table(report: Report) -> Iterator[str]:
    if report.campaigns:
        yield "| Campaign | Entered | Emails | Other | Not sent, and why |"
        yield "|---|---:|---:|---:|---|"
        for row in report.campaigns:
            yield _row(row)
    if report.idle:
        yield ""
        yield f"Nobody entered: {escaped(', '.join(report.idle))}"


def _row(row: CampaignRow) -> str:
    notes = [f"not entered: {reason_in_words(reason)}" for reason in row.not_entered]
    notes += [reason_in_words(reason, with_step=len(row.steps) > 1) for reason in row.not_sent]
    notes += [f"left early: {reason_in_words(reason)}" for reason in row.left_early]
    if row.active:
        notes.append(f"{row.active:,} still under way")
    cells = "<br>".join(map(escaped, notes))
    return f"| {escaped(row.slug)} | {row.entered:,} | {row.emails:,} | {row.other_messages:,} | {cells} |"


def _doubts(report: Report) -> Iterator[str]:
    for double in report.doubles:
        yield f"- **Two emails for one call**: {escaped(' + '.join(double.campaigns))}, {double.calls:,} times"
    for found in report.not_modelled:
        where = f"{found.campaign}/{found.step}" if found.step else found.campaign
        yield f"- Not modelled: {escaped(where)}, {escaped(found.what)}; the simulator {escaped(found.instead)}"
    for row in report.assumptions:
        said = escaped(f"{row.name} = {row.value} ({row.rule}, {row.mark}): {row.says}")
        yield f"- Assumed {row.count:,} times: {said}"
    for warning in report.warnings:
        yield f"- {warning.count:,} x {escaped(warning.says)}"


def _bad(report: Report) -> Iterator[str]:
    for bad in report.bad_lines[:20]:
        yield f"- {escaped(bad.file)}:{bad.line}:{bad.column} {escaped(bad.message)}"
    if report.bad_count > 20:
        yield f"- and {report.bad_count - 20:,} more bad lines"
