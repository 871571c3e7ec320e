"""Where a message goes, without its text."""

from __future__ import annotations

import msgspec


class Addressed(msgspec.Struct, frozen=True):
    """Where a message would go, without its text."""

    recipient: str | None = None
    language: str | None = None
    reason: str = ""
    failure: str = ""
