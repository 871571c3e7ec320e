"""Who enters a campaign and how often ⇄ the `recipients` block of the UI API.

Source: UI API notes, "Campaign read", "Trigger types", `update_type: recipients`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, assert_never

from mailwright.definitions.campaign import Campaign, Interval, OncePer, Rematch
from mailwright.definitions.condition_fields import Form
from mailwright.definitions.conditions import All, Condition, EventType, InSegment, PlacedCondition
from mailwright.definitions.names import duration_as_text
from mailwright.definitions.triggers import (
    BroadcastTrigger,
    DateTrigger,
    EventTrigger,
    FormTrigger,
    NewsletterTrigger,
    ObjectTrigger,
    PersonTrigger,
    RelationshipTrigger,
    SegmentTrigger,
    TransactionalTrigger,
    WebhookTrigger,
)
from sync.codecs.authored import split_audience, trigger_as_data
from sync.codecs.condition_reading import ConditionReading, both
from sync.codecs.condition_writing import ConditionWriting, writes_inverse_beside
from sync.codecs.encoding import decoded, encoded, kept_if_same
from sync.codecs.normal_form import conjuncts
from sync.codecs.references import References, Unreadable, Unwritable
from sync.codecs.step_reading import PERSON_ZONE, written

Data = dict[str, Any]
Json = Mapping[str, Any]
DAY = 86400
BLOCK = (
    "type", "event", "event_type", "attribute_filters", "filters", "anchors", "trigger", "restart_mode",
    "restart_min_interval",
)  # fmt: skip
"""What one write of the recipients replaces, whatever the type."""
OWN = {
    "date": ("date_triggered_",),
    "object": ("object_", "audience"),
    "relationship": ("relationship_", "object_attribute_filters", "audience"),
    "webhook": ("webhook_", "recipients_filter"),
    "triggered_broadcast": ("webhook_", "recipients_filter"),
}
"""What it also replaces for one type: fields that begin so."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who enters: the trigger and the filter, in authored form."""

    trigger: Data
    filter: Data


def read_audience(raw: Json, names: References, slug: str) -> Audience:
    """The trigger and the filter of a campaign.

    Raises: Unreadable when no file can say them.
    """
    reading = ConditionReading(names, slug)
    anchors, filters = reading.flat(decoded(raw.get("anchors"))), reading.flat(decoded(raw.get("filters")))
    kind = str(raw.get("type"))
    if kind in ("seg_attr", "behavioral"):
        trigger, rest = split_audience(both([reading.tree(raw.get("trigger")), anchors, filters]))
        return Audience(trigger_as_data(trigger, slug), written(rest, Form.FILTER))
    reader = _READERS.get(kind)
    if reader is None:
        raise Unreadable(f"a campaign of the type '{kind}'")
    return Audience(reader(raw, reading, slug), written(both([anchors, filters]), Form.FILTER))


def _event(raw: Json, reading: ConditionReading, slug: str) -> Data:
    name = raw.get("event")
    if not isinstance(name, str) or not name:
        raise Unreadable("a campaign whose event is not set")
    kind = str(raw.get("event_type") or "event")
    if kind not in [one.value for one in EventType]:
        raise Unreadable(f"an event of the type '{kind}'")
    where = PlacedCondition(reading.tree(raw.get("attribute_filters")))
    return trigger_as_data(EventTrigger(event=name, where=where, type=EventType(kind)), slug)


def _form(raw: Json, reading: ConditionReading, slug: str) -> Data:
    where = PlacedCondition(reading.tree(raw.get("attribute_filters")))
    return trigger_as_data(FormTrigger(form=str(raw.get("event") or ""), where=where), slug)


