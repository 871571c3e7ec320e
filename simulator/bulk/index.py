"""What was read of a log, kept beside the project: one file for each property of each event.

An index is good for one state of one file: its path, size and time, and its first and last bytes. Anything else is
another index, so that none is ever stale; one that is damaged is as good as none.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import msgspec
import numpy as np

from mailwright.diagnostics import ConfigurationError
from simulator.bulk.meaning import addresses_are_alike

if TYPE_CHECKING:
    from simulator.bulk.asked import Asked
    from simulator.bulk.hit_selection import Wanted
    from simulator.bulk.hits import EventLines
    from simulator.bulk.reading import Columns

FORMAT = 2
_LINES = ("person", "at", "stamp", "event_id", "code", "odd")
_ENDS = 1 << 16  # bytes at either end of a log that tell it from another
FOLDER = ".mailwright/cache/log-index"
_KEPT = 8  # indexes of other logs, or other states of them, that stay


class Index:
    """The columns of one log."""

    def __init__(self, root: Path, log: Path) -> None:
        self._folder = root / FOLDER / _state_of(log)

    def read(self, wanted: Wanted) -> dict[str, EventLines]:
        """What there is of what is *wanted*."""
        from simulator.bulk.hits import Column, EventLines

        found: dict[str, EventLines] = {}
        for name, properties in wanted.items():
            event = self._folder / _file(name)
            heads = _load(event / "lines.npz", "person", "at")
            if heads is None:
                continue
            lines = found[name] = EventLines(heads[0], heads[1])
            for one in properties:
                column = _load(event / f"{_file(one)}.npz", "numbers", "texts")
                if column is not None and column[0].size == lines.person.size:
                    lines.columns[one] = Column(column[0], msgspec.json.decode(column[1].tobytes()))
        return found

    def read_columns(self, asked: Asked) -> Columns | None:
        """All lines with all that is *asked*, where they were kept."""
        from simulator.bulk.reading import Columns

        held = _load(self._folder / _asked_file(asked), *_LINES, "values", "told")
        if held is None:
            return None
        *lines, values, told = held
        names, spellings, texts = msgspec.json.decode(told.tobytes())
        person, at, stamp, event_id, code, odd = lines
        known = [(low, name) for low, name in spellings]
        return Columns(person, at, stamp, event_id, code, odd, list(values), texts, Counter(names), known)

    def write_columns(self, asked: Asked, columns: Columns) -> None:
        """Keep all lines with all that is *asked*.

        Raises: ConfigurationError when there is no room for it.
        """
        told = msgspec.json.encode((columns.names, columns.spellings, columns.texts))
        arrays = {name: getattr(columns, name) for name in _LINES}
        values = np.array(columns.values, dtype=np.int32)
        with _told_of_room():
            self._folder.mkdir(parents=True, exist_ok=True)
            _save(self._folder / _asked_file(asked), **arrays, values=values, told=np.frombuffer(told, dtype=np.uint8))
            self._forget_others()

    def write(self, read: Mapping[str, EventLines]) -> None:
        """Keep what was read.

        Raises: ConfigurationError when there is no room for it.
        """
        with _told_of_room():
            for name, lines in read.items():
                event = self._folder / _file(name)
                event.mkdir(parents=True, exist_ok=True)
                for one, column in lines.columns.items():
                    texts = np.frombuffer(msgspec.json.encode(column.texts), dtype=np.uint8)
                    _save(event / f"{_file(one)}.npz", numbers=column.numbers, texts=texts)
                _save(event / "lines.npz", person=lines.person, at=lines.at)
            self._forget_others()

    def _forget_others(self) -> None:
        """Keep the newest indexes only."""
        others = sorted(self._folder.parent.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
        for folder in others[_KEPT:]:
            if folder != self._folder:
                for file in sorted(folder.rglob("*"), reverse=True):
                    file.rmdir() if file.is_dir() else file.unlink()
                folder.rmdir()


@contextmanager
def _told_of_room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigurationError(
            f"the index cannot be written: {error.strerror}", hint="leave --index away, or make room"
        ) from error


def _asked_file(asked: Asked) -> str:
    alike = addresses_are_alike(asked)
    told = msgspec.json.encode((asked.attributes, alike, sorted(asked.spellings.items()), sorted(asked.events.items())))
    return f"all-{hashlib.sha256(told).hexdigest()[:24]}.npz"


def _state_of(log: Path) -> str:
    stat = log.stat()
    with log.open("rb") as file:
        first = file.read(_ENDS)
        file.seek(max(0, stat.st_size - _ENDS))
        last = file.read(_ENDS)
    told = f"{FORMAT}\0{log.resolve()}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode()
    return hashlib.sha256(told + first + last).hexdigest()[:32]


def _file(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _load(file: Path, *names: str) -> list[Any] | None:
    try:
        # Opened here: a damaged file would stay open.
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as held:
            return [held[name] for name in names]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _save(file: Path, **arrays: Any) -> None:
    partial = file.with_suffix(f".{os.getpid()}.part")
    try:
        with partial.open("wb") as stream:
            np.savez(stream, **arrays)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
