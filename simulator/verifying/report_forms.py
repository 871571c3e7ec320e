"""A verification as text, JSON and Markdown."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.reports.tables import Style, paragraph, style_for, table
from simulator.reports.wording import counted, length_as_text, moment_as_text
from simulator.verifying.fitting import Fit, apart
from simulator.verifying.matching import Outcome
from simulator.verifying.report import SAMPLES, SCHEMA_VERSION, Group, Line, Report, fit_as_data

_COLUMNS = tuple(outcome.value for outcome in Outcome)
_TRIALS_SHOWN = 12


FORMS = ("text", "json", "md")


def report_as(form: str, report: Report, style: Style) -> str:
    """The report in one of the forms."""
    match form:
        case "json":
            return report_as_json(report)
        case "md":
            return report_as_markdown(report)
        case _:
            return report_as_text(report, style)


def put_report(report: Report, form: str, out: str | None) -> None:
    """Print the report in its form, or write it where asked."""
    from simulator.commands.gathering import write_report

    text = report_as(form, report, Style() if out else style_for(sys.stdout))
    if out:
        write_report(out, text)
        print(f"{out}: {report.summary}", file=sys.stderr)
    else:
        sys.stdout.write(text)


def report_as_text(report: Report, style: Style) -> str:
    """The report for a terminal: counts first, then causes with samples, the summary last."""
    lines = [_head(report), ""]
    rows = [
        [name, *_figures(counts)]
        for name, counts in report.campaigns.items()
        if report.agrees or any(counts[column] for column in _COLUMNS if column != Outcome.AGREED.value)
    ]
    if rows:
        lines += [*table(["campaign", *_COLUMNS], rows, style, numbers=frozenset(range(1, len(_COLUMNS)))), ""]
    for group in report.groups:
        lines += [*_group_lines(group, style), ""]
    for note in _notes(report):
        lines += paragraph(note, style, "")
    if report.fit is not None:
        lines += ["", *_fit_lines(report, report.fit, style)]
    if lines[-1]:
        lines.append("")
    lines.append(style.fine(report.summary) if report.agrees else style.alarm(report.summary))
    return "\n".join(lines) + "\n"


def _head(report: Report) -> str:
    since = moment_as_text(report.since) if report.since is not None else "the beginning"
    return (
        f"{report.source} of {report.workspace} against the prediction, {since} to {moment_as_text(report.until)}, "
        f"within {length_as_text(report.within)}"
    )


def _figures(counts: Mapping[str, int]) -> list[str]:
    """The counts as cells; a table's last column is text, so its figures are put to the right here."""
    cells = [f"{counts[column]:,}" for column in _COLUMNS]
    return [*cells[:-1], f"{cells[-1]:>{len(_COLUMNS[-1])}}"]


def _group_lines(group: Group, style: Style) -> Iterator[str]:
    rule = f" [{group.cause.rule}]" if group.cause.rule else ""
    tested = "tried: a replay with it agrees" if group.cause.is_tested else "likely"
    yield style.strong(f"{group.cause.kind.value}{rule}: {group.count:,} ({tested})")
    yield from paragraph(group.cause.says, style)
    if group.cause.setting:
        yield f"  the settings would say: {group.cause.setting}"
    yield f"  in {', '.join(group.campaigns)}"
    for line in group.lines[:SAMPLES]:
        yield f"    {line.says}"
    if group.count > SAMPLES:
        yield style.faint(f"    and {group.count - SAMPLES:,} more; --format json has them")
    yield f"  test it: {group.test}"


def _notes(report: Report) -> Iterator[str]:
    for names in report.alike:
        yield f"Not told apart by this log: {', '.join(names)}."
    for what, count in report.left_out.items():
        yield f"Left out: {counted(count, 'delivery', 'deliveries')} {what}."
    if report.not_studied:
        yield f"Not looked into: {counted(report.not_studied, 'disagreement')} of further people."
    for doubt in report.doubts:
        yield f"Not looked at: {doubt}."
    for what in report.not_modelled:
        yield f"Not modelled: {what}."


def _fit_lines(report: Report, found: Fit, style: Style) -> Iterator[str]:
    over = f"{counted(found.calls, 'call')} and {counted(found.people, 'person', 'people')}"
    yield style.strong(f"Assumptions tried one at a time, over {over}")
    if report.fit_stands_on:
        yield f"  on top of: {', '.join(report.fit_stands_on)}"
    rows = [["as set now", "", *_figures({one.value: found.before[one] for one in Outcome})]]
    shown = [*found.better, *found.worse][:_TRIALS_SHOWN]
    for one in shown:
        rows.append(
            [one.setting.as_toml, one.setting.rule, *_figures({each.value: one.counts[each] for each in Outcome})]
        )
    numbers = frozenset(range(2, 2 + len(_COLUMNS)))
    yield from table(["setting", "rule", *_COLUMNS], rows, style, numbers=numbers)
    if len(found.trials) > len(shown):
        yield style.faint(f"  and {len(found.trials) - len(shown)} more; --format json has them")
    names = sorted({one.name for one in found.same})
    if names:
        yield from paragraph(f"Made no difference to this log: {', '.join(names)}.", style, "")
    yield ""
    yield from _choice_lines(report, found)


