"""What all open tabs are told at once: each has a line of its own, and a slow one is cut off rather than waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Container
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_LINE = 64
"""Events a tab may be behind before it is cut off; it then connects again and asks for everything."""
HEARTBEAT_SECONDS = 15.0

Line = asyncio.Queue[bytes | None]


@dataclass(slots=True)
class Hub:
    """The open lines, each with the name its tab gave itself; used on the event loop only."""

    lines: dict[Line, str] = field(default_factory=dict)
    is_closed: bool = False

    def publish(self, name: str, data: Any, tabs: Container[str] | None = None) -> None:
        """Tell every tab, or those named in *tabs*."""
        message = event_as_bytes(name, data)
        for line, tab in list(self.lines.items()):
            if tabs is not None and tab not in tabs:
                continue
            if line.qsize() >= LONGEST_LINE:
                self.lines.pop(line, None)
                line.put_nowait(None)
            else:
                line.put_nowait(message)

    def close(self) -> None:
        """End every line: the server stops."""
        self.is_closed = True
        for line in self.lines:
            line.put_nowait(None)
        self.lines.clear()

    @contextmanager
    def _line(self, tab: str) -> Iterator[Line]:
        line: Line = asyncio.Queue()
        self.lines[line] = tab
        if self.is_closed:
            line.put_nowait(None)
        try:
            yield line
        finally:
            self.lines.pop(line, None)

    async def listen(self, tab: str, greeting: Any) -> AsyncIterator[bytes]:
        """One tab's events, the *greeting* first; a comment now and then shows both ends that the other is there."""
        with self._line(tab) as line:
            yield event_as_bytes("hello", greeting)
            while True:
                try:
                    message = await asyncio.wait_for(line.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    message = b": still here\n\n"
                if message is None:
                    return
                yield message


def event_as_bytes(name: str, data: Any) -> bytes:
    """One server-sent event."""
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"
