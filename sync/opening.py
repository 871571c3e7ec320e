"""Settings and environment → clients of one workspace, made sure to be the one that is meant."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from mailwright.definitions.project import Project
from mailwright.definitions.workspace import FromEnvironment
from mailwright.definitions.workspace import Workspace as Settings
from mailwright.diagnostics import ConfigurationError
from sync.clients.app_api import AppApi
from sync.clients.keys import AppKey, ServiceAccount
from sync.clients.pacing import Pace
from sync.clients.transport import Json, Transport
from sync.clients.ui_api import UiApi
from sync.ledger import Identity

UI_HOSTS = {"us": "https://us.fly.customer.io", "eu": "https://eu.fly.customer.io"}
APP_HOSTS = {"us": "https://api.customer.io", "eu": "https://api-eu.customer.io"}
TRACK_HOSTS = {"us": "https://track.customer.io", "eu": "https://track-eu.customer.io"}
LOCAL_LIMIT = 500
"""Requests a second to a workspace on this machine, which is nobody else's; where it has a limit it says so."""


@dataclass(slots=True)
class Workspace:
    """One workspace, reachable: the UI API, the App API, or both."""

    project: Project
    settings: Settings
    identity: Identity
    pace: Pace
    ui: UiApi | None = None
    app: AppApi | None = None
    account: int | None = None
    transports: list[Transport] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Our name for it."""
        return self.identity.name

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""
        return sum(transport.count for transport in self.transports)


@contextmanager
def open_workspace(
    project: Project,
    name: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    is_read_only: bool = False,
    seam: httpx.BaseTransport | None = None,
) -> Iterator[Workspace]:
    """Clients of the workspace called *name* (None: the default one), for as long as the block runs.

    *is_read_only* asks for a token that cannot write. *seam* answers in place of a network, in a test.

    Raises: ConfigurationError when the settings name no such workspace, no place or no key, a key's variable is not
    set, or the key is another workspace's; WorkspaceError when it refuses or cannot be reached.
    """
    found, settings = project.workspace(name)
    workspace = _clients(project, found, settings, os.environ if environ is None else environ, is_read_only, seam)
    try:
        _make_sure(workspace)
        yield workspace
    finally:
        for transport in workspace.transports:
            transport.close()


def _clients(
    project: Project,
    name: str,
    settings: Settings,
    environ: Mapping[str, str],
    is_read_only: bool,
    seam: httpx.BaseTransport | None,
) -> Workspace:
    if settings.region is None and settings.url is None:
        hint = f'[…workspaces.{name}] region = "us", or url = "http://127.0.0.1:8090"'
        raise ConfigurationError(f"the settings do not say where the workspace '{name}' is", hint=hint)
    account, app_key = _secret(settings.service_account, environ), _secret(settings.app_key, environ)
    if account is None and app_key is None:
        raise _no_key(name, settings)
    identity = Identity(name, settings.id, settings.region, settings.url)
    pace = Pace() if settings.url is None else Pace(limit=LOCAL_LIMIT)
    workspace = Workspace(project, settings, identity, pace)
    if account is not None and settings.service_account is not None:
        if settings.id is None:
            message = f"the settings do not say which workspace of the account '{name}' is"
            raise ConfigurationError(message, hint="id = … (it stands in the address of every page of the workspace)")
        key = ServiceAccount(account, settings.service_account.env, is_read_only)
        base = base_of(settings, UI_HOSTS, "ui")
        # Unknown fields are refused instead of dropped in silence.
        transport = Transport("UI API", base, key, workspace.pace, {"X-Validate": "strict"}, seam)
        workspace.transports.append(transport)
        workspace.ui = UiApi(transport, settings.id)
    if app_key is not None and settings.app_key is not None:
        base = base_of(settings, APP_HOSTS, "app")
        transport = Transport("App API", base, AppKey(app_key, settings.app_key.env), workspace.pace, {}, seam)
        workspace.transports.append(transport)
        workspace.app = AppApi(transport)
    return workspace


def base_of(settings: Settings, hosts: Mapping[str, str], surface: str) -> str:
    """The address of one API; a workspace on this machine serves each below a path of its own."""
    if settings.url is not None:
        return f"{settings.url.rstrip('/')}/{surface}"
    return hosts[settings.region or "us"]


def _secret(named: FromEnvironment | None, environ: Mapping[str, str]) -> str | None:
    return None if named is None else environ.get(named.env, "").strip() or None


def _no_key(name: str, settings: Settings) -> ConfigurationError:
    named = [one.env for one in (settings.service_account, settings.app_key) if one is not None]
    if named:
        hint = f"set {' or '.join(named)}"
        return ConfigurationError(f"no key for the workspace '{name}' in the environment", hint=hint)
    hint = f'[…workspaces.{name}] service_account = {{ env = "CIO_SERVICE_ACCOUNT" }}, or app_key'
    return ConfigurationError(f"the settings name no key for the workspace '{name}'", hint=hint)


def _make_sure(workspace: Workspace) -> None:
    """Look whether the keys open the workspace that the settings mean.

    Raises: ConfigurationError when they open another one; WorkspaceError when they open none.
    """
    if workspace.ui is not None:
        account = workspace.ui.account()
        workspace.account = int(account["id"])
        region, wanted = account.get("data_center"), workspace.settings.region
        if wanted is not None and region not in (None, wanted):
            message = f"the account is in the region '{region}', the settings say '{wanted}'"
            raise ConfigurationError(message, hint=f'region = "{region}"')
        known = workspace.ui.environments(workspace.account)
        _make_sure_of_id(workspace, known, "service account")
    if workspace.app is not None and workspace.ui is None:
        _make_sure_of_id(workspace, workspace.app.workspaces(), "App API key")


def _make_sure_of_id(workspace: Workspace, known: list[Json], key: str) -> None:
    if workspace.settings.id is None:
        return
    names = {str(one.get("id")): str(one.get("name", "")) for one in known}
    if str(workspace.settings.id) not in names:
        there = ", ".join(f"{number} ({name})" for number, name in sorted(names.items())[:8]) or "none"
        message = f"the {key} knows no workspace {workspace.settings.id}"
        raise ConfigurationError(message, hint=f"id = one of: {there}; or the key of another account is set")