def _date(raw: Json, reading: ConditionReading, slug: str) -> Data:
    """Source: the names of the fields; their values' form is unverified. A positive lead is before the date."""
    lead = raw.get("date_triggered_lead_seconds")
    seconds = int(lead) if lead is not None else int(raw.get("date_triggered_lead_days") or 0) * DAY
    zone = str(raw.get("date_triggered_zone") or PERSON_ZONE)
    repeat = str(raw.get("date_triggered_frequency") or "once")
    if repeat not in ("once", "yearly", "monthly"):
        raise Unreadable(f"a date that comes back '{repeat}'")
    data = {
        "date": str(raw.get("date_triggered_attribute") or ""),
        "repeat": repeat,
        "before": duration_as_text(timedelta(seconds=seconds)) if seconds > 0 else None,
        "after": duration_as_text(timedelta(seconds=-seconds)) if seconds < 0 else None,
        "at": str(raw.get("date_triggered_start_time") or "00:00"),
        "zone": "person" if zone == PERSON_ZONE else zone,
        "fallback": str(raw.get("date_triggered_fallback_zone") or "UTC"),
    }
    return {key: value for key, value in data.items() if value is not None}


def _object(raw: Json, reading: ConditionReading, slug: str) -> Data:
    kind = reading.names.object_type((raw.get("object_campaign") or {}).get("type_id"))
    where = both(
        [reading.tree(raw.get("object_attribute_triggers")), reading.tree(raw.get("object_attribute_filters"))]
    )
    audience = reading.tree((raw.get("audience") or {}).get("person_filters"))
    trigger = ObjectTrigger(object=kind, where=PlacedCondition(where), audience=PlacedCondition(audience))
    return trigger_as_data(trigger, slug)


def _relationship(raw: Json, reading: ConditionReading, slug: str) -> Data:
    kind = reading.names.object_type((raw.get("relationship_campaign") or {}).get("type_id"))
    where = reading.tree(raw.get("relationship_attribute_triggers"))
    objects = reading.tree(raw.get("object_attribute_filters"))
    trigger = RelationshipTrigger(
        relationship=kind, where=PlacedCondition(where), object_where=PlacedCondition(objects)
    )
    return trigger_as_data(trigger, slug)


def _broadcast_or_hook(raw: Json, reading: ConditionReading, slug: str) -> Data:
    """Assumed: a campaign of this type with a `webhook_id` is started by that hook, one without is a broadcast."""
    if raw.get("webhook_id"):
        where = PlacedCondition(reading.tree(raw.get("attribute_filters")))
        person = raw.get("webhook_person_path")
        return trigger_as_data(WebhookTrigger(webhook=slug, where=where, person=person), slug)
    audience = PlacedCondition(reading.tree(raw.get("recipients_filter")))
    return trigger_as_data(BroadcastTrigger(broadcast=slug, audience=audience), slug)


_READERS = {
    "transactional": _event,
    "form": _form,
    "date": _date,
    "object": _object,
    "relationship": _relationship,
    "webhook": _broadcast_or_hook,
    "triggered_broadcast": _broadcast_or_hook,
}


def read_frequency(raw: Json) -> Any:
    """How often a person may enter, in authored form; None where the type leaves no choice.

    Units: `restart_min_interval` is seconds. Source: semantics R41: `rematch`. Assumed: `once` and `interval`.
    """
    kind = str(raw.get("type"))
    if kind not in ("transactional", "seg_attr", "behavioral", "object", "relationship"):
        return None
    mode, seconds = raw.get("restart_mode"), int(raw.get("restart_min_interval") or 0)
    length = duration_as_text(timedelta(seconds=seconds))
    match mode:
        case "rematch" if kind == "transactional":
            return {"once_per": length} if seconds else "every_time"
        case "rematch":
            return {"rematch": length} if seconds else "rematch"
        case "once" | "never" | "" | None:
            return "once"
        case "interval":
            return {"every": length}
        case _:
            raise Unreadable(f"the way to enter again '{mode}'")


