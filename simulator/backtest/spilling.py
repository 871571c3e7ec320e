"""Records in order though there be more than memory holds: sorted runs on disk, merged as they are read."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from heapq import merge
from itertools import islice
from pathlib import Path

import msgspec

from mailwright.diagnostics import ConfigurationError
from simulator.backtest.records import Record

HELD = 100_000
"""Records kept in memory before they go to disk: some tens of megabytes."""
_RUNS = 16  # open at once; more are merged into one
_BATCH = 1_000
_SIZE = struct.Struct("<I")
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Record])


class SortedRecords:
    """Takes records in any order and gives them back sorted; what is too much waits in *folder*."""

    def __init__(self, folder: Path, name: str, held: int = HELD) -> None:
        self._folder = folder
        self._name = name
        self._held = held
        self._new: list[Record] = []
        self._runs: list[Path] = []
        self._written = 0

    def add(self, record: Record) -> None:
        """Take one record.

        Raises: ConfigurationError when the disk takes no more.
        """
        self._new.append(record)
        if len(self._new) >= self._held:
            self._spill()

    def __iter__(self) -> Iterator[Record]:
        self._new.sort()
        return merge(*map(_read, self._runs), iter(self._new))

    def _spill(self) -> None:
        self._new.sort()
        self._runs.append(self._write(self._new))
        self._new = []
        if len(self._runs) >= _RUNS:
            whole = self._write(merge(*map(_read, self._runs)))
            for run in self._runs:
                run.unlink()
            self._runs = [whole]

    def _write(self, records: Iterable[Record]) -> Path:
        self._written += 1
        path = self._folder / f"{self._name}-{self._written}.run"
        source = iter(records)
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
                f"cannot keep deliveries in {self._folder}: {error.strerror}",
                hint="is the disk full? TMPDIR names a folder with more room; --sample 1/10 needs a tenth",
            ) from error
        return path


def _read(path: Path) -> Iterator[Record]:
    with path.open("rb") as file:
        while head := file.read(_SIZE.size):
            yield from _DECODER.decode(file.read(*_SIZE.unpack(head)))
