"""Forms with files in them, as browsers and clients post them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.workspace.routes import Refusal, Request

if TYPE_CHECKING:
    from python_multipart.multipart import Field, File

MOST_IN_MEMORY = 64 * 1024 * 1024
"""Bytes of a file; a request's body has fewer, so that nothing is ever put on the disk."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a form."""

    name: str
    content_type: str
    data: bytes


def form_of(request: Request) -> dict[str, str | Upload]:
    """What a posted form holds, by field; of fields with one name the last.

    Raises: Refusal (400) when it is no form.
    """
    from python_multipart.exceptions import FormParserError  # few requests are forms
    from python_multipart.multipart import FormParser, parse_options_header

    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    found: dict[str, str | Upload] = {}

    def field(one: Field) -> None:
        found[_text(one.field_name)] = _text(one.value)

    def file(one: File) -> None:
        stream = one.file_object
        stream.seek(0)
        found[_text(one.field_name)] = Upload(_text(one.file_name), _text(one.content_type), stream.read())

    if kind != b"multipart/form-data" or not boundary:
        raise _no_form()
    try:
        parser = FormParser(
            "multipart/form-data", field, file, boundary=boundary, config={"MAX_MEMORY_FILE_SIZE": MOST_IN_MEMORY}
        )
        stream = io.BytesIO(request.body)
        while chunk := stream.read(1 << 20):
            parser.write(chunk)
        parser.finalize()
    except (FormParserError, ValueError):
        raise _no_form() from None
    return found


def _no_form() -> Refusal:
    return Refusal(400, {"errors": [{"detail": "the request is no multipart form", "status": "400"}]})


def _text(value: bytes | str | None) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value or ""
