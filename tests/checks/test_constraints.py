"""What conditions surely demand of the values they read."""

from __future__ import annotations

from mailwright.checks.constraints import guaranteed
from mailwright.definitions.conditions import All, Compare, Not, Operator, Subject


def equals(path: str, *values: str | float | bool) -> Compare:
    return Compare(Subject.DATA, path, Operator.EQUALS, values)


def test_a_positive_test_guarantees_a_value_and_a_negation_does_not():
    condition = All((equals("type", "photo"), Not(equals("source", "sms"))))
    assert guaranteed(condition) == {(Subject.DATA, "type")}
