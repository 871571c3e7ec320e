"""Run an event log through all campaigns: who enters which, what each person gets and when, and why not."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from simulator.commands.on_cluster import add_cluster_arguments, add_deliveries_argument, see_cluster_arguments

if TYPE_CHECKING:
    from pathlib import Path

    from mailwright.definitions.project import Project
    from simulator.commands.gathering import Log
    from simulator.reports.people import PeopleNames
    from simulator.reports.report import Report
    from simulator.run import Run
    from simulator.summary import Summary

FORMATS = ("text", "json", "jsonl", "md", "html")
RENDERS = ("none", "outcome", "all")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `simulate`."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="event logs or folders of them; - is standard input")
    parser.add_argument("--sample", metavar="SAMPLE", help="a sample's person and event in place of a log")
    parser.add_argument("--as", dest="workspace", metavar="WORKSPACE", help="the workspace to pretend to be")
    parser.add_argument("--until", metavar="TIME", help="where the clock stops (default: 30 days after the last call)")
    parser.add_argument("--from", dest="since", metavar="TIME", help="report only what happens from this time on")
    parser.add_argument("--campaign", action="append", default=[], metavar="CAMPAIGN", help="only this; repeatable")
    parser.add_argument("--person", metavar="PERSON", help="only this person: an id, an email, or a report's p-… name")
    parser.add_argument("--format", choices=FORMATS, default="text", help="jsonl is the trace, one decision a line")
    parser.add_argument("--out", metavar="FILE", help="write the report there")
    parser.add_argument("--trace", metavar="FILE", help="also write the trace there, as JSON lines")
    parser.add_argument("--strict", action="store_true", help="stop at a bad line; what is not modelled ends in exit 1")
    parser.add_argument("--show-people", action="store_true", help="name people by their ids and show values")
    parser.add_argument("--render", choices=RENDERS, default="outcome", help="how far messages are rendered")
    parser.add_argument("--hits", action="store_true", help="only count which triggers the events match, fast")
    parser.add_argument("--index", action="store_true", help="keep what is read of the log, for the next time")
    parser.add_argument("--processes", type=int, metavar="N", help="split the log by person (default: by its size)")
    add_cluster_arguments(parser)
    add_deliveries_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Replay the log and print what came of it.

    Raises: ConfigurationError for wrong arguments; HistoryError when the log cannot be read.
    """
    from mailwright.diagnostics import ConfigurationError
    from simulator.commands.gathering import Log, known_campaigns, open_project
    from simulator.commands.sample_log import sample_log

    if bool(args.files) == bool(args.sample):
        what = "an event log or a sample, not both" if args.files else "an event log"
        raise ConfigurationError(
            f"simulate needs {what}", hint="mailwright simulate events.ndjson, - for standard input, or --sample NAME"
        )
    if args.sample and (args.hits or args.processes or args.index):
        what = "--hits, --index and --processes go with a log"
        raise ConfigurationError(what, hint="mailwright simulate --sample NAME")
    if args.processes is not None and args.processes < 1:
        raise ConfigurationError("--processes is at least 1", hint="--processes 2")
    see_cluster_arguments(args)
    project = open_project(args.root, args.workspace)
    known_campaigns(project, args.campaign)
    log = sample_log(project, args.sample) if args.sample else Log(args.files, strict=args.strict)
    if args.hits:
        return print_hits(args, project, log)
    outcome, summary = replayed(args, project, log)
    print_outcome(args, project, log, outcome, summary)
    if not outcome.calls and log.bad_count:
        return 1
    return 1 if args.strict and outcome.not_modelled else 0


def print_hits(args: argparse.Namespace, project: Project, log: Log) -> int:
    """Print how many events each campaign's trigger matches: no filters, no journeys."""
    import json

    from simulator.content import compile_content
    from simulator.reports.wording import counted

    content = compile_content(project, args.workspace)
    asked = [
        c.slug
        for c in content.campaigns
        if c.trigger_kind == "event" and (not args.campaign or c.slug in args.campaign)
    ]
    counts = log.hits(content, index_of(args))
    found = {slug: counts[slug] for slug in asked}
    total = counted(sum(found.values()), "match", "matches")
    summary = f"{total} of {counted(len(asked), 'trigger')} on events, before filters and journeys"
    if args.format == "json":
        sys.stdout.write(json.dumps({"schema_version": 1, "hits": found, "summary": summary}, indent=2) + "\n")
        return 0
    width = max((len(slug) for slug in found), default=0)
    for slug, count in found.items():
        print(f"{slug:<{width}}  {count:>10,}")
    print(f"\n{summary}")
    return 0


def index_of(args: argparse.Namespace) -> Path | None:
    """Where an index of the log is kept, where one is asked for."""
    from pathlib import Path

    return Path(args.root) if getattr(args, "index", False) else None


def show_and_write(args: argparse.Namespace, page: Path) -> None:
    """Print the report of a replay as text, and write its page to *page*."""
    from simulator.commands.gathering import Log, open_project, write_report
    from simulator.reports.emails import email_examples
    from simulator.reports.page import report_as_html
    from simulator.reports.people import PeopleNames
    from simulator.reports.tables import style_for
    from simulator.reports.text import report_as_text

    project, log = open_project(args.root, args.workspace), Log(args.files)
    outcome, summary = replayed(args, project, log)
    report = report_of(args, project, log, outcome, summary, PeopleNames(shown=args.show_people))
    write_report(page, report_as_html(report, email_examples(project, outcome), people_shown=args.show_people))
    sys.stdout.write(report_as_text(report, style_for(sys.stdout)))