def recipients_block(campaign: Campaign, raw: Json, names: References, slug: str) -> Data:
    """The whole block that a write of the recipients replaces, with what it does not change as it was read.

    Raises: Unwritable when the interface has no place for a part of it.
    """
    kind = _type_of(campaign, raw)
    prefixes = OWN.get(kind, ())
    block: Data = {name: raw[name] for name in raw if name in BLOCK or (prefixes and name.startswith(prefixes))}
    block["type"] = kind
    # The names of two fields that were seen of a workspace on this machine only.
    block = {
        name: value
        for name, value in block.items()
        if name not in ("date_triggered_lead_seconds", "webhook_person_path")
    }
    writing = ConditionWriting(names, slug, writes_inverse_beside(raw.get("trigger")), _type_id(campaign, names))
    block |= _trigger_fields(campaign, block, writing, names)
    return block | frequency_fields(campaign, kind)


def _type_id(campaign: Campaign, names: References) -> int | None:
    match campaign.trigger:
        case ObjectTrigger(object=slug) | RelationshipTrigger(relationship=slug):
            return names.object_type_id(slug)
        case _:
            return None


def _type_of(campaign: Campaign, raw: Json) -> str:
    known = str(raw.get("type") or "none")
    wanted = _TYPES[type(campaign.trigger)]
    if known in ("none", wanted) or (known, wanted) in (("behavioral", "seg_attr"), ("triggered_broadcast", "webhook")):
        return wanted if known == "none" else known
    raise Unwritable("another kind of trigger, which Customer.io sets once and for all")


_TYPES = {
    EventTrigger: "transactional",
    SegmentTrigger: "seg_attr",
    PersonTrigger: "seg_attr",
    DateTrigger: "date",
    FormTrigger: "form",
    ObjectTrigger: "object",
    RelationshipTrigger: "relationship",
    WebhookTrigger: "webhook",
    BroadcastTrigger: "webhook",
}


def _trigger_fields(campaign: Campaign, block: Data, writing: ConditionWriting, names: References) -> Data:
    trigger, condition = campaign.trigger, campaign.filter.condition
    match trigger:
        case EventTrigger(event=event, where=where, type=kind):
            tests = writing.event_data(where.condition)
            same = {"event": event, "event_type": kind.value, "attribute_filters": tests}
            return {**same, **_filter_fields(condition, block, writing)}
        case FormTrigger(form=form, where=where):
            same = {"event": form, "attribute_filters": writing.event_data(where.condition)}
            return {**same, **_filter_fields(condition, block, writing)}
        case SegmentTrigger(segment=segment):
            return _audience_fields(both([InSegment(segment), condition]), block, writing)
        case PersonTrigger(person=person, filter=more):
            return _audience_fields(both([person.condition, more.condition, condition]), block, writing)
        case DateTrigger():
            return {**_date_fields(trigger), **_filter_fields(condition, block, writing)}
        case ObjectTrigger(where=where, audience=audience):
            tree = writing.tree(audience.condition)
            return {
                "object_campaign": block.get("object_campaign") or {"type_id": writing.type_id},
                "object_attribute_filters": None,
                "object_attribute_triggers": _updated(writing.tree(where.condition)),
                "audience": {"type": 0 if tree is None else 1, "person_filters": tree, "relationship_filters": None},
                **_filter_fields(condition, block, writing),
            }
        case RelationshipTrigger(where=where, object_where=object_where):
            return {
                "relationship_campaign": block.get("relationship_campaign") or {"type_id": writing.type_id},
                "relationship_attribute_triggers": _updated(writing.tree(where.condition)),
                "object_attribute_filters": writing.tree(object_where.condition),
                **_filter_fields(condition, block, writing),
            }
        case WebhookTrigger():
            if not block.get("webhook_id"):
                raise Unwritable("a trigger on a hook, whose address Customer.io makes")
            tests = writing.event_data(trigger.where.condition)
            return {"attribute_filters": tests, **_filter_fields(condition, block, writing)}
        case BroadcastTrigger(audience=audience):
            return {"recipients_filter": writing.tree(audience.condition), **_filter_fields(condition, block, writing)}
        case TransactionalTrigger() | NewsletterTrigger():
            raise Unwritable("a message that is no campaign")
        case _:
            assert_never(trigger)


