"""What a pull did, as text, Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mailwright.diagnostics import as_shown
from sync.pull import Pulled

SCHEMA_VERSION = 1


def pulled_as(form: str, pulled: Pulled, *, dry_run: bool) -> str:
    """The report in one of its forms."""
    match form:
        case "json":
            return pulled_as_json(pulled, dry_run=dry_run)
        case "md":
            return pulled_as_markdown(pulled, dry_run=dry_run)
        case _:
            return "\n".join(_lines(pulled, dry_run=dry_run))


def pulled_as_json(pulled: Pulled, *, dry_run: bool) -> str:
    """The report as versioned JSON."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "workspace": pulled.workspace,
        "dry_run": dry_run,
        "found": pulled.documents,
        "requests": pulled.requests,
        "written": [{"file": file, "is_new": file in pulled.is_new} for file in sorted(pulled.written)],
        "conflicts": pulled.conflicts,
        "theirs": sorted(pulled.theirs),
        "not_representable": [{"what": one.what, "field": one.field, "why": one.why} for one in pulled.unrepresented],
        "notes": pulled.notes,
    }
    return json.dumps(data, indent=2, ensure_ascii=False)


def pulled_as_markdown(pulled: Pulled, *, dry_run: bool) -> str:
    """The report as Markdown."""
    lines = [f"### Pull of `{pulled.workspace}`", "", _summary(pulled, dry_run=dry_run)]
    for title, items in _sections(pulled):
        lines += ["", f"**{title}**", "", *(f"- {item}" for item in items)]
    return as_shown("\n".join(lines), keep="\n")


def _lines(pulled: Pulled, *, dry_run: bool) -> Iterator[str]:
    for file in sorted(pulled.written):
        yield as_shown(f"  {'+' if file in pulled.is_new else '*'} {file}")
    for title, items in _sections(pulled):
        if title != "Files":
            yield ""
            yield title.upper()
            yield from (as_shown(f"  ! {item}") for item in items)
    if pulled.changed or not pulled.is_clean or pulled.notes:
        yield ""
    yield _summary(pulled, dry_run=dry_run)


def _sections(pulled: Pulled) -> Iterator[tuple[str, list[str]]]:
    if pulled.written:
        files = [f"`{file}`{' (new)' if file in pulled.is_new else ''}" for file in sorted(pulled.written)]
        yield "Files", files
    if pulled.conflicts:
        yield "Conflicts (ours stand as they are)", pulled.conflicts
    if pulled.unrepresented:
        yield "Not representable (in the workspace, not in the files)", list(map(str, pulled.unrepresented))
    if pulled.notes:
        yield "To look at", pulled.notes


def _summary(pulled: Pulled, *, dry_run: bool) -> str:
    new, changed = len(pulled.is_new), len(pulled.written) - len(pulled.is_new)
    would = "would be " if dry_run else ""
    said = [f"{new} {would}new"] if new else []
    said += [f"{changed} {would}changed"] if changed else []
    said += [f"{len(pulled.conflicts)} conflict{'' if len(pulled.conflicts) == 1 else 's'}"] if pulled.conflicts else []
    said += [f"{len(pulled.unrepresented)} not representable"] if pulled.unrepresented else []
    files = ", ".join(said) or "the files say the same"
    return f"{pulled.workspace}: {pulled.documents} things found; {files}"
