"""What a prediction stands on, and the same with one thing otherwise: replayed and compared again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from simulator.verifying.alternatives import Setting
from simulator.verifying.causes import Cause
from simulator.verifying.deliveries import Actual, Predicted, Prediction, predict
from simulator.verifying.matching import Match, matched

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailwright.definitions.project import Project
    from simulator.history.calls import Call
    from simulator.trace import AnyEntry


@dataclass(frozen=True, slots=True)
class Supposition:
    """One thing that may be otherwise: a setting, the content, or calls that the log does not hold."""

    cause: Cause
    setting: Setting | None = None
    edition: Project | None = None
    calls: tuple[Call, ...] = ()
    absent: frozenset[str] = frozenset()  # people whose calls never arrived

    @property
    def is_known(self) -> bool:
        """Whether the workspace itself shows that it holds; an assumption is only a guess."""
        return self.setting is None


@dataclass(frozen=True, slots=True)
class World:
    """Content, assumptions, calls beside the log, and people whose calls in it never arrived."""

    project: Project
    more: tuple[Call, ...] = ()
    absent: frozenset[str] = frozenset()

    def given(self, supposition: Supposition) -> World:
        """The world in which *supposition* holds as well."""
        project = self.project
        if supposition.edition is not None:
            # Assumptions are ours, whatever content they are applied to.
            project = with_settings(supposition.edition, self.project.settings.assumptions)
        if supposition.setting is not None:
            known = {**project.settings.assumptions, supposition.setting.name: supposition.setting.value}
            project = with_settings(project, known)
        return World(project, (*self.more, *supposition.calls), self.absent | supposition.absent)


def with_settings(project: Project, assumptions: Mapping[str, Any]) -> Project:
    """*project* with other assumptions."""
    return replace(project, settings=project.settings.model_copy(update={"assumptions": dict(assumptions)}))


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be explained: some people's calls, what they were sent, and where to look.

    Units: *since*, *until* and *within* are in seconds, the first two since 1970.
    """

    workspace: str
    calls: Sequence[Call]
    actual: Sequence[Actual]
    since: int | None
    until: int
    within: int
    campaigns: frozenset[str] = frozenset()  # only these; none: all
    people: frozenset[str] | None = None  # only these; None: all
    as_drafts: bool = False  # the workspace keeps everything as drafts
    is_over: bool = False  # nothing is still on its way

    def prediction(self, world: World, sink: Callable[[AnyEntry], None] | None = None) -> Prediction:
        """What *world* predicts for them."""
        calls = [one for one in self.calls if one.person not in world.absent] if world.absent else self.calls
        more = [one for one in world.more if self.people is None or one.person in self.people]
        return predict(world.project, self.workspace, _together(calls, more), self.until, sink=sink)

    def matches(self, world: World) -> list[Match]:
        """How what *world* predicts compares with what they were sent."""
        return self.compared(self.prediction(world).deliveries)

    def compared(self, deliveries: Iterable[Predicted]) -> list[Match]:
        """How predicted deliveries compare with what they were sent.

        What was to come within the tolerance before the end is left out: it may still be on its way.
        """
        predicted = [one for one in deliveries if self._asked(one)]
        if self.as_drafts:
            predicted = [drafted(one) for one in predicted]
        found = matched(predicted, self.actual, self.within)
        last = self.until if self.is_over else self.until - self.within
        return [one for one in found if one.actual is not None or one.at <= last]

    def _asked(self, one: Predicted) -> bool:
        return (
            (self.since is None or one.at >= self.since)
            and (not self.campaigns or one.campaign in self.campaigns)
            and (self.people is None or one.person in self.people)
        )


def drafted(one: Predicted) -> Predicted:
    """The delivery where its message queues drafts.

    Source: Customer.io docs, "Queue Draft" (semantics R82). Assumed: whatever stops a message after it is made, a limit
    or a suppression, does not reach a draft; what fails to render fails.
    """
    return one if one.status == "failed" else replace(one, status="drafted", reason="", rule="R82")


def _together(calls: Sequence[Call], more: Sequence[Call]) -> Iterator[Call]:
    """The calls with others put in at their times, before what the log has then."""
    waiting = sorted(more, key=_when, reverse=True)
    for call in calls:
        while waiting and _when(waiting[-1]) <= _when(call):
            yield waiting.pop()
        yield call
    yield from reversed(waiting)


def _when(call: Call) -> int:
    at = call.at if call.at is not None else call.timestamp
    return at or 0
