"""What a receiver is set to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailwright.diagnostics import ConfigurationError
from mailwright.listen.handlers import Handler, handlers_from

KEY, STORE, HANDLERS = "MAILWRIGHT_WEBHOOK_KEY", "MAILWRIGHT_LISTEN_STORE", "MAILWRIGHT_LISTEN_ON"
DEFAULT_STORE = "webhooks.duckdb"


@dataclass(frozen=True, slots=True)
class Settings:
    """The key never shows in the representation."""

    key: str = field(repr=False)
    store: str = DEFAULT_STORE
    handlers: tuple[Handler, ...] = ()
    attempts: int = 8
    """Times a handler is tried before it is given up."""


def settings_from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment holds.

    Raises: ConfigurationError when there is no key, or a handler cannot be read.
    """
    key = environment.get(KEY, "")
    if not key:
        raise ConfigurationError(f"{KEY} is not set", hint="the signing key of the reporting webhook")
    handlers = handlers_from(environment.get(HANDLERS, "").splitlines())
    return Settings(key, environment.get(STORE) or DEFAULT_STORE, tuple(handlers))
