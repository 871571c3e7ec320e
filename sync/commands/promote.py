"""Plan to bring one workspace to another's state.

  mailwright promote qa prod -o prod.plan && mailwright apply prod.plan --yes-production

Senders, vars and ids are each workspace's own and are folded away; so is whether a campaign runs. What prod changed by
itself since it was last agreed on is left alone and told; `--ours` overwrites it.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from sync.commands.gathering import add_history_argument, add_plan_arguments

if TYPE_CHECKING:
    from sync.affected import HowMoved, WhoEnters


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `promote`."""
    parser.add_argument("source", metavar="FROM")
    parser.add_argument("target", metavar="TO")
    parser.add_argument("-o", "--out", metavar="FILE", help="keep the plan in a file")
    parser.add_argument("--format", choices=("text", "json", "md"), default="text")
    parser.add_argument("--exit-code", action="store_true", help="exit with 2 when there is something to do")
    add_history_argument(parser)
    add_plan_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Show the plan, and keep it where asked."""
    return run_promote(args)


def run_promote(
    args: argparse.Namespace, who_enters: WhoEnters | None = None, how_moved: HowMoved | None = None
) -> int:
    """Show the plan; who is affected where *who_enters* can say so, and how filters moved where *how_moved* can.

    Gives the exit code.

    Raises: ContentError, ConfigurationError, WorkspaceError, HistoryError.
    """
    from dataclasses import replace
    from functools import partial

    from mailwright.diagnostics import ConfigurationError
    from mailwright.loading.folder import load_project
    from sync.affected import affected_by
    from sync.commands.gathering import gathered, is_meant_for_both, put_plan, wishes_of
    from sync.plan_making import Sides
    from sync.promote import promoted

    project = load_project(args.root)
    source, target = project.workspace(args.source)[0], project.workspace(args.target)[0]
    if source == target:
        raise ConfigurationError("a workspace cannot be promoted to itself", hint="mailwright promote qa prod")
    with gathered(project, source, fresh=args.fresh) as found:
        content, settings = found.live.snapshot, found.workspace.settings
    with gathered(project, target, fresh=args.fresh) as found:
        desired = promoted(
            content,
            found.live.snapshot,
            settings,
            found.workspace.settings,
            is_meant=partial(is_meant_for_both, project, source, target),
            with_removals=args.allow_delete,
        )
        sides = Sides(found.ledger.snapshot, desired, found.live.snapshot)
        plan = found.plan(sides, wishes_of(args, project, f"the workspace {source}"))
    if who_enters is not None:
        said = [affected_by(plan, project, sides.live, who_enters, args.history, how_moved, desired)]
        plan = replace(plan, affected=tuple(said) if plan.changes or plan.waiting else ())
    put_plan(plan, args.out, args.format)
    return 2 if args.exit_code and not plan.is_empty else 0
