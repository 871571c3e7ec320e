"""Content of messages: bodies, subjects, headers, in each language."""

from __future__ import annotations

import json
from typing import Any

from simulator.workspace.documents import Json, Kind, message_marks, new_template, shown
from simulator.workspace.references import holder_of_template
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.ui_api.bodies import (
    ANY,
    FLAG,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    TEXT,
    Fields,
    found,
    page_of,
    refusal,
    taken,
)
from simulator.workspace.ui_api.gates import may_edit_template
from simulator.workspace.writing import add, drop, keep, touch

ROUTES = Routes(Surface.UI)
PATH = "/v1/environments/{environment_id}/templates"
FIELDS: Fields = {
    "name": TEXT, "subject": MAYBE_TEXT, "preheader_text": MAYBE_TEXT, "body": MAYBE_TEXT, "body_json": MAYBE_TEXT,
    "body_plain": MAYBE_TEXT, "body_amp": MAYBE_TEXT, "layout_id": MAYBE_NUMBER, "from_identity_id": MAYBE_NUMBER,
    "reply_to_identity_id": MAYBE_NUMBER, "recipient": MAYBE_TEXT, "cc": MAYBE_TEXT, "bcc": MAYBE_TEXT,
    "fake_bcc": FLAG, "headers": MAYBE_TEXT, "preprocessor": MAYBE_TEXT, "editor": TEXT, "template_type": TEXT,
    "language": TEXT, "template_engine": TEXT, "image_url": MAYBE_TEXT, "url": MAYBE_TEXT, "request_method": TEXT,
    "weight": ANY, "test_group_id": ANY, "newsletter_id": MAYBE_NUMBER, "recipient_environment_id": MAYBE_NUMBER,
    "whatsapp": ANY, "deleted": FLAG, "transactional_message_id": MAYBE_NUMBER, "node_id": MAYBE_TEXT, "id": ANY,
}  # fmt: skip
FIXED = frozenset({"id", "template_type", "deleted", "recipient_environment_id"})
"""Known, and not for writing on an existing template."""
ROW = ("id", "name", "template_type", "subject", "editor", "updated")
PAGE = 50
OWN_BODY_JSON = frozenset({"push", "in_app", "whatsapp", "inbox"})
"""Types whose content is `body_json` itself, so that it cannot be stale beside a `body`."""


@ROUTES.add("GET", PATH, Confidence.AGREED)
def list_templates(request: Request) -> Reply:
    """A page of templates, short rows."""
    documents = request.space.documents
    if any(request.first(name) for name in ("channel", "editor", "search")):
        numbers = [one["id"] for one in documents.fields(Kind.TEMPLATE, *ROW[1:]) if _is_wanted(request, one)]
    else:
        numbers = documents.numbers(Kind.TEMPLATE)
    page = [documents.get(Kind.TEMPLATE, number) for number in page_of(request, numbers, "page_size", PAGE, 100)]
    return Reply({"templates": [{name: one.get(name, "") for name in ROW} for one in page if one is not None]})


def _is_wanted(request: Request, row: Json) -> bool:
    return (
        request.first("channel") in ("", row["template_type"])
        and request.first("editor") in ("", row["editor"] or "")
        and request.first("search").lower() in row["name"].lower()
    )


@ROUTES.add("POST", PATH, Confidence.GUESSED)
def create_template(request: Request) -> Reply:
    """A template that nothing sends yet."""
    values = taken(request, "template", FIELDS)
    kind = values.get("template_type", "email")
    made = new_template(kind, request.space.now())
    made |= {name: value for name, value in values.items() if name in made and name not in FIXED}
    _check_layout(request, made)
    return Reply({"template": shown(Kind.TEMPLATE, add(request, Kind.TEMPLATE, made))})


@ROUTES.add("GET", PATH + "/{id}", Confidence.AGREED)
def read_template(request: Request) -> Reply:
    """A template, with the layouts it is sent in beside it."""
    template = _named(request)
    layout = request.space.documents.get(Kind.LAYOUT, template.get("layout_id") or 0)
    layouts = [] if layout is None else [shown(Kind.LAYOUT, layout)]
    return Reply({"template": shown(Kind.TEMPLATE, template), "layouts": layouts})


