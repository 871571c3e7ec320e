"""Where in a file a pydantic error stands.

Pydantic's locations also hold the kinds of steps and triggers and the alternatives of a union, which no file has. Here
a location is walked along the definition and split into the path in the file and the alternatives on the way.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Tag
from pydantic.fields import FieldInfo

from mailwright.loading.yaml_builder import Path


@dataclass(frozen=True, slots=True)
class ErrorPlace:
    """A location without what the file does not have."""

    path: Path
    inside: type[BaseModel] | None  # the definition that the last key stands in
    forms: tuple[tuple[Path, str], ...] = ()  # the alternatives on the way: where, and which


@dataclass(slots=True)
class _Walk:
    kind: Any
    path: Path = ()
    inside: type[BaseModel] | None = None
    forms: list[tuple[Path, str]] = field(default_factory=list)

    def step(self, part: str | int) -> None:
        """Go one part of a location further."""
        tagged = dict(tagged_options(self.kind))
        if tagged:
            self.kind = tagged.get(str(part))
            return
        options = _options(self.kind)
        if len(options) > 1:
            self.forms.append((self.path, str(part)))
            self.kind = next((option for option in options if _is_called(option, str(part))), None)
            return
        if options:
            self._into(options[0], part)

    def _into(self, option: Any, part: str | int) -> None:
        origin = get_origin(option)
        if is_definition(option):
            self.inside = option
            info = field_of(option, str(part))
            self.path, self.kind = (*self.path, part), None if info is None else info.annotation
        elif origin is list and isinstance(part, int):
            self.path, self.kind = (*self.path, part), get_args(option)[0]
        elif origin is dict and part != "[key]":
            self.path, self.kind = (*self.path, part), get_args(option)[1]


def error_place(model: type[BaseModel], loc: Sequence[str | int]) -> ErrorPlace:
    """Where *loc*, a location in *model*, stands in a file."""
    walk = _Walk(model)
    for part in loc:
        walk.step(part)
    return ErrorPlace(walk.path, walk.inside, tuple(walk.forms))


def model_at(model: type[BaseModel], loc: Sequence[str | int]) -> type[BaseModel] | None:
    """The definition that stands at a location inside *model*."""
    walk = _Walk(model)
    for part in loc:
        walk.step(part)
    return next((option for option in _options(walk.kind) if is_definition(option)), None)


def is_definition(option: Any) -> bool:
    """Whether an annotation is a definition of its own."""
    return isinstance(option, type) and issubclass(option, BaseModel)


def field_of(model: type[BaseModel], name: str) -> FieldInfo | None:
    """The field that an author writes as *name*."""
    if not model.__pydantic_fields_complete__:
        model.model_rebuild()  # a step holds lists of steps, whose definition comes after its own
    return next((info for key, info in model.model_fields.items() if name in (info.alias, key)), None)


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys that an author may write in *model*."""
    return [info.alias or name for name, info in model.model_fields.items()]


def _options(kind: Any) -> list[Any]:
    """The alternatives of an annotation, without None and without what surrounds them."""
    if kind is None or kind is type(None):
        return []
    if get_origin(kind) is Annotated:
        return _options(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return [option for arg in get_args(kind) for option in _options(arg)]
    return [kind]


def _is_called(option: Any, label: str) -> bool:
    if get_origin(option) is Literal:
        return label.startswith("literal[")
    if get_origin(option) in (list, dict):
        return label.startswith(f"{get_origin(option).__name__}[")
    return getattr(option, "__name__", "") == label


def tagged_options(kind: Any) -> list[tuple[str, Any]]:
    """The kinds of a union whose members are told apart by a tag."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) not in (Union, types.UnionType):
        return []
    return [
        (extra.tag, get_args(option)[0])
        for option in get_args(kind)
        if get_origin(option) is Annotated
        for extra in get_args(option)[1:]
        if isinstance(extra, Tag)
    ]
