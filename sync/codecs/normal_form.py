"""One shape for every condition that asks the same: what makes a filter of the files and one of a workspace comparable.

The wire knows no `in`, no negated groups and only texts as values, and the UI writes clauses in an order of its own. So
both sides are brought to this form before they are compared: negations at the leaves, nested groups flattened, tests of
one property for several values joined, parts sorted, values typed by their text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from mailwright.definitions.conditions import (
    All,
    Any,
    Changed,
    Compare,
    CompareFields,
    Condition,
    Happens,
    InSegment,
    MessageIs,
    Not,
    Operator,
    Performed,
    Scalar,
    Subject,
    Unclaimed,
)

_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})\Z")
_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,14})\.\d{1,12}\Z")
_NEVER = Any()


def normal(condition: Condition) -> Condition:
    """*condition* in its normal form; it holds for the same people at the same moments.

    Assumed: 8017 and "8017" are the same value, as values travel as texts and the comparison is one of texts.
    """
    return _normal(condition, positive=True)


def _normal(condition: Condition, *, positive: bool) -> Condition:
    match condition:
        case Not(part=part):
            return _normal(part, positive=not positive)
        case All(parts=parts):
            return _group(All if positive else Any, [_normal(part, positive=positive) for part in parts])
        case Any(parts=parts):
            return _group(Any if positive else All, [_normal(part, positive=positive) for part in parts])
        case Unclaimed(subject=subject, path=path, claimed=claimed):
            # Holds for values that nobody else asks for.
            if not claimed:
                return All() if positive else _NEVER
            return _normal(Compare(subject, path, Operator.EQUALS, claimed), positive=not positive)
        case _:
            leaf = _leaf(condition)
            return leaf if positive else Not(leaf)


def _leaf(
    condition: Compare | CompareFields | InSegment | Performed | Changed | Happens | MessageIs,
) -> Condition:
    match condition:
        case Compare(operator=operator, values=values):
            typed: tuple[Scalar, ...]
            match operator:
                case Operator.EQUALS:
                    several = dict.fromkeys(as_typed(as_text(value)) for value in values)
                    typed = tuple(sorted(several, key=_value_key))
                case Operator.CONTAINS:
                    typed = tuple(as_text(value) for value in values)
                case _:
                    typed = tuple(_number(value) for value in values)
            return replace(condition, values=typed)
        case Performed(where=where) | Changed(where=where) | Happens(where=where):
            inner = None if where is None else normal(where)
            return replace(condition, where=None if inner == All() else inner)
        case CompareFields() | InSegment() | MessageIs():
            return condition
        case _:
            assert_never(condition)


def _number(value: Scalar) -> Scalar:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _group(kind: type[All | Any], parts: Iterable[Condition]) -> Condition:
    flat: list[Condition] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else [part]
    # A part that always (never) holds decides the group, or adds nothing to it.
    neutral, final = (All(), _NEVER) if kind is All else (_NEVER, All())
    if final in flat:
        return final
    found = sorted(_joined(kind, [part for part in flat if part != neutral]), key=repr)
    unique = tuple(dict.fromkeys(found))
    return unique[0] if len(unique) == 1 else kind(unique)


def _joined(kind: type[All | Any], parts: list[Condition]) -> list[Condition]:
    """The parts with tests of one property for equality made one: `any` of `is`, `all` of `is not`."""
    values: dict[tuple[Subject, str], list[Scalar]] = {}
    others: list[Condition] = []
    for part in parts:
        asked = part.part if isinstance(part, Not) and kind is All else part
        is_negated = isinstance(part, Not)
        if isinstance(asked, Compare) and asked.operator is Operator.EQUALS and is_negated is (kind is All):
            values.setdefault((asked.subject, asked.path), []).extend(asked.values)
        else:
            others.append(part)
    for (subject, path), found in values.items():
        test = _leaf(Compare(subject, path, Operator.EQUALS, tuple(found)))
        others.append(Not(test) if kind is All else test)
    return others


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """What must all hold for a condition in its normal form."""
    return condition.parts if isinstance(condition, All) else (condition,)


def all_of(parts: Iterable[Condition]) -> Condition:
    """The normal form of all *parts* together."""
    return normal(All(tuple(parts)))


def as_text(value: Scalar) -> str:
    """A value as it travels: true and false in small letters, numbers in digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def as_typed(text: str) -> Scalar:
    """The value that an author would write for a text: `8017` is a number, `true` a truth value, `007` a text."""
    if text in ("true", "false"):
        return text == "true"
    if _WHOLE.match(text) and text != "-0":
        return int(text)
    if _DECIMAL.match(text):
        number = float(text)
        if as_text(number) == text:
            return number
    return text


def _value_key(value: Scalar) -> tuple[int, float, str]:
    if isinstance(value, bool):
        return 1, float(value), ""
    return (0, float(value), "") if isinstance(value, int | float) else (2, 0.0, value)
