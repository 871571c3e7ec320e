"""What a backtest says, in words that every format shares."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.backtest.editions import Edit
from simulator.backtest.report import BacktestReport, Change, NotSentRow, SampleRow
from simulator.reports.wording import UNSENT, counted, in_words, length_as_text, moment_as_text, unsent_in_words

KINDS = {
    "gained": "gets it now",
    "lost": "no longer gets it",
    "moved": "gets it from elsewhere",
    "retimed": "gets it at another time",
    "other_text": "gets another version",
    "crowded": "comes to get more than the most a day",
}


def summary_line(report: BacktestReport) -> str:
    """The whole report in a line."""
    totals = report.totals
    sends = f"{totals.sent_before:,} messages before, {totals.sent_after:,} after"
    if not report.differs:
        return f"no difference: {counted(totals.sent_after, 'message')} on both sides, {_read(report)}"
    people = ", ".join(people_in_words(report)) or "nobody gets anything else"
    failed = ""
    if totals.failed_before or totals.failed_after:
        failed = f"; failed: {totals.failed_before:,} before, {totals.failed_after:,} after"
    return f"{people}; {sends}{failed}; {_read(report)}"


def _read(report: BacktestReport) -> str:
    bad = f", {counted(report.bad_count, 'bad line')}" if report.bad_count else ""
    sample = f" in a sample of 1 in {report.one_in:,}" if report.one_in > 1 else ""
    return f"{counted(report.totals.calls, 'call')} of {counted(report.totals.people, 'person', 'people')}{sample}{bad}"


def people_in_words(report: BacktestReport) -> Iterator[str]:
    """How many people meet each kind of change."""
    totals = report.totals
    for count, one, many in (
        (totals.gained, "gains", "gain"),
        (totals.lost, "loses", "lose"),
        (totals.moved, "moves", "move"),
        (totals.retimed, "gets mail at another time", "get mail at another time"),
        (totals.other_text, "gets another version", "get another version"),
    ):
        if count:
            yield f"{counted(count, 'person', 'people')} {one if count == 1 else many}"


def sample_in_words(report: BacktestReport) -> str:
    """The loud words about a sample; empty where everybody was replayed."""
    if report.one_in == 1:
        return ""
    tied = f" {counted(report.tied, 'merge')} tie people inside and outside of it." if report.tied else ""
    return (
        f"A SAMPLE: one in {report.one_in:,} people, chosen by a hash of their id. "
        f"Every figure is of the sample and not scaled up.{tied}"
    )


def span_in_words(report: BacktestReport) -> str:
    """When and where: `2026-01-01 to 2026-02-04, as qa`."""
    first, last = moment_as_text(report.first_at)[:10], moment_as_text(report.last_at)[:10]
    days = first if first == last else f"{first} to {last}"
    texts = "; texts compared as each person gets them" if report.rendered == "all" else ""
    return f"{days}, as {report.workspace}; the clock stopped at {moment_as_text(report.until)} UTC{texts}"


def edit_in_words(edit: Edit) -> str:
    """`photo-received: trigger, received`."""
    parts = f": {', '.join(edit.parts)}" if edit.parts else ""
    if not edit.slug:
        return f"for all campaigns{parts}"
    return f"{edit.slug}{'' if edit.status == 'changed' else f' {edit.status}'}{parts}"


def change_in_words(change: Change) -> list[str]:
    """People of one step or campaign, by what happens to them."""
    said = (
        (change.gained, "gain it"),
        (change.lost, "lose it"),
        (change.moved_here, "move here"),
        (change.moved, "move away"),
        (change.retimed, "at another time"),
        (change.other_text, "another version"),
    )
    return [f"{count:,} {words}" for count, words in said if count]


def difference(before: int, after: int) -> str:
    """`+3`, `-2`; empty for none."""
    return f"{after - before:+,}" if before != after else ""


def peaks_in_words(report: BacktestReport) -> Iterator[str]:
    """The busiest spans, and what stands against them."""
    for peak in report.peaks:
        what = "emails" if peak.span == "minute" else "messages"
        if peak.before or peak.after:
            yield (
                f"busiest {peak.span}: {peak.before:,} {what} before{_when(peak.span, peak.before_at)}, "
                f"{peak.after:,} after{_when(peak.span, peak.after_at)}"
            )
    rate = report.rate
    if rate is not None:
        span = "minutes" if rate.seconds <= 60 else f"spans of {length_as_text(rate.seconds)}"
        takes = f"{counted(rate.count, 'email')} in {length_as_text(rate.seconds)}"
        yield f"the provider takes {takes}: {rate.before:,} {span} above that before, {rate.after:,} after"
    yield from _limits(report)
    crowding = report.crowding
    yield (
        f"more than {counted(crowding.most, 'message')} a day: {counted(crowding.before, 'person', 'people')} before, "
        f"{crowding.after:,} after, {crowding.newly:,} of them newly; the most that one person gets on a day: "
        f"{crowding.busiest_before:,} before, {crowding.busiest_after:,} after"
    )


def _limits(report: BacktestReport) -> Iterator[str]:
    before, after = report.limit
    known = after or before
    if known is None:
        return
    if before is not None and after is not None and (before.count, before.seconds) != (after.count, after.seconds):
        was = f"{counted(before.count, 'message')} in {length_as_text(before.seconds)}"
        yield f"the message limit was {was} before"
    if before is None or after is None:
        yield f"there is a message limit only {'after' if before is None else 'before'}"
    old, new = before or after, after or before
    assert old is not None and new is not None  # one of them is known, as above
    yield (
        f"message limit, {counted(known.count, 'message')} in {length_as_text(known.seconds)}: "
        f"{counted(old.people_before, 'person', 'people')} at it before, {new.people_after:,} after; "
        f"{counted(old.held_before, 'message')} kept back before, {new.held_after:,} after"
    )


def _when(span: str, at: int | None) -> str:
    if at is None:
        return ""
    return f" ({moment_as_text(at)[: 10 if span == 'day' else 16]})"


def reason_in_words(row: NotSentRow) -> str:
    """Why something was not sent."""
    if row.status == "failed":
        return f"failed: {in_words(row.reason, UNSENT) if row.reason in UNSENT else row.reason}"
    return unsent_in_words(row.status, row.reason)


def sample_as_words(sample: SampleRow) -> str:
    """`p-3f2a9c no longer gets it (line 812)`."""
    line = f", line {sample.line:,}" if sample.line else ""
    moved = ""
    if sample.kind == "moved":
        moved = f", now {sample.other_campaign}/{sample.other_step}"
    elif sample.kind == "retimed":
        moved = f", before {moment_as_text(sample.other_at)}"
    return f"{sample.person} {KINDS[sample.kind]} ({moment_as_text(sample.at)}{line}{moved})"
