"""What the admin face serves, in the order its page lists it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from simulator.workspace.admin.asking import AdminRequest
from simulator.workspace.routes import Reply

Handler = Callable[[AdminRequest], Reply | Awaitable[Reply]]
One = TypeVar("One", bound=Handler)


@dataclass(frozen=True, slots=True)
class AdminRoute:
    """One thing the admin face does; everything but a GET changes something, and needs the token."""

    method: str
    pattern: str
    handler: Handler
    about: str

    def params(self, path: str) -> dict[str, str] | None:
        """The named parts of a path that this route serves; None when it does not."""
        named = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(self.pattern))
        found = re.fullmatch(named, path)
        return None if found is None else found.groupdict()


class AdminRoutes:
    """The routes of one module of the admin face."""

    def __init__(self) -> None:
        self.all: list[AdminRoute] = []

    def add(self, method: str, pattern: str, about: str) -> Callable[[One], One]:
        """Serve *pattern* with the function below."""

        def taken(handler: One) -> One:
            self.all.append(AdminRoute(method, pattern, handler, about))
            return handler

        return taken
