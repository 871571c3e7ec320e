"""Workflows whose ways cross, in one shape: a step stands where a journey first comes to it, and `go_to` leads there.

Every way is walked in the order of its branch. What several ways of a branch come to stands behind the branch where all
of them do (the nearest step that each passes); what only some of them come to stands in the first, and the others lead
there. So a graph has one text, whoever drew it, and a text one graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sync.codecs.canonical_steps import EXIT, Data, Steps, message_of, set_way, steps_of, ways_of
from sync.codecs.references import Unreadable

END = ""
"""Where a journey is over."""


@dataclass(slots=True)
class Crossing:
    """A graph of steps: what each is, given the steps inside its ways, and what follows it; no end of any is a step."""

    make: dict[str, Callable[[list[Steps]], Data]] = field(default_factory=dict)
    out: dict[str, list[str]] = field(default_factory=dict)
    branches: set[str] = field(default_factory=set)

    def add(self, key: str, make: Callable[[list[Steps]], Data], following: Sequence[str], *, is_branch: bool) -> None:
        """A step; what follows it are keys, or `END`."""
        self.make[key], self.out[key] = make, list(following)
        if is_branch:
            self.branches.add(key)


def crossing_steps(graph: Crossing, first: str) -> Steps:
    """The steps of a graph in their one shape.

    Raises: Unreadable when it goes round in a circle, or its branches are too deep.
    """
    writing = _Writing(graph, _meeting_points(graph.out, first))
    try:
        steps = writing.way(first, END)
    except RecursionError:
        raise Unreadable("a workflow whose branches are nested too deeply") from None
    writing.name()
    return steps


class _Writing:
    def __init__(self, graph: Crossing, meets: Mapping[str, str]) -> None:
        self.graph = graph
        self.meets = meets
        self.made: dict[str, Data] = {}
        self.begun: list[str] = []  # in the order of being come to
        self.jumps: list[tuple[Data, str]] = []

    def way(self, at: str, stop: str) -> Steps:
        found: Steps = []
        while at not in (END, stop):
            if at in self.begun:
                jump: Data = {"go_to": at}
                self.jumps.append((jump, at))
                return [*found, jump]
            self.begun.append(at)
            following = self.graph.out[at]
            if at in self.graph.branches:
                meeting = self.meets[at]
                ways = [self.way(one, meeting) for one in following]
            else:
                meeting, ways = following[0], []
            self.made[at] = self.graph.make[at](ways)
            found.append(self.made[at])
            at = meeting
        return found if at == stop else [*found, dict(EXIT)]

    def name(self) -> None:
        """Give the steps that jumps lead to their names: a message has one, others are counted."""
        wanted = {at for _, at in self.jumps}
        taken = {name for one in self.made.values() if (name := message_of(one)) is not None}
        names: dict[str, str] = {}
        number = 0
        for at in self.begun:
            if at not in wanted:
                continue
            known = message_of(self.made[at])
            while known is None or (known in names.values() and message_of(self.made[at]) is None):
                number += 1
                known = None if f"step-{number}" in taken else f"step-{number}"
            names[at] = known
            if message_of(self.made[at]) is None:
                self.made[at]["id"] = known
        for jump, at in self.jumps:
            jump["go_to"] = names[at]


def _meeting_points(out: Mapping[str, Sequence[str]], first: str) -> dict[str, str]:
    """For each step the nearest one that every way from it passes; `END` where they meet nowhere before.

    Raises: Unreadable when the graph goes round in a circle.
    """
    depth, found = {END: 0}, {END: END}
    for key in _last_first(out, first):
        following = [*out[key]] or [END]
        meeting = following[0]
        for one in following[1:]:
            while meeting != one:
                if depth[meeting] >= depth[one]:
                    meeting = found[meeting]
                else:
                    one = found[one]
        found[key], depth[key] = meeting, depth[meeting] + 1
    return found


def reached_from(out: Mapping[str, Sequence[str]], first: str) -> set[str]:
    """The steps that a journey may come to."""
    found, left = set[str](), [first]
    while left:
        key = left.pop()
        if key != END and key not in found:
            found.add(key)
            left += out.get(key, ())
    return found


def _last_first(out: Mapping[str, Sequence[str]], first: str) -> list[str]:
    """Every step that can be reached, after all that follow it."""
    found: list[str] = []
    under_way, done = set[str](), {END}
    stack: list[tuple[str, int]] = [(first, 0)]
    while stack:
        key, index = stack.pop()
        if key in done:
            continue
        under_way.add(key)
        if index < len(out[key]):
            stack.append((key, index + 1))
            after = out[key][index]
            if after in under_way and after not in done:
                raise Unreadable("a workflow that goes round in a circle")
            if after not in done:
                stack.append((after, 0))
        else:
            done.add(key)
            found.append(key)
    return found


# --- steps that were written down ---------------------------------------------------------------------------------


def has_jumps(steps: Sequence[Any]) -> bool:
    """Whether any of the steps, or of those inside them, leads elsewhere."""
    return any("go_to" in step or any(has_jumps(steps_of(way)) for way in ways_of(step)) for step in steps)


def in_one_shape(steps: Steps) -> Steps:
    """Steps with jumps as the graph that they are has them."""
    taking = _Taking()
    first = taking.chain(steps, END)
    for key, following in taking.graph.out.items():
        taking.graph.out[key] = [taking.target(one) for one in following]
    return crossing_steps(taking.graph, taking.target(first))


class _Taking:
    """Steps as data → the graph that they are."""

    def __init__(self) -> None:
        self.graph = Crossing()
        self.named: dict[str, str] = {}

    def chain(self, steps: Sequence[Data], after: str) -> str:
        for step in reversed(steps):
            after = self._step(step, after)
        return after

    def _step(self, step: Data, after: str) -> str:
        if "go_to" in step:
            return f"\0{step['go_to']}"
        if step == EXIT:
            return END
        ways = ways_of(step)
        key = f"+{len(self.graph.out) + len(self.named)}-{id(step)}"
        following = [self.chain(steps_of(way), after) for way in ways] or [END if "exit" in step else after]
        name = message_of(step) or step.pop("id", None)
        if name is not None:
            self.named[str(name)] = key
        self.graph.add(key, lambda inside: _filled(step, inside), following, is_branch=bool(ways))
        return key

    def target(self, key: str) -> str:
        """The step that a key means; a jump to what is not there ends the journey."""
        return self.named.get(key[1:], END) if key.startswith("\0") else key


def _filled(step: Data, inside: list[Steps]) -> Data:
    for way, steps in zip(ways_of(step), inside, strict=True):
        set_way(way, steps)
    return step