def _choice_lines(report: Report, found: Fit) -> Iterator[str]:
    left = apart(found.before)
    if not left:
        yield "Nothing to explain: the present settings agree with what was sent."
        return
    if not found.chosen:
        yield "No setting explains more than the present ones."
        return
    for chosen in found.chosen:
        trial = chosen.trial
        beside = "" if chosen is found.chosen[0] else " beside it"
        yield (
            f"Explains the actual best{beside}: {trial.setting.as_toml} ({trial.setting.rule}): "
            f"{left - trial.apart:,} of {counted(left, 'disagreement')} gone, {trial.apart:,} left"
        )
        if chosen.alike:
            yield f"  not told apart by this log: {', '.join(one.as_toml for one in chosen.alike)}"
        left = trial.apart
    yield "Into mailwright.toml:"
    yield "  [assumptions]"
    yield from (f"  {line}" for line in report.settings)


def report_as_json(report: Report) -> str:
    """The report for a machine."""
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "source": report.source,
        "workspace": report.workspace,
        "since": report.since,
        "until": report.until,
        "within": report.within,
        "agrees": report.agrees,
        "counts": dict(report.counts),
        "campaigns": {name: dict(counts) for name, counts in report.campaigns.items()},
        "causes": [_group_data(group) for group in report.groups],
        "not_told_apart": [list(names) for names in report.alike],
        "left_out": dict(report.left_out),
        "not_studied": report.not_studied,
        "doubts": list(report.doubts),
        "not_modelled": list(report.not_modelled),
        "summary": report.summary,
    }
    if report.fit is not None:
        document["fit"] = fit_as_data(report.fit, report.settings, report.fit_stands_on)
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _group_data(group: Group) -> dict[str, Any]:
    return {
        "kind": group.cause.kind.value,
        "says": group.cause.says,
        "rule": group.cause.rule or None,
        "setting": group.cause.setting or None,
        "is_tested": group.cause.is_tested,
        "is_excused": group.cause.is_excused,
        "count": group.count,
        "outcomes": dict(group.outcomes),
        "campaigns": list(group.campaigns),
        "test": group.test,
        "deliveries": [_line_data(line) for line in group.lines],
    }


def _line_data(line: Line) -> dict[str, Any]:
    return {
        "outcome": line.outcome.value,
        "person": line.person,
        "campaign": line.campaign,
        "message": line.message or None,
        "predicted": {"at": line.predicted_at, "status": line.predicted} if line.predicted else None,
        "actual": {"at": line.actual_at, "status": line.actual, "delivery": line.delivery} if line.actual else None,
        "failure": line.failure or None,
    }


def report_as_markdown(report: Report) -> str:
    """The report for a comment or a page."""
    lines = [f"### Deliveries: {report.summary}", "", f"{_head(report)}."]
    head = " | ".join(_COLUMNS)
    rows = [
        f"| {name} | {' | '.join(f'{counts[column]:,}' for column in _COLUMNS)} |"
        for name, counts in report.campaigns.items()
    ]
    if rows:
        lines += ["", f"| campaign | {head} |", f"|---|{'---|' * len(_COLUMNS)}", *rows]
    if report.groups:
        lines += ["", "| cause | deliveries | what | campaigns | test it |", "|---|---|---|---|---|"]
        lines += [
            f"| {group.cause.kind.value} {group.cause.rule} | {group.count:,} | {_cell(group.cause.says)}"
            f"{f' `{group.cause.setting}`' if group.cause.setting else ''} | {', '.join(group.campaigns)} "
            f"| `{_cell(group.test)}` |"
            for group in report.groups
        ]
    notes = list(_notes(report))
    if notes:
        lines += ["", *(f"- {_cell(note)}" for note in notes)]
    if report.fit is not None:
        lines += ["", *_fit_as_markdown(report, report.fit)]
    return "\n".join([*lines, "", f"{report.summary}"]) + "\n"


def _fit_as_markdown(report: Report, found: Fit) -> Iterator[str]:
    yield f"| setting | rule | {' | '.join(_COLUMNS)} |"
    yield f"|---|---|{'---|' * len(_COLUMNS)}"
    yield f"| as set now | | {' | '.join(f'{found.before[one]:,}' for one in Outcome)} |"
    for one in [*found.better, *found.worse][:_TRIALS_SHOWN]:
        counts = " | ".join(f"{one.counts[each]:,}" for each in Outcome)
        yield f"| `{one.setting.as_toml}` | {one.setting.rule} | {counts} |"
    yield ""
    yield "```toml"
    yield from (line.strip() if line.startswith("  ") else f"# {line}" for line in _choice_lines(report, found))
    yield "```"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
