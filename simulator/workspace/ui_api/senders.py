"""Identities, and the domains they send from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.documents import Json, Kind, new_identity, shown
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import ANY, TEXT, Fields, found, need_name, refusal, taken
from simulator.workspace.writing import add, drop, keep, note, touch

ROUTES = Routes(Surface.UI)
IDENTITIES = "/v1/environments/{environment_id}/identities"
DOMAINS = "/v1/environments/{environment_id}/domains"
IDENTITY_FIELDS: Fields = {"name": TEXT, "email": TEXT, "type": ANY, "id": ANY}
DOMAIN_FIELDS: Fields = {"domain": TEXT, "id": ANY}


@ROUTES.add("GET", IDENTITIES, Confidence.SEEN)
def list_identities(request: Request) -> Reply:
    """The senders of a type; a hidden one is left out."""
    kind = request.first("type", "email")
    rows = [
        one
        for one in request.space.documents.all(Kind.IDENTITY)
        if one["template_type"] in (kind, kind.removesuffix("s")) and not one["hidden"]
    ]
    return Reply({"identities": [shown(Kind.IDENTITY, one) for one in rows]})


@ROUTES.add("POST", IDENTITIES, Confidence.SEEN)
def create_identity(request: Request) -> Reply:
    """A new sender. Its domain need not be verified: nothing leaves this machine."""
    values = taken(request, "identity", IDENTITY_FIELDS)
    _check_identity(values)
    made = new_identity(need_name(values), values["email"], request.space.now())
    return Reply({"identity": shown(Kind.IDENTITY, add(request, Kind.IDENTITY, made))})


@ROUTES.add("PUT", IDENTITIES + "/{id}", Confidence.GUESSED)
def write_identity(request: Request) -> Reply:
    """Write a sender's name and address."""
    identity = found(request, Kind.IDENTITY, request.number("id"))
    values = taken(request, "identity", IDENTITY_FIELDS)
    identity |= {name: value for name, value in values.items() if name in ("name", "email")}
    need_name(identity)
    _check_identity(identity)
    return Reply({"identity": shown(Kind.IDENTITY, keep(request, Kind.IDENTITY, touch(request, identity)))})


@ROUTES.add("DELETE", IDENTITIES + "/{id}", Confidence.GUESSED)
def delete_identity(request: Request) -> Reply:
    """Forget a sender that no content names.

    Assumed: 422 where some does.
    """
    identity = found(request, Kind.IDENTITY, request.number("id"))
    for one in request.space.documents.all(Kind.TEMPLATE):
        if identity["id"] in (one.get("from_identity_id"), one.get("reply_to_identity_id")):
            raise refusal(422, "identity is in use")
    drop(request, Kind.IDENTITY, identity)
    return Reply(status=204)


def _check_identity(values: Mapping[str, Any]) -> None:
    email = values.get("email", "")
    if "@" not in email.strip("@") or any(mark in email for mark in "\r\n"):
        raise refusal(422, "email is invalid")


@ROUTES.add("GET", DOMAINS, Confidence.SEEN)
def list_domains(request: Request) -> Reply:
    """Every domain; ids are text here."""
    rows = [_domain_row(one) for one in request.space.documents.all(Kind.DOMAIN)]
    return Reply({"domains": rows})


@ROUTES.add("POST", DOMAINS, Confidence.GUESSED)
def create_domain(request: Request) -> Reply:
    """A new domain, not verified."""
    name = taken(request, "domain", DOMAIN_FIELDS).get("domain", "").strip().lower()
    if "." not in name.strip("."):
        raise refusal(422, "domain is invalid")
    if any(one["domain"] == name for one in request.space.documents.all(Kind.DOMAIN)):
        raise refusal(422, "domain already exists")
    number = request.space.documents.store.new_id(Kind.DOMAIN)
    made = {"id": str(number), "domain": name, "checks": dict.fromkeys(CHECKS, False)}
    request.space.documents.put(Kind.DOMAIN, number, made)
    note(request, Kind.DOMAIN, {**made, "name": name}, "created")
    return Reply({"domain": _domain_row(made)})


@ROUTES.add("DELETE", DOMAINS + "/{id}", Confidence.GUESSED)
def delete_domain(request: Request) -> Reply:
    """Forget a domain."""
    drop(request, Kind.DOMAIN, found(request, Kind.DOMAIN, request.number("id")))
    return Reply(status=204)


CHECKS: Mapping[str, tuple[str, str]] = {
    "verified_spf": ("SPF", "SPF record not found"),
    "verified_dkim": ("DKIM", "Could not verify DKIM"),
    "verified_domain": ("Domain", "Could not verify the domain"),
    "verified_dmarc": ("DMARC", "DMARC record not found"),
}
"""What is looked up for a domain: how a failure is called, and what it says."""


@ROUTES.add("POST", DOMAINS + "/{id}/verify", Confidence.SEEN, "no name is looked up: it answers what is stored")
def verify_domain(request: Request) -> Reply:
    """What is known of a domain's records; a 200 carries what failed.

    Nothing is looked up in the network: a domain made here passes no check until its stored `checks` say otherwise.
    """
    domain = found(request, Kind.DOMAIN, request.number("id"))
    checks = {name: bool(domain.get("checks", {}).get(name)) for name in CHECKS}
    errors = {CHECKS[name][0]: [CHECKS[name][1]] for name, passed in checks.items() if not passed}
    answer: Json = {"domain": {**_domain_row(domain), "verified": not errors, **checks}}
    return Reply({**answer, "errors": errors} if errors else answer)


def _domain_row(domain: Mapping[str, Any]) -> Json:
    return {"id": domain["id"], "domain": domain["domain"]}
