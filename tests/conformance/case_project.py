"""A case of the semantics as a project and its calls: the neutral JSON of the case files in the words of the definitions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mailwright.definitions.campaign import Campaign, Exit, Goal, OncePer, Rematch
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
    PlacedCondition,
    Subject,
)
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.event_schema import PeopleSchema
from mailwright.definitions.message import EmailFields, Message, SmsFields, Text, Webhook, WebhookContent
from mailwright.definitions.project import Project
from mailwright.definitions.segment import Segment, Topic, TopicsFile
from mailwright.definitions.triggers import EventTrigger, SegmentTrigger
from mailwright.definitions.workspace import MessageLimit, Settings, Workspace
from simulator.history.calls import Call, CallKind, IdType

_OPERATORS = {
    "eq": Operator.EQUALS,
    "contains": Operator.CONTAINS,
    "exists": Operator.EXISTS,
    "gt": Operator.ABOVE,
    "lt": Operator.BELOW,
    "bw": Operator.BETWEEN,
    "timestamp_gta": Operator.AFTER,
    "timestamp_lta": Operator.BEFORE,
    "is_timestamp": Operator.IS_TIMESTAMP,
}
_SAME_NAMES = {
    "email": "email",
    "sms": "sms",
    "push": "push",
    "in_app": "in_app",
    "slack": "slack",
    "whatsapp": "whatsapp",
    "webhook": "webhook",
}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def seconds_of(text: str) -> int:
    """The Unix time of a case's ISO time."""
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


# --- conditions ---------------------------------------------------------------------------------------------------------


def leaf(subject: Subject, node: dict[str, Any]) -> Condition:
    """`{"field", "operator", "value"}` about one subject."""
    name = node["operator"]
    negated = name.startswith("!") != bool(node.get("inverse"))
    name = name.removeprefix("!")
    path = "" if subject in (Subject.TO, Subject.FROM) else node["field"]
    if name in ("timestamp_lt", "timestamp_gt"):
        found: Condition = _relative(subject, path, name, float(node["value"]))
    elif name == "timestamp_bw":
        found = All(
            (
                _relative(subject, path, "timestamp_gt", float(node["value"])),
                _relative(subject, path, "timestamp_lt", float(node["value2"])),
            )
        )
    else:
        values = tuple(node[key] for key in ("value", "value2") if key in node)
        found = Compare(subject, path, _OPERATORS[name], values)
    return Not(found) if negated else found


def _relative(subject: Subject, path: str, name: str, offset: float) -> Compare:
    if offset <= 0:
        operator = Operator.MORE_THAN_AGO if name == "timestamp_lt" else Operator.LESS_THAN_AGO
    else:
        operator = Operator.LESS_THAN_AHEAD if name == "timestamp_lt" else Operator.MORE_THAN_AHEAD
    return Compare(subject, path, operator, (int(abs(offset)),))


def tree(node: Any, subject: Subject = Subject.DATA) -> Condition:
    """An event-data filter, a profile filter or a segment's tree."""
    if not node:
        return All()
    if isinstance(node, list):
        return All(tuple(tree(part, subject) for part in node))
    for key, group in (("and", All), ("or", AnyOf)):
        if key in node:
            parts = tuple(tree(part, subject) for part in node[key])
            return parts[0] if len(parts) == 1 else group(parts)
    if "not" in node:
        return Not(tree(node["not"], subject))
    if "attribute_compare" in node:
        pair = node["attribute_compare"]
        negated = pair["operator"].startswith("!")
        operator = _OPERATORS[pair["operator"].removeprefix("!")]
        both = CompareFields(subject, pair["event_field"], operator, Subject.PERSON, pair["profile_field"])
        return Not(both) if negated else both
    if "attribute" in node:
        inner = node["attribute"]
        return leaf(Subject.PERSON, {**inner, "inverse": bool(inner.get("inverse")) != bool(node.get("inverse"))})
    if "segment" in node:
        inner = node["segment"]
        inverse = bool(inner.get("inverse")) != bool(node.get("inverse"))
        belongs = InSegment(str(inner["id"]))
        return Not(belongs) if inverse else belongs
    if "event" in node:
        return _performed(node)
    if "page" in node:
        return _performed({**node, "event": {**node["page"], "type": "page"}})
    if "message" in node:
        return _message(node["message"], node)
    return leaf(subject, node)


