"""Routes as data: what is served, on which surface, and how sure we are of its shape.

A handler is a plain function from a request to a reply. It knows nothing of sockets, keys or limits: those were looked
at before it is called. It refuses by raising `Refusal` with the very body Customer.io answers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from simulator.workspace.space import Space


class Surface(StrEnum):
    """The hosts Customer.io has, told apart by the first part of the path."""

    TRACK = "track"
    APP = "app"
    UI = "ui"


class Confidence(StrEnum):
    """How sure the shape of a route is: the letters of the wire reference."""

    SEEN = "A"  # seen live, recorded, or exercised by an official client
    SPECIFIED = "B"  # the vendor's own description
    AGREED = "C"  # several public clients agree
    GUESSED = "D"  # the route is known, its body is our inference


@dataclass(frozen=True)
class Request:
    """One request that may be answered: its credential fits *space*."""

    space: Space
    method: str
    path: str  # without the surface's part
    params: Mapping[str, str] = field(default_factory=dict)  # the pattern's names, percent-decoded
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # by lower-case name
    body: bytes = b""
    actor: str = ""  # who asks, as the audit log names them
    live_edit: bool = True  # whether the credential may change what is live; a token keeps what held when it was minted

    @cached_property
    def json(self) -> Any:
        """The body as data; None where there is none.

        Raises: ValueError when the body is no JSON, or holds half a surrogate pair, which is no text.
        """
        value = json.loads(self.body) if self.body.strip() else None
        if b"\\u" in self.body:
            json.dumps(value, ensure_ascii=False).encode()
        return value

    def number(self, name: str) -> int:
        """A numeric part of the path; -1, which nothing has, where it is no number."""
        text = self.params[name]
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1

    def first(self, name: str, default: str = "") -> str:
        """The first value of a query's name."""
        found = self.query.get(name)
        return found[0] if found else default


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: JSON data, bytes as they are, or nothing at all (None)."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """The request is refused with this reply."""

    def __init__(self, status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"refused with {status}")
        self.reply = Reply(body, status, headers or {})


Handler = Callable[[Request], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that is served. *pattern* names parts of the path: `/v1/campaigns/{id}/actions`."""

    surface: Surface
    method: str
    pattern: str
    handler: Handler
    confidence: Confidence
    note: str = ""
    pattern_of_path: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = re.split(r"\{(\w+)\}", self.pattern)
        text = "".join(re.escape(part) if at % 2 == 0 else f"(?P<{part}>[^/]+)" for at, part in enumerate(parts))
        object.__setattr__(self, "pattern_of_path", re.compile(text))

    def params(self, path: str) -> dict[str, str] | None:
        """The named parts of a path that this route serves; None when it does not."""
        found = self.pattern_of_path.fullmatch(path)
        return None if found is None else {name: unquote(text) for name, text in found.groupdict().items()}


class Routes:
    """The routes of one module; the server gathers them."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.all: list[Route] = []

    def add(self, method: str, pattern: str, confidence: Confidence, note: str = "") -> Callable[[Handler], Handler]:
        """Serve *pattern* with the function below."""

        def taken(handler: Handler) -> Handler:
            self.all.append(Route(self.surface, method, pattern, handler, confidence, note))
            return handler

        return taken
