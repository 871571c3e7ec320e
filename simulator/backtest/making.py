"""From a comparison to the report."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlencode

from simulator.backtest import comparison as kinds
from simulator.backtest.comparison import Comparison, Sample
from simulator.backtest.editions import Edit, edits_between, message_names
from simulator.backtest.looking import Place
from simulator.backtest.report import (
    BacktestReport,
    CampaignRow,
    Change,
    Crowding,
    LimitRow,
    MoveRow,
    NotSentRow,
    SampleRow,
    StepRow,
    Totals,
)
from simulator.backtest.sends import Sends, Step
from simulator.backtest.times import hours_of_day, peaks, rate_row, slots
from simulator.reports.blame import failure_place
from simulator.reports.making import assumption_rows, workflow_order
from simulator.reports.people import PeopleNames
from simulator.reports.report import BadLineRow
from simulator.reports.wording import WARNINGS, in_words, moment_as_text

if TYPE_CHECKING:
    from simulator.backtest.running import Answer, Question
    from simulator.content import Content
    from simulator.history.calls import BadLine

Of = TypeVar("Of")
_ORDER = (kinds.GAINED, kinds.LOST, kinds.MOVED, kinds.RETIMED, kinds.OTHER_TEXT, kinds.CROWDED)


@dataclass(frozen=True, slots=True)
class Names:
    """What the report calls things: the sides, the logs, and the words that lead back to them."""

    before: str
    after: str
    logs: tuple[str, ...]  # for people
    paths: tuple[str, ...]  # for commands
    candidate: str | None = ""  # the folder to ask about what is new: none: the present one; None: nowhere
    against: str = ""  # what preview compares with
    workspace: str = ""  # as the command line names it
    people: PeopleNames = field(default_factory=PeopleNames)
    shown: Mapping[Place, str] = field(default_factory=dict)  # what the preview shows samples with, where it may


def make_backtest_report(
    question: Question,
    answer: Answer,
    sides: tuple[Content, Content],
    names: Names,
    *,
    bad_lines: Sequence[BadLine] = (),
    bad_count: int = 0,
) -> BacktestReport:
    """The report of one backtest."""
    found = answer.comparison
    edits = tuple(edits_between(*sides))
    before, after = found.before, found.after
    return BacktestReport(
        before=names.before,
        after=names.after,
        workspace=sides[1].workspace_name,
        logs=names.logs,
        one_in=question.one_in,
        tied=answer.tied,
        first_at=answer.first_at,
        last_at=answer.last_at,
        until=answer.until,
        rendered=question.render,
        totals=_totals(answer),
        edits=edits,
        campaigns=tuple(_campaign_rows(found, sides, edits)),
        moves=tuple(_moves(found)),
        samples=tuple(_samples(found, sides, names)),
        not_sent=tuple(_not_sent(found, sides)),
        days=tuple(slots(before, after, 24)),
        hours=tuple(slots(before, after, 1)),
        hours_of_day=tuple(hours_of_day(before, after)),
        peaks=tuple(peaks(before, after)),
        rate=rate_row(sides[1].workspace.provider_rate, before, after),
        limit=(_limit(sides[0], found), _limit(sides[1], found)),
        crowding=Crowding(
            question.most, before.crowded, after.crowded, found.newly_crowded, before.busiest, after.busiest
        ),
        not_modelled=sides[1].not_modelled,
        assumptions=tuple(assumption_rows(sides[1].project, answer.assumptions)),
        notes=tuple((in_words(code, WARNINGS), count) for code, count in sorted(answer.notes.items())),
        bad_lines=tuple(BadLineRow(bad.file, bad.line, bad.column, bad.message, bad.hint) for bad in bad_lines),
        bad_count=bad_count,
        people_shown=names.people.shown,
        differs=not found.is_same,
    )


def _totals(answer: Answer) -> Totals:
    found = answer.comparison
    return Totals(
        calls=answer.calls,
        people=answer.people,
        sent_before=found.before.total,
        sent_after=found.after.total,
        reached_before=found.before.people,
        reached_after=found.after.people,
        affected=found.people["affected"],
        gained=found.people[kinds.GAINED],
        lost=found.people[kinds.LOST],
        moved=found.people[kinds.MOVED],
        retimed=found.people[kinds.RETIMED],
        other_text=found.people[kinds.OTHER_TEXT],
        failed_before=sum(found.before.failures().values()),
        failed_after=sum(found.after.failures().values()),
    )


def _campaign_rows(found: Comparison, sides: tuple[Content, Content], edits: Iterable[Edit]) -> Iterator[CampaignRow]:
    """Every campaign that sends anything on either side or was edited, those that changed first."""
    edited = {edit.slug: edit for edit in edits}
    sent = [_by_step(side) for side in (found.before, found.after)]
    steps = sent[0].keys() | sent[1].keys()
    channels = {
        (campaign, step): channel for side in (found.before, found.after) for campaign, step, channel in side.sent
    }
    rows = []
    for slug in sorted({campaign for campaign, _ in steps} | edited.keys() - {""}):
        own = [step for step in steps if step[0] == slug]
        rows.append(_campaign_row(slug, own, found, sent, channels, sides, edited.get(slug)))
    yield from sorted(rows, key=lambda row: (row.change.is_none and row.status == "same", row.slug))


def _campaign_row(
    slug: str,
    steps: Sequence[Step],
    found: Comparison,
    sent: Sequence[Mapping[Step, int]],
    channels: Mapping[Step, str],
    sides: tuple[Content, Content],
    edit: Edit | None,
) -> CampaignRow:
    project = next(side.project for side in reversed(sides) if slug in side.project.campaigns)
    order = workflow_order(project.campaigns[slug])
    rows = [
        StepRow(
            step[1], channels[step], Change(sent[0].get(step, 0), sent[1].get(step, 0), **_counts(found.of_step, step))
        )
        for step in sorted(steps, key=lambda one: (order.get(one[1], len(order)), one[1]))
    ]
    totals = [sum(side.get(step, 0) for step in steps) for side in sent]
    return CampaignRow(
        slug=slug,
        name=project.campaigns[slug].name,
        file=project.campaign_file(slug),
        status=edit.status if edit is not None else "same",
        edited=edit.parts if edit is not None else (),
        change=Change(totals[0], totals[1], **_counts(found.of_campaign, slug)),
        steps=tuple(rows),
    )


def _counts(people: Mapping[tuple[str, Of], int], of: Of) -> dict[str, int]:
    return {kind: people.get((kind, of), 0) for kind in kinds.KINDS}


def _by_step(side: Sends) -> Counter[Step]:
    found: Counter[Step] = Counter()
    for (campaign, step, _), count in side.sent.items():
        found[campaign, step] += count
    return found


def _moves(found: Comparison) -> Iterator[MoveRow]:
    for (old, new), count in sorted(found.moves.items(), key=lambda item: (-item[1], item[0])):
        yield MoveRow(*old, *new, count)


def _not_sent(found: Comparison, sides: tuple[Content, Content]) -> Iterator[NotSentRow]:
    """What differs first, then what is most."""
    before, after = found.before.unsent, found.after.unsent
    keys = sorted(
        before.keys() | after.keys(),
        key=lambda key: (before[key] == after[key], -abs(after[key] - before[key]), -after[key], key),
    )
    messages = [message_names(side) for side in sides]
    for campaign, step, status, reason in keys:
        place = ""
        if status == "failed":
            at = 1 if (campaign, step) in messages[1] else 0
            name = messages[at].get((campaign, step), step)
            place = failure_place(sides[at].project, campaign, name, None, reason)
        key = (campaign, step, status, reason)
        yield NotSentRow(campaign, step, status, reason, before[key], after[key], place)


def _limit(side: Content, found: Comparison) -> LimitRow | None:
    limit = side.workspace.message_limit
    if limit is None:
        return None
    before, after = found.before, found.after
    return LimitRow(
        limit.count, limit.seconds, before.at_limit, after.at_limit, before.held_by_limit, after.held_by_limit
    )


def _samples(found: Comparison, sides: tuple[Content, Content], names: Names) -> Iterator[SampleRow]:
    messages = {**message_names(sides[0]), **message_names(sides[1])}
    placed = sorted(
        found.samples.items(), key=lambda item: (_ORDER.index(item[0][0]) if item[0][0] in _ORDER else -1, item[0])
    )
    for (kind, step), samples in placed:
        if kind == kinds.MOVED_HERE:
            continue  # told at the step it moved from
        for sample in samples:
            yield _sample(kind, step, sample, sides, names, messages)


def _sample(
    kind: str,
    step: Step,
    sample: Sample,
    sides: tuple[Content, Content],
    names: Names,
    messages: Mapping[Step, str],
) -> SampleRow:
    other = sample.other or ("", "", None)
    person = sample.person if names.people.shown else names.people.short(sample.person)
    return SampleRow(
        kind=kind,
        campaign=step[0],
        step=step[1],
        person=person,
        line=sample.event_line,
        at=sample.at,
        other_campaign=other[0],
        other_step=other[1],
        other_at=other[2],
        explain=_explain(person, step[0], sample.event_line, sides, names),
        preview=_preview(kind, step, messages.get(step, ""), sample, sides, names),
    )


def _explain(person: str, campaign: str, line: int, sides: tuple[Content, Content], names: Names) -> str:
    """The command that says why; empty where the campaign is in no folder that could be asked."""
    if names.candidate is None or (campaign and campaign not in sides[1].project.campaigns):
        return ""
    words = ["mailwright", *(["-C", names.candidate] if names.candidate else []), "explain", "--person", person]
    words += ["--campaign", campaign] if campaign else []
    words += ["--event", str(line)] if line and campaign and len(names.paths) == 1 else []
    words += ["--as", names.workspace] if names.workspace else []
    return shlex.join([*words, *names.paths])


def _preview(kind: str, step: Step, message: str, sample: Sample, sides: tuple[Content, Content], names: Names) -> str:
    """Where `mailwright preview` shows the message; nothing for one that the later content has not."""
    if not message or step[0] not in sides[1].project.campaigns or names.candidate != "":
        return ""
    asked = {
        "as": names.workspace,
        "at": moment_as_text(sample.at, seconds=True).replace(" ", "T") + "Z",
        "edits": names.shown.get((sample.person, sample.event_line), ""),
        **({"tab": "compare", "against": names.against} if kind == kinds.OTHER_TEXT else {}),
    }
    query = urlencode({key: value for key, value in asked.items() if value})
    return f"/email/{quote(step[0], safe='')}/{quote(message, safe='')}{'?' if query else ''}{query}"
