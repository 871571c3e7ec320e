"""A definition with one part of it replaced, by the path that the part has in its file."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

Path = tuple[str | int, ...]
Value = TypeVar("Value")


def replaced_at(value: Value, path: Path, new: object) -> Value:
    """*value* with *new* at *path*; all else is the same object. A path that is not there is a KeyError."""
    if not path:
        return new  # type: ignore[return-value]  # at the end of the path stands whatever stands there
    head, rest = path[0], path[1:]
    found: Any
    if isinstance(value, BaseModel):
        name = next((key for key, info in type(value).model_fields.items() if head in (info.alias, key)), None)
        if name is None:
            raise KeyError(head)
        found = value.model_copy(update={name: replaced_at(getattr(value, name), rest, new)})
    elif isinstance(value, list) and isinstance(head, int):
        found = [replaced_at(item, rest, new) if index == head else item for index, item in enumerate(value)]
    else:
        raise KeyError(head)
    return found  # type: ignore[no-any-return]  # the same kind as *value*
