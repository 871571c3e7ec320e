"""The expression grammar of the legacy engine: patterns that take what they know and skip the rest.

Source: liquid §4; Customer.io's fork of Liquid 2.5, its variable, context and condition patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailwright.dialect.expressions import (
    Argument,
    Chain,
    Comparison,
    Constant,
    Expression,
    FilterCall,
    Filtered,
    Keyword,
    Path,
    Span,
)
from mailwright.dialect.faults import Limits, Origin

_QUOTED = r"\"[^\"]*\"|'[^']*'"
FRAGMENT = re.compile(rf"(?:{_QUOTED}|[^\s,|'\"])+")
OPERATOR = re.compile(r"\s*([=!<>a-z_]+)")
PAIR = re.compile(rf"(\w+)\s*:\s*((?:{_QUOTED}|[^\s,|'\"])+)")
_ARGUMENT = re.compile(rf"[:,]\s*((?:{_QUOTED}|[^\s,|'\"])+)|{_QUOTED}")
_FILTER = re.compile(rf"(?:{_QUOTED}|[^|'\"]|['\"])+")
_NAME = re.compile(r"\s*(\w+)")
_WORDS = re.compile(rf"{_QUOTED}|\b(?:and|or)\b|[^\s'\"]+|['\"]")
_PART = re.compile(r"\[[^\]]+\]|[\w\-]+\??")
_INTEGER = re.compile(r"\d{1,400}")
_FLOAT = re.compile(r"\d[\d.]+")
_SPAN = re.compile(r"\((\S+)\.\.(\S+)\)")
_WORD_VALUES = {"nil": "nil", "null": "nil", "blank": "blank", "empty": "empty"}


def value_at(origin: Origin, start: int, end: int, depth: int = 0) -> Expression:
    """The value that the text from *start* to *end* spells; what is no literal is a variable.

    Source: Customer.io's fork, `resolve`: a number with a minus sign is no literal there.
    """
    if depth > Limits().nesting:
        raise origin.place(start, end).limited("nesting", Limits())
    text = origin.source[start:end]
    if text in _WORD_VALUES:
        return Keyword(start, end, _WORD_VALUES[text])  # type: ignore[arg-type]  # the table holds keyword values only
    if text in ("true", "false"):
        return Constant(start, end, text == "true")
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return Constant(start, end, text[1:-1])
    if _INTEGER.fullmatch(text):
        return Constant(start, end, int(text))
    span = _SPAN.fullmatch(text)
    if span is not None:
        low = value_at(origin, start + span.start(1), start + span.end(1), depth + 1)
        high = value_at(origin, start + span.start(2), start + span.end(2), depth + 1)
        return Span(start, end, low, high)
    if _FLOAT.fullmatch(text):
        whole, _, rest = text.partition(".")
        return Constant(start, end, float(f"{whole}.{rest.split('.')[0] or 0}"))
    return _path_at(origin, start, end, depth)


def _path_at(origin: Origin, start: int, end: int, depth: int) -> Expression:
    segments: list[str | int | Expression] = []
    bracketed: list[bool] = []
    for part in _PART.finditer(origin.source, start, end):
        inside = part.group().startswith("[")
        segment: str | int | Expression = part.group()
        if inside:
            found = value_at(origin, part.start() + 1, part.end() - 1, depth + 1)
            plain = (
                isinstance(found, Constant)
                and isinstance(found.value, (str, int))
                and not isinstance(found.value, bool)
            )
            segment = found.value if plain else found  # type: ignore[attr-defined]  # plain segments are constants
        segments.append(segment)
        bracketed.append(inside)
    text = origin.source[start:end]
    if not segments or text == "-":
        return Keyword(start, end, "nil")
    return Path(start, end, tuple(segments), tuple(bracketed), text)


def filtered(origin: Origin, start: int, end: int) -> Filtered | None:
    """A value and its filters; nothing when no value stands here."""
    source = origin.source
    name = FRAGMENT.search(source, start, end)
    if name is None:
        return None
    value = value_at(origin, name.start(), name.end())
    calls: list[FilterCall] = []
    pipe = source.find("|", name.end(), end)
    between = source[name.end() : pipe if pipe >= 0 else end]
    tail = (name.end(), pipe if pipe >= 0 else end) if between.strip() else None
    if pipe >= 0:
        for part in _FILTER.finditer(source, pipe + 1, end):
            called = _NAME.match(source, part.start(), part.end())
            if called is None:
                tail = tail or part.span()
                continue
            arguments = tuple(
                Argument(None, value_at(origin, found.start(1), found.end(1)))
                for found in _ARGUMENT.finditer(source, called.end(), part.end())
                if found.group(1) is not None
            )
            calls.append(FilterCall(called.start(1), called.end(1), called.group(1), arguments))
    return Filtered(name.start(), end, value, tuple(calls), tail)


def condition(origin: Origin, start: int, end: int) -> Expression | None:
    """Comparisons joined by `and` and `or`, which group from the right; nothing when one of them is malformed."""
    parts: list[Expression] = []
    operators: list[str] = []
    for words, operator in _groups(origin, start, end):
        part = _comparison(origin, words[0], words[1])
        if part is None:
            return None
        parts.append(part)
        if operator:
            operators.append(operator)
    if not parts or len(operators) != len(parts) - 1:
        return None
    return Chain(start, end, tuple(operators), tuple(parts)) if operators else parts[0]


def _groups(origin: Origin, start: int, end: int) -> Iterator[tuple[tuple[int, int], str]]:
    begin = start
    for word in _WORDS.finditer(origin.source, start, end):
        if word.group() in ("and", "or"):
            yield (begin, word.start()), word.group()
            begin = word.end()
    yield (begin, end), ""


def _comparison(origin: Origin, start: int, end: int) -> Expression | None:
    left = FRAGMENT.search(origin.source, start, end)
    if left is None:
        return None
    operator = OPERATOR.match(origin.source, left.end(), end)
    value = value_at(origin, left.start(), left.end())
    if operator is None:
        return value
    right = FRAGMENT.search(origin.source, operator.end(), end)
    other = value_at(origin, right.start(), right.end()) if right else Keyword(operator.end(), end, "nil")
    return Comparison(left.start(), right.end() if right else end, operator.group(1), value, other)
