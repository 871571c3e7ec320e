"""What a plain YAML scalar is: the core schema of YAML 1.2, without its surprises."""

from __future__ import annotations

import re

PlainScalar = str | int | float | bool | None

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0x[0-9a-fA-F]+\Z|0o[0-7]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")
_NUMBER_STARTS = frozenset("0123456789+-.")
_LARGEST = 2**63 - 1


class NotANumber(Exception):
    """A scalar that looks like a number and is none that can be meant."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def plain_scalar(text: str) -> PlainScalar:
    """The value of an unquoted scalar; `yes`, `no`, `on`, `off` and dates stay text.

    Raises: NotANumber for a number that would lose digits (`007`, beyond 64 bits) or is not finite.
    """
    if text in _NULLS:
        return None
    if text in _TRUTHS:
        return _TRUTHS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    return _number(text)


def _number(text: str) -> str | int | float:
    if _INTEGER.match(text):
        return _integer(text, 10)
    if _BASED.match(text):
        return _integer(text[2:], 16 if text[1] == "x" else 8)
    if _FLOAT.match(text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise NotANumber("this number is too large", "quote it if it is a text")
        return number
    if _NOT_FINITE.match(text):
        raise NotANumber(
            f"{text} is no number that an event or a person can hold", f'quote it if it is a text: "{text}"'
        )
    return text


def _integer(digits: str, base: int) -> int:
    bare = digits.lstrip("+-")
    if base == 10 and len(bare) > 1 and bare[0] == "0":
        raise NotANumber(
            f"{digits[:40]} would lose its leading zero as a number", f'quote it if it is a text: "{digits[:40]}"'
        )
    if len(bare) > 25 or abs(int(digits, base)) > _LARGEST:
        raise NotANumber("this number does not fit in 64 bits", f'quote it if it is a text: "{digits[:40]}"')
    return int(digits, base)
