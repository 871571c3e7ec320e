"""What a workspace answers when it does not do what it was asked, in its own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mailwright.diagnostics import WorkspaceError, as_shown

_LONGEST = 400


class WorkspaceRefusal(WorkspaceError):
    """The workspace answered, and not with a yes; *status* is the HTTP status."""

    def __init__(self, message: str, *, status: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.retry_after: float | None = None


class Unreachable(WorkspaceError):
    """No answer came. What was asked may have been done: *maybe_done* says so."""

    def __init__(self, message: str, *, maybe_done: bool, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.maybe_done = maybe_done


def reasons(body: bytes) -> str:
    """What an answer says is wrong, from any of the envelopes that are in use; empty where it says nothing.

    Source: App API and UI API errors: `{errors: [{detail, source}]}`, `{errors: {field: [text]}}`, `{meta: {error}}`,
    `{meta: {errors: []}}`, `{error, error_description}`.
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    said = "; ".join(dict.fromkeys(text for text in _said(data) if text))
    shown = as_shown(said)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _said(data: Any) -> Iterator[str]:
    if not isinstance(data, dict):
        return
    meta = data.get("meta")
    if isinstance(meta, dict):
        yield from _texts(meta.get("error"))
        yield from _texts(meta.get("errors"))
    errors = data.get("errors")
    if isinstance(errors, dict):
        for field, texts in errors.items():
            yield f"{field} {', '.join(_texts(texts))}"
    else:
        yield from _texts(errors)
    yield from _texts(data.get("error_description") or data.get("error"))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from _texts(one)
        case {"detail": str(detail), "source": {"pointer": str(pointer)}}:
            yield f"{detail} ({pointer})"
        case {"detail": str(detail)}:
            yield detail
        case {"reason": str(reason), "message": str(message)}:
            yield f"{reason}: {message}"
        case _:
            return


def hint_for(status: int, surface: str, variable: str) -> str:
    """One thing worth trying after a refusal; *variable* names where the key came from."""
    match status:
        case 401:
            return f"is {variable} this workspace's key, and the region right? a wrong region answers like a wrong key"
        case 403 if surface == "UI API":
            return "the token may be read only, or 'Allow agent to edit live data' is off in the workspace's settings"
        case 403:
            return f"the key in {variable} lacks the scope for this"
        case 404:
            return "it may have been deleted in the workspace; mailwright drift tells"
        case 429:
            return "the daily quota may be used up; try again later"
        case 501:
            return "the local workspace does not serve this call"
        case _ if status >= 500:
            return "Customer.io had a problem; see whether it was done before asking again"
        case _:
            return ""
