"""Look at the environment: versions, which settings were found, which variables are set (never their values)."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from mailwright.definitions.workspace import Workspace

DEPENDENCIES = (
    "pydantic",
    "python-liquid",
    "pyyaml",
    "msgspec",
    "orjson",
    "jinja2",
    "css-inline",
    "turbohtml",
    "babel",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `doctor`."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print it")


def run(args: argparse.Namespace) -> int:
    """Print what is there; 1 when a needed package is missing, 3 when the settings are broken."""
    import json
    import os
    from pathlib import Path

    from mailwright.definitions.project import Project
    from mailwright.loading.folder import read_project

    root = Path(args.root)
    has_project = settings_file(root) == "mailwright.toml" or (root / "campaigns").is_dir()
    project, problems = read_project(root) if has_project else (Project(root), [])
    workspaces = {
        name: {
            "where": workspace.url or workspace.region or "not said",
            "protected": workspace.protected,
            "variables": {variable: variable in os.environ for variable in secret_names(workspace)},
        }
        for name, workspace in project.settings.workspaces.items()
    }
    known = versions()
    report = {
        "schema_version": 1,
        "versions": known,
        "settings": settings_file(root),
        "campaigns": len(project.campaigns),
        "problems": len(problems),
        "workspaces": workspaces,
    }
    print(json.dumps(report, indent=2) if args.format == "json" else report_as_text(report))
    return 1 if None in known.values() else 0


def versions() -> dict[str, str | None]:
    """The versions of what mailwright runs on; None for what is missing."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from mailwright import __version__

    found: dict[str, str | None] = {"mailwright": __version__, "python": platform.python_version()}
    for package in DEPENDENCIES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def settings_file(root: Path) -> str:
    """Where the project's settings stand; empty when there are none."""
    if (root / "mailwright.toml").is_file():
        return "mailwright.toml"
    return "pyproject.toml" if (root / "pyproject.toml").is_file() else ""


def secret_names(workspace: Workspace) -> Iterator[str]:
    """The names of the variables that hold a workspace's keys."""
    for key in (workspace.service_account, workspace.app_key):
        if key is not None:
            yield key.env
    if workspace.track is not None:
        yield workspace.track.site_id.env
        yield workspace.track.api_key.env


def report_as_text(report: Mapping[str, object]) -> str:
    """The report in lines; the last one sums up."""
    lines = []
    known = report["versions"]
    assert isinstance(known, dict)
    for name, version in known.items():
        lines.append(f"{name:<16}{version or 'missing'}")
    lines.append(f"{'settings':<16}{report['settings'] or 'none found; the defaults are used'}")
    workspaces = report["workspaces"]
    assert isinstance(workspaces, dict)
    for name, workspace in workspaces.items():
        guard = ", protected" if workspace["protected"] else ""
        lines.append(f"workspace {name}: {workspace['where']}{guard}")
        lines += [
            f"  {variable}: {'set' if is_set else 'not set'}" for variable, is_set in workspace["variables"].items()
        ]
    missing = [name for name, version in known.items() if version is None]
    lines.append(f"missing packages: {', '.join(missing)}" if missing else "everything mailwright needs is installed")
    return "\n".join(lines)
