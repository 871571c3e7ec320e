"""Which campaigns an event starts, found by an index and by asking them all."""

from __future__ import annotations

from building import data
from hypothesis import given
from hypothesis import strategies as st

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.conditions import All, Compare, Not, Operator, Subject
from mailwright.definitions.conditions import Any as AnyOf
from simulator.conditions import Check
from simulator.moment import Moment
from simulator.people import Person
from simulator.routing import Route, router_for

VALUES = st.sampled_from(["a", "A", "b", "8", "8.0", 8, True, "true", 7.5, ""])
LEAVES = st.builds(
    lambda path, values, negated: Not(data(path, *values)) if negated else data(path, *values),
    st.sampled_from(["id", "type", "deep.id"]), st.lists(VALUES, min_size=1, max_size=3), st.booleans(),
)  # fmt: skip
CONDITIONS = st.one_of(
    st.just(All()),
    LEAVES,
    st.lists(LEAVES, max_size=3).map(lambda parts: All(tuple(parts))),
    st.lists(LEAVES, max_size=2).map(lambda parts: AnyOf(tuple(parts))),
)
DATA = st.fixed_dictionaries({}, optional={name: VALUES | st.none() | st.lists(VALUES) for name in ("id", "type")})


def routes_of(conditions, assumptions):
    checks = [Check(condition, assumptions) for condition in conditions]
    return [Route(n, check.condition, check.holds, check.always) for n, check in enumerate(checks)]


@given(st.lists(CONDITIONS, max_size=6), DATA, st.sampled_from(["number", "text"]))
def test_the_index_finds_what_asking_every_campaign_finds(conditions, given_data, numbers):
    assumptions = Assumptions(numbers_compare_as=numbers)
    routes = routes_of(conditions, assumptions)
    moment = Moment(0, Person("p", 0), {}, lambda slug, at: False)
    moment.event = moment.data = given_data
    found = router_for(routes, assumptions).matches(given_data, moment)
    assert [route.number for route in found] == [route.number for route in routes if route.holds(moment)]


def test_campaigns_are_told_apart_by_the_property_most_of_them_ask_for():
    both = [All((data("id", n), data("type", "x"))) for n in range(3)] + [data("type", "y")]
    router = router_for(routes_of(both, Assumptions()), Assumptions())
    assert [name for name, _ in router.keyed] == ["type"]
    assert sorted(map(len, router.keyed[0][1].values())) == [1, 3]
    assert router.rest == []


def test_the_times_that_campaigns_ask_are_known():
    asked = [data("b", 5, operator=Operator.AFTER), Not(data("a.c", 60, operator=Operator.MORE_THAN_AGO)), data("z", 1)]
    of_person = Compare(Subject.PERSON, "born", Operator.AFTER, (5,))
    assert router_for(routes_of([*asked, of_person], Assumptions()), Assumptions()).times == ("a.c", "b")
