"""Plain data → definitions, with pydantic's errors told in our words at the author's lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mailwright.definitions.accepting import definition_of
from mailwright.definitions.base import Definition
from mailwright.definitions.steps import STEP_KINDS
from mailwright.definitions.triggers import TRIGGER_KINDS
from mailwright.diagnostics import MOST_TOLD, Diagnostic, Span, name_hint, nearest
from mailwright.loading.condition_forms import ConditionReader
from mailwright.loading.error_places import ErrorPlace, error_place, keys_of
from mailwright.loading.yaml_tree import YamlTree

Model = TypeVar("Model", bound=Definition)
Path = tuple[str | int, ...]

_NEEDED = {
    "string": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "dict": "a mapping",
    "model": "a mapping",
}
# Fields with several forms: pydantic tells what is wrong with each, a person wants to know what there is.
_FORMS = {
    "frequency": "once, every_time, rematch, {once_per: 7d}, {rematch: 7d} or {every: 30d}",
    "wait": "a length of time such as 1d, or {between: [1h, 4h]}",
    "on_timeout": "continue, exit, or a list of steps",
    "days": "mon-fri, or a list such as [mon, wed]",
    "type": "text, number, integer, boolean, timestamp, list, object or any, or a list of them",
    "body": "a text, or data",
    "rematch": "true, or a length of time such as 7d",
}


def read_definition(model: type[Model], tree: YamlTree, problems: list[Diagnostic]) -> Model | None:
    """The definition in *tree*; None when it has mistakes, all of which are added to *problems*."""
    problems += tree.problems
    if tree.problems and tree.value is None:
        return None
    reader = ConditionReader(tree)
    data = {} if tree.value is None else tree.value
    if not isinstance(data, dict):
        problems.append(_located(tree, "wrong-type", "a file holds lines of `key: value`", ()))
        return None
    found = definition_of(model, data, {"conditions": reader})
    if found is None:
        reader = ConditionReader(tree)
        try:
            found = model.model_validate(data, context={"conditions": reader})
        except ValidationError as error:
            problems += _told(error, model, tree)
            problems += reader.problems
            return None
    problems += reader.problems
    return None if reader.problems else found


def _located(tree: YamlTree, rule: str, message: str, path: Path, hint: str = "", *, key: bool = False) -> Diagnostic:
    span: Span = tree.place.span(path, key=key)
    line = tree.lines[span.line - 1] if 0 < span.line <= len(tree.lines) else ""
    return Diagnostic(rule, message, span, hint, source_line=line)


def _told(error: ValidationError, model: type[BaseModel], tree: YamlTree) -> list[Diagnostic]:
    items = [_Item(dict(item), error_place(model, item["loc"])) for item in error.errors(include_url=False)]
    found: dict[tuple[Path, str], Diagnostic] = {}
    for item in _of_one_form(items, tree, 0)[: MOST_TOLD + 1]:
        diagnostic = _one(item, tree)
        found.setdefault((item.place.path, diagnostic.message), diagnostic)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Item:
    """One of pydantic's errors and where it stands."""

    error: dict[str, Any]
    place: ErrorPlace


def _of_one_form(items: list[_Item], tree: YamlTree, depth: int) -> list[_Item]:
    """The errors that matter: of a value with several forms those of the form that the author meant.

    Pydantic tells what is wrong with each form; a person wants to know what is wrong with the one that was written.
    """
    plain = [item for item in items if len(item.place.forms) <= depth]
    groups: dict[Path, list[_Item]] = {}
    for item in items:
        if len(item.place.forms) > depth:
            groups.setdefault(item.place.forms[depth][0], []).append(item)
    for path, group in groups.items():
        meant = [item for item in group if item.place.forms[depth][1] == _form_meant(group, path, tree, depth)]
        if not meant or (len(meant) == 1 and meant[0].place.path == path and meant[0].error["type"] != "value_error"):
            meant = [_Item({"type": "form", "msg": ""}, ErrorPlace(path, group[0].place.inside))]
        plain += _of_one_form(meant, tree, depth + 1)
    return plain


def _form_meant(group: list[_Item], path: Path, tree: YamlTree, depth: int) -> str | None:
    """Which of the forms a value most likely is; None when it is like none of them."""
    value = _value_at(tree.value, path)
    labels = list(dict.fromkeys(item.place.forms[depth][1] for item in group))
    if isinstance(value, list):
        return next((label for label in labels if label.startswith("list[")), None)
    if isinstance(value, dict):
        fitting = [
            label
            for label in labels
            for item in group
            if item.place.forms[depth][1] == label and _has_own_key(item, value)
        ]
        return fitting[0] if fitting else None
    return next((label for label in labels if label.startswith("function-")), None)


def _has_own_key(item: _Item, value: dict[str, Any]) -> bool:
    inside = item.place.inside
    return inside is not None and any(key in value for key in keys_of(inside))


