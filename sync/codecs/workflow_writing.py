"""Nested steps → actions and edges, and what must be done to a workspace's workflow to become that."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from mailwright.definitions.steps import (
    BranchStep,
    CohortsStep,
    ExitStep,
    GoToStep,
    LanguagesStep,
    SplitStep,
    StepBase,
    WaitUntilStep,
)
from mailwright.definitions.workflow import walk_steps
from sync.codecs.encoding import NOTHING, decoded
from sync.codecs.references import Unwritable
from sync.codecs.step_reading import MESSAGES
from sync.codecs.step_writing import Planned, StepWriting
from sync.codecs.workflow_reading import BRANCHES, GATES

Json = Mapping[str, Any]
Edge = tuple[str, str, int | None]
"""From, to, and which way of a branch; ends are keys of a `Graph`."""
_ENCODED = frozenset({"preconditions", "conditions"})
_JUMP = "go_to "


@dataclass(slots=True)
class Graph:
    """Steps by key, and edges between them."""

    nodes: dict[str, Planned] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def out(self) -> dict[str, list[Edge]]:
        """The edges that leave each step, by their index."""
        found: dict[str, list[Edge]] = {key: [] for key in self.nodes}
        for edge in self.edges:
            found[edge[0]].append(edge)
        for leaving in found.values():
            leaving.sort(key=lambda edge: edge[2] or 0)
        return found

    def order(self) -> list[str]:
        """The keys as the workflow goes: a branch's first way whole before the next, what they meet at last."""
        waiting = Counter(end for _, end, _ in self.edges)
        out = self.out()
        stack = [key for key in reversed(self.nodes) if not waiting[key]]
        found: list[str] = []
        while stack:
            key = stack.pop()
            found.append(key)
            ready = []
            for _, end, _ in out[key]:
                waiting[end] -= 1
                if not waiting[end]:
                    ready.append(end)
            stack += reversed(ready)
        return found


def planned_graph(writing: StepWriting, *, gate: str | None = None) -> Graph:
    """The graph of a campaign's workflow; it begins with the server's own *gate* where there is one.

    Raises: Unwritable when a step is none that the interface can write.
    """
    building = _Building(writing, {id(one.step): one.id for one in walk_steps(writing.campaign.workflow)})
    end = building.exit()
    first = building.target(building.chain(writing.campaign.workflow, end))
    graph = building.graph
    graph.edges = [(start, building.target(to), index) for start, to, index in graph.edges]
    if gate is not None:
        graph.nodes[gate] = Planned("filter_match_delay_action", {})
        graph.edges.append((gate, first, None))
        first = gate
    return _reachable(graph, first)


def _reachable(graph: Graph, first: str) -> Graph:
    out, found, left = graph.out(), set[str](), [first]
    while left:
        key = left.pop()
        if key not in found:
            found.add(key)
            left += [end for _, end, _ in out[key]]
    nodes = {key: node for key, node in graph.nodes.items() if key in found}
    ordered = {first: nodes.pop(first), **nodes}
    return Graph(ordered, [edge for edge in graph.edges if edge[0] in found])


class _Building:
    def __init__(self, writing: StepWriting, names: Mapping[int, str]) -> None:
        self.writing = writing
        self.names = names
        self.graph = Graph()
        self.first: dict[str, str] = {}  # step → the key of its first action

    def target(self, key: str) -> str:
        """The step that a key means: its own, or the one that a jump leads to.

        Raises: Unwritable when there is no such step.
        """
        if not key.startswith(_JUMP):
            return key
        name = key.removeprefix(_JUMP)
        if name not in self.first:
            raise Unwritable(f"a go_to to '{name}', which is no step")
        return self.first[name]

    def exit(self) -> str:
        return self._add(Planned("exit_action", {"name": "", "preconditions": NOTHING}))

    def _add(self, node: Planned) -> str:
        key = f"+{len(self.graph.nodes)}"
        self.graph.nodes[key] = node
        return key

    def chain(self, steps: Sequence[StepBase], following: str) -> str:
        for step in reversed(steps):
            following = self._step(step, following)
        return following

    def _step(self, step: StepBase, following: str) -> str:
        if isinstance(step, GoToStep):
            return f"{_JUMP}{step.go_to}"
        planned = self.writing.actions(step, self.names[id(step)])
        for node in reversed(planned):
            key = self._add(node)
            ways = self._ways(step, following)
            if ways is not None:
                self.graph.edges += [(key, way, index) for index, way in enumerate(ways)]
            elif not isinstance(step, ExitStep):
                self.graph.edges.append((key, following, None))
            following = key
        self.first[self.names[id(step)]] = following
        return following

    def _ways(self, step: StepBase, following: str) -> list[str] | None:
        match step:
            case BranchStep(branch=branch):
                return [self.chain(branch.then, following), self.chain(branch.otherwise, following)]
            case SplitStep(split=ways):
                asked = [self.chain(way.then, following) for way in ways if way.condition is not None]
                rest = next((way.otherwise for way in ways if way.otherwise is not None), [])
                return [*asked, self.chain(rest, following)]
            case CohortsStep(cohorts=cohorts):
                return [self.chain(cohort.then, following) for cohort in cohorts]
            case LanguagesStep(languages=languages):
                by_language = [self.chain(way.then, following) for way in languages if way.language]
                others = next((way.then for way in languages if not way.language), [])
                return [*by_language, self.chain(others, following)]
            case WaitUntilStep():
                return self._wait(step, following)
            case _:
                return None

    def _wait(self, step: WaitUntilStep, following: str) -> list[str]:
        wait = step.wait_until
        if len(wait.paths) > 1:
            met = [self.chain(way.then, following) for way in wait.paths]
        else:
            met = [self.chain(wait.paths[0].then if wait.paths else wait.then, following)]
        late = wait.on_timeout
        if late == "exit":
            return [*met, self.exit()]
        return [*met, self.chain(late, following) if isinstance(late, list) else following]