def _performed(node: dict[str, Any]) -> Condition:
    inner = node["event"] if isinstance(node["event"], dict) else {"name": node["event"]}
    name = inner.get("name") or inner["etype"]
    within = timedelta(seconds=node["within"]) if node.get("within") else None
    times = node.get("times") or 1
    inverse = bool(node.get("inverse")) != bool(inner.get("inverse"))
    kind = inner.get("type", "event")
    if kind == "attribute_change":
        where = _changed(inner.get("filters") or {})
        found: Condition = Changed(name, where, times, within)
    else:
        where = tree(inner["filters"]) if inner.get("filters") else None
        found = Performed(name, times, within, where, EventType(kind))
    return Not(found) if inverse else found


def _changed(node: dict[str, Any]) -> Condition | None:
    if not node:
        return None
    for key, group in (("and", All), ("or", AnyOf)):
        if key in node:
            return group(tuple(part for part in map(_changed, node[key]) if part is not None))
    return leaf(Subject.TO if node["field"] == "to" else Subject.FROM, node)


def _message(inner: dict[str, Any], node: dict[str, Any]) -> Condition:
    step = str(inner.get("step") or inner.get("id"))
    state = MessageState(inner.get("state") or inner.get("metric") or "sent")
    within = timedelta(seconds=node["within"]) if node.get("within") else None
    found = MessageIs(step, state, inner.get("campaign"), node.get("times") or 1, within)
    inverse = bool(node.get("inverse")) != bool(inner.get("inverse"))
    return Not(found) if inverse else found


def flat(conditions: list[dict[str, Any]], waiting: bool = False) -> Condition:
    """The flat list of a branch, a wait or a step's own conditions: all of them."""
    parts = tuple(_flat_one(node, waiting) for node in conditions)
    return parts[0] if len(parts) == 1 else All(parts)


def _flat_one(node: dict[str, Any], waiting: bool) -> Condition:
    if "and" in node or "or" in node:
        return tree(node, Subject.PERSON)
    kind = node.get("type", "attribute").removeprefix("!")
    negated = node.get("type", "").startswith("!") or bool(node.get("inverse")) or bool(node.get("negate"))
    if kind == "attribute":
        return leaf(Subject.PERSON, node)
    if kind in ("event_data", "trigger_event", "event_attribute"):
        return leaf(Subject.EVENT, node)
    found: Condition
    if kind in ("segment", "segments", "segments_negatable"):
        slug = node.get("id", node.get("segment"))
        slugs = node.get("segments") or [slug["id"] if isinstance(slug, dict) else slug]
        found = AnyOf(tuple(InSegment(str(one)) for one in slugs)) if len(slugs) > 1 else InSegment(str(slugs[0]))
    elif kind in ("event", "foreign_event"):
        found = _flat_event(node, waiting)
    elif kind == "message":
        found = _message(node, node)
    else:
        raise ValueError(f"a case has a condition of a kind that no rule describes: {kind}")
    return Not(found) if negated else found


def _flat_event(node: dict[str, Any], waiting: bool) -> Condition:
    name = node.get("name") or node["event"]
    parts: list[Condition] = [tree(node["filters"])] if node.get("filters") else []
    for pair in node.get("compare", ()):
        operator = _OPERATORS[pair.get("operator", "eq")]
        parts.append(CompareFields(Subject.DATA, pair["event_field"], operator, Subject.EVENT, pair["trigger_field"]))
    where = None if not parts else parts[0] if len(parts) == 1 else All(tuple(parts))
    if waiting:
        return Happens(name, where)
    within = timedelta(seconds=node["within"]) if node.get("within") else None
    return Performed(name, node.get("times") or 1, within, where)


