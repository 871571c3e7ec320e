"""`mailwright serve` as a process beside this one: two workspaces on this machine."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailwright.diagnostics import WorkspaceError

Json = dict[str, Any]
TIMEOUT = 300.0
"""Seconds that one call of the server's own face may take."""
TOKEN_VARIABLE = "MAILWRIGHT_LOCAL_SERVICE_ACCOUNT"  # noqa: S105  # a variable's name


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that runs; *said* is the line it began with."""

    process: subprocess.Popen[str]
    said: Json

    @property
    def url(self) -> str:
        """Where it listens."""
        return str(self.said["url"])

    def workspace(self, name: str) -> Json:
        """The line's part about one workspace: id, region, addresses, keys."""
        found: Json = next(one for one in self.said["workspaces"] if one["name"] == name)
        return found

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the settings below name, with the account's token and each workspace's App key."""
        keys = {_key_variable(one["name"]): one["app_key"] for one in self.said["workspaces"]}
        return {TOKEN_VARIABLE: self.said["workspaces"][0]["service_account_token"], **keys}

    def settings(self, name: str, lines: str = "") -> str:
        """The settings' table of one workspace; *lines* are added."""
        return (
            f'[workspaces.{name}]\nurl = "{self.url}"\nid = {self.workspace(name)["id"]}\n'
            f'service_account = {{ env = "{TOKEN_VARIABLE}" }}\n'
            f'app_key = {{ env = "{_key_variable(name)}" }}\n{lines}\n'
        )

    def admin(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
        """Call the server's own face: `/_seed`, `/_faults`, `/_state` and the like.

        Raises: WorkspaceError when it refuses.
        """
        return self._call(method, path, body, {"X-Mailwright-Token": self.said["admin_token"]})

    def seed(self, name: str, folder: Path) -> Json:
        """Put a project's content into a workspace, in place of what is there."""
        self.admin("POST", "/_reset", {"workspace": name, "empty": True})
        return self.admin("POST", "/_seed", {"folder": str(folder), "as": name, "workspace": name})

    def track(self, name: str, *calls: Mapping[str, Any]) -> None:
        """Send calls of the Track API, as a company's servers do."""
        where = self.workspace(name)
        pair = base64.b64encode(f"{where['site_id']}:{where['track_key']}".encode()).decode()
        self._call("POST", "/track/api/v2/batch", {"batch": list(calls)}, {"Authorization": f"Basic {pair}"})

    def by_hand(self, name: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
        """A call of the UI API, as somebody's click in Customer.io makes one. *path* is below the workspace's own."""
        where = self.workspace(name)
        token = self._token(where)
        return self._call(
            method, f"/ui/v1/environments/{where['id']}/{path}", body, {"Authorization": f"Bearer {token}"}
        )

    def by_app(self, name: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
        """A call of the App API. *path* stands behind `/v1/`."""
        key = self.workspace(name)["app_key"]
        return self._call(method, f"/app/v1/{path}", body, {"Authorization": f"Bearer {key}"})

    def _token(self, where: Mapping[str, Any]) -> str:
        body = f"grant_type=client_credentials&client_secret={where['service_account_token']}".encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        url = f"{self.url}/ui/v1/service_accounts/oauth/token"
        return str(_answer(urllib.request.Request(url, body, headers, method="POST"))["access_token"])  # noqa: S310  # loopback

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]) -> Json:
        data = None if body is None else json.dumps(body).encode()
        full = {"Content-Type": "application/json", **headers}
        return _answer(urllib.request.Request(self.url + path, data, full, method=method))  # noqa: S310  # loopback


def _key_variable(name: str) -> str:
    return f"MAILWRIGHT_LOCAL_{name.upper().replace('-', '_')}_APP_KEY"


def _answer(request: urllib.request.Request) -> Json:
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as reply:  # noqa: S310  # loopback
            text = reply.read()
    except urllib.error.HTTPError as error:
        said = error.read().decode("utf-8", "replace")[:300]
        raise WorkspaceError(f"{request.get_method()} {request.selector}: {error.code} {said}") from error
    except OSError as error:
        raise WorkspaceError(f"the local workspace does not answer: {error}") from error
    found: Json = json.loads(text) if text.strip() else {}
    return found


@contextmanager
def local_server(names: Sequence[str], *flags: str, folder: Path | None = None) -> Iterator[LocalServer]:
    """A server with empty workspaces of these names, until the block ends.

    Raises: WorkspaceError when it does not start.
    """
    wanted = [part for name in names for part in ("--workspace", name)]
    command = [
        sys.executable,
        "-m",
        "mailwright",
        "serve",
        "--port",
        "0",
        "--format",
        "json",
        "--empty",
        *wanted,
        *flags,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder)  # noqa: S603  # our own command
    try:
        assert process.stdout is not None and process.stderr is not None
        line = process.stdout.readline()
        if not line:
            process.wait(TIMEOUT)
            raise WorkspaceError(f"the local workspace did not start: {process.stderr.read().strip()}")
        yield LocalServer(process, json.loads(line))
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
