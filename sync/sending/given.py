"""Calls that come from the command line in place of a log: one event, a sample as if it were now, standard input."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailwright.diagnostics import ConfigurationError
from sync.sending.event_ids import ulid
from sync.sending.logged import EVENTS, CallKind, moment_of

if TYPE_CHECKING:
    from sync.sending.logged import LoggedCall

STANDARD_INPUT = "stdin"


@dataclass(frozen=True, slots=True)
class GivenCall:
    """A call as `LoggedCall` describes one."""

    line: int
    kind: str
    person: str | None = None
    id_type: str = "id"
    name: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    at: int | None = None
    timestamp: int | None = None
    event_id: str | None = None
    anonymous_id: str | None = None
    other: str | None = None
    other_type: str = "id"
    update_only: bool = False
    channel: str = ""
    beside: Mapping[str, Any] = field(default_factory=dict)


def event_given(name: str, person: str | None, anonymous: str | None, data: str | None, now: int) -> GivenCall:
    """The event that the command line tells; it has an id of its own each time.

    Raises: ConfigurationError when the data is no JSON object.
    """
    try:
        found = json.loads(data) if data is not None else {}
    except (ValueError, RecursionError) as error:
        raise ConfigurationError("--data is no JSON", hint="""--data '{"plan": "pro"}', in single quotes""") from error
    if not isinstance(found, dict):
        raise ConfigurationError("--data is no JSON object", hint="""--data '{"plan": "pro"}'""")
    named = name.strip()
    if not named:
        raise ConfigurationError("--event names no event", hint="--event signed_up")
    id_type = "email" if person is not None and "@" in person else "id"
    return GivenCall(
        1, CallKind.EVENT, person, id_type, named, found, timestamp=now, event_id=_new_id(now), anonymous_id=anonymous
    )


def calls_of_now(calls: Sequence[LoggedCall], now: int) -> list[GivenCall]:
    """A sample's calls, moved so that the last of them is now; its events have new ids."""
    last = max((moment for call in calls if (moment := moment_of(call)) is not None), default=now)
    return [_moved(call, now - last) for call in calls]


def _moved(call: LoggedCall, by: int) -> GivenCall:
    moment = moment_of(call)
    moved = None if moment is None else moment + by
    found = GivenCall(
        call.line, call.kind, call.person, call.id_type, call.name, call.data, None, moved, call.event_id,
        call.anonymous_id, call.other, call.other_type, call.update_only, call.channel, call.beside,
    )  # fmt: skip
    return replace(found, event_id=_new_id(moved or 0)) if call.kind in EVENTS else found


def _new_id(moment: int) -> str:
    return ulid(moment * 1000, secrets.token_bytes(10))


@contextmanager
def kept_input(paths: Sequence[str]) -> Iterator[list[str]]:
    """The paths, standard input as a file: a log is read twice, before the first call goes and to send it.

    Raises: ConfigurationError when there is no room to keep it.
    """
    if "-" not in paths:
        yield list(paths)
        return
    with tempfile.TemporaryDirectory(prefix="mailwright-") as folder:
        kept = os.path.join(folder, STANDARD_INPUT)
        try:
            with open(kept, "wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
        except OSError as error:
            message = f"standard input cannot be kept: {error.strerror}"
            raise ConfigurationError(message, hint="is the disk full? a file needs no copy") from error
        yield [kept if path == "-" else path for path in paths]


@contextmanager
def journal_root(root: Path, is_log: bool) -> Iterator[Path]:
    """Where the journal stands: in the project, and for calls that no log holds somewhere that ends with the run."""
    if is_log:
        yield root
        return
    with tempfile.TemporaryDirectory(prefix="mailwright-") as folder:
        yield Path(folder)
