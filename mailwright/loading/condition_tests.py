"""`property: test` lines → clauses: the part of the grammar that compares values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mailwright.definitions.conditions import All, Any, Compare, CompareFields, Operator, Subject, Unclaimed
from mailwright.diagnostics import nearest
from mailwright.loading.clauses import Clause, Notes
from mailwright.loading.condition_operands import OperandError, kind_of, operand, scalar, text
from mailwright.loading.paths import path_problem
from mailwright.loading.yaml_builder import Path

GROUPS = ("any", "all", "not")
_GLOB = re.compile(r"[A-Za-z0-9_.*?\[\]!-]{1,100}\Z")
_READABLE = {
    "person": Subject.PERSON,
    "event": Subject.EVENT,
    "object": Subject.OBJECT,
    "relationship": Subject.RELATIONSHIP,
}
_ONE_VALUE = {
    operator.value: operator
    for operator in (
        Operator.CONTAINS,
        Operator.ABOVE,
        Operator.BELOW,
        Operator.MORE_THAN_AGO,
        Operator.LESS_THAN_AGO,
        Operator.MORE_THAN_AHEAD,
        Operator.LESS_THAN_AHEAD,
        Operator.AFTER,
        Operator.BEFORE,
    )
}
_YES_OR_NO = {"exists": Operator.EXISTS, "is_timestamp": Operator.IS_TIMESTAMP}
OPERATORS = (
    *("not", "equals", "in", "not_in", "contains", "not_contains", "above", "below", "between", "exists"),
    *("more_than_ago", "less_than_ago", "more_than_ahead", "less_than_ahead", "after", "before", "is_timestamp"),
    *("unclaimed_by", "same_as", "not_same_as"),
)
_OTHER_WORDS = {
    "eq": "equals",
    "is": "equals",
    "=": "equals",
    "==": "equals",
    "!=": "not",
    "is_not": "not",
    "ne": "not",
    "gt": "above",
    ">": "above",
    "greater_than": "above",
    "lt": "below",
    "<": "below",
    "less_than": "below",
    "any_of": "in",
    "one_of": "in",
    "none_of": "not_in",
    "includes": "contains",
    "present": "exists",
    "older_than": "more_than_ago",
    "newer_than": "less_than_ago",
    "since": "after",
    "until": "before",
}


def value_tests(
    raw: object, subject: Subject, path: Path, notes: Notes, depth: int = 0, kind: type[All | Any] = All
) -> Clause:
    """The clause that the lines of *raw* make: every line must hold, or any where *kind* says so."""
    depth = notes.deepened(depth, path)
    if isinstance(raw, list):
        parts = [value_tests(item, subject, (*path, index), notes, depth) for index, item in enumerate(raw)]
    elif isinstance(raw, Mapping):
        parts = [_line(key, value, subject, (*path, key), notes, depth) for key, value in raw.items()]
    else:
        notes.problem("wrong-type", f"{kind_of(raw)} stands where tests are needed", path, "`property: value` lines")
        return notes.nothing(path)
    return notes.joined(kind, parts, path)


def group_problem(key: str, raw: object, path: Path, notes: Notes) -> bool:
    """Whether the lines of `any`, `all` or `not` are missing, or mean nothing certain; the problem is noted."""
    if isinstance(raw, list | Mapping) and not raw:
        notes.problem("wrong-value", f"`{key}` has no lines", path, "write at least one, or remove it", key=True)
        return True
    if key == "not" and isinstance(raw, list) and len(raw) > 1:
        notes.problem(
            "wrong-type",
            "`not` of a list can mean two things",
            path,
            "`not: {any: […]}` or `not: {all: […]}`",
            key=True,
        )
        return True
    return False


def _line(key: str, raw: object, subject: Subject, path: Path, notes: Notes, depth: int) -> Clause:
    if key in GROUPS:
        if group_problem(key, raw, path, notes):
            return notes.nothing(path)
        inner = value_tests(raw, subject, path, notes, depth, Any if key == "any" else All)
        return notes.negated(inner, path) if key == "not" else inner
    wrong = path_problem(key)
    if wrong is not None:
        notes.problem("bad-path", f"'{key[:80]}' is no path", path, wrong, key=True)
        return notes.nothing(path)
    return value_test(raw, subject, key, path, notes, depth)


def value_test(raw: object, subject: Subject, name: str, path: Path, notes: Notes, depth: int) -> Clause:
    """The clause for one value of *subject*: what stands right of the colon says how it is compared."""
    depth = notes.deepened(depth, path)
    if isinstance(raw, Mapping):
        if not raw:
            notes.problem("wrong-value", f"'{name}' has no test", path, "a value, or an operator such as {not: sms}")
            return notes.nothing(path)
        parts = [_operator(key, value, subject, name, (*path, key), notes, depth) for key, value in raw.items()]
        return notes.joined(All, parts, path)
    if raw is None:
        return notes.negated(notes.clause(Compare(subject, name, Operator.EXISTS), path), path)
    if isinstance(raw, list):
        return _one_of(raw, subject, name, path, notes)
    return notes.clause(Compare(subject, name, Operator.EQUALS, (scalar(raw),)), path)


def _one_of(raw: object, subject: Subject, name: str, path: Path, notes: Notes) -> Clause:
    if not isinstance(raw, list):
        notes.problem("wrong-type", f"{kind_of(raw)} stands where a list is needed", path, "[one, two]")
        return notes.nothing(path)
    if not raw:
        notes.problem("wrong-value", "a list without values matches nothing", path, "write at least one value")
        return notes.nothing(path)
    values = []
    for index, item in enumerate(raw):
        try:
            values.append(scalar(item))
        except OperandError as error:
            notes.problem("wrong-type", str(error), (*path, index), error.hint)
    return notes.clause(Compare(subject, name, Operator.EQUALS, tuple(values)), path)


def _operator(key: str, raw: object, subject: Subject, name: str, path: Path, notes: Notes, depth: int) -> Clause:
    try:
        return _understood(key, raw, subject, name, path, notes, depth)
    except OperandError as error:
        notes.problem("wrong-value", str(error), path, error.hint)
    return notes.nothing(path)


def _understood(key: str, raw: object, subject: Subject, name: str, path: Path, notes: Notes, depth: int) -> Clause:
    if key in _ONE_VALUE:
        operator = _ONE_VALUE[key]
        return notes.clause(Compare(subject, name, operator, (operand(operator, raw),)), path)
    match key:
        case "not":
            return notes.negated(value_test(raw, subject, name, path, notes, depth), path)
        case "equals":
            return notes.clause(Compare(subject, name, Operator.EQUALS, (operand(Operator.EQUALS, raw),)), path)
        case "in":
            return _one_of(raw, subject, name, path, notes)
        case "not_in":
            return notes.negated(_one_of(raw, subject, name, path, notes), path)
        case "not_contains":
            contains = Compare(subject, name, Operator.CONTAINS, (operand(Operator.CONTAINS, raw),))
            return notes.negated(notes.clause(contains, path), path)
        case "between":
            return notes.clause(Compare(subject, name, Operator.BETWEEN, _ends(raw)), path)
        case "exists" | "is_timestamp":
            if not isinstance(raw, bool):
                raise OperandError(f"`{key}` is true or false, not {kind_of(raw)}", f"`{key}: true`")
            clause = notes.clause(Compare(subject, name, _YES_OR_NO[key]), path)
            return clause if raw else notes.negated(clause, path)
        case "unclaimed_by":
            return notes.clause(Unclaimed(subject, name, _glob(raw)), path)
        case "same_as" | "not_same_as":
            right, right_path = _other_field(raw)
            same = notes.clause(CompareFields(subject, name, Operator.EQUALS, right, right_path), path)
            return same if key == "same_as" else notes.negated(same, path)
        case _:
            _unknown_operator(key, name, path, notes)
            return notes.nothing(path)


def _ends(raw: object) -> tuple[str | int | float | bool, ...]:
    if not isinstance(raw, list) or len(raw) != 2:
        raise OperandError("`between` has two ends", "`between: [10, 50]`")
    low, high = (operand(Operator.BETWEEN, end) for end in raw)
    if not isinstance(low, str) and not isinstance(high, str) and low > high:
        raise OperandError(f"nothing lies between {low} and {high}", f"`between: [{high}, {low}]`")
    return low, high


def _glob(raw: object) -> str:
    pattern = text(raw)
    if not _GLOB.match(pattern):
        raise OperandError(f"'{pattern[:60]}' matches no campaign's folder name", "such as `signup-*`")
    return pattern


def _other_field(raw: object) -> tuple[Subject, str]:
    subject, _, path = text(raw).partition(".")
    if subject not in _READABLE or path_problem(path) is not None:
        raise OperandError(
            f"'{str(raw)[:80]}' names no field", "person.plan, event.agreement_id, object.x, relationship.x"
        )
    return _READABLE[subject], path


def _unknown_operator(key: str, name: str, path: Path, notes: Notes) -> None:
    near = _OTHER_WORDS.get(key) or nearest(key, OPERATORS)
    if near is not None:
        hint = f"`{near}`"
    else:
        hint = f"for a value inside '{name}' write `{name}.{key}`; operators: {_listed(OPERATORS)}"
    notes.problem("unknown-operator", f"no operator is called '{key[:60]}'", path, hint, key=True)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
