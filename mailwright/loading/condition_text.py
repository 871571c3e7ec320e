"""Conditions as authors write them: the way back from the tree to the short forms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any as Anything

from mailwright.definitions.condition_fields import Form
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
    parts_of,
)
from mailwright.definitions.names import duration_as_text
from mailwright.loading.condition_operands import OperandError, date_as_text, unix_time
from mailwright.loading.condition_sentences import condition_as_sentence
from mailwright.loading.condition_tests import GROUPS

Written = dict[str, Anything]

_SUBJECT_OF = {
    Form.WHERE: Subject.DATA,
    Form.PERSON: Subject.PERSON,
    Form.OBJECT: Subject.OBJECT,
    Form.RELATIONSHIP: Subject.RELATIONSHIP,
}
_LENGTHS = (Operator.MORE_THAN_AGO, Operator.LESS_THAN_AGO, Operator.MORE_THAN_AHEAD, Operator.LESS_THAN_AHEAD)
_MOMENTS = (Operator.AFTER, Operator.BEFORE)


class NoShortForm(ValueError):
    """A condition that no author could have written."""


def condition_as_yaml(condition: Condition, form: Form = Form.FILTER) -> Written:
    """*condition* as the plain data that an author would write in *form*; read back it is an equal condition.

    Raises: NoShortForm for trees that no form gives, such as an `any` without parts.
    """
    if condition == All():
        return {}
    if form in _SUBJECT_OF:
        if _subject(condition) is not _SUBJECT_OF[form]:
            raise NoShortForm(f"a {form} condition asks {_SUBJECT_OF[form]} only")
        return _block(condition, form)
    return _block(condition, form)


def _block(condition: Condition, form: Form) -> Written:
    """The lines of *condition*: one map, whose lines must all hold."""
    if form is Form.WAIT_ANY:
        parts = condition.parts if isinstance(condition, Any) else (condition,)
        lines = [_line(part, Form.WAIT) for part in parts]
        together = _together(lines)
        return {"any": [_block(part, Form.WAIT) for part in parts]} if together is None else together
    if isinstance(condition, All) and len(condition.parts) > 1 and _tests_of_one(condition, form) is None:
        lines = [_line(part, form) for part in condition.parts]
        subject = _subject(condition)
        together = _together(lines)
        if together is not None and (form in _SUBJECT_OF or subject is None):
            return together
    return _line(condition, form)


def _together(lines: Sequence[Written]) -> Written | None:
    """Several lines as one map; None when two of them start alike."""
    keys = [key for line in lines for key in line]
    if len(set(keys)) < len(keys):
        return None
    return {key: value for line in lines for key, value in line.items()}


def _line(condition: Condition, form: Form) -> Written:
    """*condition* as one line, which may stand beside others."""
    if form not in _SUBJECT_OF:
        subject = _subject(condition)
        if subject is not None:
            if subject in (Subject.DATA, Subject.TO, Subject.FROM):
                raise NoShortForm(f"nothing in a {form} is a {subject}")
            return {subject.value: _block(condition, _form_of(subject))}
    else:
        tests = _tests_of_one(condition, form)
        if tests is not None:
            return tests
    match condition:
        case All(parts=(part,)) | Any(parts=(part,)):
            return _line(part, form)
        case All(parts=()) | Any(parts=()):
            raise NoShortForm("a group without parts")
        case All(parts=parts):
            return {"all": [_block(part, form) for part in parts]}
        case Any(parts=parts):
            return {"any": [_block(part, form) for part in parts]}
        case Not(part=part):
            return {"not": _block(part, form)}
        case _ if form in _SUBJECT_OF:
            raise NoShortForm(f"a {type(condition).__name__} is no test of a value")
        case _:
            return _subject_line(condition, form)


def _form_of(subject: Subject) -> Form:
    # Inside `event: {...}` the lines are those of `where:`, about another subject.
    return Form.PERSON if subject is Subject.PERSON else Form.WHERE


def _subject_line(condition: Condition, form: Form) -> Written:
    match condition:
        case InSegment(segment=segment):
            return {"segment": segment}
        case Performed(event=event, times=times, within=within, where=where, type=kind):
            more = {**_counted(times, within), **_inner(where), **_typed(kind)}
            return {"performed": {"event": event, **more} if more else event}
        case Changed(attribute=attribute, where=where, times=times, within=within):
            more = {**_sides(where), **_counted(times, within)}
            return {"changed": {"attribute": attribute, **more} if more else attribute}
        case Happens(event=event, where=where, type=kind):
            if form is not Form.WAIT:
                raise NoShortForm("only a wait names an event to come")
            return {"event": event, **_inner(where), **_typed(kind)}
        case MessageIs(step=step, state=state, campaign=campaign, times=times, within=within):
            named = {} if campaign is None else {"campaign": campaign}
            return {"message": {**named, "step": step, "is": state.value, **_counted(times, within)}}
        case _:
            raise NoShortForm(f"a {type(condition).__name__} starts no line")


def _counted(times: int, within: timedelta | None) -> Written:
    found: Written = {} if times == 1 else {"times": times}
    return found if within is None else {**found, "within": _length(within.total_seconds())}


def _inner(where: Condition | None) -> Written:
    return {} if where is None else {"where": _block(where, Form.WHERE)}


def _typed(kind: EventType) -> Written:
    return {} if kind is EventType.EVENT else {"type": kind.value}


def _sides(where: Condition | None) -> Written:
    if where is None:
        return {}
    parts = (where,) if _subject(where) is not None or not isinstance(where, All) else where.parts
    found: Written = {}
    for part in parts:
        key = {Subject.TO: "to", Subject.FROM: "from"}.get(_subject(part) or Subject.DATA)
        if key is None or key in found:
            raise NoShortForm("a change has one test of the new value and one of the old")
        found[key] = _test(part)
    return found


def _subject(condition: Condition) -> Subject | None:
    """Whose values *condition* tests, where it tests values of one subject only."""
    match condition:
        case Compare(subject=subject) | Unclaimed(subject=subject) | CompareFields(left=subject):
            return subject
        case All() | Any() | Not():
            found = {_subject(part) for part in parts_of(condition)}
            return next(iter(found)) if len(found) == 1 else None
        case _:
            return None


def _path(condition: Condition) -> str | None:
    """The one path that *condition* tests in a way that can stand right of one colon."""
    match condition:
        case Compare(path=path) | Unclaimed(path=path) | CompareFields(left_path=path):
            return path
        case Not(part=part):
            return _path(part)
        case All(parts=parts) if len(parts) > 1:
            paths = {_path(part) for part in parts}
            return next(iter(paths)) if len(paths) == 1 else None
        case _:
            return None


def _tests_of_one(condition: Condition, form: Form) -> Written | None:
    """`path: test` where all of *condition* is about one path; None where it is not."""
    if form not in _SUBJECT_OF:
        return None
    path = _path(condition)
    if path is None or _subject(condition) is None:
        return None
    try:
        test = _test(condition)
    except NoShortForm:
        if not isinstance(condition, All | Not):
            raise
        return None
    if path in GROUPS or not path:
        raise NoShortForm(f"'{path}' cannot be told from a group of conditions")
    return {path: test}


def _test(condition: Condition) -> Anything:
    """What stands right of the colon."""
    match condition:
        case Compare(operator=Operator.EQUALS, values=(value,)):
            return value
        case Compare(operator=Operator.EQUALS, values=values) if values:
            return list(values)
        case _:
            return _operators(condition)


def _operators(condition: Condition) -> Written:
    match condition:
        case Compare():
            return _comparison(condition)
        case Unclaimed(pattern=pattern):
            return {"unclaimed_by": pattern}
        case CompareFields(operator=Operator.EQUALS, right=right, right_path=path):
            return {"same_as": f"{right.value}.{path}"}
        case Not(part=Compare(operator=Operator.EQUALS, values=values)) if len(values) > 1:
            return {"not_in": list(values)}
        case Not(part=Compare(operator=Operator.CONTAINS, values=(value,))):
            return {"not_contains": value}
        case Not(part=Compare(operator=Operator.EXISTS)):
            return {"exists": False}
        case Not(part=Compare(operator=Operator.IS_TIMESTAMP)):
            return {"is_timestamp": False}
        case Not(part=CompareFields(operator=Operator.EQUALS, right=right, right_path=path)):
            return {"not_same_as": f"{right.value}.{path}"}
        case Not(part=part):
            return {"not": _test(part)}
        case All(parts=parts) if len(parts) > 1 and not any(isinstance(part, All) for part in parts):
            together = _together([_operators(part) for part in parts])
            if together is None:
                raise NoShortForm("two tests of one kind on one line")
            return together
        case _:
            raise NoShortForm(f"a {type(condition).__name__} is no test of one value")


def _comparison(compare: Compare) -> Written:
    operator, values = compare.operator, compare.values
    match operator:
        case Operator.EXISTS | Operator.IS_TIMESTAMP:
            return {operator.value: True}
        case Operator.BETWEEN:
            return {"between": list(values)}
        case Operator.EQUALS if len(values) == 1:
            return {"equals": values[0]}
        case Operator.EQUALS if values:
            return {"in": list(values)}
        case _ if len(values) != 1:
            raise NoShortForm(f"{operator} compares with one value")
        case _ if operator in _LENGTHS:
            return {operator.value: _length(values[0])}
        case _ if operator in _MOMENTS:
            return {operator.value: _moment(values[0])}
        case _:
            return {operator.value: values[0]}


def _length(seconds: Scalar) -> Anything:
    if isinstance(seconds, str):
        return seconds
    return duration_as_text(timedelta(seconds=seconds)) if seconds == int(seconds) else f"{seconds}s"


def _moment(at: Scalar) -> Scalar:
    if isinstance(at, str):
        return at
    written = date_as_text(at)
    try:
        return written if unix_time(written) == at else at
    except OperandError as error:
        raise NoShortForm(f"{at} is no moment") from error


__all__ = ["NoShortForm", "condition_as_sentence", "condition_as_yaml"]
