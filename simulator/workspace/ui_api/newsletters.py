"""Newsletters of the UI API: made in stages, each with its `update_type`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulator.workspace.documents import (
    NOTHING_ENCODED,
    Json,
    Kind,
    add_translation,
    new_newsletter,
    new_template,
    shown,
)
from simulator.workspace.membership import audience_of
from simulator.workspace.messages_sent import counts_by_metric, send_newsletter
from simulator.workspace.references import newsletter_segments
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.store import Documents
from simulator.workspace.ui_api.bodies import (
    ANY,
    FLAG,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    NUMBER,
    TEXT,
    Fields,
    found,
    need_name,
    page_of,
    refusal,
    taken,
    whole_body,
)
from simulator.workspace.ui_api.condition_rules import check_filters
from simulator.workspace.ui_api.gates import may_change_state
from simulator.workspace.ui_api.translations import language_asked, template_row
from simulator.workspace.writing import add, drop, keep, note, touch

ROUTES = Routes(Surface.UI)
PATH = "/v1/environments/{environment_id}/newsletters"
MAIN: Fields = {"name": TEXT, "send_percentage": NUMBER}
CHANNEL: Fields = {"type": TEXT}
RECIPIENTS: Fields = {
    "send_percentage": NUMBER, "send_to_unsubscribed": FLAG, "deduped": FLAG, "use_message_limits": FLAG,
    "subscription_topic_id": MAYBE_NUMBER, "filters": MAYBE_TEXT, "recipients": ANY,
}  # fmt: skip
SCHEDULE: Fields = {"scheduled_at": MAYBE_NUMBER, "timezone": MAYBE_TEXT, "send_percentage": NUMBER}
FIELDS: Fields = {"update_type": TEXT, "id": ANY, "send_state": ANY, **MAIN, **CHANNEL, **RECIPIENTS, **SCHEDULE}
CREATED = ("id", "name", "send_state")
UNSENT = frozenset({"drafted", "scheduled", "paused"})


@ROUTES.add("GET", PATH, Confidence.GUESSED)
def list_newsletters(request: Request) -> Reply:
    """A page of newsletters."""
    return Reply({"newsletters": page_of(request, request.space.documents.all(Kind.NEWSLETTER), "size", 1000, 1000)})


@ROUTES.add("POST", PATH, Confidence.AGREED, "with or without its wrapper")
def create_newsletter(request: Request) -> Reply:
    """A new newsletter, and an empty email to be its content."""
    values = taken(request, "newsletter", FIELDS, may_be_bare=True)
    now = request.space.now()
    made = new_newsletter(need_name(values), now)
    check_filters(values.get("filters"))
    made |= {name: value for name, value in values.items() if name in (*MAIN, *CHANNEL, *RECIPIENTS)}
    made["filters"] = made["filters"] or NOTHING_ENCODED
    template = new_template(made["type"], now, name=made["name"], recipient_environment_id=request.space.id)
    made["template_ids"] = [request.space.documents.add(Kind.TEMPLATE, template)["id"]]
    kept = add(request, Kind.NEWSLETTER, made)
    return Reply({"newsletter": {name: kept[name] for name in CREATED}})


@ROUTES.add("GET", PATH + "/{id}", Confidence.GUESSED)
def read_newsletter(request: Request) -> Reply:
    """One newsletter."""
    return Reply({"newsletter": _named(request)})


@ROUTES.add("PUT", PATH + "/{id}", Confidence.AGREED, "one stage: main, channel, recipients, schedule, cancel, send")
def write_newsletter(request: Request) -> Reply:
    """One stage of a newsletter; a sent one stays as it is."""
    newsletter = _named(request)
    values = taken(request, "newsletter", FIELDS, may_be_bare=True)
    kind = values.get("update_type", "") or request.first("update_type")
    act = STAGES.get(kind)
    if act is None:
        raise refusal(422, f"unknown update_type: {kind}" if kind else "update_type is required")
    if newsletter["send_state"] not in UNSENT:
        raise refusal(422, "newsletter was sent")
    if kind in CHANGES_STATE:
        may_change_state(request)
    act(request, newsletter, values)
    keep(request, Kind.NEWSLETTER, touch(request, newsletter), update_type=kind)
    return Reply({"newsletter": _named(request)})


def _main(_: Request, newsletter: Json, values: Json) -> None:
    newsletter |= {name: value for name, value in values.items() if name in MAIN}
    need_name(newsletter)


def _channel(_: Request, newsletter: Json, values: Json) -> None:
    newsletter |= {name: value for name, value in values.items() if name in CHANNEL}


def _recipients(_: Request, newsletter: Json, values: Json) -> None:
    check_filters(values.get("filters"), newsletter["filters"])
    newsletter |= {name: value for name, value in values.items() if name in RECIPIENTS}
    newsletter["filters"] = newsletter["filters"] or NOTHING_ENCODED


def _schedule(_: Request, newsletter: Json, values: Json) -> None:
    if not isinstance(values.get("scheduled_at"), int):
        raise refusal(422, "scheduled_at is required")
    newsletter |= {name: value for name, value in values.items() if name in SCHEDULE}
    newsletter["send_state"] = "scheduled"


def _cancel(_: Request, newsletter: Json, __: Json) -> None:
    newsletter |= {"send_state": "drafted", "scheduled_at": None}


def _send(request: Request, newsletter: Json, _: Json) -> None:
    send_newsletter(request.space, newsletter)


CHANGES_STATE = frozenset({"schedule", "cancel", "send"})
STAGES: Mapping[str, Callable[[Request, Json, Json], None]] = {
    "main": _main,
    "channel": _channel,
    "recipients": _recipients,
    "schedule": _schedule,
    "cancel": _cancel,
    "send": _send,
}


@ROUTES.add("DELETE", PATH + "/{id}", Confidence.GUESSED)
def delete_newsletter(request: Request) -> Reply:
    """The newsletter and its content are gone."""
    newsletter = _named(request)
    for number in newsletter["template_ids"]:
        template = request.space.documents.get(Kind.TEMPLATE, number)
        for other in (*(template or {"translations": {}})["translations"].values(), number):
            request.space.documents.delete(Kind.TEMPLATE, other)
    drop(request, Kind.NEWSLETTER, newsletter)
    return Reply(status=204)


@ROUTES.add("POST", PATH + "/{id}/copy", Confidence.AGREED, "`copy_to_env`: another workspace of the account")
def copy_newsletter(request: Request) -> Reply:
    """A draft copy in this workspace or another.

    Assumed: recipients, layout and senders stay behind when the copy leaves the workspace, as their ids mean nothing
    there; the answer is the copy.
    """
    newsletter = _named(request)
    target = request.space
    number = whole_body(request).get("copy_to_env", request.space.id)
    if isinstance(number, int) and number in request.space.account.spaces:
        target = request.space.account.spaces[number]
    else:
        raise refusal(422, "copy_to_env is no workspace of this account")
    now = target.now()
    copied = {name: value for name, value in newsletter.items() if name != "id"}
    copied |= {"send_state": "drafted", "sent_at": None, "scheduled_at": None, "created": now, "updated": now}
    leaves = target is not request.space
    if leaves:
        copied |= {"filters": NOTHING_ENCODED, "recipients": None, "subscription_topic_id": None}
    copied["template_ids"] = [
        _copied(request, one, target.documents, leaves=leaves) for one in newsletter["template_ids"]
    ]
    kept = target.documents.add(Kind.NEWSLETTER, copied)
    note(request, Kind.NEWSLETTER, kept, "created", {"copy_of": newsletter["id"]}, there=target)
    return Reply({"newsletter": {name: kept[name] for name in CREATED}})


def _copied(request: Request, number: int, into: Documents, *, leaves: bool) -> int:
    template = request.space.documents.get(Kind.TEMPLATE, number) or {}
    plain = {name: value for name, value in template.items() if name != "id"} | {"translations": {}}
    if leaves:
        plain |= {name: None for name in ("layout_id", "from_identity_id", "reply_to_identity_id") if name in plain}
    return int(into.add(Kind.TEMPLATE, plain)["id"])


@ROUTES.add("POST", PATH + "/{id}/forward", Confidence.GUESSED, "501: what it does is not known")
def forward_newsletter(request: Request) -> Reply:
    """Refuse: no source says what forwarding a newsletter does."""
    _named(request)
    raise refusal(501, "this workspace does not know what forwarding a newsletter does")


@ROUTES.add("POST", PATH + "/{id}/translations", Confidence.GUESSED, "its body is assumed: `language`")
def translate_newsletter(request: Request) -> Reply:
    """A variant in another language, which starts as a copy."""
    newsletter = _named(request)
    template = request.space.documents.get(Kind.TEMPLATE, next(iter(newsletter["template_ids"]), 0))
    if template is None:
        raise refusal(404, "not found")
    language = language_asked(request, template)
    made = add_translation(request.space.documents, template, language, request.space.now())
    keep(request, Kind.NEWSLETTER, touch(request, newsletter), "translated", language=language)
    return Reply({"template": template_row(made)})


@ROUTES.add("POST", PATH + "/{id}/tags", Confidence.GUESSED)
def tag_newsletter(request: Request) -> Reply:
    """Put a tag on a newsletter."""
    newsletter = _named(request)
    body = whole_body(request)
    tag = body.get("tag", body)
    name = need_name(tag if isinstance(tag, dict) else {"name": tag})
    newsletter["tags"] = list(dict.fromkeys([*newsletter["tags"], name]))
    keep(request, Kind.NEWSLETTER, touch(request, newsletter), "tagged", tag=name)
    return Reply({"tags": newsletter["tags"]})


@ROUTES.add("GET", PATH + "/{id}/templates", Confidence.GUESSED)
def newsletter_templates(request: Request) -> Reply:
    """A newsletter's content in every language."""
    found_templates = []
    for number in _named(request)["template_ids"]:
        default = request.space.documents.get(Kind.TEMPLATE, number)
        if default is None:
            continue
        found_templates.append(default)
        others = (request.space.documents.get(Kind.TEMPLATE, one) for one in default["translations"].values())
        found_templates += [one for one in others if one is not None]
    return Reply({"templates": [shown(Kind.TEMPLATE, one) for one in found_templates]})


