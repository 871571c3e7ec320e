"""A workspace that `mailwright serve` runs on this machine: where it is and what its keys are, as it says itself.

Its keys open nothing but that server, and it gives them to whoever asks from this machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from mailwright.diagnostics import ConfigurationError, WorkspaceError

USUAL = "http://127.0.0.1:8090"
VARIABLE = "MAILWRIGHT_URL"
_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class LocalWorkspace:
    """One workspace of such a server."""

    url: str
    name: str
    id: int
    site_id: str
    track_key: str
    app_key: str


def local_workspace(url: str | None, number: int | None, environ: Mapping[str, str]) -> LocalWorkspace:
    """The workspace *number* of the server at *url*; None: the first one, of the server in `MAILWRIGHT_URL` or at 8090.

    Raises: ConfigurationError when the server has no such workspace; WorkspaceError when there is no server.
    """
    where = (url or environ.get(VARIABLE, "") or USUAL).rstrip("/")
    said = _asked(where, "/_workspaces", is_named=url is not None)
    known: list[dict[str, Any]] = said.get("workspaces") or []
    # `serve` without a project has prod before qa; what is tried out goes to the one for trying out.
    wanted = [one for one in known if (one["id"] == number if number is not None else one["name"] in ("qa", "local"))]
    if not wanted and number is None:
        wanted = known
    if not wanted:
        there = ", ".join(f"{one['id']} ({one['name']})" for one in known) or "none"
        raise ConfigurationError(f"{where} serves no workspace {number}", hint=f"id = one of: {there}")
    one = wanted[0]
    return LocalWorkspace(where, one["name"], one["id"], one["site_id"], one["track_key"], one["app_key"])


def time_at(url: str) -> int | None:
    """The time that a server on this machine has, in Unix seconds; None where it does not say."""
    try:
        return int(_asked(url.rstrip("/"), "/_clock", is_named=True)["now"])
    except (WorkspaceError, KeyError, TypeError, ValueError):
        return None


def _asked(where: str, path: str, *, is_named: bool) -> dict[str, Any]:
    try:
        reply = httpx.get(f"{where}{path}", timeout=_TIMEOUT, trust_env=False)
        found = reply.json() if reply.is_success else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        found = None
    if not isinstance(found, dict):
        hint = "mailwright serve, in another terminal" if not is_named else f"is mailwright serve running at {where}?"
        raise WorkspaceError(f"no local workspace answers at {where}", hint=hint)
    return found
