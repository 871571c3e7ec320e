"""Values in order though there be more than memory holds: sorted runs on disk, merged as they are read."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from mailwright.diagnostics import ConfigurationError

Item = TypeVar("Item")

HELD = 100_000
"""Values kept in memory before they go to disk: some tens of megabytes."""
_RUNS = 16  # open at once; more are merged into one
_BATCH = 1_000
_SIZE = struct.Struct("<I")
_ENCODER = msgspec.msgpack.Encoder()


class SortedRuns(Generic[Item]):
    """Takes values of *kind* in any order and gives them back by *key*; what is too much waits in *folder*.

    Values of one key keep the order they came in.
    """

    def __init__(
        self, folder: Path, name: str, kind: type[Item], key: Callable[[Item], Any] | None = None, held: int = HELD
    ) -> None:
        self._folder = folder
        self._name = name
        self._key = key
        self._held = held
        self._decoder = msgspec.msgpack.Decoder(list[kind])  # type: ignore[valid-type]  # msgspec takes it as it comes
        self._new: list[Item] = []
        self._runs: list[Path] = []
        self._written = 0

    def add(self, item: Item) -> None:
        """Take one value.

        Raises: ConfigurationError when the disk takes no more.
        """
        self._new.append(item)
        if len(self._new) >= self._held:
            self._spill()

    def __iter__(self) -> Iterator[Item]:
        self._sort()
        return self._merged([*map(self._read, self._runs), iter(self._new)])

    def _sort(self) -> None:
        self._new.sort(key=self._key)  # without a key the values themselves compare

    def _merged(self, runs: Iterable[Iterator[Item]]) -> Iterator[Item]:
        return iter(merge(*runs, key=self._key))  # type: ignore[arg-type]  # without a key the values themselves compare

    def _spill(self) -> None:
        self._sort()
        self._runs.append(self._write(self._new))
        self._new = []
        if len(self._runs) >= _RUNS:
            whole = self._write(self._merged(map(self._read, self._runs)))
            for run in self._runs:
                run.unlink()
            self._runs = [whole]

    def _write(self, items: Iterable[Item]) -> Path:
        self._written += 1
        path = self._folder / f"{self._name}-{self._written}.run"
        source = iter(items)
        try:
            with path.open("wb") as file:
                while batch := list(islice(source, _BATCH)):
                    packed = _ENCODER.encode(batch)
                    file.write(_SIZE.pack(len(packed)))
                    file.write(packed)
        except OSError as error:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise ConfigurationError(
                f"no room for what is sorted on disk, in {self._folder.parent}: {error.strerror}; nothing was written",
                hint="is the disk full? TMPDIR names a folder with more room",
            ) from error
        return path

    def _read(self, path: Path) -> Iterator[Item]:
        with path.open("rb") as file:
            while head := file.read(_SIZE.size):
                yield from self._decoder.decode(file.read(*_SIZE.unpack(head)))