def _filter_fields(condition: Condition, block: Data, writing: ConditionWriting) -> Data:
    """The campaign's filter: its segments in `anchors`, its tests of attributes in `filters`.

    Source: a write whose `filters` hold only negative segments is a 500; `anchors` take them.
    """
    parts = [(part, writing.flat(part)) for part in conjuncts(condition) if part != All()]
    anchors = [one for _, entries in parts for one in entries if one["type"] == "segments_negatable"]
    filters = [one for _, entries in parts for one in entries if one["type"] != "segments_negatable"]
    was = decoded(block.get("filters")), decoded(block.get("anchors"))
    stays = not was[0] or filters or any(not one.get("negate") for one in was[0])
    if stays and _same_entries([*anchors, *filters], [*was[0], *was[1]]):
        return {name: block[name] for name in ("filters", "anchors") if name in block}
    return {
        "filters": kept_if_same(filters, block.get("filters")),
        "anchors": kept_if_same(anchors, block.get("anchors")),
    }


def _same_entries(one: list[Any], other: Any) -> bool:
    return isinstance(other, list) and sorted(map(repr, one)) == sorted(map(repr, other))


def _audience_fields(condition: Condition, block: Data, writing: ConditionWriting) -> Data:
    """Source: an attribute or segment campaign keeps all of it in `trigger`; `filters` are not sent along."""
    if block.get("type") == "behavioral":
        return {**_filter_fields(condition, block, writing)}
    tree = writing.tree(condition)
    if tree is None:
        raise Unwritable("a trigger that asks nothing")
    was = ConditionReading(writing.names, writing.campaign)
    try:
        same = both([was.tree(block.get("trigger"))]) == condition and not decoded(block.get("filters"))
    except Unreadable:
        same = False
    return {
        "trigger": block["trigger"] if same else tree,
        "filters": encoded([]),
        "anchors": encoded([]),
    }


def _updated(tree: Any) -> Any:
    """A tree whose leaves say what they are about. Source: any other `type` than `Updated` matches nobody."""
    if isinstance(tree, list):
        return [_updated(one) for one in tree]
    if not isinstance(tree, dict):
        return tree
    if "and" in tree or "or" in tree:
        return {key: _updated(part) for key, part in tree.items()}
    return {**tree, "type": "Updated"}


def _date_fields(trigger: DateTrigger) -> Data:
    lead = int(((trigger.before or timedelta()) - (trigger.after or timedelta())).total_seconds())
    if lead % DAY:
        raise Unwritable("a distance from the date that is no whole number of days")
    return {
        "date_triggered_attribute": trigger.date,
        "date_triggered_frequency": trigger.repeat,
        "date_triggered_start_time": trigger.at,
        "date_triggered_zone": PERSON_ZONE if trigger.zone == "person" else trigger.zone,
        "date_triggered_fallback_zone": trigger.fallback,
        "date_triggered_lead_days": lead // DAY,
    }


def frequency_fields(campaign: Campaign, kind: str) -> Data:
    """How often a person may enter.

    Units: `restart_min_interval` is seconds. Source: semantics R41: `rematch`. Assumed: `once` and `interval`.
    """
    if kind not in ("transactional", "seg_attr", "behavioral", "object", "relationship"):
        return {}
    match campaign.effective_frequency():
        case OncePer(once_per=length):
            mode, span = "rematch", length
        case Rematch(rematch=timedelta() as length):
            mode, span = "rematch", length
        case Interval(every=length):
            mode, span = "interval", length
        case "once":
            mode, span = "once", timedelta()
        case _:
            mode, span = "rematch", timedelta()
    return {"restart_mode": mode, "restart_min_interval": int(span.total_seconds())}
