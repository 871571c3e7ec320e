"""Ids in Customer.io's look, always the same for the same thing: of deliveries, journeys and events."""

from __future__ import annotations

import base64
from hashlib import sha256

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _bytes(length: int, *names: str | int) -> bytes:
    return sha256("\x1f".join(map(str, names)).encode("utf-8", "surrogatepass")).digest()[:length]


def delivery_id(workspace: int, *names: str | int) -> str:
    """An opaque id such as `RJj4qQYBAAGXa2-vT9mPq3Vd0uCwEw==`."""
    return base64.urlsafe_b64encode(b"D" + _bytes(21, "delivery", workspace, *names)).decode()


def ulid(at: int, *names: str | int) -> str:
    """An id that sorts by time, such as `01KDVW3N9A1B2C3D4E5F6G7H8J`."""
    number = max(at, 0) * 1000 << 80 | int.from_bytes(_bytes(10, *names))
    return "".join(_DIGITS[number >> shift & 31] for shift in range(125, -1, -5))
