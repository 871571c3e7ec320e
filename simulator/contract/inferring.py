"""A first draft of the contract, from what a log shows: for people to read, correct and complete."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mailwright.checks.event_words import is_time_name, sensitive_by_name, words_of
from simulator.contract.observing import OTHER, Observed, SeenProperty

if TYPE_CHECKING:
    from mailwright.definitions.project import Project

MOST_ALLOWED = 12
FEWEST_FOR_ALLOWED = 30
"""Times a property has to have come before its few values are taken for all there are."""
ALWAYS = 0.999
_PERSONAL = frozenset(
    {
        "email",
        "phone",
        "mobile",
        "name",
        "first",
        "last",
        "address",
        "addr",
        "city",
        "street",
        "zip",
        "postcode",
        "birthdate",
    }
    | {"ip", "recipient"}
)
_PLAIN = re.compile(r"[A-Za-z_][\w ./-]*[\w/-]|[A-Za-z_]")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"})


def drafts(project: Project, observed: Observed) -> dict[str, str]:
    """File names below the shared folder, with what to write there, of every event that is not described yet.

    Values of people never stand in a draft: only short words that many share.
    """
    from mailwright.checks.known_data import folded_event

    known = {folded_event(name) for name in project.events}
    known |= {folded_event(alias) for schema in project.events.values() for alias in schema.aliases}
    files: dict[str, str] = {}
    for name, seen in sorted(observed.named().items()):
        if name == OTHER or folded_event(name) in known:
            continue
        known.add(folded_event(name))
        lines = [f"name: {_scalar(name)}", 'description: ""', 'sent_by: ""', "properties:"]
        lines += list(_properties(seen.properties, seen.count)) or ["  {}"]
        if lines[-1] == "  {}":
            lines[-2:] = ["properties: {}"]
        files[f"events/{_slug(name, files)}.yaml"] = "\n".join(lines) + "\n"
    if observed.people and not project.people.attributes:
        lines = ["attributes:", *_properties(observed.people, observed.identifies, always_optional=True)]
        files["people.yaml"] = "\n".join(lines) + "\n"
    return files


def _slug(name: str, taken: Mapping[str, str]) -> str:
    slug = "_".join(re.findall(r"[a-z0-9]+", "_".join(words_of(name)))) or "event"
    number, free = 1, slug
    while f"events/{free}.yaml" in taken:
        number += 1
        free = f"{slug}_{number}"
    return free


def _properties(
    seen: Mapping[tuple[str, ...], SeenProperty],
    of: int,
    depth: int = 0,
    path: tuple[str, ...] = (),
    *,
    always_optional: bool = False,
) -> Iterator[str]:
    for here, found in seen.items():
        if here[:-1] != path or (not path and here[-1].startswith("_")):
            continue
        inside = list(_properties(seen, found.count, depth + 2, here))
        indent = "  " * (depth + 1)
        facts = _facts(here[-1], found, of, always_optional=always_optional)
        written = ", ".join(f"{key}: {value}" for key, value in facts.items())
        if inside:
            yield f"{indent}{_scalar(here[-1])}:"
            yield from (f"{indent}  {key}: {value}" for key, value in facts.items())
            yield f"{indent}  properties:"
            yield from inside
        else:
            yield f"{indent}{_scalar(here[-1])}: {{{written}}}"


def _facts(name: str, found: SeenProperty, of: int, *, always_optional: bool) -> dict[str, str]:
    types = _types(name, found)
    facts = {"type": types[0] if len(types) == 1 else f"[{', '.join(types)}]"}
    if not always_optional and of and found.count >= ALWAYS * of:
        facts["required"] = "true"
    if found.nulls:
        facts["nullable"] = "true"
    is_personal = "text" in types and not _PERSONAL.isdisjoint(words_of(name))
    if sensitive_by_name(name) or found.sensitive or is_personal:
        facts["sensitive"] = "true"
        return facts
    values = _shared_values(found)
    if types == ["text"] and values and found.count >= FEWEST_FOR_ALLOWED:
        facts["allowed"] = f"[{', '.join(values)}]"
    return facts


def _types(name: str, found: SeenProperty) -> list[str]:
    types = sorted(found.types, key=lambda kind: -found.types[kind])
    if "number" in types and "integer" in types:
        types.remove("integer")
    if types == ["integer"] and is_time_name(name) and found.seconds == found.types["integer"]:
        return ["timestamp"]
    return types or ["any"]


def _shared_values(found: SeenProperty) -> list[str]:
    """The values, where they are few words that come again and again."""
    values = [value for value in found.values if isinstance(value, str)]
    if found.has_more_values or not 1 < len(values) <= MOST_ALLOWED:
        return []
    if any(found.values[value] < 2 for value in values) or not all(
        re.fullmatch(r"[\w -]{1,30}", value) for value in values
    ):
        return []
    return [_scalar(value) for value in sorted(values)]


def _scalar(value: Any) -> str:
    """The value as YAML that means the same."""
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    escaped = "".join(
        char
        if char.isprintable() and char not in '"\\'
        else f"\\x{ord(char):02x}"
        if ord(char) < 256
        else f"\\U{ord(char):08x}"
        for char in text
    )
    return f'"{escaped}"'
