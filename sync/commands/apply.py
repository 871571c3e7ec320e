"""Bring a workspace to what the files say, one proved change at a time.

  mailwright apply qa              plan, show, ask, do
  mailwright apply qa.plan         do what a kept plan says, unless something moved since
  mailwright apply qa --resume     go on where an interrupted apply stopped

Each thing is read again just before it is written and just after; a journal below .mailwright/journal keeps what was
replaced (`mailwright rollback RUN`). Exit codes: 5 refused to protect you, 6 partly applied.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from sync.commands.gathering import add_plan_arguments

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from sync.commands.gathering import Gathered
    from sync.journal import Journal
    from sync.plan import Change, Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `apply`."""
    parser.add_argument("what", nargs="?", metavar="FILE|WORKSPACE", help="a kept plan, or a workspace to plan for now")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--yes-production", action="store_true", help="change a protected workspace")
    parser.add_argument("--allow-many", action="store_true", help="change more than 10 and more than 30 %% of a kind")
    parser.add_argument("--allow-wider", action="store_true", help="take away all conditions of a campaign or segment")
    parser.add_argument("--resume", action="store_true", help="go on with the apply that was interrupted")
    parser.add_argument("--abandon", action="store_true", help="leave the interrupted apply as it is, and plan anew")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    add_plan_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Carry out a plan.

    Raises: PlanRefused, StalePlan, RefusedError (5), PartlyApplied (6), WorkspaceError (4), ConfigurationError (3).
    """
    from sync.journal import Journal

    return run_apply(args, Journal)


def run_apply(args: argparse.Namespace, kind: type[Journal]) -> int:
    """Carry out a plan; *kind* is the journal's, so that a test can end the process at any of its notes."""
    from mailwright.loading.folder import load_project
    from sync.commands.gathering import gathered
    from sync.journal import only_one

    project = load_project(args.root)
    kept = _kept_plan(args, project)
    name, _ = project.workspace(kept.workspace.name if kept is not None else args.what)
    touched_by = None if args.resume else kept
    with (
        only_one(project.root, name),
        gathered(project, name, is_read_only=False, fresh=args.fresh, touched_by=touched_by) as found,
    ):
        return _resume(args, found, kind) if args.resume else _begin(args, found, kept, kind)


def _kept_plan(args: argparse.Namespace, project: Project) -> Plan | None:
    """The plan in the file that was named; None where a workspace was."""
    from pathlib import Path

    from sync.plan_files import read_plan

    what = args.what
    if what is None or what in project.settings.workspaces:
        return None
    path = Path(what)
    if not path.is_file() and not path.suffix and "/" not in what:
        project.workspace(what)  # raises with the nearest name
    return read_plan(path)


def _begin(args: argparse.Namespace, found: Gathered, kept: Plan | None, kind: type[Journal]) -> int:
    from sync.commands.gathering import now
    from sync.guards import refuse_without
    from sync.journal import start_journal
    from sync.plan_files import refuse_elsewhere, refuse_expired

    _see_to_interrupted(args, found)
    plan = _plan_now(args, found) if kept is None else kept
    refuse_elsewhere(plan, found.workspace.identity)
    refuse_expired(plan, now())
    _show(args, plan, is_new=kept is None)
    refuse_without(plan, _consents(args))
    if not plan.changes and not plan.agreed:
        return _told(args, plan, None)
    if plan.changes:
        _ask(args, plan)
    return _carry_out(args, found, plan, start_journal(found.root, plan, now(), kind))


def _resume(args: argparse.Namespace, found: Gathered, kind: type[Journal]) -> int:
    from mailwright.diagnostics import ConfigurationError
    from sync.commands.gathering import talk
    from sync.journal import interrupted_run

    journal = interrupted_run(found.root, found.workspace.name, kind)
    if journal is None:
        message = f"no apply to {found.workspace.name} was interrupted"
        raise ConfigurationError(message, hint=f"mailwright apply {found.workspace.name}")
    plan = journal.plan
    talk(f"going on with {journal.run}: {len(journal.done)} of {len(plan.changes)} changes stand")
    return _carry_out(args, found, plan, journal)


def _see_to_interrupted(args: argparse.Namespace, found: Gathered) -> None:
    """Let a new plan begin when no earlier one is half written.

    Raises: RefusedError when one is.
    """
    from mailwright.diagnostics import RefusedError
    from sync.journal import interrupted_run, is_half_written

    name = found.workspace.name
    journal = interrupted_run(found.root, name)
    if journal is None:
        return
    if is_half_written(journal) and not args.abandon:
        message = f"an apply to {name} was interrupted in the middle of a write ({journal.run}); nothing was changed"
        raise RefusedError(message, hint=f"mailwright apply {name} --resume, or --abandon to plan anew")
    journal.abandon()


def _plan_now(args: argparse.Namespace, found: Gathered) -> Plan:
    from sync.commands.gathering import sides_of, wishes_of
    from sync.plan_making import THE_FILES

    return found.plan(sides_of(found), wishes_of(args, found.project, THE_FILES))


def _carry_out(args: argparse.Namespace, found: Gathered, plan: Plan, journal: Journal) -> int:
    import time

    from mailwright.diagnostics import PartlyApplied
    from sync.apply import Apply
    from sync.commands.gathering import talk
    from sync.writing import WorkspaceTarget

    def told(change: Change, what: str) -> None:
        talk(f"  {change.action.value} {change.address}: {what}")

    target = WorkspaceTarget(found.workspace, found.ledger, found.live)
    run = Apply(plan, target, found.ledger, journal, found.root, time.sleep, told)
    try:
        run.run()
    except KeyboardInterrupt as error:
        hint = f"mailwright apply {plan.workspace.name} --resume"
        raise PartlyApplied(f"{run.standing()}; stopped: interrupted", hint=hint) from error
    return _told(args, plan, journal)


def _consents(args: argparse.Namespace) -> frozenset[str]:
    from sync.guards import CONSENTS

    return frozenset(flag for flag in CONSENTS if getattr(args, flag.strip("-").replace("-", "_")))


def _show(args: argparse.Namespace, plan: Plan, *, is_new: bool) -> None:
    from sync.commands.gathering import talk
    from sync.reports.plan_report import plan_as, summary

    if args.format == "text" and is_new:
        print(plan_as("text", plan))
    else:
        talk(summary(plan))


def _ask(args: argparse.Namespace, plan: Plan) -> None:
    """Ask at a terminal; elsewhere only a flag can answer.

    Raises: PlanRefused when the answer is not yes, or nobody is there to give one.
    """
    import sys

    from mailwright.diagnostics import PlanRefused
    from sync.reports.sections import counted

    if args.yes:
        return
    name = plan.workspace.name
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        raise PlanRefused(f"nobody is here to say yes to changing {name}; nothing was changed", hint="--yes")
    print(f"Carry out {counted(len(plan.changes), 'change')} in {name}? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise PlanRefused("not applied; nothing was changed", hint="the plan stays as it is")


def _told(args: argparse.Namespace, plan: Plan, journal: Journal | None) -> int:
    from sync.reports.outcome_report import outcome_as

    print(outcome_as(args.format, plan, journal))
    return 0
