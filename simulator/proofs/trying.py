"""A sample tried in the simulator: the engine takes in its calls, and the conditions are asked of what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from mailwright.definitions.conditions import Condition, Happens, InSegment, Performed, Subject, walk
from mailwright.definitions.project import Project
from mailwright.definitions.segment import Segment
from mailwright.definitions.workspace import Settings
from simulator.content import Content, compile_content
from simulator.history.calls import CallKind
from simulator.messages import Unrendered
from simulator.proofs.probes import compiled, put_into
from simulator.replay import Replay
from simulator.sample_calls import calls_of_sample, sample_moment

if TYPE_CHECKING:
    from mailwright.definitions.sample import Sample
    from simulator.moment import Moment
    from simulator.proofs.context import Context

_EVENTS = (CallKind.EVENT, CallKind.PAGE, CallKind.SCREEN)


def holds_for(sample: Sample, conditions: Sequence[Condition], context: Context, since: int = 0) -> list[bool]:
    """Whether each condition holds for the sample, as the engine sees its person at the sample's moment.

    Units: *since* is the age in seconds from which on events count as received after a wait began (0: none do).
    """
    moment = moment_of(sample, conditions, context, since)
    return [compiled(condition, context.assumptions)(moment) for condition in conditions]


def moment_of(sample: Sample, conditions: Sequence[Condition], context: Context, since: int = 0) -> Moment:
    """The sample's moment, its person's past taken in call by call."""
    content = _content_for(conditions, context)
    replay = Replay(content, Unrendered(), lambda _: None)
    calls = calls_of_sample(content.project, sample)
    for call in calls:
        replay.take(call)
    at = sample_moment(sample)
    engine = replay.engine
    person = engine.people.find(calls[0].person or "", calls[0].id_type) if calls else None
    if person is None:
        from simulator.people import Person

        person = Person("", at)
    moment = engine.moment(person, at)
    moment.campaign = context.campaign
    put_into(
        moment,
        {
            Subject.DATA: {} if sample.event is None else sample.event.data,
            Subject.OBJECT: sample.objects.get("object", {}),
            Subject.RELATIONSHIP: sample.objects.get("relationship", {}),
        },
    )
    moment.since = sum(1 for call in calls if call.kind in _EVENTS and (call.at or 0) < at - since)
    return moment


def _content_for(conditions: Sequence[Condition], context: Context) -> Content:
    """The segments compiled, and told to remember what the conditions count."""
    base = _compiled_segments(_Shared(context))
    clauses = [clause for condition in conditions for _, clause in walk(condition)]
    events = {clause.event.lower() for clause in clauses if isinstance(clause, Performed)}
    waited = {clause.event.lower() for clause in clauses if isinstance(clause, Happens)}
    changes = {name for condition in conditions for name in _changes_in(condition)}
    by_hand = {clause.segment for clause in clauses if isinstance(clause, InSegment)} - context.segments.keys()
    return replace(
        base,
        manual_segments=base.manual_segments | by_hand,
        remembered=base.remembered | events | waited,
        watched_changes=base.watched_changes | changes,
        asks_age=True,
    )


def _changes_in(condition: Condition) -> frozenset[str]:
    from simulator.conditions import reads_of

    return reads_of(condition).changes


class _Shared:
    """The part of a context that compiled segments depend on, compared by identity."""

    __slots__ = ("context",)

    def __init__(self, context: Context) -> None:
        self.context = context

    def __hash__(self) -> int:
        return hash((id(self.context.segments), id(self.context.project), self.context.assumptions))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Shared)
            and other.context.segments is self.context.segments
            and other.context.project is self.context.project
            and other.context.assumptions == self.context.assumptions
        )


@lru_cache(maxsize=64)
def _compiled_segments(shared: _Shared) -> Content:
    context = shared.context
    project = context.project or Project(Path("."))
    segments = {
        slug: Segment.model_validate({"name": slug, "where": condition}) for slug, condition in context.segments.items()
    }
    by_hand = {slug: segment for slug, segment in project.segments.items() if segment.manual}
    alone = replace(
        project,
        campaigns={},
        messages={},
        webhooks={},
        samples={},
        segments={**segments, **by_hand},
        settings=Settings(),
    )
    asked = {
        clause.segment
        for condition in context.segments.values()
        for _, clause in walk(condition)
        if isinstance(clause, InSegment)
    }
    content = compile_content(alone)
    by_hand_too = content.manual_segments | (asked - context.segments.keys())
    return replace(content, assumptions=context.assumptions, manual_segments=by_hand_too)
