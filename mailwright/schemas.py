"""JSON Schema (2020-12) of every file an author writes, made from the definitions.

The definitions say which *form* a condition is written in; the grammar of the forms is written down here, beside the
reader that knows it in full (`mailwright.loading.condition_forms`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel

    from mailwright.definitions.workspace import Settings

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = ".mailwright/schemas"
KINDS = {
    "campaign": "mailwright.definitions.campaign:Campaign",
    "segment": "mailwright.definitions.segment:Segment",
    "topics": "mailwright.definitions.segment:TopicsFile",
    "event": "mailwright.definitions.event_schema:EventSchema",
    "people": "mailwright.definitions.event_schema:PeopleSchema",
    "people-sync": "mailwright.definitions.people_sync:PeopleSync",
    "sample": "mailwright.definitions.sample:Sample",
    "scenario": "mailwright.definitions.scenario:ScenarioFile",
    "webhook": "mailwright.definitions.message:WebhookContent",
    "layout": "mailwright.definitions.layout:LayoutFields",
    "email": "mailwright.definitions.message:EmailFields",
    "sms": "mailwright.definitions.message:SmsFields",
    "push": "mailwright.definitions.message:PushFields",
    "in_app": "mailwright.definitions.message:InAppFields",
    "slack": "mailwright.definitions.message:SlackFields",
    "settings": "mailwright.definitions.workspace:Settings",
}

# The definition that a form is written with; the others are `property: test` lines.
_SHARED = {"filter": "filter", "wait": "wait", "wait_any": "wait"}
_SCALAR = {"type": ["string", "number", "boolean"]}
_SCALARS = {"type": "array", "items": _SCALAR, "minItems": 1}
_NUMBER = {"type": ["number", "string"]}
_LENGTH = {"type": "string", "pattern": r"^(\d+(\.\d+)?\s*(s|m|h|d|w)\s*)+$", "examples": ["3d", "12h"]}
_MOMENT = {"type": ["string", "number"], "examples": ["2026-01-01", 1767225600]}
_FIELD = {"type": "string", "pattern": r"^(person|event|object|relationship)\.", "examples": ["event.agreement_id"]}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _said(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {**schema, "description": description}


def _group(name: str) -> dict[str, Any]:
    return {"anyOf": [_ref(name), {"type": "array", "items": _ref(name)}]}


def _groups(name: str) -> dict[str, Any]:
    return {
        "any": _said(_group(name), "At least one of these holds."),
        "all": _said(_group(name), "All of these hold."),
        "not": _said(_group(name), "None of this holds."),
    }


OPERATOR_SCHEMAS: dict[str, Any] = {
    "not": _said(
        {"anyOf": [{"type": "null"}, _SCALAR, _SCALARS, _ref("operators")]}, "Not so; holds when missing (R10)."
    ),
    "equals": _said({"anyOf": [_SCALAR, _SCALARS]}, "Equal, whatever its case; one of several (R8)."),
    "in": _said(_SCALARS, "One of these."),
    "not_in": _said(_SCALARS, "None of these; holds when missing (R10)."),
    "contains": _said({"anyOf": [_SCALAR, _SCALARS]}, "Holds this text, whatever its case (R12)."),
    "not_contains": _said({"anyOf": [_SCALAR, _SCALARS]}, "Does not hold this text."),
    "above": _said(_NUMBER, "Greater (R15)."),
    "below": _said(_NUMBER, "Less (R15)."),
    "between": _said({"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}, "Both ends count (R16)."),
    "exists": _said({"type": "boolean"}, "Whether there is a value at all."),
    "more_than_ago": _said(_LENGTH, "Unix seconds, longer ago than this (R18)."),
    "less_than_ago": _said(_LENGTH, "Unix seconds, within this time before now (R18)."),
    "more_than_ahead": _said(_LENGTH, "Unix seconds, further ahead than this (R18)."),
    "less_than_ahead": _said(_LENGTH, "Unix seconds, within this time from now (R18)."),
    "after": _said(_MOMENT, "Later than this date or Unix time."),
    "before": _said(_MOMENT, "Earlier than this date or Unix time."),
    "is_timestamp": _said({"type": "boolean"}, "Whether it is a Unix time."),
    "unclaimed_by": _said({"type": "string", "minLength": 1}, "Not asked for by a campaign whose slug matches."),
    "same_as": _said(_FIELD, "Equal to another value (R20)."),
    "not_same_as": _said(_FIELD, "Not equal to another value (R20)."),
}


def _performed() -> dict[str, Any]:
    fields = {
        "event": {"type": "string", "minLength": 1},
        "times": {"type": "integer", "minimum": 1},
        "within": _LENGTH,
        "where": _ref("where"),
        "type": {"enum": ["event", "page", "screen"]},
    }
    return {"anyOf": [{"type": "string"}, _object(fields, required=["event"])]}


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**made, "required": required} if required else made


def _subjects() -> dict[str, Any]:
    changed = {
        "attribute": {"type": "string", "minLength": 1},
        "to": _ref("test"),
        "from": _ref("test"),
        "times": {"type": "integer", "minimum": 1},
        "within": _LENGTH,
    }
    states = ["sent", "delivered", "opened", "clicked", "converted", "bounced", "dropped", "failed"]
    message = {
        "step": {"type": "string"},
        "is": {"enum": states},
        "campaign": {"type": "string"},
        "times": {"type": "integer", "minimum": 1},
        "within": _LENGTH,
    }
    segments = _object({"in": {"type": "array", "items": {"type": "string"}, "minItems": 1}}, required=["in"])
    return {
        "person": _said(_ref("where"), "Tests on the person's attributes."),
        "event": _said(_ref("where"), "Tests on the data of the event that started the journey."),
        "object": _said(_ref("where"), "Tests on the object that started the journey."),
        "relationship": _said(_ref("where"), "Tests on the relationship that started the journey."),
        "segment": _said(
            {"anyOf": [{"type": "string"}, segments]}, "The person is in this segment, or in any of several."
        ),
        "performed": _said(_performed(), "The person did this."),
        "changed": _said(_object(changed, required=["attribute"]), "An attribute changed."),
        "message": _said(_object(message, required=["step", "is"]), "What became of a message."),
    }


def condition_definitions() -> dict[str, Any]:
    """The grammar of conditions, as definitions that every schema with a condition shares."""
    where = {"type": "object", "properties": _groups("where"), "additionalProperties": _ref("test")}
    filter_lines = {**_subjects(), **_groups("filter")}
    wait_lines = {
        **_subjects(),
        **_groups("wait"),
        "event": {
            "anyOf": [{"type": "string"}, _ref("where")],
            "description": "An event to wait for, or tests on the first.",
        },
        "where": _said(_ref("where"), "Tests on the data of the event waited for."),
        "type": {"enum": ["event", "page", "screen"]},
    }
    return {
        "test": {"anyOf": [{"type": "null"}, _SCALAR, _SCALARS, _ref("operators")]},
        "operators": {**_object(OPERATOR_SCHEMAS), "minProperties": 1},
        "where": {"anyOf": [where, {"type": "array", "items": _ref("where")}]},
        "filter": {"anyOf": [_object(filter_lines), {"type": "array", "items": _ref("filter")}]},
        "wait": {"anyOf": [_object(wait_lines), {"type": "array", "items": _ref("wait")}]},
    }


def json_schema(kind: str) -> dict[str, Any]:
    """The schema of one kind of file; a kind that is not in `KINDS` is a programming mistake (KeyError)."""
    from importlib import import_module

    from mailwright.schema_descriptions import described, models_inside

    module, _, name = KINDS[kind].partition(":")
    model: type[BaseModel] = getattr(import_module(module), name)
    made = model.model_json_schema(by_alias=True)
    models = models_inside(model)
    definitions: dict[str, Any] = {
        key: _mended(described(value, models[key]) if key in models else value)
        for key, value in made.pop("$defs", {}).items()
    }
    body = _mended(described(made, model))
    text = json.dumps([definitions, body])
    if "#/$defs/Step" in text:
        steps = sorted(key for key in definitions if key.endswith("Step"))
        definitions["Step"] = {"anyOf": [{"const": "exit"}, *map(_ref, steps)]}
    if "#/$defs/where" in text or "#/$defs/filter" in text or "#/$defs/wait" in text:
        definitions |= condition_definitions()
    head = {"$schema": DIALECT, "title": f"mailwright {kind}"}
    return {**head, **body, **({"$defs": dict(sorted(definitions.items()))} if definitions else {})}


def _mended(value: Any) -> Any:
    """A schema with the forms of conditions put in, one name for all steps, and without what only Python needs."""
    if isinstance(value, list):
        return [_mended(part) for part in value]
    if not isinstance(value, dict):
        return value
    form = value.get("x-mailwright-condition")
    if form is not None:
        shared = _SHARED.get(form, "where")
        return {**_ref(shared), **({"description": value["description"]} if "description" in value else {})}
    if any(isinstance(one, dict) and one.get("$ref") == "#/$defs/EmailStep" for one in value.get("oneOf", ())):
        return _ref("Step")
    mended = {}
    for key, part in value.items():
        if key == "properties":
            mended[key] = {name: _mended(one) for name, one in part.items()}
        elif key == "default" and (part is None or isinstance(part, dict)):
            continue
        elif key not in ("title", "discriminator"):
            mended[key] = _mended(part)
    return mended


def schema_as_text(kind: str) -> str:
    """The schema as a file."""
    return json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"


def schema_files() -> dict[str, str]:
    """Every schema by the name of its file."""
    return {f"{kind}.json": schema_as_text(kind) for kind in KINDS}


def file_kind(name: str, settings: Settings | None = None) -> str | None:
    """The kind of a file by its path in the project; None for what is no YAML or TOML of ours."""
    campaigns = settings.campaigns if settings is not None else "campaigns"
    layouts = settings.layouts if settings is not None else "layouts"
    shared = f"{campaigns}/{settings.shared if settings is not None else '_shared'}/"
    if name == "mailwright.toml":
        return "settings"
    if name.endswith(".scenario.yaml"):
        return "scenario"
    if not name.endswith(".yaml"):
        return None
    if name.startswith(shared):
        inside = name.removeprefix(shared)
        folders = {"events/": "event", "segments/": "segment", "samples/": "sample"}
        single = {"people.yaml": "people", "people-sync.yaml": "people-sync", "topics.yaml": "topics"}
        return single.get(inside) or next((kind for folder, kind in folders.items() if inside.startswith(folder)), None)
    if name.startswith(f"{campaigns}/"):
        return "campaign" if name.endswith("/campaign.yaml") else "webhook"
    return "layout" if name.startswith(f"{layouts}/") and name.endswith("/layout.yaml") else None


def modeline(name: str, settings: Settings | None = None) -> str:
    """The first line that tells an editor which schema a file has; empty for files without one."""
    kind = file_kind(name, settings)
    if kind is None:
        return ""
    path = f"{'../' * name.count('/')}{FOLDER}/{kind}.json"
    return f"#:schema {path}\n" if name.endswith(".toml") else f"# yaml-language-server: $schema={path}\n"
