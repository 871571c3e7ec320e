from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from simulator.workspace.account import Account
from simulator.workspace.documents import Kind, add_action, add_message, new_action, new_campaign, new_template
from simulator.workspace.opening import open_server, open_service
from simulator.workspace.server.announcing import announced
from simulator.workspace.server.local_server import LocalServer
from simulator.workspace.server.service import Service
from simulator.workspace.starter_content import add_starter_content

NOW = 1_767_225_600


@dataclass
class Serving:
    """A server that runs on a port of this machine, and a client for it."""

    server: LocalServer
    service: Service
    client: httpx.Client

    @property
    def url(self) -> str:
        return self.server.account.url

    @property
    def prod(self) -> dict[str, Any]:
        return announced(self.server)["workspaces"][0]

    @property
    def qa(self) -> dict[str, Any]:
        return announced(self.server)["workspaces"][1]

    def admin(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        headers = {"X-Mailwright-Token": self.server.admin_token}
        return self.client.request(method, path, json=body, headers=headers, **more)

    def track(
        self, method: str, path: str, body: Any = None, workspace: dict[str, Any] | None = None
    ) -> httpx.Response:
        one = workspace or self.prod
        return self.client.request(method, f"/track{path}", json=body, auth=(one["site_id"], one["track_key"]))

    def app(self, method: str, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key or self.prod['app_key']}"}
        return self.client.request(method, f"/app{path}", json=body, headers=headers)

    def token(self, **more: str) -> str:
        form = {"grant_type": "client_credentials", "client_secret": self.prod["service_account_token"], **more}
        return self.client.post("/ui/v1/service_accounts/oauth/token", data=form).json()["access_token"]

    def ui(self, method: str, path: str, body: Any = None, token: str | None = None, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        return self.client.request(method, f"/ui{path}", json=body, headers=headers, **more)


@pytest.fixture
def serving() -> Iterator[Serving]:
    account = Account()
    account.clock.freeze(NOW)
    for name, region in (("prod", "us"), ("qa", "eu")):
        account.add(name, region)  # type: ignore[arg-type]
    server = open_server(account)
    for space in account.spaces.values():
        add_starter_content(space)
    server.remember_start()
    service = open_service(server)
    try:
        with service.in_thread(), httpx.Client(base_url=account.url, timeout=10, trust_env=False) as client:
            yield Serving(server, service, client)
    finally:
        account.close()


@pytest.fixture
def campaign(serving) -> int:
    """A campaign for the event signed_up that sends one email."""
    space = next(iter(serving.server.account.spaces.values()))
    documents, now = space.documents, space.now()
    kept = documents.add(
        Kind.CAMPAIGN,
        new_campaign(
            "Onboarding",
            now,
            type="transactional",
            event="signed_up",
            event_type="event",
            state="running",
            first_started=now,
        ),
    )
    template = new_template("email", now, name="welcome", subject="Welcome, {{ customer.plan }}", body="<p>Hello</p>")
    email, _ = add_message(documents, kept["id"], new_action("email_action", now, name="welcome"), template)
    end = add_action(documents, kept["id"], new_action("exit_action", now, name="Exit"))
    kept["workflow_action_ids"] = [email["id"], end["id"]]
    kept["edges"] = [{"from": email["id"], "to": end["id"], "type": "continue"}]
    documents.put(Kind.CAMPAIGN, kept["id"], kept)
    space.content_changed()
    return kept["id"]
