"""Say why a person did or did not get a campaign: clause by clause, with values and what would have to change."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from mailwright.definitions.sample import Sample
    from simulator.commands.gathering import Log
    from simulator.explain import Explanation
    from simulator.history.calls import Call
    from simulator.trace import AnyEntry

FORMATS = ("text", "json", "md")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `explain`."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="event logs or folders of them; - is standard input")
    parser.add_argument("--person", metavar="PERSON", help="an id, an email, or a report's p-… name")
    parser.add_argument("--campaign", action="append", default=[], metavar="CAMPAIGN", help="only this one; repeatable")
    parser.add_argument("--event", metavar="NAME|LINE", help="only calls of this name, or of this line of the log")
    parser.add_argument("--sample", metavar="SAMPLE", help="a sample's person and event in place of a log")
    parser.add_argument("--as", dest="workspace", metavar="WORKSPACE", help="the workspace to pretend to be")
    parser.add_argument("--until", metavar="TIME", help="where the clock stops (default: 30 days after the last call)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to print it")


def run(args: argparse.Namespace) -> int:
    """Explain one person's calls.

    Raises: ConfigurationError when the person, the campaign or the sample is not known.
    """
    from mailwright.diagnostics import ConfigurationError
    from simulator.commands.gathering import Log, known_campaigns, open_project

    if args.sample is None and not (args.person and args.files):
        missing = "--person" if not args.person else "an event log"
        raise ConfigurationError(
            f"explain needs {missing}",
            hint="mailwright explain --person 42 --campaign welcome events.ndjson, or --sample NAME --campaign welcome",
        )
    project = open_project(args.root, args.workspace)
    campaigns = known_campaigns(project, args.campaign)
    if args.sample is not None:
        explanation = _of_sample(args, project, campaigns)
    else:
        explanation = _of_log(args, project, campaigns, Log(args.files))
    _print(args, explanation)
    return 0


def _of_log(args: argparse.Namespace, project: Project, campaigns: list[str], log: Log) -> Explanation:
    from simulator.commands.gathering import time_given
    from simulator.commands.people_asked import key_asked
    from simulator.engine import Detail
    from simulator.replay import replay

    calls_by_name: Counter[tuple[str, str]] = Counter()
    outcome = replay(
        project,
        args.workspace,
        _counted(log.calls(), calls_by_name),
        until=time_given(args.until, "--until"),
        detail=Detail.FULL,
        render="outcome",
    )
    if log.bad_count:
        print(log.unread, file=sys.stderr)
    person = key_asked(args.person, outcome.profiles)
    email = str(outcome.profiles[person].get("email", ""))
    own = {name: count for (whose, name), count in calls_by_name.items() if whose in (person, email)}
    return _explained(args, project, outcome.entries, person, campaigns, own)


def _of_sample(args: argparse.Namespace, project: Project, campaigns: list[str]) -> Explanation:
    from mailwright.diagnostics import ConfigurationError, name_hint
    from simulator.engine import Detail
    from simulator.replay import replay
    from simulator.sample_calls import calls_of_sample

    sample: Sample | None = project.samples.get(args.sample)
    if sample is None:
        raise ConfigurationError(
            f"no sample is called '{args.sample}'", hint=name_hint(args.sample, list(project.samples), "samples")
        )
    calls = calls_of_sample(project, sample)
    if not calls:
        raise ConfigurationError(f"the sample '{args.sample}' has neither a person nor an event", hint="give it one")
    outcome = replay(project, args.workspace, calls, detail=Detail.FULL, render="outcome")
    own = Counter(call.name for call in calls if call.name)
    return _explained(args, project, outcome.entries, calls[0].person or "", campaigns, own)


def _explained(
    args: argparse.Namespace,
    project: Project,
    entries: Iterable[AnyEntry],
    person: str,
    campaigns: list[str],
    own: dict[str, int],
) -> Explanation:
    """The explanation of the campaigns asked for, or of every one that a call of the person asked."""
    from simulator.explain import explain, only_call

    known = [entry for entry in entries if entry.person == person]
    asked = campaigns or sorted({entry.campaign for entry in known} & set(project.campaigns))
    explanation = explain(project, known, person, asked, own)
    return only_call(explanation, args.event) if args.event else explanation


def _counted(calls: Iterable[Call], counts: Counter[tuple[str, str]]) -> Iterator[Call]:
    for call in calls:
        if call.name and call.person is not None:
            counts[call.person, call.name] += 1
        yield call


def _print(args: argparse.Namespace, explanation: Explanation) -> None:
    from simulator.reports.explaining import explanation_as_json, explanation_as_markdown, explanation_as_text
    from simulator.reports.tables import style_for

    match args.format:
        case "json":
            sys.stdout.write(explanation_as_json(explanation))
        case "md":
            sys.stdout.write(explanation_as_markdown(explanation))
        case _:
            sys.stdout.write(explanation_as_text(explanation, style_for(sys.stdout)))
