"""Which dialect knows which filter.

Source: liquid §3 and §1, upgrade differences.
Assumed: legacy knows every documented filter but those that the upgrade page calls new, and `*_last`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from mailwright.dialect.faults import Dialect
from mailwright.dialect.filters import arrays, dates, encoding, expressions, legacy, numbers, text


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter's function, whether it gets the render's state first, and how many arguments it can take."""

    function: Callable[..., object]
    with_state: bool
    most: int


def filter_of(function: Callable[..., object]) -> Filter:
    """*function* as a filter; arguments beyond its own are dropped, as the engines drop them."""
    parameters = list(inspect.signature(function).parameters.values())
    with_state = parameters[0].name == "state"
    rest = len(parameters) - 1 - with_state
    open_ended = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters)
    return Filter(function, with_state, 50 if open_ended else rest)


def _money(name: str) -> Callable[..., object]:
    """A filter that imports Babel's data only when a template first asks for money."""

    def run(value: object, locale: object = None, code: object = None) -> object:
        from mailwright.dialect.filters import money

        made: Callable[..., object] = getattr(money, name)
        return made(value, locale, code) if name in ("currency", "rounded_currency") else made(value, locale)

    return run


_SHARED: dict[str, Callable[..., object]] = {
    "titlecase": text.titlecase,
    "strip": text.strip,
    "lstrip": text.lstrip,
    "rstrip": text.rstrip,
    "normalize_whitespace": text.normalize_whitespace,
    "slice": text.slice_,
    "slugify": text.slugify,
    "number_of_words": text.number_of_words,
    "array_to_sentence_string": text.array_to_sentence_string,
    "pluralize": text.pluralize,
    "xml_escape": encoding.escape,
    "url_decode": encoding.url_decode,
    "cgi_escape": encoding.cgi_escape,
    "uri_escape": encoding.uri_escape,
    "md5": encoding.md5,
    "sha1": encoding.sha1,
    "sha256": encoding.sha256,
    "hmac_sha1": encoding.hmac_sha1,
    "hmac_sha256": encoding.hmac_sha256,
    "hex_base64": encoding.hex_base64,
    "base64": encoding.base64_encode,
    "base64_encode": encoding.base64_encode,
    "base64_decode": encoding.base64_decode,
    "base64_url_safe_encode": encoding.base64_url_safe_encode,
    "base64_url_safe_decode": encoding.base64_decode,
    "format_number": _money("format_number"),
    "random": numbers.random,
    "compact": arrays.compact,
    "reverse": arrays.reverse,
    "push": arrays.push,
    "pop": arrays.pop,
    "shift": arrays.shift,
    "unshift": arrays.unshift,
    "limit": arrays.limit,
    "where_exp": expressions.where_exp,
    "find_exp": expressions.find_exp,
    "group_by": arrays.group_by,
    "group_by_exp": expressions.group_by_exp,
    "date_to_string": dates.date_to_string,
    "date_to_long_string": dates.date_to_long_string,
    "date_to_rfc822": dates.date_to_rfc822,
    "date_to_xmlschema": dates.date_to_xmlschema,
    "add_day": dates.add_day,
    "add_month": dates.add_month,
    "add_year": dates.add_year,
    "subtract_day": dates.subtract_day,
    "subtract_month": dates.subtract_month,
    "subtract_year": dates.subtract_year,
}
_LATEST: dict[str, Callable[..., object]] = {
    **_SHARED,
    "append": text.append,
    "prepend": text.prepend,
    "capitalize": text.capitalize,
    "upcase": text.upcase,
    "downcase": text.downcase,
    "truncate": text.truncate,
    "truncatewords": text.truncatewords,
    "replace": text.replace,
    "replace_first": text.replace_first,
    "replace_last": text.replace_last,
    "remove": text.remove,
    "remove_first": text.remove_first,
    "remove_last": text.remove_last,
    "split": text.split,
    "strip_newlines": text.strip_newlines,
    "newline_to_br": text.newline_to_br,
    "strip_html": text.strip_html,
    "escape": encoding.escape,
    "escape_once": encoding.escape_once,
    "url_encode": encoding.url_encode,
    "plus": numbers.plus,
    "minus": numbers.minus,
    "times": numbers.times,
    "divided_by": numbers.divided_by,
    "modulo": numbers.modulo,
    "abs": numbers.abs_,
    "ceil": numbers.ceil,
    "floor": numbers.floor,
    "round": numbers.round_,
    "at_least": numbers.at_least,
    "at_most": numbers.at_most,
    "currency": _money("currency"),
    "rounded_currency": _money("rounded_currency"),
    "join": arrays.join,
    "first": arrays.first,
    "last": arrays.last,
    "concat": arrays.concat,
    "map": arrays.map_,
    "sort": arrays.sort,
    "sort_natural": arrays.sort_natural,
    "sum": arrays.sum_,
    "uniq": arrays.uniq,
    "where": arrays.where,
    "where_not": arrays.where_not,
    "find": arrays.find,
    "json_array_uniq": arrays.json_array_uniq,
    "size": arrays.size,
    "json": arrays.to_json,
    "to_json": arrays.to_json,
    "from_json": arrays.from_json,
    "default": arrays.default,
    "date": dates.date,
    "htmlencode": encoding.escape,  # deprecated here, and still there
    "timezone": dates.timezone,  # deprecated likewise
}
_LEGACY: dict[str, Callable[..., object]] = {
    **_SHARED,
    "append": legacy.append,
    "prepend": legacy.prepend,
    "capitalize": legacy.capitalize,
    "upcase": legacy.upcase,
    "downcase": legacy.downcase,
    "truncate": legacy.truncate,
    "truncatewords": legacy.truncatewords,
    "replace": legacy.replace,
    "replace_first": legacy.replace_first,
    "remove": legacy.remove,
    "remove_first": legacy.remove_first,
    "split": legacy.split,
    "strip_newlines": legacy.strip_newlines,
    "newline_to_br": legacy.newline_to_br,
    "strip_html": legacy.legacy_strip_html,
    "escape": encoding.legacy_escape,
    "h": encoding.legacy_escape,
    "htmlencode": encoding.htmlencode,
    "escape_once": encoding.legacy_escape_once,
    "url_encode": encoding.legacy_url_encode,
    "plus": legacy.plus,
    "minus": legacy.minus,
    "times": legacy.times,
    "divided_by": legacy.divided_by,
    "modulo": legacy.modulo,
    "abs": legacy.abs_,
    "ceil": legacy.ceil,
    "floor": legacy.floor,
    "round": legacy.round_,
    "at_least": legacy.at_least,
    "at_most": legacy.at_most,
    "currency": _money("legacy_currency"),
    "rounded_currency": _money("legacy_rounded_currency"),
    "join": legacy.join,
    "first": legacy.first,
    "last": legacy.last,
    "concat": legacy.concat,
    "map": legacy.map_,
    "sort": legacy.sort,
    "sort_natural": legacy.sort_natural,
    "sum": legacy.sum_,
    "uniq": legacy.uniq,
    "where": legacy.where,
    "where_not": legacy.where_not,
    "find": legacy.find,
    "size": legacy.size,
    "json": legacy.to_json,
    "to_json": legacy.to_json,
    "from_json": legacy.from_json,
    "date": legacy.date,
    "timezone": legacy.timezone,
}
FILTERS: dict[Dialect, dict[str, Filter]] = {
    Dialect.LATEST: {name: filter_of(function) for name, function in _LATEST.items()},
    Dialect.LEGACY: {name: filter_of(function) for name, function in _LEGACY.items()},
}
DEPRECATED = {"htmlencode": "escape", "timezone": "the second argument of date"}
