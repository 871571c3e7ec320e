"""Data that have given values at given paths: as a person would write them, where that is possible."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from simulator.paths import EACH, Piece, path_pieces, values_at
from simulator.proofs.probes import ABSENT, Elements


class NoShape(Exception):
    """No data have all these values at once."""


class _Clash(Exception):
    """Two paths want different things of one place."""


def data_with(values: Mapping[str, Any]) -> dict[str, Any]:
    """Data with these values at these paths, nested where it goes; else some keys are written with the dots in them.

    Raises: NoShape when two paths through one list want different lists.
    """
    for whole_keys in (False, True):
        try:
            data = _built(values, whole_keys=whole_keys)
        except _Clash:
            continue
        if all(_leads_to(data, path, value) for path, value in values.items()):
            return data
    raise NoShape


def _built(values: Mapping[str, Any], *, whole_keys: bool) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for path in sorted(values, key=lambda path: len(path_pieces(path))):
        value = deepcopy(values[path])
        if values[path] is ABSENT or (isinstance(value, Elements) and not value.values):
            continue
        if isinstance(value, Elements):
            if whole_keys and len(value.values) == 1:
                data[path] = value.values[0]
                continue
            for one in value.values:
                _put(data, path_pieces(path), one)
        elif whole_keys or len(path_pieces(path)) == 1:
            data[path] = value
        else:
            _put(data, path_pieces(path), value)
    return data


def _put(inside: Any, pieces: tuple[Piece, ...], value: Any) -> None:
    """Lay *value* where the pieces lead, making what is missing on the way."""
    piece, rest = pieces[0], pieces[1:]
    made: Any = value if not rest else [] if isinstance(rest[0], int) else {}
    if isinstance(piece, str):
        if not isinstance(inside, dict):
            raise _Clash
        if rest and piece in inside:
            made = inside[piece]
        inside[piece] = made
    else:
        if not isinstance(inside, list) or (piece != EACH and piece != len(inside)):
            raise _Clash
        inside.append(made)
    if rest:
        _put(made, rest, value)


def _leads_to(data: Mapping[str, Any], path: str, value: Any) -> bool:
    found = list(values_at(data, path))
    if isinstance(value, Elements):
        return _names(found) == _names(value.values)
    wanted = [] if value is ABSENT else [value]
    if isinstance(value, dict):  # another path may have laid something into it
        return len(found) == 1 and isinstance(found[0], dict)
    return _names(found) == _names(wanted)


def _names(values: list[Any]) -> list[str]:
    return sorted(map(repr, values))
