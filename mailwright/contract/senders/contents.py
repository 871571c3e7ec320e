"""What a module of senders holds, whatever its language: events, people's attributes, messages, broadcasts, names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailwright.checks.event_words import words_of
from mailwright.checks.known_data import types_of
from mailwright.definitions.triggers import BroadcastTrigger, TransactionalTrigger

if TYPE_CHECKING:
    from mailwright.definitions.event_schema import Property
    from mailwright.definitions.project import Project


@dataclass(frozen=True, slots=True)
class Field:
    """One property: its types as the schema says them, its parts where it is an object or a list of them."""

    name: str
    types: tuple[str, ...]
    required: bool
    nullable: bool
    allowed: tuple[Any, ...]
    doc: str
    parts: Shape | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """An object with a name of its own."""

    name: str  # in TitleCase, told apart within the module
    fields: tuple[Field, ...]
    doc: str = ""

    @property
    def has_required(self) -> bool:
        """Whether something must be there."""
        return any(one.required for one in self.fields)


@dataclass(frozen=True, slots=True)
class Event:
    """One event that may be sent."""

    name: str
    words: tuple[str, ...]  # of the function's name, told apart within the module
    shape: Shape | None
    doc: tuple[str, ...]
    deprecated: str = ""  # what to do instead


@dataclass(frozen=True, slots=True)
class Call:
    """A transactional message or a broadcast, by its name in API calls."""

    slug: str
    words: tuple[str, ...]
    shape: Shape | None
    doc: str


@dataclass(frozen=True, slots=True)
class Contents:
    """All of it."""

    identifier: str
    people: Shape | None
    events: tuple[Event, ...]
    messages: tuple[Call, ...]
    broadcasts: tuple[Call, ...]

    def shapes(self) -> Iterator[Shape]:
        """Every shape, what is inside before what holds it."""
        tops = [self.people, *(one.shape for one in self.events)]
        tops += [one.shape for one in (*self.messages, *self.broadcasts)]
        for shape in tops:
            if shape is not None:
                yield from _inside_first(shape)


def _inside_first(shape: Shape) -> Iterator[Shape]:
    for one in shape.fields:
        if one.parts is not None:
            yield from _inside_first(one.parts)
    yield shape


def contents_of(project: Project) -> Contents:
    """What the project's senders are."""
    names = _Names()
    people = _shape(names, "Attributes", project.people.attributes, "What is known of a person.")
    events = []
    for schema in project.events.values():
        words = names.function(schema.name)
        doc = [text for text in (schema.description, _when(schema.when, schema.sent_by)) if text]
        instead = (
            (f"send {schema.replaced_by}" if schema.replaced_by else "stop sending it") if schema.deprecated else ""
        )
        events.append(
            Event(
                schema.name,
                words,
                _shape(names, _title(words), schema.properties, f"The data of {schema.name}."),
                tuple(doc),
                instead,
            )
        )
    messages, broadcasts = [], []
    for campaign in project.campaigns.values():
        match campaign.trigger:
            case TransactionalTrigger(transactional=slug, data=data):
                words = names.function(f"send {slug}")
                messages.append(
                    Call(slug, words, _described(names, f"{_title(words[1:])}Data", data), campaign.description)
                )
            case BroadcastTrigger(broadcast=slug):
                broadcasts.append(Call(slug, names.function(f"trigger {slug}"), None, campaign.description))
            case _:
                continue
    identifier = project.people.identifier
    return Contents(identifier, people, tuple(events), tuple(messages), tuple(broadcasts))


def _when(when: str, sent_by: str) -> str:
    parts = [f"Sent by {sent_by}" if sent_by else "Sent", f"when {when}" if when else ""]
    return f"{' '.join(part for part in parts if part)}." if when or sent_by else ""


def _title(words: Iterable[str]) -> str:
    return "".join(word.capitalize() for word in words)


def _shape(names: _Names, name: str, properties: Mapping[str, Property], doc: str) -> Shape | None:
    if not properties:
        return None
    own = names.shape(name)
    return Shape(own, tuple(_field(names, own, name, found) for name, found in properties.items()), doc)


def _field(names: _Names, around: str, name: str, found: Property) -> Field:
    doc = [found.description, f"In {found.unit}." if found.unit else ""]
    parts = _shape(names, f"{around}{_title(words_of(name)) or 'Part'}", found.properties, f"What stands in {name}.")
    said = " ".join(part for part in doc if part)
    return Field(name, types_of(found), found.required, found.nullable, tuple(found.allowed), said, parts)


def _described(names: _Names, name: str, data: Mapping[str, str]) -> Shape | None:
    """The data of a message, of which only names and meanings are written down."""
    if not data:
        return None
    fields = (Field(one, ("any",), True, False, (), " ".join(said.split())) for one, said in data.items())
    return Shape(names.shape(name), tuple(fields), "The data that the message reads.")


class _Names:
    """Names that are told apart within one module."""

    def __init__(self) -> None:
        # What the modules themselves define, in either language.
        self._taken = {"attributes_", "anonymous", "sender", "person", "ulid", "timestamp"}
        self._taken |= {"identify", "suppress", "unsuppress", "delete", "merge", "constructor"}
        self._shapes: set[str] = {"Anonymous", "Sender", "Person", "Timestamp"}

    def function(self, name: str) -> tuple[str, ...]:
        """The words of a function's name."""
        words = words_of(name) or ["event"]
        if words[0][0].isdigit():
            words.insert(0, "event")
        key, number = "_".join(words), 1
        while key in self._taken:
            number += 1
            key = "_".join([*words, str(number)])
        self._taken.add(key)
        return tuple(words) if number == 1 else (*words, str(number))

    def shape(self, name: str) -> str:
        """The name of a type."""
        base = re.sub(r"\W", "", name) or "Data"
        free, number = base, 1
        while free in self._shapes:
            number += 1
            free = f"{base}{number}"
        self._shapes.add(free)
        return free
