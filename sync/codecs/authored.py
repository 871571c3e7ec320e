"""A campaign as the fields of its document: authored form, defaults written out, conditions in their normal form.

Both sides are written by these functions, so what the files say and what a workspace says can be compared as text. What
has no place in a workspace (`exclusive`, `workspaces`, step ids, comments) is not part of a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any as Anything
from typing import assert_never

from mailwright.definitions.campaign import Campaign, Frequency, Goal, Interval, OncePer, Rematch
from mailwright.definitions.condition_fields import Form
from mailwright.definitions.conditions import (
    All,
    Compare,
    Condition,
    Happens,
    InSegment,
    Not,
    PlacedCondition,
    Subject,
    walk,
)
from mailwright.definitions.conditions import Any as AnyOf
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
    Trigger,
    WebhookTrigger,
)
from mailwright.diagnostics import ContentError
from mailwright.loading.condition_text import condition_as_yaml
from mailwright.loading.validation import read_definition
from mailwright.loading.yaml_tree import read_yaml
from sync.codecs.authored_steps import steps_as_data
from sync.codecs.conditions_of import as_yaml
from sync.codecs.normal_form import all_of, conjuncts, normal
from sync.snapshot import Address, Document, canonical

Data = dict[str, Anything]
CAMPAIGN_FIELDS = (
    "name", "description", "trigger", "filter", "frequency", "goal", "exit", "topic", "to_unsubscribed",
    "counts_toward_limit", "state", "tags", "workflow",
)  # fmt: skip
"""The fields of a campaign's document, in the order in which an author writes them."""
FIXED_FREQUENCY = (BroadcastTrigger, TransactionalTrigger, NewsletterTrigger, DateTrigger, FormTrigger, WebhookTrigger)
"""Triggers whose frequency nobody sets."""


ABSENT: Mapping[type, frozenset[str]] = {
    TransactionalTrigger: frozenset(
        {"description", "filter", "goal", "exit", "topic", "to_unsubscribed", "counts_toward_limit", "tags"}
    ),
    NewsletterTrigger: frozenset({"description", "filter", "goal", "exit", "state", "tags"}),
}
"""What a message that is no campaign lacks in the UI API, or (the state of a one-time send) only a person sets."""


def campaign_document(address: Address, campaign: Campaign) -> Document:
    """The document of a campaign whose message steps are called by their step ids."""
    return Document(address, {name: canonical(value) for name, value in campaign_data(campaign, address.slug).items()})


def campaign_data(campaign: Campaign, slug: str) -> Data:
    """The fields of a campaign as plain data; a field that is empty is left out."""
    trigger, condition = split_trigger(campaign.trigger, campaign.filter.condition)
    data: Data = {
        "name": campaign.name,
        "description": campaign.description.strip(),
        "trigger": trigger_as_data(trigger, slug),
        "filter": condition_as_yaml(condition, Form.FILTER),
        "frequency": None if isinstance(campaign.trigger, FIXED_FREQUENCY) else frequency_as_data(campaign),
        "goal": None if campaign.goal is None else goal_as_data(campaign.goal),
        "exit": exit_as_data(campaign),
        "topic": campaign.topic,
        "to_unsubscribed": campaign.to_unsubscribed,
        "counts_toward_limit": campaign.counts_toward_limit,
        "state": campaign.state,
        "tags": sorted(campaign.tags),
        "workflow": steps_as_data(campaign.workflow, campaign),
    }
    absent = ABSENT.get(type(campaign.trigger), frozenset())
    return {
        name: value
        for name, value in data.items()
        if name not in absent and (value not in (None, "", {}, []) or name == "workflow")
    }


def campaign_of(document: Document) -> Campaign:
    """The campaign that a document describes.

    Raises: ContentError when the document says what no author could write.
    """
    data = {name: document.value(name) for name in CAMPAIGN_FIELDS if document.fields.get(name) is not None}
    if "workflow" in data and not data["workflow"]:
        data["workflow"] = [{"exit": True}]
    return read_campaign(data, str(document.address))


def read_campaign(data: Mapping[str, Anything], name: str) -> Campaign:
    """The campaign that authored *data* is; *name* stands for the file.

    Raises: ContentError when it is none.
    """
    tree = read_yaml(as_yaml(data), name)
    problems = list(tree.problems)
    found = read_definition(Campaign, tree, problems)
    if found is None:
        raise ContentError(problems)
    return found


def split_trigger(trigger: Trigger, condition: Condition) -> tuple[Trigger, Condition]:
    """A trigger and the campaign's filter, told apart in the one way that a workspace's single tree gives.

    Customer.io keeps the trigger of an attribute or segment campaign and its filter in one tree. Of its clauses the
    first segment, in the order of slugs, is the trigger; without one the tests on the person are; the rest is filter.
    Source: UI API, campaign detail of type seg_attr.
    """
    match trigger:
        case SegmentTrigger(segment=slug):
            return split_audience(all_of([InSegment(slug), condition]))
        case PersonTrigger(person=person, filter=more):
            return split_audience(all_of([person.condition, more.condition, condition]))
        case _:
            return trigger, normal(condition)


def split_audience(audience: Condition) -> tuple[SegmentTrigger | PersonTrigger, Condition]:
    """The trigger and the filter that one tree of an attribute or segment campaign says."""
    parts = conjuncts(normal(audience))
    segments = sorted(part.segment for part in parts if isinstance(part, InSegment))
    if segments:
        first = InSegment(segments[0])
        return SegmentTrigger(segment=first.segment), all_of(part for part in parts if part != first)
    own = [part for part in parts if about_person(part)]
    rest = all_of(part for part in parts if part not in own)
    return PersonTrigger(person=PlacedCondition(all_of(own))), rest


