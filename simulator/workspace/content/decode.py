"""Stored documents as a project, so that what a client wrote through an API runs as what the files say does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailwright.definitions.campaign import Campaign, Exit
from mailwright.definitions.conditions import All, PlacedCondition
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.event_schema import PeopleSchema
from mailwright.definitions.layout import Layout, Snippet
from mailwright.definitions.message import Text
from mailwright.definitions.project import Project
from mailwright.definitions.segment import Segment, Topic, TopicsFile
from mailwright.definitions.steps import STEP_KINDS, Cohort, CohortsStep, StepBase
from mailwright.definitions.triggers import NewsletterTrigger, TransactionalTrigger
from mailwright.definitions.workspace import MessageLimit, Settings, Workspace
from simulator.trace import NotModelled
from simulator.workspace.content.campaign_reading import CLOSED, MISSHAPEN, CampaignReading
from simulator.workspace.content.condition_reading import ConditionReading
from simulator.workspace.content.leaves import Unreadable
from simulator.workspace.content.message_reading import MessageReading
from simulator.workspace.content.names import WORKSPACE, Names, text_in
from simulator.workspace.documents import Kind
from simulator.workspace.encoding import decode as decoded_text

if TYPE_CHECKING:
    from simulator.workspace.store import Documents

Json = dict[str, Any]
_CHANNELS = {
    "email": "email",
    "twilio": "sms",
    "sms": "sms",
    "push": "push",
    "whatsapp": "whatsapp",
    "in_app": "in_app",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a workspace holds, as a project, and what of it does not run."""

    project: Project
    names: Names
    closed: frozenset[str]  # campaigns that take nobody any more, and let go on who is in them
    actions: Mapping[tuple[str, str], str]  # campaign and message name → the action that sends it
    not_modelled: tuple[NotModelled, ...]
    contents: Mapping[tuple[str, str], int]  # one-time send and message name → the template that is sent

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each campaign, one-time send and transactional message by slug."""
        tables = (self.names.campaigns, self.names.newsletters, self.names.transactional)
        return {slug: number for table in tables for number, slug in table.items()}


def decode(documents: Documents, name: str, liquid: str = "latest") -> Decoded:
    """The project that the documents of the workspace called *name* make."""
    with documents.store.change():
        return _Decoding(documents, name, liquid).run()


class _Decoding:
    def __init__(self, documents: Documents, name: str, liquid: str) -> None:
        self.documents = documents
        self.name = name
        self.liquid = liquid
        self.names = Names(documents)
        self.kept = documents.get(WORKSPACE, 1) or {}
        self.lost: list[NotModelled] = []
        self.contents: dict[tuple[str, str], int] = {}

    def run(self) -> Decoded:
        self.names.read()
        templates = {one["id"]: one for one in self.documents.all(Kind.TEMPLATE)}
        identities = {int(one["id"]): one for one in self.documents.all(Kind.IDENTITY)}
        messages = MessageReading(templates, identities, self.names.layouts)
        reading = CampaignReading(self.names, messages, templates)
        campaigns, closed = self._campaigns(reading)
        campaigns |= self._newsletters(reading, templates)
        campaigns |= self._transactional(reading, templates)
        segments = self._segments()
        project = Project(
            root=Path("."),
            settings=self._settings(),
            campaigns=dict(sorted(campaigns.items())),
            messages=reading.found_messages,
            webhooks=reading.found_webhooks,
            layouts=self._layouts(),
            snippets=self._snippets(),
            segments=segments,
            topics=self._topics(),
            people=PeopleSchema.model_construct(identifier=self.kept.get("identifier", "id_or_email"), attributes={}),
        )
        lost = tuple(sorted({*self.lost, *reading.lost}))
        return Decoded(project, self.names, frozenset(closed), reading.files, lost, self.contents)

    def _campaigns(self, reading: CampaignReading) -> tuple[dict[str, Campaign], set[str]]:
        by_campaign: dict[Any, list[Json]] = {}
        for action in self.documents.all(Kind.ACTION):
            by_campaign.setdefault(action.get("campaign_id"), []).append(action)
        found: dict[str, Campaign] = {}
        closed = set()
        for document in self.documents.all(Kind.CAMPAIGN):
            campaign = reading.campaign(document, by_campaign.get(document["id"], []))
            if campaign is not None:
                slug = self.names.campaigns[document["id"]]
                found[slug] = campaign
                if str(document["state"]) in CLOSED:
                    closed.add(slug)
        return found, closed

    def _sends(
        self, reading: CampaignReading, kind: Kind, table: Mapping[int, str], read: Callable[[Json], Campaign]
    ) -> dict[str, Campaign]:
        """What is sent without a workflow, each as a campaign of one step."""
        found = {}
        for document in self.documents.all(kind):
            slug = table[int(document["id"])]
            try:
                found[slug] = read(document)
            except MISSHAPEN as error:
                reading.lose(slug, error)
        return found

    def _newsletters(self, reading: CampaignReading, templates: Mapping[int, Json]) -> dict[str, Campaign]:
        def read(document: Json) -> Campaign:
            slug = self.names.newsletters[document["id"]]
            at = document.get("scheduled_at")
            trigger = NewsletterTrigger.model_construct(
                newsletter=self.names.of(Kind.NEWSLETTER, document["id"]).get("called") or slug,
                audience=self._audience(slug, document),
                at=datetime.fromtimestamp(at, UTC).isoformat() if isinstance(at, int) else None,
            )
            numbers = document.get("template_ids") or [None]
            return self._send(reading, templates, Kind.NEWSLETTER, document, trigger, numbers, document)

        return self._sends(reading, Kind.NEWSLETTER, self.names.newsletters, read)

    def _audience(self, slug: str, document: Json) -> PlacedCondition:
        reading = ConditionReading(self.names)
        try:
            asked = reading.flat(decoded_text(document.get("filters"))), reading.tree(document.get("recipients"))
        except Unreadable as error:
            self.lost.append(NotModelled(slug, "", f"whom it goes to: {error}", "goes to nobody"))
            return PlacedCondition(AnyOf())
        parts = tuple(part for part in asked if part != All())
        return PlacedCondition(parts[0] if len(parts) == 1 else All(parts), f"newsletter {document['id']}")

    def _transactional(self, reading: CampaignReading, templates: Mapping[int, Json]) -> dict[str, Campaign]:
        def read(document: Json) -> Campaign:
            slug = self.names.transactional[document["id"]]
            name = str(document.get("trigger_name") or slug)
            trigger = TransactionalTrigger.model_construct(transactional=name, data={})
            sending = {
                "sending_state": "draft" if document.get("queue_drafts") else "automatic",
                "send_to_unsubscribed": document.get("send_to_unsubscribed"),
                "tracked": document.get("link_tracking"),
            }
            numbers = [document.get("template_id")]
            return self._send(reading, templates, Kind.TRANSACTIONAL, document, trigger, numbers, sending)

        return self._sends(reading, Kind.TRANSACTIONAL, self.names.transactional, read)

    def _send(
        self,
        reading: CampaignReading,
        templates: Mapping[int, Json],
        kind: Kind,
        document: Json,
        trigger: NewsletterTrigger | TransactionalTrigger,
        numbers: Sequence[Any],
        sending: Json,
    ) -> Campaign:
        """A send as a campaign of one step; several contents are those of an A/B test's groups."""
        file = self.names.of(kind, document["id"]).get("step", {}).get("file") or "content"
        steps = [
            self._send_step(reading, templates, kind, document, number, sending, file if at == 1 else f"{file}-{at}")
            for at, number in enumerate(numbers, 1)
        ]
        to_all = bool(sending.get("send_to_unsubscribed"))
        topic = document.get("subscription_topic_id")
        runs = document.get("state") == "active" if kind is Kind.TRANSACTIONAL else True
        return Campaign.model_construct(
            name=str(document["name"]),
            trigger=trigger,
            frequency="every_time",
            exit=Exit.model_construct(when="never"),
            topic=self.names.topics.get(topic) if isinstance(topic, int) else None,
            to_unsubscribed=to_all,
            counts_toward_limit=bool(document.get("use_message_limits")),
            state="running" if runs else "draft",
            tags=list(document.get("tags") or ()),
            workflow=steps if len(steps) == 1 else [_tested(steps)],
        )

    def _send_step(
        self,
        reading: CampaignReading,
        templates: Mapping[int, Json],
        kind: Kind,
        document: Json,
        number: Any,
        sending: Json,
        file: str,
    ) -> StepBase:
        slug = (self.names.newsletters if kind is Kind.NEWSLETTER else self.names.transactional)[document["id"]]
        names = self.names.of(kind, document["id"]).get("step", {})
        template = templates.get(number) if isinstance(number, int) else None
        stored = template["template_type"] if template is not None else document.get("type", "email")
        channel = _CHANNELS.get(str(stored), str(stored))
        channel = channel if channel in STEP_KINDS else "email"
        reading.keep_messages(slug, file, number, tracked=sending.get("tracked") is not False)
        if template is not None:
            self.contents[slug, file] = template["id"]
        state = sending.get("sending_state")
        fields: Json = {
            "id": names.get("id") if file == names.get("file") else file,
            "sending": state if state in ("draft", "off") else "automatic",
            "to_unsubscribed": bool(sending.get("send_to_unsubscribed")),
            channel: file,
        }
        return STEP_KINDS[channel].model_construct(**fields | {"id": fields["id"] or file})

    # --- what campaigns share ---------------------------------------------------------------------------------------

    def _segments(self) -> dict[str, Segment]:
        found = {}
        for document in self.documents.all(Kind.SEGMENT):
            slug = self.names.segments[document["id"]]
            where = None
            if document.get("type") != "manual":
                where = self._segment_condition(slug, document)
            number = self.names.of(Kind.SEGMENT, document["id"]).get("called", document["id"])
            found[slug] = Segment.model_construct(
                name=str(document["name"]), where=where, manual=where is None, id=number
            )
        return found

    def _segment_condition(self, slug: str, document: Json) -> PlacedCondition:
        try:
            condition = ConditionReading(self.names).tree(document.get("conditions"))
        except (Unreadable, *MISSHAPEN) as error:
            self.lost.append(NotModelled("", "", f"the segment {slug}: {error}", "takes nobody into it"))
            return PlacedCondition(AnyOf())
        return PlacedCondition(condition, f"segment {document['id']}")

    def _layouts(self) -> dict[str, Layout]:
        found = {}
        for document in self.documents.all(Kind.LAYOUT):
            reference = self.names.layouts[document["id"]]
            name, _, version = reference.rpartition("@")
            found[reference] = Layout(
                name, int(version), str(document["name"]), Text(text_in(document["body"]), f"layout {document['id']}")
            )
        return found

    def _snippets(self) -> dict[str, Snippet]:
        stored = self.documents.all(Kind.SNIPPET)
        named = ((text_in(one["name"], str(one["id"])), text_in(one["value"])) for one in stored)
        return {name: Snippet(name, Text(value, f"snippet {name}")) for name, value in named}

    def _topics(self) -> TopicsFile:
        topics = {
            self.names.topics[one["id"]]: Topic.model_construct(
                id=one["id"],
                name=str(one["name"]),
                description=str(one.get("description") or ""),
                default="subscribed" if one.get("subscribed_by_default", True) else "unsubscribed",
            )
            for one in self.documents.all(Kind.TOPIC)
        }
        return TopicsFile.model_construct(topics=topics, channels=self.kept.get("channels", {}))

    def _settings(self) -> Settings:
        kept = self.kept
        limit = kept.get("message_limit")
        suppressed = [*kept.get("esp_suppressed", ()), *(one["email"] for one in self.documents.all(Kind.SUPPRESSION))]
        workspace = Workspace.model_construct(
            liquid=kept.get("liquid", self.liquid),
            vars={},
            message_limit=None if limit is None else MessageLimit.model_construct(**limit),
            sender=kept.get("sender"),
            esp_suppressed=suppressed,
            anonymous_merge=kept.get("anonymous_merge", True),
            url_parameters=kept.get("url_parameters", {}),
        )
        return Settings.model_construct(
            default_workspace=self.name, workspaces={self.name: workspace}, assumptions=kept.get("assumptions", {})
        )


def _tested(steps: Sequence[StepBase]) -> CohortsStep:
    """An A/B test of a one-time send.

    Assumed: its groups are of one size, and nobody waits for a winner.
    """
    share = int(1000 / len(steps)) / 10
    shares = [share] * (len(steps) - 1)
    cohorts = [
        Cohort.model_construct(share=one, then=[step], name=None)
        for one, step in zip([*shares, round(100 - sum(shares), 1)], steps, strict=True)
    ]
    return CohortsStep.model_construct(id="test-groups", cohorts=cohorts)
