"""Settings and environment → the clients that people are brought by, made sure to be of the workspace that is meant."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from mailwright.definitions.project import Project
from mailwright.definitions.workspace import FromEnvironment
from mailwright.definitions.workspace import Workspace as Settings
from mailwright.diagnostics import ConfigurationError
from sync.clients.app_api import AppApi
from sync.clients.keys import AppKey, TrackKey
from sync.clients.pacing import Pace
from sync.clients.track_batches import PACE, TrackBatches
from sync.clients.transport import Transport
from sync.ledger import Identity
from sync.opening import APP_HOSTS, LOCAL_LIMIT, TRACK_HOSTS, base_of


@dataclass(frozen=True, slots=True)
class PeopleWorkspace:
    """A workspace that takes people; without an App key nothing can be read of it."""

    identity: Identity
    settings: Settings
    track: TrackBatches
    app: AppApi | None = None

    @property
    def name(self) -> str:
        """Our name for it."""
        return self.identity.name


@contextmanager
def open_people(
    project: Project,
    name: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    seam: httpx.BaseTransport | None = None,
) -> Iterator[PeopleWorkspace]:
    """The workspace called *name*, for as long as the block runs.

    Raises: ConfigurationError when the settings name no such workspace, no place or no Track keys, their variables are
    not set, or they are another workspace's; WorkspaceError when it refuses or cannot be reached.
    """
    found, settings = project.workspace(name)
    given = os.environ if environ is None else environ
    if settings.region is None and settings.url is None:
        hint = f'[…workspaces.{found}] region = "us", or url = "http://127.0.0.1:8090"'
        raise ConfigurationError(f"the settings do not say where the workspace '{found}' is", hint=hint)
    key = _track_key(found, settings, given)
    is_local = settings.url is not None
    pace = Pace(LOCAL_LIMIT if is_local else PACE)
    track = Transport("Track API", base_of(settings, TRACK_HOSTS, "track"), key, pace, {}, seam)
    transports = [track]
    app_key = _set(settings.app_key, given)
    app = None
    if app_key and settings.app_key is not None:
        bearer = AppKey(app_key, settings.app_key.env)
        pace = Pace(LOCAL_LIMIT) if is_local else Pace()
        transports.append(Transport("App API", base_of(settings, APP_HOSTS, "app"), bearer, pace, {}, seam))
        app = AppApi(transports[-1])
    try:
        client = TrackBatches(track)
        yield PeopleWorkspace(_identity(found, settings, client), settings, client, app)
    finally:
        for transport in transports:
            transport.close()


def _track_key(name: str, settings: Settings, environ: Mapping[str, str]) -> TrackKey:
    if settings.track is None:
        hint = f"[…workspaces.{name}] track = {{ site_id = {{ env = … }}, api_key = {{ env = … }} }}"
        raise ConfigurationError(f"the settings name no Track keys for the workspace '{name}'", hint=hint)
    missing = [one.env for one in (settings.track.site_id, settings.track.api_key) if not _set(one, environ)]
    if missing:
        raise ConfigurationError(f"no Track keys for '{name}' in the environment", hint=f"set {' and '.join(missing)}")
    site_id, api_key = _set(settings.track.site_id, environ), _set(settings.track.api_key, environ)
    return TrackKey(site_id, api_key, settings.track.api_key.env)


def _set(named: FromEnvironment | None, environ: Mapping[str, str]) -> str:
    return "" if named is None else environ.get(named.env, "").strip()


def _identity(name: str, settings: Settings, track: TrackBatches) -> Identity:
    """Which workspace the keys open.

    Raises: ConfigurationError when it is not the one that the settings mean.
    """
    said = track.region()
    number, region = said.get("environment_id"), said.get("region")
    if settings.id is not None and str(number) != str(settings.id):
        message = f"the Track keys of '{name}' open workspace {number}, and the settings say {settings.id}"
        raise ConfigurationError(message, hint="are the keys another workspace's? mailwright doctor tells")
    if settings.region is not None and region not in (None, settings.region):
        message = f"the workspace is in the region '{region}', the settings say '{settings.region}'"
        raise ConfigurationError(message, hint=f'region = "{region}"')
    return Identity(name, int(str(number)) if str(number).isdigit() else settings.id, settings.region, settings.url)