@ROUTES.add("PUT", PATH + "/{id}", Confidence.AGREED, "what is left out stays; Liquid is stored unchecked")
def write_template(request: Request) -> Reply:
    """Write what the request says of a template, and its subject on the action that sends it."""
    template = _named(request)
    may_edit_template(request, template)
    values = taken(request, "template", FIELDS)
    if _is_stale(template, values):
        raise refusal(422, "body and body_json do not match")
    changed = {name: value for name, value in values.items() if name not in FIXED and _takes(template, name)}
    template |= {name: "" if value is None and name not in _NULLABLE else value for name, value in changed.items()}
    _check_layout(request, template)
    keep(request, Kind.TEMPLATE, touch(request, template), fields=sorted(changed))
    follow_in_action(request, template)
    return Reply({"template": shown(Kind.TEMPLATE, template)})


_NULLABLE = frozenset(
    {"layout_id", "from_identity_id", "reply_to_identity_id", "body_plain", "test_group_id", "weight", "whatsapp",
     "newsletter_id", "transactional_message_id"}
)  # fmt: skip


def _takes(template: Json, name: str) -> bool:
    return name in template or name in ("weight", "whatsapp", "newsletter_id", "transactional_message_id", "node_id")


def _is_stale(template: Json, values: Json) -> bool:
    """Whether a `body_json` comes beside a `body` that it does not belong to.

    Assumed: it belongs when it is a JSON text that holds that very body.
    """
    body, in_json = values.get("body"), values.get("body_json")
    if not body or not in_json or template["template_type"] in OWN_BODY_JSON:
        return False
    try:
        return not _holds(json.loads(in_json), body)
    except (ValueError, RecursionError):
        return True


def _holds(value: Any, body: str) -> bool:
    if isinstance(value, dict):
        return any(_holds(part, body) for part in value.values())
    if isinstance(value, list):
        return any(_holds(part, body) for part in value)
    return bool(value == body)


def _check_layout(request: Request, template: Json) -> None:
    number = template.get("layout_id")
    if number is not None and request.space.documents.get(Kind.LAYOUT, int(number)) is None:
        raise refusal(422, "layout not found")


def follow_in_action(request: Request, template: Json) -> None:
    """Write the subject of a default template, and that there is content, on the action that sends it."""
    action = holder_of_template(request.space.documents, template)
    if action is None or action["template_id"] != template["id"]:
        return
    marks = message_marks(template)
    if any(action.get(name) != value for name, value in marks.items()):
        action |= marks
        request.space.documents.put(Kind.ACTION, int(action["id"]), action)


@ROUTES.add("DELETE", PATH + "/{id}", Confidence.GUESSED)
def delete_template(request: Request) -> Reply:
    """Forget a template that nothing sends.

    Assumed: 422 where something does.
    """
    template = _named(request)
    may_edit_template(request, template)
    documents = request.space.documents
    default = next(
        (one for one in documents.all(Kind.TEMPLATE) if template["id"] in one["translations"].values()), None
    )
    if default is not None:
        left = {language: number for language, number in default["translations"].items() if number != template["id"]}
        documents.put(Kind.TEMPLATE, default["id"], {**default, "translations": left})
    elif holder_of_template(documents, template) is not None or _is_sent(request, template["id"]):
        raise refusal(422, "template is in use")
    drop(request, Kind.TEMPLATE, template)
    return Reply(status=204)


def _is_sent(request: Request, number: int) -> bool:
    documents = request.space.documents
    return any(one["template_id"] == number for one in documents.all(Kind.TRANSACTIONAL)) or any(
        number in one["template_ids"] for one in documents.all(Kind.NEWSLETTER)
    )


def _named(request: Request) -> Json:
    return found(request, Kind.TEMPLATE, request.number("id"))
