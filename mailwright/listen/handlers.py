"""What is done with an event once it is kept: a Python function, a command, or another address.

email_bounced=python:shop.mail:on_bounce      called with the event as a dict
customer_unsubscribed=command:./unsubscribed  the event on standard input
*=forward:http://127.0.0.1:9000/hooks         posted as it came
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Any

from mailwright.diagnostics import ConfigurationError
from mailwright.listen.records import Record

PATIENCE = 20
"""Seconds a command or another address may take."""
_HINT = "METRIC=python:package.module:function, METRIC=command:./program, or METRIC=forward:https://…"


class HandlingFailed(Exception):
    """The event was not taken; it is tried again. The message holds nothing of the event."""


@dataclass(frozen=True, slots=True)
class Handler:
    """One thing to do with the metrics that *pattern* matches: `email_*`."""

    name: str  # as it was written, which is how the store calls it
    pattern: str
    act: Callable[[Record], None]

    def takes(self, metric: str) -> bool:
        """Whether events of that metric go here."""
        return fnmatchcase(metric, self.pattern)


def handlers_from(lines: Iterable[str]) -> list[Handler]:
    """The handlers that a person wrote down, `METRIC=HANDLER` each.

    Raises: ConfigurationError when one cannot be read or its function is not there.
    """
    found: dict[str, Handler] = {}
    for line in (line.strip() for line in lines):
        if line:
            found[line] = _handler(line)
    return list(found.values())


def wanted(handlers: Sequence[Handler], record: Record) -> list[str]:
    """The names of those that take an event."""
    return [handler.name for handler in handlers if handler.takes(record.metric)]


def _handler(line: str) -> Handler:
    pattern, equals, rest = line.partition("=")
    kind, colon, what = rest.partition(":")
    if not equals or not colon or not what or not pattern:
        raise ConfigurationError(f"'{line}' is no handler", hint=_HINT)
    match kind:
        case "python":
            return Handler(line, pattern, _calling(what))
        case "command":
            return Handler(line, pattern, _running(shlex.split(what)))
        case "forward":
            if not what.startswith(("http://", "https://")):
                raise ConfigurationError(f"'{what}' is no address", hint=_HINT)
            return Handler(line, pattern, _forwarding(what))
        case _:
            raise ConfigurationError(f"'{kind}' is no kind of handler", hint=_HINT)


def _calling(what: str) -> Callable[[Record], None]:
    module, _, name = what.partition(":")
    try:
        function: Callable[[dict[str, Any]], object] = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(f"there is no '{what}'", hint="python:package.module:function") from error

    def act(record: Record) -> None:
        try:
            function(json.loads(record.body))
        except Exception as error:  # a function of theirs may raise anything, and the event must not be lost
            raise HandlingFailed(f"{what} raised {type(error).__name__}") from error

    return act


def _running(words: list[str]) -> Callable[[Record], None]:
    if not words:
        raise ConfigurationError("a command handler needs a command", hint=_HINT)

    def act(record: Record) -> None:
        try:
            done = subprocess.run(  # noqa: S603  # the person's own command, split into words and given to no shell
                words,
                input=record.body.encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise HandlingFailed(f"{words[0]} took longer than {PATIENCE} seconds") from error
        except OSError as error:
            raise HandlingFailed(f"{words[0]} could not be started") from error
        if done.returncode:
            raise HandlingFailed(f"{words[0]} ended with {done.returncode}")

    return act


def _forwarding(url: str) -> Callable[[Record], None]:
    def act(record: Record) -> None:
        import httpx

        try:
            headers = {"content-type": "application/json"}
            reply = httpx.post(url, content=record.body.encode(), headers=headers, timeout=PATIENCE)
        except httpx.HTTPError as error:
            raise HandlingFailed(f"{type(error).__name__} at the address") from error
        if not reply.is_success:
            raise HandlingFailed(f"the address answered {reply.status_code}")

    return act
