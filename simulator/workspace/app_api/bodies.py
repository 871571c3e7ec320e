"""What the App API reads of a request's body, how it refuses, and how it pages.

Source: App API reference. Three envelopes: `errors` with a status as text and perhaps a pointer (most), `meta.error`
(sends, content of transactional messages), `meta.errors` (malformed requests). What a body holds beyond the known is
ignored without a word.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from simulator.workspace.documents import Json, Kind
from simulator.workspace.routes import Refusal, Request

Shape = tuple[type, ...]
TEXT: Shape = (str,)
MAYBE_TEXT: Shape = (str, type(None))
NUMBER: Shape = (int,)
MAYBE_NUMBER: Shape = (int, type(None))
FLAG: Shape = (bool,)
LIST: Shape = (list,)
OBJECT: Shape = (dict,)
ANY: Shape = (object,)


def refusal(status: int, detail: str, pointer: str | None = None) -> Refusal:
    """A refusal in the usual envelope; *pointer* names the part of the body that is wrong, such as `/name`."""
    return refusals(status, [(pointer, detail)])


def refusals(status: int, faults: Iterable[tuple[str | None, str]]) -> Refusal:
    """A refusal that says several things, each with its pointer."""
    rows = [
        {"detail": detail, **({"source": {"pointer": pointer}} if pointer else {}), "status": str(status)}
        for pointer, detail in faults
    ]
    return Refusal(status, {"errors": rows})


def meta_refusal(status: int, text: str) -> Refusal:
    """A refusal in the envelope of sends and of transactional content."""
    return Refusal(status, {"meta": {"error": text}})


def malformed(*texts: str) -> Refusal:
    """The refusal of a request that cannot be read."""
    return Refusal(400, {"meta": {"errors": list(texts) or ["malformed request"]}})


def not_found() -> Refusal:
    """The refusal of an unknown id."""
    return refusal(404, "not found")


def object_body(request: Request) -> Json:
    """The body, which is a JSON object; an empty one where there is none.

    Raises: Refusal (400).
    """
    try:
        body = request.json
    except (ValueError, RecursionError):
        raise malformed() from None
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise malformed()
    return body


def known(body: Mapping[str, Any], fields: Mapping[str, Shape]) -> Json:
    """What a body says of the fields that are known; the rest is ignored.

    Raises: Refusal (422) with a pointer for a value of the wrong type.
    """
    values = {name: value for name, value in body.items() if name in fields}
    wrong = [(f"/{name}", f"{name} is invalid") for name, value in values.items() if not _fits(value, fields[name])]
    if wrong:
        raise refusals(422, wrong)
    return values


def _fits(value: Any, shape: Shape) -> bool:
    if isinstance(value, bool):
        return bool in shape or object in shape
    return isinstance(value, shape)


def found(request: Request, kind: Kind, name: str = "id") -> Json:
    """The document that the path's *name* names.

    Raises: Refusal: 400 when it is no number, 404 when there is none.
    """
    document = request.space.documents.get(kind, path_number(request, name))
    if document is None:
        raise not_found()
    return document


def path_number(request: Request, name: str) -> int:
    """A number of the path.

    Raises: Refusal (400).
    """
    number = request.number(name)
    if number < 0:
        raise malformed(f"{name} is invalid")
    return number


def query_number(request: Request, name: str, default: int, most: int | None = None) -> int:
    """A number of the query; *default* where there is none.

    Raises: Refusal (400) when it is no number.
    """
    text = request.first(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise malformed(f"{name} is invalid")
    return min(int(text), most) if most is not None else int(text)


def token(at: int | str, *, padded: bool = True) -> str:
    """The token of the page that starts at a place: opaque, and sensitive to case."""
    text = base64.b64encode(str(at).encode()).decode()
    return text if padded else text.rstrip("=")


def token_place(request: Request) -> str:
    """The place that the query's `start` token stands for; "" for the first page.

    Raises: Refusal (400) for a token that was never given out.
    """
    text = request.first("start")
    if not text:
        return ""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise malformed("start is invalid") from None


def offset(request: Request) -> int:
    """Where the page starts whose token counts rows.

    Raises: Refusal (400) for a token that was never given out.
    """
    place = token_place(request)
    if place and not (place.isascii() and place.isdigit() and len(place) < 19):
        raise malformed("start is invalid")
    return int(place or 0)


def page(request: Request, rows: Sequence[Any], size: int, *, padded: bool = True) -> tuple[list[Any], str]:
    """The page that `start` asks for, and the token of the next: "" when there is none."""
    first = offset(request)
    following = token(first + size, padded=padded) if first + size < len(rows) else ""
    return list(rows[first : first + size]), following


def or_null(rows: Sequence[Any]) -> list[Any] | None:
    """An empty list as some answers have it: null."""
    return list(rows) or None
