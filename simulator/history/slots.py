"""Event names as a log writes them: how often each came, and what decodes its data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from simulator.history.heads import Decode, DoesNotFit, data_decoder
from simulator.history.wanted import NAMES_LIMIT, OTHER_NAMES, Wanted

# What a decoder or maker raises for a line that does not fit it.
UNFIT = (msgspec.MsgspecError, DoesNotFit, UnicodeDecodeError, RecursionError, OverflowError)


class Slot:
    """One event name: how often it came, and what decodes its data; None where nobody wants it."""

    __slots__ = ("count", "decode", "name")

    def __init__(self, name: str, decode: Decode | None) -> None:
        self.name = name
        self.decode = decode
        self.count = 0


class Slots(dict[str, Slot]):
    """A slot for each event name as written, made when the name first comes."""

    def __init__(self, wanted: Wanted) -> None:
        super().__init__()
        self._wanted = wanted
        self._rest = Slot(OTHER_NAMES, None)

    def __missing__(self, written: str) -> Slot:
        name = written.strip()
        decode: Decode | None = None
        if not name:
            decode = _no_name
        elif self._wanted.is_event(name):
            decode = data_decoder(self._wanted.of_event(name))
        elif len(self) >= NAMES_LIMIT:
            return self._rest
        slot = self[written] = Slot(name, decode)
        return slot

    def taken(self) -> Iterator[tuple[str, int]]:
        """Each name with its count since the last time."""
        for slot in (*self.values(), self._rest):
            if slot.count:
                yield slot.name, slot.count
                slot.count = 0


def _no_name(_: object) -> dict[str, Any]:
    raise DoesNotFit
