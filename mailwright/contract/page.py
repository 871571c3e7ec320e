"""The contract as a page for people: every event with its properties, who sends it, and who uses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mailwright.checks.known_data import types_of
from mailwright.contract.uses import Uses, names_of

if TYPE_CHECKING:
    from mailwright.definitions.event_schema import EventSchema, Property
    from mailwright.definitions.project import Project

STAGES = ("acquisition", "activation", "engagement", "retention", "expansion", "churn")
_NO_STAGE = "no stage yet"


def contract_as_markdown(project: Project, uses: Uses) -> str:
    """The whole contract, without a line break at its end."""
    counts = f"{len(project.events)} events and {len(project.people.attributes)} attributes of people"
    folder = f"`{project.settings.campaigns}/{project.settings.shared}`"
    lines = [
        "# Events and people",
        "",
        f"{counts}, as the files in {folder} describe them. This page is written by",
        "`mailwright events docs`; change the files, not the page.",
        "",
        *_overview(project, uses),
    ]
    for stage in (*STAGES, None):
        events = [schema for schema in project.events.values() if schema.stage == stage]
        if events:
            lines += ["", f"## {(stage or _NO_STAGE).capitalize()}"]
        for schema in events:
            lines += ["", *_event(schema, uses)]
    if project.people.attributes:
        lines += ["", "## People", "", f"People are told apart by `{project.people.identifier}`.", ""]
        lines += _table(project.people.attributes, lambda path: names_of(uses.of_person(path)))
    return "\n".join(lines)


def _overview(project: Project, uses: Uses) -> Iterator[str]:
    yield "| event | stage | sent by | used by |"
    yield "|---|---|---|---|"
    for schema in project.events.values():
        users = names_of(uses.of_event(schema.name))
        said = _some(users) if users else "nobody"
        struck = f"~~{_cell(schema.name)}~~" if schema.deprecated else _cell(schema.name)
        yield f"| [{struck}](#{_anchor(schema.name)}) | {schema.stage or ''} | {_cell(schema.sent_by)} | {said} |"


def _event(schema: EventSchema, uses: Uses) -> Iterator[str]:
    yield f"### {schema.name}"
    yield ""
    if schema.description:
        yield schema.description
        yield ""
    facts = {
        "Sent by": schema.sent_by,
        "When": schema.when,
        "Since": schema.since,
        "Old events": schema.backfill,
        "Also called": ", ".join(f"`{alias}`" for alias in schema.aliases),
    }
    if schema.deprecated:
        facts["Deprecated"] = f"`{schema.replaced_by}` takes its place" if schema.replaced_by else "yes"
    by_kind: dict[str, list[str]] = {}
    for use in uses.of_event(schema.name):
        if use.by not in by_kind.setdefault(use.kind, []):
            by_kind[use.kind].append(use.by)
    facts |= {f"Used by ({kind})": _some(users, most=20) for kind, users in sorted(by_kind.items())}
    yield from (f"- {label}: {said}" for label, said in facts.items() if said)
    if schema.properties:
        yield ""
        yield from _table(schema.properties, lambda path: names_of(uses.of_event(schema.name, path)))


def _table(properties: Mapping[str, Property], users: object) -> Iterator[str]:
    assert callable(users)  # by path
    yield "| property | type | | example | meaning | used by |"
    yield "|---|---|---|---|---|---|"
    for path, found in _flat((), properties):
        marks = [
            mark
            for mark, is_so in (
                ("required", found.required),
                ("may be null", found.nullable),
                ("sensitive", bool(found.sensitive)),
            )
            if is_so
        ]
        meaning = [found.description, f"in {found.unit}" if found.unit else ""]
        if found.allowed:
            meaning.append("one of " + ", ".join(f"`{_cell(str(value))}`" for value in found.allowed))
        example = "" if found.example is None else f"`{_cell(str(found.example))}`"
        cells = [
            f"`{'.'.join(path)}`",
            " or ".join(types_of(found)),
            ", ".join(marks),
            example,
            _cell("; ".join(part for part in meaning if part)),
            _some(users(path)),
        ]
        yield f"| {' | '.join(cells)} |"


def _flat(path: tuple[str, ...], properties: Mapping[str, Property]) -> Iterator[tuple[tuple[str, ...], Property]]:
    for name, found in properties.items():
        yield (*path, name), found
        yield from _flat((*path, name), found.properties)


def _some(names: list[str], most: int = 3) -> str:
    shown = ", ".join(_cell(name) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _anchor(name: str) -> str:
    return "".join(char for char in name.strip().lower().replace(" ", "-") if char.isalnum() or char in "-_")
