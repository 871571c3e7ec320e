"""`campaigns/_shared/`: events, people, segments, topics, samples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from mailwright.definitions.base import Definition
from mailwright.definitions.event_schema import EventSchema, PeopleSchema
from mailwright.definitions.people_sync import PeopleSync
from mailwright.definitions.sample import Sample
from mailwright.definitions.segment import Segment, TopicsFile
from mailwright.loading.contents import BESIDE, Contents

Model = TypeVar("Model", bound=Definition)
_FOLDERS = ("events", "segments", "samples")
_FILES = ("people.yaml", "people-sync.yaml", "topics.yaml")


def read_shared(contents: Contents) -> None:
    """Read what all campaigns share."""
    folder = f"{contents.settings.campaigns}/{contents.settings.shared}"
    names = contents.files.files(folder)
    if "people.yaml" in names:
        contents.people = contents.definition(PeopleSchema, f"{folder}/people.yaml") or contents.people
    if "people-sync.yaml" in names:
        contents.people_sync = contents.definition(PeopleSync, f"{folder}/people-sync.yaml") or contents.people_sync
    if "topics.yaml" in names:
        contents.topics = contents.definition(TopicsFile, f"{folder}/topics.yaml") or contents.topics
    contents.segments.update(_each(contents, f"{folder}/segments", Segment))
    contents.samples.update(_each(contents, f"{folder}/samples", Sample))
    _each_event(contents, f"{folder}/events")
    for name in names:
        if name not in _FILES:
            contents.stray(f"{folder}/{name}", f"{', '.join(_FILES)}, or a file in {', '.join(_FOLDERS)}")


def _each(contents: Contents, folder: str, model: type[Model]) -> Iterator[tuple[str, Model]]:
    for name in contents.files.files(folder):
        file, slug = f"{folder}/{name}", name.removesuffix(".yaml")
        if name.endswith(BESIDE):
            continue
        if not name.endswith(".yaml"):
            contents.stray(file, "these are .yaml files")
        elif contents.named(slug, file):
            found = contents.definition(model, file)
            if found is not None:
                yield slug, found


def _each_event(contents: Contents, folder: str) -> None:
    for slug, event in _each(contents, folder, EventSchema):
        file = f"{folder}/{slug}.yaml"
        first = contents.event_files.get(event.name)
        if first is not None:
            span = contents.places[file].span(("name",))
            contents.problem("duplicate-name", f"the event '{event.name}' is described twice", span, f"also in {first}")
            continue
        contents.events[event.name] = event
        contents.event_files[event.name] = file
