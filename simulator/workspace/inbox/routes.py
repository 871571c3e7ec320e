"""The inbox over HTTP: pages for people, JSON for programs, and what recipients do with their mail."""

from __future__ import annotations

import asyncio
import re
import secrets
from urllib.parse import unquote

from simulator.history.calls import Call, CallKind
from simulator.workspace.admin.asking import AdminRequest, refused
from simulator.workspace.admin.routes import AdminRoutes
from simulator.workspace.importing.importer import Importer
from simulator.workspace.inbox.eml import as_eml
from simulator.workspace.inbox.letters import Letter, as_data
from simulator.workspace.inbox.pages import TABS, Place, inbox_page
from simulator.workspace.inbox.post_office import PostOffice
from simulator.workspace.inbox.relay import Relay
from simulator.workspace.reporting.queue import as_data as waiting_as_data
from simulator.workspace.reporting.sender import Sender
from simulator.workspace.routes import Reply
from simulator.workspace.space import Space

METRICS = ("delivered", "opened", "clicked", "converted", "unsubscribed", "bounced", "dropped", "spammed", "replied")
_COMMON = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


def inbox_routes(office: PostOffice, sender: Sender, relay: Relay | None, importer: Importer) -> AdminRoutes:
    """The inbox of one server."""
    routes = AdminRoutes()
    _add_pages(routes, office)
    _add_data(routes, office)
    _add_doings(routes, sender, relay, importer)
    return routes


# --- pages -----------------------------------------------------------------------------------------------------------


def _add_pages(routes: AdminRoutes, office: PostOffice) -> None:
    @routes.add("GET", "/inbox", "every message that was sent, as a page; /inbox/WORKSPACE for one workspace")
    def all_letters(request: AdminRequest) -> Reply:
        return _page(request, office, None, None)

    @routes.add("GET", "/inbox/{workspace}", "the messages of one workspace")
    def letters_of_one(request: AdminRequest) -> Reply:
        return _page(request, office, _space(request), None)

    @routes.add("GET", "/inbox/{workspace}/{delivery}", "one message: page, text, source, and why it was sent")
    def one_letter(request: AdminRequest) -> Reply:
        space = _space(request)
        return _page(request, office, None if request.query("of") == "all" else space, _letter(request, office, space))

    @routes.add("GET", "/inbox/{workspace}/{delivery}/page", "the message itself, which may do nothing")
    def letter_page(request: AdminRequest) -> Reply:
        """The page as it was sent, in a frame that may run nothing and load nothing, but for pictures on demand."""
        letter = _letter(request, office, _space(request))
        pictures = "* data:" if request.query("remote") else "data:"
        policy = f"sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src {pictures}; "
        policy += (
            "style-src 'unsafe-inline'; font-src 'none'; form-action 'none'; frame-ancestors 'self'; base-uri 'none'"
        )
        return _html(_opening_elsewhere(letter.html), policy)

    @routes.add("GET", "/inbox/{workspace}/{delivery}/message.eml", "the message as an email file")
    def letter_file(request: AdminRequest) -> Reply:
        letter = _letter(request, office, _space(request))
        headers = {"Content-Type": "message/rfc822", "Content-Disposition": 'attachment; filename="message.eml"'}
        return Reply(as_eml(letter), 200, {**_COMMON, **headers})


def _page(request: AdminRequest, office: PostOffice, space: Space | None, chosen: Letter | None) -> Reply:
    tab = request.query("tab") or "html"
    place = Place(
        workspaces=tuple(one.name for one in request.server.account.spaces.values()),
        workspace=space.name if space is not None else None,
        search=(request.query("q") or "")[:200],
        tab=tab if tab in dict(TABS) else "html",
        remote=bool(request.query("remote")),
    )
    letters, total = office.letters(space, place.search)
    source = _source(chosen) if chosen is not None and place.tab == "source" else ""
    nonce = secrets.token_urlsafe(12)
    page = inbox_page(place, letters, total, chosen, source, request.server.account.clock.now(), nonce)
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; "
    policy += "connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    return _html(page, policy)


def _source(letter: Letter) -> str:
    if letter.channel == "email":
        return as_eml(letter).decode("utf-8", "replace")
    headers = "\n".join(f"{name}: {value}" for name, value in letter.headers.items())
    return "\n\n".join(part for part in (letter.request, headers, letter.text or letter.html) if part)


