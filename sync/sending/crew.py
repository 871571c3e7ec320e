"""Several requests under way at once: threads that ask, while one thread decides what is asked."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence

from sync.sending.asking import Answer, Stopped
from sync.sending.items import Item


class Crew:
    """So many askers; they end with the process, so that nobody waits for one that hangs."""

    def __init__(self, ask: Callable[[Sequence[Item]], Answer], size: int) -> None:
        self.size = size
        self.under_way = 0
        self._ask = ask
        self._asked: queue.SimpleQueue[Sequence[Item] | None] = queue.SimpleQueue()
        self._answered: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        for number in range(size):
            threading.Thread(target=self._work, name=f"send-{number}", daemon=True).start()

    @property
    def is_free(self) -> bool:
        """Whether somebody has nothing to do."""
        return self.under_way < self.size

    def give(self, items: Sequence[Item]) -> None:
        """Have a request asked."""
        self.under_way += 1
        self._asked.put(items)

    def answer(self, seconds: float) -> Answer | None:
        """The next answer; None where there is none within so many seconds."""
        try:
            found = self._answered.get(timeout=seconds)
        except queue.Empty:
            return None
        self.under_way -= 1
        return found

    def go_home(self) -> None:
        """Let the askers end once they have nothing to do."""
        for _ in range(self.size):
            self._asked.put(None)

    def _work(self) -> None:
        while (items := self._asked.get()) is not None:
            try:
                answer = self._ask(items)
            except Exception as error:  # noqa: BLE001  # told by the thread that decides, not lost with this one
                answer = Answer(items, unasked={item.number for item in items}, stop=error)
            self._answered.put(answer)


class Ending:
    """Ends waits when the send stops."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def now(self) -> None:
        """End every wait, and every one to come."""
        self._event.set()

    def wait(self, seconds: float) -> None:
        """Wait.

        Raises: Stopped when the send stops meanwhile.
        """
        if self._event.wait(seconds):
            raise Stopped
