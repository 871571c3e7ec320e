"""Settings and environment → the faces of one workspace that take calls, made sure to be the one that is meant."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from mailwright.definitions.workspace import Workspace as Settings
from mailwright.diagnostics import ConfigurationError
from sync.clients.app_api import AppApi
from sync.clients.keys import AppKey, TrackKey
from sync.clients.pacing import WINDOW, Pace
from sync.clients.refusals import WorkspaceRefusal
from sync.clients.track_api import TrackApi
from sync.clients.transport import Transport
from sync.opening import APP_HOSTS, TRACK_HOSTS
from sync.sending.local import LocalWorkspace, local_workspace, time_at
from sync.sending.own_requests import Face

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from mailwright.definitions.workspace import FromEnvironment
    from sync.clients.transport import Key

LOCAL = "local"
RATE = 100
"""Requests a second. Source: Track API reference, fair use; sources say 100, later 1,000 (semantics R125)."""
LOCAL_RATE = 500
"""To a workspace on this machine, which is nobody else's."""
IN_FLIGHT = 8
APP_RATE = 10
SENDS_RATE = 100
"""Source: App API reference: 100 transactional messages a second."""
BROADCAST_WINDOW = 10.2
"""Seconds for one broadcast, and a little more, as requests travel unevenly.

Source: App API reference: one in 10 seconds.
"""


@dataclass(frozen=True, slots=True)
class Sendee:
    """A workspace that takes calls. *app* looks up what things are called there; None without an App API key."""

    name: str
    id: int | None
    is_local: bool
    is_protected: bool
    rate: int
    faces: Mapping[Face, Transport]
    app: AppApi | None
    now: int | None  # the time that a workspace on this machine has, in Unix seconds


@contextmanager
def open_sendee(
    project: Project,
    name: str,
    *,
    rate: int | None = None,
    sleep: Callable[[float], None] | None = None,
    environ: Mapping[str, str] | None = None,
    seam: httpx.BaseTransport | None = None,
) -> Iterator[Sendee]:
    """The workspace called *name*, for as long as the block runs; `local` finds one on this machine by itself.

    *rate* is in requests a second; *sleep* is how a pace waits. *seam* answers in place of a network, in a test.

    Raises: ConfigurationError when there is no such workspace or no key for it, or the key is another workspace's;
    WorkspaceError when it refuses or cannot be reached.
    """
    environ = os.environ if environ is None else environ
    found, settings, local = _chosen(project, name, environ)
    made = _Faces(found, settings, local, environ, rate, sleep, seam)
    try:
        sendee = made.sendee()
        _make_sure(sendee, project, made)
        yield sendee
    finally:
        for transport in made.all:
            transport.close()


def _chosen(project: Project, name: str, environ: Mapping[str, str]) -> tuple[str, Settings, LocalWorkspace | None]:
    """The workspace's name and settings, and what a server on this machine says of it."""
    known = project.settings.workspaces
    if name == LOCAL and LOCAL not in known:
        at_home = [one for one, settings in known.items() if settings.url is not None]
        if len(at_home) > 1:
            raise ConfigurationError(
                f"'{LOCAL}' may be {', '.join(at_home)}: each has a url", hint=f"--to {at_home[0]}"
            )
        if not at_home:
            local = local_workspace(None, None, environ)
            return local.name, Settings(url=local.url, id=local.id), local
        name = at_home[0]
    found, settings = project.workspace(name)
    if settings.url is None and settings.region is None:
        hint = f'[…workspaces.{found}] region = "us", or url = "http://127.0.0.1:8090"'
        raise ConfigurationError(f"the settings do not say where the workspace '{found}' is", hint=hint)
    if settings.url is not None and settings.track is None:
        return found, settings, local_workspace(settings.url, settings.id, environ)
    return found, settings, None


