"""Campaigns that start by the calendar: dates among a person's attributes, and newsletters."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mailwright.definitions.triggers import DateTrigger, NewsletterTrigger
from simulator.clock import minutes_of, wall_time
from simulator.entering import consider
from simulator.journeys import Cause
from simulator.operators import as_timestamp
from simulator.paths import values_at
from simulator.zones import zone_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.content import CompiledCampaign
    from simulator.engine import Engine
    from simulator.people import Person


_WATCHED = frozenset({"timezone", "cio_timezone"})


def as_date(value: Any) -> int | None:
    """The Unix time that a date attribute holds.

    Source: Customer.io docs, "Birthday and Anniversary Campaigns": Unix seconds, and ISO 8601 as well (semantics R17,
    R124).
    """
    stamp = as_timestamp(value)
    if stamp is not None:
        return int(stamp)
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    return None


def iso_time(text: str | None) -> int | None:
    """The Unix time of an ISO 8601 text; without a zone it is in UTC."""
    return None if text is None else as_date(text)


def plan_dates(engine: Engine, person: Person, at: int, changed: Iterable[str]) -> None:
    """Put the next occurrence of every date campaign whose attribute changed on the person's agenda."""
    names = set(changed)
    if _WATCHED.isdisjoint(names):
        campaigns = [campaign for name, campaign in engine.content.dated if name in names]
    else:
        campaigns = engine.content.by_kind["date"]
    for campaign in campaigns:
        plan_date(engine, campaign, person, at)


def plan_date(engine: Engine, campaign: CompiledCampaign, person: Person, at: int) -> None:
    """Put the next occurrence at or after *at* on the agenda; an earlier plan no longer counts."""
    trigger = campaign.definition.trigger
    assert isinstance(trigger, DateTrigger)  # listed by its kind
    value = next(values_at(person.attributes, trigger.date), None)
    stamp = as_date(value)
    due = None if stamp is None else next_occurrence(engine, trigger, person, stamp, at)
    person.watch_until(campaign.number, due if due is not None else -1)
    if due is not None:
        person.schedule(due, date_is_here, (engine, campaign, person))


def date_is_here(at: int, what: tuple[Engine, CompiledCampaign, Person]) -> None:
    """The day and the time of day have come."""
    engine, campaign, person = what
    if person.gone or person.watched_until.get(campaign.number) != at:
        return
    consider(engine, campaign, person, Cause("date", 0, at))
    trigger = campaign.definition.trigger
    assert isinstance(trigger, DateTrigger)  # listed by its kind
    if trigger.repeat != "once":
        plan_date(engine, campaign, person, at + 1)


def next_occurrence(engine: Engine, trigger: DateTrigger, person: Person, stamp: int, at: int) -> int | None:
    """The first start at or after *at*: the date moved by `before` or `after`, at the trigger's time of day."""
    zone = zone_for(engine, person, trigger.zone, trigger.fallback)
    first = datetime.fromtimestamp(stamp, UTC).astimezone(zone).date()
    shift = (trigger.after or timedelta()) - (trigger.before or timedelta())
    minutes = minutes_of(trigger.at)
    today = datetime.fromtimestamp(at, UTC).astimezone(zone).date() - shift
    for day in _days(engine, trigger.repeat, first, today):
        due = wall_time(day + shift, minutes, zone)
        if due >= at:
            return due
    return None


def _days(engine: Engine, repeat: str, first: date, today: date) -> Iterable[date]:
    """The days on which the date may come round next, around *today*."""
    if repeat == "once":
        return [first]
    if repeat == "monthly":
        months = [today.year * 12 + today.month - 1 + offset for offset in (-1, 0, 1, 2)]
        return [_in_month(first, month // 12, month % 12 + 1) for month in months]
    years = range(today.year - 1, today.year + 9)
    if (first.month, first.day) != (2, 29):
        return (date(year, first.month, first.day) for year in years)
    return [day for day in (_in_year(engine, first, year) for year in years) if day is not None]


def _in_month(first: date, year: int, month: int) -> date:
    return date(year, month, min(first.day, calendar.monthrange(year, month)[1]))


def _in_year(engine: Engine, first: date, year: int) -> date | None:
    """The anniversary in *year*; where 29 February is missing, as the assumption says."""
    if (first.month, first.day) != (2, 29) or calendar.isleap(year):
        return date(year, first.month, first.day)
    engine.used["date_repeats_on_leap_day"] += 1
    match engine.content.assumptions.date_repeats_on_leap_day:
        case "feb_28":
            return date(year, 2, 28)
        case "mar_1":
            return date(year, 3, 1)
        case _:
            return None


def plan_newsletters(engine: Engine, person: Person, at: int) -> None:
    """Put every newsletter that is still to be sent on a new person's agenda."""
    for campaign in engine.content.by_kind["newsletter"]:
        trigger = campaign.definition.trigger
        assert isinstance(trigger, NewsletterTrigger)  # listed by its kind
        due = iso_time(trigger.at)
        if due is not None and due >= at:
            person.schedule(due, _newsletter_is_due, (engine, campaign, person))


def _newsletter_is_due(at: int, what: tuple[Engine, CompiledCampaign, Person]) -> None:
    engine, campaign, person = what
    if person.gone:
        return
    moment = engine.moment(person, at)
    if campaign.audience is None or campaign.audience.holds(moment):
        consider(engine, campaign, person, Cause("newsletter", 0, at))
