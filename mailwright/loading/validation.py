"""Plain data → definitions, with pydantic's errors told in our words at the author's lines."""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError
from pydantic.fields import FieldInfo

from mailwright.definitions.steps import STEP_KINDS
from mailwright.definitions.triggers import TRIGGER_KINDS
from mailwright.diagnostics import Diagnostic, Span, name_hint, nearest
from mailwright.loading.condition_forms import ConditionReader
from mailwright.loading.yaml_tree import YamlTree

Model = TypeVar("Model", bound=BaseModel)
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
    found: dict[tuple[Path, str], Diagnostic] = {}
    for item in error.errors(include_url=False):
        loc = tuple(item["loc"])
        form = next((index for index, part in enumerate(loc) if part in _FORMS and index + 1 < len(loc)), None)
        if form is not None and _is_form(tree, loc[: form + 1]):
            path = real_path(tree, loc[: form + 1])
            hint = f"write {_FORMS[str(loc[form])]}"
            found.setdefault((path, "form"), _located(tree, "wrong-value", f"'{loc[form]}' cannot be this", path, hint))
            continue
        diagnostic = _one(dict(item), loc, model, tree)
        path = real_path(tree, loc)
        found.setdefault((path, diagnostic.message), diagnostic)
    return list(found.values())


def _is_form(tree: YamlTree, loc: Path) -> bool:
    """Whether the value is of none of the forms as a whole, so that its inner mistakes do not matter."""
    value = _value_at(tree.value, real_path(tree, loc))
    return not isinstance(value, list) or loc[-1] in ("days", "type")


def real_path(tree: YamlTree, loc: Path) -> Path:
    """The path in the file of a pydantic location, which also holds the kinds of steps and triggers."""
    best: tuple[tuple[bool, int], Path] = ((False, 0), ())
    known = tree.place.values
    ways: list[tuple[int, Path, bool]] = [(0, (), False)]
    while ways:
        index, path, took_last = ways.pop()
        if index == len(loc):
            best = max(best, ((took_last, len(path)), path), key=lambda way: way[0])
            continue
        ways.append((index + 1, path, False))
        following = (*path, loc[index])
        if following in known:
            ways.append((index + 1, following, index == len(loc) - 1))
        if len(ways) > 200:
            break
    return best[1]


def _one(item: dict[str, Any], loc: Path, model: type[BaseModel], tree: YamlTree) -> Diagnostic:
    kind, context = item["type"], item.get("ctx") or {}
    path = real_path(tree, loc)
    name = str(loc[-1]) if loc else ""
    if kind == "missing":
        return _located(tree, "missing-key", f"'{name}' is missing here", path, f"add {name}:", key=True)
    if kind == "extra_forbidden":
        return _unknown_key(loc, path, model, tree)
    if kind in ("step_kind", "trigger_kind"):
        return _unknown_kind(kind, path, tree)
    if kind == "literal_error":
        value = _value_at(tree.value, path)
        allowed = [text.strip().strip("'") for text in str(context["expected"]).replace(" or ", ", ").split(",")]
        hint = name_hint(str(value), allowed, "values") if isinstance(value, str) else f"one of {', '.join(allowed)}"
        near = nearest(str(value), allowed)
        if near is not None:
            hint = f"'{near}' (one of {', '.join(allowed)})"
        return _located(tree, "wrong-value", f"'{name}' cannot be {_shown(value)}", path, hint)
    if kind == "value_error":
        return _located(tree, "wrong-value", str(context.get("error") or item["msg"]), path)
    return _wrong_type(kind, context, name, path, tree)


def _wrong_type(kind: str, context: dict[str, Any], name: str, path: Path, tree: YamlTree) -> Diagnostic:
    value = _value_at(tree.value, path)
    needed = next((what for start, what in _NEEDED.items() if kind.startswith(start)), None)
    if kind == "string_pattern_mismatch":
        message = f"{_shown(value)} cannot be used for '{name}'"
        return _located(tree, "wrong-value", message, path, _pattern_hint(str(context.get("pattern", ""))))
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


def _unknown_key(loc: Path, path: Path, model: type[BaseModel], tree: YamlTree) -> Diagnostic:
    name = str(loc[-1])
    inside = model_at(model, loc[:-1])
    known = keys_of(inside) if inside is not None else []
    if inside is not None and inside in STEP_KINDS.values() and name in STEP_KINDS:
        hint = f"a step is one thing: make '{name}' a step of its own"
    else:
        hint = name_hint(name, known, "keys")
    return _located(tree, "unknown-key", f"'{name}' is not known here", path, hint, key=True)


def _unknown_kind(kind: str, path: Path, tree: YamlTree) -> Diagnostic:
    raw = _value_at(tree.value, path)
    what, kinds = ("step", STEP_KINDS) if kind == "step_kind" else ("trigger", TRIGGER_KINDS)
    keys = [str(key) for key in raw] if isinstance(raw, dict) else [str(raw)]
    for key in keys:
        near = nearest(key, list(kinds))
        if near is not None:
            at = (*path, key) if isinstance(raw, dict) else path
            message = f"no kind of {what} is called '{key}'"
            return _located(tree, f"unknown-{what}", message, at, f"'{near}'", key=isinstance(raw, dict))
    hint = name_hint(keys[0] if keys else "", list(kinds), "kinds")
    return _located(tree, f"unknown-{what}", f"this names no kind of {what}", path, hint)


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


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys that an author may write in *model*."""
    return [info.alias or name for name, info in model.model_fields.items()]


def model_at(model: type[BaseModel], loc: Iterable[str | int]) -> type[BaseModel] | None:
    """The definition that stands at a pydantic location inside *model*."""
    here: Any = model
    for part in loc:
        here = _step_into(here, part)
        if here is None:
            return None
    models = _models_in(here)
    return models[0] if models else None


def _step_into(kind: Any, part: str | int) -> Any:
    for option in _options(kind):
        if isinstance(part, int) and get_origin(option) is list:
            return get_args(option)[0]
        if isinstance(option, type) and issubclass(option, BaseModel):
            field = _field_of(option, str(part))
            if field is not None:
                return field.annotation
        if get_origin(option) is dict:
            return get_args(option)[1]
    tagged = [option for option, tag in _tagged(kind) if tag == part]
    return tagged[0] if tagged else kind


def _field_of(model: type[BaseModel], name: str) -> FieldInfo | None:
    return next((info for key, info in model.model_fields.items() if (info.alias or key) == name), None)


def _options(kind: Any) -> list[Any]:
    """The alternatives of an annotation, without what surrounds them."""
    if get_origin(kind) is Annotated:
        return _options(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return [option for arg in get_args(kind) for option in _options(arg)]
    return [] if get_origin(kind) is Literal else [kind]


def _tagged(kind: Any) -> list[tuple[Any, str]]:
    if get_origin(kind) is Annotated and get_origin(get_args(kind)[0]) in (Union, types.UnionType):
        kind = get_args(kind)[0]
    if get_origin(kind) not in (Union, types.UnionType):
        return []
    found = []
    for option in get_args(kind):
        tags = (
            [extra for extra in get_args(option)[1:] if isinstance(extra, Tag)]
            if get_origin(option) is Annotated
            else []
        )
        found += [(get_args(option)[0], tag.tag) for tag in tags]
    return found


def _models_in(kind: Any) -> list[type[BaseModel]]:
    return [option for option in _options(kind) if isinstance(option, type) and issubclass(option, BaseModel)]