# --- workflows ----------------------------------------------------------------------------------------------------------


class CampaignReader:
    """Reads one campaign of a case; what its steps send is kept beside."""

    def __init__(self, slug: str, node: dict[str, Any]) -> None:
        self.slug = slug
        self.node = node
        self.messages: dict[tuple[str, str, str | None], Message] = {}
        self.webhooks: dict[tuple[str, str], Webhook] = {}
        self.segments: dict[str, Segment] = {}

    def read(self) -> Campaign:
        """The campaign as a definition."""
        node = self.node
        return Campaign(
            name=node["name"],
            trigger=self._trigger(node["trigger"]),
            filter=tree(node.get("filter"), Subject.PERSON),
            frequency=_frequency(node.get("frequency") or {"mode": "every_time"}),
            goal=_goal(node["goal"]) if node.get("goal") else None,
            exit=_exit(node.get("exit") or {"mode": "none"}),
            topic=_slug(node.get("topic")),
            to_unsubscribed=bool(node.get("send_to_unsubscribed")),
            workflow=self._steps(node["steps"]) or [{"wait": "0s"}],
        )

    def _trigger(self, node: dict[str, Any]) -> Any:
        if node["type"] in ("event", "page", "screen"):
            kind = node.get("event_type") or ("event" if node["type"] == "event" else node["type"])
            return EventTrigger(event=node["event"], where=tree(node.get("event_filter")), type=EventType(kind))
        if node["type"] in ("segment", "attribute", "behavioral", "seg_attr"):
            slug = f"trigger-{self.slug}"
            self.segments[slug] = Segment(name=slug, where=tree(node["conditions"], Subject.PERSON))
            return SegmentTrigger(segment=slug)
        raise ValueError(f"a case has a trigger of a kind that no rule describes: {node['type']}")

    def _steps(self, steps: list[dict[str, Any]]) -> list[Any]:
        return [self._step(step) for step in steps]

    def _step(self, step: dict[str, Any]) -> dict[str, Any]:
        kind = step["type"]
        out: dict[str, Any] = {"id": step["id"]}
        if step.get("conditions") and kind not in ("branch",):
            out["only_if"] = flat(step["conditions"])
        if kind in _SAME_NAMES:
            return {**out, **self._message_step(step, kind)}
        match kind:
            case "delay":
                out["wait"] = timedelta(seconds=step["seconds"])
            case "random_delay":
                out["wait"] = {
                    "between": [
                        timedelta(seconds=step.get("min_seconds", step.get("min_delay", 0))),
                        timedelta(seconds=step.get("max_seconds", step.get("max_delay", 0))),
                    ]
                }
            case "window":
                out["window"] = {
                    "from": step["start"],
                    "to": step["end"],
                    "days": [_DAYS[day - 1] for day in step["days"]],
                    "zone": step.get("zone", "UTC"),
                    "fallback": step.get("fallback", "UTC"),
                }
            case "wait_until":
                out["wait_until"] = self._wait(step)
            case "branch":
                condition = flat(step["conditions"]) if step["conditions"] else All()
                out["branch"] = {
                    "if": condition,
                    "then": self._steps(step["true"]),
                    "else": self._steps(step["false"]),
                }
            case "split":
                ways: list[dict[str, Any]] = [
                    {"if": flat(path["conditions"]), "then": self._steps(path["steps"])} for path in step["paths"]
                ]
                out["split"] = [*ways, {"else": self._steps(step.get("default", []))}]
            case "cohort":
                out["cohorts"] = [
                    {"share": path["percent"], "then": self._steps(path["steps"])} for path in step["paths"]
                ]
            case "set_attributes":
                out["set"] = {"person": step["attributes"]}
            case "create_event":
                out["create_event"] = {"name": step["name"], "data": step.get("data") or {}}
            case "add_to_segment" | "segment_update":
                out["segment"] = {"add": str(step["segment"])}
            case "remove_from_segment":
                out["segment"] = {"remove": str(step["segment"])}
            case "exit":
                out["exit"] = True
            case _:
                raise ValueError(f"a case has a step of a kind that no rule describes: {kind}")
        return out

    def _message_step(self, step: dict[str, Any], kind: str) -> dict[str, Any]:
        body = Text(step.get("template") or "Hello", f"{self.slug}/{step['id']}")
        subject = step.get("subject") or "A subject"
        if kind == "webhook":
            content = WebhookContent(url="https://hooks.example.org/")
            self.webhooks[(self.slug, step["id"])] = Webhook(
                self.slug, step["id"], content, {"url": Text(content.url, body.file)}
            )
        else:
            fields = EmailFields(subject=subject) if kind == "email" else SmsFields()
            texts = {"subject": Text(subject, body.file)} if kind == "email" else {}
            key = (self.slug, step["id"], None)
            self.messages[key] = Message(self.slug, step["id"], kind, None, fields, body, None, texts)
        out: dict[str, Any] = {_SAME_NAMES[kind]: step["id"], "sending": step.get("sending", "automatic")}
        if "send_to_unsubscribed" in step:
            out["to_unsubscribed"] = step["send_to_unsubscribed"]
        if "topic" in step:
            out["topic"] = _slug(step["topic"])
        if step.get("counts_toward_limit"):
            out["counts_toward_limit"] = True
        if step.get("auto_retry"):
            out["retry_over_limit"] = True
        return out

    def _wait(self, step: dict[str, Any]) -> dict[str, Any]:
        out: dict[str, Any] = {
            "paths": [
                {"when": flat(path["conditions"], waiting=True), "then": self._steps(path["steps"])}
                for path in step["paths"]
            ],
            "on_timeout": self._steps(step.get("max_steps") or []),
        }
        if step.get("max_seconds") is not None:
            out["at_most"] = timedelta(seconds=step["max_seconds"])
        return out


