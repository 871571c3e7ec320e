"""Send the calls of an event log to a workspace: people, events, devices, objects, messages, broadcasts.

  mailwright send events.ndjson --to qa --dry-run    count, and send nothing
  mailwright send events.ndjson --to qa              send; each person's calls in their order, each call once
  mailwright send events.ndjson --to qa --resume     go on where a send of this log stopped, or with what it grew by
  mailwright send ana-joins-a-campaign --to local    a sample's person and event, as if they were now
  mailwright send --event signed_up --person 42 --data '{"plan": "pro"}' --to local

A journal below .mailwright/journal keeps which calls are through. What a workspace refuses is kept in a file that can
be sent again. Exit codes: 1 some calls were refused, 4 not let in, 5 refused to protect you, 6 stopped on the way.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from mailwright.definitions.project import Project
    from mailwright.definitions.workspace import Workspace
    from sync.sending.choosing import Source
    from sync.sending.crew import Ending
    from sync.sending.journal import SendJournal
    from sync.sending.logged import ReadLog, SampleCalls
    from sync.sending.opening import Sendee
    from sync.sending.survey import Survey


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `send`."""
    parser.add_argument("logs", nargs="*", metavar="LOG|SAMPLE", help="event logs or folders of them, or a sample")
    parser.add_argument("--to", metavar="WORKSPACE", required=True, help="the workspace; local: one on this machine")
    parser.add_argument("--event", metavar="NAME", help="send this one event, in place of a log")
    parser.add_argument("--person", metavar="ID", help="whose event; with a log: only the calls about this person")
    parser.add_argument("--anonymous", metavar="ID", help="the visitor whose event it is")
    parser.add_argument("--data", metavar="JSON", help="the event's data")
    parser.add_argument("--only-event", metavar="NAME", action="append", default=[], help="only this event; repeatable")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N calls")
    parser.add_argument("--rate", type=int, metavar="N", help="requests a second (default: 100; to this machine 500)")
    parser.add_argument("--max-age", metavar="TIME", default="72h", help="how old events may be (default: 72h)")
    parser.add_argument("--historical", action="store_true", help="send events that are older, with their own times")
    parser.add_argument("--resume", action="store_true", help="pass over what the journal of this log has as sent")
    parser.add_argument("--afresh", action="store_true", help="send from the start, whatever a journal says")
    parser.add_argument("--again", action="store_true", help="give events new ids: a log sent before counts anew")
    parser.add_argument("--strict", action="store_true", help="send nothing when a line is no call")
    parser.add_argument("--dry-run", action="store_true", help="count by kind, event and time; send nothing")
    parser.add_argument("--yes-production", action="store_true", help="send to a protected workspace")
    parser.add_argument("--format", choices=("text", "json", "md"), default="text")


def run_send(
    args: argparse.Namespace, read: ReadLog, sample_calls: SampleCalls, kind: type[SendJournal] | None = None
) -> int:
    """Send; *read* reads logs, *sample_calls* gives a sample's calls.

    *kind* is the journal's, so that a test can end the process at any of its notes.

    Raises: RefusedError (5), PartlyApplied (6), WorkspaceError (4), ConfigurationError (3), HistoryError (1).
    """
    from pathlib import Path

    from sync.sending.crew import Ending
    from sync.sending.guards import refuse_without
    from sync.sending.opening import open_sendee

    _check(args)
    project = _project(Path(args.root), args.to)
    _look_at_logs(args, project)
    settings = project.settings.workspaces.get(args.to)
    if args.dry_run:
        with _source(args, project, read, sample_calls, None) as source:
            return _dry_run(args, source, settings)
    refuse_without(args.to, is_protected=settings is not None and settings.protected, has_consent=args.yes_production)
    ending = Ending()
    with open_sendee(project, args.to, rate=args.rate, sleep=ending.wait) as sendee:
        refuse_without(sendee.name, is_protected=sendee.is_protected, has_consent=args.yes_production)
        with _source(args, project, read, sample_calls, sendee.now) as source:
            return _send(args, project, source, sendee, ending, kind)


