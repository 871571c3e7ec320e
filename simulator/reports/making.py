"""From a replay and its counts to the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from mailwright.definitions.assumptions import assumptions_from
from mailwright.definitions.triggers import TRIGGER_KINDS, trigger_kind
from mailwright.definitions.workflow import walk_steps
from simulator.reports import wording
from simulator.reports.assumption_notes import NOTES
from simulator.reports.blame import failure_place
from simulator.reports.people import PeopleNames
from simulator.reports.report import (
    AssumptionRow,
    BadLineRow,
    CampaignRow,
    DayRow,
    DoubleRow,
    Reason,
    Report,
    SampleJourney,
    StepRow,
    Totals,
    WarningRow,
)
from simulator.summary import GOOD_STATUSES, NO_ADDRESS, CampaignTally, Summary

if TYPE_CHECKING:
    from mailwright.definitions.campaign import Campaign
    from mailwright.definitions.project import Project
    from simulator.run import Run

UNUSED_SHOWN = 20
_UNSENT_RULES = {"drafted": "R82", "undeliverable": "R92", "dropped": "R98"}


def make_report(
    project: Project,
    run: Run,
    summary: Summary,
    names: PeopleNames,
    *,
    logs: Iterable[str] = (),
    journeys: Iterable[SampleJourney] = (),
    only: Iterable[str] = (),
    bad_count: int | None = None,
) -> Report:
    """The report of one replay; *only* keeps these campaigns, none keeps all."""
    chosen = set(only)
    tallies = {slug: tally for slug, tally in summary.campaigns.items() if slug and (not chosen or slug in chosen)}
    rows = tuple(
        _campaign_row(project, slug, tallies[slug])
        for slug in sorted(tallies)
        if slug in project.campaigns and not _nothing_happened(tallies[slug])
    )
    shown = {row.slug for row in rows}
    return Report(
        workspace=run.workspace,
        logs=tuple(logs),
        first_at=run.first_at,
        last_at=run.last_at,
        until=run.until,
        rendered=run.rendered,
        totals=_totals(run, rows, tallies.values()),
        campaigns=rows,
        idle=tuple(slug for slug in sorted(project.campaigns) if slug not in shown and (not chosen or slug in chosen)),
        doubles=tuple(_doubles(summary, names)),
        double_calls=summary.doubles.calls,
        double_people=len(summary.doubles.people),
        not_modelled=tuple(found for found in run.not_modelled if not chosen or found.campaign in chosen),
        assumptions=tuple(assumption_rows(project, run.assumptions)),
        warnings=tuple(_warnings(summary)),
        bad_lines=tuple(BadLineRow(bad.file, bad.line, bad.column, bad.message, bad.hint) for bad in run.bad_lines),
        bad_count=len(run.bad_lines) if bad_count is None else bad_count,
        unused_events=tuple(sorted(run.unused_events.items(), key=lambda item: (-item[1], item[0]))[:UNUSED_SHOWN]),
        days=tuple(_days(summary.per_day)),
        journeys=tuple(journeys),
    )


def _nothing_happened(tally: CampaignTally) -> bool:
    return not (tally.entered or tally.held or tally.lapsed or tally.refused)


def _campaign_row(project: Project, slug: str, tally: CampaignTally) -> CampaignRow:
    campaign = project.campaigns[slug]
    steps = tuple(_step_rows(project, slug, tally))
    emails = tally.sent("email")
    return CampaignRow(
        slug=slug,
        name=campaign.name,
        trigger=trigger_in_words(campaign),
        file=project.campaign_file(slug),
        entered=tally.entered,
        active=tally.active,
        finished=sum(count for (outcome, _), count in tally.ended.items() if outcome == "finished"),
        emails=emails,
        other_messages=tally.sent() - emails,
        goals=tally.goals,
        left_early=_most_first(
            Reason(count, wording.in_words(reason, wording.ENDED))
            for (outcome, reason), count in tally.ended.items()
            if outcome != "finished"
        ),
        not_entered=_most_first(_not_entered(tally)),
        not_sent=_most_first(reason for step in steps for reason in step.not_sent),
        steps=steps,
    )


def trigger_in_words(campaign: Campaign) -> str:
    """What starts the campaign, in a few words: `event campaign_signup`."""
    kind = trigger_kind(campaign.trigger) or next(iter(TRIGGER_KINDS))
    what = getattr(campaign.trigger, kind, "")
    return f"{kind} {what}" if isinstance(what, str) and what else kind


def _not_entered(tally: CampaignTally) -> Iterator[Reason]:
    for (reason, rule), count in tally.refused.items():
        yield Reason(count, wording.in_words(reason, wording.REFUSED), rule)
    if tally.lapsed:
        yield Reason(tally.lapsed, wording.LAPSED, "R22")


def _step_rows(project: Project, slug: str, tally: CampaignTally) -> Iterator[StepRow]:
    """The steps that sent or should have, in the workflow's order."""
    order = _placed_steps(project.campaigns[slug])
    channels = {step: channel for step, channel, _ in tally.deliveries}
    steps = {*channels, *(step for step, _, _ in tally.skipped), *(step for step, _ in tally.failures)}
    for step in sorted(steps, key=lambda name: (order.get(name, (len(order), ""))[0], name)):
        sent = sum(
            count for (of, _, status), count in tally.deliveries.items() if of == step and status in GOOD_STATUSES
        )
        channel = channels.get(step, order.get(step, (0, ""))[1])
        yield StepRow(step, channel, sent, _most_first(_not_sent(project, slug, step, tally)))


