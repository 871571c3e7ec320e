"""Ten requests a second, kept busy and never exceeded; one pace is shared by all that speak to a workspace.

A workspace counts a request when it arrives, and a busy machine or network lets some travel longer than others. So what
counts here is not when a request started but the latest moment at which it can have arrived: that of its answer, less
the quickest answer seen of late, which is what the way there and back takes at least.
"""

from __future__ import annotations

import threading
import time
from bisect import insort
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

WINDOW = 1.005
"""Seconds; a little over one, as no two clocks go alike."""
_WIDER, _WIDEST = 0.02, 1.2
_REMEMBERED = 50
"""Answers that tell the quickest."""
_ENOUGH = 10
"""Answers before they tell anything: the first ones wait for connections to be made, too."""
_LOOK_AGAIN = 0.01


@dataclass(slots=True)
class Pace:
    """Lets at most *limit* requests arrive in any window, in bursts; one without an answer yet may arrive any moment.

    Units: seconds. *now* and *sleep* are the clock's, so that a test need not wait.
    Source: App API: 10 requests in 1 s per workspace, one bucket for everything. Assumed: the UI API counts likewise.
    """

    limit: int = 10
    window: float = WINDOW
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _arrived: list[float] = field(default_factory=list)  # in order, of the last window
    _under_way: int = 0
    _answers: deque[float] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))  # how long each took
    _closed_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One request: the block begins when it may start, and ends with its answer, or without one."""
        while (pause := self.begin()) > 0:
            self.sleep(pause)
        start = self.now()
        try:
            yield
        finally:
            self.end(start)

    def begin(self) -> float:
        """Seconds until it is worth asking again whether a request may start; 0: it starts now, and is counted."""
        with self._lock:
            now = self.now()
            if now < self._closed_until:
                return self._closed_until - now
            while self._arrived and self._arrived[0] + self.window <= now:
                del self._arrived[0]
            if len(self._arrived) + self._under_way < self.limit:
                self._under_way += 1
                return 0.0
            opens = self._arrived[0] + self.window - now if self._arrived else _LOOK_AGAIN
            return min(opens, _LOOK_AGAIN) if self._under_way else opens

    def end(self, start: float) -> None:
        """The request that began at *start* was answered, or never will be."""
        with self._lock:
            now = self.now()
            self._under_way -= 1
            self._answers.append(now - start)
            quickest = min(self._answers) if len(self._answers) >= _ENOUGH else 0.0
            insort(self._arrived, now - quickest)

    def close_for(self, seconds: float) -> None:
        """Start nothing for so long: the workspace asked for it, so from then on the window is a little wider."""
        with self._lock:
            self.window = min(self.window + _WIDER, max(self.window, _WIDEST))
            self._closed_until = max(self._closed_until, self.now() + seconds)
