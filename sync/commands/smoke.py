"""Send the samples of chosen campaigns to a workspace as drafts, see that they come as predicted, and clean up.

  mailwright smoke qa                    all samples that enter a campaign
  mailwright smoke qa onboarding         those that enter one

Throw-away people stand for the samples' people, with addresses that no mail server has, and are deleted at the end; a
run that was killed is cleaned up after by the next one. Refused in a protected workspace, and where any message that
could be set off is sent instead of kept as a draft. Exit codes: 0 all came as predicted, 1 not, 5 refused.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.commands.gathering import Gathered
    from sync.smoke.side import Report, SamplePlan
    from sync.smoke.track import Track

FORMATS = ("text", "json", "md")
LASTS = 30
"""Seconds after the sending in which deliveries are expected."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `smoke`."""
    parser.add_argument("workspace", metavar="WORKSPACE", help="the workspace to test; never a protected one")
    parser.add_argument("campaigns", nargs="*", metavar="CAMPAIGN", help="only samples that enter these")
    parser.add_argument("--wait", metavar="LENGTH", default="2m", help="how long to wait at most (default: 2m)")
    parser.add_argument("--advance", metavar="LENGTH", help="move the clock of a workspace on this machine so far on")
    parser.add_argument("--clean", action="store_true", help="only delete what killed runs left behind")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to print the report")
    parser.add_argument("--out", metavar="FILE", help="write the report there")


def run(args: argparse.Namespace) -> int:
    """Send, wait, compare, clean up; 1 when something did not come as predicted.

    Raises: RefusedError (5), ConfigurationError (3), WorkspaceError (4).
    """
    import os

    from mailwright.loading.folder import load_project
    from sync.commands.gathering import gathered, talk
    from sync.journal import only_one
    from sync.smoke.guard import refuse_protected
    from sync.smoke.running import clean_left_behind
    from sync.smoke.track import track_of

    project = load_project(args.root)
    refuse_protected(project, args.workspace)
    name, settings = project.workspace(args.workspace)
    with only_one(project.root, name), gathered(project, name) as found:
        track = track_of(name, settings, os.environ, found.workspace.pace)
        try:
            cleaned = clean_left_behind(project.root, name, track)
            if cleaned or args.clean:
                talk(f"{cleaned} throw-away {'person' if cleaned == 1 else 'people'} of earlier runs deleted")
            if args.clean:
                return 0
            report = _tested(args, found, track)
        finally:
            track.transport.close()
    args.smoke_side().put_report(report, args.format, args.out)
    return 0 if report.agrees else 1


def _tested(args: argparse.Namespace, found: Gathered, track: Track) -> Report:
    import os
    import time

    from mailwright.diagnostics import ConfigurationError
    from sync.actuals.numbers import numbers_in
    from sync.actuals.reading import present
    from sync.commands.gathering import now, talk
    from sync.smoke.running import APART, TOKEN_VARIABLE, Smoke, advancing, numbers_as_words

    side, name = args.smoke_side(), found.workspace.name
    if found.workspace.app is None:
        hint = f'[…workspaces.{name}] app_key = {{ env = "…" }}, and set it: deliveries are read over the App API'
        raise ConfigurationError(f"no App API key of the workspace '{name}' is at hand", hint=hint)
    start, settings = present(found.project, name), found.workspace.settings
    advance = _length(args.advance, "--advance") if args.advance else 0
    mover = advancing(settings.url, advance, os.environ.get(TOKEN_VARIABLE, "")) if advance else None
    run_name = f"{now():%Y%m%d-%H%M%S}-{time.time_ns() % 0xFFFFF:05x}"
    plan = side.sample_plan(found.root, name, args.campaigns, run_name, start, LASTS + advance)
    _make_sure(args, found, plan)
    found.ledger.know(found.workspace.identity, found.live.ids)
    words = numbers_as_words(numbers_in(found.ledger))

    def compare(rows: object) -> Report:
        asked = side.SmokeAsked(found.root, name, plan, start, start + LASTS + advance, **words)
        report: Report = side.compared(asked, rows)
        return report

    smoke = Smoke(
        found.root, name, run_name, plan, track, found.workspace.app, found.ledger, compare,
        lambda: present(found.project, name), start, _length(args.wait, "--wait"), mover,
        0.0 if settings.url is not None else APART, talk,
    )  # fmt: skip
    return smoke.go()


def _make_sure(args: argparse.Namespace, found: Gathered, plan: SamplePlan) -> None:
    """Refuse what would be sent, and what cannot be tested.

    Raises: RefusedError, ConfigurationError.
    """
    from mailwright.diagnostics import ConfigurationError
    from sync.smoke.guard import at_stake, refuse_sending, refuse_stopped

    if plan.untested:
        hint = "mailwright new, or a sample below _shared/samples whose event it listens to"
        raise ConfigurationError(f"no sample that can be sent enters '{plan.untested[0]}'", hint=hint)
    if not plan.runs:
        raise ConfigurationError("there is no sample that enters a campaign", hint="add one below _shared/samples")
    entered = frozenset[str]().union(*(one.campaigns for one in plan.runs))
    events = frozenset[str]().union(*(one.events for one in plan.runs))
    live = found.live.snapshot
    refuse_stopped(live, args.campaigns or entered, found.workspace.name)
    refuse_sending(live, at_stake(live, entered, events), found.workspace.name)


def _length(text: str, flag: str) -> int:
    from mailwright.definitions.names import parse_duration
    from mailwright.diagnostics import ConfigurationError

    try:
        return int(parse_duration(text).total_seconds())
    except ValueError as error:
        raise ConfigurationError(f"{flag}: {error}", hint=f"{flag} 2m") from error
