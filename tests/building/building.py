"""Short ways to build projects and calls in tests: real definitions, only with fewer words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mailwright.definitions.campaign import Campaign
from mailwright.definitions.conditions import ALWAYS, Compare, Condition, Operator, Subject
from mailwright.definitions.event_schema import PeopleSchema
from mailwright.definitions.message import EmailFields, Message, SmsFields, Text, Webhook, WebhookContent
from mailwright.definitions.project import Project
from mailwright.definitions.segment import Segment, TopicsFile
from mailwright.definitions.triggers import EventTrigger
from mailwright.definitions.workflow import file_of, walk_steps
from mailwright.definitions.workspace import Settings, Workspace
from simulator.history.calls import Call, CallKind, IdType
from simulator.replay import replay
from simulator.run import Run
from simulator.trace import AnyEntry, Branched, Delivery, Ended, Entered, Noted, Refused, Skipped

START = 1_740_996_000  # 2025-03-03 10:00 UTC, a Monday
HOUR = 3600
DAY = 86400


def person(path: str, *values: Any, operator: Operator = Operator.EQUALS) -> Compare:
    """A test of an attribute."""
    return Compare(Subject.PERSON, path, operator, values)


def data(path: str, *values: Any, operator: Operator = Operator.EQUALS) -> Compare:
    """A test of the data of the event at hand."""
    return Compare(Subject.DATA, path, operator, values)


def event(path: str, *values: Any, operator: Operator = Operator.EQUALS) -> Compare:
    """A test of the data of the event that started the journey."""
    return Compare(Subject.EVENT, path, operator, values)


def segment(where: Condition | None = None, **rest: Any) -> Segment:
    """A segment by a condition, or one kept by hand."""
    return Segment(name=rest.pop("name", "a segment"), where=where, manual=where is None, **rest)


def campaign(trigger: Any = "signed_up", *steps: Any, where: Condition = ALWAYS, **rest: Any) -> Campaign:
    """A campaign on an event, or on the trigger given; without steps it sends one email."""
    if isinstance(trigger, str):
        trigger = EventTrigger(event=trigger, where=where)
    rest.setdefault("exit", {"when": "never"})
    return Campaign(
        name=rest.pop("name", "a campaign"), trigger=trigger, workflow=steps or [{"email": "hello"}], **rest
    )


def project(
    campaigns: dict[str, Campaign] | Campaign,
    *,
    bodies: dict[str, str] | None = None,
    segments: dict[str, Segment] | None = None,
    topics: TopicsFile | None = None,
    workspace: Workspace | None = None,
    assumptions: dict[str, Any] | None = None,
    identifier: str = "id",
) -> Project:
    """A project of these campaigns; every message they send has the body named after its file, or a greeting."""
    found = {"c": campaigns} if isinstance(campaigns, Campaign) else campaigns
    messages: dict[tuple[str, str, str | None], Message] = {}
    webhooks: dict[tuple[str, str], Webhook] = {}
    for slug, one in found.items():
        for placed in walk_steps(one.workflow):
            for name in [file_of(placed.step), *(v.email for v in getattr(placed.step, "ab_test", ()))]:
                if name is None:
                    continue
                body = Text((bodies or {}).get(name, "Hello"), f"campaigns/{slug}/{name}.liquid")
                if placed.kind == "webhook":
                    url = "https://hooks.example.org/"
                    webhooks[(slug, name)] = Webhook(
                        slug, name, WebhookContent(url=url), {"url": Text(url, f"campaigns/{slug}/{name}.yaml")}
                    )
                    continue
                is_email = placed.kind in ("email", "ab_test")
                fields = EmailFields(subject="A subject") if is_email else SmsFields()
                texts = {"subject": Text("A subject", body.file, 2, 10)} if is_email else {}
                kind = "email" if is_email else placed.kind
                messages[(slug, name, None)] = Message(slug, name, kind, None, fields, body, None, texts)
    return Project(
        root=Path("."),
        settings=Settings(
            default_workspace="here",
            workspaces={"here": workspace or Workspace()},
            assumptions=assumptions or {},
        ),
        campaigns=found,
        messages=messages,
        webhooks=webhooks,
        segments=segments or {},
        topics=topics or TopicsFile(),
        people=PeopleSchema(identifier=identifier),
    )


def identify(who: str = "p", at: int = START, **attributes: Any) -> Call:
    """An identify call."""
    return Call(0, CallKind.IDENTIFY, who, data=attributes, at=at)


def track(name: str = "signed_up", who: str | None = "p", at: int = START, **rest: Any) -> Call:
    """An event; `data=`, `timestamp=`, `event_id=` and the like as in `Call`."""
    rest.setdefault("data", {})
    return Call(0, CallKind.EVENT, who, IdType.ID, name, at=at, **rest)


def call(kind: CallKind, who: str | None = "p", at: int = START, **rest: Any) -> Call:
    """Any other call."""
    return Call(0, kind, who, at=at, **rest)


def run(what: Project | Campaign, *calls: Call, until: int | None = None, render: str = "none", **rest: Any) -> Run:
    """The calls, numbered as lines, replayed; people without an address have one unless they say otherwise."""
    for line, one in enumerate(calls, start=1):
        one.line = line
    whole = what if isinstance(what, Project) else project(what)
    return replay(whole, None, calls, until=until, render=render, **rest)


def of_kind(run: Run, kind: type[AnyEntry]) -> list[Any]:
    """The entries of one kind."""
    return [entry for entry in run.entries if isinstance(entry, kind)]


def deliveries(run: Run) -> list[tuple[str, str, int]]:
    """Every status a message came to: the step, the status and the seconds since START."""
    return [(entry.step, entry.status, entry.at - START) for entry in of_kind(run, Delivery)]


def ways(run: Run) -> list[tuple[str, str, int]]:
    """The ways taken at branches and waits: the step, the way and the seconds since START."""
    return [(entry.step, entry.way, entry.at - START) for entry in of_kind(run, Branched)]


def sent(run: Run) -> list[tuple[str, int]]:
    """What was sent: the step and the seconds since START."""
    return [(entry.step, entry.at - START) for entry in of_kind(run, Delivery) if entry.status == "sent"]


def entered(run: Run) -> list[int]:
    """When journeys started, in seconds since START."""
    return [entry.at - START for entry in of_kind(run, Entered)]


def outcomes(run: Run) -> list[tuple[str, str]]:
    """How journeys ended."""
    return [(entry.outcome, entry.reason) for entry in of_kind(run, Ended)]


def refusals(run: Run) -> list[str]:
    """Why journeys did not start."""
    return [entry.reason for entry in of_kind(run, Refused)]


def skips(run: Run) -> list[tuple[str, str]]:
    """Which steps were skipped, and why."""
    return [(entry.step, entry.reason) for entry in of_kind(run, Skipped)]


def warnings(run: Run) -> list[str]:
    """The codes of the warnings."""
    return [entry.code for entry in of_kind(run, Noted)]
