"""Event payloads that somebody pastes, whatever shape they have; and what a schema says of one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mailwright.diagnostics import ConfigurationError, nearest
from simulator.history.calls import Call, CallKind
from simulator.history.fields import ShapeError
from simulator.history.making import Reading
from simulator.history.shapes import calls_of

if TYPE_CHECKING:
    from mailwright.definitions.event_schema import Property
    from mailwright.definitions.project import Project

LONGEST_PAYLOAD = 500_000
_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "list": (list,),
    "object": (dict,),
}


@dataclass(frozen=True, slots=True)
class Misfit:
    """One thing about a payload that its schema does not foresee."""

    path: str
    message: str
    hint: str = ""
    is_error: bool = True


def pasted(text: str) -> dict[str, Any]:
    """The person and the event that a pasted payload means, as samples have them.

    Any shape that event logs may have will do: our own, the Track API's, Segment's, an export's. Plain data without
    a name is an event's data.
    Raises: ConfigurationError when it is no JSON, or no call and no data.
    """
    if len(text) > LONGEST_PAYLOAD:
        raise ConfigurationError(f"a payload has at most {LONGEST_PAYLOAD:,} characters", hint="one event is enough")
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f", line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise ConfigurationError(f"this is no JSON{place}", hint='{"name": "signed_up", "data": {…}}') from error
    if not isinstance(values, dict):
        raise ConfigurationError("a payload is an object", hint='{"name": "signed_up", "data": {…}}')
    if "person" in values and isinstance(values["person"], dict):
        return {key: values[key] for key in ("person", "event", "trigger") if key in values}
    found: dict[str, Any] = {}
    refused: list[ShapeError] = []
    reading = Reading(1, Counter())
    for call in calls_of(values, reading, refused.append) if _looks_like_a_call(values) else ():
        found.update(_told(call))
    if found:
        return found
    if refused:
        raise ConfigurationError(refused[0].message, hint=refused[0].hint)
    if isinstance(values.get("name"), str):
        data = values.get("data", {key: value for key, value in values.items() if key != "name"})
        return {"event": {"name": values["name"], "data": data if isinstance(data, dict) else {}}}
    return {"event": {"name": "", "data": values}}


def _looks_like_a_call(values: Mapping[str, Any]) -> bool:
    return any(key in values for key in ("type", "action", "method", "request", "batch", "identifiers", "event"))


def _told(call: Call) -> dict[str, Any]:
    match call.kind:
        case CallKind.IDENTIFY:
            return {"person": {"id": call.person or "pasted", "attributes": dict(call.data)}}
        case CallKind.EVENT | CallKind.PAGE | CallKind.SCREEN:
            return {"event": {"name": call.name, "data": dict(call.data)}}
        case CallKind.FORM | CallKind.WEBHOOK | CallKind.BROADCAST | CallKind.TRANSACTIONAL:
            return {"trigger": dict(call.data)}
        case _:
            return {}


def event_misfits(project: Project, name: str, data: Mapping[str, Any]) -> list[Misfit]:
    """What the schema of the event does not foresee in *data*; one line where the event has no schema."""
    low = name.strip().lower()
    schema = next((schema for known, schema in project.events.items() if known.strip().lower() == low), None)
    if schema is None:
        near = nearest(name, project.events)
        hint = f"did you mean '{near}'?" if near else ""
        return [Misfit("", f"no schema describes the event '{name}'", hint, is_error=False)] if project.events else []
    found = list(_misfits("", schema.properties, data))
    if schema.deprecated:
        instead = f"'{schema.replaced_by}' takes its place" if schema.replaced_by else ""
        found.append(Misfit("", f"the event '{name}' is deprecated", instead, is_error=False))
    return found


def person_misfits(project: Project, attributes: Mapping[str, Any]) -> list[Misfit]:
    """What `people.yaml` does not foresee in a person's attributes; what is missing is fine."""
    known = {name: one.model_copy(update={"required": False}) for name, one in project.people.attributes.items()}
    return [one for one in _misfits("", known, attributes) if one.is_error]


def _misfits(prefix: str, properties: Mapping[str, Property], data: Mapping[str, Any]) -> Iterator[Misfit]:
    if not properties:
        return
    for name, one in properties.items():
        path = f"{prefix}{name}"
        if name not in data:
            if one.required:
                yield Misfit(path, f"'{path}' is missing", _example(one))
            continue
        value = data[name]
        if value is None:
            if not one.nullable:
                yield Misfit(path, f"'{path}' cannot be null", _example(one))
            continue
        yield from _of_value(path, one, value)
    for name in data:
        if name not in properties:
            near = nearest(str(name), properties)
            hint = f"did you mean '{near}'?" if near else "the schema does not have it"
            yield Misfit(f"{prefix}{name}", f"'{prefix}{name}' is not in the schema", hint, is_error=False)


def _of_value(path: str, one: Property, value: Any) -> Iterator[Misfit]:
    types = one.type if isinstance(one.type, list) else [one.type]
    if not any(_has_type(kind, value) for kind in types):
        yield Misfit(path, f"'{path}' is no {' and no '.join(types)}", _example(one))
    elif one.allowed and value not in one.allowed:
        allowed = ", ".join(str(known) for known in one.allowed[:12])
        yield Misfit(path, f"'{path}' cannot be {json.dumps(value)[:60]}", f"one of {allowed}")
    if one.properties:
        inside = value if isinstance(value, list) else [value]
        for index, part in enumerate(inside):
            if isinstance(part, dict):
                step = f"{path}[{index}]." if isinstance(value, list) else f"{path}."
                yield from _misfits(step, one.properties, part)


def _has_type(kind: str, value: Any) -> bool:
    if kind == "any":
        return True
    if kind == "timestamp":
        return _is_time(value)
    if isinstance(value, bool) and kind in ("number", "integer"):
        return False
    return isinstance(value, _TYPES[kind])


def _is_time(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    if isinstance(value, int | float):
        return True
    try:
        datetime.fromisoformat(value).replace(tzinfo=UTC)
    except ValueError:
        return value.isdigit()
    return True


def _example(one: Property) -> str:
    return "" if one.example is None else f"such as {json.dumps(one.example, ensure_ascii=False)}"
