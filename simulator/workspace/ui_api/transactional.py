"""Transactional messages of the UI API."""

from __future__ import annotations

from simulator.workspace.documents import (
    Json,
    Kind,
    add_translation,
    named,
    new_template,
    new_transactional,
    shown,
    template_of,
)
from simulator.workspace.messages_sent import counts_by_metric
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import (
    ANY,
    FLAG,
    MAYBE_TEXT,
    TEXT,
    Fields,
    found,
    need_name,
    page_of,
    refusal,
    taken,
    whole_body,
)
from simulator.workspace.ui_api.gates import may_change_state
from simulator.workspace.ui_api.translations import language_asked, template_row
from simulator.workspace.writing import add, drop, keep, note, touch

ROUTES = Routes(Surface.UI)
PATH = "/v1/environments/{environment_id}/transactional_messages"
TYPES = frozenset({"email", "push", "sms", "twilio", "in_app", "inbox_message", "whatsapp"})
WRITABLE: Fields = {
    "name": TEXT, "description": TEXT, "state": TEXT, "trigger_name": MAYBE_TEXT, "send_to_unsubscribed": FLAG,
    "link_tracking": FLAG, "open_tracking": FLAG, "hide_message_body": FLAG, "queue_drafts": FLAG,
}  # fmt: skip
FIELDS: Fields = {**WRITABLE, "type": TEXT, "id": ANY, "template_id": ANY, "tags": ANY}


@ROUTES.add("GET", PATH, Confidence.AGREED)
def list_messages(request: Request) -> Reply:
    """Every transactional message."""
    rows = [shown(Kind.TRANSACTIONAL, one) for one in request.space.documents.all(Kind.TRANSACTIONAL)]
    return Reply({"transactional_messages": page_of(request, rows, "size", 1000, 1000)})


@ROUTES.add("POST", PATH, Confidence.GUESSED, "a template is made with it")
def create_message(request: Request) -> Reply:
    """A new message, a draft unless the request says `active`, with an empty template of its own."""
    values = taken(request, "transactional_message", FIELDS)
    now = request.space.now()
    kind = values.get("type", "email")
    if kind not in TYPES:
        raise refusal(422, f"unknown type: {kind}")
    made = new_transactional(need_name(values), now, type=kind, state="draft")
    made |= {name: value for name, value in values.items() if name in WRITABLE}
    _check(request, made)
    template_type = "twilio" if kind == "sms" else kind
    template = new_template(template_type, now, name=made["name"], recipient_environment_id=request.space.id)
    made["template_id"] = request.space.documents.add(Kind.TEMPLATE, template)["id"]
    return _answer(add(request, Kind.TRANSACTIONAL, made))


@ROUTES.add("GET", PATH + "/{id}", Confidence.AGREED)
def read_message(request: Request) -> Reply:
    """One message."""
    return _answer(_named(request))


@ROUTES.add("PUT", PATH + "/{id}", Confidence.GUESSED)
def write_message(request: Request) -> Reply:
    """Write what the request says of a message; its type stays."""
    message = _named(request)
    values = taken(request, "transactional_message", FIELDS)
    if values.get("state", message["state"]) != message["state"]:
        may_change_state(request)
    message |= {name: value for name, value in values.items() if name in WRITABLE}
    need_name(message)
    _check(request, message)
    return _answer(keep(request, Kind.TRANSACTIONAL, touch(request, message)))


def _check(request: Request, message: Json) -> None:
    if message["state"] not in ("draft", "active"):
        raise refusal(422, f"unknown state: {message['state']}")
    trigger = message["trigger_name"]
    if trigger is None:
        return
    for other in request.space.documents.all(Kind.TRANSACTIONAL):
        if other["trigger_name"] == trigger and other["id"] != message.get("id"):
            raise refusal(422, "trigger_name already exists")


@ROUTES.add("DELETE", PATH + "/{id}", Confidence.GUESSED)
def delete_message(request: Request) -> Reply:
    """The message and its content are gone."""
    message = _named(request)
    _forget_templates(request, message)
    drop(request, Kind.TRANSACTIONAL, message)
    return Reply(status=204)


def _forget_templates(request: Request, message: Json) -> None:
    template = template_of(request.space.documents, message)
    if template is not None:
        for number in (*template["translations"].values(), template["id"]):
            request.space.documents.delete(Kind.TEMPLATE, number)


@ROUTES.add("POST", PATH + "/{id}/copy", Confidence.GUESSED, "`copy_to_env` as newsletters have it")
def copy_message(request: Request) -> Reply:
    """A draft copy, in this workspace or the one that `copy_to_env` names."""
    message = _named(request)
    target = request.space
    number = whole_body(request).get("copy_to_env")
    if number is not None:
        found_space = request.space.account.spaces.get(number) if isinstance(number, int) else None
        if found_space is None:
            raise refusal(422, "copy_to_env is no workspace of this account")
        target = found_space
    template = template_of(request.space.documents, message)
    copied = {name: value for name, value in message.items() if name != "id"}
    copied |= {"state": "draft", "trigger_name": None, "created_at": target.now(), "updated_at": target.now()}
    if target is request.space:
        copied["name"] = f"Copy of {message['name']}"
    elif named(target.documents, Kind.TRANSACTIONAL, message["name"]) is not None:
        raise refusal(422, "name already exists")
    if template is not None:
        plain = {name: value for name, value in template.items() if name != "id"} | {"translations": {}}
        if target is not request.space:
            plain |= {"layout_id": None, "from_identity_id": None, "reply_to_identity_id": None}
        copied["template_id"] = target.documents.add(Kind.TEMPLATE, plain)["id"]
    kept = target.documents.add(Kind.TRANSACTIONAL, copied)
    note(request, Kind.TRANSACTIONAL, kept, "created", {"copy_of": message["id"]}, there=target)
    return _answer(kept)


@ROUTES.add("POST", PATH + "/{id}/translations", Confidence.GUESSED, "its body is assumed: `language`")
def translate_message(request: Request) -> Reply:
    """A variant in another language, which starts as a copy."""
    message = _named(request)
    template = template_of(request.space.documents, message)
    if template is None:
        raise refusal(404, "not found")
    language = language_asked(request, template)
    made = add_translation(request.space.documents, template, language, request.space.now())
    keep(request, Kind.TRANSACTIONAL, touch(request, message), "translated", language=language)
    return Reply({"template": template_row(made)})


@ROUTES.add("POST", PATH + "/{id}/tags", Confidence.GUESSED)
def tag_message(request: Request) -> Reply:
    """Put a tag on a message."""
    message = _named(request)
    body = whole_body(request)
    tag = body.get("tag", body)
    name = need_name(tag if isinstance(tag, dict) else {"name": tag})
    message["tags"] = list(dict.fromkeys([*message.get("tags", []), name]))
    keep(request, Kind.TRANSACTIONAL, touch(request, message), "tagged", tag=name)
    return Reply({"tags": message["tags"]})


@ROUTES.add("GET", PATH + "/{id}/metrics", Confidence.GUESSED)
def message_metrics(request: Request) -> Reply:
    """How many of its deliveries reached each state."""
    number = _named(request)["id"]
    return Reply({"metrics": counts_by_metric(request.space, transactional_message_id=number)})


def _named(request: Request) -> Json:
    return found(request, Kind.TRANSACTIONAL, request.number("id"))


def _answer(message: Json) -> Reply:
    return Reply({"transactional_message": shown(Kind.TRANSACTIONAL, message)})
