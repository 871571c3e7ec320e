"""What the arguments of `serve` ask for: an account, a project, workspaces, a mail server."""

from __future__ import annotations

import argparse
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from mailwright.diagnostics import ConfigurationError
from simulator.commands.gathering import time_given
from simulator.workspace.account import Account
from simulator.workspace.server.seeding import project_in

if TYPE_CHECKING:
    from mailwright.definitions.project import Project

EMPTY = ("prod", "qa")


def opened_account(args: argparse.Namespace) -> Account:
    """The account, from its file or new, with its clock as asked for.

    Raises: ConfigurationError.
    """
    mode, _, at = (args.clock or "real").partition(":")
    if mode not in ("real", "frozen") or (mode == "real" and at):
        raise ConfigurationError(
            f"--clock cannot be '{args.clock}'", hint="real, frozen, or frozen:2026-01-31T12:00:00Z"
        )
    frozen_at = time_given(at or None, "--clock")
    try:
        account = Account(Path(args.file) if args.file else None)
    except (sqlite3.Error, ValueError) as error:
        raise ConfigurationError(
            f"'{args.file}' cannot be opened as a database: {error}", hint="another --file"
        ) from error
    if mode == "frozen":
        account.clock.freeze(frozen_at)
    elif args.clock is not None:
        account.clock.run_real()
    account.keep_clock()
    return account


def project_to_seed(args: argparse.Namespace) -> Project | None:
    """The project whose content the workspaces begin with; None where there is none, or none is wanted.

    Raises: ContentError with its mistakes; ConfigurationError when the one asked for is no project.
    """
    if args.empty:
        if args.seed:
            raise ConfigurationError("--seed and --empty exclude each other", hint="one of them")
        return None
    root = Path(args.seed or args.root)
    if not args.seed and not is_project(root):
        return None
    return project_in(str(root))


def is_project(root: Path) -> bool:
    """Whether a folder has settings of mailwright's."""
    if (root / "mailwright.toml").is_file():
        return True
    shared = root / "pyproject.toml"
    return shared.is_file() and b"[tool.mailwright" in shared.read_bytes()


def wanted_workspaces(args: argparse.Namespace, project: Project | None) -> list[tuple[str, str]]:
    """The names and regions of the workspaces to serve.

    Raises: ConfigurationError for a region that is none, or a name given twice.
    """
    if not args.workspace:
        if project is not None and project.settings.workspaces:
            return [(name, one.region or "us") for name, one in project.settings.workspaces.items()]
        return [(name, "us") for name in EMPTY]
    found: list[tuple[str, str]] = []
    for text in args.workspace:
        name, _, region = text.partition(":")
        if not name or region not in ("", "us", "eu"):
            raise ConfigurationError(f"--workspace cannot be '{text}'", hint="a name, or one with its region: qa:eu")
        if name in [one for one, _ in found]:
            raise ConfigurationError(f"--workspace '{name}' is given twice", hint="a name of its own for each")
        known = project.settings.workspaces.get(name) if project is not None else None
        found.append((name, region or (known.region if known is not None else None) or "us"))
    return found


def smtp_address(text: str | None) -> tuple[str, int] | None:
    """Where emails are sent on to.

    Raises: ConfigurationError when it is no host with a port.
    """
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) <= 65535:
        raise ConfigurationError(f"--smtp cannot be '{text}'", hint="--smtp 127.0.0.1:1025")
    return host, int(port)
