"""How the latest engine, which is JavaScript, prints, compares and counts values.

Source: liquid §4, §6, executed on LiquidJS 10.13 to 10.30 with strict variables and lenient conditions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from json.encoder import encode_basestring

from mailwright.dialect.faults import LimitHit

SAFE_INTEGER = 2**53
MISSING = object()
PIECES = 500_000  # how many values one text may be made of; a list that holds itself twice, again and again, has more

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)")
_BASED = re.compile(r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+")


class Budget:
    """Counts the pieces a nested value is walked in, and stops a walk that would not end."""

    __slots__ = ("left", "limit")

    def __init__(self, limit: str = "output_bytes") -> None:
        self.left = PIECES
        self.limit = limit

    def spend(self) -> None:
        """Count one piece.

        Raises: LimitHit when there were too many.
        """
        self.left -= 1
        if self.left < 0:
            raise LimitHit(self.limit)


def number_text(value: float) -> str:
    """A number as JavaScript prints it: every number is binary floating point."""
    if isinstance(value, int):
        if -SAFE_INTEGER < value < SAFE_INTEGER:
            return str(value)
        try:
            value = float(value)
        except OverflowError:
            return "Infinity" if value > 0 else "-Infinity"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    text = repr(value)
    mantissa, _, exponent = text.partition("e")
    power = int(exponent) if exponent else 0
    if value.is_integer() and abs(value) < 1e21:
        return mantissa.removesuffix(".0") if not exponent else _positional(mantissa, power)
    if not exponent:
        return text
    return (
        _positional(mantissa, power)
        if power >= -7 and abs(value) >= 1e-6 and power < 0
        else _scientific(mantissa, power)
    )


def _scientific(mantissa: str, power: int) -> str:
    return f"{mantissa.removesuffix('.0')}e{'+' if power >= 0 else '-'}{abs(power)}"


def _positional(mantissa: str, power: int) -> str:
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, part = mantissa.lstrip("-").removesuffix(".0").partition(".")
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{whole}{part}"
    return sign + whole + part.ljust(power, "0")


def text_of(value: object) -> str:
    """*value* as an output prints it: lists run together, objects say nothing of themselves."""
    if value.__class__ is str:
        return value
    if value is None:
        return ""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, list):
        return "".join(_leaves(value, Budget()))
    return value if isinstance(value, str) else "[object Object]"


def _leaves(values: list[object], budget: Budget) -> Iterator[str]:
    for value in values:
        budget.spend()
        if isinstance(value, list):
            yield from _leaves(value, budget)
        else:
            yield text_of(value)


def string_of(value: object, budget: Budget | None = None) -> str:
    """*value* as `String(value)` gives it: the items of a list stand between commas."""
    if value is None:
        return "null"
    if isinstance(value, list):
        return joined(value, ",", budget)
    return text_of(value)


def joined(values: list[object], separator: str, budget: Budget | None = None) -> str:
    """The items with *separator* between; a null item is empty."""
    budget = budget or Budget()
    pieces = []
    for value in values:
        budget.spend()
        pieces.append("" if value is None else string_of(value, budget))
    return separator.join(pieces)


def number_of(value: object) -> float:
    """`Number(value)`: NaN for what is no number."""
    if value is None:
        return 0
    if isinstance(value, (int, float)):
        return value + 0  # true counts as 1
    if isinstance(value, list):
        return number_of(string_of(value))
    if not isinstance(value, str):
        return math.nan
    text = value.strip()
    if not text:
        return 0
    if _NUMBER.fullmatch(text):
        whole = text.lstrip("+-").isdecimal()
        return int(text) if whole and len(text) < 17 else float(text)
    if _BASED.fullmatch(text):
        return float(int(text, 0)) if len(text) < 300 else math.inf
    if text.lstrip("+-") == "Infinity" and len(text) <= 9:
        return -math.inf if text[0] == "-" else math.inf
    return math.nan


def counted(value: object) -> float:
    """The number a math filter sees: zero for what is no number."""
    if value.__class__ is int:
        return value
    number = number_of(value)
    return 0 if is_nan(number) else number


def is_nan(number: float) -> bool:
    """The number is none; a whole one of any size is."""
    return isinstance(number, float) and math.isnan(number)


def truthy(value: object) -> bool:
    """Everything but null and false, the empty string and zero included."""
    return value is not None and value is not False


def js_truthy(value: object) -> bool:
    """What JavaScript itself takes for true, as the `_exp` filters do."""
    if isinstance(value, (int, float)):
        return value != 0 and not is_nan(value)
    return value is not None and value != ""


def equal(left: object, right: object, budget: Budget | None = None) -> bool:
    """`===`: no equality across types; lists by their items, objects by identity."""
    if isinstance(left, list) and isinstance(right, list):
        budget = budget or Budget()
        budget.spend()
        return left is right or (
            len(left) == len(right) and all(equal(a, b, budget) for a, b in zip(left, right, strict=True))
        )
    if isinstance(left, (bool, list, Mapping)) or isinstance(right, (bool, list, Mapping)):
        return left is right
    if isinstance(left, str) or isinstance(right, str):
        return left.__class__ is right.__class__ and left == right
    return left == right


def is_empty(value: object) -> bool:
    """`== empty`: a text, list or object without content."""
    return isinstance(value, (str, list, Mapping)) and not value


def is_blank(value: object) -> bool:
    """`== blank`: empty, null, false or nothing but white space."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is False or is_empty(value)


