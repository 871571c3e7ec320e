"""The values that stand for all others: whatever a value passes and fails, one of them passes and fails too."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import conditions_by_chance as by_chance
from hypothesis import given
from hypothesis import strategies as st

from mailwright.definitions.conditions import Compare, Not, Subject, Unclaimed
from mailwright.definitions.event_schema import EventSchema, Property
from mailwright.definitions.project import Project
from simulator.proofs.context import Context
from simulator.proofs.domains import Chosen, Impossible
from simulator.proofs.formulas import ValueAtom
from simulator.proofs.list_domain import ElementsDomain
from simulator.proofs.probes import ABSENT
from simulator.proofs.value_domain import ValueDomain

TEXTS = st.one_of(
    st.sampled_from(by_chance.TEXTS),
    st.lists(st.sampled_from(by_chance.TEXTS), min_size=1, max_size=3).map(" ".join),
    st.text(alphabet="ABab08.- @Ü", max_size=6),
)
SCALARS = st.one_of(
    TEXTS,
    st.sampled_from(by_chance.NUMBERS),
    st.integers(-20, 20),
    st.integers(by_chance.NOW - 700_000, by_chance.NOW + 700_000),
    st.floats(-20, 20),
    st.booleans(),
    st.none(),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.just({}), st.just(ABSENT))


def comparisons_of(seed: int, path: str) -> list[ValueAtom]:
    """Some comparisons of one value, and the negations of some."""
    chance = Random(seed)
    found = []
    while len(found) < chance.choice((1, 2, 3, 4)):
        leaf = by_chance.comparison(chance, Subject.DATA, path)
        if isinstance(leaf, Compare) and not isinstance(leaf, Unclaimed):
            found.append(ValueAtom((Subject.DATA, path), Not(leaf) if chance.random() < 0.4 else leaf))
    return found


@given(seed=st.integers(0, 10**6), value=VALUES)
def test_a_value_of_the_same_class_is_found_for_every_value(seed: int, value: Any):
    domain = ValueDomain(comparisons_of(seed, "v"), by_chance.NOW, Context())
    answers = domain.answers(value)
    everything = (1 << len(domain.leaves)) - 1
    found = domain.choose(answers, everything & ~answers)
    if isinstance(found, Impossible):
        assert found.doubt  # never "there is none" where there is one
    else:
        assert domain.answers(found.value) == answers


@given(seed=st.integers(0, 10**6), values=st.lists(SCALARS, max_size=3))
def test_elements_of_the_same_class_are_found_for_every_list(seed: int, values: list[Any]):
    atoms = comparisons_of(seed, "items[].sku")
    single = [ValueDomain([atom], by_chance.NOW, Context()) for atom in atoms]
    answers = 0
    for bit, (atom, domain) in enumerate(zip(atoms, single, strict=True)):
        each = [bool(domain.answers(value)) for value in values]
        answers |= (all(each) if isinstance(atom.leaf, Not) else any(each)) << bit
    found = ElementsDomain(atoms, by_chance.NOW, Context()).choose(answers, (1 << len(atoms)) - 1 & ~answers)
    assert isinstance(found, Chosen) or found.doubt


@given(seed=st.integers(0, 10**6), value=st.sampled_from(["photo", "text", None]))
def test_values_that_a_schema_lists_are_all_there_are(seed: int, value: Any):
    listed = Property(type="text", required=True, nullable=True, allowed=["photo", "text"])
    project = Project(Path("."), events={"posted": EventSchema(name="posted", properties={"v": listed})})
    domain = ValueDomain(comparisons_of(seed, "v"), by_chance.NOW, Context(event="posted", project=project))
    answers = domain.answers(value)
    found = domain.choose(answers, (1 << len(domain.leaves)) - 1 & ~answers)
    assert isinstance(found, Chosen)
    assert found.value in ("photo", "text", None)
