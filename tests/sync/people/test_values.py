"""What a cell means, by what people.yaml says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from mailwright.definitions.event_schema import Property
from sync.people.values import Unfit, is_true, value_of

CHICAGO = ZoneInfo("America/Chicago")
NAMED = UUID("12345678-1234-5678-1234-567812345678")


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("text", "x ", "x "),
        ("text", 42, "42"),
        ("text", NAMED, str(NAMED)),
        ("text", date(2026, 1, 2), "2026-01-02"),
        ("integer", " 7 ", 7),
        ("integer", 7.0, 7),
        ("integer", Decimal("7"), 7),
        ("number", "1e3", 1000.0),
        ("number", "-12", -12),
        ("number", Decimal("2.50"), 2.5),
        ("number", Decimal("3.00"), 3),
        ("boolean", "Yes", True),
        ("boolean", 0, False),
        ("timestamp", "1767312000", 1767312000),
        ("timestamp", 1767312000.9, 1767312000),
        ("timestamp", "2026-01-02T00:00:00Z", 1767312000),
        ("timestamp", "2026-01-01 18:00", 1767312000),
        ("timestamp", date(2026, 1, 2), 1767333600),
        ("timestamp", datetime(2026, 1, 2, tzinfo=UTC), 1767312000),
        ("timestamp", datetime.fromisoformat("2026-01-01T18:00"), 1767312000),
        ("list", "[1, null]", [1, None]),
        ("list", (date(2026, 1, 2),), [1767333600]),
        ("object", '{"a": {"b": 1}}', {"a": {"b": 1}}),
        ("object", {1: NAMED}, {"1": str(NAMED)}),
        ("any", "007", "007"),
        ("any", True, True),
        ("any", {"a": [1.5]}, {"a": [1.5]}),
        ("any", None, None),
    ],
)
def test_a_cell_becomes_the_value_of_its_type(kind: str, cell: Any, value: Any):
    found = value_of(cell, Property(type=kind), CHICAGO)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("kind", "cell", "reason"),
    [
        ("text", 1.5, "is no text"),
        ("text", {"a": 1}, "is no text"),
        ("text", object(), "is no text"),
        ("text", "\udcff", "is not UTF-8"),
        ("integer", "1.5", "is no whole number"),
        ("integer", True, "is no whole number"),
        ("integer", 1.5, "is no whole number"),
        ("integer", 1 << 70, "that JSON readers do not agree on"),
        ("number", "many", "is no number"),
        ("number", float("nan"), "is no number"),
        ("number", Decimal("NaN"), "is no number"),
        ("number", "1e999", "that JSON readers do not agree on"),
        ("boolean", "maybe", "is neither yes nor no"),
        ("boolean", 2, "is neither yes nor no"),
        ("timestamp", "soon", "is no time"),
        ("timestamp", "2026-13-40", "is no time"),
        ("timestamp", 1767312000000, "is in milliseconds"),
        ("timestamp", True, "is no time"),
        ("list", "{}", "is no list"),
        ("list", "[", "is no JSON"),
        ("object", "[]", "is no object"),
        ("any", b"x", "is nothing that JSON has"),
    ],
)
def test_a_cell_that_does_not_fit_is_refused_without_its_value(kind: str, cell: Any, reason: str):
    with pytest.raises(Unfit, match=reason):
        value_of(cell, Property(type=kind), UTC)


def test_of_several_types_the_first_that_fits_counts():
    both = Property(type=["integer", "text"])
    assert [value_of(one, both, UTC) for one in ("7", "seven")] == [7, "seven"]
    with pytest.raises(Unfit, match="is no text"):
        value_of([], both, UTC)


def test_only_allowed_values_are_taken():
    some = Property(type="text", allowed=["free", "pro"])
    assert value_of("pro", some, UTC) == "pro"
    with pytest.raises(Unfit, match="none of the values"):
        value_of("gold", some, UTC)


def test_an_empty_cell_says_no():
    assert [is_true(cell) for cell in (None, "yes", False)] == [False, True, False]