def live_graph(actions: Sequence[Json], edges: Sequence[Json], steps: Mapping[str, str]) -> Graph:
    """The graph that a workspace has; *steps* names its message actions. Keys are action ids."""
    nodes = {}
    for action in actions:
        number, kind = str(action["id"]), str(action["type"])
        own = {key: value for key, value in action.items() if key in own_fields(kind)}
        nodes[number] = Planned(kind, own, steps.get(number, "") if kind in MESSAGES else "")
    found: list[Edge] = []
    for edge in edges:
        index = edge.get("index") if edge.get("type") == "branch" else None
        found.append((str(edge["from"]), str(edge["to"]), index))
    return Graph(nodes, found)


def own_fields(kind: str) -> frozenset[str]:
    """The fields that make a step what it is."""
    own = {
        "delay_seconds_action": {"delay"},
        "randomized_delay_action": {"min_delay", "max_delay"},
        "delay_time_window_action": {"start_time", "end_time", "days", "zone", "fallback_zone"},
        "conditional_wait_action": {"multi_conditions", "delay", "exit_type"},
        "conditional_branch_action": {"conditions"},
        "multi_split_branch_action": {"multi_conditions"},
        "random_cohort_branch_action": {"cohorts", "cohort_names"},
        "multi_lang_branch_action": {"languages"},
        "attribute_update_action": {"attribute_name", "attribute_value"},
        "create_event_action": {"event_name", "event_data"},
        "static_seg_update_action": {"segment_id", "operation"},
    }.get(kind, set())
    if kind in MESSAGES:
        own = {"send_to_unsubscribed"}
    return frozenset({"name", "preconditions"} | own) if kind not in GATES else frozenset()


def gate_of(graph: Graph) -> str | None:
    """The server's own step before the first one."""
    arriving = {end for _, end, _ in graph.edges}
    return next((key for key, node in graph.nodes.items() if node.type in GATES and key not in arriving), None)


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """What turns one workflow into another: steps changed in place, steps added, steps deleted, all edges."""

    changed: Mapping[str, Planned]  # action id → what it becomes
    added: Mapping[str, Planned]  # key → what it is
    deleted: Sequence[str]  # action ids
    edges: Sequence[Edge]  # of the result; ends are action ids, or keys of *added*
    edges_between: Sequence[Edge]  # the same with the steps to delete still in them
    moves_edges: bool

    @property
    def is_nothing(self) -> bool:
        """Whether the workflow is already so."""
        return not (self.changed or self.added or self.deleted or self.moves_edges)


def rebuilding(live: Graph, wanted: Graph) -> Rebuilding:
    """How *live* becomes *wanted*: messages by their names, other steps by what they are and where they stand."""
    place = _places(live, wanted)
    known = {old for old in place.values() if old is not None}
    changed = {
        old: wanted.nodes[key]
        for key, old in place.items()
        if old is not None and _differs(live.nodes[old], wanted.nodes[key])
    }
    added = {key: wanted.nodes[key] for key in wanted.order() if place[key] is None}
    deleted = [key for key in live.order() if key not in known]
    named = [(place[a] or a, place[b] or b, index) for a, b, index in wanted.edges]
    between = list(named)
    for key in deleted:
        between = _with_kept(between, live, key)
    moves = {_plain_edge(edge) for edge in named} != {_plain_edge(edge) for edge in live.edges}
    return Rebuilding(changed, added, deleted, named, between, moves)


