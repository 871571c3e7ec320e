"""What is due next, over everybody: each person's agenda, and one order of time for all of them."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from typing import Any

from simulator.clock import Agenda, Due


class Timetable:
    """When anything of anybody is due, in the order of time and of being put there."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, LiveAgenda]] = []
        self._number = 0

    def next_number(self) -> int:
        """A number above all that were given."""
        self._number += 1
        return self._number

    def add(self, at: int, number: int, agenda: LiveAgenda) -> None:
        """Something on one agenda is due then."""
        self._number = max(self._number, number)
        heapq.heappush(self._heap, (at, number, agenda))

    def due_before(self, moment: int) -> Iterator[LiveAgenda]:
        """The agendas with something due before *moment*, one thing at a time, also what comes of it meanwhile."""
        heap = self._heap
        while heap and heap[0][0] < moment:
            at, number, agenda = heapq.heappop(heap)
            if agenda.is_first(at, number):
                yield agenda

    def next_at(self) -> int | None:
        """When the next thing is due, if anything is."""
        heap = self._heap
        while heap and not heap[0][2].is_first(heap[0][0], heap[0][1]):
            heapq.heappop(heap)
        return heap[0][0] if heap else None


class LiveAgenda(Agenda):
    """One person's agenda, which the timetable knows of."""

    __slots__ = ("_timetable", "owner")

    def __init__(self, timetable: Timetable, owner: Any) -> None:
        super().__init__()
        self._timetable = timetable
        self.owner = owner

    def put(self, at: int, act: Callable[[int, Any], None], what: Any) -> None:
        """Call *act* with the moment and *what* once the clock is past *at*."""
        self.put_back(at, self._timetable.next_number(), act, what)

    def put_back(self, at: int, number: int, act: Callable[[int, Any], None], what: Any) -> None:
        """Put something there under the number that it had."""
        heapq.heappush(self.due, (at, number, act, what))
        self._timetable.add(at, number, self)

    def is_first(self, at: int, number: int) -> bool:
        """Whether that is what comes next here; if not, it was done already."""
        return bool(self.due) and self.due[0][0] == at and self.due[0][1] == number

    def run_first(self, then: Callable[[], None]) -> None:
        """Do what comes next, and *then*."""
        at, _, act, what = heapq.heappop(self.due)
        act(at, what)
        then()

    def replace(self, change: Callable[[Due], Due | None]) -> None:
        """Put each entry's changed one in its place; None takes it away. Times and numbers stay."""
        self.due[:] = [found for due in self.due if (found := change(due)) is not None]
        heapq.heapify(self.due)