def _one(item: _Item, tree: YamlTree) -> Diagnostic:
    kind, context, path = item.error["type"], item.error.get("ctx") or {}, item.place.path
    name = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    if kind == "missing":
        return _located(tree, "missing-key", f"'{name}' is missing here", path, f"add {name}:", key=True)
    if kind == "extra_forbidden":
        return _unknown_key(name, item.place, tree)
    if kind in ("step_kind", "trigger_kind"):
        return _unknown_kind(kind, path, tree)
    if kind == "form":
        hint = f"write {_FORMS.get(name, 'another value')}"
        return _located(tree, "wrong-value", f"'{name}' cannot be {_shown(_value_at(tree.value, path))}", path, hint)
    if kind == "literal_error":
        return _not_allowed(name, str(context["expected"]), path, tree)
    if kind == "value_error":
        message, _, hint = str(context.get("error") or item.error["msg"]).partition(": ")
        return _located(tree, "wrong-value", message, path, hint)
    return _wrong_type(kind, context, name, path, tree)


def _not_allowed(name: str, expected: str, path: Path, tree: YamlTree) -> Diagnostic:
    value = _value_at(tree.value, path)
    allowed = [text.strip().strip("'") for text in expected.replace(" or ", ", ").split(",")]
    near = nearest(value, allowed) if isinstance(value, str) else None
    hint = f"one of {', '.join(allowed)}" if near is None else f"'{near}' (one of {', '.join(allowed)})"
    return _located(tree, "wrong-value", f"'{name}' cannot be {_shown(value)}", path, hint)


def _wrong_type(kind: str, context: dict[str, Any], name: str, path: Path, tree: YamlTree) -> Diagnostic:
    value = _value_at(tree.value, path)
    needed = next((what for start, what in _NEEDED.items() if kind.startswith(start)), None)
    if kind == "string_pattern_mismatch":
        message = f"{_shown(value)} cannot be used for '{name}'"
        return _located(tree, "wrong-value", message, path, _pattern_hint(str(context.get("pattern", ""))))
    if kind == "too_short" and value:
        least = context.get("min_length")
        return _located(tree, "wrong-value", f"'{name}' has fewer than {least} items", path, f"write {least}")
    if kind in ("string_too_short", "too_short"):
        return _located(tree, "wrong-value", f"'{name}' is empty", path, "write something, or remove the line")
    if kind in ("string_too_long", "too_long"):
        most = context.get("max_length")
        return _located(tree, "wrong-value", f"'{name}' is longer than {most}", path, "make it shorter")
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        bound = next((context[key] for key in ("ge", "le", "gt", "lt") if key in context), "")
        word = "at least" if kind.startswith("greater") else "at most"
        return _located(tree, "wrong-value", f"'{name}' is {word} {bound}", path, "change the number")
    message = f"'{name}' is {needed}, not {_kind_of(value)}" if needed else f"'{name}' cannot be {_shown(value)}"
    return _located(tree, "wrong-type", message, path, _quote_hint(value, needed))


def _quote_hint(value: Any, needed: str | None) -> str:
    if needed == "a text" and isinstance(value, int | float | bool):
        return f'quote it: "{str(value).lower() if isinstance(value, bool) else value}"'
    return f"write {needed}" if needed else "look at the schema of this file"


def _pattern_hint(pattern: str) -> str:
    if "A-Za-z0-9_.-" in pattern:
        return "names are letters, digits, dash, dot and underscore"
    if ":[0-5]" in pattern:
        return 'a time of day is HH:MM, quoted, such as "09:00"'
    return "look at the schema of this file"


def _unknown_key(name: str, place: ErrorPlace, tree: YamlTree) -> Diagnostic:
    inside = place.inside
    if inside in STEP_KINDS.values() and name in STEP_KINDS:
        hint = f"a step is one thing; make '{name}' a step of its own"
    elif inside in TRIGGER_KINDS.values() and name in TRIGGER_KINDS:
        hint = "a trigger is one thing; what the person must be stands in `filter`, beside `trigger`"
    else:
        hint = name_hint(name, keys_of(inside) if inside is not None else [], "keys")
    return _located(tree, "unknown-key", f"'{name[:60]}' is not known here", place.path, hint, key=True)


def _unknown_kind(kind: str, path: Path, tree: YamlTree) -> Diagnostic:
    raw = _value_at(tree.value, path)
    what, kinds = ("step", STEP_KINDS) if kind == "step_kind" else ("trigger", TRIGGER_KINDS)
    rule = f"unknown-{what}"
    if not isinstance(raw, dict):
        shown = raw if isinstance(raw, str) and raw in kinds else next(iter(kinds))
        return _located(tree, rule, f"a {what} is `kind: value`, not {_shown(raw)}", path, f"`{shown}: …`")
    for key in raw:
        near = nearest(key, list(kinds))
        if near is not None:
            return _located(
                tree, rule, f"no kind of {what} is called '{key[:60]}'", (*path, key), f"'{near}'", key=True
            )
    return _located(tree, rule, f"this names no kind of {what}", path, f"one of {', '.join(kinds)}")


def _value_at(value: Any, path: Path) -> Any:
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value[:60]}'"
    return _kind_of(value) if isinstance(value, dict | list) else str(value).lower()[:60]


def _kind_of(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "a mapping"
