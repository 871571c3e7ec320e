"""The rules a workflow's edges keep, and the order its steps stand in.

Source: UI API notes: one root; one outgoing `continue` edge for what is neither branch nor exit; the ways of a branch
meet again at one node, unless one ends in an exit of its own with a single incoming edge.
Sources disagree on the status for ways that do not meet, 422 or 409: here every broken rule is 422.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.workspace.documents import BRANCHES, Json
from simulator.workspace.encoding import decode

Edge = Mapping[str, Any]


class GraphRefused(Exception):
    """The edges break a rule; the text says which."""


def read_edges(raw: Any) -> list[Json]:
    """The edges of a request, their ends as text.

    `index` may stand on every edge or on branches only.
    Raises: GraphRefused when they are no list of edges.
    """
    if not isinstance(raw, list):
        raise GraphRefused("edges must be an array")
    return [_read_edge(edge) for edge in raw]


def _read_edge(edge: Any) -> Json:
    if not isinstance(edge, dict) or not _is_id(edge.get("from")) or not _is_id(edge.get("to")):
        raise GraphRefused("an edge needs from and to")
    kind = edge.get("type", "continue")
    if kind not in ("continue", "branch"):
        raise GraphRefused("an edge is of the type continue or branch")
    read: Json = {"from": str(edge["from"]), "to": str(edge["to"]), "type": kind}
    if kind == "branch":
        index = edge.get("index")
        if not isinstance(index, int) or isinstance(index, bool) or index < 0:
            raise GraphRefused("a branch edge needs an index")
        read["index"] = index
    return read


def _is_id(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


class Graph:
    """A workflow: its steps by id, and its edges."""

    def __init__(self, actions: Sequence[Mapping[str, Any]], edges: Sequence[Edge]) -> None:
        self.actions = {str(action["id"]): action for action in actions}
        self.edges = edges
        # The sides of an old A/B test hang on the step that draws between them, not on edges.
        self.sides = {str(side) for action in actions for side in action.get("action_ids") or ()}
        self.out: dict[str, list[Edge]] = {number: [] for number in self.actions}
        self.arriving: Counter[str] = Counter()
        for edge in edges:
            for end in (edge["from"], edge["to"]):
                if end not in self.actions:
                    raise GraphRefused(f"edge refers to an unknown action: {end}")
            self.out[edge["from"]].append(edge)
            self.arriving[edge["to"]] += 1
        for leaving in self.out.values():
            leaving.sort(key=lambda edge: edge.get("index", 0))

    def check(self) -> None:
        """Look at every rule.

        Raises: GraphRefused with the first one broken.
        """
        if not self.actions:
            return
        root = self._root()
        has_exit = any(action["type"] == "exit_action" for action in self.actions.values())
        for number, action in self.actions.items():
            if number not in self.sides:
                self._check_leaving(number, action, has_exit=has_exit)
        if len(self.order()) != len(self.actions):
            raise GraphRefused("graph has a cycle")
        try:
            end, _ = self._walk(root)
        except RecursionError:
            raise GraphRefused("branches are nested too deeply") from None
        if end is not None:
            raise GraphRefused(f"branches do not meet again before action {end}")

    def check_step(self, number: str) -> None:
        """Look whether one step fits the edges that leave it, as they are.

        Raises: GraphRefused when it does not.
        """
        self._check_leaving(number, self.actions[number], has_exit=False)

    def _root(self) -> str:
        roots = [number for number in self.actions if not self.arriving[number] and number not in self.sides]
        if not roots:
            raise GraphRefused("graph has no root")
        if len(roots) > 1:
            raise GraphRefused("graph has more than one root")
        return roots[0]

    def _check_leaving(self, number: str, action: Mapping[str, Any], *, has_exit: bool) -> None:
        leaving = self.out[number]
        kind = action["type"]
        if kind == "exit_action":
            if leaving:
                raise GraphRefused(f"exit {number} has an outgoing edge")
        elif kind in BRANCHES:
            self._check_branches(number, action, leaving)
        elif any(edge["type"] == "branch" for edge in leaving):
            raise GraphRefused(f"action {number} is no branch and has branch edges")
        elif len(leaving) > 1:
            raise GraphRefused(f"action {number} has more than one outgoing edge")
        elif not leaving and has_exit:  # before there is an exit, the last step ends the workflow
            raise GraphRefused(f"action {number} has no outgoing edge")

    def _check_branches(self, number: str, action: Mapping[str, Any], leaving: Sequence[Edge]) -> None:
        if any(edge["type"] != "branch" for edge in leaving):
            raise GraphRefused(f"branch {number} has a continue edge")
        if [edge["index"] for edge in leaving] != list(range(len(leaving))):
            raise GraphRefused(f"the branch edges of action {number} are not numbered 0, 1, …")
        allowed = branch_counts(action)
        if allowed and len(leaving) not in allowed:
            wanted = " or ".join(str(count) for count in sorted(allowed))
            raise GraphRefused(f"action {number} needs {wanted} branch edges, not {len(leaving)}")

    def _walk(self, start: str) -> tuple[str | None, int]:
        """Where a way that starts at *start* meets others: the node, and how many of its edges come from here.

        None when every way ends in an exit of its own.
        """
        at, arrived = start, 0  # arrived: that *at* is where everything from here met
        while True:
            if self.arriving[at] > 1 and not arrived:
                return at, 1
            arrived = 0
            leaving = self.out[at]
            if not leaving:
                return None, 0
            if self.actions[at]["type"] not in BRANCHES:
                at = leaving[0]["to"]
                continue
            ways = [self._walk(edge["to"]) for edge in leaving]
            meeting = {where for where, _ in ways if where is not None}
            if not meeting:
                return None, 0
            if len(meeting) > 1:
                raise GraphRefused(f"the branches of action {at} do not meet at one action")
            arrived = sum(count for _, count in ways)
            at = meeting.pop()
            if arrived < self.arriving[at]:
                return at, arrived

    def order(self) -> list[str]:
        """The ids in the order of the workflow: a branch's first way whole before the next, what they meet at last.

        Steps of a cycle are left out.
        """
        waiting = Counter(self.arriving)
        stack = [number for number in reversed(self.actions) if not waiting[number] and number not in self.sides]
        found: list[str] = []
        while stack:
            number = stack.pop()
            found.append(number)
            found += [str(side) for side in self.actions[number].get("action_ids") or () if str(side) in self.actions]
            ready = []
            for edge in self.out[number]:
                waiting[edge["to"]] -= 1
                if not waiting[edge["to"]]:
                    ready.append(edge["to"])
            stack += reversed(ready)
        return list(dict.fromkeys(found))


def branch_counts(action: Mapping[str, Any]) -> set[int]:
    """How many branch edges an action may have; empty where nothing is known.

    Source: UI API notes. Assumed: a wait with several conditions has one way for any of them or one for each, and one
    more for the time being over.
    """
    conditions = action.get("multi_conditions") or ()
    match action["type"]:
        case "conditional_branch_action":
            return {2}
        case "multi_split_branch_action":
            return {len(conditions) + 1}
        case "random_cohort_branch_action":
            return {len(action.get("cohorts") or ())}
        case "conditional_wait_action":
            return {2, len([one for one in conditions if decode(one)]) + 1}
        case _:
            return set()
