"""What is known of people, and how they are found."""

from __future__ import annotations

import pytest

from simulator.history.calls import IdType
from simulator.people import People, Person


@pytest.mark.parametrize(
    ("made", "kind", "asked", "by", "found"),
    [
        ("u1", IdType.ID, "u1", IdType.ID, True),
        ("u1", IdType.ID, "U1", IdType.ID, False),
        ("a@example.org", IdType.ID, "A@EXAMPLE.org", IdType.ID, True),
        ("a@example.org", IdType.EMAIL, "A@example.org", IdType.EMAIL, True),
        ("0a", IdType.CIO_ID, "cio_0a", IdType.ID, True),
        ("0a", IdType.CIO_ID, "0a", IdType.CIO_ID, True),
        ("0a", IdType.CIO_ID, "0a", IdType.ID, False),
    ],
)
def test_a_person_is_found_by_an_identifier_of_the_right_kind(made, kind, asked, by, found):
    people = People(email_identifies=True)
    person = people.make(made, kind, 0)
    assert people.find(asked, by) is (person if found else None)


def test_where_only_ids_identify_an_address_may_be_an_id():
    people = People(email_identifies=False)
    person = people.make("a@example.org", IdType.ID, 0)
    assert people.find("a@example.org", IdType.ID) is person
    assert people.find("A@example.org", IdType.ID) is None


def test_everybody_comes_once_in_the_order_of_their_names():
    people = People(email_identifies=True)
    ann = people.make("b@example.org", IdType.EMAIL, 0)
    people.take_id(ann, "z")
    bob = people.make("a", IdType.ID, 0)
    assert list(people) == [bob, ann]


def test_who_is_forgotten_is_found_by_nothing():
    people = People(email_identifies=True)
    person = people.make("A@example.org", IdType.EMAIL, 0)
    people.take_id(person, "u1")
    people.forget(person)
    assert person.gone
    assert people.find("a@example.org", IdType.EMAIL) is None
    assert people.find("u1", IdType.ID) is None
    assert list(people) == []


def test_people_share_nothing_they_write_to():
    one, other = Person("a", 0), Person("b", 0)
    one.remember(("event", "x"), 5, {})
    one.remember_change("plan", 5, None, 1)
    one.note_message("c", "m", "sent", 5)
    one.note_entry(0, 5)
    one.use_frequency(1, 6)
    one.inherit(("event", "y"), [(9, 4, {})])
    one.watch_until(0, 9)
    one.relate(("company", "1"), {"role": "boss"})
    assert (other.events, other.changes, other.messages, other.entries, other.watched_until, other.objects) == (
        {}, {}, {}, {}, {}, {},
    )  # fmt: skip
    assert one.entries == {0: (1, 5, 5), 1: (0, 6, 6)}
    assert one.events[("event", "y")] == [(0, 4, {})]


def test_every_record_can_be_the_first_of_a_person():
    for write in (
        lambda person: person.use_frequency(1, 6),
        lambda person: person.inherit(("event", "y"), []),
        lambda person: person.watch_until(0, 9),
    ):
        write(Person("a", 0))
    assert Person("b", 0).entries == Person("b", 0).events == Person("b", 0).watched_until == {}
