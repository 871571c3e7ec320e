"""What the definitions' own docstrings say of each field, read from their source when a schema is written.

Pydantic could collect them too, but it would do so each time a definition is imported, which every command would pay
for.
"""

from __future__ import annotations

import ast
import inspect
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel


def field_descriptions(model: type[BaseModel]) -> dict[str, str]:
    """The descriptions of a definition's fields, by the names that an author writes."""
    import sys

    said: dict[str, str] = {}
    for base in reversed(model.__mro__):
        module = sys.modules.get(base.__module__)
        if module is not None and module.__name__.startswith("mailwright."):
            said |= _docstrings(module).get(base.__name__, {})
    return {(field.alias or name): said[name] for name, field in model.model_fields.items() if name in said}


def described(schema: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """A schema of *model* with the descriptions of its own fields put in."""
    said = field_descriptions(model)
    properties = {
        name: {**part, "description": said[name]} if name in said else part
        for name, part in schema.get("properties", {}).items()
    }
    return {**schema, "properties": properties} if properties else schema


def models_inside(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Every definition that *model*'s schema may name, by its class name."""
    from mailwright.definitions.base import Definition

    found: dict[str, type[BaseModel]] = {}
    pending: list[type[BaseModel]] = [Definition]
    while pending:
        for child in pending.pop().__subclasses__():
            found[child.__name__] = child
            pending.append(child)
    return {**found, model.__name__: model}


@cache
def _docstrings(module: ModuleType) -> dict[str, dict[str, str]]:
    """The texts that stand below the fields of a module's classes."""
    tree = ast.parse(inspect.getsource(module))
    return {node.name: _fields_of(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _fields_of(node: ast.ClassDef) -> dict[str, str]:
    found = {}
    for field, text in zip(node.body, node.body[1:], strict=False):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(said))):
                found[name] = inspect.cleandoc(said)
            case _:
                pass
    return found
