"""How many requests a second a workspace takes.

Source: App API reference: ten a second for everything, a hundred transactional sends, one broadcast in ten seconds.
Assumed: what was refused does not count; the Track API's fair use is not enforced, nor the UI API's unknown limit,
unless they are switched on.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulator.workspace.routes import Surface
from simulator.workspace.server.refusals import too_many

APP, SENDS, BROADCASTS, TRACK, UI = "app", "sends", "broadcasts", "track", "ui"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *count* requests in any *seconds*; a *count* of 0 is no limit."""

    count: int
    seconds: int = 1


DEFAULTS: Mapping[str, Limit] = {
    APP: Limit(10),
    SENDS: Limit(100),
    BROADCASTS: Limit(1, 10),
    TRACK: Limit(0),
    UI: Limit(0),
}
NONE: Mapping[str, Limit] = dict.fromkeys(DEFAULTS, Limit(0))


@dataclass
class Limits:
    """The limits of one server and what each workspace used of them, by the machine's clock."""

    limits: dict[str, Limit] = field(default_factory=lambda: dict(DEFAULTS))
    machine: Callable[[], float] = time.monotonic
    _used: dict[tuple[int, str], deque[float]] = field(default_factory=dict)

    def count(self, workspace: int, bucket: str) -> None:
        """One more request.

        Raises: Refusal (429) when the window is full; `Retry-After` is the whole seconds until it is not.
        """
        limit = self.limits[bucket]
        if not limit.count:
            return
        now = self.machine()
        used = self._used.setdefault((workspace, bucket), deque())
        while used and used[0] <= now - limit.seconds:
            used.popleft()
        if len(used) >= limit.count:
            wait = max(1, math.ceil(used[0] + limit.seconds - now))
            raise too_many(limit.count, limit.seconds, f"{workspace:x}-{bucket}", wait)
        used.append(now)

    def set(self, bucket: str, limit: Limit) -> None:
        """Put another limit; what was used is forgotten."""
        self.limits[bucket] = limit
        for workspace, name in [*self._used]:
            if name == bucket:
                del self._used[workspace, name]


def bucket_of(surface: Surface, method: str, pattern: str) -> str:
    """Which limit a route falls under."""
    if pattern.startswith("/v1/send/"):
        return SENDS
    if surface is Surface.APP and method == "POST" and pattern.endswith("/triggers"):
        return BROADCASTS
    return {Surface.APP: APP, Surface.TRACK: TRACK, Surface.UI: UI}[surface]
