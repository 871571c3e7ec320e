"""Conditions and workflows by chance, as authors could write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import strategies as st

from mailwright.definitions.conditions import (
    All,
    Any,
    Changed,
    Compare,
    Condition,
    InSegment,
    Not,
    Operator,
    Performed,
    Subject,
)
from sync.codecs.references import References

SEGMENTS = {"staff": 17, "lapsed": 23, "paying": 31}
NAMES = st.sampled_from(["plan", "cart.total", "items[].sku", "São Paulo", "a/b c", "n"])
TEXTS = st.one_of(
    st.sampled_from(["pro", "8017", "007", "true", "1.5", "", "Ünï ★", "a b", "{{x}}", "-0", "1e3"]),
    st.text(st.characters(blacklist_categories=("Cs",)), max_size=12),
)
SCALARS = st.one_of(TEXTS, st.integers(-(10**9), 10**9), st.booleans(), st.floats(-1e6, 1e6, allow_nan=False, width=32))
NUMBERS = st.one_of(st.integers(-(10**6), 10**6), st.floats(-1000, 1000, allow_nan=False, width=32))
SECONDS = st.integers(1, 10**7)


@st.composite
def comparisons(draw: st.DrawFn, subject: Subject, *, several: bool = True) -> Compare:
    operator = draw(st.sampled_from([one for one in Operator if one is not Operator.IS_TIMESTAMP]))
    path = "" if subject in (Subject.TO, Subject.FROM) else draw(NAMES)
    match operator:
        case Operator.EQUALS:
            values = tuple(draw(st.lists(SCALARS, min_size=1, max_size=3 if several else 1)))
        case Operator.CONTAINS:
            values = (draw(TEXTS.filter(bool)),)
        case Operator.EXISTS:
            values = ()
        case Operator.ABOVE | Operator.BELOW:
            values = (draw(NUMBERS),)
        case Operator.BETWEEN:
            values = tuple(sorted((draw(NUMBERS), draw(NUMBERS))))
        case Operator.AFTER | Operator.BEFORE:
            values = (draw(st.integers(0, 2 * 10**9)),)
        case _:
            values = (draw(SECONDS),)
    return Compare(subject, path, operator, values)


def trees(leaves: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Nested groups and negations over *leaves*."""

    def groups(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.one_of(parts.map(All), parts.map(Any), inner.map(Not))

    return st.recursive(leaves, groups, max_leaves=6)


def performed() -> st.SearchStrategy[Condition]:
    lengths = st.one_of(st.none(), st.integers(1, 400).map(lambda hours: timedelta(hours=hours)))
    data = st.one_of(st.none(), trees(comparisons(Subject.DATA)))
    sides = st.one_of(st.none(), comparisons(Subject.TO), comparisons(Subject.FROM))
    return st.one_of(
        st.builds(Performed, st.sampled_from(["signed_up", "Page viewed"]), st.integers(1, 9), lengths, data),
        st.builds(Changed, st.sampled_from(["plan", "city"]), sides, st.integers(1, 3), lengths),
    )


def audiences() -> st.SearchStrategy[Condition]:
    """What triggers of segment campaigns and segments may ask."""
    segments = st.sampled_from(sorted(SEGMENTS)).map(InSegment)
    return trees(st.one_of(comparisons(Subject.PERSON), segments, performed()))


@pytest.fixture
def names() -> References:
    return References(segments=dict(SEGMENTS), events={"paid": 12}, topics={"news": 1}, layouts={"base@1": 7})
