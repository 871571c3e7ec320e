"""Conditions of the whole grammar, and moments to ask them of, drawn by chance from a few values that meet often."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from mailwright.definitions.conditions import (
    All,
    Changed,
    Compare,
    CompareFields,
    Condition,
    EventType,
    Happens,
    InSegment,
    MessageIs,
    MessageState,
    Not,
    Operator,
    Performed,
    Subject,
    Unclaimed,
)
from mailwright.definitions.conditions import Any as AnyOf
from simulator.moment import Moment
from simulator.people import Person

NOW = 1768478400
DAY = 86400
TEXTS = ("photo", "PHOTO", "text", "web", "a", "ab", "abc", "bc", "8017", "8017.0", "1", "true", "@x.org", "photo text")
NUMBERS = (0, 1, 8017, -3, 2.5, 10, 11, NOW, NOW - DAY, NOW + DAY, 1_700_000_000)
PATHS = ("type", "plan", "amount", "cart.total", "cart", "items[].sku", "items[0].sku", "made_at")
SPANS = (3600, DAY, 3 * DAY, 7 * DAY)
EVENTS = ("signed_up", "posted")
STATES = (MessageState.SENT, MessageState.OPENED)
SEGMENTS: dict[str, Condition] = {
    "paying": Compare(Subject.PERSON, "plan", Operator.EQUALS, ("ab", "abc")),
    "fresh": Not(Performed("posted", within=timedelta(days=3))),
    "busy": All((Performed("posted", times=2), Not(InSegment("paying")))),
}
TIMED = (Operator.MORE_THAN_AGO, Operator.LESS_THAN_AGO, Operator.MORE_THAN_AHEAD, Operator.LESS_THAN_AHEAD)


def constant(chance: Random) -> Any:
    """A value that conditions compare with and that data have."""
    return chance.choice(
        (chance.choice(TEXTS), chance.choice(TEXTS), chance.choice(NUMBERS), chance.choice((True, False)))
    )


def comparison(chance: Random, subject: Subject, path: str | None = None) -> Condition:
    """A test of one value."""
    name = path if path is not None else chance.choice(PATHS)
    match chance.randrange(12):
        case 0 | 1 | 2:
            return Compare(
                subject, name, Operator.EQUALS, tuple(constant(chance) for _ in range(chance.choice((1, 1, 2, 3))))
            )
        case 3 | 4:
            return Compare(subject, name, Operator.CONTAINS, (chance.choice(TEXTS),))
        case 5:
            return Compare(subject, name, Operator.EXISTS)
        case 6:
            return Compare(subject, name, chance.choice((Operator.ABOVE, Operator.BELOW)), (chance.choice(NUMBERS),))
        case 7:
            return Compare(subject, name, Operator.BETWEEN, tuple(sorted(chance.sample(NUMBERS, 2))))
        case 8:
            return Compare(subject, name, chance.choice(TIMED), (chance.choice(SPANS),))
        case 9:
            return Compare(
                subject,
                name,
                chance.choice((Operator.AFTER, Operator.BEFORE)),
                (NOW + chance.choice((-1, 1)) * chance.choice(SPANS),),
            )
        case 10:
            return Compare(subject, name, Operator.IS_TIMESTAMP)
        case _:
            claimed = tuple(constant(chance) for _ in range(chance.randrange(3)))
            return Unclaimed(subject, name, "x-*", claimed)


def inner(chance: Random, subjects: tuple[Subject, ...], path: str | None = None, depth: int = 2) -> Condition:
    """A condition on the data of one event, or on the two values of a change."""
    kind = chance.randrange(5) if depth else 0
    if kind == 3:
        return Not(inner(chance, subjects, path, depth - 1))
    if kind == 4:
        join = chance.choice((All, AnyOf))
        return join(tuple(inner(chance, subjects, path, depth - 1) for _ in range(2)))
    return comparison(chance, chance.choice(subjects), path)


def within(chance: Random) -> timedelta | None:
    return chance.choice((None, timedelta(seconds=chance.choice(SPANS))))


def leaf(chance: Random) -> Condition:
    """A clause of any kind."""
    data = (Subject.DATA,)
    where = inner(chance, data) if chance.random() < 0.4 else None
    match chance.randrange(20):
        case 0 | 1 | 2:
            return Performed(chance.choice(EVENTS), chance.choice((1, 1, 2, 3)), within(chance), where)
        case 3:
            side = inner(chance, (Subject.TO, Subject.FROM), "") if chance.random() < 0.6 else None
            return Changed("plan", side, chance.choice((1, 1, 2)), within(chance))
        case 4:
            return Happens(chance.choice(EVENTS), where, EventType.EVENT)
        case 5:
            return MessageIs("hello", chance.choice(STATES), "welcome", chance.choice((1, 2)), within(chance))
        case 6 | 7:
            return InSegment(chance.choice((*SEGMENTS, "by-hand")))
        case 8:
            paths = chance.sample(("type", "plan", "amount"), 2)
            right = chance.choice((Subject.PERSON, Subject.EVENT))
            return CompareFields(Subject.DATA, paths[0], Operator.EQUALS, right, paths[1])
        case 9 | 10 | 11:
            return comparison(chance, Subject.PERSON)
        case 12:
            return comparison(chance, chance.choice((Subject.OBJECT, Subject.RELATIONSHIP)))
        case _:
            return comparison(chance, chance.choice((Subject.DATA, Subject.EVENT)))


def condition(chance: Random, depth: int = 2) -> Condition:
    """A condition of any shape; `not` as often as it matters."""
    kind = chance.randrange(6) if depth else 0
    if kind == 2:
        return Not(condition(chance, depth - 1))
    if kind >= 3:
        join = All if kind < 5 else AnyOf
        return join(tuple(condition(chance, depth - 1) for _ in range(chance.choice((2, 2, 3)))))
    return leaf(chance)


def pair(chance: Random) -> tuple[Condition, Condition]:
    """Two conditions that have something to do with each other."""
    first = condition(chance)
    if chance.random() < 0.3:
        return first, varied(chance, first)
    return first, condition(chance)


def varied(chance: Random, whole: Condition) -> Condition:
    """A condition near another: a part more, a part less, or a part turned round."""
    match chance.randrange(4), whole:
        case 0, _:
            return All((whole, condition(chance, 1)))
        case 1, _:
            return AnyOf((whole, condition(chance, 1)))
        case 2, All(parts=parts) | AnyOf(parts=parts):
            return type(whole)(parts[1:])
        case _:
            return Not(whole)


def value(chance: Random) -> Any:
    """A value as data may hold it."""
    match chance.randrange(12):
        case 0:
            return None
        case 1:
            return [constant(chance) for _ in range(chance.randrange(3))]
        case 2:
            return f"{chance.choice(TEXTS)}{chance.choice(('', ' ', '-'))}{chance.choice(TEXTS)}"
        case 3:
            return chance.choice(TEXTS).upper()
        case 4:
            return chance.choice(NUMBERS) + chance.choice((-1, 1, 0.5))
        case 5:
            return f"0{chance.choice(NUMBERS)}"
        case 6:
            return chance.choice(("", {}, {"total": 11}, "else"))
        case _:
            return constant(chance)


def data(chance: Random) -> dict[str, Any]:
    """Data that have something at some of the paths."""
    found: dict[str, Any] = {}
    for name in ("type", "plan", "amount", "made_at"):
        if chance.random() < 0.6:
            found[name] = value(chance)
    if chance.random() < 0.5:
        found["cart"] = chance.choice(({"total": value(chance)}, value(chance)))
    if chance.random() < 0.5:
        found["items"] = [
            chance.choice(({"sku": value(chance)}, {}, value(chance))) for _ in range(chance.randrange(3))
        ]
    if chance.random() < 0.1:
        found[chance.choice(PATHS)] = value(chance)
    return found


def moment(chance: Random) -> Moment:
    """A person with a past, at a moment that may be any of a few days."""
    now = NOW + chance.choice((0, 0, 0, -DAY, DAY, 100 * DAY, -100 * DAY, 1))
    person = Person("p", now - chance.choice((60, 2 * DAY, 30 * DAY)))
    for _ in range(chance.randrange(5)):
        person.number += 1
        age = chance.choice((0, 60, 3600, DAY, DAY + 1, 5 * DAY, 20 * DAY))
        person.born = min(person.born, now - age)
        person.remember(("event", chance.choice(EVENTS)), now - age, data(chance))
    for _ in range(chance.randrange(3)):
        person.remember_change("plan", now - chance.choice((60, 2 * DAY, 10 * DAY)), value(chance), value(chance))
    for _ in range(chance.randrange(3)):
        person.note_message(
            "welcome", "hello", chance.choice(STATES).value, now - chance.choice((60, 2 * DAY, 10 * DAY))
        )
    inside = {name for name in ("by-hand",) if chance.random() < 0.5}
    found = Moment(
        now, person, {name: one for name, one in data(chance).items() if one not in (None, "")}, in_segments(inside)
    )
    found.event = found.data = data(chance)
    found.object, found.relationship = data(chance), data(chance)
    found.since = chance.randrange(person.number + 1)
    return found


def in_segments(inside: set[str]) -> Any:
    """Membership by condition, or by hand."""
    from mailwright.definitions.assumptions import Assumptions
    from simulator.conditions import Check

    checks = {slug: Check(where, Assumptions()) for slug, where in SEGMENTS.items()}
    return lambda slug, now: checks[slug].holds(now) if slug in checks else slug in inside
