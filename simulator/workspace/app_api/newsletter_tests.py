"""A/B tests of newsletters: groups, each with a content of its own.

Source: App API reference, "A/B test groups": a new group is a copy of the content there is; letters name the groups.
Assumed: the first call makes two groups of one; the group of the content that was there has the number 0, which the
reference's example shows; groups are of one size.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from simulator.workspace.app_api.bodies import found, not_found
from simulator.workspace.app_api.newsletter_contents import (
    changeable,
    content_row,
    language_added,
    language_gone,
    variant,
    written,
)
from simulator.workspace.app_api.newsletters import newsletter_row
from simulator.workspace.documents import Json, Kind
from simulator.workspace.routes import Confidence, Reply, Request, Routes, Surface
from simulator.workspace.writing import keep, touch

ROUTES = Routes(Surface.APP)
PATH = "/v1/newsletters/{id}"
GROUP = PATH + "/test_group/{group_id}/language"


@ROUTES.add("GET", PATH + "/test_groups", Confidence.SPECIFIED, "[] where nothing is tested")
def list_groups(request: Request) -> Reply:
    """The groups of a newsletter, with the numbers of their contents."""
    newsletter = found(request, Kind.NEWSLETTER)
    rows = []
    for group, number in _groups(newsletter):
        default = request.space.documents.get(Kind.TEMPLATE, number)
        others = [] if default is None else default["translations"].values()
        rows.append({**group, "content_ids": [number, *others]})
    return Reply({"test_groups": rows})


@ROUTES.add("POST", PATH + "/test_groups", Confidence.SPECIFIED)
def add_group(request: Request) -> Reply:
    """A new group, whose content starts as a copy of the first."""
    newsletter = changeable(request)
    if not newsletter["template_ids"]:
        raise not_found()
    groups = newsletter.get("test_groups") or [_group(0, 0)]
    number = max(one["id"] for one in groups) + 1
    copied = _copied(request, newsletter["template_ids"][0], number)
    newsletter |= {
        "test_groups": [*groups, _group(number, len(groups))],
        "template_ids": [*newsletter["template_ids"], copied],
    }
    keep(request, Kind.NEWSLETTER, touch(request, newsletter), test_group_id=number)
    return Reply({"newsletter": newsletter_row(newsletter)})


@ROUTES.add("POST", GROUP, Confidence.SPECIFIED, "what is left out is copied, untranslated")
def add_language(request: Request) -> Reply:
    """A group's content in another language."""
    return language_added(request, _default(request))


@ROUTES.add("GET", GROUP + "/{language}", Confidence.SPECIFIED)
def read_language(request: Request) -> Reply:
    """A group's content in one language."""
    newsletter = found(request, Kind.NEWSLETTER)
    return Reply({"content": content_row(request, newsletter, variant(request, _all_of(request)))})


@ROUTES.add("PUT", GROUP + "/{language}", Confidence.SPECIFIED)
def write_language(request: Request) -> Reply:
    """Write a group's content in one language; the variant must exist."""
    return written(request, variant(request, _all_of(request)))


@ROUTES.add("DELETE", GROUP + "/{language}", Confidence.SPECIFIED)
def delete_language(request: Request) -> Reply:
    """Forget a group's content in one language."""
    return language_gone(request, _default(request))


def _group(number: int, place: int) -> Json:
    name = string.ascii_uppercase[place % 26] * (1 + place // 26)
    return {"id": number, "name": name, "label": f"test {place + 1}", "winner": False}


def _groups(newsletter: Mapping[str, Any]) -> list[tuple[Json, int]]:
    """The groups, each with the number of its default content."""
    return list(zip(newsletter.get("test_groups", ()), newsletter["template_ids"], strict=False))


def _default(request: Request) -> Json:
    """The default content of the path's group.

    Raises: Refusal (404) when there is no such group.
    """
    for group, number in _groups(found(request, Kind.NEWSLETTER)):
        template = request.space.documents.get(Kind.TEMPLATE, number)
        if str(group["id"]) == request.params["group_id"] and template is not None:
            return template
    raise not_found()


def _all_of(request: Request) -> list[Json]:
    default, documents = _default(request), request.space.documents
    others = (documents.get(Kind.TEMPLATE, number) for number in default["translations"].values())
    return [default, *(one for one in others if one is not None)]


def _copied(request: Request, number: int, group: int) -> int:
    """A copy of a content in all its languages; gives the number of the default one.

    Raises: Refusal (404) when there is no such content.
    """
    documents, now = request.space.documents, request.space.now()
    template = documents.get(Kind.TEMPLATE, number)
    if template is None:
        raise not_found()
    fresh = {"created": now, "updated": now, "test_group_id": group}
    plain = {name: value for name, value in template.items() if name != "id"}
    translations = {
        language: _copied(request, other, group)
        for language, other in template["translations"].items()
        if documents.get(Kind.TEMPLATE, other) is not None
    }
    return int(documents.add(Kind.TEMPLATE, {**plain, **fresh, "translations": translations})["id"])
