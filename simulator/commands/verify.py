"""Compare the deliveries that a log predicts with those a workspace really made, and say why they differ."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import ExitStack

    from simulator.commands.gathering import Log
    from simulator.verifying.deliveries import Prediction
    from simulator.verifying.fitting import Fit
    from simulator.verifying.gathering import Gathering
    from simulator.verifying.names import LogPeople
    from simulator.verifying.report import Report
    from simulator.verifying.verification import Asked, Sources, Verification

FORMATS = ("text", "json", "md")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `verify`."""
    parser.add_argument("--events", nargs="+", metavar="LOG", required=True, help="event logs or folders of them")
    parser.add_argument(
        "--actual", metavar="SOURCE", required=True,
        help="webhooks:STORE, messages[:WORKSPACE], export:FILE|WORKSPACE or warehouse:FOLDER",
    )  # fmt: skip
    parser.add_argument("--workspace", metavar="NAME", help="the workspace it was sent from (default: the settings')")
    parser.add_argument("--since", metavar="TIME", help="compare from this time on (default: the log's beginning)")
    parser.add_argument("--until", metavar="TIME", help="compare up to this time (default: now, in the workspace)")
    parser.add_argument("--within", metavar="LENGTH", default="10m", help="how far times may be apart (default: 10m)")
    parser.add_argument("--campaign", action="append", default=[], metavar="CAMPAIGN", help="only this; repeatable")
    parser.add_argument("--person", metavar="PERSON", help="only this person: an id, an email, or a report's p-… name")
    parser.add_argument("--known-people", action="store_true", help="leave out deliveries to people not in the log")
    parser.add_argument("--of", metavar="CAMPAIGN/MESSAGE", help="whose the rows of an export's file are")
    parser.add_argument("--fit", action="store_true", help="try every assumption otherwise: which explains the actual")
    parser.add_argument("--offline", action="store_true", help="look for causes without asking the workspace")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to print the report")
    parser.add_argument("--out", metavar="FILE", help="write the report there")


def run(args: argparse.Namespace) -> int:
    """Predict, compare, explain; 1 when something does not agree.

    Raises: ConfigurationError for wrong arguments; HistoryError when a log or a source cannot be read; WorkspaceError
    when the workspace has to be asked and refuses.
    """
    from contextlib import ExitStack

    from simulator.verifying.report_forms import put_report

    with ExitStack() as stack:
        report = _reported(args, stack)
    put_report(report, args.format, args.out)
    return 0 if report.agrees else 1


def _reported(args: argparse.Namespace, stack: ExitStack) -> Report:
    from simulator.commands.gathering import Log, known_campaigns, time_given
    from simulator.commands.people_asked import key_asked
    from simulator.reports.people import PeopleNames
    from simulator.verifying.deliveries import predict
    from simulator.verifying.names import LogPeople
    from simulator.verifying.report import make_report
    from simulator.verifying.verification import Asked, verify

    gathering = _gathering(args)
    project = gathering.project
    known_campaigns(project, args.campaign)
    log, people = Log(args.events), LogPeople()
    until = gathering.until(time_given(args.until, "--until"))
    prediction = predict(project, gathering.workspace, people.watching(log.calls()), until)
    if log.bad_count:
        print(f"mailwright: {log.unread}", file=sys.stderr)
    people.know(prediction.run.profiles)
    people.know_recipients(prediction.recipients.items())
    asked = Asked(
        project, gathering.workspace, Log(args.events).calls, until, _within(args), time_given(args.since, "--since"),
        frozenset(args.campaign), args.known_people,
    )  # fmt: skip
    sources = _sources(args, gathering, people, prediction, asked, stack)
    found = verify(asked, prediction, sources)
    person = key_asked(args.person, prediction.run.profiles) if args.person else None
    fitted, stands_on = _fitted(asked, found) if args.fit else (None, [])
    return make_report(
        found,
        PeopleNames(shown=person is not None),
        source=str(gathering.source),
        log=_named(log),
        doubts=gathering.doubts,
        not_modelled=[f"{one.campaign}: {one.what} ({one.instead})" for one in prediction.run.not_modelled],
        person=person,
        given=project.settings.assumptions,
        fitted=fitted,
        fit_stands_on=stands_on,
    )


def _gathering(args: argparse.Namespace) -> Gathering:
    """The edge, made sure of before anything is read.

    Raises: ConfigurationError when a source, a log or the workspace is none.
    """
    from pathlib import Path

    from mailwright.diagnostics import ConfigurationError
    from mailwright.loading.revision import settings_at
    from simulator.commands.gathering import open_project
    from simulator.verifying.gathering import Gathering, Source, source_given

    if "-" in args.events:
        raise ConfigurationError("verify reads the log more than once", hint="write it to a file first")
    if args.of is not None and not all(args.of.partition("/")):
        raise ConfigurationError(f"--of cannot be '{args.of}'", hint="--of onboarding/welcome")
    root = Path(args.root)
    settings = settings_at(root)
    source = source_given(args.actual, list(settings.workspaces))
    named = source.where if source.kind in ("messages", "export") and source.where in settings.workspaces else None
    workspace = named or args.workspace or settings.default_workspace
    if args.workspace and named and args.workspace != named:
        raise ConfigurationError(f"--workspace is '{args.workspace}', the source '{named}'", hint="name one of them")
    if workspace is None:
        raise ConfigurationError("no workspace is named", hint="--workspace NAME, or default_workspace in the settings")
    if workspace not in settings.workspaces:
        from mailwright.diagnostics import name_hint

        hint = name_hint(workspace, list(settings.workspaces), "workspaces")
        raise ConfigurationError(f"no workspace is called '{workspace}'", hint=hint)
    if source.kind == "messages":
        source = Source("messages", workspace)
    project = open_project(root, workspace)
    return Gathering(project, workspace, source, args.workspace_reading(), args.workspace_edition, args.of)


def _sources(
    args: argparse.Namespace,
    gathering: Gathering,
    people: LogPeople,
    prediction: Prediction,
    asked: Asked,
    stack: ExitStack,
) -> Sources:
    from simulator.verifying.verification import Sources

    since = asked.since if asked.since is not None else prediction.run.first_at or 0
    seen, noticed = gathering.seen(since, asked.until)
    if args.offline:
        return Sources(seen, noticed, gathering.numbers, people)
    return Sources(
        seen, noticed, gathering.numbers, people, lambda: gathering.content(stack), gathering.profiles
    )  # fmt: skip


def _fitted(asked: Asked, found: Verification) -> tuple[Fit, list[str]]:
    """The fit, on top of what was found that is no assumption."""
    from simulator.verifying.fitting import fit
    from simulator.verifying.verification import fitting_case

    case, world, stands_on = fitting_case(asked, found)
    return fit(case, world), stands_on


def _within(args: argparse.Namespace) -> int:
    from mailwright.definitions.names import parse_duration
    from mailwright.diagnostics import ConfigurationError

    try:
        return int(parse_duration(args.within).total_seconds())
    except ValueError as error:
        raise ConfigurationError(f"--within: {error}", hint="--within 10m") from error


def _named(log: Log) -> str:
    """The log as a command to copy names it."""
    return " ".join(log.files)
