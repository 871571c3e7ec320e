"""Languages of a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.documents import Json, Kind, shown
from simulator.workspace.routes import Request
from simulator.workspace.ui_api.bodies import refusal, whole_body


def language_asked(request: Request, template: Mapping[str, Any]) -> str:
    """The language of a variant that is to be made.

    Raises: Refusal (422) when none is named, or there is one already.
    """
    body = whole_body(request)
    inner = body.get("translation", body)
    language = inner.get("language") if isinstance(inner, dict) else None
    if not isinstance(language, str) or not language.strip():
        raise refusal(422, "language is required")
    if language in template["translations"]:
        raise refusal(422, "language already exists")
    return language


def template_row(template: Mapping[str, Any]) -> Json:
    """A template as a list of a message's languages shows it."""
    return shown(Kind.TEMPLATE, template)
