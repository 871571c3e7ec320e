"""Which boxes and lines of a diagram a journey went along, and when: read from the journey's entries alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailwright.definitions.steps import AbTestStep, ExitStep
from simulator.preview.diagram import END, START
from simulator.trace import Acted, AnyEntry, Branched, Delivery, Ended, Skipped, Waiting, Woke

if TYPE_CHECKING:
    from simulator.workflow import Node

STEP_ENTRIES = Skipped | Waiting | Woke | Branched | Delivery | Acted


@dataclass(frozen=True, slots=True)
class Visit:
    """The journey at one step.

    Units: *at* and *left* are Unix seconds; *left* None: it is there still. *state* is done, sent, skipped, failed,
    drafted, waiting or ended.
    """

    step: str
    at: int
    left: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Passage:
    """One line of the diagram that was taken, and when."""

    start: str
    end: str
    label: str
    at: int


@dataclass(frozen=True, slots=True)
class LitPath:
    """The way of one journey through its workflow."""

    visits: tuple[Visit, ...]
    passages: tuple[Passage, ...]


def lit_path(first: Node | None, entries: Sequence[AnyEntry]) -> LitPath:
    """The way of a journey with these *entries* along the compiled workflow that starts at *first*."""
    return _Walk(entries).along(first)


class _Walk:
    """One walk; steps that leave no entry of their own are passed while the journey went on behind them."""

    def __init__(self, entries: Sequence[AnyEntry]) -> None:
        self.at = entries[0].at if entries else 0
        self.ended = next((entry for entry in entries if isinstance(entry, Ended)), None)
        self.left = [entry for entry in entries if isinstance(entry, STEP_ENTRIES)]
        self.visits: list[Visit] = []
        self.passages: list[Passage] = []

    def along(self, node: Node | None) -> LitPath:
        before, label = START, ""
        while node is not None and self._goes_on(node):
            self.passages.append(Passage(before, node.id, label, self.at))
            own = self._own(node.id)
            if self._stops_here(node, own):
                return self._done()
            before, label, node = node.id, *self._onward(node, own)
        if node is None and self._reached_end():
            self.passages.append(Passage(before, END, label, self.at))
            self.visits.append(Visit(END, self.at, None, "done"))
        return self._done()

    def _goes_on(self, node: Node) -> bool:
        """Whether anything says that the journey got to *node*."""
        if self.left or self.ended is None:
            return bool(self.left)
        return self._reached_end() or self.ended.step == node.id

    def _reached_end(self) -> bool:
        return self.ended is not None and self.ended.reason in ("end", "exit_step")

    def _own(self, step: str) -> list[AnyEntry]:
        """The next entries, as far as they are of this step."""
        count = 0
        while count < len(self.left) and getattr(self.left[count], "step", "") == step:
            count += 1
        own, self.left = self.left[:count], self.left[count:]
        return list(own)

    def _stops_here(self, node: Node, own: Sequence[AnyEntry]) -> bool:
        arrived = self.at
        self.at = own[-1].at if own else self.at
        rests = bool(own) and isinstance(own[-1], Waiting) and not self.left
        leaves = self.ended is not None and self.ended.step == node.id and not self.left
        if rests or leaves:
            left = self.ended.at if self.ended is not None else None
            state = "waiting" if rests else "ended" if not own else _state(own)
            self.visits.append(Visit(node.id, arrived, left, state))
            if isinstance(node.step, ExitStep) and left is not None:
                self.passages.append(Passage(node.id, END, "exit", left))
                self.visits.append(Visit(END, left, None, "done"))
            return True
        self.visits.append(Visit(node.id, arrived, self.at, _state(own)))
        return False

    def _onward(self, node: Node, own: Sequence[AnyEntry]) -> tuple[str, Node | None]:
        taken = next((entry.way for entry in own if isinstance(entry, Branched)), None)
        if taken is not None and not isinstance(node.step, AbTestStep):
            way = next((way for way in node.ways if way.name == taken), None)
            if way is not None:
                return way.name, way.first
        if isinstance(node.step, ExitStep):
            return "exit", None
        return "", node.next

    def _done(self) -> LitPath:
        return LitPath(tuple(self.visits), tuple(self.passages))


def _state(own: Sequence[AnyEntry]) -> str:
    for entry in own:
        match entry:
            case Delivery(status=status):
                return status if status in ("sent", "drafted") else "failed"
            case Skipped():
                return "skipped"
            case Acted(failure=failure) if failure:
                return "failed"
            case _:
                continue
    return "done"