def _slug(value: Any) -> str | None:
    return None if value is None else f"topic-{value}"


def _frequency(node: dict[str, Any]) -> Any:
    match node["mode"]:
        case "once_per_period":
            return OncePer(once_per=timedelta(seconds=node["period_seconds"]))
        case "rematch" if node.get("min_interval_seconds"):
            return Rematch(rematch=timedelta(seconds=node["min_interval_seconds"]))
        case mode:
            return mode


def _goal(node: dict[str, Any]) -> Goal:
    within = timedelta(seconds=node["within_seconds"]) if node.get("within_seconds") else None
    if isinstance(node.get("event"), str):
        return Goal(event=node["event"], where=tree(node.get("event_filter") or node.get("filters")), within=within)
    return Goal(filter=tree(node.get("conditions") or node, Subject.PERSON), within=within)


def _exit(node: dict[str, Any]) -> Exit:
    modes = {
        "none": "never",
        "stop_matching": "stops_matching",
        "goal": "goal",
        "goal_or_stop_matching": "goal_or_stops_matching",
    }
    conditions = [_exit_condition(one) for one in node.get("conditions") or ()]
    on = PlacedCondition(AnyOf(tuple(conditions))) if conditions else None
    return Exit(when=modes[node["mode"]], on=on)


def _exit_condition(node: dict[str, Any]) -> Condition:
    if "event" in node:
        inner = node["event"] if isinstance(node["event"], dict) else {"name": node["event"]}
        where = tree(inner["filters"]) if inner.get("filters") else None
        return Happens(inner.get("name") or inner["etype"], where)
    return tree(node, Subject.PERSON)


# --- the whole case -----------------------------------------------------------------------------------------------------


