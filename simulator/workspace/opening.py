"""A server put together from its parts: the account, what it serves, what runs in it, the face for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace import app_api, track, ui_api
from simulator.workspace.account import Account
from simulator.workspace.admin import controls, holdings
from simulator.workspace.admin.face import AdminFace
from simulator.workspace.admin.routes import AdminRoutes
from simulator.workspace.importing.importer import Importer
from simulator.workspace.inbox.post_office import PostOffice, letter_of
from simulator.workspace.inbox.relay import Relay
from simulator.workspace.inbox.routes import inbox_routes
from simulator.workspace.records import DeliveryRecord
from simulator.workspace.reporting import queue
from simulator.workspace.reporting.sender import Sender
from simulator.workspace.reporting.telling import tell_of_deliveries, watch_subscriptions
from simulator.workspace.routes import Reply, Route
from simulator.workspace.running import Running, tables
from simulator.workspace.server.limits import Limits
from simulator.workspace.server.listening import Certificate
from simulator.workspace.server.local_server import DeliveryTold, LocalServer
from simulator.workspace.server.service import Service, Worker
from simulator.workspace.space import Space


def every_route() -> tuple[Route, ...]:
    """What the three APIs serve."""
    return (*track.ALL, *app_api.ALL, *ui_api.ALL)


def open_server(account: Account, *, limits: Limits | None = None, admin_token: str | None = None) -> LocalServer:
    """The server of an account's workspaces; nobody listens for it yet."""
    for schema in (tables.SCHEMA, queue.SCHEMA):  # all of them, so that a state of another server finds its place
        account.store.have(schema)
    return LocalServer(account, every_route(), Running, limits=limits, admin_token=admin_token)


def open_service(
    server: LocalServer,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    smtp: tuple[str, int] | None = None,
    webhooks_anywhere: bool = False,
) -> Service:
    """The server on a port, with its inbox, reporting webhooks and mail relay; port 0 takes a free one.

    Raises: OSError when the port is taken.
    """
    sender = Sender(server.account, anywhere=webhooks_anywhere)
    importer = Importer(server.account, anywhere=webhooks_anywhere)
    relay = Relay(*smtp) if smtp is not None else None
    server.listeners.append(tell_of_deliveries(sender))
    if relay is not None:
        server.listeners.append(_relayed_by(relay))
        server.listen_always()
    server.on_attach(lambda space: watch_subscriptions(space, sender))
    inbox = inbox_routes(PostOffice(server.account), sender, relay, importer)
    certificate = Certificate(host)
    trust = AdminRoutes()
    trust.add("GET", "/_authority", "the authority of this run's HTTPS certificate, for clients that are to trust it")(
        lambda _: Reply(certificate.authority(), 200, {"Content-Type": "application/x-pem-file"})
    )
    face = AdminFace(server, (*controls.ROUTES.all, *holdings.ROUTES.all, *inbox.all, *trust.all))
    workers: list[Worker] = [sender.run, importer.run, *([relay.run] if relay is not None else [])]
    return Service(server, face, host=host, port=port, workers=workers, certificate=certificate)


def _relayed_by(relay: Relay) -> DeliveryTold:
    def told(space: Space, delivery: DeliveryRecord, metric: str, _: Mapping[str, Any]) -> None:
        if metric == "sent" and delivery.type == "email":
            relay.take(letter_of(space, delivery))

    return told
