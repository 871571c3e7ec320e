"""Calls of real people without what is theirs: only what the campaigns read is kept, and of that only plain values.

A text stays if a condition names it or a schema allows it, since then it is the content's own word; any other text is
replaced by the schema's example, or by a made-up one. Numbers and times stay, unless the schema says they are personal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mailwright.definitions.conditions import Compare, Operator, Subject, Unclaimed, walk
from simulator.wanting import wanted_by

if TYPE_CHECKING:
    from mailwright.definitions.event_schema import Property
    from simulator.content import Content

PLAIN_NAMES = frozenset({"language", "timezone", "cio_timezone", "unsubscribed", "cio_subscription_preferences"})
_NUMERIC = re.compile(r"-?\d{1,6}(\.\d+)?\Z")  # longer ones may be somebody's number
_MADE_UP = {"email": "{person}@example.org", "first_name": "Sam", "last_name": "Doe", "name": "Sam Doe"}
_PHONE = re.compile(r"\+?\d[\d ()-]{6,}\Z")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\Z")


class Scrubber:
    """Replaces what is personal, for the people of one log."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self._wanted = wanted_by(content)
        self._words: dict[str, set[str]] = {}  # path → texts that conditions name, lower case
        self._parts: list[str] = []  # what conditions look for within addresses
        for check in self.content.checks:
            for _, clause in walk(check.condition):
                if isinstance(clause, Compare):
                    self._words.setdefault(clause.path, set()).update(str(value).lower() for value in clause.values)
                    if clause.operator is Operator.CONTAINS and clause.subject is Subject.PERSON:
                        self._parts += [value for value in map(str, clause.values) if "@" in value]
                elif isinstance(clause, Unclaimed):
                    self._words.setdefault(clause.path, set()).update(str(value).lower() for value in clause.claimed)

    def attributes(self, values: Mapping[str, Any], person: str) -> dict[str, Any]:
        """A person's attributes, as far as something reads them."""
        kept = self._wanted.of_person()
        schema = self.content.project.people.attributes
        return {
            name: self._value(name, value, schema.get(name), person)
            for name, value in values.items()
            if (kept is None or name in kept) and name not in ("id", "cio_id", "anonymous_id")
        }

    def properties(self, event: str, values: Mapping[str, Any], person: str) -> dict[str, Any]:
        """An event's data, as far as something reads them."""
        kept = self._wanted.of_event(event)
        found = self.content.project.events.get(event)
        schema = {} if found is None else found.properties
        return {
            name: self._value(name, value, schema.get(name), person)
            for name, value in values.items()
            if kept is None or name in kept
        }

    def _value(self, path: str, value: Any, known: Property | None, person: str) -> Any:
        match value:
            case None | bool():
                return value
            case int() | float():
                return known.example if known is not None and known.sensitive else value
            case str():
                return self._text(path, value, known, person)
            case dict():
                inside = known.properties if known is not None else {}
                keep_all = path in PLAIN_NAMES
                return {
                    name: one
                    if keep_all and isinstance(one, bool)
                    else self._value(name, one, inside.get(name), person)
                    for name, one in value.items()
                }
            case list():
                return [self._value(path, one, known, person) for one in value[:20]]
            case _:
                return None

    def _text(self, path: str, value: str, known: Property | None, person: str) -> str:
        if value.lower() in self._words.get(path, ()) or path in PLAIN_NAMES:
            return value
        if known is not None and value in known.allowed:
            return value
        if path == "email" or ADDRESS.match(value):
            return self._address(value, person)
        if path in _MADE_UP:
            return _MADE_UP[path]
        if known is not None and isinstance(known.example, str):
            return known.example
        if _NUMERIC.match(value) and not (known is not None and known.sensitive):
            return value
        if _PHONE.match(value):
            return "+15550100000"
        return "https://example.org/" if value.startswith(("http://", "https://")) else "text"

    def _address(self, value: str, person: str) -> str:
        """An address of nobody, which holds what conditions look for in addresses where the real one does."""
        part = next((one for one in self._parts if one.lower() in value.lower()), None)
        if part is None:
            return f"{person}@example.org"
        domain = part.partition("@")[2] or "example.org"
        return f"{person}@{domain}"
