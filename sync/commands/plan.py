"""Show what an apply would change in a workspace, and keep it as a file.

  mailwright plan qa                  what is different, and who is affected
  mailwright plan qa -o qa.plan       keep it; `mailwright apply qa.plan` does exactly that
  mailwright plan qa --exit-code      2 when there is something to do

Nothing is written to the workspace. What it has and the files never agreed to is left alone and told.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from sync.commands.gathering import add_history_argument, add_plan_arguments

if TYPE_CHECKING:
    from sync.affected import HowMoved, WhoEnters

DIFFERENT = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `plan`."""
    parser.add_argument("workspace", nargs="?", metavar="WORKSPACE", help="default: the settings' default workspace")
    parser.add_argument("-o", "--out", metavar="FILE", help="keep the plan in a file")
    parser.add_argument("--format", choices=("text", "json", "md"), default="text")
    parser.add_argument("--exit-code", action="store_true", help="exit with 2 when there is something to do")
    add_history_argument(parser)
    add_plan_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Show the plan."""
    return run_plan(args)


def run_plan(args: argparse.Namespace, who_enters: WhoEnters | None = None, how_moved: HowMoved | None = None) -> int:
    """Show the plan; who is affected where *who_enters* can say so, and how filters moved where *how_moved* can.

    Gives the exit code.

    Raises: ContentError, ConfigurationError, WorkspaceError, HistoryError.
    """
    from dataclasses import replace

    from mailwright.loading.folder import load_project
    from sync.affected import affected_by
    from sync.commands.gathering import gathered, put_plan, sides_of, wishes_of
    from sync.plan_making import THE_FILES

    project = load_project(args.root)
    with gathered(project, args.workspace, fresh=args.fresh) as found:
        sides = sides_of(found)
        plan = found.plan(sides, wishes_of(args, project, THE_FILES))
    if who_enters is not None:
        said = [affected_by(plan, project, sides.live, who_enters, args.history, how_moved)]
        plan = replace(plan, affected=tuple(said) if plan.changes or plan.waiting else ())
    put_plan(plan, args.out, args.format)
    return DIFFERENT if args.exit_code and not plan.is_empty else 0
