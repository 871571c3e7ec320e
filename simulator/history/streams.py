"""Bytes of a log, however it is kept: plain, gzip or zstd, in pieces of bounded size.

What a file is says its first bytes, never its name. Nothing here holds more than one line and one piece.
"""

from __future__ import annotations

import codecs
import gzip
import io
import os
import re
import sys
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from mailwright.diagnostics import HistoryError
from simulator.history.places import is_bucket, is_database

CHUNK = 1 << 16  # small enough that the lines of a piece stay in the processor's cache
LINE_LIMIT = 10_000_000
ENDLESS = 1_000_000_000  # a line from which on the rest of a file is not read: a device, or a bomb
_ZSTD_CHUNK = 1 << 11  # a byte of zstd may become 32,768: this bounds what one step can unfold to
_ZSTD_WINDOW = 1 << 27
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
NO_UTF8 = b"\xff\x00"
_LONE = re.compile("[\udc80-\udcff]+")
_SKIPPED_PREFIXES = (".", "_")  # what Spark and editors leave beside data: _SUCCESS, .part.crc

Progress = Callable[[int, int], None]


class StreamBroken(Exception):
    """The file ends or fails before its end: what is wrong, and what to try."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class _Counted(io.RawIOBase):
    """A raw file that tells how far it was read."""

    def __init__(self, raw: BinaryIO, size: int, progress: Progress | None) -> None:
        self._raw = raw
        self._size = size
        self._progress = progress
        self._done = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        data = self._raw.read(size)
        self._done += len(data)
        if self._progress is not None:
            self._progress(self._done, self._size)
        return data

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # gzip hands in a memoryview
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Replayed(io.RawIOBase):
    """A file whose first bytes were read already, and are given out again."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        if not self._head:
            return self._rest.read(size)
        if size < 0:
            data, self._head = self._head + self._rest.read(), b""
            return data
        data, self._head = self._head[:size], self._head[size:]
        return data

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # gzip hands in a memoryview
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def log_files(paths: Sequence[str | Path]) -> list[str]:
    """The files that *paths* name, in order; a folder stands for the files under it, sorted; "-" is standard input.

    Raises: HistoryError when a path does not exist, or a folder holds no log; ConfigurationError for a bucket that
    cannot be reached.
    """
    return [file for path in paths for file in files_of(str(path))]


def files_of(path: str) -> list[str]:
    """The files that one path names; the URL of a database stands for itself.

    Raises: like `log_files`.
    """
    if is_bucket(path):
        from simulator.history.buckets import files_at

        return files_at(path)
    if path == "-" or is_database(path):
        return [path]
    if os.path.isdir(path):
        return _files_under(path)
    if os.path.exists(path):
        return [path]
    raise HistoryError(f"there is no event log '{path}'", hint="check the path; '-' reads standard input")


def _files_under(folder: str) -> list[str]:
    found: list[str] = []
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [os.path.join(where, name) for name in sorted(names) if not name.startswith(_SKIPPED_PREFIXES)]
    if not found:
        raise HistoryError(f"the folder '{folder}' holds no event log", hint="name a folder with log files in it")
    return found


def chunks_of(file: str, progress: Progress | None = None) -> Generator[bytes, None, None]:
    """The unpacked bytes of *file* in pieces, without a byte order mark.

    Units: *progress* hears bytes read so far and the file's size (0: unknown), both as stored.
    Raises: HistoryError when the file cannot be opened; StreamBroken when it cannot be read to its end.
    """
    try:
        raw: BinaryIO = sys.stdin.buffer if file == "-" else open(file, "rb", buffering=0)  # noqa: SIM115  # below
    except OSError as error:
        raise HistoryError(
            f"cannot read '{file}': {error.strerror or error}", hint="is it a file you may read?"
        ) from error
    try:
        size = 0 if file == "-" else os.fstat(raw.fileno()).st_size
        yield from _without_mark(_unpacked(_Counted(raw, size, progress)))
    except OSError as error:
        raise StreamBroken(f"the file cannot be read: {error.strerror or 'it is damaged'}", "copy it again") from error
    finally:
        if file != "-":
            raw.close()


def _unpacked(raw: io.RawIOBase, depth: int = 0) -> Iterator[bytes]:
    head = b""
    while len(head) < 4 and (more := raw.read(4 - len(head))):
        head += more
    whole = _Replayed(head, raw)  # type: ignore[arg-type]  # only its read() is used
    if head.startswith(_GZIP_MAGIC) and depth < 2:
        yield from _gunzipped(whole)
    elif head.startswith(_ZSTD_MAGIC) and depth < 2:
        yield from _unzstd(whole)
    else:
        while piece := whole.read(CHUNK):
            yield piece


