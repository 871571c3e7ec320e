"""Design Studio emails in other languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.app_api.bodies import OBJECT, TEXT, known, not_found, object_body, refusal
from simulator.workspace.app_api.design_studio import EMAILS, merged, named_on
from simulator.workspace.documents import Json
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.writing import note

ROUTES = Routes(Surface.APP)
PATH = "/v1/design_studio/emails/{id}/languages"
PARTS = ("content", "envelope", "transformers")
FIELDS = {"language": TEXT, **dict.fromkeys(PARTS, OBJECT)}


@ROUTES.add("GET", PATH, Confidence.SPECIFIED)
def list_languages(request: Request) -> Reply:
    """Every translation of an email."""
    _, email = named_on(request, EMAILS)
    return Reply({"email_translations": [_row(email, language) for language in _translations(email)]})


@ROUTES.add("POST", PATH, Confidence.SPECIFIED, "what is left out is copied from the email")
def add_language(request: Request) -> Reply:
    """A translation of an email.

    Assumed: 409 for a language that the email has already.
    """
    number, email = named_on(request, EMAILS)
    values = known(object_body(request), FIELDS)
    language = values.pop("language", "").strip()
    if not language:
        raise refusal(422, "language can't be blank", "/language")
    if language in _translations(email):
        raise refusal(409, "a constraint violation prevents this operation")
    now = request.space.now()
    made = merged({part: email.get(part, {}) for part in PARTS}, values) | {"created": now, "updated": now}
    _keep(request, number, email, {**_translations(email), language: made}, language, "created")
    return Reply({"email_translation": _row(email, language)})


@ROUTES.add("GET", PATH + "/{language}", Confidence.SPECIFIED)
def read_language(request: Request) -> Reply:
    """One translation."""
    _, email = named_on(request, EMAILS)
    return Reply({"email_translation": _row(email, _named(request, email))})


@ROUTES.add("PUT", PATH + "/{language}", Confidence.SPECIFIED)
def write_language(request: Request) -> Reply:
    """Write what the body says of a translation; answers nothing.

    Assumed: a body that says nothing changes nothing, as the official client may send one.
    """
    number, email = named_on(request, EMAILS)
    language = _named(request, email)
    values = known(object_body(request), dict.fromkeys(PARTS, OBJECT))
    changed = merged(_translations(email)[language], values) | {"updated": request.space.now()}
    _keep(request, number, email, {**_translations(email), language: changed}, language, "updated")
    return Reply(status=204)


@ROUTES.add("DELETE", PATH + "/{language}", Confidence.SPECIFIED)
def delete_language(request: Request) -> Reply:
    """Forget a translation."""
    number, email = named_on(request, EMAILS)
    language = _named(request, email)
    rest = {name: one for name, one in _translations(email).items() if name != language}
    _keep(request, number, email, rest, language, "updated")
    return Reply(status=204)


def _translations(email: Mapping[str, Any]) -> Json:
    found: Json = email.get("translations", {})
    return found


def _named(request: Request, email: Mapping[str, Any]) -> str:
    if request.params["language"] not in _translations(email):
        raise not_found()
    return request.params["language"]


def _keep(request: Request, number: int, email: Json, translations: Json, language: str, action: str) -> None:
    email |= {"translations": translations, "updated": request.space.now()}
    request.space.documents.put(EMAILS.kind, number, email)
    note(request, EMAILS.kind, email, action, {"language": language})


def _row(email: Mapping[str, Any], language: str) -> Json:
    """Source: App API reference. Assumed: the group of languages is named by the email's own id."""
    one = _translations(email)[language]
    return {
        "language_group_id": email["id"],
        "language": language,
        "is_template": email.get("is_template", False),
        "is_linked": email.get("is_linked", False),
        "parent_folder_id": email.get("parent_folder_id"),
        "available_languages": list(_translations(email)),
        "created": one["created"],
        "updated": one["updated"],
        **{part: one[part] for part in PARTS},
    }
