"""`mailwright.name` in Liquid replaced by a workspace's value, as a push does: Customer.io knows no such name."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PIECES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_PRINTED = re.compile(r"\{\{-?\s*mailwright\.([A-Za-z_]\w*)\s*-?\}\}")
_NAMED = re.compile(r"(?<![\w.])mailwright\.([A-Za-z_]\w*)")


def with_values(source: str, values: Mapping[str, str]) -> str:
    """*source* with every variable's value in its place: as text where it is printed, else as a quoted literal.

    A variable without a value stays, and fails as it does everywhere else.
    """
    if "mailwright." not in source:
        return source
    return _PIECES.sub(lambda found: _piece(found[0], values), source)


def _piece(piece: str, values: Mapping[str, str]) -> str:
    printed = _PRINTED.fullmatch(piece)
    if printed is not None and printed[1] in values and "-" not in (piece[2], piece[-3]):
        value = values[printed[1]]
        # A value that is Liquid itself would be read anew; quoted it stays a text.
        return value if "{{" not in value and "{%" not in value else f"{{{{ {_literal(value)} }}}}"
    return _NAMED.sub(lambda found: _literal(values[found[1]]) if found[1] in values else found[0], piece)


def _literal(value: str) -> str:
    return f"'{value}'" if "'" not in value else f'"{value}"'
