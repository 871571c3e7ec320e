"""Ten requests a second, kept busy and never exceeded; one pace is shared by all that speak to a workspace."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

WINDOW = 1.02
"""Seconds; a little over one, as requests do not travel equally fast."""
_WIDER, _WIDEST = 0.02, 1.2


@dataclass(slots=True)
class Pace:
    """Lets at most *limit* requests start in any window.

    A request starts a window after the one *limit* before it did, so a workspace that counts strictly never counts
    more, and a burst goes out at once.

    Units: seconds. *now* and *sleep* are the clock's, so that a test need not wait.
    Source: App API: 10 requests in 1 s per workspace, one bucket for everything. Assumed: the UI API counts likewise.
    """

    limit: int = 10
    window: float = WINDOW
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _starts: deque[float] = field(default_factory=deque)
    _closed_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self) -> None:
        """Return when the next request may start."""
        while (pause := self._pause()) > 0:
            self.sleep(pause)

    def _pause(self) -> float:
        """Seconds until a request may start; 0: it starts now, and is counted."""
        with self._lock:
            now = self.now()
            opens = self._closed_until
            if len(self._starts) >= self.limit:
                opens = max(opens, self._starts[0] + self.window)
            if opens > now:
                return opens - now
            if len(self._starts) >= self.limit:
                self._starts.popleft()
            self._starts.append(now)
            return 0.0

    def close_for(self, seconds: float) -> None:
        """Start nothing for so long: the workspace asked for it, so from then on the window is a little wider.

        Requests on a busy machine or network arrive less evenly than they start.
        """
        with self._lock:
            self.window = min(self.window + _WIDER, max(self.window, _WIDEST))
            self._closed_until = max(self._closed_until, self.now() + seconds)
