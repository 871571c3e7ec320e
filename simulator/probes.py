"""Which assumptions a trigger's answer stood on, asked only when it matched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from mailwright.definitions.conditions import Compare, Condition, Not, Operator, Subject, Unclaimed, walk
from simulator.operators import TIME_TESTS, as_any_timestamp, as_number, as_timestamp
from simulator.paths import is_plain, values_at

Probe = tuple[str, Callable[[Mapping[str, Any]], bool]]


def assumption_probes(condition: Condition) -> tuple[Probe, ...]:
    """The assumptions that clauses on the event's data may stand on, each with whether it did for some data."""
    return tuple(_probes(condition))


def times_asked(condition: Condition, subject: Subject) -> frozenset[str]:
    """The paths into the subject's data that timestamp tests read."""
    return frozenset(
        clause.path
        for _, clause in walk(condition)
        if isinstance(clause, Compare) and clause.subject is subject and clause.operator in TIME_TESTS
    )


def _probes(condition: Condition) -> Iterator[Probe]:
    for _, clause in walk(condition):
        match clause:
            case Not(part=Compare(subject=Subject.DATA, path=path, operator=operator)):
                if operator is not Operator.EXISTS:
                    yield "missing_property_negation", _is_missing(path)
                else:
                    yield "null_property", _is_null(path)
                if "[]" in path:
                    yield "negation_on_paths", _is_there(path)
                if operator in TIME_TESTS:
                    yield "timestamp_formats", has_another_time(path)
            case Unclaimed(path=path):
                yield "missing_property_negation", _is_missing(path)
            case Compare(subject=Subject.DATA, path=path, operator=Operator.EQUALS, values=values):
                if any(as_number(value) is not None for value in values):
                    yield "numbers_compare_as", _is_numeric_text(path)
            case Compare(subject=Subject.DATA, path=path, operator=Operator.CONTAINS):
                yield "contains_on_list", _is_list(path)
            case Compare(subject=Subject.DATA, path=path, operator=Operator.BETWEEN):
                yield "between", _is_there(path)
            case _:
                pass


@lru_cache(maxsize=4096)
def _is_missing(path: str) -> Callable[[Mapping[str, Any]], bool]:
    if is_plain(path):
        return lambda data: data.get(path) is None
    return lambda data: next((value for value in values_at(data, path) if value is not None), None) is None


@lru_cache(maxsize=4096)
def _is_null(path: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda data: next(values_at(data, path), "") is None


@lru_cache(maxsize=4096)
def has_another_time(path: str) -> Callable[[Mapping[str, Any]], bool]:
    """Whether some data holds a time in a form that timestamp tests do not take (semantics R17)."""
    return lambda data: any(
        as_timestamp(value) is None and as_any_timestamp(value) is not None for value in values_at(data, path)
    )


@lru_cache(maxsize=4096)
def _is_there(path: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda data: next(values_at(data, path), None) is not None


@lru_cache(maxsize=4096)
def _is_numeric_text(path: str) -> Callable[[Mapping[str, Any]], bool]:
    if is_plain(path):
        return lambda data: isinstance(value := data.get(path), str) and as_number(value) is not None
    return lambda data: any(isinstance(value, str) and as_number(value) is not None for value in values_at(data, path))


@lru_cache(maxsize=4096)
def _is_list(path: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda data: any(isinstance(value, list) for value in values_at(data, path))
