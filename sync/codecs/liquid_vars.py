"""`mailwright.name` in Liquid: a workspace's own value put in where a text goes out, and found again on its way back.

Customer.io knows no such name, so a pushed text holds the value itself: alone in an output it is the text, inside any
other expression a quoted string.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mailwright.diagnostics import ConfigurationError, Span, name_hint

_MARKUP = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_ALONE = re.compile(r"\{\{\s*mailwright\.([A-Za-z_]\w*)\s*\}\}")
_NAME = re.compile(r"(?<![\w.\"'])mailwright\.([A-Za-z_]\w*)(?![\w.\[])")
_SHORTEST_FOLDED = 8
"""A shorter value stands in texts by chance."""


def with_values(text: str, values: Mapping[str, str], place: Span) -> str:
    """*text* as the workspace gets it.

    Raises: ConfigurationError when the workspace has no value for a name, or one that no Liquid string can hold.
    """
    if "mailwright." not in text:
        return text

    def value(name: str) -> str:
        if name not in values:
            hint = f'vars = {{ {name} = "…" }} in its settings; it has: {name_hint(name, list(values), "vars")}'
            raise ConfigurationError(f"the workspace has no value for mailwright.{name}", span=place, hint=hint)
        return values[name]

    def literal(found: re.Match[str]) -> str:
        text = value(found[1])
        quote = next((one for one in "'\"" if one not in text), None)
        if quote is None:
            message = f"mailwright.{found[1]} holds both kinds of quotes, and no Liquid string can"
            raise ConfigurationError(message, span=place, hint=f"{{{{ mailwright.{found[1]} }}}} alone works")
        return f"{quote}{text}{quote}"

    def inside(found: re.Match[str]) -> str:
        alone = _ALONE.fullmatch(found[0])
        return value(alone[1]) if alone else _NAME.sub(literal, found[0])

    return _MARKUP.sub(inside, text)


def with_names(text: str, values: Mapping[str, str]) -> str:
    """*text* with the workspace's values found again as names; `with_values` gives *text* back.

    A value inside an expression stays as it is, as does one that another value begins with.
    """
    found = [(value, name) for name, value in values.items() if len(value) >= _SHORTEST_FOLDED and "{" not in value]
    if not any(value in text for value, _ in found):
        return text
    named = {value: f"{{{{ mailwright.{name} }}}}" for value, name in sorted(found, reverse=True)}
    longest_first = "|".join(re.escape(value) for value in sorted(named, key=len, reverse=True))
    pieces = []
    last = 0
    for markup in [*_MARKUP.finditer(text), None]:
        end = len(text) if markup is None else markup.start()
        pieces.append(re.sub(longest_first, lambda one: named[one[0]], text[last:end]))
        if markup is not None:
            pieces.append(markup[0])
            last = markup.end()
    return "".join(pieces)