def needs_entries(args: argparse.Namespace) -> bool:
    """Whether the trace itself is asked for, or its counts are enough."""
    return bool(args.format in ("jsonl", "html") or args.trace or args.person or args.since or _of_sample(args))


def _of_sample(args: argparse.Namespace) -> bool:
    return getattr(args, "sample", None) is not None


def replayed(args: argparse.Namespace, project: Project, log: Log) -> tuple[Run, Summary]:
    """What the log brings about: its trace and counts, or its counts alone where nothing more is asked for."""
    from simulator.commands.gathering import replayed_apart, time_given
    from simulator.replay import replay
    from simulator.summary import summary_of

    until, since = time_given(args.until, "--until"), time_given(args.since, "--from")
    if args.engine == "spark":
        from simulator.commands.on_cluster import counted_on_cluster

        counts = counted_on_cluster(args, project, log, until)
        outcome, summary = counts.run, counts.summary
    elif not needs_entries(args):
        counts = log.counted(project, args.workspace, args.render, until, args.processes, index_of(args))
        outcome, summary = counts.run, counts.summary
    else:
        if (args.processes or 1) > 1:
            outcome = replayed_apart(args.root, project, args.workspace, log, args.processes, until, args.render)
        else:
            outcome = replay(project, args.workspace, log.calls(), until=until, render=args.render)
        _keep_only(args, outcome, since)
        summary = summary_of(outcome.entries)
    outcome.bad_lines = tuple(log.bad)
    for code, count in log.notes.items():
        summary.warnings[code, ""] += count
    return outcome, summary


def _keep_only(args: argparse.Namespace, outcome: Run, since: int | None) -> None:
    """Leave in the trace what was asked for; the replay itself needs everybody and everything."""
    from simulator.commands.people_asked import key_asked

    if since is not None:
        outcome.entries = [entry for entry in outcome.entries if entry.at >= since]
    if args.person:
        key = key_asked(args.person, outcome.profiles)
        outcome.entries = [entry for entry in outcome.entries if entry.person == key]
    if args.campaign:
        chosen = {*args.campaign, ""}
        outcome.entries = [entry for entry in outcome.entries if entry.campaign in chosen]


def print_outcome(args: argparse.Namespace, project: Project, log: Log, outcome: Run, summary: Summary) -> None:
    """Write the trace where asked, and the report in its format to its place."""
    from simulator.commands.gathering import write_report
    from simulator.reports.people import PeopleNames
    from simulator.trace import entries_as_lines

    names = PeopleNames(shown=args.show_people)
    if args.trace or args.format == "jsonl":
        lines = entries_as_lines([names.entry(entry) for entry in outcome.entries])
        if args.trace:
            write_report(args.trace, lines)
        if args.format == "jsonl":
            _put(args, lines.decode("utf-8", "replace"))
            if log.bad_count:
                print(log.unread, file=sys.stderr)
            return
    report = report_of(args, project, log, outcome, summary, names)
    _put(args, formatted(args, project, outcome, report))
    if args.out:
        from simulator.reports.text import summary_line

        print(f"{args.out}: {summary_line(report)}", file=sys.stderr)


def report_of(
    args: argparse.Namespace, project: Project, log: Log, outcome: Run, summary: Summary, names: PeopleNames
) -> Report:
    """The report of the replay."""
    from simulator.reports.making import make_report
    from simulator.reports.sample_journeys import SampleJourneys, named_samples

    samples = SampleJourneys()
    if args.format == "html":
        for entry in outcome.entries:
            samples.add(entry)
    journeys = named_samples(samples.chosen(), project, names, lambda slug: not args.campaign or slug in args.campaign)
    return make_report(
        project, outcome, summary, names, logs=log.names, journeys=journeys, only=args.campaign, bad_count=log.bad_count
    )


def formatted(args: argparse.Namespace, project: Project, outcome: Run, report: Report) -> str:
    """The report as text of the format asked for."""
    match args.format:
        case "json":
            from simulator.reports.documents import report_as_json

            return report_as_json(report)
        case "md":
            from simulator.reports.documents import report_as_markdown

            return report_as_markdown(report)
        case "html":
            from simulator.commands.gathering import Log
            from simulator.reports.emails import email_examples
            from simulator.reports.page import report_as_html

            # Standard input is read once: its emails are shown for samples.
            again = Log(args.files).calls() if args.show_people and "-" not in args.files else None
            return report_as_html(report, email_examples(project, outcome, again), people_shown=args.show_people)
        case _:
            from simulator.reports.tables import Style, style_for
            from simulator.reports.text import report_as_text

            return report_as_text(report, Style() if args.out else style_for(sys.stdout))


def _put(args: argparse.Namespace, text: str) -> None:
    from simulator.commands.gathering import write_report

    if args.out:
        write_report(args.out, text)
    else:
        sys.stdout.write(text)