def ordered(left: object, right: object) -> tuple[float, float] | tuple[str, str]:
    """Both sides as what JavaScript compares: two texts, or two numbers."""
    if isinstance(left, str) and isinstance(right, str):
        return sort_text(left), sort_text(right)
    if isinstance(left, (list, Mapping)) and isinstance(right, (str, list, Mapping)):
        return string_of(left), string_of(right)
    return number_of(left), number_of(right)


def sort_text(text: str) -> str:
    """A text that sorts as its UTF-16 units do."""
    return text if max(text, default="") < "\ud800" else text.encode("utf-16-be", "surrogatepass").decode("latin-1")


def contains(left: object, right: object) -> bool:
    """A text within a text, an item within a list; an object contains nothing."""
    if isinstance(left, str):
        return bool(left) and (right if isinstance(right, str) else string_of(right)) in left
    return isinstance(left, list) and any(equal(item, right) for item in left)


def units(text: str) -> int:
    """The length of a text in UTF-16 units: an emoji counts two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, start: int | None, end: int | None) -> str:
    """The UTF-16 units of a text from *start* to *end*, counted as JavaScript's `slice` does."""
    if units(text) == len(text):
        return text[start:end]
    data = text.encode("utf-16-le", "surrogatepass")
    begin, stop, _ = slice(start, end).indices(len(data) // 2)
    return data[begin * 2 : max(begin, stop) * 2].decode("utf-16-le", "replace")


def list_of(value: object) -> list[object]:
    """What an array filter works on: one thing counts as a list of one, null as none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def items_of(value: object) -> list[object]:
    """What `for` walks: items of a list, pairs of an object, a text as one item."""
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, Mapping):
        return [[key, item] for key, item in value.items()]
    return []


def read(value: object, key: object, bracketed: bool = False) -> object:
    """What *key* names inside *value*, or MISSING; anything inside null is null.

    Assumed: `length` of texts and lists may be read, since the open engine reads own properties.
    """
    if value is None:
        return None
    if isinstance(value, list):
        return _read_list(value, key)
    if isinstance(value, str):
        if key in ("size", "length"):
            return units(value)
        index = _index(key)
        return value[index] if index is not None and 0 <= index < len(value) else MISSING
    if isinstance(value, Mapping):
        name = key if isinstance(key, str) else string_of(key)
        found = value.get(name, MISSING)
        if found is MISSING and name == "size":
            return len(value)
        return found
    return MISSING


def _read_list(value: list[object], key: object) -> object:
    if key in ("size", "length"):
        return len(value)
    if key == "first" or key == "last":
        return value[0 if key == "first" else -1] if value else MISSING
    index = _index(key)
    if index is None:
        return MISSING
    if index < 0:
        index += len(value)
    return value[index] if 0 <= index < len(value) else MISSING


def _index(key: object) -> int | None:
    if isinstance(key, bool):
        return None
    if isinstance(key, (int, float)):
        return int(key) if abs(key) < SAFE_INTEGER and key == int(key) else None
    if isinstance(key, str) and key.lstrip("-").isdecimal() and len(key) < 16:
        return int(key)
    return None


def json_text(value: object, indent: int = 0) -> str:
    """*value* as `JSON.stringify` writes it, indented by up to ten spaces."""
    return "".join(_json_pieces(value, " " * max(0, min(indent, 10)), "\n", Budget()))


def _json_pieces(value: object, step: str, line: str, budget: Budget) -> Iterator[str]:
    budget.spend()
    if value is None or isinstance(value, bool):
        yield {None: "null", True: "true", False: "false"}[value]
    elif isinstance(value, (int, float)):
        yield number_text(value) if math.isfinite(value) else "null"
    elif isinstance(value, str):
        yield encode_basestring(value)
    elif isinstance(value, (list, Mapping)):
        opening, closing = "[]" if isinstance(value, list) else "{}"
        if not value:
            yield opening + closing
            return
        inner = line + step if step else ""
        separator = opening + inner
        entries = value.items() if isinstance(value, Mapping) else ((None, item) for item in value)
        for key, item in entries:
            yield separator
            if key is not None:
                yield encode_basestring(str(key)) + (": " if step else ":")
            yield from _json_pieces(item, step, line + step, budget)
            separator = "," + inner
        yield (line if step else "") + closing
    else:
        yield "{}"