def project_of(case: dict[str, Any]) -> Project:
    """The case's campaigns and workspace as a project."""
    workspace = case.get("workspace") or {}
    readers = [CampaignReader(node["name"], node) for node in [case["campaign"], *case.get("more_campaigns", [])]]
    campaigns = {reader.slug: reader.read() for reader in readers}
    segments = {slug: segment for reader in readers for slug, segment in reader.segments.items()}
    for number, node in (workspace.get("segments") or {}).items():
        if node.get("type") == "manual":
            segments[str(number)] = Segment(name=f"segment {number}", manual=True, id=int(number))
        else:
            where = tree(node["conditions"], Subject.PERSON)
            segments[str(number)] = Segment(name=f"segment {number}", where=where, id=int(number))
    topics = {
        f"topic-{topic['id']}": Topic(id=topic["id"], name=str(topic["id"]), default=topic["default"])
        for topic in workspace.get("topics") or ()
    }
    limit = workspace.get("message_limit")
    here = Workspace(
        message_limit=MessageLimit(**limit) if limit else None,
        esp_suppressed=workspace.get("esp_suppressed") or [],
        anonymous_merge=workspace.get("anonymous_merge", True),
    )
    identifies = {"email_or_id": "id_or_email", "email": "email"}.get(workspace.get("identifiers"), "id")
    return Project(
        root=Path("."),
        settings=Settings(default_workspace="case", workspaces={"case": here}),
        campaigns=campaigns,
        messages={key: message for reader in readers for key, message in reader.messages.items()},
        webhooks={key: webhook for reader in readers for key, webhook in reader.webhooks.items()},
        segments=segments,
        topics=TopicsFile(topics=topics, channels=workspace.get("channels") or {}),
        people=PeopleSchema(identifier=identifies),
    )


def calls_of(case: dict[str, Any]) -> list[Call]:
    """The case's calls in the order of receipt; at equal times people come before events."""
    calls = [(seconds_of(node["at"]), 0, _person_call(node)) for node in case["people"]]
    calls += [(seconds_of(node["at"]), 1, _event_call(node)) for node in case["events"]]
    ordered = [call for _, _, call in sorted(calls, key=lambda item: item[:2])]
    for line, call in enumerate(ordered, start=1):
        call.line = line
    return ordered


def _person_call(node: dict[str, Any]) -> Call:
    at = seconds_of(node["at"])
    match node.get("op", "identify"):
        case "identify":
            attributes = dict(node.get("attributes") or {})
            stamp = attributes.get("_timestamp")
            return Call(
                0,
                CallKind.IDENTIFY,
                node["id"],
                data=attributes,
                at=at,
                timestamp=stamp,
                anonymous_id=attributes.get("anonymous_id"),
                update_only=attributes.get("_update") is True,
            )
        case "merge":
            return Call(0, CallKind.MERGE, node["primary"], other=node["secondary"], at=at)
        case "delete":
            return Call(0, CallKind.DELETE, node["id"], at=at)
        case "suppress":
            return Call(0, CallKind.SUPPRESS, node["id"], at=at)
        case "unsuppress":
            return Call(0, CallKind.UNSUPPRESS, node["id"], at=at)
        case "add_to_segment":
            return Call(0, CallKind.JOIN_SEGMENT, node["id"], other=str(node["segment"]), at=at)
        case "remove_from_segment":
            return Call(0, CallKind.LEAVE_SEGMENT, node["id"], other=str(node["segment"]), at=at)
        case op:
            raise ValueError(f"a case has a call that no rule describes: {op}")


def _event_call(node: dict[str, Any]) -> Call:
    kind = CallKind(node.get("type", "event"))
    return Call(
        0,
        kind,
        node.get("person"),
        IdType.ID,
        node["name"],
        node.get("data") or {},
        at=seconds_of(node["at"]),
        timestamp=node.get("timestamp"),
        event_id=node.get("event_id"),
        anonymous_id=node.get("anonymous_id"),
    )


def iso(at: int) -> str:
    """A Unix time as the cases write it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
