"""A backtest as one page that needs nothing but itself: no network and no script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from simulator.backtest import wording
from simulator.backtest.charts import chart, difference_chart
from simulator.backtest.report import BacktestReport, CampaignRow, SampleRow, Slot
from simulator.reports.page_parts import bar
from simulator.reports.wording import day_as_text, moment_as_text

PREVIEW = "http://127.0.0.1:8027"
"""Where `mailwright preview` listens unless told otherwise."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the big numbers, with what it was."""

    label: str
    value: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table of campaigns: a campaign, or one of its steps."""

    name: str
    note: str
    before: int
    after: int
    difference: str
    people: tuple[str, ...]
    before_bar: str
    after_bar: str
    is_step: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The people to look at for one step."""

    where: str
    samples: tuple[SampleRow, ...]


def backtest_as_html(report: BacktestReport) -> str:
    """The report as an HTML page."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_part("simulator.backtest", "backtest.html.j2"))
    page = template.render(
        report=report,
        words=wording,
        figures=list(_figures(report)),
        lines=list(_lines(report)),
        same=sum(row.change.is_none for row in report.campaigns),
        days=chart(report.days, "Messages a day", _day),
        difference=difference_chart(report.days, "More or fewer messages a day", _day),
        hours_of_day=chart(report.hours_of_day, "Messages by hour of the day", _hour_of_day),
        hours=chart(report.hours, "Messages an hour", _hour),
        load=list(wording.peaks_in_words(report)),
        not_sent=[row for row in report.not_sent if row.before != row.after],
        groups=list(_groups(report)),
        preview=PREVIEW,
        moment=moment_as_text,
        policy=_POLICY,
        styles=_part("simulator.reports", "report.css") + _part("simulator.backtest", "backtest.css"),
        privacy="" if report.people_shown else "People stand here by a short digest of their id.",
    )
    return page + "\n"


def _part(room: str, name: str) -> str:
    return (files(room) / "templates" / name).read_text("utf-8")


def _figures(report: BacktestReport) -> Iterator[Figure]:
    totals = report.totals
    moved = wording.difference(totals.sent_before, totals.sent_after)
    yield Figure("Messages", f"{totals.sent_after:,}", f"{totals.sent_before:,} before{f', {moved}' if moved else ''}")
    yield Figure("People affected", f"{totals.affected:,}", f"of {totals.people:,}")
    for label, count in (
        ("gain messages", totals.gained),
        ("lose messages", totals.lost),
        ("get them from elsewhere", totals.moved),
        ("get them at another time", totals.retimed),
        ("get another version", totals.other_text),
    ):
        if count:
            yield Figure(label, f"{count:,}", "people")
    if totals.failed_before or totals.failed_after:
        worse = "bad" if totals.failed_after > totals.failed_before else ""
        yield Figure("Failed", f"{totals.failed_after:,}", f"{totals.failed_before:,} before", worse)


def _lines(report: BacktestReport) -> Iterator[Line]:
    rows = [row for row in report.campaigns if not row.change.is_none]
    most = max((max(row.change.before, row.change.after) for row in rows), default=0)
    for row in rows:
        yield _line(row, most)
        for step in row.steps if len(row.steps) > 1 else ():
            if not step.change.is_none:
                yield _line(row, most, step.step)


def _line(row: CampaignRow, most: int, step: str = "") -> Line:
    change = next(one.change for one in row.steps if one.step == step) if step else row.change
    status = "" if row.status in ("same", "changed") else row.status
    edited = f"edited: {', '.join(row.edited)}" if row.edited else ""
    return Line(
        name=step or row.slug,
        note="" if step else ", ".join(filter(None, (status, edited))),
        before=change.before,
        after=change.after,
        difference=wording.difference(change.before, change.after),
        people=tuple(wording.change_in_words(change)),
        before_bar=bar(change.before, most, "before"),
        after_bar=bar(change.after, most, "after"),
        is_step=bool(step),
    )


def _groups(report: BacktestReport) -> Iterator[Group]:
    found: dict[str, list[SampleRow]] = {}
    for sample in report.samples:
        where = f"{sample.campaign}/{sample.step}" if sample.campaign else "More than the most a day"
        found.setdefault(where, []).append(sample)
    for where, samples in found.items():
        yield Group(where, tuple(samples))


def _day(slot: Slot) -> str:
    return day_as_text(slot.at // 86400)


def _hour(slot: Slot) -> str:
    return moment_as_text(slot.at)


def _hour_of_day(slot: Slot) -> str:
    return f"{slot.at // 3600:02}:00"
