"""What was asked of the server: counts by route, and the last requests, without what they said."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT = 1000


@dataclass(frozen=True, slots=True)
class Logged:
    """One request. Neither its key, nor its body, nor whom it was about is kept."""

    number: int
    at: int  # the workspaces' clock, Unix seconds
    surface: str
    workspace: int | None
    method: str
    route: str  # the pattern, or the path of what is not served
    numbers: Mapping[str, int]  # the numeric ids in the path
    status: int
    faults: tuple[int, ...] = ()


@dataclass
class RequestLog:
    """The requests of one server since it started or was told to forget them."""

    total: int = 0
    by_route: Counter[str] = field(default_factory=Counter)
    by_status: Counter[int] = field(default_factory=Counter)
    last: deque[Logged] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, logged: Logged) -> None:
        """One more."""
        self.total += 1
        self.by_route[f"{logged.surface} {logged.method} {logged.route}"] += 1
        self.by_status[logged.status] += 1
        self.last.append(logged)

    def clear(self) -> None:
        """Forget them all."""
        self.total = 0
        self.by_route.clear()
        self.by_status.clear()
        self.last.clear()

    def shown(self, workspace: int | None = None) -> dict[str, Any]:
        """Everything as data; the list of the last ones can be of one workspace."""
        return {
            "total": self.total,
            "by_route": dict(sorted(self.by_route.items())),
            "by_status": {str(status): count for status, count in sorted(self.by_status.items())},
            "last": [asdict(one) for one in self.last if workspace in (None, one.workspace)],
        }


def numbers_in(params: Mapping[str, str], pattern: str) -> dict[str, int]:
    """The ids in a path that are numbers; none where the path is about people."""
    if "customer" in pattern or "suppression" in pattern:
        return {}
    return {name: int(text) for name, text in params.items() if text.isascii() and text.isdigit() and len(text) < 19}


_WHO = re.compile(r"(?<=/customers/)[^/]+|[^/]*(?:@|%40)[^/]*")


def without_people(path: str) -> str:
    """A path as it may be told: whom it is about is left out."""
    return _WHO.sub("…", path)