def _project(root: Path, to: str) -> Project:
    """The project in *root*, whatever mistakes its content holds; a workspace on this machine needs none.

    Raises: ConfigurationError when the settings do not fit, or there is no project and one is needed.
    """
    from mailwright.definitions.project import Project
    from mailwright.loading.folder import read_project

    signs = ("mailwright.toml", "pyproject.toml", "campaigns")
    if to == "local" and root.is_dir() and not any((root / name).exists() for name in signs):
        return Project(root)
    return read_project(root)[0]


def _check(args: argparse.Namespace) -> None:
    """Refuse arguments that exclude each other.

    Raises: ConfigurationError.
    """
    from mailwright.diagnostics import ConfigurationError

    if bool(args.logs) == bool(args.event):
        what = "a log or --event, not both" if args.event else "an event log, a sample or --event"
        raise ConfigurationError(f"send needs {what}", hint="mailwright send events.ndjson --to qa")
    if args.event and (args.person is None) == (args.anonymous is None):
        raise ConfigurationError("--event needs whose it is", hint="--person ID, or --anonymous ID")
    if not args.event and (args.data is not None or args.anonymous is not None):
        raise ConfigurationError("--data and --anonymous go with --event", hint="mailwright send --event NAME …")
    if args.resume and (args.afresh or args.again):
        raise ConfigurationError("--resume goes on; --afresh and --again begin", hint="one of them")
    for flag, least in (("limit", 1), ("rate", 1)):
        if getattr(args, flag) is not None and getattr(args, flag) < least:
            raise ConfigurationError(f"--{flag} is at least {least}", hint=f"--{flag} {least}")


def _look_at_logs(args: argparse.Namespace, project: Project) -> None:
    """Refuse what is neither a log nor a sample, before a workspace is asked anything.

    Raises: ConfigurationError.
    """
    import os

    from mailwright.diagnostics import ConfigurationError, name_hint

    for name in args.logs:
        if name != "-" and not os.path.exists(name) and (name not in project.samples or len(args.logs) > 1):
            hint = name_hint(name, list(project.samples), "samples") if project.samples else "check the path"
            raise ConfigurationError(f"there is no event log '{name}', and no sample of that name", hint=hint)


@contextmanager
def _source(
    args: argparse.Namespace, project: Project, read: ReadLog, sample_calls: SampleCalls, now: int | None
) -> Iterator[Source]:
    """What the arguments name, to be read as often as needed."""
    import os

    from sync.sending.choosing import Choice, seconds_now, source_of_calls, source_of_logs
    from sync.sending.given import calls_of_now, event_given, kept_input

    moment = seconds_now() if now is None else now
    if args.event:
        call = event_given(args.event, args.person, args.anonymous, args.data, moment)
        yield source_of_calls([call], f"the event {args.event}", Choice())
        return
    choice = Choice(frozenset(name.strip() for name in args.only_event), args.person, args.limit)
    if len(args.logs) == 1 and args.logs[0] != "-" and not os.path.exists(args.logs[0]):
        calls = calls_of_now(sample_calls(project, args.logs[0]), moment)
        yield source_of_calls(calls, f"the sample {args.logs[0]}", choice)
        return
    with kept_input(args.logs) as paths:
        yield source_of_logs(paths, read, choice)


def _survey(args: argparse.Namespace, source: Source, now: int | None, *, measures: bool) -> Survey:
    from mailwright.definitions.names import parse_duration
    from mailwright.diagnostics import ConfigurationError
    from sync.sending.choosing import seconds_now
    from sync.sending.survey import survey_of

    try:
        age = int(parse_duration(args.max_age).total_seconds())
    except ValueError as error:
        raise ConfigurationError(f"--max-age: {error}", hint="--max-age 72h") from error
    moment = seconds_now() if now is None else now
    return survey_of(source, now=moment, max_age=age, strict=args.strict, measures=measures)


