"""A key that is refused, tried where it might belong, so that one sentence can say what is wrong with it.

Source: wire reference: which credential each API takes, that the App API answers 401 in the wrong region, that the
Track API sends the other region's traffic on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from mailwright.diagnostics import WorkspaceError
from sync.clients.keys import AppKey, ServiceAccount, TrackKey
from sync.clients.refusals import Unreachable
from sync.clients.transport import Answer, Key, Transport
from sync.doctor.findings import REFUSED, Finding, problem
from sync.doctor.hosts import APP, TRACK, UI, Hosts

REGION, WORKSPACES, ACCOUNT = "/api/v1/accounts/region", "/v1/workspaces", "/v1/accounts/current"
_SERVICE = ("sa_live_", "sa_sandbox_")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the environment holds for one workspace, beside the names of its variables."""

    app: str = field(default="", repr=False)
    account: str = field(default="", repr=False)
    site: str = field(default="", repr=False)
    track: str = field(default="", repr=False)
    names: Mapping[str, str] = field(default_factory=dict)  # app, account, site, track → the variable


def answer(hosts: Hosts, surface: str, key: Key, path: str, *, other: bool = False) -> Answer | None:
    """What an API answers a key; None where it cannot be reached, or there is no other region."""
    with reaching(hosts, surface, key, other=other) as transport:
        if transport is None:
            return None
        try:
            return transport.look(path)
        except WorkspaceError:
            return None


@contextmanager
def reaching(hosts: Hosts, surface: str, key: Key, *, other: bool = False) -> Iterator[Transport | None]:
    """A way to an API for as long as the block runs."""
    transport = hosts.transport(surface, key, other=other)
    try:
        yield transport
    finally:
        if transport is not None:
            transport.close()


def opens(hosts: Hosts, surface: str, key: Key, *, other: bool = False) -> bool:
    """Whether a key opens an API."""
    path = {APP: WORKSPACES, TRACK: REGION, UI: ACCOUNT}[surface]
    found = answer(hosts, surface, key, path, other=other)
    return found is not None and found.is_yes


def not_there(hosts: Hosts, surface: str, error: Unreachable) -> Finding:
    """The finding for an API that does not answer."""
    if hosts.settings.url is not None:
        hint = "mailwright serve starts one; its first lines say the address"
        return problem(f"nothing answers at {hosts.settings.url}: the local workspace is not running", hint, REFUSED)
    return problem(f"the {surface} cannot be reached: {str(error).rpartition(': ')[2]}", error.hint, REFUSED)


def why_app_key_is_refused(hosts: Hosts, secrets: Secrets) -> Finding:
    """What is wrong with an App key that the App API answers 401 to."""
    name, value = secrets.names["app"], secrets.app
    wanted = "the App API needs an App API key"
    if value.startswith(_SERVICE):
        return problem(f"{name} holds a service-account token, and {wanted}", f"put an App API key into {name}")
    if value == secrets.site:
        return problem(f"{name} holds the site id of the Track API, and {wanted}", f"put an App API key into {name}")
    if opens(hosts, APP, AppKey(value), other=True):
        return _other_region(name, "App API key", hosts)
    if secrets.site and opens(hosts, TRACK, TrackKey(secrets.site, value)):
        return problem(f"{name} holds a Track API key, and {wanted}", f"put an App API key into {name}")
    said = f"the App API refuses {name}: it is mistyped, revoked, or limited to other addresses than this machine's"
    return problem(said, "Customer.io, Settings → API Credentials → App API Keys", REFUSED)


def why_track_key_is_refused(hosts: Hosts, secrets: Secrets, others: Mapping[str, Secrets]) -> Finding:
    """What is wrong with a site id and key that the Track API answers 401 to; *others* are other workspaces'."""
    site, name = secrets.names["site"], secrets.names["track"]
    wanted = "the Track API needs a Track API key"
    if secrets.track.startswith(_SERVICE):
        return problem(f"{name} holds a service-account token, and {wanted}", f"put a Track API key into {name}")
    if opens(hosts, TRACK, TrackKey(secrets.track, secrets.site)):
        return problem(f"{site} and {name} hold each other's: the site id and the key are swapped", "swap them")
    if opens(hosts, TRACK, TrackKey(secrets.site, secrets.track), other=True):
        return _other_region(f"{site} and {name}", "Track keys", hosts)
    if opens(hosts, APP, AppKey(secrets.track)):
        return problem(f"{name} holds an App API key, and {wanted}", f"put a Track API key into {name}")
    for workspace, other in others.items():
        for pair in (TrackKey(other.site, secrets.track), TrackKey(secrets.site, other.track)):
            if pair.site_id and pair.secret and opens(hosts, TRACK, pair):
                said = f"{site} and {name} are of two workspaces: one of them is that of '{workspace}'"
                return problem(said, "take both from the same page of Customer.io")
    said = f"the Track API refuses {site} with {name}: one of them is mistyped or revoked"
    return problem(said, "Customer.io, Settings → API Credentials → Tracking API Keys", REFUSED)


def why_account_is_refused(hosts: Hosts, secrets: Secrets) -> Finding:
    """What is wrong with a service-account token that is exchanged for nothing."""
    name, value = secrets.names["account"], secrets.account
    wanted = "the UI API needs a service-account token"
    if opens(hosts, APP, AppKey(value)):
        return problem(f"{name} holds an App API key, and {wanted}", f"put a service-account token into {name}")
    if secrets.site and opens(hosts, TRACK, TrackKey(secrets.site, value)):
        return problem(f"{name} holds a Track API key, and {wanted}", f"put a service-account token into {name}")
    if opens(hosts, UI, ServiceAccount(value, is_read_only=True), other=True):
        return _other_region(name, "service account", hosts)
    said = f"the service-account token in {name} is not valid: mistyped, expired or revoked"
    return problem(said, "Customer.io, account settings → Service accounts", REFUSED)


def _other_region(names: str, what: str, hosts: Hosts) -> Finding:
    theirs, ours = hosts.other_region.upper(), hosts.region.upper()
    verb = "are" if " and " in names else "is"
    said = f"{names} {verb} of the {theirs} region ({what}), and the settings ask the {ours} hosts"
    where = f'region = "{hosts.other_region}"' if hosts.settings.url is None else f"url = …/{hosts.other_region}"
    return problem(said, where)
