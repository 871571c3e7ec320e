"""What a change of one field means, in lines for people: conditions clause by clause, bodies as a unified diff."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mailwright.definitions.condition_fields import Form
from mailwright.definitions.conditions import All, Compare, Condition, Not, Operator, Scalar, Subject, Unclaimed
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.diagnostics import as_shown
from mailwright.loading.condition_forms import ConditionReader
from mailwright.loading.condition_sentences import condition_as_sentence
from mailwright.loading.yaml_tree import read_yaml
from sync.snapshot import Kind, Value

LONGEST_VALUE = 90
TEXTS = frozenset({"body", "text", "plain", "value", "body_amp"})
"""Fields shown as a unified diff."""
# The conditions of a trigger by the key that holds them; `filter` and the like are conditions themselves.
_TRIGGER_FORMS = {
    "where": Form.WHERE,
    "person": Form.PERSON,
    "filter": Form.FILTER,
    "audience": Form.FILTER,
    "object_where": Form.OBJECT,
}
_TRIGGER_WHERE = {"object": Form.OBJECT, "relationship": Form.RELATIONSHIP}

ONLY_LINE_ENDS = "(only line ends)"
_PLAIN = re.compile(r"(\d+[smhdw]|[A-Za-z_][\w@./+$%<>-]*( [\w@./+$%<>-]+)*)\Z")
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off"})
Key = tuple[Subject, str]


def field_as_lines(kind: Kind, name: str, before: Value, after: Value) -> list[str]:
    """What the change of one field means; each line stands alone; a diff keeps its marks at the left."""
    old, new = _data(before), _data(after)
    if name in TEXTS and isinstance(old, str | None) and isinstance(new, str | None):
        return text_diff(old or "", new or "")
    if kind is Kind.CAMPAIGN and name == "trigger" and isinstance(old, Mapping) and isinstance(new, Mapping):
        return list(_trigger_lines(old, new))
    form = _form_of(kind, name)
    if form is not None:
        found = _condition_lines(old, new, form, "matches" if kind is Kind.SEGMENT else "fires")
        if found is not None:
            return found
    if isinstance(old, list) and isinstance(new, list):
        return _list_lines(name, old, new)
    return [f"{_label(name)}: {value_as_text(before)} → {value_as_text(after)}"]


def is_diff(lines: Sequence[str]) -> bool:
    """Whether the lines are a diff, which needs its field's name above it."""
    return any(line[:2] == "@@" for line in lines) or lines == [ONLY_LINE_ENDS]


def value_as_text(value: Value) -> str:
    """A field's value on one line: texts in quotes where they hold spaces, nothing where it is absent."""
    if value is None:
        return "(nothing)"
    data = json.loads(value)
    shown = as_shown(data if isinstance(data, str) and data and "\n" not in data else as_written(data))
    return shown if len(shown) <= LONGEST_VALUE else f"{shown[: LONGEST_VALUE - 1]}…"


def as_written(data: Any) -> str:
    """Data on one line, as an author would write it in YAML: `{event: signed_up, where: {source: web}}`."""
    match data:
        case dict():
            return "{" + ", ".join(f"{as_written(key)}: {as_written(value)}" for key, value in data.items()) + "}"
        case list():
            return "[" + ", ".join(map(as_written, data)) + "]"
        case str() if _PLAIN.match(data) and data not in _RESERVED:
            return data
        case _:
            return json.dumps(data, ensure_ascii=False)


