"""Filters that write numbers and money the way a place does.

Source: liquid §3, Numbers: Customer.io docs, Liquid tag list; Babel's data reproduces the documented results.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import format_currency, format_decimal, get_currency_precision, get_territory_currencies

from mailwright.dialect.js_values import number_of, number_text, text_of
from mailwright.dialect.ruby_values import RubyError

DEFAULT_LOCALE, DEFAULT_CURRENCY = "en-US", "USD"
_ALIASES = {"zh-YUE": "yue", "mo": "ro-MD"}
MAX_FRACTION = Decimal("0.001")


@lru_cache(maxsize=256)
def locale_of(name: str) -> Locale:
    """The locale called *name*, or the nearest one that is known.

    Raises: RubyError when there is none.
    """
    if len(name) > 35:
        raise RubyError("Incorrect locale information provided")
    parts = _ALIASES.get(name, name).replace("_", "-").split("-")
    while parts:
        try:
            return Locale.parse("-".join(parts), sep="-")
        except (UnknownLocaleError, ValueError):
            parts.pop()
    raise RubyError("Incorrect locale information provided")


@lru_cache(maxsize=256)
def currency_of(name: str) -> str:
    """The currency that goes with the locale *name*: that of its territory.

    Source: Customer.io docs, Liquid tag list: a locale alone implies its currency.
    """
    locale = locale_of(name)
    territory = locale.territory
    if territory is None:
        likely = get_global("likely_subtags").get(str(locale), "")
        territory = likely.rsplit("_", 1)[-1]
    found = get_territory_currencies(territory) if len(territory) == 2 else []
    return str(found[0]) if found else DEFAULT_CURRENCY


def _amount(value: object) -> Decimal | None:
    number = number_of(value)
    return Decimal(repr(number)) if math.isfinite(number) else None


def _money(value: object, locale: object, code: object, places: int | None) -> str:
    name = text_of(locale)[:40] or DEFAULT_LOCALE
    currency = text_of(code).upper() or currency_of(name)
    amount = _amount(value)
    if amount is None:
        return text_of(value) if isinstance(value, str) else number_text(number_of(value))
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        raise RubyError("Invalid currency code")
    digits = get_currency_precision(currency) if places is None else places
    rounded = amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) if abs(amount) < 10**20 else amount
    where = locale_of(name)
    if places is None:
        return str(format_currency(rounded, currency, locale=where))
    pattern = where.currency_formats["standard"].pattern
    return str(format_currency(rounded, currency, _without_decimals(pattern), locale=where, currency_digits=False))


def _without_decimals(pattern: str) -> str:
    return pattern.replace(".00", "")


def currency(value: object, locale: object = None, code: object = None) -> str:
    """The number as money; the locale alone implies its currency, a code stands only behind a locale."""
    return _money(value, locale, code, None)


def rounded_currency(value: object, locale: object = None, code: object = None) -> str:
    """The number as money, rounded to whole units."""
    return _money(value, locale, code, 0)


def legacy_currency(value: object, locale: object = None) -> str:
    """The number as money in legacy, where a locale is the only argument."""
    return _money(value, locale, None, None)


def legacy_rounded_currency(value: object, locale: object = None) -> str:
    """The number as money in legacy, rounded to whole units."""
    return _money(value, locale, None, 0)


def format_number(value: object, locale: object = None) -> str:
    """The number with the separators of a place and at most three decimals."""
    amount = _amount(value)
    if amount is None:
        return text_of(value) if isinstance(value, str) else number_text(number_of(value))
    if abs(amount) < 10**20:
        amount = amount.quantize(MAX_FRACTION, ROUND_HALF_UP)
    return str(format_decimal(amount, locale=locale_of(text_of(locale)[:40] or DEFAULT_LOCALE)))