def about_person(condition: Condition) -> bool:
    """Whether a condition asks attributes of the person only."""
    leaves = [clause for _, clause in walk(condition) if isinstance(clause, Compare)]
    groups = sum(isinstance(clause, All | AnyOf | Not) for _, clause in walk(condition))
    is_plain = len(leaves) + groups == sum(1 for _ in walk(condition))
    return is_plain and bool(leaves) and all(leaf.subject is Subject.PERSON for leaf in leaves)


def written(placed: PlacedCondition, form: Form) -> Data:
    """A condition in its normal form, as an author would write it."""
    return condition_as_yaml(normal(placed.condition), form)


def trigger_as_data(trigger: Trigger, slug: str) -> Data:
    """A trigger as an author would write it, without what is its default.

    The names of broadcasts, transactional messages, newsletters and incoming hooks are ours: a workspace knows them by
    number, so here they are called like their campaign.
    """
    match trigger:
        case EventTrigger(event=event, where=where, type=kind):
            found: Data = {"event": event, "where": written(where, Form.WHERE)}
            return _filled({**found, "type": None if kind.value == "event" else kind.value})
        case SegmentTrigger(segment=segment):
            return {"segment": segment}
        case PersonTrigger(person=person):
            return {"person": written(person, Form.PERSON)}
        case DateTrigger():
            return _date_as_data(trigger)
        case FormTrigger(form=form, where=where):
            return _filled({"form": form, "where": written(where, Form.WHERE)})
        case ObjectTrigger(object=kind, where=where, audience=audience):
            tests = {"where": written(where, Form.OBJECT), "audience": written(audience, Form.FILTER)}
            return _filled({"object": kind, **tests})
        case RelationshipTrigger(relationship=kind, where=where, object_where=object_where):
            tests = {"where": written(where, Form.RELATIONSHIP), "object_where": written(object_where, Form.OBJECT)}
            return _filled({"relationship": kind, **tests})
        case WebhookTrigger(where=where, person=person):
            return _filled({"webhook": slug, "where": written(where, Form.WHERE), "person": person})
        case BroadcastTrigger(audience=audience):
            return _filled({"broadcast": slug, "audience": written(audience, Form.FILTER)})
        case TransactionalTrigger():
            return {"transactional": slug}
        case NewsletterTrigger(audience=audience):
            # When it is sent is a person's to say: a plan never schedules anything.
            return _filled({"newsletter": slug, "audience": written(audience, Form.FILTER)})
        case _:
            assert_never(trigger)


def _date_as_data(trigger: DateTrigger) -> Data:
    return _filled(
        {
            "date": trigger.date,
            "repeat": trigger.repeat,
            "before": None if not trigger.before else duration_as_text(trigger.before),
            "after": None if not trigger.after else duration_as_text(trigger.after),
            "at": trigger.at,
            "zone": trigger.zone,
            "fallback": trigger.fallback,
        }
    )


def frequency_as_data(campaign: Campaign) -> Anything:
    """How often a person may enter, with the default of the trigger written out."""
    return frequency_value(campaign.effective_frequency())


def frequency_value(frequency: Frequency) -> Anything:
    """A frequency as an author would write it."""
    match frequency:
        case OncePer(once_per=length):
            return {"once_per": duration_as_text(length)} if length else "every_time"
        case Rematch(rematch=length):
            return "rematch" if length is True or not length else {"rematch": duration_as_text(length)}
        case Interval(every=length):
            return {"every": duration_as_text(length)}
        case "once" | "every_time" | "rematch":
            return frequency
        case _:
            assert_never(frequency)


def goal_as_data(goal: Goal) -> Data:
    """A goal as an author would write it."""
    within = None if goal.within is None else duration_as_text(goal.within)
    asked = None if goal.filter is None else written(goal.filter, Form.FILTER)
    return _filled({"event": goal.event, "where": written(goal.where, Form.WHERE), "filter": asked, "within": within})


def exit_as_data(campaign: Campaign) -> Data:
    """When journeys end early; nothing where no journey can."""
    if isinstance(campaign.trigger, BroadcastTrigger | TransactionalTrigger | NewsletterTrigger):
        return {}
    stops, at_goal = leaves_when(campaign)
    on = [part for part in ways_out(campaign.exit.on) if part != reached(campaign.goal)]
    at_goal = at_goal or len(on) < len(ways_out(campaign.exit.on))
    more = condition_as_yaml(normal(AnyOf(tuple(on))), Form.WAIT_ANY) if on else {}
    return _filled({"when": EXITS[stops, at_goal], "on": more})


EXITS = {
    (False, False): "never",
    (True, False): "stops_matching",
    (False, True): "goal",
    (True, True): "goal_or_stops_matching",
}
"""When a journey ends: (the person stops matching, the goal is reached)."""


def leaves_when(campaign: Campaign) -> tuple[bool, bool]:
    """Whether a journey ends when the person stops matching, and when the goal is reached."""
    when = campaign.exit.when
    # Without a goal there is nothing to leave for.
    return when.endswith("stops_matching"), when.startswith("goal") and campaign.goal is not None


def ways_out(on: PlacedCondition | None) -> tuple[Condition, ...]:
    """The ways out beside the trigger and the goal, any of which is enough."""
    if on is None:
        return ()
    found = normal(on.condition)
    return found.parts if isinstance(found, AnyOf) else (found,)


def reached(goal: Goal | None) -> Condition | None:
    """The event that is a goal without further tests, as a way out names it."""
    if goal is None or goal.event is None or goal.where.condition != All():
        return None
    return Happens(goal.event)


def _filled(data: Mapping[str, Anything]) -> Data:
    return {key: value for key, value in data.items() if value not in (None, {}, [])}
