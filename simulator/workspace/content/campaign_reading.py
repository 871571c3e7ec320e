"""Campaign documents as definitions: trigger, filters, frequency, endings, and the workflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from mailwright.definitions.campaign import (
    Campaign,
    Exit,
    Frequency,
    Goal,
    Interval,
    OncePer,
    Rematch,
)
from mailwright.definitions.condition_fields import UNCONDITIONAL
from mailwright.definitions.conditions import All, Condition, EventType, Happens, InSegment, PlacedCondition
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.message import Message, Webhook
from mailwright.definitions.steps import ExitStep
from mailwright.definitions.triggers import (
    BroadcastTrigger,
    DateTrigger,
    EventTrigger,
    FormTrigger,
    ObjectTrigger,
    PersonTrigger,
    RelationshipTrigger,
    SegmentTrigger,
    WebhookTrigger,
)
from simulator.trace import NotModelled
from simulator.workspace.content.condition_reading import ConditionReading
from simulator.workspace.content.graph_reading import GraphReading, Tangled
from simulator.workspace.content.leaves import Unreadable
from simulator.workspace.content.message_reading import MessageReading
from simulator.workspace.content.names import Names
from simulator.workspace.content.step_reading import StepReading, clock_time
from simulator.workspace.content.step_writing import CUSTOMER_ZONE
from simulator.workspace.documents import Kind, is_broadcast
from simulator.workspace.encoding import decode

Json = dict[str, Any]
DAY = 86400
STATES = {"running": "running", "stopping": "running", "sunsetting": "running", "draft": "draft"}
"""What a campaign's state comes to; everything else is stopped."""
MISSHAPEN = (AttributeError, KeyError, OverflowError, TypeError, ValueError)
"""What reading a document of another shape raises: the store takes what is put into it."""
CLOSED = frozenset({"stopping", "sunsetting"})
"""States in which nobody enters any more, and who is in it goes on."""


