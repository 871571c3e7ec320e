"""Which calls may go together, and which wait for which."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.history.calls import CallKind as LoggedKind
from sync.sending.batches import MOST_ITEMS
from sync.sending.event_ids import call_digest
from sync.sending.given import GivenCall
from sync.sending.items import Item, item_of
from sync.sending.lineup import Lineup
from sync.sending.logged import CallKind
from sync.sending.whom import REMEMBERED, Whom


def items(*calls: GivenCall, whom: Whom | None = None) -> list[Item]:
    """The calls made ready, in order."""
    whom = whom or Whom()
    return [
        item_of(at, "log", call, call_digest("log", 0, call), whom.keys(call), "", lambda _kind, name: name)
        for at, call in enumerate(calls)
    ]


def call(kind: str, person: str | None = "1", **more: object) -> GivenCall:
    return GivenCall(1, kind, person, **more)  # type: ignore[arg-type]  # any fields


def sets(person: str = "1", since: int | None = None, **data: object) -> GivenCall:
    return call("identify", person, data=data, timestamp=since)


def does(person: str = "1", name: str = "x") -> GivenCall:
    return call("event", person, name=name)


def requests_of(*calls: GivenCall) -> list[list[int]]:
    """The requests that a line of calls goes out in, one under way at a time, as positions of its calls."""
    lineup, found = Lineup(), []
    for one in items(*calls):
        lineup.offer(one)
    while not lineup.is_empty:
        request = lineup.next()
        assert request is not None
        found.append([item.number for item in request])
        lineup.finished(request)
    return found


def test_every_kind_of_call_that_a_log_may_hold_is_known():
    assert {kind.value for kind in LoggedKind} == {kind.value for kind in CallKind}


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        pytest.param([sets(plan="pro"), does(), does("2")], [[0, 1, 2]], id="what agrees goes together"),
        pytest.param([sets(plan="free"), sets(plan="pro")], [[0], [1]], id="another value waits"),
        pytest.param([sets(plan="pro"), sets(plan="pro", a=1)], [[0, 1]], id="the same value does not"),
        pytest.param([sets(plan="free"), sets(city="Rome")], [[0, 1]], id="nor does another attribute"),
        pytest.param([sets(since=5, plan="a"), sets(since=6, plan="b")], [[0, 1]], id="nor one that is told apart by its time"),
        pytest.param([sets(since=5, plan="a"), sets(since=5, plan="b")], [[0], [1]], id="of the same second it waits"),
        pytest.param([sets(a=1), sets(b=1), sets(a=2)], [[0, 1], [2]], id="what an earlier one set is remembered"),
        pytest.param([sets(), call("delete"), does(), does("2")], [[0, 3], [1], [2]], id="a delete stands alone"),
        pytest.param([call("delete"), call("delete", "2")], [[0, 1]], id="deletes of two people do not"),
        pytest.param([sets("1"), sets("2"), call("merge", "1", other="2"), does("2")], [[0, 1], [2], [3]], id="a merge is about two"),
        pytest.param([does("1"), call("transactional", "1", name="hi"), does("1")], [[0], [1], [2]], id="a message keeps its place"),
        pytest.param([does("1"), call("broadcast", None, name="n"), does("2"), does("3")], [[0], [1], [2, 3]], id="a broadcast waits for all, and all for it"),
        pytest.param([call("broadcast", None, name="n"), call("broadcast", None, name="n")], [[0], [1]], id="two broadcasts"),
        pytest.param([call("object", None, name="1", other="p"), call("relate", "1", name="1", other="p"), call("object_gone", None, name="1", other="p")], [[0, 1], [2]], id="an object and its people"),
        pytest.param([call("event", None, name="v", anonymous_id="a"), call("identify", "1", anonymous_id="a"), call("delete", "1")], [[0, 1], [2]], id="a visitor becomes a person"),
    ],
)  # fmt: skip
def test_calls_go_together_where_sending_them_twice_ends_the_same(calls, expected):
    assert requests_of(*calls) == expected


def test_who_is_named_by_id_and_by_address_is_one_person():
    whom = Whom()
    lineup = Lineup()
    ready = items(
        call("delete", "A@Example.org", id_type="email"),
        sets("1", email="a@example.org"),
        call("delete", "a@example.org", id_type="email"),
        whom=whom,
    )
    for one in ready:
        lineup.offer(one)
    assert [item.number for item in lineup.next() or []] == [0]
    assert lineup.next() is None
    assert len(whom._owners) == 1 < REMEMBERED


def test_addresses_are_remembered_in_bounded_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sync.sending.whom.REMEMBERED", 3)
    whom = Whom()
    for number in range(9):
        whom.keys(sets(str(number), email=f"{number}@example.org"))
    assert len(whom._owners) == 3
    assert whom.keys(call("event", "8@example.org", id_type="email", name="x")) == ("id:8",)
    assert whom.keys(call("event", "1@example.org", id_type="email", name="x")) == ("email:1@example.org",)


def test_a_form_is_about_whom_its_fields_name():
    assert Whom().keys(call("form", None, name="f", data={"email": "A@b.example"})) == ("email:a@b.example",)


def test_a_batch_is_closed_when_it_is_full():
    lineup = Lineup()
    for one in items(*(does(str(number)) for number in range(MOST_ITEMS + 1))):
        lineup.offer(one)
    assert [len(lineup.next() or []), len(lineup.next() or [])] == [MOST_ITEMS, 1]


kinds = st.sampled_from(["identify", "event", "delete", "merge", "transactional", "broadcast", "relate"])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(kinds, st.sampled_from("123"), st.sampled_from("123"), st.sampled_from("ab")), max_size=25),
    st.integers(),
)
def test_each_persons_calls_keep_their_order_and_are_never_under_way_twice(drawn, seed: int):
    chance = random.Random(seed)
    calls = [
        call(kind, None if kind == "broadcast" else person, name="n", other=other, data={"plan": value})
        for kind, person, other, value in drawn
    ]
    ready = items(*calls)
    lineup, under_way, order = Lineup(), [], []
    left = list(ready)
    while left or not lineup.is_empty:
        if left and (chance.random() < 0.6 or not under_way):
            lineup.offer(left.pop(0))
        if (request := lineup.next()) is not None:
            busy = {key for one in under_way for item in one for key in item.keys}
            assert busy.isdisjoint(key for item in request for key in item.keys)
            assert not (under_way and request[0].is_for_all)
            under_way.append(request)
            order += request
        elif under_way:
            lineup.finished(under_way.pop(chance.randrange(len(under_way))))
    assert sorted(item.number for item in order) == list(range(len(ready)))
    for key in {key for item in ready for key in item.keys}:
        about = [item.number for item in order if key in item.keys]
        assert about == sorted(about)
    barriers = [at for at, item in enumerate(order) if item.is_for_all]
    for at in barriers:
        assert all(item.number < order[at].number for item in order[:at])
