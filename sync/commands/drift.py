"""Say what moved behind the files' back: each workspace since it was last agreed on, and one against another.

  mailwright drift                    every workspace of the settings
  mailwright drift prod qa            these two, and one against the other

Exit code 2 means drift and nothing else. Who moved a thing and when comes from the account's audit log.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from sync.commands.gathering import add_fresh_argument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailwright.definitions.project import Project
    from sync.commands.gathering import Gathered
    from sync.diff import Sees
    from sync.drift import Drift, PairDrift, WorkspaceDrift
    from sync.snapshot import Address, Snapshot

DRIFTED = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `drift`."""
    parser.add_argument("workspaces", nargs="*", metavar="WORKSPACE", help="default: all of them")
    parser.add_argument("--format", choices=("text", "json", "md"), default="text")
    add_fresh_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Show the drift; 2 when there is any.

    Raises: ContentError, ConfigurationError, WorkspaceError.
    """
    from mailwright.loading.folder import load_project
    from sync.reports.drift_report import drift_as

    project = load_project(args.root)
    drift = drift_of(project, _asked(project, args.workspaces), fresh=args.fresh)
    print(drift_as(args.format, drift))
    return 0 if drift.is_clean else DRIFTED


def drift_of(project: Project, names: list[str], *, fresh: bool = False) -> Drift:
    """The drift of some workspaces; the first protected one is what the others are held against."""
    from sync.commands.gathering import gathered
    from sync.drift import Drift

    singles: list[WorkspaceDrift] = []
    contents: dict[str, Snapshot] = {}
    seen: list[Sees] = []
    for name in names:
        with gathered(project, name, fresh=fresh) as found:
            singles.append(_single(found))
            contents[name] = found.live.snapshot
            seen.append(found.abilities().sees)
    return Drift(tuple(singles), tuple(_pairs(project, contents, seen)))


def _single(found: Gathered) -> WorkspaceDrift:
    from sync.drift import since_agreed

    abilities = found.abilities()
    return since_agreed(
        found.workspace.name,
        found.ledger.snapshot,
        found.live.snapshot,
        sees=abilities.sees,
        blame=found.blame(),
        unseen=tuple(abilities.unseen()),
    )


def _pairs(project: Project, contents: dict[str, Snapshot], seen: list[Sees]) -> Iterator[PairDrift]:
    from functools import partial

    from sync.commands.gathering import is_meant_for_both
    from sync.drift import between
    from sync.folding import folded_pair

    def sees(address: Address, name: str) -> bool:
        return all(one(address, name) for one in seen)

    known = project.settings.workspaces
    first = next((name for name in contents if known[name].protected), next(iter(contents), ""))
    for other in contents:
        if other != first:
            one, two = folded_pair(contents[first], contents[other], known[first], known[other])
            is_meant = partial(is_meant_for_both, project, first, other)
            yield between(first, other, one, two, is_meant=is_meant, sees=sees)


def _asked(project: Project, names: list[str]) -> list[str]:
    """The workspaces to look at, each once.

    Raises: ConfigurationError when there is none, or none of that name.
    """
    from mailwright.diagnostics import ConfigurationError

    wanted = list(dict.fromkeys(names)) or list(project.settings.workspaces)
    if not wanted:
        hint = '[…workspaces.qa] region = "us", id = …, service_account = …'
        raise ConfigurationError("the settings name no workspace", hint=hint)
    return [project.workspace(name)[0] for name in wanted]
