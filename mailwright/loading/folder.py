"""A folder → Project, or every problem of all its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from mailwright.definitions.accepting import made
from mailwright.definitions.project import Project
from mailwright.definitions.workspace import Settings
from mailwright.diagnostics import ConfigurationError, ContentError, Diagnostic, Severity, bounded
from mailwright.loading.campaign_folder import read_campaign_folder
from mailwright.loading.contents import Contents
from mailwright.loading.files import Files
from mailwright.loading.layout_folder import read_layouts
from mailwright.loading.references import resolved
from mailwright.loading.settings import read_settings
from mailwright.loading.shared_folder import read_shared
from mailwright.loading.variables import variable_problems
from mailwright.loading.yaml_tree import lines_of

Value = TypeVar("Value")
_NOT_CAMPAIGNS = ("__pycache__",)


def load_project(root: Path | str) -> Project:
    """The project in the folder *root*.

    Raises: ContentError with every problem of all files; ConfigurationError when the settings do not fit, or *root* is
    no project at all.
    """
    project, problems = read_project(root)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise ContentError(errors)
    return project


def read_project(root: Path | str) -> tuple[Project, list[Diagnostic]]:
    """What can be read of the project in *root*, and all that is wrong with it, warnings too, sorted.

    Raises: ConfigurationError when the settings do not fit, or *root* is no project at all.
    """
    folder = _existing(Path(root))
    files = Files(folder)
    settings = read_settings(files)
    if settings is None:
        settings = made(Settings)
        if not (folder / settings.campaigns).is_dir():
            raise ConfigurationError(f"no project in {root}: no settings and no campaigns", hint="mailwright init")
    for key in sorted({"campaigns", "layouts"} & settings.model_fields_set):
        if not (folder / getattr(settings, key)).is_dir():
            message = f"there is no folder '{getattr(settings, key)}', which the settings name as '{key}'"
            raise ConfigurationError(message, hint="make it, or mend the name in the settings")
    contents = Contents(files, settings)
    read_shared(contents)
    read_layouts(contents)
    _read_campaigns(contents)
    project, problems = resolved(_project(folder, contents), contents.broken)
    if contents.holds_variables:
        problems += variable_problems(project)
    return project, _sourced(files, _unique([*contents.problems, *problems]))


def _existing(root: Path) -> Path:
    try:
        folder = root.resolve()
        exists = folder.is_dir()
    except (OSError, RuntimeError, ValueError) as error:
        raise ConfigurationError(f"{root} cannot be opened", hint="the folder of a project") from error
    if not exists:
        raise ConfigurationError(f"there is no folder {root}", hint="mailwright init makes a project")
    return folder


def _read_campaigns(contents: Contents) -> None:
    top = contents.settings.campaigns
    for name in contents.files.folders(top):
        if name == contents.settings.shared or name in _NOT_CAMPAIGNS:
            continue
        if contents.named(name, f"{top}/{name}"):
            read_campaign_folder(contents, name)
    for name in contents.files.files(top):
        contents.stray(f"{top}/{name}", "a campaign is a folder with a campaign.yaml")


def _project(root: Path, contents: Contents) -> Project:
    return Project(
        root=root,
        settings=contents.settings,
        campaigns=_sorted(contents.campaigns),
        messages=dict(sorted(contents.messages.items(), key=lambda item: (*item[0][:2], item[0][2] or ""))),
        webhooks=dict(sorted(contents.webhooks.items())),
        layouts=_sorted(contents.layouts),
        snippets=_sorted(contents.snippets),
        segments=_sorted(contents.segments),
        topics=contents.topics,
        events=_sorted(contents.events),
        people=contents.people,
        people_sync=contents.people_sync,
        samples=_sorted(contents.samples),
        places=_sorted(contents.places),
    )


def _sorted(mapping: Mapping[str, Value]) -> dict[str, Value]:
    return dict(sorted(mapping.items()))


def _unique(problems: list[Diagnostic]) -> list[Diagnostic]:
    return bounded(dict.fromkeys(problems))


def _sourced(files: Files, problems: list[Diagnostic]) -> list[Diagnostic]:
    """The problems with the lines they stand on, where their finder did not have them at hand."""
    lines: dict[str, list[str]] = {}
    found = []
    for problem in problems:
        if not problem.source_line:
            name = problem.span.file
            if name not in lines:
                lines[name] = lines_of(Files(files.root).text(name) or "")
            written = lines[name]
            if problem.span.line <= len(written):
                problem = replace(problem, source_line=written[problem.span.line - 1])
        found.append(problem)
    return found
