"""What the UI API reads of a request's body, and how it refuses.

Source: UI API. Unknown fields are dropped without a word, unless the request says `X-Validate: strict`: then they are
a 400. Refusals are `{"errors": [{"detail": …}]}`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from simulator.workspace.documents import Json, Kind
from simulator.workspace.routes import Refusal, Request

Shape = tuple[type, ...]
TEXT: Shape = (str,)
NUMBER: Shape = (int, float)
FLAG: Shape = (bool,)
LIST: Shape = (list,)
OBJECT: Shape = (dict,)
NOTHING: Shape = (type(None),)
ANY: Shape = (object,)
MAYBE_TEXT = TEXT + NOTHING
MAYBE_NUMBER = NUMBER + NOTHING
MAYBE_OBJECT = OBJECT + NOTHING

Fields = Mapping[str, Shape]

_NAMES: Mapping[type, str] = {
    str: "a string", int: "a number", bool: "a boolean", list: "an array", dict: "an object", type(None): "null",
}  # fmt: skip


def refusal(status: int, *details: str, **more: Any) -> Refusal:
    """A refusal in the UI API's envelope."""
    return Refusal(status, {"errors": [{"detail": detail, **more} for detail in details]})


def broken() -> Refusal:
    """The server's own failure, which says nothing of its cause."""
    return refusal(500, "internal server error")


def whole_body(request: Request) -> Json:
    """The body, which is a JSON object; an empty one where there is none.

    Raises: Refusal (400) when it is something else.
    """
    try:
        body = request.json
    except (ValueError, RecursionError):
        raise refusal(400, "malformed request") from None
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise refusal(400, "malformed request")
    return body


def taken(
    request: Request, wrapper: str, fields: Fields, beside: Collection[str] = (), *, may_be_bare: bool = False
) -> Json:
    """What the request says of the fields that are known, out of its *wrapper*.

    *beside* may stand next to the wrapper. Where *may_be_bare*, the fields may also stand without it.
    Raises: Refusal: 400 without the wrapper or, where the request asks to be strict, with unknown fields; 422 for a
    value of the wrong type.
    """
    body = whole_body(request)
    inner = body.get(wrapper)
    if inner is None and may_be_bare and wrapper not in body:
        inner, body = body, {}
    if not isinstance(inner, dict):
        raise refusal(400, f"{wrapper} is required")
    unknown = [name for name in body if name != wrapper and name not in beside]
    unknown += [f"{wrapper}.{name}" for name in inner if name not in fields]
    if unknown and request.headers.get("x-validate", "").strip().lower() == "strict":
        raise refusal(400, *(f"unknown field: {name}" for name in unknown))
    return checked({name: value for name, value in inner.items() if name in fields}, fields)


def checked(values: Json, fields: Fields) -> Json:
    """*values*, each of its type.

    Raises: Refusal (422).
    """
    wrong = [
        f"{name} must be {' or '.join(dict.fromkeys(_NAMES[kind] for kind in fields[name] if kind is not float))}"
        for name, value in values.items()
        if not fits(value, fields[name])
    ]
    if wrong:
        raise refusal(422, *wrong)
    return values


def fits(value: Any, shape: Shape) -> bool:
    """Whether a JSON value has one of the types; true and false are no numbers."""
    if isinstance(value, bool):
        return bool in shape or object in shape
    return isinstance(value, shape)


def need_name(values: Mapping[str, Any]) -> str:
    """The name, which is not blank.

    Raises: Refusal (422).
    """
    name = values.get("name")
    if not isinstance(name, str) or not name.strip():
        raise refusal(422, "name is required")
    return name


def found(request: Request, kind: Kind, number: int) -> Json:
    """The document that a path names.

    Raises: Refusal (404).
    """
    document = request.space.documents.get(kind, number)
    if document is None:
        raise refusal(404, "not found")
    return document


Row = TypeVar("Row")


def page_of(request: Request, rows: list[Row], size_name: str, default: int, most: int) -> list[Row]:
    """The page of *rows* that the query asks for.

    Assumed: pages count from 1, and page 0 is the first page too: sources disagree on where they start, and so a client
    of either kind sees every row.
    """
    size = min(max(whole_number(request, size_name, default), 1), most)
    first = (max(whole_number(request, "page", 1), 1) - 1) * size
    return rows[first : first + size]


def whole_number(request: Request, name: str, default: int) -> int:
    """A number of the query; *default* where there is none."""
    text = request.first(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else default


def flag(request: Request, name: str) -> bool | None:
    """A true or false of the query; None where it says neither."""
    return {"true": True, "1": True, "false": False, "0": False}.get(request.first(name).lower())
