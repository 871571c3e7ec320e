"""A scene as a sample file: a person, what happened before, an event, a moment; ready for `simulate` and `preview`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml

from mailwright.definitions.conditions import EventType, MessageState, Subject
from mailwright.definitions.event_schema import Property
from mailwright.definitions.names import duration_as_text
from mailwright.definitions.sample import Earlier, Sample, SampleEvent, SamplePerson
from simulator.proofs.context import Context
from simulator.proofs.histories import Occurrence
from simulator.proofs.probes import ABSENT
from simulator.proofs.shapes import data_with
from simulator.proofs.solving import Scene

PERSON = "witness"
ADDRESS = "witness@example.org"
CHANGE_TAKES = 600  # seconds between the two values of a change that is made for a witness
_FIRST_CALL = 60  # seconds before the event at which a sample's person is made


def sample_of(scene: Scene, context: Context, name: str = "A witness") -> Sample:
    """The scene as a sample.

    Raises: NoShape when no data have all the values at once.
    """
    attributes = {**_filled(_people(context), scene, Subject.PERSON), **_data(scene, Subject.PERSON)}
    if (Subject.PERSON, "email") not in scene.values:
        attributes["email"] = ADDRESS
    event = context.event
    if event is None and any(subject is Subject.DATA for subject, _ in scene.values):
        event = "an_event"
    data = {**_filled(_event(context), scene, Subject.DATA), **_data(scene, Subject.DATA)}
    objects = {
        subject.value: found for subject in (Subject.OBJECT, Subject.RELATIONSHIP) if (found := _data(scene, subject))
    }
    return Sample(
        name=name,
        person=SamplePerson(
            id=PERSON, attributes=attributes, segments=sorted(slug for slug, inside in scene.segments.items() if inside)
        ),
        before=_before(scene, attributes),
        event=None if event is None else SampleEvent(name=event, type=context.event_type, data=data),
        objects=objects,
        at=datetime.fromtimestamp(scene.now, UTC).isoformat().replace("+00:00", "Z"),
    )


def _data(scene: Scene, subject: Subject) -> dict[str, Any]:
    return data_with({path: value for (whose, path), value in scene.values.items() if whose is subject})


def _people(context: Context) -> Mapping[str, Property]:
    return {} if context.project is None else context.project.people.attributes


def _event(context: Context) -> Mapping[str, Property]:
    schema = context.schema()
    return {} if schema is None else schema.properties


def _filled(known: Mapping[str, Property], scene: Scene, subject: Subject) -> dict[str, Any]:
    """What a schema requires and the question leaves open, so that the witness looks like what is really sent."""
    asked = {path.split(".")[0].split("[")[0] for whose, path in scene.values if whose is subject}
    changed = {one.family[1] for one in scene.occurrences if one.family[0] == "change"}
    return {
        name: found.example
        for name, found in known.items()
        if found.required and found.example is not None and name not in asked and name not in changed
    }


def _before(scene: Scene, attributes: Mapping[str, Any]) -> list[Earlier]:
    """The history, oldest first, after the profile's own beginning where anything asks for its age."""
    found = []
    changed: dict[str, int] = {}
    for one in scene.occurrences:
        place = 0
        if one.family[0] == "change":
            place = changed.get(one.family[1], 0)
            changed[one.family[1]] = place + 2 * one.times
        found += _earlier(one, place)
    if found or scene.asks_age:
        begun = {name: value for name, value in attributes.items() if name not in changed}
        found.append(Earlier(ago=timedelta(seconds=max(scene.age, _FIRST_CALL)), attributes=begun))
    return sorted(found, key=lambda one: (-one.ago, one.attributes is None))


def _earlier(one: Occurrence, place: int) -> list[Earlier]:
    """One occurrence, as often as it happened, a second apart where there is room; of changes *place* is the next."""
    kind, *names = one.family
    apart = 1 if one.times < one.age else 0
    ages = [one.age - number * apart for number in range(one.times)]
    match kind:
        case "event":
            data = data_with({path: value for (_, path), value in one.data.items()})
            return [
                Earlier(ago=timedelta(seconds=age), event=names[1], type=EventType(names[0]), data=data) for age in ages
            ]
        case "message":
            state = MessageState(one.data[Subject.DATA, "state"])
            return [
                Earlier.model_validate(
                    {"ago": timedelta(seconds=age), "campaign": names[0], "message": names[1], "is": state}
                )
                for age in ages
            ]
        case _:
            return _changes(one, names[0], place)


def _changes(one: Occurrence, attribute: str, place: int) -> list[Earlier]:
    """A change as two calls: one that gives the old value, one that gives the new."""
    old, new = (_side(one, Subject.FROM), _side(one, Subject.TO))
    if old is None and new is None:
        old, new = (None, "new") if (Subject.TO, "") not in one.data else ("old", None)
    found = []
    for number in range(one.times):
        age = max(1, one.age - place - 2 * number)
        earlier = age + (CHANGE_TAKES if number + place == 0 else 1)
        found.append(Earlier(ago=timedelta(seconds=earlier), attributes={attribute: old}))
        found.append(Earlier(ago=timedelta(seconds=age), attributes={attribute: new}))
    return found


def _side(one: Occurrence, subject: Subject) -> Any:
    value = one.data.get((subject, ""), ABSENT)
    return None if value is ABSENT else value


def sample_as_yaml(sample: Sample) -> str:
    """The sample as a file of `_shared/samples`."""
    values = sample.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if "before" in values:
        for written, one in zip(values["before"], sample.before, strict=True):
            written["ago"] = duration_as_text(one.ago)
            if one.message is not None:
                written["is"] = one.state.value
    order = ("name", "description", "person", "before", "event", "trigger", "journey", "objects", "at", "campaigns")
    ordered = {key: values[key] for key in order if key in values}
    return yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
