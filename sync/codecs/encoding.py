"""The UI API's encoded fields: base64 of URL-encoded JSON.

Source: UI API notes, "Encoding": `base64(encodeURIComponent(JSON.stringify(x)))` for `anchors`, `filters`,
`conditions`, `multi_conditions` and `preconditions`. Padding may be missing; plain base64 of JSON is accepted and means
nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from urllib.parse import quote, unquote_to_bytes

NOTHING = "JTVCJTVE"
"""An empty list."""
_UNTOUCHED = "!~*'()"  # what a browser's encodeURIComponent leaves, beside letters, digits, `-_.`


def encoded(value: Any) -> str:
    """*value* as a browser writes it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(quote(text, safe=_UNTOUCHED).encode()).decode()


def decoded(text: Any) -> Any:
    """What an encoded field says; an empty list for nothing, and for what the workspace reads as nothing."""
    if not isinstance(text, str) or not text.strip():
        return []
    bare = text.strip().rstrip("=")
    try:
        quoted = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode("ascii")
        if any(mark in quoted for mark in '[]{}"'):
            return []  # plain base64 of JSON
        return json.loads(unquote_to_bytes(quoted))
    except (binascii.Error, ValueError, RecursionError):
        return []


def kept_if_same(value: Any, before: Any) -> str:
    """*value* encoded; the text that was there before where it already says so, as it came."""
    if isinstance(before, str) and decoded(before) == value:
        return before
    return encoded(value)