@dataclass(slots=True)
class CampaignReading:
    """Reads the campaigns of one workspace; what cannot be run stands in `lost`."""

    names: Names
    messages: MessageReading
    templates: Mapping[int, Json]
    lost: list[NotModelled] = field(default_factory=list)
    found_messages: dict[tuple[str, str, str | None], Message] = field(default_factory=dict)
    found_webhooks: dict[tuple[str, str], Webhook] = field(default_factory=dict)
    files: dict[tuple[str, str], str] = field(default_factory=dict)  # campaign, file → the action it is of
    _used: dict[tuple[str, str], Json | None] = field(default_factory=dict)

    def campaign(self, document: Json, actions: Sequence[Json]) -> Campaign | None:
        """The campaign with its messages; None where it has no trigger yet, or cannot be read or walked."""
        try:
            return self._campaign(document, actions)
        except MISSHAPEN as error:
            self.lose(self.names.campaigns[document["id"]], error)
            return None

    def lose(self, slug: str, error: Exception) -> None:
        """Name a document that is not of the shape it should have; it alone does not run."""
        what = f"a document of another shape than the reference's ({type(error).__name__})"
        self.lost.append(NotModelled(slug, "", what, "starts nobody"))

    def _campaign(self, document: Json, actions: Sequence[Json]) -> Campaign | None:
        slug, where = self.names.campaigns[document["id"]], f"campaign {document['id']}"
        by_id = {str(action["id"]): action for action in actions}
        steps = StepReading(self.names, slug, where, lambda action: self._file(slug, action), by_id)
        trigger = self._trigger(document, steps)
        if trigger is None:
            return None
        try:
            order = [str(number) for number in document["workflow_action_ids"]]
            workflow = GraphReading(steps, by_id, order).read(document["edges"])
        except Tangled as error:
            self.lost.append(NotModelled(slug, "", f"a workflow that cannot be walked: {error}", "starts nobody"))
            return None
        self.lost += steps.lost
        topic = document.get("subscription_topic_id")
        return Campaign.model_construct(
            name=str(document["name"]),
            description=str(document.get("description") or ""),
            trigger=trigger,
            filter=self._filter(document, steps),
            frequency=_frequency(document),
            goal=self._goal(document, steps),
            exit=self._exit(document, steps),
            topic=self.names.topics.get(topic) if isinstance(topic, int) else None,
            to_unsubscribed=bool(document.get("send_to_unsubscribed")),
            counts_toward_limit=bool(document.get("use_message_limits")),
            liquid=document.get("liquid") if document.get("liquid") in ("latest", "legacy") else None,
            state=STATES.get(str(document["state"]), "stopped"),
            tags=list(document.get("tags") or ()),
            workflow=workflow or [ExitStep.model_construct(exit=True)],
        )

    # --- messages ---------------------------------------------------------------------------------------------------

    def _file(self, slug: str, action: Json) -> str:
        """The name of an action's message: what the files call it, unless another message has that name by now."""
        number = action.get("template_id")
        template = self.templates.get(number) if isinstance(number, int) else None
        name = self.names.steps_of(action).get("file") or self.names.step_id(action)
        if (slug, name) in self._used and not _is_same(self._used[(slug, name)], template):
            name = str(action["id"])
        if (slug, name) not in self._used:
            self._used[(slug, name)] = template
            self.files[(slug, name)] = str(action["id"])
            self.keep_messages(slug, name, number, tracked=action.get("tracked") is not False)
        return name

    def keep_messages(self, slug: str, name: str, template: Any, *, tracked: bool) -> None:
        """Read the messages of a template under a name."""
        for found in self.messages.read(slug, name, template, tracked):
            if isinstance(found, Webhook):
                self.found_webhooks[(slug, name)] = found
            else:
                self.found_messages[(slug, name, found.language)] = found

    # --- trigger ----------------------------------------------------------------------------------------------------

    def _trigger(self, document: Json, steps: StepReading) -> Any:
        kind = document["type"]
        where = self._tree(document, "attribute_filters", steps)
        event = str(document.get("event") or "")
        match kind:
            case "transactional":
                known = document.get("event_type")
                event_type = EventType(known) if known in set(EventType) else EventType.EVENT
                return EventTrigger.model_construct(event=event, where=where, type=event_type)
            case "form":
                return FormTrigger.model_construct(form=event, where=where)
            case "seg_attr":
                return self._on_person(self._tree(document, "trigger", steps))
            case "behavioral":
                return self._on_person(self._flat(document, "anchors", steps))
            case "date":
                return _date(document)
            case "object":
                return self._on_object(document, steps)
            case "relationship":
                return self._on_relationship(document, steps)
            case _ if is_broadcast(document):
                names = self.names.of(Kind.CAMPAIGN, document["id"])
                audience = self._tree(document, "recipients_filter", steps)
                called = names.get("called") or self.names.campaigns[document["id"]]
                return BroadcastTrigger.model_construct(broadcast=called, audience=audience)
            case "webhook":
                path = document.get("webhook_person_path")
                return WebhookTrigger.model_construct(
                    webhook=str(document["webhook_id"]), where=where, person=path if isinstance(path, str) else None
                )
            case "none":
                return None
            case _:
                steps.lose({}, f"a trigger of the type {kind}", "starts nobody")
                self.lost += steps.lost
                return None

    def _on_person(self, asked: PlacedCondition) -> SegmentTrigger | PersonTrigger:
        if isinstance(asked.condition, InSegment):
            return SegmentTrigger.model_construct(segment=asked.condition.segment)
        # Assumed: a trigger that asks nothing takes nobody.
        return PersonTrigger.model_construct(
            person=asked if asked.condition != All() else PlacedCondition(AnyOf()), filter=UNCONDITIONAL
        )

    def _on_object(self, document: Json, steps: StepReading) -> ObjectTrigger:
        where = self._both(document, "object_attribute_filters", "object_attribute_triggers", steps)
        audience = document.get("audience")
        people = audience.get("person_filters") if isinstance(audience, dict) and audience.get("type") == 1 else None
        return ObjectTrigger.model_construct(
            object=self._object_type(document.get("object_campaign")),
            where=where,
            audience=steps.condition({}, lambda: ConditionReading(self.names).tree(people), "the audience"),
        )

    def _on_relationship(self, document: Json, steps: StepReading) -> RelationshipTrigger:
        return RelationshipTrigger.model_construct(
            relationship=self._object_type(document.get("relationship_campaign")),
            where=self._both(document, "relationship_attribute_filters", "relationship_attribute_triggers", steps),
            object_where=self._tree(document, "object_attribute_filters", steps),
        )

    def _object_type(self, named: Any) -> str:
        number = named.get("type_id") if isinstance(named, dict) else None
        return self.names.object_types.get(number, "") if isinstance(number, int) else ""

    def _both(self, document: Json, filters: str, triggers: str, steps: StepReading) -> PlacedCondition:
        """Filters and triggers together; a trigger's leaf that is about no update matches nobody."""
        one = self._tree(document, filters, steps)
        two = steps.condition(
            {}, lambda: ConditionReading(self.names).tree(_plain_updates(document.get(triggers))), triggers
        )
        parts = tuple(placed.condition for placed in (one, two) if placed.condition != All())
        return PlacedCondition(parts[0] if len(parts) == 1 else All(parts), two.file)

    def _tree(self, document: Json, name: str, steps: StepReading) -> PlacedCondition:
        return steps.condition({}, lambda: ConditionReading(self.names).tree(document.get(name)), name)

    def _flat(self, document: Json, name: str, steps: StepReading) -> PlacedCondition:
        return steps.condition({}, lambda: ConditionReading(self.names).flat(decode(document.get(name))), name)

    # --- filters and endings ----------------------------------------------------------------------------------------

    def _filter(self, document: Json, steps: StepReading) -> PlacedCondition:
        """`filters`, and `anchors` where they are not what triggers."""
        filters = self._flat(document, "filters", steps)
        anchors = UNCONDITIONAL if document["type"] == "behavioral" else self._flat(document, "anchors", steps)
        if anchors.condition == All():
            return filters
        if filters.condition == All():
            return anchors
        return PlacedCondition(All((anchors.condition, filters.condition)), filters.file)

    def _goal(self, document: Json, steps: StepReading) -> Goal | None:
        window = document.get("conversion_window")
        within = timedelta(seconds=window) if isinstance(window, int) and window > 0 else None
        more = document.get("conversion")
        more = more if isinstance(more, dict) else {}
        reading = ConditionReading(self.names)
        if document.get("conversion_event_name"):
            where = steps.condition({}, lambda: reading.tree(more.get("filters")), "the goal")
            return Goal.model_construct(event=str(document["conversion_event_name"]), where=where, within=within)
        if "conditions" in more:
            asked = steps.condition({}, lambda: reading.tree(more["conditions"]), "the goal")
            return Goal.model_construct(event=None, filter=asked, where=UNCONDITIONAL, within=within)
        return None

    def _exit(self, document: Json, steps: StepReading) -> Exit:
        unmatched = bool(document.get("exit_on_trigger_or_filter_not_matched"))
        at_goal = bool(document.get("exit_on_conversion"))
        when = "goal_or_stops_matching" if unmatched and at_goal else "stops_matching" if unmatched else "never"
        conditions = document.get("global_exit_conditions") or []
        parts = [
            steps.condition({}, lambda one=one: self._one_exit(one), "a way out").condition  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            for one in conditions
        ]
        on = PlacedCondition(AnyOf(tuple(parts)), steps.where) if parts else None
        return Exit.model_construct(when="goal" if at_goal and not unmatched else when, on=on)

    def _one_exit(self, one: Any) -> Condition:
        """Source: `{"segment": {"id"}}` and `{"event": {"etype"}}` (semantics R52)."""
        event = one.get("event") if isinstance(one, dict) else None
        if isinstance(event, dict) and "etype" in event:
            name = self.names.events.get(event["etype"])
            return AnyOf() if name is None else Happens(name)
        if isinstance(one, dict) and "condition" in one:
            return ConditionReading(self.names).flat(one["condition"])
        if isinstance(event, dict):
            raise Unreadable("an event without its number")
        return ConditionReading(self.names).tree(one)