def text_diff(before: str, after: str) -> list[str]:
    """A unified diff of two texts, two lines of context, without file names."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=2, lineterm="")
    return [as_shown(line, keep="\t") for line in lines if not line.startswith(("---", "+++"))] or [ONLY_LINE_ENDS]


def condition_changes(before: Condition, after: Condition, verb: str = "fires") -> list[str]:
    """What changes for people when *before* becomes *after*, clause by clause.

    Both are read as a list of clauses that must all hold; a clause that asks one property for some values is compared
    with the clause that asks the same property on the other side.
    """
    old, new = list(_clauses(before)), list(_clauses(after))
    left = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    if not left and not come:
        return []
    if isinstance(before, AnyOf) and isinstance(after, AnyOf):
        return _alternatives(before, after, verb)
    lines: list[str] = []
    for one in list(left):
        other = next((two for two in come if _asks_same(one, two)), None)
        if other is not None:
            left.remove(one)
            come.remove(other)
            lines += _value_lines(one, other, verb)
    lines += [f"now only {verb} when {condition_as_sentence(one)}" for one in come]
    lines += [f"no longer asks that {condition_as_sentence(one)}" for one in left]
    return lines


def _alternatives(before: AnyOf, after: AnyOf, verb: str) -> list[str]:
    come = [part for part in after.parts if part not in before.parts]
    left = [part for part in before.parts if part not in after.parts]
    return [f"now also {verb} when {condition_as_sentence(one)}" for one in come] + [
        f"no longer {verb} when {condition_as_sentence(one)}" for one in left
    ]


def _clauses(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _clauses(part)
    else:
        yield condition


def _asked(condition: Condition) -> tuple[Key, tuple[Scalar, ...], bool] | None:
    """The property, the values and whether they are wanted, of a clause that only compares for equality."""
    match condition:
        case Compare(subject=subject, path=path, operator=Operator.EQUALS, values=values):
            return (subject, path), values, True
        case Not(part=Compare(subject=subject, path=path, operator=Operator.EQUALS, values=values)):
            return (subject, path), values, False
        case Unclaimed(subject=subject, path=path, claimed=claimed):
            return (subject, path), claimed, False
        case _:
            return None


def _asks_same(one: Condition, other: Condition) -> bool:
    left, right = _asked(one), _asked(other)
    return left is not None and right is not None and left[0] == right[0] and left[2] == right[2]


def _value_lines(before: Condition, after: Condition, verb: str) -> list[str]:
    old, new = _asked(before), _asked(after)
    assert old is not None and new is not None  # `_asks_same` has looked
    (subject, path), wanted = old[0], old[2]
    field = path if subject is Subject.DATA else f"{subject.value}.{path}"
    come = [value for value in new[1] if value not in old[1]]
    left = [value for value in old[1] if value not in new[1]]
    if not wanted:
        come, left = left, come
    lines = [f"now also {verb} for {field} {_listed(come)}"] if come else []
    if left:
        lines.append(f"no longer {verb} for {field} {_listed(left)}")
    return lines or [f"now asks that {condition_as_sentence(after)}"]


def _listed(values: Sequence[Scalar]) -> str:
    shown = [str(value).lower() if isinstance(value, bool) else str(value) for value in values[:8]]
    more = f" and {len(values) - 8} more" if len(values) > 8 else ""
    return as_shown(", ".join(shown)) + more


def _trigger_lines(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    kind = next((key for key in _TRIGGER_WHERE if key in new), "")
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        form = _TRIGGER_WHERE.get(kind) if key == "where" and kind else _TRIGGER_FORMS.get(key)
        found = _condition_lines(before, after, form, "fires") if form is not None else None
        if found is None:
            found = [f"trigger {_label(key)}: {_plain(before)} → {_plain(after)}"]
        yield from found


def _condition_lines(before: Any, after: Any, form: Form, verb: str) -> list[str] | None:
    old, new = condition_of(before, form), condition_of(after, form)
    if old is None or new is None:
        return None
    return condition_changes(old, new, verb) or [f"the same people, written otherwise: {condition_as_sentence(new)}"]


def condition_of(data: Any, form: Form) -> Condition | None:
    """The condition that plain data says in *form*; None when it is none that we know."""
    if not data:
        return All()
    tree = read_yaml(json.dumps(data, ensure_ascii=False), "a workspace")
    if tree.problems or not isinstance(tree.value, Mapping | list):
        return None
    reader = ConditionReader(tree)
    try:
        found = reader.read(tree.value, form)
    except ValueError:
        return None
    return None if reader.problems else found.condition


def _form_of(kind: Kind, name: str) -> Form | None:
    if (kind, name) in ((Kind.CAMPAIGN, "filter"), (Kind.SEGMENT, "where"), (Kind.SEGMENT, "conditions")):
        return Form.FILTER
    return None


def _list_lines(name: str, old: list[Any], new: list[Any]) -> list[str]:
    """The items that come and go, in order, as lines of a diff."""
    before, after = [_plain(item) for item in old], [_plain(item) for item in new]
    lines = [line for line in difflib.ndiff(before, after) if line[:1] in "+-"]
    return [f"{_label(name)}:", *(f"{line[0]} {line[2:]}" for line in lines)]


def _plain(value: Any) -> str:
    if value is None:
        return "(nothing)"
    text = value if isinstance(value, str) and "\n" not in value else as_written(value)
    return as_shown(text if len(text) <= 2 * LONGEST_VALUE else f"{text[: 2 * LONGEST_VALUE - 1]}…")


def _label(name: str) -> str:
    return name.replace("_", " ")


def _data(value: Value) -> Any:
    return None if value is None else json.loads(value)
