"""Names of a workspace → slugs: our names for things, the same in every workspace."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

_LONGEST = 80
_VERSION = re.compile(r"(?P<name>.*\S)\s+v(?P<version>[1-9]\d{0,5})\Z")
# Letters that do not decompose into a plain one and a mark.
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "þ": "th", "œ": "oe", "&": " and "})


def slug_of(name: str, otherwise: str = "unnamed") -> str:
    """The slug that a name gives: small letters, digits and dashes; *otherwise* where nothing is left."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    text = "".join(one for one in plain if not unicodedata.combining(one)).replace("'", "").replace("’", "")  # noqa: RUF001  # the apostrophe that people type
    slug = re.sub(r"[^a-z0-9]+", "-", text).strip("-")[:_LONGEST].strip("-")
    return slug or otherwise


def unique_slug(wanted: str, taken: Container[str], number: object = None) -> str:
    """*wanted*, or *wanted* with the thing's own *number*, or with the first count that is free."""
    if wanted not in taken:
        return wanted
    if number is not None and f"{wanted}-{number}" not in taken:
        return f"{wanted}-{number}"
    count = 2
    while f"{wanted}-{count}" in taken:
        count += 1
    return f"{wanted}-{count}"


def layout_version(name: str) -> tuple[str, int]:
    """A layout's name without its version, and the version: `DS Default v2` is version 2; without one it is 1."""
    found = _VERSION.match(name)
    return (found["name"], int(found["version"])) if found else (name, 1)