def _is_same(one: Json | None, other: Json | None) -> bool:
    if one is None or other is None:
        return one is other
    aside = {"id", "created", "updated", "translations"}
    return {k: v for k, v in one.items() if k not in aside} == {k: v for k, v in other.items() if k not in aside}


def _frequency(document: Json) -> Frequency:
    """Source: `rematch` with a least interval; on an event campaign it means every event (semantics R41)."""
    mode, span = document.get("restart_mode"), document.get("restart_min_interval")
    length = timedelta(seconds=span) if isinstance(span, int) and not isinstance(span, bool) and span > 0 else None
    on_people = document["type"] in ("seg_attr", "behavioral", "object", "relationship")
    if mode == "interval" and length is not None:
        return Interval.model_construct(every=length)
    if mode != "rematch":
        return "once"
    if on_people:
        return "rematch" if length is None else Rematch.model_construct(rematch=length)
    return "every_time" if length is None else OncePer.model_construct(once_per=length)


def _date(document: Json) -> DateTrigger:
    lead = document.get("date_triggered_lead_seconds", (document.get("date_triggered_lead_days") or 0) * DAY)
    zone = document.get("date_triggered_zone")
    repeat = document.get("date_triggered_frequency")
    return DateTrigger.model_construct(
        date=str(document.get("date_triggered_attribute") or ""),
        repeat=repeat if repeat in ("once", "yearly", "monthly") else "once",
        before=timedelta(seconds=lead) if lead > 0 else None,
        after=timedelta(seconds=-lead) if lead < 0 else None,
        at=clock_time(document.get("date_triggered_start_time")) or "00:00",
        zone="person" if zone in (None, "", CUSTOMER_ZONE) else str(zone),
        fallback=str(document.get("date_triggered_fallback_zone") or "UTC"),
    )


def _plain_updates(tree: Any) -> Any:
    """The tree of triggers without the marks of its leaves; a leaf that is about no update never holds."""
    if isinstance(tree, list):
        return [_plain_updates(part) for part in tree]
    if not isinstance(tree, dict):
        return tree
    if "and" in tree or "or" in tree:
        return {key: _plain_updates(part) if key in ("and", "or") else part for key, part in tree.items()}
    if tree.get("type") != "Updated":
        return {"or": []}
    return {key: part for key, part in tree.items() if key != "type"}