class _Faces:
    """The transports of one workspace."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        local: LocalWorkspace | None,
        environ: Mapping[str, str],
        rate: int | None,
        sleep: Callable[[float], None] | None,
        seam: httpx.BaseTransport | None,
    ) -> None:
        self.name, self.settings, self.local, self.environ, self.seam = name, settings, local, environ, seam
        self.rate = rate or (LOCAL_RATE if settings.url is not None else RATE)
        self.sleep = sleep or time.sleep
        self.all: list[Transport] = []

    def sendee(self) -> Sendee:
        faces = {
            Face.TRACK: self._transport("Track API", "track", TRACK_HOSTS, self._track_key(), self._pace(self.rate))
        }
        app: AppApi | None = None
        key = self._app_key()
        if key is not None:
            faces[Face.SENDS] = self._transport("App API", "app", APP_HOSTS, key, self._pace(SENDS_RATE))
            slow = self._pace(1, BROADCAST_WINDOW)
            faces[Face.BROADCASTS] = self._transport("App API", "app", APP_HOSTS, key, slow)
            app = AppApi(self._transport("App API", "app", APP_HOSTS, key, self._pace(APP_RATE)))
        settings, local = self.settings, self.local
        number = settings.id if settings.id is not None or local is None else local.id
        now = None if settings.url is None else time_at(settings.url)
        is_local = settings.url is not None
        return Sendee(self.name, number, is_local, settings.protected, self.rate, faces, app, now)

    def _pace(self, limit: int, window: float = WINDOW) -> Pace:
        return Pace(limit, window, sleep=self.sleep)

    def _transport(self, surface: str, below: str, hosts: Mapping[str, str], key: Key, pace: Pace) -> Transport:
        url = self.settings.url
        base = f"{url.rstrip('/')}/{below}" if url is not None else hosts[self.settings.region or "us"]
        made = Transport(surface, base, key, pace, {}, self.seam, connections=IN_FLIGHT)
        self.all.append(made)
        return made

    def _track_key(self) -> TrackKey:
        if self.local is not None:
            return TrackKey(self.local.site_id, self.local.track_key, "the local server's key")
        keys = self.settings.track
        if keys is None:
            hint = f'[…workspaces.{self.name}] track = {{ site_id = {{ env = "…" }}, api_key = {{ env = "…" }} }}'
            raise ConfigurationError(f"the settings name no Track API key for the workspace '{self.name}'", hint=hint)
        site, secret = self._secret(keys.site_id), self._secret(keys.api_key)
        if site is None or secret is None:
            missing = [one.env for one, value in ((keys.site_id, site), (keys.api_key, secret)) if value is None]
            message = f"no Track API key for the workspace '{self.name}' in the environment"
            raise ConfigurationError(message, hint=f"set {' and '.join(missing)}")
        return TrackKey(site, secret, f"{keys.site_id.env} and {keys.api_key.env}")

    def _app_key(self) -> AppKey | None:
        if self.local is not None:
            return AppKey(self.local.app_key, "the local server's key")
        named = self.settings.app_key
        secret = None if named is None else self._secret(named)
        return None if named is None or secret is None else AppKey(secret, named.env)

    def _secret(self, named: FromEnvironment) -> str | None:
        return self.environ.get(named.env, "").strip() or None


def _make_sure(sendee: Sendee, project: Project, made: _Faces) -> None:
    """Look whether the key opens the workspace that is meant.

    Raises: ConfigurationError when it opens another one; WorkspaceError when it opens none.
    """
    try:
        said = TrackApi(sendee.faces[Face.TRACK]).region()
    except WorkspaceRefusal as error:
        if error.status == 301 and made.settings.region is not None:
            other = "eu" if made.settings.region == "us" else "us"
            message = f"the key in {made.all[0].key.variable} is of the region '{other}', not '{made.settings.region}'"
            raise ConfigurationError(
                message, hint=f'region = "{other}", or the key of another workspace is set'
            ) from error
        raise
    region, number = said.get("region"), said.get("environment_id")
    if made.settings.region is not None and region not in (None, made.settings.region):
        message = f"the workspace is in the region '{region}', the settings say '{made.settings.region}'"
        raise ConfigurationError(message, hint=f'region = "{region}"')
    if sendee.id is not None and number is not None and str(number) != str(sendee.id):
        others = [name for name, one in project.settings.workspaces.items() if str(one.id) == str(number)]
        whose = f"the workspace '{others[0]}' ({number})" if others else f"the workspace {number}"
        message = f"the Track API key is of {whose}, not of '{sendee.name}' ({sendee.id}); nothing was sent"
        raise ConfigurationError(message, hint=f"look at {made.all[0].key.variable}")
