"""Whose an App API key is: no answer says so outright, as `/v1/workspaces` lists the whole account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mailwright.diagnostics import WorkspaceError
from sync.clients.transport import Transport

MOST = 5
"""Campaigns that are looked into."""


def workspace_of_app_key(app: Transport, ui: Transport | None, wanted: int) -> int | None:
    """The id of the workspace that an App key opens; None where nothing tells.

    An action names its workspace as `recipient_environment_id`. Where there is none, things that both APIs list have
    one number on both: all of the wanted workspace's, or another's, which is then not known by its id (0).
    Source: recorded App API answers; UI API notes: both surfaces are one backend.
    """
    try:
        for number in _named_by_actions(app):
            return number
        if ui is not None:
            return _compared(app, ui, wanted)
    except WorkspaceError:
        return None
    return None


def _named_by_actions(app: Transport) -> Iterator[int]:
    for what in ("campaigns", "broadcasts"):
        for one in _rows(app, f"/v1/{what}", what)[:MOST]:
            for action in _rows(app, f"/v1/{what}/{one.get('id')}/actions", "actions"):
                number = action.get("recipient_environment_id")
                if isinstance(number, int) and number:
                    yield number


def _compared(app: Transport, ui: Transport, wanted: int) -> int | None:
    theirs = {str(one.get("id")) for one in _rows(app, "/v1/segments", "segments")}
    ours = {str(one.get("id")) for one in _rows(ui, f"/v1/environments/{wanted}/segments", "segments")}
    if not theirs or not ours:
        return None
    return wanted if theirs & ours else 0


def _rows(transport: Transport, path: str, name: str) -> list[dict[str, Any]]:
    body = transport.look(path).body
    rows = body.get(name) if isinstance(body, dict) else None
    return [one for one in rows or () if isinstance(one, dict)]