def _plain_edge(edge: Edge) -> tuple[str, str, int]:
    return edge[0], edge[1], edge[2] or 0


def _places(live: Graph, wanted: Graph) -> dict[str, str | None]:
    """For each step wanted the step that becomes it; None: a new one."""
    old, new = live.order(), wanted.order()
    place: dict[str, str | None] = dict.fromkeys(new)
    ways_old, ways_new = _ways(live), _ways(wanted)
    by_step = {node.step: key for key, node in live.nodes.items() if node.step}
    for key in new:
        step = wanted.nodes[key].step
        if step and step in by_step and live.nodes[by_step[step]].type == wanted.nodes[key].type:
            place[key] = by_step[step]
    taken = set(place.values())
    marks_old = [_mark(live.nodes[key], ways_old[key]) for key in old]
    marks_new = [_mark(wanted.nodes[key], ways_new[key]) for key in new]
    for tag, a, b, c, d in SequenceMatcher(None, marks_old, marks_new, autojunk=False).get_opcodes():
        if tag == "insert" or tag == "delete":
            continue
        free = [key for key in old[a:b] if key not in taken and not live.nodes[key].step]
        for key in new[c:d]:
            node = wanted.nodes[key]
            if place[key] is not None or node.step:
                continue
            same = next((one for one in free if _fits(live.nodes[one], node, ways_old[one], ways_new[key])), None)
            if same is not None:
                place[key] = same
                taken.add(same)
                free.remove(same)
    for key in new:
        # A gate is the server's: it is never made anew.
        if wanted.nodes[key].type in GATES and key in live.nodes:
            place[key] = key
    return place


def _ways(graph: Graph) -> dict[str, int]:
    return {key: len(leaving) for key, leaving in graph.out().items()}


def _mark(node: Planned, ways: int) -> str:
    return json.dumps([node.type, node.step, ways if node.type in BRANCHES else 0, {} if node.step else _said(node)])


def _fits(old: Planned, new: Planned, ways_old: int, ways_new: int) -> bool:
    return old.type == new.type and (old.type not in BRANCHES or ways_old == ways_new)


def _differs(old: Planned, new: Planned) -> bool:
    said, wanted = _said(old), _said(new)
    return any(said.get(name) != value for name, value in wanted.items())


def _said(node: Planned) -> dict[str, Any]:
    """What the fields say, encoded ones decoded."""
    found: dict[str, Any] = {}
    for name in sorted(node.fields):
        value = node.fields[name]
        if name in _ENCODED:
            value = decoded(value)
        elif name == "multi_conditions":
            value = [decoded(one) for one in value or ()]
        found[name] = value
    return found


def _with_kept(edges: list[Edge], live: Graph, key: str) -> list[Edge]:
    """The edges with one more step of the old workflow in them: behind what it followed, so the graph stays whole."""
    node = live.nodes[key]
    if node.type in GATES:
        return edges
    before = [start for start, end, _ in live.edges if end == key]
    at = next((index for index, edge in enumerate(edges) if edge[0] in before), None)
    if node.type == "exit_action":
        return edges  # an exit leads nowhere: it can only go with the edges that led to it
    if at is None:
        arriving = {end for _, end, _ in edges}
        root = next((start for start, _, _ in edges if start not in arriving), None)
        following = root if root is not None else ""
        return [*edges, *_leaving(live, key, following)] if following else edges
    start, end, index = edges[at]
    return [*edges[:at], (start, key, index), *edges[at + 1 :], *_leaving(live, key, end)]


def _leaving(live: Graph, key: str, following: str) -> list[Edge]:
    if live.nodes[key].type not in BRANCHES:
        return [(key, following, None)]
    return [(key, following, index) for index in range(len(live.out()[key]))]


def edges_as_json(edges: Sequence[Edge], ids: Mapping[str, str]) -> list[dict[str, Any]]:
    """Edges as they are sent; *ids* holds the ids of added steps."""
    found = []
    for start, end, index in edges:
        edge: dict[str, Any] = {"from": ids.get(start, start), "to": ids.get(end, end)}
        found.append({**edge, "type": "continue"} if index is None else {**edge, "type": "branch", "index": index})
    return found


def same_walk(wanted: Sequence[Edge], live: Sequence[Edge], first: str, first_live: str) -> dict[str, str]:
    """For each step of *wanted* the step of *live* at the same place, walking both from their beginnings."""
    out: dict[tuple[str, int], str] = {(start, index or 0): end for start, end, index in live}
    found, left = {first: first_live}, [first]
    while left:
        key = left.pop()
        for start, end, index in wanted:
            if start == key and end not in found:
                there = out.get((found[key], index or 0))
                if there is not None:
                    found[end] = there
                    left.append(end)
    return found
