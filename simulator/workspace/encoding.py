"""How the UI API encodes conditions: base64 of URL-encoded JSON.

Source: UI API, as its public clients write and read `anchors`, `filters`, `conditions`, `multi_conditions` and
`preconditions`. Text is stored as it came; only its meaning is read here.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from urllib.parse import quote, unquote_to_bytes

_KEPT_BY_BROWSERS = "!~*'()"  # what encodeURIComponent leaves as it is, beside letters, digits and -_.


def encode(value: Any) -> str:
    """*value* as a browser writes it: `btoa(encodeURIComponent(JSON.stringify(value)))`."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(quote(text, safe=_KEPT_BY_BROWSERS).encode()).decode()


def decode(text: Any) -> Any:
    """What *text* says; padding may be missing, and any URL-encoding of the JSON will do.

    Source: plain base64 of JSON is accepted and decodes to nothing: `[]`.
    Assumed: so does everything else that is no encoded JSON.
    """
    if not isinstance(text, str):
        return []
    bare = text.strip().rstrip("=")
    try:
        quoted = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return []
    if any(mark in quoted for mark in '[]{}"'):  # encodeURIComponent leaves none of these: it is plain JSON
        return []
    try:
        return json.loads(unquote_to_bytes(quoted))
    except (ValueError, RecursionError):
        return []
