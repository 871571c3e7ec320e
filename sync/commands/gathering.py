"""What the commands of sync gather at the edge: the project, a workspace, its ledger, and how both stand."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from sync.abilities import KeyAbilities
    from sync.drift import Blame
    from sync.ledger import Ledger
    from sync.live import Live
    from sync.opening import Workspace
    from sync.plan import Plan
    from sync.plan_making import Sides, Wishes
    from sync.snapshot import Address, Snapshot


@dataclass(slots=True)
class Gathered:
    """A workspace that is open, with all that a plan needs of it."""

    project: Project
    workspace: Workspace
    ledger: Ledger
    live: Live

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.project.root

    def abilities(self, desired: Snapshot | None = None) -> KeyAbilities:
        """What the key at hand can see and do; *desired* tells which new segments are kept by hand."""
        from sync.abilities import KeyAbilities

        return KeyAbilities.of(self.workspace, self.live, desired)

    def plan(self, sides: Sides, wishes: Wishes) -> Plan:
        """The plan that brings the workspace to what *sides* want."""
        from sync.plan_making import make_plan

        return make_plan(
            self.workspace.identity,
            sides,
            now=now(),
            wishes=wishes,
            abilities=self.abilities(sides.desired),
            protected=self.workspace.settings.protected,
        )

    def blame(self) -> dict[Address, Blame]:
        """Who touched what last; nothing where the key at hand does not show the account's log."""
        from sync.blame import blames

        workspace = self.workspace
        if workspace.ui is None or workspace.account is None:
            return {}
        return blames(workspace.ui.audit_log(workspace.account), self.ledger.ids, workspace.identity.id)


def add_plan_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of everything that makes a plan."""
    parser.add_argument("--only", metavar="SLUG", action="append", default=[], help="only this campaign or shared part")
    parser.add_argument(
        "--ours", metavar="ADDRESS", action="append", default=[],
        help="overwrite what the workspace has of 'message welcome/hello' and the like; 'all'",
    )  # fmt: skip
    parser.add_argument("--start", action="store_true", help="start campaigns, and let new messages out")
    parser.add_argument("--allow-delete", action="store_true", help="delete what is gone from the files")
    add_fresh_argument(parser)
    parser.add_argument("--expires", metavar="TIME", default="24h", help="how long the plan lasts (default: 24h)")


def add_history_argument(parser: argparse.ArgumentParser) -> None:
    """The flag of what tells who is affected."""
    parser.add_argument(
        "--history", metavar="LOG", action="append", default=[],
        help="say who is affected by this event log, folder, database or bucket",
    )  # fmt: skip


def add_fresh_argument(parser: argparse.ArgumentParser) -> None:
    """The flag of everything that reads a workspace."""
    parser.add_argument(
        "--fresh", action="store_true", help="read everything anew, also what did not move since it was read"
    )


def wishes_of(args: argparse.Namespace, project: Project, reason: str) -> Wishes:
    """What the flags ask for.

    Raises: ConfigurationError when one of them names no length of time.
    """
    from sync.outspoken import outspoken_messages
    from sync.plan_making import Wishes

    return Wishes(
        start=args.start,
        delete=args.allow_delete,
        ours=tuple(args.ours),
        only=tuple(args.only),
        outspoken=outspoken_messages(project),
        lasts=_length(args.expires),
        reason=reason,
    )


@contextmanager
def gathered(
    project: Project,
    name: str | None,
    *,
    is_read_only: bool = True,
    fresh: bool = False,
    touched_by: Plan | None = None,
) -> Iterator[Gathered]:
    """A workspace with its ledger and how it stands; with a plan only how what it touches stands.

    *fresh*: everything is read anew, also what did not move since it was read, as its stamp says.

    Raises: ConfigurationError, WorkspaceError as `open_workspace` does.
    """
    from sync.ledger import read_ledger
    from sync.live import fetch_snapshot, fetch_touched
    from sync.opening import open_workspace

    with open_workspace(project, name, is_read_only=is_read_only) as workspace:
        ledger = read_ledger(project.root, workspace.name)
        if touched_by is None:
            live = fetch_snapshot(workspace, ledger, fresh=fresh)
            ledger.settle(project.root, live.snapshot)
        else:
            live = fetch_touched(workspace, ledger, touched_by)
        yield Gathered(project, workspace, ledger, live)


def sides_of(found: Gathered) -> Sides:
    """What was agreed, what the files say, what the workspace has."""
    from sync.desired import desired_snapshot
    from sync.plan_making import Sides

    desired = desired_snapshot(found.project, found.workspace.name)
    return Sides(found.ledger.snapshot, desired, found.live.snapshot)


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC).replace(microsecond=0)


def talk(text: str) -> None:
    """Say something that is no data."""
    print(text, file=sys.stderr, flush=True)


def called() -> str:
    """How mailwright was called, for commands that a person may copy."""
    return os.environ.get("MAILWRIGHT_CALLED", "mailwright")


def is_meant_for_both(project: Project, first: str, second: str, address: Address) -> bool:
    """Whether a thing belongs in both workspaces; what the files do not know does."""
    from sync.desired import is_meant_for
    from sync.plan_making import campaign_of

    campaign = project.campaigns.get(campaign_of(address))
    return campaign is None or all(is_meant_for(campaign, name) for name in (first, second))


def put_plan(plan: Plan, out: str | None, form: str) -> None:
    """Show the plan, and keep it where asked."""
    from sync.plan_files import write_plan
    from sync.reports.plan_report import plan_as

    if out:
        write_plan(plan, Path(out))
    print(plan_as(form, plan))
    if out:
        talk(f"kept in {out}: {called()} apply {out}")


def _length(text: str) -> timedelta:
    from mailwright.definitions.names import parse_duration
    from mailwright.diagnostics import ConfigurationError

    try:
        return parse_duration(text)
    except ValueError as error:
        raise ConfigurationError(f"--expires: {error}", hint="--expires 24h") from error