def _html(text: str, policy: str) -> Reply:
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "X-Frame-Options": "SAMEORIGIN",
    }
    return Reply(text.encode("utf-8", "replace"), 200, {**_COMMON, **headers})


_HEAD = re.compile(r"<head(?:\s[^>]*)?>|<html(?:\s[^>]*)?>|<!doctype[^>]*>", re.IGNORECASE)


def _opening_elsewhere(page: str) -> str:
    """The page with its links opening in a tab of their own, where they have room."""
    found = [*_HEAD.finditer(page[:10_000])]
    at = found[-1].end() if found else 0
    return f'{page[:at]}<base target="_blank">{page[at:]}'


def _space(request: AdminRequest) -> Space:
    return request.space(unquote(request.params["workspace"]))


def _letter(request: AdminRequest, office: PostOffice, space: Space) -> Letter:
    found = office.letter(space, unquote(request.params["delivery"]))
    if found is None:
        raise refused("no message has this id", 404)
    return found


# --- data ------------------------------------------------------------------------------------------------------------


def _add_data(routes: AdminRoutes, office: PostOffice) -> None:
    @routes.add("GET", "/_inbox", "the same as JSON: ?workspace=NAME&q=TEXT&limit=N, or ?newest=1 for its id alone")
    def list_letters(request: AdminRequest) -> Reply:
        named = request.query("workspace")
        space = request.space(named) if named else None
        if request.query("newest"):
            return Reply({"newest": office.newest(space)})
        limit = request.query("limit") or "1000"
        if not limit.isdigit():
            raise refused("'limit' is a number")
        letters, total = office.letters(space, request.query("q") or "", int(limit))
        return Reply({"total": total, "messages": [as_data(letter, whole=False) for letter in letters]})

    @routes.add("GET", "/_inbox/{delivery}", "one message with its texts, what happened to it, and why it was sent")
    def read_letter(request: AdminRequest) -> Reply:
        for space in request.spaces():
            found = office.letter(space, unquote(request.params["delivery"]))
            if found is not None:
                return Reply({"message": as_data(found, whole=True)})
        raise refused("no message has this id", 404)


# --- what recipients do ----------------------------------------------------------------------------------------------


def _add_doings(routes: AdminRoutes, sender: Sender, relay: Relay | None, importer: Importer) -> None:
    @routes.add("POST", "/_engage", '{"delivery_id": ID, "metric": "opened", "href": URL}: a recipient does something')
    def engage(request: AdminRequest) -> Reply:
        body = request.body("delivery_id", "metric", "href", "link_id", "machine", "proxied", "prefetched", "synthetic",
                            "failure_message", "tracked_response", "to", "inbound_event_id")  # fmt: skip
        delivery, metric = body.get("delivery_id"), body.get("metric")
        if metric not in METRICS:
            raise refused(f"'metric' is one of {', '.join(METRICS)}")
        for space in request.spaces():
            if isinstance(delivery, str) and space.running.delivery(delivery) is not None:
                details = {name: value for name, value in body.items() if name not in ("delivery_id", "metric")}
                space.take(Call(1, CallKind.METRIC, name=metric, other=delivery, data=details))
                return Reply({"delivery_id": delivery, "metric": metric})
        raise refused("no message has this id", 404)

    @routes.add("POST", "/_settle", "waits until everything that is due was run, and what was sent was handed over")
    async def settle(request: AdminRequest) -> Reply:
        request.server.run_due()
        await importer.take_waiting()
        await asyncio.gather(sender.send_due(), *([relay.send_waiting()] if relay is not None else []))
        return Reply(_outgoing(sender, relay))

    @routes.add("GET", "/_webhooks", "the events that wait for a reporting webhook to take them")
    def waiting(request: AdminRequest) -> Reply:
        named = request.query("workspace")
        rows = sender.queue.all(request.space(named).id if named else None)
        return Reply({**_outgoing(sender, relay), "queue": [waiting_as_data(one) for one in rows]})


def _outgoing(sender: Sender, relay: Relay | None) -> dict[str, object]:
    found: dict[str, object] = {
        "webhooks_sent": sender.sent,
        "webhooks_waiting": len(sender.queue.all()),
        "webhooks_held_back": sum(sender.held_back.values()),
    }
    return found if relay is None else {**found, "relayed": relay.relayed, "relay_failures": relay.failed}
