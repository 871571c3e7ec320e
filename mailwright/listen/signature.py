"""Whether a webhook comes from Customer.io.

Source: Customer.io docs, "Securely verify requests": hexadecimal HMAC-SHA256 of
`v0:TIMESTAMP:BODY`, over the raw bytes.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

TOLERANCE = 300
"""Seconds that a request may be old or ahead.

Source: the verifiers in Customer.io's documentation.
"""


def signature(key: str, stamp: str, body: bytes) -> str:
    """The signature of *body* sent at *stamp* (Unix seconds, as in the header)."""
    return hmac.new(key.encode(), b"v0:" + stamp.encode("utf-8", "replace") + b":" + body, sha256).hexdigest()


def why_refused(key: str, stamp: str | None, given: str | None, body: bytes, now: float) -> str | None:
    """Why the request is not taken; None when it is genuine and fresh.

    The signatures are compared in constant time, and before anything is said of the stamp.
    """
    if not stamp or not given:
        return "not signed"
    expected = signature(key, stamp, body)
    if not hmac.compare_digest(expected.encode(), given.strip().encode("utf-8", "replace")):
        return "wrong signature"
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        return "no time"
    if abs(now - int(stamp)) > TOLERANCE:
        return "too old, or a clock is off"
    return None
