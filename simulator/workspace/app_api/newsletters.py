"""Newsletters of the App API: made, edited, scheduled, sent, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from simulator.workspace.app_api.bodies import (
    ANY,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    NUMBER,
    OBJECT,
    TEXT,
    found,
    known,
    object_body,
    page,
    query_number,
    refusal,
    refusals,
)
from simulator.workspace.app_filters import filter_faults
from simulator.workspace.documents import Json, Kind, new_identity, new_newsletter, new_template, templates_of
from simulator.workspace.messages_sent import send_newsletter
from simulator.workspace.references import newsletter_segments
from simulator.workspace.routes import Confidence, Refusal, Reply, Request, Routes, Surface
from simulator.workspace.writing import add, drop, keep, touch

ROUTES = Routes(Surface.APP)
PATH = "/v1/newsletters"
LONGEST_NAME = 190
FIELDS = {
    "name": TEXT, "type": TEXT, "recipients": OBJECT, "subject": TEXT, "body": TEXT, "body_plain": MAYBE_TEXT,
    "layout_id": MAYBE_NUMBER, "from": TEXT, "from_id": NUMBER, "send_now": (bool,), "scheduled_at": MAYBE_NUMBER,
    "timezone": MAYBE_TEXT, "subscription_topic_id": MAYBE_NUMBER, "preheader_text": TEXT, "reply_to_id": MAYBE_NUMBER,
    "rate_limit_count": ANY, "rate_limit_period": ANY, "tags": (list,), "send_to_unsubscribed": (bool,),
}  # fmt: skip
EDITED = ("name", "recipients", "subscription_topic_id", "send_to_unsubscribed", "tags")


@ROUTES.add("GET", PATH, Confidence.SEEN)
def list_newsletters(request: Request) -> Reply:
    """A page of newsletters."""
    rows = request.space.documents.all(Kind.NEWSLETTER)
    if request.first("sort") == "desc":
        rows.reverse()
    chosen, following = page(request, rows, max(query_number(request, "limit", 100, 100), 1))
    return Reply({"newsletters": [newsletter_row(one) for one in chosen], "next": following})


@ROUTES.add("POST", PATH, Confidence.SPECIFIED)
def create_newsletter(request: Request) -> Reply:
    """A new newsletter with its content; drafted, scheduled or sent at once.

    Source: App API reference: `from` or `from_id`, not both; `send_now` or `scheduled_at`, not both.
    """
    values = known(object_body(request), FIELDS)
    _check_new(request, values)
    now = request.space.now()
    kind = values.get("type", "email")
    made = new_newsletter(values["name"], now, type=kind, recipients=values["recipients"])
    made |= {name: values[name] for name in EDITED if values.get(name) is not None}
    content = {name: values[name] for name in ("subject", "body", "body_plain", "preheader_text") if name in values}
    template = new_template(kind, now, recipient_environment_id=request.space.id, **content)
    template |= {
        "layout_id": values.get("layout_id"),
        "from_identity_id": values["from_id"] if "from_id" in values else _sender(request, values.get("from")),
        "reply_to_identity_id": values.get("reply_to_id"),
    }
    made["template_ids"] = [request.space.documents.add(Kind.TEMPLATE, template)["id"]]
    newsletter = add(request, Kind.NEWSLETTER, made)
    if values.get("send_now"):
        send_newsletter(request.space, newsletter)
    elif values.get("scheduled_at") is not None:
        _schedule(request, newsletter, values)
    if newsletter["send_state"] != "drafted":
        request.space.documents.put(Kind.NEWSLETTER, newsletter["id"], newsletter)
        request.space.content_changed()
    return Reply({"newsletter": newsletter_row(newsletter)})


def _check_new(request: Request, values: Mapping[str, Any]) -> None:
    if not values.get("name", "").strip():
        # Source: this one comes without pointer and status.
        raise Refusal(422, {"errors": [{"detail": "name is required"}]})
    faults: list[tuple[str | None, str]] = []
    if len(values["name"]) > LONGEST_NAME:
        faults.append(("/name", f"name is longer than {LONGEST_NAME} characters"))
    if any(one["name"] == values["name"] for one in request.space.documents.all(Kind.NEWSLETTER)):
        faults.append(("/name", "name already exists"))
    if values.get("type", "email") not in ("email", "push", "sms", "twilio", "webhook", "in_app"):
        faults.append(("/type", "type is invalid"))
    if not values.get("recipients"):
        faults.append(("/recipients", "recipients is required"))
    else:
        faults += filter_faults(request.space, values["recipients"], "/recipients")
    if "from" in values and "from_id" in values:
        faults.append(("/from", "from and from_id exclude each other"))
    if values.get("send_now") and values.get("scheduled_at") is not None:
        faults.append(("/scheduled_at", "send_now and scheduled_at exclude each other"))
    documents = request.space.documents
    for name, kind in (("layout_id", Kind.LAYOUT), ("from_id", Kind.IDENTITY), ("reply_to_id", Kind.IDENTITY)):
        if values.get(name) is not None and documents.get(kind, values[name]) is None:
            faults.append((f"/{name}", f"{name} not found"))
    if faults:
        raise refusals(422, faults)


def _sender(request: Request, text: str | None) -> int | None:
    """The sender that a `Name <address>` stands for; made, and hidden, where there is none."""
    if text is None:
        return None
    name, email = parseaddr(text)
    if "@" not in email:
        raise refusal(422, "from is invalid", "/from")
    for one in request.space.documents.all(Kind.IDENTITY):
        if (one["name"], one["email"]) == (name or email, email):
            return int(one["id"])
    made = new_identity(name or email, email, request.space.now(), auto_generated=True, hidden=True)
    return int(add(request, Kind.IDENTITY, made)["id"])


@ROUTES.add("GET", PATH + "/{id}", Confidence.SPECIFIED)
def read_newsletter(request: Request) -> Reply:
    """One newsletter."""
    return Reply({"newsletter": newsletter_row(found(request, Kind.NEWSLETTER))})


@ROUTES.add("PUT", PATH + "/{id}", Confidence.SPECIFIED)
def write_newsletter(request: Request) -> Reply:
    """Write what the body says of a newsletter that is not sent yet."""
    newsletter = unsent(request)
    values = known(object_body(request), FIELDS)
    if "recipients" in values:
        faults = filter_faults(request.space, values["recipients"], "/recipients")
        if faults:
            raise refusals(422, faults)
    newsletter |= {name: value for name, value in values.items() if name in EDITED}
    if not newsletter["name"].strip():
        raise Refusal(422, {"errors": [{"detail": "name is required"}]})
    return Reply({"newsletter": newsletter_row(keep(request, Kind.NEWSLETTER, touch(request, newsletter)))})


@ROUTES.add("DELETE", PATH + "/{id}", Confidence.SPECIFIED)
def delete_newsletter(request: Request) -> Reply:
    """The newsletter and its content are gone."""
    newsletter = found(request, Kind.NEWSLETTER)
    for template in templates_of(request.space.documents, newsletter):
        request.space.documents.delete(Kind.TEMPLATE, template["id"])
    drop(request, Kind.NEWSLETTER, newsletter)
    return Reply(status=204)


@ROUTES.add("POST", PATH + "/{id}/send", Confidence.SPECIFIED)
def send_now(request: Request) -> Reply:
    """Send a newsletter now."""
    newsletter = unsent(request)
    send_newsletter(request.space, newsletter)
    keep(request, Kind.NEWSLETTER, touch(request, newsletter), "sent")
    return Reply({"newsletter": newsletter_row(newsletter)})


@ROUTES.add("POST", PATH + "/{id}/schedule", Confidence.SPECIFIED)
def schedule(request: Request) -> Reply:
    """Say when a newsletter is sent."""
    newsletter = unsent(request)
    _schedule(request, newsletter, known(object_body(request), FIELDS))
    keep(request, Kind.NEWSLETTER, touch(request, newsletter), "scheduled")
    return Reply({"newsletter": newsletter_row(newsletter)})


@ROUTES.add("DELETE", PATH + "/{id}/schedule", Confidence.GUESSED)
def cancel(request: Request) -> Reply:
    """Take a schedule back."""
    newsletter = unsent(request)
    newsletter |= {"send_state": "drafted", "scheduled_at": None}
    keep(request, Kind.NEWSLETTER, touch(request, newsletter), "cancelled")
    return Reply({"newsletter": newsletter_row(newsletter)})


def _schedule(request: Request, newsletter: Json, values: Mapping[str, Any]) -> None:
    at = values.get("scheduled_at")
    if at is None or at <= request.space.now():
        raise refusal(422, "scheduled_at must be in the future", "/scheduled_at")
    zone = values.get("timezone") or ""
    newsletter |= {"send_state": "scheduled", "scheduled_at": at, "timezone": zone}


def unsent(request: Request) -> Json:
    """The newsletter of the path, which is not sent yet.

    Raises: Refusal: 404 when there is none, 422 when it was sent.
    """
    newsletter = found(request, Kind.NEWSLETTER)
    if newsletter["send_state"] not in ("drafted", "scheduled", "paused"):
        raise refusal(422, "newsletter was sent")
    return newsletter


def newsletter_row(newsletter: Mapping[str, Any]) -> Json:
    """A newsletter as the App API shows it."""
    return {
        "id": newsletter["id"],
        "deduplicate_id": f"{newsletter['id']}:{newsletter['updated']}",
        "content_ids": newsletter["template_ids"],
        "name": newsletter["name"],
        "sent_at": newsletter["sent_at"],
        "created": newsletter["created"],
        "updated": newsletter["updated"],
        "type": newsletter["type"],
        "tags": newsletter["tags"],
        "recipient_segment_ids": newsletter_segments(newsletter),
        "subscription_topic_id": newsletter["subscription_topic_id"],
    }
