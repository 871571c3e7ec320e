"""Add a campaign, a layout (or the next version of one), a snippet, a segment or an event."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailwright.definitions.project import Project

KINDS = ("campaign", "layout", "snippet", "segment", "event")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `new`."""
    parser.add_argument("kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("name", metavar="NAME", help="its slug; of an event, its name")
    parser.add_argument("--event", metavar="EVENT", help="the event that starts a new campaign")


def run(args: argparse.Namespace) -> int:
    """Write the new files.

    Raises: ConfigurationError when the name cannot be used; RefusedError when the thing exists already.
    """
    import sys
    from pathlib import Path

    from mailwright.diagnostics import ConfigurationError
    from mailwright.loading.folder import read_project
    from mailwright.writing import write_new_files

    if args.event is not None and args.kind != "campaign":
        raise ConfigurationError("--event is for a new campaign", hint=f"mailwright new {args.kind} {args.name}")
    root = Path(args.root)
    project, _ = read_project(root)
    files = new_files(project, args.kind, args.name, args.event)
    write_new_files(root, files)
    for name in files:
        print(name)
    print("mailwright check says what is still missing", file=sys.stderr)
    return 0


def new_files(project: Project, kind: str, name: str, event: str | None = None) -> dict[str, str]:
    """The files of the new thing, by their paths in the project.

    Raises: ConfigurationError when the name cannot be used.
    """
    from mailwright.schemas import modeline

    settings = project.settings
    shared = f"{settings.campaigns}/{settings.shared}"
    match kind:
        case "campaign":
            files = {**_campaign(project, _slug(name), event), **_undescribed(project, event, shared)}
        case "layout":
            files = _layout(project, _slug(name))
        case "snippet":
            files = {f"{settings.layouts}/_snippets/{_slug(name)}.liquid": f"<p>{_title(name)}</p>\n"}
        case "segment":
            text = f"name: {_title(name)}\ndescription: Who they are.\nwhere:\n  person:\n    plan: pro\n"
            files = {f"{shared}/segments/{_slug(name)}.yaml": text}
        case _:
            files = {f"{shared}/events/{_file_name(name)}.yaml": _event(name)}
    return {file: modeline(file, settings) + text for file, text in files.items()}


def _campaign(project: Project, slug: str, event: str | None) -> dict[str, str]:
    started_by = event or next(iter(project.events), "signed_up")
    if len(started_by.encode()) > 100 or not started_by.strip():
        raise _bad_name(started_by, "an event's name has 1 to 100 bytes")
    newest = list(project.layouts.values())
    layout = f"layout: {max(newest, key=lambda one: one.version).reference}\n" if newest else ""
    senders = any(workspace.sender for workspace in project.settings.workspaces.values())
    sender = "" if senders else "from: Example <hello@example.org>\n"
    way_out = "" if newest else '<p><a href="{% unsubscribe_url %}">Unsubscribe</a></p>\n'
    folder = f"{project.settings.campaigns}/{slug}"
    return {
        f"{folder}/campaign.yaml": f"name: {_title(slug)}\ntrigger:\n  event: {_yaml_text(started_by)}\n"
        "workflow:\n  - email: message\n",
        f"{folder}/message.liquid": f"---\nsubject: {_title(slug)}\npreheader: What this is about\n"
        f"{sender}{layout}---\n"
        f'<p>Hello {{{{ customer.first_name | default: "there" }}}},</p>\n{way_out}',
    }


def _undescribed(project: Project, event: str | None, shared: str) -> dict[str, str]:
    """The schema of an event that the project does not know yet, where it describes the others."""
    known = {name.strip().lower() for name in project.events}
    known |= {alias.strip().lower() for one in project.events.values() for alias in one.aliases}
    if event is None or not known or event.strip().lower() in known:
        return {}
    return {f"{shared}/events/{_file_name(event)}.yaml": _event(event)}


def _layout(project: Project, name: str) -> dict[str, str]:
    """The first version of a layout, or the next one with the text of the last."""
    versions = [layout for layout in project.layouts.values() if layout.name == name]
    last = max(versions, key=lambda layout: layout.version, default=None)
    text = last.body.source if last is not None else _starter_layout()
    version = last.version + 1 if last is not None else 1
    return {f"{project.settings.layouts}/{name}/{version}.liquid": text}


def _starter_layout() -> str:
    from mailwright.commands.starter import LAYOUT

    return LAYOUT


def _event(name: str) -> str:
    return (
        f"name: {_yaml_text(name)}\ndescription: When it happens.\nsent_by: Which system sends it\nproperties:\n"
        "  source: {type: text, description: Where it happened, example: web}\n"
    )


def _slug(name: str) -> str:
    import re

    from mailwright.definitions.names import SLUG_PATTERN

    if not re.fullmatch(SLUG_PATTERN, name):
        raise _bad_name(name, "letters, digits, dashes, dots and underscores: welcome-pro")
    return name


def _file_name(event: str) -> str:
    """The file an event's schema stands in: its name, where that can be a file's."""
    import re

    if not event.strip() or len(event.encode()) > 100 or not event.isprintable():
        raise _bad_name(event, "an event's name has 1 to 100 bytes, all printable")
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", event.strip()).strip("-.")
    if not name:
        raise _bad_name(event, "a name with at least one letter or digit")
    return name


def _bad_name(name: str, hint: str) -> Exception:
    from mailwright.diagnostics import ConfigurationError

    return ConfigurationError(f"'{name}' cannot be a name here", hint=hint)


def _title(slug: str) -> str:
    return slug.replace("-", " ").replace("_", " ").strip().capitalize()


def _yaml_text(text: str) -> str:
    import json
    import re

    return (
        text
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", text) and text not in ("true", "false", "null")
        else json.dumps(text)
    )
