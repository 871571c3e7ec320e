"""Witnesses and changes in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mailwright.definitions.conditions import Condition
from mailwright.definitions.names import duration_as_text
from simulator.proofs.questions import Change, FilterChange
from simulator.proofs.reading import paths_read

if TYPE_CHECKING:
    from mailwright.definitions.sample import Earlier, Sample


def sample_in_short(sample: Sample, conditions: Iterable[Condition]) -> str:
    """The part of a sample that the conditions look at, on one line: `signed_up {method: 'google'}`."""
    asked = {key for condition in conditions for key in paths_read(condition)}
    tops = {(subject.value, path.split(".")[0].split("[")[0]) for subject, path in asked} | {
        (subject.value, path) for subject, path in asked
    }
    data = {} if sample.event is None else sample.event.data
    attributes = {} if sample.person is None else sample.person.attributes
    parts = [f"{name}: {value!r}" for name, value in data.items() if ("data", name) in tops]
    parts += [f"person.{name}: {value!r}" for name, value in attributes.items() if ("person", name) in tops]
    parts += [f"in {slug}" for slug in ([] if sample.person is None else sample.person.segments)]
    parts += [text for one in sample.before if (text := _earlier(one))]
    return f"{'somebody' if sample.event is None else sample.event.name} {{{', '.join(parts)}}}"


def _earlier(one: Earlier) -> str:
    what = one.event or (f"{one.message} {one.state.value}" if one.message is not None else "")
    return f"{what} {duration_as_text(one.ago)} before" if what else ""


def change_as_lines(change: FilterChange, old: Condition, new: Condition) -> Iterator[str]:
    """What became of a filter, a line for each side that has a witness."""
    if change.change is Change.SAME:
        yield "the same, written otherwise"
    if change.change is Change.UNKNOWN:
        yield f"what changed could not be decided: {change.reason}"
    if change.gained is not None:
        yield f"now also: {sample_in_short(change.gained, (old, new))}"
    if change.lost is not None:
        yield f"no longer: {sample_in_short(change.lost, (old, new))}"
