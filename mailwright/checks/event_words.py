"""What names and values say by themselves: how a name is written, whether it is nearly another, what it gives away.

Schemas and logs are held to the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

CONVENTIONS = {
    "snake_case": re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*"),
    "Title Case": re.compile(r"[A-Z][A-Za-z0-9]*( [A-Z0-9][A-Za-z0-9]*)*"),
    "camelCase": re.compile(r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)*"),
    "kebab-case": re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*"),
}
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_]+")
_CLICKS = frozenset(
    {"click", "clicked", "clicks", "tap", "tapped", "hover", "hovered", "scroll", "scrolled", "keypress", "keydown"}
    | {"mousedown", "mouseover", "focus", "blur", "swipe", "swiped", "press", "pressed", "button"}
)
_SECRET_NAMES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "a secret",
        re.compile(r"(^|_)(password|passwd|pwd|secret|api_?key|access_?token|auth_?token|private_?key|pin)(_|$)"),
    ),
    ("a token", re.compile(r"(^|_)(token|jwt|bearer|session_?id|csrf)(_|$)")),
    ("card data", re.compile(r"(^|_)(card_?number|credit_?card|pan|cvv|cvc|card_?expiry|iban|account_?number)(_|$)")),
    (
        "an official number",
        re.compile(r"(^|_)(ssn|social_?security|passport|national_?id|tax_?id|driver_?licen[sc]e)(_|$)"),
    ),
    (
        "health data",
        re.compile(r"(^|_)(diagnos[ie]s|medication|prescription|disease|blood_?type|allergy|allergies)(_|$)"),
    ),
)
_JWT = re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}")
_KEY = re.compile(r"(?:sk|pk|rk|ghp|gho|xox[abp]|sa)_(?:live|test|sandbox)?_?[A-Za-z0-9]{16,}|AKIA[0-9A-Z]{16}")
_CARD = re.compile(r"(?<![\d.])(?:\d[ -]?){12,18}\d(?![\d.])")
_SSN = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?![A-Z0-9])")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?")
EARLIEST_MS = 100_000_000_000
"""Read as Unix seconds it is the year 5138: whoever sends so much means milliseconds."""


def follows(name: str, convention: str) -> bool:
    """Whether a name is written as the convention has it; any name follows `any`."""
    pattern = CONVENTIONS.get(convention)
    return pattern is None or pattern.fullmatch(name.strip()) is not None


def renamed(name: str, convention: str) -> str:
    """The name as the convention would have it."""
    parts = words_of(name)
    match convention:
        case "snake_case":
            return "_".join(parts)
        case "kebab-case":
            return "-".join(parts)
        case "Title Case":
            return " ".join(part.capitalize() for part in parts)
        case "camelCase":
            return "".join(part if place == 0 else part.capitalize() for place, part in enumerate(parts))
        case _:
            return name


def words_of(name: str) -> list[str]:
    """The words of a name, in lower case."""
    return [part.lower() for part in _PARTS.findall(name)]


def is_nearly(one: str, other: str) -> bool:
    """Whether two different names are the same words written otherwise, or one letter of a word is off."""
    mine, theirs = "".join(words_of(one)), "".join(words_of(other))
    if mine == theirs:
        return one != other
    if min(len(mine), len(theirs)) < 8 or abs(len(mine) - len(theirs)) > 1:
        return False
    if len(words_of(one)) == len(words_of(other)) and _are_opposites(words_of(one), words_of(other)):
        return False
    return _one_edit(mine, theirs)


def _are_opposites(mine: list[str], theirs: list[str]) -> bool:
    """Short words that differ are other words (on, off, v1, v2), not a slip."""
    return any(
        a != b and (min(len(a), len(b)) < 4 or a.isdigit() or b.isdigit()) for a, b in zip(mine, theirs, strict=True)
    )


def _one_edit(mine: str, theirs: str) -> bool:
    from difflib import SequenceMatcher  # few names are so near each other

    blocks = SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes()
    edits = [(end - start, stop - begin) for what, start, end, begin, stop in blocks if what != "equal"]
    if sum(max(edit) for edit in edits) == 1:
        return True
    return (
        len(mine) == len(theirs)
        and sorted(mine) == sorted(theirs)
        and sum(a != b for a, b in zip(mine, theirs, strict=True)) == 2
    )


def near_pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """Each pair of names that are nearly the same, the later one second."""
    known: list[str] = []
    found = []
    for name in names:
        found += [(other, name) for other in known if is_nearly(other, name)]
        known.append(name)
    return found


def is_click_like(name: str) -> bool:
    """Whether a name tells what a finger did and not what a person achieved."""
    return not _CLICKS.isdisjoint(words_of(name))


def sensitive_by_name(name: str) -> str:
    """What a property of that name would give away; empty: nothing."""
    written = "_".join(words_of(name))
    return next((what for what, pattern in _SECRET_NAMES if pattern.search(written)), "")


def sensitive_by_value(value: Any) -> str:
    """What a value gives away; empty: nothing that can be seen.

    A number is taken for a card only if its check digit fits.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value)
    if len(text) > 4000:
        text = text[:4000]
    if isinstance(value, str) and (_JWT.search(text) or _KEY.search(text)):
        return "a token or key"
    if any(_fits_luhn(re.sub(r"\D", "", found)) for found in _CARD.findall(text)):
        return "a card number"
    if isinstance(value, str):
        if _SSN.search(text):
            return "a social security number"
        if any(_fits_iban(found.replace(" ", "")) for found in _IBAN.findall(text)):
            return "a bank account"
    return ""


def _fits_luhn(digits: str) -> bool:
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1 or digits[0] not in "3456":
        return False
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        total += digit if place % 2 == 0 else (digit * 2 - 9 if digit > 4 else digit * 2)
    return total % 10 == 0


def _fits_iban(account: str) -> bool:
    if not 15 <= len(account) <= 34:
        return False
    moved = account[4:] + account[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def time_written_as(value: Any) -> str:
    """`milliseconds` or `ISO text` for a value that is a time in another form than Unix seconds; else empty."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float) and abs(value) >= EARLIEST_MS:
        return "milliseconds"
    if isinstance(value, str):
        if value.isdigit() and len(value) in (13, 16):
            return "milliseconds"
        if _ISO.fullmatch(value.strip()):
            return "ISO text"
    return ""


def is_time_name(name: str) -> bool:
    """Whether a property of that name should hold a time."""
    parts = words_of(name)
    return bool(parts) and (parts[-1] in ("at", "timestamp", "time", "datetime") or parts[-2:] == ["on", "date"])
