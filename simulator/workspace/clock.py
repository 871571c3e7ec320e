"""The clock of a server of workspaces: the machine's own, or one that stands still until it is moved."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class ClockMode(StrEnum):
    """Whether time passes by itself."""

    REAL = "real"  # goes as the machine's does, perhaps ahead of it
    FROZEN = "frozen"  # stands still until it is advanced


@dataclass(slots=True)
class Clock:
    """What time the workspaces of a server have.

    Units: Unix seconds. A real clock is *at* seconds ahead of the machine's; a frozen one shows *at*.
    """

    mode: ClockMode = ClockMode.REAL
    at: int = 0
    machine: Callable[[], float] = time.time

    def now(self) -> int:
        """The present, in Unix seconds."""
        return self.at if self.mode is ClockMode.FROZEN else int(self.machine()) + self.at

    def freeze(self, at: int | None = None) -> None:
        """Stand still, at *at* or where the clock is."""
        self.at = self.now() if at is None else at
        self.mode = ClockMode.FROZEN

    def advance(self, seconds: int) -> None:
        """Go *seconds* forward; a real clock goes on from there."""
        self.at += seconds

    def run_real(self) -> None:
        """Go as the machine's clock does."""
        self.mode, self.at = ClockMode.REAL, 0
