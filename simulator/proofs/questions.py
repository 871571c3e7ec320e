"""What can be asked of conditions: are two disjoint, does one never hold, always, are two equal, is one wider.

Each asks for a scene that would show the opposite. A scene found is made a sample and tried in the simulator, and only
if it does what it should is it given as the witness; that there is none is proved only if nothing was left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mailwright.definitions.conditions import Condition
from simulator.proofs.answers import Answer, Proved, Refuted, Unknown
from simulator.proofs.context import Context
from simulator.proofs.formulas import OF_WORKSPACE
from simulator.proofs.reading import holds_variables
from simulator.proofs.samples import sample_of
from simulator.proofs.shapes import NoShape
from simulator.proofs.solving import NoScene, Scene, Signed, scene_where
from simulator.proofs.trying import holds_for

if TYPE_CHECKING:
    from mailwright.definitions.sample import Sample

_PLAIN = Context()


def disjoint(one: Condition, other: Condition, context: Context = _PLAIN) -> Answer:
    """Whether no person, event and moment meet both."""
    return refuted_by([(one, True), (other, True)], context, "meets both")


def never(condition: Condition, context: Context = _PLAIN) -> Answer:
    """Whether nothing meets the condition."""
    return refuted_by([(condition, True)], context, "meets it")


def always(condition: Condition, context: Context = _PLAIN) -> Answer:
    """Whether everything meets the condition."""
    return refuted_by([(condition, False)], context, "does not meet it")


def wider(one: Condition, other: Condition, context: Context = _PLAIN) -> Answer:
    """Whether *one* holds wherever *other* does; it may be the same."""
    return refuted_by([(other, True), (one, False)], context, "meets the second and not the first")


def narrower(one: Condition, other: Condition, context: Context = _PLAIN) -> Answer:
    """Whether *one* holds only where *other* does; it may be the same."""
    return refuted_by([(one, True), (other, False)], context, "meets the first and not the second")


def equal(one: Condition, other: Condition, context: Context = _PLAIN) -> Answer:
    """Whether the two hold for the same people, events and moments."""
    first = narrower(one, other, context)
    return wider(one, other, context) if isinstance(first, Proved) else first


def witness(condition: Condition, context: Context = _PLAIN) -> Sample | None:
    """A sample that meets the condition; None where there is none, or none could be found."""
    answer = never(condition, context)
    return answer.witness if isinstance(answer, Refuted) else None


def refuted_by(
    signed: Sequence[Signed], context: Context, name: str = "A witness", lasting: Sequence[Signed] = ()
) -> Answer:
    """Proved where no scene answers each condition as its sign says; else the witness, if the simulator agrees."""
    found = scene_where(signed, context, lasting)
    if isinstance(found, NoScene):
        return Unknown(", ".join(found.doubts)) if found.doubts else Proved()
    if any(holds_variables(condition, context.segments) for condition, _ in [*signed, *lasting]):
        return Unknown(OF_WORKSPACE)
    try:
        sample = sample_of(found, context, name)
    except NoShape:
        return Unknown("tests of one list through several paths")
    if answers_as_wanted(sample, [*signed, *lasting], context, found):
        return Refuted(sample)
    return Unknown(", ".join(sorted(found.left_open)) or "what happened before cannot be put in an order")


def is_proved(signed: Sequence[Signed], context: Context, lasting: Sequence[Signed] = ()) -> bool:
    """Whether no scene answers each condition as its sign says; where only that counts, no witness is made."""
    found = scene_where(signed, context, lasting)
    return isinstance(found, NoScene) and not found.doubts


def answers_as_wanted(sample: Sample, signed: Sequence[Signed], context: Context, scene: Scene) -> bool:
    """Whether the simulator answers each condition for the sample as its sign says."""
    since = max((one.age for one in scene.occurrences if one.since), default=0)
    answers = holds_for(sample, [condition for condition, _ in signed], context, since)
    return answers == [holds for _, holds in signed]


class Change(StrEnum):
    """What became of a condition that was rewritten."""

    SAME = "same"
    WIDER = "wider"
    NARROWER = "narrower"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FilterChange:
    """How a new condition stands to the old one: who is let in now, who was let in before."""

    change: Change
    gained: Sample | None = None  # meets the new one only
    lost: Sample | None = None  # met the old one only
    reason: str = ""  # of `unknown`


def changed_filter(old: Condition, new: Condition, context: Context = _PLAIN) -> FilterChange:
    """Whether *new* is the same as *old*, wider, narrower or different, with a witness each way."""
    gained = refuted_by([(new, True), (old, False)], context, "let in now")
    lost = refuted_by([(old, True), (new, False)], context, "let in before")
    more = gained.witness if isinstance(gained, Refuted) else None
    less = lost.witness if isinstance(lost, Refuted) else None
    match gained, lost:
        case Proved(), Proved():
            return FilterChange(Change.SAME)
        case Refuted(), Proved():
            return FilterChange(Change.WIDER, more)
        case Proved(), Refuted():
            return FilterChange(Change.NARROWER, None, less)
        case Refuted(), Refuted():
            return FilterChange(Change.DIFFERENT, more, less)
        case _:
            reasons = {answer.reason for answer in (gained, lost) if isinstance(answer, Unknown)}
            return FilterChange(Change.UNKNOWN, more, less, ", ".join(sorted(reasons)))
