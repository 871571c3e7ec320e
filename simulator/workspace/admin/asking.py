"""Requests to the admin face: what they say, and in which words they are refused."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from mailwright.diagnostics import name_hint
from simulator.history.fields import ShapeError
from simulator.history.stamps import seconds
from simulator.workspace.routes import Refusal

if TYPE_CHECKING:
    from simulator.workspace.server.dispatch import Asked
    from simulator.workspace.server.local_server import LocalServer
    from simulator.workspace.space import Space


def refused(message: str, status: int = 400, **more: Any) -> Refusal:
    """A refusal of the admin face; *more* is data that says it in detail."""
    return Refusal(status, {"schema_version": 1, "error": message, **more})


@dataclass(frozen=True, slots=True)
class AdminRequest:
    """A request to the admin face; *params* are the pattern's names."""

    server: LocalServer
    asked: Asked
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def wants_page(self) -> bool:
        """Whether a browser asks, who would rather read a page."""
        return "text/html" in self.asked.headers.get("accept", "")

    def query(self, name: str) -> str | None:
        """The first value of a query's name."""
        found = parse_qs(self.asked.query).get(name)
        return found[0] if found else None

    def body(self, *known: str) -> Mapping[str, Any]:
        """The body, an object; empty where there is none. With *known* names it may have no others.

        Raises: Refusal (400).
        """
        if not self.asked.body.strip():
            return {}
        try:
            found = json.loads(self.asked.body)
        except (ValueError, RecursionError):
            raise refused("the body is no JSON") from None
        if not isinstance(found, dict):
            raise refused("the body is no object")
        unknown = sorted(set(found) - set(known)) if known else []
        if unknown:
            raise refused(f"'{unknown[0]}' is not known here; try: {name_hint(unknown[0], list(known))}")
        return found

    def space(self, named: Any) -> Space:
        """The workspace with a name or number.

        Raises: Refusal (404).
        """
        found = self.server.account.named(str(named))
        if found is None:
            names = [space.name for space in self.server.account.spaces.values()]
            raise refused(f"no workspace is called '{named}'; try: {name_hint(str(named), names, 'workspaces')}", 404)
        return found

    def spaces(self, named: Any = None) -> list[Space]:
        """The workspace that is named, or all where none is."""
        return [self.space(named)] if named is not None else list(self.server.account.spaces.values())


def time_of(value: Any, name: str) -> int:
    """A time as Unix seconds, from Unix seconds or ISO 8601.

    Raises: Refusal (400).
    """
    try:
        found = seconds(value, Counter(), name)
    except ShapeError as error:
        raise refused(f"{error.message}; try: {error.hint}") from None
    if found is None:
        raise refused(f"'{name}' is no time")
    return found
