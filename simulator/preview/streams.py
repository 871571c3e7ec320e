"""Documents that are never closed: each stands in one tab and takes the next version of what it shows as it comes."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.preview.shells import version

if TYPE_CHECKING:
    from simulator.preview.shells import Shell

MOST_LINES = 5
"""Answers that stay open at once, tabs' lines among them: a browser opens six connections, and one is for questions."""
MOST_NAMES = 64
MOST_VERSIONS, MOST_BYTES, WORN = 60, 6_000_000, 0.7
"""What one document takes in before it is ended; beyond the last part the tab opens a new one in a quiet moment."""
NAME = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
"""What a tab may call a stream: random, so that only that tab and the document in its frame know it."""


@dataclass(slots=True, eq=False)
class Stream:
    """One open document."""

    tab: str
    name: str
    digest: str  # of the shell that it has
    seen: str  # the address that is asked for once a version is seen
    line: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)
    versions: int = 0
    size: int = 0

    def put(self, text: str) -> None:
        """Let the document take in *text*; it ends by itself once it has taken in much."""
        data = text.encode("utf-8", "replace")
        self.line.put_nowait(data)
        self.versions += 1
        self.size += len(data)
        if self.is_full:
            self.line.put_nowait(None)

    @property
    def is_full(self) -> bool:
        """Whether nothing more is taken in."""
        return self._used >= 1

    @property
    def is_worn(self) -> bool:
        """Whether it is time for a new one."""
        return self._used >= WORN

    @property
    def _used(self) -> float:
        return max(self.versions / MOST_VERSIONS, self.size / MOST_BYTES)


@dataclass(slots=True)
class Streams:
    """The open documents, one for each tab; used on the event loop only."""

    by_tab: dict[str, Stream] = field(default_factory=dict)
    tabs: OrderedDict[str, str] = field(default_factory=OrderedDict)  # by name, those that ended lately too
    is_closed: bool = False

    def open(self, stream: Stream, shell: Shell, lines: int) -> bool:
        """Begin a document with its first version beside *lines* open lines of tabs; False where there is no room."""
        self._end(self.by_tab.pop(stream.tab, None))
        self.make_room(lines + 1)
        if self.is_closed or lines + len(self.by_tab) >= MOST_LINES:
            return False
        self.by_tab[stream.tab] = stream
        self.tabs[stream.name] = stream.tab
        while len(self.tabs) > MOST_NAMES:
            self.tabs.popitem(last=False)
        stream.put(shell.opening + version(shell, 0, f"{stream.seen}0"))
        return True

    def send(self, tab: str, shell: Shell, number: int) -> Stream | None:
        """Let a tab's document show *shell* as version *number*; gives it, None where the tab has none for that."""
        stream = self.by_tab.get(tab)
        if stream is None or stream.is_full or stream.digest != shell.digest:
            return None
        stream.put(version(shell, number, f"{stream.seen}{number}"))
        return stream

    def make_room(self, lines: int) -> None:
        """End the oldest documents until *lines* open lines of tabs have room beside them."""
        while self.by_tab and lines + len(self.by_tab) > MOST_LINES:
            self._end(self.by_tab.pop(next(iter(self.by_tab))))

    def close(self) -> None:
        """End every document: the server stops."""
        self.is_closed = True
        while self.by_tab:
            self._end(self.by_tab.popitem()[1])

    async def read(self, stream: Stream) -> AsyncIterator[bytes]:
        """What goes to the frame, for as long as it listens."""
        try:
            while (data := await stream.line.get()) is not None:
                yield data
        finally:
            if self.by_tab.get(stream.tab) is stream:
                del self.by_tab[stream.tab]

    def _end(self, stream: Stream | None) -> None:
        if stream is not None:
            stream.line.put_nowait(None)
