"""A line on a terminal that says how far a send is; nothing where nobody watches."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field

_WIDTH = 24
_EVERY = 0.1  # seconds


@dataclass(slots=True)
class Progress:
    """Shows how many of *total* calls are through."""

    total: int
    is_shown: bool
    _started: float = field(default_factory=time.monotonic)
    _first: int | None = None
    _last: float = 0.0

    def show(self, through: int) -> None:
        """Show it, ten times a second at most."""
        now = time.monotonic()
        if self._first is None:
            self._first = through
        if not self.is_shown or now - self._last < _EVERY:
            return
        self._last = now
        share = min(through / self.total, 1.0) if self.total else 1.0
        rate = (through - self._first) / max(now - self._started, 0.001)
        left = f", {(self.total - through) / rate:,.0f} s left" if rate >= 1 else ""
        bar = "=" * int(share * _WIDTH)
        text = f"sending {share:4.0%} [{bar:<{_WIDTH}}] {through:,} of {self.total:,}, {rate:,.0f} a second{left}"
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        if self.is_shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def progress_of(total: int) -> Progress:
    """The line of a send of so many calls."""
    return Progress(total, sys.stderr.isatty())
