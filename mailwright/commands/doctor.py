"""Look at the environment: versions, settings, and whether each key opens the workspace that it is meant for.

Each workspace whose variables are set is asked by the cheapest read of each API; --offline leaves that out. What a
variable holds is never printed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from mailwright.definitions.project import Project
    from mailwright.definitions.workspace import Workspace

    Finding = Mapping[str, Any]
    Look = Callable[[Project, Sequence[str]], tuple[Mapping[str, Sequence[Finding]], int]]

_MARKS = {"fine": " ", "note": "·", "problem": "!"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `doctor`."""
    parser.add_argument("--workspace", metavar="NAME", help="only this one (default: each with a variable that is set)")
    parser.add_argument("--offline", action="store_true", help="ask no workspace")
    parser.add_argument("--format", choices=("text", "json", "md"), default="text", help="how to print it")


def run_doctor(args: argparse.Namespace, look: Look) -> int:
    """Print what is there; *look* asks workspaces, which is another room's work.

    Gives 1 when a package is missing or something is amiss, 3 when settings or keys are wrong, 4 when a workspace
    refuses or is not there.
    """
    import json
    import os
    from pathlib import Path

    from mailwright.definitions.project import Project
    from mailwright.loading.folder import read_project

    root = Path(args.root)
    has_project = settings_file(root) == "mailwright.toml" or (root / "campaigns").is_dir()
    project, problems = read_project(root) if has_project else (Project(root), [])
    if args.workspace is not None:
        project.workspace(args.workspace)  # raises with the nearest name
    workspaces: dict[str, dict[str, Any]] = {
        name: {
            "where": workspace.url or workspace.region or "not said",
            "protected": workspace.protected,
            "variables": {variable: variable in os.environ for variable in secret_names(workspace)},
        }
        for name, workspace in project.settings.workspaces.items()
        if args.workspace in (None, name)
    }
    asked = [name for name, one in workspaces.items() if args.workspace == name or any(one["variables"].values())]
    findings, code = ({}, 0) if args.offline else look(project, asked)
    for name, found in findings.items():
        workspaces[name]["findings"] = list(found)
    known, unfit = versions(), unfit_packages()
    report: dict[str, Any] = {
        "schema_version": 1,
        "versions": known,
        "unfit_packages": unfit,
        "settings": settings_file(root),
        "campaigns": len(project.campaigns),
        "problems": len(problems),
        "workspaces": workspaces,
    }
    report["summary"] = summary(report)
    print(json.dumps(report, indent=2, ensure_ascii=False) if args.format == "json" else _as(args.format, report))
    return code or (1 if unfit else 0)


def versions() -> dict[str, str | None]:
    """The versions of what mailwright runs on; None for what is missing."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from mailwright import __version__

    found: dict[str, str | None] = {"mailwright": __version__, "python": platform.python_version()}
    for requirement in requirements():
        try:
            found[requirement.name] = version(requirement.name)
        except PackageNotFoundError:
            found[requirement.name] = None
    return found


def requirements() -> Iterator[Any]:
    """What mailwright's own description says it needs here, without the extras; none where it is not installed."""
    from importlib.metadata import PackageNotFoundError, requires

    from packaging.requirements import Requirement

    try:
        stated = requires("mailwright") or []
    except PackageNotFoundError:
        return
    for text in stated:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement


def unfit_packages() -> dict[str, str]:
    """The packages that are missing or of another version than mailwright needs, with what is needed."""
    known = versions()
    return {
        one.name: str(one.specifier) or "any"
        for one in requirements()
        if known[one.name] is None or not one.specifier.contains(str(known[one.name]), prereleases=True)
    }


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


def summary(report: Mapping[str, Any]) -> str:
    """What it comes to, in one line."""
    found = [one for workspace in report["workspaces"].values() for one in workspace.get("findings", ())]
    wrong = sum(one["weight"] == "problem" for one in found)
    if unfit := report["unfit_packages"]:
        return f"missing or unfit packages: {', '.join(f'{name} ({wanted})' for name, wanted in unfit.items())}"
    if wrong:
        return f"{wrong} problem{'' if wrong == 1 else 's'} with workspaces and keys"
    return "everything mailwright needs is installed"


def _as(form: str, report: Mapping[str, Any]) -> str:
    """The report in lines; the last one sums up."""
    heading, bullet = ("## ", "- ") if form == "md" else ("", "  ")
    lines = [f"{heading}environment"] if heading else []
    known = {**report["versions"], "settings": report["settings"] or "none found; the defaults are used"}
    for name, value in known.items():
        needs = f", and mailwright needs {report['unfit_packages'][name]}" if name in report["unfit_packages"] else ""
        label = f"{bullet}{name}: " if heading else f"{name:<16}"
        lines.append(f"{label}{value or 'missing'}{needs}")
    for name, workspace in report["workspaces"].items():
        guard = ", protected" if workspace["protected"] else ""
        lines.append(f"{heading}workspace {name}: {workspace['where']}{guard}")
        lines += [
            f"{bullet}{variable}: {'set' if is_set else 'not set'}"
            for variable, is_set in workspace["variables"].items()
        ]
        for one in workspace.get("findings", ()):
            lines.append(f"{bullet}{_MARKS[one['weight']]} {one['says']}")
            if one["hint"] and one["weight"] != "fine":
                lines.append(f"{' ' * len(bullet)}   try: {one['hint']}")
    return "\n".join([*lines, report["summary"]])