def _gunzipped(raw: io.RawIOBase) -> Iterator[bytes]:
    try:
        with gzip.GzipFile(fileobj=raw) as unpacked:
            while piece := unpacked.read(CHUNK):
                yield piece
    except EOFError as error:
        raise StreamBroken("the gzip file ends before its end: it was cut off", "copy or download it again") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise StreamBroken("the gzip file is damaged", "copy or download it again") from error


def _unzstd(raw: io.RawIOBase) -> Iterator[bytes]:
    import zstandard

    maker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    frame, begun = maker.decompressobj(), False
    try:
        while data := raw.read(_ZSTD_CHUNK):
            while data:
                begun = True
                unfolded = frame.decompress(data)
                yield from (unfolded[at : at + CHUNK] for at in range(0, len(unfolded), CHUNK))
                data = frame.unused_data if frame.eof else b""
                if frame.eof:
                    frame, begun = maker.decompressobj(), False
    except zstandard.ZstdError as error:
        raise StreamBroken("the zstd file is damaged", "copy or download it again") from error
    if begun:
        raise StreamBroken("the zstd file ends before its end: it was cut off", "copy or download it again")


def _without_mark(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = True
    for piece in chunks:
        yield piece.removeprefix(b"\xef\xbb\xbf") if first else piece
        first = False


class _Lines(io.RawIOBase):
    """The raw side of a reader of lines: cuts lines that are too long and marks what is not UTF-8."""

    def __init__(self, chunks: Iterator[bytes], limit: int) -> None:
        self._chunks = chunks
        self._limit = limit
        self._rest = b""
        self._open = 0  # bytes given out since the last newline
        self._tail = b""  # the first bytes of a character that the next piece ends

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # io hands in a memoryview
        piece = self._rest or self.next_piece()
        size = min(len(buffer), len(piece))
        buffer[:size] = piece[:size]
        self._rest = piece[size:]
        return size

    def next_piece(self) -> bytes:
        """The next bytes; none at the end."""
        for chunk in self._chunks:
            piece = chunk if not self._tail and chunk.isascii() else self._marked(self._tail + chunk)
            piece = self._cut(piece)
            if piece:
                return piece
        last, self._tail = self._tail, b""
        return NO_UTF8 if last else b""

    def _marked(self, data: bytes) -> bytes:
        try:
            used = codecs.utf_8_decode(data, "strict", False)[1]
        except UnicodeDecodeError:
            text, used = codecs.utf_8_decode(data, "surrogateescape", False)
            self._tail = data[used:]
            return _LONE.sub(NO_UTF8.decode("utf-8", "surrogateescape"), text).encode("utf-8", "surrogateescape")
        self._tail = data[used:]
        return data[:used] if self._tail else data

    def _cut(self, piece: bytes) -> bytes:
        """*piece* without the rest of a line that is too long already."""
        last = piece.rfind(b"\n")
        if self._open > self._limit:
            end = piece.find(b"\n")
            if end < 0:
                self._open += len(piece)
                if self._open > ENDLESS:
                    raise StreamBroken("a line without end: a gigabyte, and it goes on", "a file of one record a line")
                return b""
            piece = piece[end:]
            last -= end
        self._open = len(piece) - last - 1 if last >= 0 else self._open + len(piece)
        return piece


def lines_of(chunks: Iterator[bytes], limit: int = LINE_LIMIT) -> io.BufferedReader:
    """A reader of the lines of *chunks*, newline included, that holds one piece and one line.

    A line longer than *limit* comes out cut, still longer than *limit*. Bytes that are no UTF-8 come out as `NO_UTF8`,
    which no JSON may hold, so that no decoder can pass over them.
    """
    return io.BufferedReader(_Lines(chunks, limit), CHUNK)


def batches_of(chunks: Iterator[bytes], limit: int = LINE_LIMIT) -> Iterator[list[bytes]]:
    """The lines of *chunks* in lists, a list a piece, as `lines_of` gives them but without their newlines.

    Faster than a reader of lines by a tenth of what decoding them costs.
    """
    source, parts = _Lines(chunks, limit), list[bytes]()  # parts of a line that is not over
    while piece := source.next_piece():
        parts.append(piece)
        if b"\n" in piece:
            lines = b"".join(parts).split(b"\n")
            parts = [lines.pop()]
            yield lines
    last = b"".join(parts)
    if last:
        yield [last]
