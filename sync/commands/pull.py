"""Bring a workspace's content into the files.

What only the workspace moved is taken; what only the files moved stays; where both moved, the workspace's version is
put beside ours (`welcome.theirs.liquid`) and named. Comments and order of YAML stay. What no file can hold is listed,
and kept in .mailwright/kept.
Exit code 1 when there are conflicts, or things that are not representable.
"""

from __future__ import annotations

import argparse

from sync.commands.gathering import add_fresh_argument


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `pull`."""
    parser.add_argument("workspace", nargs="?", metavar="WORKSPACE", help="default: the settings' default workspace")
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
    parser.add_argument("--format", choices=("text", "json", "md"), default="text", help="default: text")
    add_fresh_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Pull, and tell; 1 when something is left to look at.

    Raises: ConfigurationError, WorkspaceError, ContentError.
    """
    from pathlib import Path

    from mailwright.loading.folder import load_project
    from sync.ledger import read_ledger
    from sync.live import fetch_snapshot
    from sync.opening import open_workspace
    from sync.pull import pull
    from sync.reports.pull_report import pulled_as

    project = load_project(Path(args.root))
    with open_workspace(project, args.workspace, is_read_only=True) as workspace:
        ledger = read_ledger(project.root, workspace.name)
        live = fetch_snapshot(workspace, ledger, fresh=args.fresh)
        pulled = pull(workspace, ledger, live, dry_run=args.dry_run)
    print(pulled_as(args.format, pulled, dry_run=args.dry_run))
    return 0 if pulled.is_clean else 1
