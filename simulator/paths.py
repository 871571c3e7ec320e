"""Paths into event data and attributes: `plan`, `cart.total`, `items[].sku`, `items[0].sku` (semantics R13)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

_PIECE = re.compile(r"\[(\d*)\]")
EACH = -1  # stands for `[]`, any element

Piece = str | int


@lru_cache(maxsize=4096)
def path_pieces(path: str) -> tuple[Piece, ...]:
    """The keys and indexes of *path*; `EACH` for `[]`."""
    pieces: list[Piece] = []
    for part in path.split("."):
        name = _PIECE.split(part, maxsplit=1)[0]
        if name or "[" not in part:
            pieces.append(name)
        pieces += [int(index) if index else EACH for index in _PIECE.findall(part)]
    return tuple(pieces)


def top_key(path: str) -> str:
    """The property of the data itself that *path* starts at."""
    first = path_pieces(path)[0]
    return first if isinstance(first, str) else ""


def is_plain(path: str) -> bool:
    """Whether *path* is a single key."""
    return "." not in path and "[" not in path


def value_getter(path: str) -> Callable[[Mapping[str, Any]], Any]:
    """What gives the one value at *path*, None where there is none; *path* has no `[]`."""
    if is_plain(path):
        return lambda data: data.get(path)
    pieces = path_pieces(path)

    def read(data: Mapping[str, Any]) -> Any:
        # A key that is written with the dots in it wins: attributes may be named so.
        return data[path] if path in data else next(_walk(data, pieces, 0), None)

    return read


def values_at(data: Mapping[str, Any], path: str) -> Iterator[Any]:
    """Every value at *path*; with `[]` one for each element."""
    if path in data:
        yield data[path]
        return
    yield from _walk(data, path_pieces(path), 0)


def _walk(value: Any, pieces: tuple[Piece, ...], at: int) -> Iterator[Any]:
    if at == len(pieces):
        yield value
        return
    piece = pieces[at]
    if isinstance(piece, str):
        if isinstance(value, Mapping) and piece in value:
            yield from _walk(value[piece], pieces, at + 1)
    elif isinstance(value, list):
        if piece == EACH:
            for item in value:
                yield from _walk(item, pieces, at + 1)
        elif piece < len(value):
            yield from _walk(value[piece], pieces, at + 1)
