"""What a send would bring, and what came of one: as text, Markdown and JSON. Nobody is named."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mailwright.diagnostics import as_shown
from sync.sending.guards import counted
from sync.sending.logged import LEFT_OUT, CallKind

if TYPE_CHECKING:
    from sync.sending.outcome import Outcome
    from sync.sending.survey import Survey

SCHEMA_VERSION = 1
EVENTS_SHOWN = 30
BAD_SHOWN = 10
_WIDTH = 28


def survey_as(form: str, survey: Survey, names: Sequence[str], workspace: str, rate: int, warned: Sequence[str]) -> str:
    """What a send would bring."""
    seconds = survey.requests / rate
    summary = (
        f"{counted(survey.to_send, 'call')} would go to {workspace} in at least {counted(survey.requests, 'request')}: "
        f"{_span(seconds)} at {rate:,} a second; nothing was sent"
    )
    if form == "json":
        data = {
            "schema_version": SCHEMA_VERSION,
            "what": "mailwright send --dry-run",
            "workspace": workspace,
            "logs": list(names),
            "calls": survey.total,
            "kinds": dict(sorted(survey.kinds.items())),
            "events": dict(_most(survey.events)),
            "left_out": dict(sorted(survey.left_out.items())),
            "first": survey.first,
            "last": survey.last,
            "too_old": survey.too_old,
            "bytes": survey.size,
            "requests": survey.requests,
            "seconds": round(seconds, 2),
            "bad_lines": survey.bad_count,
            "bad": [f"{bad.file}:{bad.line}:{bad.column} {bad.message}" for bad in survey.bad],
            "warnings": list(warned),
            "summary": summary,
        }
        return json.dumps(data, ensure_ascii=False, indent=2)
    kinds = [(kind, f"{count:,}") for kind, count in sorted(survey.kinds.items())]
    events = [(as_shown(name), f"{count:,}") for name, count in _most(survey.events)[:EVENTS_SHOWN]]
    if len(survey.events) > EVENTS_SHOWN:
        events.append((f"{len(survey.events) - EVENTS_SHOWN:,} more names", ""))
    times = [] if survey.first is None else [("first", _time(survey.first)), ("last", _time(survey.last))]
    parts = [("calls", kinds), ("events", events), ("times", times), ("left out", list(_left_out(survey.left_out)))]
    return _shown(form, [f"{', '.join(names)} to {workspace}", *_bad_lines(survey)], parts, summary)


def outcome_as(form: str, outcome: Outcome, survey: Survey) -> str:
    """What came of a send."""
    summary = outcome_as_text(outcome)
    if form == "json":
        data: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "what": "mailwright send",
            "workspace": outcome.workspace,
            "run": outcome.run,
            "taken": dict(sorted(outcome.taken.items())),
            "through_before": outcome.already,
            "left_out": dict(sorted(outcome.left_out.items())),
            "refused": outcome.refused,
            "reasons": dict(outcome.reasons.most_common()),
            "perhaps_sent": outcome.unsure,
            "bad_lines": survey.bad_count,
            "bad": [f"{bad.file}:{bad.line}:{bad.column} {bad.message}" for bad in survey.bad],
            "requests": outcome.requests,
            "tries": asdict(outcome.tries),
            "seconds": round(outcome.seconds, 3),
            "calls_per_second": round(outcome.rate, 1),
            "dead_letters": outcome.dead_letters or None,
            "perhaps_sent_file": outcome.perhaps_sent or None,
            "summary": summary,
        }
        return json.dumps(data, ensure_ascii=False, indent=2)
    taken = [(kind, f"{count:,}") for kind, count in sorted(outcome.taken.items())]
    reasons = [(as_shown(reason), f"{count:,}") for reason, count in outcome.reasons.most_common()]
    tries = [
        ("answers 429", f"{outcome.tries.too_early:,}"), ("answers 5xx", f"{outcome.tries.errors:,}"),
        ("answers lost", f"{outcome.tries.lost:,}"),
    ]  # fmt: skip
    parts = [
        ("taken", taken), ("refused", reasons), ("left out", list(_left_out(outcome.left_out))),
        ("asked again after", [row for row in tries if row[1] != "0"]),
    ]  # fmt: skip
    files = [
        f"{what}: {path}"
        for what, path in (("refused calls", outcome.dead_letters), ("perhaps sent", outcome.perhaps_sent))
        if path
    ]
    return _shown(form, _bad_lines(survey), parts, summary, files)


def outcome_as_text(outcome: Outcome) -> str:
    """The outcome in one line."""
    calls, requests = counted(outcome.taken_count, "call"), counted(outcome.requests, "request")
    said = [f"{outcome.workspace} took {calls} in {requests}, {_span(outcome.seconds)}"]
    if outcome.already:
        said.append(f"{outcome.already:,} were through before")
    if outcome.refused:
        said.append(f"{outcome.refused:,} refused")
    if outcome.unsure:
        said.append(f"{outcome.unsure:,} may have been sent, and were not sent again")
    return "; ".join(said)


def _shown(
    form: str, head: list[str], parts: list[tuple[str, list[tuple[str, str]]]], summary: str, tail: Sequence[str] = ()
) -> str:
    lines = [f"{line}\n" for line in head]
    for title, rows in parts:
        if not rows:
            continue
        if form == "md":
            table = [f"| {title} | |", "|---|---:|", *(f"| {_cell(name)} | {value} |" for name, value in rows)]
        else:
            table = [title, *(f"  {name:<{_WIDTH}} {value:>12}".rstrip() for name, value in rows)]
        lines += [*table, ""]
    return "\n".join([*lines, *tail, summary])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _left_out(counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    for kind, count in sorted(counts.items()):
        yield f"{kind}: {LEFT_OUT[CallKind(kind)]}", f"{count:,}"


def _bad_lines(survey: Survey) -> list[str]:
    shown = [
        f"{bad.file}:{bad.line}:{bad.column}  {bad.message}" + (f"\n   try: {bad.hint}" if bad.hint else "")
        for bad in survey.bad[:BAD_SHOWN]
    ]
    if survey.bad_count > len(shown) > 0:
        shown.append(f"{survey.bad_count - len(shown):,} more lines that are no calls")
    return shown


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _time(moment: int | None) -> str:
    try:
        return datetime.fromtimestamp(moment or 0, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return f"{moment} (Unix seconds)"


def _span(seconds: float) -> str:
    return (
        f"{seconds:.1f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.1f} h"
    )
