"""A receiver for reporting webhooks; `mailwright.listen:app` runs behind any ASGI server.

Set by the environment: MAILWRIGHT_WEBHOOK_KEY (the signing key), MAILWRIGHT_LISTEN_STORE (a .duckdb file or a database
URL; default webhooks.duckdb), MAILWRIGHT_LISTEN_ON (handlers, `METRIC=HANDLER` one a line).
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """Make the application when a server asks for it, not when the package is imported.

    Raises: AttributeError for any other name; ConfigurationError when the environment says too little.
    """
    if name != "app":
        raise AttributeError(name)
    from mailwright.listen.receiver import application
    from mailwright.listen.settings import settings_from_environment

    return application(settings_from_environment())
