"""The conditions inside a definition: all of them with their paths, and the definition with others in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any as Anything
from typing import TypeVar

from pydantic import BaseModel

from mailwright.definitions.conditions import (
    All,
    Any,
    Changed,
    Condition,
    Happens,
    Not,
    Performed,
    PlacedCondition,
)
from mailwright.loading.yaml_builder import Path

Value = TypeVar("Value")


def placed_conditions(value: object, path: Path = ()) -> Iterator[tuple[Path, PlacedCondition]]:
    """Every condition inside *value* with its path in the file, in file order of the definition."""
    if isinstance(value, PlacedCondition):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            part = getattr(value, name)
            if isinstance(part, PlacedCondition | BaseModel | list):
                yield from placed_conditions(part, (*path, info.alias or name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, BaseModel):
                yield from placed_conditions(item, (*path, index))


def with_conditions(value: Value, change: Callable[[PlacedCondition], PlacedCondition]) -> Value:
    """*value* with every condition inside it changed; the same object where nothing is."""
    changed: Anything = value
    if isinstance(value, PlacedCondition):
        changed = change(value)
    elif isinstance(value, BaseModel):
        update = {}
        for name in type(value).model_fields:
            part = getattr(value, name)
            if isinstance(part, PlacedCondition | BaseModel | list):
                other = with_conditions(part, change)
                if other is not part:
                    update[name] = other
        changed = value.model_copy(update=update) if update else value
    elif isinstance(value, list):
        items = [with_conditions(item, change) if isinstance(item, BaseModel) else item for item in value]
        changed = items if any_moved(items, value) else value
    return changed  # type: ignore[no-any-return]  # the same kind as *value*


def any_moved(items: list[Anything], before: list[Anything]) -> bool:
    """Whether any item is another object than before."""
    return any(item is not old for item, old in zip(items, before, strict=True))


def mapped(condition: Condition, change: Callable[[Condition], Condition]) -> Condition:
    """*condition* with *change* done to each clause, inner ones first; addresses stay as they are."""
    match condition:
        case All(parts=parts):
            return change(All(tuple(mapped(part, change) for part in parts)))
        case Any(parts=parts):
            return change(Any(tuple(mapped(part, change) for part in parts)))
        case Not(part=part):
            return change(Not(mapped(part, change)))
        case Performed(where=where) if where is not None:
            inner = mapped(where, change)
            return change(Performed(condition.event, condition.times, condition.within, inner, condition.type))
        case Changed(where=where) if where is not None:
            return change(Changed(condition.attribute, mapped(where, change), condition.times, condition.within))
        case Happens(where=where) if where is not None:
            return change(Happens(condition.event, mapped(where, change), condition.type))
        case _:
            return change(condition)
