"""Filters that mean something else in the legacy engine, which is Ruby.

Source: liquid §1, upgrade differences, §3; Customer.io's fork of Liquid 2.5, its standard filters and tests.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping

from mailwright.dialect.filters.instants import MAX_DATE, Instant, at_zone, instant_of, is_valid
from mailwright.dialect.filters.strftime import strftime
from mailwright.dialect.filters.text import bounded, strip_html
from mailwright.dialect.js_values import MISSING, Budget, json_text
from mailwright.dialect.ruby_values import (
    RubyError,
    RubyRange,
    class_name,
    flat,
    inspected_briefly,
    integer_of,
    number_of,
    read,
    same,
    text_of,
    truthy,
)
from mailwright.dialect.state import State

MAX_BITS = 3_000  # a whole number beyond that is no figure of a mail


class ZonedTime:
    """What `timezone` gives: an instant in a zone, which `date` prints."""

    __slots__ = ("instant",)

    def __init__(self, instant: Instant) -> None:
        self.instant = instant

    def __str__(self) -> str:
        return strftime(self.instant, "%Y-%m-%d %H:%M:%S %z", legacy=True)


def append(value: object, tail: object = None) -> str:
    """The text with *tail* behind it."""
    return text_of(value) + text_of(tail)


def prepend(value: object, head: object = None) -> str:
    """The text with *head* before it."""
    return text_of(head) + text_of(value)


def upcase(value: object) -> str:
    """All letters large."""
    return text_of(value).upper()


def downcase(value: object) -> str:
    """All letters small."""
    return text_of(value).lower()


def capitalize(value: object) -> str:
    """The first letter large, all others small."""
    text = text_of(value)
    return text[:1].upper() + text[1:].lower()


def replace(value: object, pattern: object = "", replacement: object = "") -> str:
    """Every *pattern* replaced."""
    text, sought, new = text_of(value), text_of(pattern), text_of(replacement)
    bounded(len(text) + (text.count(sought) if sought else len(text) + 1) * len(new))
    return text.replace(sought, new)


def replace_first(value: object, pattern: object = "", replacement: object = "") -> str:
    """The first *pattern* replaced."""
    return text_of(value).replace(text_of(pattern), text_of(replacement), 1)


def remove(value: object, pattern: object = "") -> str:
    """The text without any *pattern*."""
    return text_of(value).replace(text_of(pattern), "")


def remove_first(value: object, pattern: object = "") -> str:
    """The text without the first *pattern*."""
    return text_of(value).replace(text_of(pattern), "", 1)


def truncate(value: object, length: object = 50, ending: object = "...") -> object:
    """At most *length* characters, the ending counted in."""
    if value is None:
        return None
    text, end, most = text_of(value), text_of(ending), integer_of(length)
    return text[: max(0, most - len(end))] + end if len(text) > most else value


def truncatewords(value: object, words: object = 15, ending: object = "...") -> object:
    """The first words, with the ending also when there are exactly as many."""
    if value is None:
        return None
    parts, most = text_of(value).split(), max(1, integer_of(words))
    return " ".join(parts[:most]) + text_of(ending) if len(parts) >= most else value


def split(value: object, separator: object = " ") -> list[str]:
    """The parts between separators as Ruby splits: a lone space stands for any white space."""
    text, by = text_of(value), text_of(separator)
    parts = text.split() if by == " " else text.split(by) if by else list(text)
    while parts and parts[-1] == "":
        parts.pop()
    return parts


def strip_newlines(value: object) -> str:
    """The text without line ends."""
    return text_of(value).replace("\n", "")


def newline_to_br(value: object) -> str:
    """A line break tag before each line end."""
    text = text_of(value)
    bounded(len(text) + 6 * text.count("\n"))
    return text.replace("\n", "<br />\n")


def legacy_strip_html(value: object) -> str:
    """The text without tags."""
    return strip_html(text_of(value))


def size(value: object) -> int:
    """The length of a text, list, object or range; a whole number has the eight bytes Ruby keeps it in."""
    if isinstance(value, (str, list, Mapping)):
        return len(value)
    if isinstance(value, RubyRange):
        return max(0, value.high - value.low + 1)
    return 8 if isinstance(value, int) and not isinstance(value, bool) else 0


def join(value: object, separator: object = " ") -> str:
    """The items of all nested lists with *separator* between."""
    glue, items = text_of(separator), [text_of(item) for item in flat(value)]
    bounded(len(glue) * len(items))
    return glue.join(items)


def first(value: object) -> object:
    """The first item."""
    return None if (found := read(value, "first")) is MISSING else found


def last(value: object) -> object:
    """The last item."""
    return None if (found := read(value, "last")) is MISSING else found


def _property(item: object, name: object) -> object:
    found = read(item, text_of(name), True)
    return None if found is MISSING else found


def map_(value: object, name: object = "") -> object:
    """What each item holds under *name*; nothing when the first holds nothing."""
    items = list(flat(value))
    if not items or _property(items[0], name) is None:
        return None
    return [_property(item, name) for item in items]


def _key(value: object) -> tuple[int, float | str]:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise RubyError(f"comparison of {class_name(value)} failed")
    return (0, value) if not isinstance(value, str) else (1, value)


def _in_order(items: list[object], keys: list[object]) -> list[object]:
    if len(items) < 2:
        return items
    pairs = [(_key(key), position) for position, key in enumerate(keys)]
    if len({kind for (kind, _), _ in pairs}) > 1:
        texts = next(key for key in keys if isinstance(key, str))
        number = next(key for key in keys if not isinstance(key, str))
        raise RubyError(f"comparison of {class_name(texts)} with {inspected_briefly(number)} failed")
    return [items[position] for _, position in sorted(pairs)]


def sort(value: object, name: object = None) -> object:
    """The items in order, capital letters first.

    Raises: RubyError for nulls and for texts among numbers.
    """
    items = list(flat(value))
    if name is None:
        return _in_order(items, items)
    if not items or _property(items[0], name) is None:
        return None
    return _in_order(items, [_property(item, name) for item in items])


def sort_natural(value: object, name: object = None) -> object:
    """The items in order whatever the size of their letters, nulls last."""
    items = list(flat(value))
    keys = [item if name is None else _property(item, name) for item in items]
    order = sorted(range(len(items)), key=lambda at: (keys[at] is None, text_of(keys[at]).lower()))
    return [items[at] for at in order]


def sum_(value: object, name: object = None) -> object:
    """The items added up in Ruby's way, which joins texts.

    Raises: RubyError for texts among numbers.
    """
    items = [item if name is None else _property(item, name) for item in flat(value)]
    if items and all(isinstance(item, str) for item in items):
        return "".join(text_of(item) for item in items)
    total: float = 0
    for item in items:
        if isinstance(item, bool) or not isinstance(item, (int, float)):
            raise RubyError(f"{class_name(item)} can't be coerced into Integer")
        total += item
    return total


def concat(value: object, other: object = None) -> list[object]:
    """Both lists in a row.

    Raises: RubyError when the second is no list.
    """
    if not isinstance(other, list):
        raise RubyError("concat filter requires an array argument")
    return [*flat(value), *other]


def uniq(value: object) -> list[object]:
    """The items without repetitions, by content."""
    kept: list[object] = []
    seen: set[str] = set()
    for item in flat(value):
        key = f"{class_name(item)} {json_text(item)}"
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept


def where(value: object, name: object = "", expected: object = MISSING) -> list[object]:
    """The items that hold *expected* under *name*, or anything true when no value is given."""
    return [item for item in flat(value) if _holds(item, name, expected)]


def where_not(value: object, name: object = "", expected: object = MISSING) -> list[object]:
    """The items that `where` leaves out."""
    return [item for item in flat(value) if not _holds(item, name, expected)]


def find(value: object, name: object = "", expected: object = MISSING) -> object:
    """The first item that `where` keeps."""
    return next((item for item in flat(value) if _holds(item, name, expected)), None)


def _holds(item: object, name: object, expected: object) -> bool:
    found = _property(item, name)
    return truthy(found) if expected is MISSING else same(found, expected, Budget())


def _whole_bounded(*numbers: float) -> None:
    """Refuse whole numbers of a size that no mail prints.

    Raises: LimitHit by way of `bounded`.
    """
    bits = sum(number.bit_length() for number in numbers if isinstance(number, int))
    if bits > MAX_BITS:
        bounded(10**9)


def plus(value: object, other: object = 0) -> float:
    """The sum."""
    a, b = number_of(value), number_of(other)
    _whole_bounded(a, b)
    return a + b


def minus(value: object, other: object = 0) -> float:
    """The difference."""
    a, b = number_of(value), number_of(other)
    _whole_bounded(a, b)
    return a - b


def times(value: object, other: object = 0) -> float:
    """The product; a float stays a float."""
    a, b = number_of(value), number_of(other)
    _whole_bounded(a, b)
    return a * b


def divided_by(value: object, divisor: object = 0) -> float:
    """The quotient: of two whole numbers a whole one, rounded down.

    Raises: RubyError for a whole number divided by zero.
    """
    a, b = number_of(value), number_of(divisor)
    if isinstance(a, int) and isinstance(b, int):
        if b == 0:
            raise RubyError("divided by 0")
        return a // b
    if b == 0:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)
    return a / b


def modulo(value: object, divisor: object = 0) -> float:
    """The remainder, with the sign of the divisor.

    Raises: RubyError for a whole number divided by zero.
    """
    a, b = number_of(value), number_of(divisor)
    if b == 0:
        if isinstance(a, int) and isinstance(b, int):
            raise RubyError("divided by 0")
        return math.nan
    return a % b


def abs_(value: object) -> float:
    """The number without its sign."""
    return abs(number_of(value))


def ceil(value: object) -> int:
    """The next whole number above."""
    return math.ceil(number_of(value))


def floor(value: object) -> int:
    """The next whole number below."""
    return math.floor(number_of(value))


def round_(value: object, digits: object = 0) -> float:
    """The number with *digits* decimals, halves away from zero."""
    number, places = number_of(value), max(-300, min(300, integer_of(digits)))
    if isinstance(number, int) and places >= 0:
        return number
    scaled = abs(number) * 10.0**places
    rounded = math.copysign(math.floor(scaled + 0.5), number)
    return rounded / 10.0**places if places > 0 else int(rounded * 10**-places)


def at_least(value: object, bound: object = 0) -> float:
    """The number, or *bound* when that is larger."""
    return max(number_of(value), number_of(bound))


def at_most(value: object, bound: object = 0) -> float:
    """The number, or *bound* when that is smaller."""
    return min(number_of(value), number_of(bound))


def _instant(state: State, value: object) -> Instant | None:
    """The instant that *value* stands for; a number or numeric text must be above zero."""
    if isinstance(value, ZonedTime):
        return value.instant
    numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
    if numeric or (isinstance(value, str) and value.isascii() and value.isdigit()):
        seconds = integer_of(value)
        return Instant(seconds * 1000) if seconds > 0 and is_valid(seconds * 1000) else None
    if not isinstance(value, str):
        return None
    if value.lower() in ("now", "today"):
        return Instant(int(state.settings.now.timestamp() * 1000))
    found = instant_of(value, True)
    return None if found is None else Instant(found)


def date(state: State, value: object, form: object = None) -> object:
    """The date in a format; without a format, or when it is no date, the value as it is."""
    text = text_of(form)
    if not text:
        return text_of(value)
    instant = _instant(state, value)
    return value if instant is None else strftime(instant, text, legacy=True)


def timezone(state: State, value: object, zone: object = "UTC") -> object:
    """The instant in a zone: a name, or an offset in hours.

    Raises: RubyError for a zone that does not exist.
    Source: Customer.io docs, Liquid upgrade: numeric offsets are hours here.
    """
    instant, text = _instant(state, value), text_of(zone).strip()[:MAX_DATE]
    if instant is None:
        return value
    if re.fullmatch(r"[+-]?\d{1,2}(?:\.\d+)?", text):
        return ZonedTime(Instant(instant.milliseconds, int(float(text) * 60), ""))
    return ZonedTime(at_zone(instant.milliseconds, text))


def to_json(value: object, indent: object = 0) -> str:
    """The value as JSON; a float keeps its `.0`."""
    if isinstance(value, RubyRange):
        return json_text(text_of(value))
    if integer_of(indent) <= 0:
        return json_text(value)
    return json_text(value, integer_of(indent))


def from_json(value: object) -> object:
    """The value that a JSON text spells; anything else as it is.

    Raises: RubyError for text that is no JSON.
    """
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise RubyError("not valid JSON") from None