def _placed_steps(campaign: Campaign) -> dict[str, tuple[int, str]]:
    """Each step's place in the workflow and its kind."""
    return {placed.id: (index, placed.kind) for index, placed in enumerate(walk_steps(campaign.workflow))}


def workflow_order(campaign: Campaign) -> dict[str, int]:
    """Each step's place in the workflow."""
    return {step: index for step, (index, _) in _placed_steps(campaign).items()}


def _not_sent(project: Project, slug: str, step: str, tally: CampaignTally) -> Iterator[Reason]:
    for (of, why, rule), count in tally.skipped.items():
        if of == step:
            yield Reason(count, wording.in_words(why, wording.SKIPPED), rule, step=step)
    for (of, status, reason), count in tally.unsent.items():
        if of == step and (status != "failed" or reason == NO_ADDRESS):
            rule = "R94" if reason == NO_ADDRESS else _UNSENT_RULES.get(status, "")
            yield Reason(count, wording.unsent_in_words(status, reason), rule, step=step)
    for (of, text), count in tally.failures.items():
        if of == step:
            message, language = tally.failed_messages.get((of, text), (step, None))
            yield Reason(count, f"failed: {text}", "R96", failure_place(project, slug, message, language, text), step)


def _most_first(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: (-reason.count, reason.why, reason.step)))


def _totals(run: Run, rows: tuple[CampaignRow, ...], tallies: Iterable[CampaignTally]) -> Totals:
    statuses: Counter[str] = Counter()
    for tally in tallies:
        for (_, _, status), count in tally.deliveries.items():
            statuses[status] += count

    def over(of: Callable[[CampaignRow], int]) -> int:
        return sum(map(of, rows))

    return Totals(
        calls=run.calls,
        people=run.people,
        entered=over(lambda row: row.entered),
        emails=over(lambda row: row.emails),
        other_messages=over(lambda row: row.other_messages),
        drafted=statuses["drafted"],
        failed=statuses["failed"],
        not_sent=over(lambda row: sum(reason.count for reason in row.not_sent)),
        not_entered=over(lambda row: sum(reason.count for reason in row.not_entered)),
        active=over(lambda row: row.active),
    )


def _doubles(summary: Summary, names: PeopleNames) -> Iterator[DoubleRow]:
    for campaigns, calls in sorted(summary.doubles.campaigns.items(), key=lambda item: (-item[1], item[0])):
        first = summary.doubles.examples.get(campaigns)
        example = "" if first is None else f"{names.short(first.person)}, {first.call} on line {first.line}"
        yield DoubleRow(campaigns, calls, example)


def assumption_rows(project: Project, used: Counter[str]) -> Iterator[AssumptionRow]:
    """What was assumed and decided something, most often first."""
    values = assumptions_from(project.settings.assumptions)
    for name, count in sorted(used.items(), key=lambda item: (-item[1], item[0])):
        note = NOTES.get(name)
        if note is not None and count:
            yield AssumptionRow(name, getattr(values, name), count, note.rule, note.mark, note.says)


def _warnings(summary: Summary) -> Iterator[WarningRow]:
    counts: Counter[str] = Counter()
    for (code, _), count in summary.warnings.items():
        counts[code] += count
    for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield WarningRow(code, wording.in_words(code, wording.WARNINGS), count, summary.warning_lines.get(code, 0))


def _days(per_day: Counter[tuple[int, str, bool]]) -> Iterator[DayRow]:
    """Every day from the first to the last one with a message; quiet days too, so that a chart keeps its scale."""
    if not per_day:
        return
    found: dict[int, list[int]] = {}
    for (day, channel, good), count in per_day.items():
        row = found.setdefault(day, [0, 0, 0])
        row[2 if not good else 0 if channel == "email" else 1] += count
    first, last = min(found), max(found)
    every = range(first, last + 1) if last - first < 3700 else sorted(found)
    for day in every:
        yield DayRow(wording.day_as_text(day), *found.get(day, (0, 0, 0)))
