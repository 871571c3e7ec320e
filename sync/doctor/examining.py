"""One workspace looked at: each key by one cheap read, and what can be told from the answers."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from mailwright.definitions.workspace import FromEnvironment
from mailwright.definitions.workspace import Workspace as Settings
from sync.clients.keys import AppKey, ServiceAccount, TrackKey
from sync.clients.pacing import Pace
from sync.clients.refusals import Unreachable, WorkspaceRefusal
from sync.clients.transport import Answer, Transport
from sync.doctor.findings import OTHER, REFUSED, Finding, Weight, fine, note, problem
from sync.doctor.hosts import APP, TRACK, UI, Hosts
from sync.doctor.keys_tried import (
    ACCOUNT,
    REGION,
    WORKSPACES,
    Secrets,
    not_there,
    reaching,
    why_account_is_refused,
    why_app_key_is_refused,
    why_track_key_is_refused,
)
from sync.doctor.needs import NEEDS, SCOPES, commands_for, possible
from sync.doctor.whose import workspace_of_app_key

WEBHOOK_KEY = "MAILWRIGHT_WEBHOOK_KEY"
SKEW = 60
"""Seconds that clocks may differ before it is told; at 300 every webhook is refused."""


@dataclass
class Examination:
    """What is asked of one workspace, and what was learnt on the way."""

    name: str
    settings: Settings
    environ: Mapping[str, str]
    now: Callable[[], datetime]
    workspaces: Mapping[str, Settings] = field(default_factory=dict)
    seam: httpx.BaseTransport | None = None
    pace: Callable[[], Pace] = Pace
    open_with: set[str] = field(default_factory=set)  # app, track, account: the keys that open something
    date: str = ""
    webhooks: int | None = None
    signing_key: str = field(default="", repr=False)
    unreachable: set[str] = field(default_factory=set)

    def findings(self) -> Iterator[Finding]:
        """Everything that there is to say, in the order it is looked at."""
        if self.settings.region is None and self.settings.url is None:
            hint = 'region = "us", or url = "http://127.0.0.1:8090"'
            yield problem(f"the settings do not say where '{self.name}' is", hint)
            return
        secrets = secrets_of(self.settings, self.environ)
        yield from self._variables(secrets)
        hosts = Hosts(self.settings, self.seam, self.pace())
        for part in (self._account, self._app, self._track):
            for finding in part(hosts, secrets):
                # The local workspace is one server: that it is not running is said once.
                if finding.says not in self.unreachable:
                    yield finding
                if finding.code == REFUSED:
                    self.unreachable.add(finding.says)
        yield from self._clock()
        yield from self._webhooks()
        if self.open_with:
            yield from self._commands()

    def _variables(self, secrets: Secrets) -> Iterator[Finding]:
        if not secrets.names:
            yield note(f"the settings name no key for '{self.name}'", "docs/doctor.md tells which command needs which")
        values = {"app": secrets.app, "account": secrets.account, "site": secrets.site, "track": secrets.track}
        unset = [secrets.names[kind] for kind in values if kind in secrets.names and not values[kind]]
        if unset:
            yield note(f"{', '.join(unset)} {'is' if len(unset) == 1 else 'are'} not set", "set what you need")
        for name in secrets.names.values():
            raw = self.environ.get(name, "")
            if raw and raw.strip().strip("\"'") != raw:
                yield problem(f"{name} begins or ends with a blank or a quote", "the shell's quotes are not part of it")
        for other, settings in self.workspaces.items():
            theirs = secrets_of(settings, self.environ)
            if other != self.name and secrets.app and _same(secrets.app, theirs.app):
                said = f"{secrets.names['app']} holds the same App API key as {theirs.names['app']} of '{other}'"
                yield problem(said, "an App API key opens one workspace only: one of them is wrong")

    # --- the three APIs ---------------------------------------------------------------------------------------------

    def _app(self, hosts: Hosts, secrets: Secrets) -> Iterator[Finding]:
        if not secrets.app:
            return
        name = secrets.names["app"]
        with reaching(hosts, APP, AppKey(secrets.app, name)) as transport:
            assert transport is not None
            try:
                found = self._looked(transport, WORKSPACES)
            except Unreachable as error:
                yield not_there(hosts, APP, error)
                return
            if found.status == 401:
                yield why_app_key_is_refused(hosts, secrets)
                return
            if not found.is_yes and found.status != 403:
                yield _strange(hosts, APP, found)
                return
            if found.is_yes and _rows(found, "workspaces") is None:
                yield _strange(hosts, APP, found)
                return
            self.open_with.add("app")
            yield from self._whose_app_key(hosts, transport, name, secrets)
            yield from self._scopes(transport, name)

    def _whose_app_key(self, hosts: Hosts, transport: Transport, name: str, secrets: Secrets) -> Iterator[Finding]:
        wanted = self.settings.id
        if wanted is None:
            yield note(f"the settings do not say which id '{self.name}' has, so whose {name} is was not looked at")
            return
        with reaching(hosts, UI, self._account_key(secrets)) as ui:
            found = workspace_of_app_key(transport, ui if "account" in self.open_with else None, wanted)
        if found is None:
            yield note(f"whose App API key {name} holds cannot be told: the workspace has no message yet")
        elif found == wanted:
            yield fine(f"{name} opens workspace {wanted}")
        else:
            yield problem(
                f"{name} is the App API key of {self._called(found)}, and the settings say {wanted}",
                "put each workspace's key into its own variable",
            )

    def _scopes(self, transport: Transport, name: str) -> Iterator[Finding]:
        for scope, (path, query) in SCOPES.items():
            try:
                found = self._looked(transport, path, **query)
            except Unreachable:
                return  # it was there a moment ago; what comes next tells
            if found.status == 403:
                commands = " and ".join(f"`{one}`" for one in commands_for(scope)[:3])
                said = f"{name} has no scope for {scope}" + (f", which {commands} read" if commands else "")
                yield problem(
                    said, "Customer.io, the key's scopes; docs/doctor.md has the least of each command", OTHER
                )
            elif found.is_yes and scope == "webhooks":
                self.webhooks = len(_rows(found, "reporting_webhooks") or ())

    def _track(self, hosts: Hosts, secrets: Secrets) -> Iterator[Finding]:
        if not secrets.site or not secrets.track:
            return
        names = f"{secrets.names['site']} and {secrets.names['track']}"
        with reaching(hosts, TRACK, TrackKey(secrets.site, secrets.track)) as transport:
            assert transport is not None
            try:
                found = self._looked(transport, REGION)
            except Unreachable as error:
                yield not_there(hosts, TRACK, error)
                return
        if found.sent_to and 300 <= found.status < 400:
            theirs = hosts.other_region.upper() or "other"
            yield problem(f"{names} are of the {theirs} region: the Track API sends them on there", "region = …")
        elif found.status == 401:
            yield why_track_key_is_refused(hosts, secrets, self._others())
        elif not isinstance(found.body, dict) or "environment_id" not in found.body:
            yield _strange(hosts, TRACK, found)
        else:
            self.open_with.add("track")
            number, wanted = found.body["environment_id"], self.settings.id
            if wanted is None or str(number) == str(wanted):
                yield fine(f"{names} open workspace {number}")
            else:
                yield problem(
                    f"{names} are the Track keys of {self._called(number)}, and the settings say {wanted}",
                    "put each workspace's keys into its own variables",
                )

    def _account(self, hosts: Hosts, secrets: Secrets) -> Iterator[Finding]:
        if not secrets.account:
            return
        name = secrets.names["account"]
        with reaching(hosts, UI, self._account_key(secrets)) as transport:
            assert transport is not None
            try:
                found = self._looked(transport, ACCOUNT)
            except Unreachable as error:
                yield not_there(hosts, UI, error)
                return
            except WorkspaceRefusal as refusal:
                if refusal.status in (400, 401, 403):
                    yield why_account_is_refused(hosts, secrets)
                else:
                    yield problem(f"the UI API exchanges no token: it answers {refusal.status}", code=REFUSED)
                return
            account = (found.body or {}).get("account") if isinstance(found.body, dict) else None
            if not isinstance(account, dict):
                yield _strange(hosts, UI, found)
                return
            self.open_with.add("account")
            if secrets.account.startswith("sa_sandbox_"):
                yield note(f"{name} is of a sandbox account")
            yield from self._reach_of_account(transport, name, account)

    def _reach_of_account(self, transport: Transport, name: str, account: Mapping[str, Any]) -> Iterator[Finding]:
        wanted, region = self.settings.id, account.get("data_center")
        if self.settings.region is not None and region not in (None, self.settings.region):
            said = f"{name} is of an account in the region '{region}', and the settings say '{self.settings.region}'"
            yield problem(said, f'region = "{region}"')
        rows = _rows(self._looked(transport, f"/v1/accounts/{account.get('id')}/environments"), "environments")
        known = {str(one.get("id")): str(one.get("name", "")) for one in rows or ()}
        if wanted is None:
            yield problem(f"the settings do not say which workspace of the account '{self.name}' is", "id = …")
        elif str(wanted) not in known:
            there = ", ".join(f"{number} ({called})" for number, called in sorted(known.items())[:8]) or "none"
            yield problem(f"the service account of {name} does not reach workspace {wanted}", f"it reaches: {there}")
        else:
            yield fine(f"the service account of {name} reaches workspace {wanted}")
            yield from self._live_edit(transport, wanted)

    def _live_edit(self, transport: Transport, number: int) -> Iterator[Finding]:
        """Whether the switch is on.

        Assumed: the workspace's settings carry it as `agent_live_edit`; a token keeps what held before.
        """
        found = self._looked(transport, f"/v1/environments/{number}/settings/workspace")
        inner = found.body.get("workspace", found.body) if isinstance(found.body, dict) else {}
        state = inner.get("agent_live_edit") if isinstance(inner, dict) else None
        if state is True:
            yield fine("agents may edit live data")
        elif state is False:
            said = "'Allow agent to edit live data' is off: an apply is refused what concerns running campaigns"
            yield note(said, "switch it on in the workspace's settings; tokens that were made before do not see it")
        else:
            yield note("whether agents may edit live data cannot be told: the workspace's settings do not say")
        secret = self._looked(transport, f"/v1/environments/{number}/signing_secret")
        if secret.is_yes and isinstance(secret.body, dict):
            self.signing_key = str(secret.body.get("signing_secret") or "")
        if self.webhooks is None:
            rows = _rows(
                self._looked(transport, f"/v1/environments/{number}/webhook_configurations"), "webhook_configurations"
            )
            self.webhooks = None if rows is None else len(rows)

    # --- beside the keys --------------------------------------------------------------------------------------------

    def _clock(self) -> Iterator[Finding]:
        """Source: HTTP, `Date`; reporting webhooks are refused beyond 300 seconds."""
        try:
            theirs = parsedate_to_datetime(self.date)
        except (TypeError, ValueError):
            return
        seconds = int((self.now() - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))).total_seconds())
        if abs(seconds) <= SKEW:
            yield fine("the clock agrees with the workspace's")
            return
        side = "ahead of" if seconds > 0 else "behind"
        said = f"this machine's clock is {abs(seconds):,} seconds {side} the workspace's"
        yield problem(said, "webhooks are refused beyond 300 seconds; let the system keep its time by NTP", OTHER)

    def _webhooks(self) -> Iterator[Finding]:
        """Assumed: `signing_secret` of the UI API is the key that reporting webhooks are signed with."""
        key = self.environ.get(WEBHOOK_KEY, "")
        if key and self.signing_key:
            if _same(key, self.signing_key):
                yield fine(f"{WEBHOOK_KEY} is the workspace's signing key")
            elif self.webhooks and not self._is_anothers(key):
                said = f"{WEBHOOK_KEY} is not the signing key of '{self.name}': its webhooks would be answered 401"
                yield problem(said, "Customer.io, the reporting webhook's page")
        elif self.webhooks and not key:
            said = f"the workspace has {self.webhooks} reporting webhook{'' if self.webhooks == 1 else 's'}"
            yield note(f"{said}, and {WEBHOOK_KEY} is not set: `listen` cannot verify them", "the signing key")

    def _is_anothers(self, key: str) -> bool:
        """Whether it is the signing key of another workspace, which the receiver may be meant for."""
        for name, settings in self.workspaces.items():
            if name != self.name and settings.id is not None:
                other = secrets_of(settings, self.environ)
                with reaching(Hosts(settings, self.seam), UI, self._account_key(other)) as transport:
                    if other.account and transport is not None:
                        try:
                            found = transport.look(f"/v1/environments/{settings.id}/signing_secret")
                        except (Unreachable, WorkspaceRefusal):
                            continue
                        if isinstance(found.body, dict) and _same(key, str(found.body.get("signing_secret") or "")):
                            return True
        return False

    def _commands(self) -> Iterator[Finding]:
        can = {
            need.command: possible(
                need,
                account="account" in self.open_with,
                app="app" in self.open_with,
                track="track" in self.open_with,
            )
            for need in NEEDS
        }
        yield fine(f"enough for: {', '.join(name for name, is_possible in can.items() if is_possible)}")
        if cannot := [name for name, is_possible in can.items() if not is_possible]:
            yield note(f"not enough for: {', '.join(cannot)}", "docs/doctor.md tells what each needs")

    # --- parts ------------------------------------------------------------------------------------------------------

    def _looked(self, transport: Transport, path: str, **query: object) -> Answer:
        found = transport.look(path, **query)
        self.date = self.date or found.date
        return found

    def _account_key(self, secrets: Secrets) -> ServiceAccount:
        return ServiceAccount(secrets.account, secrets.names.get("account", ""), is_read_only=True)

    def _others(self) -> dict[str, Secrets]:
        return {name: secrets_of(one, self.environ) for name, one in self.workspaces.items() if name != self.name}

    def _called(self, number: Any) -> str:
        if not number:
            return "another workspace"
        names = [name for name, one in self.workspaces.items() if str(one.id) == str(number)]
        return f"workspace {number}" + (f" ('{names[0]}')" if names else "")


def secrets_of(settings: Settings, environ: Mapping[str, str]) -> Secrets:
    """What the environment holds for a workspace."""
    named: dict[str, FromEnvironment | None] = {
        "app": settings.app_key,
        "account": settings.service_account,
        "site": None if settings.track is None else settings.track.site_id,
        "track": None if settings.track is None else settings.track.api_key,
    }
    values = {kind: environ.get(one.env, "").strip() for kind, one in named.items() if one is not None}
    return Secrets(**values, names={kind: one.env for kind, one in named.items() if one is not None})


def exit_code(findings: Iterable[Finding]) -> int:
    """The exit code that the worst problem leads to."""
    codes = {one.code for one in findings if one.weight is Weight.PROBLEM}
    return next((code for code in (3, REFUSED, OTHER) if code in codes), 0)


def _rows(found: Answer, name: str) -> list[Mapping[str, Any]] | None:
    rows = found.body.get(name) if isinstance(found.body, dict) else None
    if rows is None:
        return [] if isinstance(found.body, dict) and name in found.body else None
    return [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else None


def _strange(hosts: Hosts, surface: str, found: Answer) -> Finding:
    where = hosts.settings.url or "its host"
    said = f"what answers at {where} is not the {surface} of Customer.io ({found.status})"
    return problem(said, "the address of a local workspace is the one that mailwright serve shows", REFUSED)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
