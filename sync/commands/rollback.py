"""Plan the way back to before a run.

  mailwright rollback                        the runs there are
  mailwright rollback RUN -o back.plan && mailwright apply back.plan

What somebody moved since the run is left alone and told; `--ours` overwrites it. The files are not touched: revert them
too, or the next plan brings the change again.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from sync.commands.gathering import add_plan_arguments

if TYPE_CHECKING:
    from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `rollback`."""
    parser.add_argument("run", nargs="?", metavar="RUN", help="the run's name, as `apply` told it; none: list them")
    parser.add_argument("-o", "--out", metavar="FILE", help="keep the plan in a file")
    parser.add_argument("--format", choices=("text", "json", "md"), default="text")
    add_plan_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Show the plan, and keep it where asked; without a run, list those there are.

    Raises: ContentError, ConfigurationError, WorkspaceError.
    """
    from mailwright.loading.folder import load_project
    from sync.commands.gathering import gathered, put_plan, wishes_of
    from sync.journal import run_called
    from sync.rollback import way_back

    project = load_project(args.root)
    if args.run is None:
        return _list(args, project.root)
    journal = run_called(project.root, args.run)
    with gathered(project, journal.plan.workspace.name, fresh=args.fresh) as found:
        sides = way_back(journal, found.ledger.snapshot, found.live.snapshot)
        plan = found.plan(sides, wishes_of(args, project, f"before {journal.run}"))
    put_plan(plan, args.out, args.format)
    return 0


def _list(args: argparse.Namespace, root: Path) -> int:
    import json

    from sync.journal import runs_of
    from sync.reports.sections import counted

    runs = runs_of(root)
    if args.format == "json":
        found = [
            {"run": one.run, "workspace": one.plan.workspace.name, "done": len(one.done), "ended": one.ended}
            for one in runs
        ]
        print(json.dumps({"schema_version": 1, "what": "mailwright runs", "runs": found}, indent=2))
        return 0
    for one in runs:
        state = "" if one.ended else ", interrupted"
        print(f"{one.run}  {counted(len(one.done), 'change')} from {one.plan.reason}{state}")
    print(f"{counted(len(runs), 'run')} kept" if runs else "no apply was made from here yet")
    return 0
