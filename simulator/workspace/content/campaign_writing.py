"""Campaigns as documents: what starts them, whom they take, when they end, and their workflow.

Source: wire reference, "Campaign read" and "Trigger types". Assumed: the names of ways to restart beside `rematch`
(`once`, `interval`), and every field that the findings name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, assert_never

from mailwright.definitions.campaign import Campaign, Goal, Interval, OncePer, Rematch
from mailwright.definitions.conditions import All, Condition, EventType, Happens, InSegment
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.project import Project
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
from mailwright.definitions.workflow import walk_steps
from simulator.dates import iso_time
from simulator.workspace.content.condition_writing import ConditionWriting, Style
from simulator.workspace.content.findings import Findings
from simulator.workspace.content.graph_writing import GraphWriting, keep_actions
from simulator.workspace.content.message_writing import MessageWriting
from simulator.workspace.content.names import authored_kind
from simulator.workspace.content.numbers import Numbers
from simulator.workspace.content.step_writing import CUSTOMER_ZONE, StepWriting
from simulator.workspace.documents import Kind, new_campaign, new_newsletter, new_transactional
from simulator.workspace.encoding import encode
from simulator.workspace.store import Documents

Json = dict[str, Any]
_OWN_FIELDS = "stored under field names of our own, which no source shows"
DAY = 86400


@dataclass(slots=True)
class CampaignWriting:
    """Writes the campaigns of one project."""

    documents: Documents
    project: Project
    numbers: Numbers
    findings: Findings
    messages: MessageWriting
    now: int

    def write(self, slug: str) -> None:
        """Put one campaign, one-time send or transactional message into the store."""
        campaign = self.project.campaigns[slug]
        match campaign.trigger:
            case NewsletterTrigger() as trigger:
                self._newsletter(slug, campaign, trigger)
            case TransactionalTrigger() as trigger:
                self._transactional(slug, campaign, trigger)
            case _:
                self._campaign(slug, campaign)

    def _campaign(self, slug: str, campaign: Campaign) -> None:
        number, where = self.numbers.campaigns[slug], f"campaign {slug}"
        fields = self._recipients(slug, campaign, where) | self._frequency(campaign)
        fields |= self._endings(slug, campaign, where) | self._settings(campaign, where)
        type_id = self._type_id(campaign)
        steps = StepWriting(campaign, slug, self.numbers, self.findings, self.messages, type_id)
        graph = GraphWriting(steps, number, self.now)
        order = graph.write(campaign, gated=fields["type"] == "seg_attr")
        keep_actions(graph, self.documents)
        document = new_campaign(campaign.name, self.now, **fields, workflow_action_ids=order, edges=graph.edges)
        self.documents.put(Kind.CAMPAIGN, number, {"id": number, **document})
        names: Json = {"id": number, "slug": slug, "steps": graph.names}
        if isinstance(campaign.trigger, BroadcastTrigger):
            names["called"] = campaign.trigger.broadcast
        self.documents.put(authored_kind(Kind.CAMPAIGN), number, names)

    # --- who and how often ------------------------------------------------------------------------------------------

    def _recipients(self, slug: str, campaign: Campaign, where: str) -> Json:
        trigger = campaign.trigger
        writing = ConditionWriting(self.numbers, self.findings, where, slug, self._type_id(campaign))
        fields: Json = {"filters": encode(writing.flat(campaign.filter.condition))}
        match trigger:
            case EventTrigger(event=event, where=test, type=kind):
                fields |= {"type": "transactional", "event": event, "event_type": kind.value}
                fields["attribute_filters"] = writing.tree(test.condition, Style.BARE)
            case FormTrigger(form=form, where=test):
                fields |= {"type": "form", "event": form, "event_type": "form"}
                fields["attribute_filters"] = writing.tree(test.condition, Style.BARE)
            case SegmentTrigger(segment=segment):
                fields |= {"type": "seg_attr", "trigger": writing.tree(InSegment(segment), Style.WRAPPED)}
            case PersonTrigger(person=person, filter=more):
                both = All((person.condition, more.condition))
                fields |= {"type": "seg_attr", "trigger": writing.tree(both, Style.WRAPPED)}
            case DateTrigger():
                fields |= {"type": "date", **self._date(trigger, where)}
            case ObjectTrigger():
                fields |= {"type": "object", **self._object(trigger, writing, where)}
            case RelationshipTrigger():
                fields |= {"type": "relationship", **self._relationship(trigger, writing, where)}
            case WebhookTrigger(webhook=hook, where=test, person=path):
                fields |= {"type": "webhook", "webhook_id": hook}
                fields["attribute_filters"] = writing.tree(test.condition, Style.BARE)
                if path is not None:
                    fields["webhook_person_path"] = path
                    self.findings.say(where, "where a hook's data names its person", _OWN_FIELDS)
            case BroadcastTrigger(audience=audience):
                fields |= {"type": "webhook", "webhook_id": None}
                fields["recipients_filter"] = writing.tree(audience.condition, Style.WRAPPED)
            case NewsletterTrigger() | TransactionalTrigger():
                raise TypeError("newsletters and transactional messages are no campaigns")
            case _:
                assert_never(trigger)
        if fields["type"] == "seg_attr" and campaign.filter.condition != All():
            self.findings.say(
                where, "a filter beside a trigger on segments or attributes", "kept in `filters`, which no write sends"
            )
        return fields

    def _type_id(self, campaign: Campaign) -> int | None:
        match campaign.trigger:
            case ObjectTrigger(object=slug) | RelationshipTrigger(relationship=slug):
                return self.numbers.object_type(slug)
            case _:
                return None

    def _date(self, trigger: DateTrigger, where: str) -> Json:
        lead = int(((trigger.before or timedelta()) - (trigger.after or timedelta())).total_seconds())
        fields: Json = {
            "date_triggered_attribute": trigger.date,
            "date_triggered_frequency": trigger.repeat,
            "date_triggered_start_time": trigger.at,
            "date_triggered_zone": CUSTOMER_ZONE if trigger.zone == "person" else trigger.zone,
            "date_triggered_fallback_zone": trigger.fallback,
            "date_triggered_lead_days": lead // DAY,
        }
        if lead % DAY:
            fields["date_triggered_lead_seconds"] = lead
            self.findings.say(where, "a distance from the date that is no number of days", _OWN_FIELDS)
        return fields

    def _object(self, trigger: ObjectTrigger, writing: ConditionWriting, where: str) -> Json:
        """Source: each trigger leaf has `type: Updated`; anything else matches nobody."""
        tree = writing.tree(trigger.where.condition, Style.WRAPPED)
        return {
            "object_campaign": {"type_id": writing.type_id},
            "object_attribute_filters": None,
            "object_attribute_triggers": _updated(tree),
            "audience": self._related(trigger.audience.condition, writing),
        }

    def _relationship(self, trigger: RelationshipTrigger, writing: ConditionWriting, where: str) -> Json:
        return {
            "relationship_campaign": {"type_id": writing.type_id},
            "object_attribute_filters": writing.tree(trigger.object_where.condition, Style.WRAPPED),
            "relationship_attribute_triggers": _updated(writing.tree(trigger.where.condition, Style.WRAPPED)),
            "audience": self._related(All(), writing),
        }

    def _related(self, audience: Condition, writing: ConditionWriting) -> Json:
        tree = writing.tree(audience, Style.WRAPPED)
        return {"type": 0 if tree is None else 1, "person_filters": tree, "relationship_filters": None}

    def _frequency(self, campaign: Campaign) -> Json:
        """Source: `restart_mode` and `restart_min_interval`, in seconds (semantics R41)."""
        match campaign.effective_frequency():
            case OncePer(once_per=span):
                mode, seconds = "rematch", span
            case Rematch(rematch=timedelta() as span):
                mode, seconds = "rematch", span
            case Rematch() | "every_time" | "rematch":
                mode, seconds = "rematch", timedelta()
            case Interval(every=span):
                mode, seconds = "interval", span
            case _:
                mode, seconds = "once", timedelta()
        return {"restart_mode": mode, "restart_min_interval": int(seconds.total_seconds())}

    # --- until when -------------------------------------------------------------------------------------------------

    def _endings(self, slug: str, campaign: Campaign, where: str) -> Json:
        """Source: `exit_conditions` and `exit_and_conversion`. Assumed: the field for leaving at the goal."""
        ending = campaign.exit
        fields: Json = {
            "exit_on_trigger_or_filter_not_matched": ending.when in ("stops_matching", "goal_or_stops_matching")
        }
        if ending.when in ("goal", "goal_or_stops_matching"):
            fields["exit_on_conversion"] = True
            self.findings.say(where, "leaving when the goal is reached", _OWN_FIELDS)
        if ending.on is not None:
            parts = _alternatives(ending.on.condition)
            fields["global_exit_conditions"] = [self._exit(slug, part, where) for part in parts]
        if campaign.goal is not None:
            fields |= self._goal(slug, campaign.goal, where)
        return fields

    def _exit(self, slug: str, condition: Condition, where: str) -> Json:
        """Source: `{"segment": {"id"}}` and `{"event": {"etype"}}` (semantics R52)."""
        if isinstance(condition, InSegment):
            return {"segment": {"id": self.numbers.segment(condition.segment)}}
        if isinstance(condition, Happens) and condition.where is None and condition.type is EventType.EVENT:
            return {"event": {"etype": self.numbers.event(condition.event)}}
        self.findings.say(where, "a way out that is no segment and no event", _OWN_FIELDS)
        writing = ConditionWriting(self.numbers, self.findings, where, slug, holds=frozenset({Happens}))
        return {"condition": writing.flat(condition)}

    def _goal(self, slug: str, goal: Goal, where: str) -> Json:
        window = int(goal.within.total_seconds()) if goal.within is not None else 0
        fields: Json = {"conversion_event_name": goal.event or "", "conversion_window": window}
        writing = ConditionWriting(self.numbers, self.findings, where, slug)
        if goal.event is not None and goal.where.condition != All():
            fields["conversion"] = {"filters": writing.tree(goal.where.condition, Style.BARE)}
            self.findings.say(where, "tests on the data of the goal's event", _OWN_FIELDS)
        elif goal.filter is not None:
            fields["conversion"] = {"conditions": writing.tree(goal.filter.condition, Style.WRAPPED) or {"and": []}}
            self.findings.say(where, "a goal that is no event", _OWN_FIELDS)
        return fields

    def _settings(self, campaign: Campaign, where: str) -> Json:
        fields: Json = {
            "description": campaign.description,
            "state": campaign.state,
            "first_started": 0 if campaign.state == "draft" else self.now,
            "use_message_limits": campaign.counts_toward_limit,
            "send_to_unsubscribed": campaign.to_unsubscribed,
            "subscription_topic_id": self.numbers.topics.get(campaign.topic) if campaign.topic is not None else None,
            "tags": list(campaign.tags),
        }
        if campaign.liquid is not None:
            fields["liquid"] = campaign.liquid
            self.findings.say(where, "a Liquid of its own", _OWN_FIELDS)
        return fields

    # --- what is no campaign ----------------------------------------------------------------------------------------

    def _only_message(self, slug: str, campaign: Campaign, where: str) -> tuple[Json, Json, Json]:
        """The one message of a send: its fields as an action has them, its template, what the files call it."""
        number = self.numbers.campaigns[slug]
        steps = StepWriting(campaign, slug, self.numbers, self.findings, self.messages, None)
        graph = GraphWriting(steps, number, self.now)
        for placed in _numbered(self.numbers, slug, campaign):
            steps.numbers.actions.setdefault((slug, placed), (0, "email"))
        order = graph.write(campaign, gated=False)
        messages = [graph.actions[one] for one in order if graph.actions[one].get("template_id") is not None]
        if len(messages) != 1 or len(order) > 2:
            self.findings.say(where, "more than one message in one send", "only the first message is stored")
        if not messages:
            return {}, {}, {}
        template = self.documents.get(Kind.TEMPLATE, messages[0]["template_id"]) or {}
        return messages[0], template, graph.names.get(messages[0]["id"], {})

    def _newsletter(self, slug: str, campaign: Campaign, trigger: NewsletterTrigger) -> None:
        number, where = self.numbers.campaigns[slug], f"newsletter {slug}"
        action, template, names = self._only_message(slug, campaign, where)
        writing = ConditionWriting(self.numbers, self.findings, where, slug)
        document = new_newsletter(
            campaign.name,
            self.now,
            type=template.get("template_type", "email"),
            filters=encode(writing.flat(All((trigger.audience.condition, campaign.filter.condition)))),
            send_to_unsubscribed=action.get("send_to_unsubscribed", campaign.to_unsubscribed),
            use_message_limits=campaign.counts_toward_limit,
            subscription_topic_id=self._topic(action, campaign),
            template_ids=[template["id"]] if template else [],
            tags=list(campaign.tags),
        )
        at = iso_time(trigger.at)
        if at is not None and campaign.state == "running":
            document |= {"send_state": "scheduled", "scheduled_at": at, "timezone": "UTC"}
        document["sending_state"] = action.get("sending_state", "automatic")
        document["tracked"] = action.get("tracked", True)
        self.documents.put(Kind.NEWSLETTER, number, {"id": number, **document})
        self._named(Kind.NEWSLETTER, number, slug, names, called=trigger.newsletter)

    def _transactional(self, slug: str, campaign: Campaign, trigger: TransactionalTrigger) -> None:
        number, where = self.numbers.campaigns[slug], f"transactional message {slug}"
        action, template, names = self._only_message(slug, campaign, where)
        document = new_transactional(
            campaign.name,
            self.now,
            state="active" if campaign.state == "running" else "draft",
            type=template.get("template_type", "email"),
            template_id=template.get("id"),
            description=campaign.description,
            send_to_unsubscribed=action.get("send_to_unsubscribed", campaign.to_unsubscribed),
            link_tracking=action.get("tracked", True),
            queue_drafts=action.get("sending_state") == "draft",
            trigger_name=trigger.transactional,
            tags=list(campaign.tags),
        )
        if campaign.filter.condition != All():
            self.findings.say(where, "a filter", "left out: whom it goes to is said by each call")
        if action.get("sending_state") == "off":
            document["state"] = "draft"
        self.documents.put(Kind.TRANSACTIONAL, number, {"id": number, **document})
        self._named(Kind.TRANSACTIONAL, number, slug, names)

    def _topic(self, action: Json, campaign: Campaign) -> int | None:
        own: int | None = action.get("subscription_topic_id")
        return own if own is not None else self.numbers.topics.get(campaign.topic or "")

    def _named(self, kind: Kind, number: int, slug: str, names: Json, **more: str) -> None:
        self.documents.put(authored_kind(kind), number, {"id": number, "slug": slug, "step": names, **more})


def _numbered(numbers: Numbers, slug: str, campaign: Campaign) -> list[str]:
    """The steps of a send get numbers that are not kept."""
    names = [placed.id for placed in walk_steps(campaign.workflow)]
    for index, name in enumerate(names, start=1):
        numbers.actions[(slug, name)] = (-index, "email")
    return names


def _updated(tree: Json | None) -> Json | None:
    """Every leaf of a tree says that it is about an update."""
    if tree is None:
        return None
    found: Json = {}
    for key, value in tree.items():
        found[key] = [_updated(part) for part in value] if key in ("and", "or") else value
    return found if "and" in tree or "or" in tree else {**found, "type": "Updated"}


def _alternatives(condition: Condition) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, All | AnyOf) else (condition,)