def _dry_run(args: argparse.Namespace, source: Source, settings: Workspace | None) -> int:
    """Count and print."""
    from mailwright.diagnostics import ConfigurationError
    from sync.reports.send_report import survey_as
    from sync.sending.guards import warnings
    from sync.sending.opening import LOCAL, LOCAL_RATE, RATE

    if settings is None and args.to != LOCAL:
        raise ConfigurationError(f"no workspace is called '{args.to}'", hint="--to one of the settings' workspaces")
    is_local = settings is None or settings.url is not None
    survey = _survey(args, source, None, measures=True)
    is_protected = settings is not None and settings.protected
    warned = list(warnings(survey, args.to, is_quiet=is_local or is_protected))
    rate = args.rate or (LOCAL_RATE if is_local else RATE)
    print(survey_as(args.format, survey, source.names, args.to, rate, warned))
    _warn(warned)
    return 1 if survey.bad_count else 0


def _send(
    args: argparse.Namespace,
    project: Project,
    source: Source,
    sendee: Sendee,
    ending: Ending,
    kind: type[SendJournal] | None,
) -> int:
    from sync.journal import only_one
    from sync.reports.send_report import outcome_as
    from sync.sending.given import journal_root
    from sync.sending.guards import refuse_old, warnings
    from sync.sending.numbers import Numbers
    from sync.sending.progress import progress_of
    from sync.sending.reading import Reading
    from sync.sending.sending import Sending

    survey = _survey(args, source, sendee.now, measures=False)
    refuse_old(survey, is_historical=args.historical)
    is_quiet = sendee.is_local or sendee.is_protected
    _warn(warnings(survey, sendee.name, is_quiet=is_quiet))
    is_log = bool(args.logs) and not source.is_given
    with journal_root(project.root, is_log) as root, only_one(root, sendee.name, "send"):
        journal = _journal(args, source, survey, sendee, root, kind)
        told = progress_of(survey.total)
        reading = Reading(source, journal, args.strict)
        numbers = Numbers(project, sendee)
        sending = Sending(reading, sendee, journal, numbers, ending, _again(args), told.show)
        try:
            outcome = sending.run()
        finally:
            told.clear()
    if not is_log:
        outcome.dead_letters = outcome.perhaps_sent = ""  # gone with the journal
    print(outcome_as(args.format, outcome, survey))
    return 1 if outcome.refused or outcome.unsure or survey.bad_count else 0


def _journal(
    args: argparse.Namespace,
    source: Source,
    survey: Survey,
    sendee: Sendee,
    root: Path,
    kind: type[SendJournal] | None,
) -> SendJournal:
    """The journal to go on with, or a new one.

    Raises: RefusedError when a send of this log stopped on its way and nothing says what is to come of it.
    """
    import secrets

    from mailwright.diagnostics import RefusedError
    from sync.commands.gathering import now, talk
    from sync.sending.journal import SendJournal, last_journal, start_journal
    from sync.sending.survey import log_key

    key = log_key(survey, source)
    before = last_journal(root, sendee.name, key, kind or SendJournal)
    if before is not None and args.resume:
        talk(f"going on with {before.run}: {len(before.through):,} calls are through")
        return before
    if args.resume:
        talk(f"no send of this log to {sendee.name} was begun: it starts at its beginning")
    elif before is not None and not args.afresh:
        if before.has_ended:
            talk(f"this log was sent to {sendee.name} before ({before.run}): its events are known there and count once")
        elif len(before.through) or before.asked:
            message = f"a send of this log to {sendee.name} stopped after {len(before.through):,} calls ({before.run})"
            raise RefusedError(message, hint=f"{_again(args)}; --afresh begins anew")
    head = {"logs": list(source.names), "id": sendee.id, "salt": secrets.token_hex(8) if args.again else ""}
    return start_journal(root, sendee.name, key, now(), head, kind or SendJournal)


def _again(args: argparse.Namespace) -> str:
    """The command that goes on."""
    import shlex

    from sync.commands.gathering import called

    if not args.logs:
        return "send it again, if it did not arrive"
    flags = [part for name in args.only_event for part in ("--only-event", name)]
    flags += ["--person", "…"] if args.person else []
    flags += [flag for flag in ("--historical", "--yes-production") if getattr(args, flag[2:].replace("-", "_"))]
    flags += ["--max-age", args.max_age] if args.max_age != "72h" else []
    return " ".join([called(), "send", *map(shlex.quote, [*args.logs, "--to", args.to, *flags]), "--resume"])


def _warn(said: Iterable[str]) -> None:
    from sync.commands.gathering import talk

    for line in said:
        talk(f"note: {line}")
