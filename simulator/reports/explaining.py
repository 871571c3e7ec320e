"""An explanation as text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec

from simulator.explain import Attempt, CampaignExplanation, ClauseLine, Explanation
from simulator.reports import wording
from simulator.reports.documents import escaped
from simulator.reports.report import SCHEMA_VERSION
from simulator.reports.tables import Style
from simulator.reports.text import visible
from simulator.reports.timeline import moment_in_words

_UNDER_MOMENT = 10  # a clause stands below what it decided, behind the time


def explanation_as_text(explanation: Explanation, style: Style | None = None) -> str:
    """The explanation for a terminal, or plain; the last line is a summary."""
    style = style or Style()
    blocks = ["\n".join(_campaign(campaign, style)) for campaign in explanation.campaigns]
    return visible("\n\n".join([*blocks, style.strong(summary_of(explanation))]), keep_colour=style.coloured) + "\n"


def explanation_as_markdown(explanation: Explanation) -> str:
    """The explanation as Markdown: the same lines, clauses as a list."""
    blocks = []
    for campaign in explanation.campaigns:
        lines = [f"### {escaped(campaign.name)} ({escaped(campaign.slug)})"]
        lines += [escaped(campaign.hint)] if campaign.hint else []
        for attempt in campaign.attempts:
            lines += ["", f"**{escaped(_title(attempt))}**: {escaped(verdict_in_words(attempt))}", ""]
            lines += [f"- {escaped(line.strip())}" for line in _details(attempt, Style())]
        blocks.append("\n".join(lines))
    return "\n\n".join([*blocks, f"**{escaped(summary_of(explanation))}**"]) + "\n"


def explanation_as_json(explanation: Explanation) -> str:
    """The explanation as JSON."""
    values: dict[str, Any] = {"schema_version": SCHEMA_VERSION, **msgspec.to_builtins(explanation)}
    for shown, campaign in zip(values["campaigns"], explanation.campaigns, strict=True):
        for told, attempt in zip(shown["attempts"], campaign.attempts, strict=True):
            told["says"] = verdict_in_words(attempt)
    values["summary"] = summary_of(explanation)
    return msgspec.json.format(msgspec.json.encode(values, order="sorted"), indent=2).decode() + "\n"


def summary_of(explanation: Explanation) -> str:
    """One line for all."""
    attempts = [attempt for campaign in explanation.campaigns for attempt in campaign.attempts]
    entered = sum(1 for attempt in attempts if attempt.verdict == "entered")
    campaigns = wording.counted(len(explanation.campaigns), "campaign")
    return (
        f"{explanation.person}: {wording.counted(len(attempts), 'call')} asked {campaigns}, {entered} started a journey"
    )


def verdict_in_words(attempt: Attempt) -> str:
    """What came of the call."""
    match attempt.verdict:
        case "entered":
            return "entered"
        case "refused":
            return f"no journey: {wording.in_words(attempt.reason, wording.REFUSED)}"
        case "lapsed":
            return "no journey: the trigger matched, but the filter did not hold within 30 minutes"
        case "waiting":
            return f"not yet: the filter is tried again until {wording.moment_as_text(attempt.until)}"
        case _:
            return "no journey: the trigger does not match"


def _campaign(campaign: CampaignExplanation, style: Style) -> Iterator[str]:
    yield f"{style.strong(campaign.name)}  {style.faint(f'{campaign.slug}  {campaign.file}')}"
    if campaign.hint:
        yield f"  {campaign.hint}"
    for attempt in campaign.attempts:
        colour = style.fine if attempt.verdict == "entered" else style.alarm
        rule = f"  ({attempt.rule})" if attempt.rule else ""
        yield f"  {_title(attempt)}: {colour(verdict_in_words(attempt))}{rule}"
        yield from (f"    {line}" for line in _details(attempt, style))


def _title(attempt: Attempt) -> str:
    line = f", line {attempt.line}" if attempt.line else ""
    return f"{wording.moment_as_text(attempt.at, seconds=True)} {attempt.call}{line}"


def _details(attempt: Attempt, style: Style) -> Iterator[str]:
    for label, lines in (("trigger", attempt.trigger), ("filter", attempt.filter)):
        if lines:
            yield style.faint(label)
            yield from (_clause(line, style) for line in lines)
    if attempt.change is not None:
        change = attempt.change
        turn = "would have to hold" if not change.held else "would have to not hold"
        yield f"first to change: {change.text} {turn}; it saw {change.seen}  {style.faint(change.place)}"
    elif attempt.verdict == "refused":
        change_needed = wording.in_words(attempt.reason, wording.TO_CHANGE)
        yield f"first to change: {change_needed}  {style.faint(attempt.place)}".rstrip()
    because = attempt.because or (None,) * len(attempt.journey)
    for entry, reason in zip(attempt.journey, because, strict=True):
        text, rule, tone = moment_in_words(entry)
        if text:
            shown = style.alarm(text) if tone == "bad" else text
            yield f"{wording.moment_as_text(entry.at, seconds=True)}  {shown}{f'  ({rule})' if rule else ''}"
            if reason is not None:
                yield _clause(replace(reason, depth=_UNDER_MOMENT), style)


def _clause(line: ClauseLine, style: Style) -> str:
    indent = "  " * (line.depth + 1)
    mark = style.fine("yes") if line.held else style.alarm("no ")
    if line.is_group:
        return f"{indent}{mark} {line.text}:"
    return f"{indent}{mark} {line.text}; saw {line.seen}  {style.faint(f'{line.place} ({line.rule})')}"
