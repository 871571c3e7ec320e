"""Which filters can refuse no short text, number, boolean or null, so that what they print fails by absence alone."""

from __future__ import annotations

from functools import lru_cache

from mailwright.dialect.environment import parse_template
from mailwright.dialect.faults import Dialect, LiquidFault
from mailwright.dialect.settings import RenderSettings

# Of the latest dialect; each gives a text or a number. Their constants decide too, which `passes_probes` tries.
# fmt: off
SAFE_FILTERS = frozenset(
    {
        "abs", "add_day", "add_month", "add_year", "append", "at_least", "at_most", "base64", "base64_encode",
        "capitalize", "ceil", "cgi_escape", "currency", "date", "default", "divided_by", "downcase", "escape",
        "escape_once", "floor", "format_number", "lstrip", "md5", "minus", "modulo", "newline_to_br",
        "normalize_whitespace", "number_of_words", "pluralize", "plus", "prepend", "remove", "remove_first",
        "replace", "replace_first", "round", "rounded_currency", "rstrip", "sha1", "sha256", "slugify", "strip",
        "strip_html", "strip_newlines", "subtract_day", "subtract_month", "subtract_year", "times", "titlecase",
        "truncate", "truncatewords", "upcase", "uri_escape", "url_encode", "xml_escape",
    }
)
# fmt: on
MONEY_FILTERS = frozenset({"currency", "rounded_currency", "format_number"})  # these refuse some texts
TAKES_VARIABLES = frozenset({"default", "append", "prepend"})  # safe with a variable as argument
BESIDE_VARIABLES = TAKES_VARIABLES | {"capitalize", "downcase", "escape", "strip", "titlecase", "upcase", "url_encode"}
PROBES = (
    *(None, True, False, 0, 1, -1, 2.5, 1e14, -1e14),
    *("", "abc", "12", "-1", "2026-01-01", "now", "9" * 15, "a" * 100),
)


@lru_cache(maxsize=1024)
def passes_probes(filters: str, dialect: Dialect) -> bool:
    """Whether the filters, with the constants they have here, take every kind of value."""
    try:
        template = parse_template(f"{{{{ probe{filters} }}}}", dialect, "probe")
        for probe in PROBES:
            template.render({"probe": probe}, RenderSettings())
    except LiquidFault:
        return False
    return True
