"""Actions and edges of the wire → nested steps, in authored form.

A workflow nests when the ways of each branch meet again at one step, or end in exits of their own. In one that does
not, some ways lead to a step of another way by `go_to`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sync.codecs.authored_steps import after_timeout
from sync.codecs.crossing import END, Crossing, crossing_steps, reached_from
from sync.codecs.references import Unreadable
from sync.codecs.step_reading import Data, StepReading

Json = Mapping[str, Any]
Ways = list[list[Data]]
BRANCHES = frozenset(
    {
        "conditional_branch_action", "multi_split_branch_action", "random_cohort_branch_action",
        "multi_lang_branch_action", "conditional_wait_action",
    }
)  # fmt: skip
GATES = frozenset({"filter_match_delay_action", "trigger"})
"""What the server puts before the first step."""


def read_edges(reply: Json) -> list[Json]:
    """The edges of a campaign, which stand in it or beside it.

    Source: UI API notes: in the campaign in current answers, at top level in others.
    """
    campaign = reply.get("campaign") or {}
    return list(campaign.get("edges") or reply.get("edges") or ())


def workflow_steps(actions: Sequence[Json], edges: Sequence[Json], reading: StepReading) -> list[Data]:
    """The steps of a workflow, nested as far as they nest.

    Raises: Unreadable when it has no one beginning or a circle, or a step is none that a file can hold.
    """
    graph = _Graph(actions, edges)
    root = graph.root()
    if root is None:
        return []
    try:
        steps, end, _ = _Nesting(graph, reading).way(root, is_gate=True)
    except _Crossing:
        end = root
    return _crossing(graph, root, reading) if end is not None else steps


class _Crossing(Exception):
    """Ways that do not meet in pairs."""


def _crossing(graph: _Graph, root: str, reading: StepReading) -> list[Data]:
    """The steps of a workflow whose ways cross."""
    found = Crossing()
    for number, action in graph.actions.items():
        kind = str(action.get("type"))
        if number in graph.sides or kind == "exit_action":
            continue
        following = [graph.end_or(str(edge["to"])) for edge in graph.out[number]]
        if kind in BRANCHES:
            if is_endless(action):  # its time is never over
                following = following[:-1]
            found.add(number, _made(reading, action), following, is_branch=True)
        elif len(following) > 1:
            raise Unreadable("a step that is no branch and has several ways out")
        else:
            make = partial(_plain, reading, action)
            found.add(number, make, following or [END], is_branch=False)
    lost = set(found.out) - reached_from(found.out, root)
    if lost:
        raise Unreadable("a wait without an end that has steps for its end")
    first = root
    while str(graph.actions[first].get("type")) in GATES:
        [first] = found.out.get(first, [END]) or [END]
    return crossing_steps(found, first)


def _plain(reading: StepReading, action: Json, _: Ways) -> Data:
    return reading.step(action)


def _made(reading: StepReading, action: Json) -> Callable[[Ways], Data]:
    def made(ways: Ways) -> Data:
        inside = [*ways, []] if is_endless(action) else ways
        return _BRANCHES[str(action["type"])](reading, action, inside)

    return made


class _Graph:
    def __init__(self, actions: Sequence[Json], edges: Sequence[Json]) -> None:
        self.actions = {str(action["id"]): action for action in actions}
        # The sides of an A/B test hang on the step that draws between them, not on edges.
        self.sides = {str(side) for action in actions for side in action.get("action_ids") or ()}
        self.out: dict[str, list[Json]] = {number: [] for number in self.actions}
        self.arriving: Counter[str] = Counter()
        for edge in edges:
            start, end = str(edge.get("from")), str(edge.get("to"))
            if start not in self.actions or end not in self.actions:
                raise Unreadable("an edge to a step that is not there")
            self.out[start].append(edge)
            self.arriving[end] += 1
        for leaving in self.out.values():
            leaving.sort(key=lambda edge: int(edge.get("index") or 0))

    def end_or(self, number: str) -> str:
        """The step itself; where it is an exit, the journey is over."""
        return END if self.actions[number].get("type") == "exit_action" else number

    def root(self) -> str | None:
        roots = [one for one in self.actions if not self.arriving[one] and one not in self.sides]
        if len(roots) > 1:
            raise Unreadable("a workflow with more than one beginning")
        if not roots and self.actions:
            raise Unreadable("a workflow that goes round in a circle")
        return roots[0] if roots else None


class _Nesting:
    def __init__(self, graph: _Graph, reading: StepReading) -> None:
        self.graph = graph
        self.reading = reading
        self.seen: set[str] = set()

    def way(self, at: str, *, is_gate: bool = False) -> tuple[list[Data], str | None, int]:
        """The steps from *at* on; the step where they meet other ways, and how many edges lead there from here.

        None in its place: the way ends by itself.
        """
        graph, steps, arrived = self.graph, list[Data](), 0 if is_gate else 1
        while True:
            if arrived < graph.arriving[at]:
                return steps, at, arrived
            if at in self.seen:
                raise Unreadable("a workflow that goes round in a circle")
            self.seen.add(at)
            action = graph.actions[at]
            kind, leaving = str(action.get("type")), graph.out[at]
            if kind == "exit_action":
                steps.append({"exit": True})
                return steps, None, 0
            if kind in BRANCHES:
                end, arrived = self._branch(action, leaving, steps)
                if end is None:
                    return steps, None, 0
                at = end
                continue
            if not (is_gate and kind in GATES):
                steps.append(self.reading.step(action))
            is_gate = False
            if len(leaving) > 1:
                raise Unreadable("a step that is no branch and has several ways out")
            if not leaving:
                return steps, None, 0
            at, arrived = str(leaving[0]["to"]), 1

    def _branch(self, action: Json, leaving: Sequence[Json], steps: list[Data]) -> tuple[str | None, int]:
        ways = [self.way(str(edge["to"])) for edge in leaving]
        meeting = {end for _, end, _ in ways if end is not None}
        if len(meeting) > 1:
            raise _Crossing
        steps.append(_BRANCHES[str(action["type"])](self.reading, action, [way for way, _, _ in ways]))
        return (meeting.pop() if meeting else None), sum(count for _, _, count in ways)


def is_endless(action: Json) -> bool:
    """Whether a step waits for ever for what it waits for."""
    return action.get("type") == "conditional_wait_action" and action.get("exit_type") == "never"


def _two_ways(reading: StepReading, action: Json, ways: Ways) -> Data:
    if len(ways) != 2:
        raise Unreadable("a true/false branch with other than two ways")
    branch = {"if": reading.asked(action.get("conditions")), "then": ways[0], "else": ways[1]}
    return {"branch": branch, **reading.beside(action)}


def _split(reading: StepReading, action: Json, ways: Ways) -> Data:
    asked = action.get("multi_conditions") or []
    if len(ways) != len(asked) + 1:
        raise Unreadable("a split whose ways are not one more than its conditions")
    found = [{"if": reading.asked(one), "then": way} for one, way in zip(asked, ways, strict=False)]
    return {"split": [*found, {"else": ways[-1]}], **reading.beside(action)}


def _cohorts(reading: StepReading, action: Json, ways: Ways) -> Data:
    return {"cohorts": reading.cohorts(action, ways), **reading.beside(action)}


def _languages(reading: StepReading, action: Json, ways: Ways) -> Data:
    """Assumed: `languages` names all ways but the last, which is for everybody else."""
    asked = action.get("languages")
    if not isinstance(asked, list) or len(ways) != len(asked) + 1:
        raise Unreadable("a branch by language that does not say which")
    found: list[Data] = [{"is": str(one), "then": way} for one, way in zip(asked, ways, strict=False)]
    return {"languages": [*found, {"then": ways[-1]}], **reading.beside(action)}


def _wait(reading: StepReading, action: Json, ways: Ways) -> Data:
    """Source: way 0 is what is met, the last that the time is over; `never` has no time.

    Assumed: several conditions have one way together, or one each.
    """
    asked = [one for one in action.get("multi_conditions") or [] if reading.waited(one) is not None]
    limit = reading.limit(action)
    if len(asked) > 1 and len(ways) == len(asked) + 1:
        data = reading.paths(asked, ways)
    elif len(ways) == 2 or (len(ways) == 1 and not asked):
        data = reading.any_of(asked)
        if len(ways) == 2 and ways[0]:
            data["then"] = ways[0]
    else:
        raise Unreadable("a wait whose ways do not fit its conditions")
    if limit is not None:
        data |= {"at_most": limit, "on_timeout": after_timeout(ways[-1])}
    elif ways[-1] not in ([], [{"exit": True}]):
        raise Unreadable("a wait without an end that has steps for its end")
    return {"wait_until": data, **reading.beside(action)}


_BRANCHES: Mapping[str, Callable[[StepReading, Json, Ways], Data]] = {
    "conditional_branch_action": _two_ways,
    "multi_split_branch_action": _split,
    "random_cohort_branch_action": _cohorts,
    "multi_lang_branch_action": _languages,
    "conditional_wait_action": _wait,
}
