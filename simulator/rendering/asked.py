"""The person and the event that a command line names: samples, files, or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mailwright.definitions.sample import Sample, SampleEvent, SamplePerson
from mailwright.diagnostics import ConfigurationError, ContentError, name_hint
from mailwright.loading.yaml_tree import read_yaml
from simulator.rendering.samples import Shown, fitting, moment_in, shown_sample

if TYPE_CHECKING:
    from mailwright.definitions.project import Project

LARGEST = 1_000_000
_FILES = (".yaml", ".yml", ".json")


def shown_with(project: Project, campaign: str, person: str | None, event: str | None) -> Shown:
    """What the message is shown with: the first sample that fits, unless something else is named.

    Raises: ConfigurationError when a name is not known or a file is no sample; ContentError for broken YAML.
    """
    if person is not None and person == event:
        event = None if person in project.samples else event
    chosen = [_asked(project, text, what) for text, what in ((person, "person"), (event, "event")) if text is not None]
    if person is not None and event is not None:
        who, what = chosen
        return _joined(who, what)
    fits = [shown_sample(name, project.samples[name]) for name in fitting(project, campaign)]
    if not chosen:
        return fits[0] if fits else Shown()
    (one,) = chosen
    if person is not None and one.event is None and one.trigger is None:
        return _joined(one, fits[0]) if fits else one
    if person is None and one.person is None:
        return _joined(fits[0], one) if fits else one
    return one


def _joined(person: Shown, event: Shown) -> Shown:
    """The person of one and the rest of another."""
    name = " and ".join(dict.fromkeys(part for part in (person.name, event.name) if part))
    return Shown(name, person.person, event.event, event.trigger, event.journey, event.objects, event.at or person.at)


def _asked(project: Project, text: str, what: str) -> Shown:
    if text in project.samples:
        return shown_sample(text, project.samples[text])
    if what == "event" and text.lstrip().startswith("{"):
        return _from_values(_json(text, "the event"), what, "the event given")
    if text.lower().endswith(_FILES):
        return _from_values(_file_values(text), what, Path(text).stem)
    raise ConfigurationError(f"no sample is called '{text}'", hint=name_hint(text, list(project.samples), "samples"))


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f" (character {error.pos + 1})" if isinstance(error, json.JSONDecodeError) else ""
        raise ConfigurationError(
            f"{where} is no JSON{place}", hint='{"name": "signed_up", "data": {"plan": "pro"}}'
        ) from error


def _file_values(name: str) -> Any:
    path = Path(name)
    try:
        if not path.is_file():
            raise ConfigurationError(f"there is no file '{name}'", hint="the name of a sample, or a YAML or JSON file")
        if path.stat().st_size > LARGEST:
            raise ConfigurationError(f"'{name}' is larger than {LARGEST:,} bytes", hint="a sample of one person")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"'{name}' cannot be read", hint="a YAML or JSON file in UTF-8") from error
    if path.suffix.lower() == ".json":
        return _json(text, f"'{name}'")
    tree = read_yaml(text, path.name)
    if tree.problems:
        raise ContentError(tree.problems)
    return tree.value


def _from_values(values: Any, what: str, name: str) -> Shown:
    """A sample, or its person or event alone, or nothing but attributes or data.

    Raises: ConfigurationError when it is none of these.
    """
    if not isinstance(values, dict):
        raise ConfigurationError(f"{name} holds no {what}", hint="keys and values")
    try:
        if isinstance(values.get("person"), dict) or isinstance(values.get("event"), dict):
            sample = Sample.model_validate(values)
            return shown_sample(name, sample)
        if what == "person":
            return Shown(name, _person(values))
        return _event(values, name)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ConfigurationError(f"{name}: '{where}' does not fit", hint=f"a {what} as samples have it") from error


def _person(values: dict[str, Any]) -> SamplePerson:
    if isinstance(values.get("attributes"), dict):
        return SamplePerson.model_validate({"id": "sample", **values})
    attributes = {key: value for key, value in values.items() if key != "id"}
    return SamplePerson(id=str(values.get("id", "sample")), attributes=attributes)


def _event(values: dict[str, Any], name: str) -> Shown:
    if isinstance(values.get("data"), dict) and isinstance(values.get("name"), str):
        known = {key: value for key, value in values.items() if key in SampleEvent.model_fields}
        at = values.get("at")
        return Shown(
            name,
            event=SampleEvent.model_validate(known),
            trigger=values["data"],
            at=moment_in(name, at) if isinstance(at, str) else None,
        )
    # Data alone: what started the journey, by whichever name the trigger has for it.
    return Shown(name, event=SampleEvent(name="sample", data=values), trigger=values)
