"""Conditions in short English, clause by clause: `campaign_id is not 8017 or 8018`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from mailwright.definitions.conditions import (
    All,
    Any,
    Changed,
    Compare,
    CompareFields,
    Condition,
    EventType,
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
from mailwright.definitions.names import duration_as_text
from mailwright.loading.condition_operands import date_as_text

_PLAIN = re.compile(r"[\w@./:+$%{}-]+\Z")
_SUBJECTS = {Subject.DATA: "", Subject.TO: "its new value", Subject.FROM: "its old value"}
_MOST_VALUES = 8


def condition_as_sentence(condition: Condition) -> str:
    """What *condition* asks, in a sentence without its full stop."""
    return _said(condition, positive=True)


def _said(condition: Condition, *, positive: bool) -> str:
    match condition:
        case Compare():
            return f"{_field(condition.subject, condition.path)} {_test(condition, positive=positive)}"
        case Unclaimed(subject=subject, path=path, pattern=pattern, claimed=claimed):
            taken = f" ({_values(claimed, 'or')})" if claimed else ""
            return f"{_field(subject, path)} is {'not ' if positive else ''}taken by {pattern}{taken}"
        case CompareFields(left=left, left_path=left_path, operator=operator, right=right, right_path=right_path):
            word = "is" if operator is Operator.EQUALS else operator.value.replace("_", " ")
            return f"{_field(left, left_path)} {word} {_no(positive)}the same as {right.value}.{right_path}"
        case InSegment(segment=segment):
            return f"the person is {_no(positive)}in the segment {segment}"
        case Performed():
            return _performed(condition, positive=positive)
        case Changed():
            return _changed(condition, positive=positive)
        case Happens(event=event, where=where, type=kind):
            return f"{_event(event, kind)} {'happens' if positive else 'does not happen'}{_with(where)}"
        case MessageIs(step=step, state=state, campaign=campaign, times=times, within=within):
            of = f" of {campaign}" if campaign else ""
            return f"the message {step}{of} was {_no(positive)}{state.value}{_counted(times, within)}"
        case All(parts=parts):
            return _joined(parts, "and", "always" if positive else "never", positive=positive)
        case Any(parts=parts):
            return _joined(parts, "or", "never" if positive else "always", positive=positive)
        case Not(part=part):
            return _said(part, positive=not positive)
        case _:
            assert_never(condition)


def _joined(parts: Sequence[Condition], word: str, empty: str, *, positive: bool) -> str:
    if not parts:
        return empty
    if len(parts) == 1:
        return _said(parts[0], positive=positive)
    said = f" {word} ".join(_bracketed(part) for part in parts)
    return said if positive else f"not ({said})"


def _bracketed(part: Condition) -> str:
    said = condition_as_sentence(part)
    is_group = isinstance(part, All | Any) and len(part.parts) > 1
    return f"({said})" if is_group else said


def _no(positive: bool) -> str:
    return "" if positive else "not "


def _field(subject: Subject, path: str) -> str:
    if subject in _SUBJECTS:
        return _SUBJECTS[subject] or path
    return f"{subject.value}.{path}" if path else subject.value


def _test(compare: Compare, *, positive: bool) -> str:
    no = _no(positive)
    values = compare.values
    match compare.operator:
        case Operator.EQUALS:
            return f"is {no}{_values(values, 'or')}"
        case Operator.CONTAINS:
            return f"{'contains' if positive else 'does not contain'} {_values(values, 'or')}"
        case Operator.EXISTS:
            return "is present" if positive else "is missing"
        case Operator.ABOVE | Operator.BELOW:
            return f"is {no}{compare.operator.value} {_values(values, 'or')}"
        case Operator.BETWEEN:
            return f"is {no}between {_values(values, 'and')}"
        case Operator.MORE_THAN_AGO | Operator.LESS_THAN_AGO:
            return f"is {no}{_word(compare.operator)} {_lengths(values)} ago"
        case Operator.MORE_THAN_AHEAD | Operator.LESS_THAN_AHEAD:
            return f"is {no}{_word(compare.operator)} {_lengths(values)} ahead"
        case Operator.AFTER | Operator.BEFORE:
            return f"is {no}{compare.operator.value} {' or '.join(date_as_text(value) for value in values)}"
        case Operator.IS_TIMESTAMP:
            return f"is {no}a timestamp"
        case _:
            assert_never(compare.operator)


def _word(operator: Operator) -> str:
    return "more than" if operator.value.startswith("more") else "less than"


def _lengths(values: Sequence[Scalar]) -> str:
    return " or ".join(
        value if isinstance(value, str) else duration_as_text(timedelta(seconds=value)) for value in values
    )


def _values(values: Sequence[Scalar], word: str) -> str:
    shown = [_value(value) for value in values[:_MOST_VALUES]]
    if len(values) > _MOST_VALUES:
        return f"{', '.join(shown)} {word} one of {len(values) - _MOST_VALUES} more"
    if len(shown) < 2:
        return "".join(shown) or "nothing"
    return f"{', '.join(shown[:-1])} {word} {shown[-1]}"


def _value(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if _PLAIN.match(value) else f"'{value}'"
    return str(value)


def _event(event: str, kind: EventType) -> str:
    return event if kind is EventType.EVENT else f"the {kind.value} {event}"


def _with(where: Condition | None) -> str:
    return "" if where is None else f" with {condition_as_sentence(where)}"


def _counted(times: int, within: timedelta | None) -> str:
    often = "" if times == 1 else f" at least {times} times"
    return often if within is None else f"{often} in the last {duration_as_text(within)}"


def _performed(asked: Performed, *, positive: bool) -> str:
    did = "performed" if positive else "did not perform"
    event = _event(asked.event, asked.type)
    return f"the person {did} {event}{_counted(asked.times, asked.within)}{_with(asked.where)}"


def _changed(asked: Changed, *, positive: bool) -> str:
    did = "changed" if positive else "did not change"
    where = "" if asked.where is None else f" so that {condition_as_sentence(asked.where)}"
    return f"{asked.attribute} {did}{_counted(asked.times, asked.within)}{where}"