@ROUTES.add("GET", PATH + "/{id}/segments", Confidence.GUESSED)
def newsletter_segment_rows(request: Request) -> Reply:
    """The segments a newsletter goes to."""
    documents = request.space.documents
    rows = [documents.get(Kind.SEGMENT, number) for number in newsletter_segments(_named(request))]
    return Reply({"segments": [{"id": one["id"], "name": one["name"]} for one in rows if one is not None]})


@ROUTES.add("GET", PATH + "/{id}/schedule", Confidence.GUESSED)
def newsletter_schedule(request: Request) -> Reply:
    """When a newsletter is to be sent."""
    newsletter = _named(request)
    return Reply({"schedule": {name: newsletter[name] for name in ("scheduled_at", "timezone")}})


@ROUTES.add("GET", PATH + "/{id}/send_status", Confidence.GUESSED)
def newsletter_status(request: Request) -> Reply:
    """How far the sending is."""
    newsletter = _named(request)
    return Reply({"send_state": newsletter["send_state"], "sent_at": newsletter["sent_at"]})


@ROUTES.add("GET", PATH + "/{id}/counts", Confidence.GUESSED)
def newsletter_counts(request: Request) -> Reply:
    """How many people a newsletter would go to now."""
    return Reply({"count": len(audience_of(request.space, _named(request)))})


@ROUTES.add("GET", PATH + "/{id}/metrics", Confidence.GUESSED)
def newsletter_metrics(request: Request) -> Reply:
    """How many of its deliveries reached each state."""
    return Reply({"metrics": counts_by_metric(request.space, newsletter_id=_named(request)["id"])})


def _named(request: Request) -> Json:
    return found(request, Kind.NEWSLETTER, request.number("id"))
