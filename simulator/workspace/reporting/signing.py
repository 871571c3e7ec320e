"""How a reporting webhook is signed."""

from __future__ import annotations

import hashlib
import hmac


def signature(key: str, timestamp: int, body: bytes) -> str:
    """The `X-CIO-Signature` of a request: over its very bytes.

    Source: reporting webhooks reference: hex HMAC-SHA256 of `v0:<timestamp>:<body>`.
    """
    return hmac.new(key.encode(), b"v0:%d:" % timestamp + body, hashlib.sha256).hexdigest()
