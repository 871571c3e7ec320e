"""What newsletters say, in every language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.workspace.app_api.bodies import (
    found,
    meta_refusal,
    not_found,
    object_body,
    path_number,
    refusal,
    refusals,
)
from simulator.workspace.app_api.contents import BUILT_ELSEWHERE, email_fields, layout_body, write_content
from simulator.workspace.documents import Json, Kind, add_translation, templates_of
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.writing import keep, touch

ROUTES = Routes(Surface.APP)
PATH = "/v1/newsletters"


@ROUTES.add("GET", PATH + "/{id}/contents", Confidence.SPECIFIED)
def list_contents(request: Request) -> Reply:
    """A newsletter's content in every language, of every test group."""
    newsletter = found(request, Kind.NEWSLETTER)
    return Reply({"contents": [content_row(request, newsletter, one) for one in _all_of(request, newsletter)]})


@ROUTES.add("GET", PATH + "/{id}/contents/{content_id}", Confidence.SPECIFIED)
def read_content(request: Request) -> Reply:
    """One content."""
    return Reply({"content": content_row(request, found(request, Kind.NEWSLETTER), _named(request))})


@ROUTES.add("PUT", PATH + "/{id}/contents/{content_id}", Confidence.SPECIFIED)
def write_one(request: Request) -> Reply:
    """Write one content; what is read-only is ignored without a word."""
    return written(request, _named(request))


@ROUTES.add("POST", PATH + "/{id}/language", Confidence.SPECIFIED, "what is left out is copied, untranslated")
def add_language(request: Request) -> Reply:
    """The content in another language."""
    return language_added(request, _untested(request))


@ROUTES.add("GET", PATH + "/{id}/language/{language}", Confidence.SPECIFIED)
def read_language(request: Request) -> Reply:
    """The content in one language."""
    newsletter = found(request, Kind.NEWSLETTER)
    return Reply({"content": content_row(request, newsletter, variant(request, _all_of(request, newsletter)))})


@ROUTES.add("PUT", PATH + "/{id}/language/{language}", Confidence.SPECIFIED)
def write_language(request: Request) -> Reply:
    """Write the content in one language; the variant must exist."""
    return written(request, variant(request, _all_of(request, found(request, Kind.NEWSLETTER))))


@ROUTES.add("DELETE", PATH + "/{id}/language/{language}", Confidence.SPECIFIED)
def delete_language(request: Request) -> Reply:
    """Forget the content in one language."""
    return language_gone(request, _untested(request))


def written(request: Request, template: Json) -> Reply:
    """Write what the body says of one content of the path's newsletter.

    Raises: Refusal (422) when it was sent.
    """
    newsletter = found(request, Kind.NEWSLETTER)
    if newsletter["send_state"] == "sent":
        raise refusal(422, "newsletter was sent")
    fields = write_content(request, template["template_type"], None, template)
    if fields:
        request.space.documents.put(Kind.TEMPLATE, template["id"], touch(request, template))
        _noted(request, newsletter, template, fields=sorted(fields))
    return Reply({"content": content_row(request, newsletter, template)})


def language_added(request: Request, default: Json) -> Reply:
    """Make a variant of a default content.

    Raises: Refusal: 400 when the newsletter was sent or made in another editor, 422 for a body that lacks something.
    Source: App API reference, "Add a translation": language, subject and body of an email, language and body of others.
    Assumed: 422, with pointers; the words.
    """
    newsletter = changeable(request)
    if default.get("editor") in BUILT_ELSEWHERE:
        raise refusal(400, "content of this editor cannot be translated here")
    body = object_body(request)
    needed = ("language", "subject", "body") if default["template_type"] == "email" else ("language", "body")
    lacking = [name for name in needed if not isinstance(body.get(name), str) or not body[name].strip()]
    if lacking:
        raise refusals(422, [(f"/{name}", f"{name} is required") for name in lacking])
    language = body["language"].strip()
    if language == default["language"] or language in default["translations"]:
        raise refusal(422, "language already exists", "/language")
    template = add_translation(request.space.documents, default, language, request.space.now())
    write_content(request, template["template_type"], None, template)
    if isinstance(body.get("body_plain"), str):
        template["body_plain"] = body["body_plain"]
    request.space.documents.put(Kind.TEMPLATE, template["id"], template)
    _noted(request, newsletter, template)
    return Reply({"content": content_row(request, newsletter, template)})


def language_gone(request: Request, default: Json) -> Reply:
    """Forget a variant of a default content.

    Raises: Refusal: 400 for the default language or a newsletter that was sent, 404 for a language that is not there.
    Source: App API reference, "Delete a translation".
    """
    newsletter, language = changeable(request), request.params["language"]
    if language == default["language"]:
        raise refusal(400, "the default language cannot be deleted")
    number = default["translations"].get(language)
    if number is None:
        raise not_found()
    rest = {name: one for name, one in default["translations"].items() if name != language}
    request.space.documents.put(Kind.TEMPLATE, default["id"], touch(request, default | {"translations": rest}))
    request.space.documents.delete(Kind.TEMPLATE, number)
    _noted(request, newsletter, {"id": number, "language": language})
    return Reply(status=204)


def changeable(request: Request) -> Json:
    """The path's newsletter, whose variants may still be added to.

    Raises: Refusal: 404 when there is none, 400 when it was sent.
    Source: App API reference.
    """
    newsletter = found(request, Kind.NEWSLETTER)
    if newsletter["send_state"] not in ("drafted", "scheduled", "paused"):
        raise refusal(400, "newsletter was sent")
    return newsletter


def variant(request: Request, templates: Sequence[Json]) -> Json:
    """The one of the path's language.

    Raises: Refusal (400) when there is none.
    """
    template = next((one for one in templates if one["language"] == request.params["language"]), None)
    if template is None:
        raise meta_refusal(400, "language not found")
    return template


def content_row(request: Request, newsletter: Mapping[str, Any], template: Mapping[str, Any]) -> Json:
    """One content as the App API shows it."""
    shown: Json = {
        "id": template["id"],
        "newsletter_id": newsletter["id"],
        "deduplicate_id": f"{template['id']}:{template['updated']}",
        "name": template["name"],
        "layout": layout_body(request.space.documents, template),
        "body": template["body"],
        "type": template["template_type"],
    }
    if template["template_type"] == "email":
        return {**shown, "body_amp": template["body_amp"], **email_fields(request.space.documents, template)}
    return {**shown, "language": template["language"]}


def _untested(request: Request) -> Json:
    """The default content of a newsletter without an A/B test.

    Raises: Refusal: 400 when there is a test, whose groups have routes of their own; 404 when there is no content.
    """
    newsletter = found(request, Kind.NEWSLETTER)
    if newsletter.get("test_groups"):
        raise refusal(400, "newsletter has test groups: use theirs")
    templates = templates_of(request.space.documents, newsletter)
    if not templates:
        raise not_found()
    return templates[0]


def _all_of(request: Request, newsletter: Mapping[str, Any]) -> list[Json]:
    return templates_of(request.space.documents, newsletter)


def _named(request: Request) -> Json:
    number = path_number(request, "content_id")
    templates = _all_of(request, found(request, Kind.NEWSLETTER))
    template = next((one for one in templates if one["id"] == number), None)
    if template is None:
        raise not_found()
    return template


def _noted(request: Request, newsletter: Json, template: Mapping[str, Any], **more: Any) -> None:
    details = {"template_id": template["id"], "language": template["language"], **more}
    keep(request, Kind.NEWSLETTER, touch(request, newsletter), **details)
