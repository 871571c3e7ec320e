"""Logs that are one JSON document: an array of records, one record, or several written one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from simulator.history.calls import Call
from simulator.history.fields import ShapeError, checked
from simulator.history.making import Reading
from simulator.history.refusals import Refusals
from simulator.history.shapes import calls_of

DOCUMENT_LIMIT = 64_000_000
_SPACE = " \t\r\n"


def calls_of_documents(chunks: Iterator[bytes], refusals: Refusals) -> Iterator[Call]:
    """The calls of a log in its order. What follows a mistake in the JSON itself cannot be read."""
    text = _whole(chunks, refusals)
    if text is None:
        return
    line, line_at, counted = 1, 0, 0
    for start, record in _records(text):
        line += text.count("\n", counted, start)
        counted = start
        line_at = text.rfind("\n", 0, start) + 1
        if isinstance(record, ShapeError):
            refusals.refuse(line, record.message, record.hint, start - line_at + 1)
            continue
        try:
            checked(record)
        except ShapeError as error:
            refusals.refuse(line, error.message, error.hint, start - line_at + 1)
            continue
        yield from calls_of(record, Reading(line, refusals.notes), refusals.at(line, start - line_at + 1))


def _whole(chunks: Iterator[bytes], refusals: Refusals) -> str | None:
    pieces, size = [], 0
    for piece in chunks:
        pieces.append(piece)
        size += len(piece)
        if size > DOCUMENT_LIMIT:
            message = f"a JSON document over {DOCUMENT_LIMIT // 1_000_000} MB is not read at once"
            refusals.refuse(1, message, "write it as NDJSON, one record a line: jq -c '.[]' log.json > log.ndjson")
            return None
    data = b"".join(pieces)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        refusals.refuse(line, "the document is not UTF-8", "save the log as UTF-8")
        return None


def _records(text: str) -> Iterator[tuple[int, Any]]:
    """Each record with where it starts; a mistake in the JSON is the last."""
    decode = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode
    at, inside = 0, False  # inside: between the brackets of an array
    after_item = False
    while (at := _skipped(text, at)) < len(text):
        mark = text[at]
        if not inside and mark == "[":
            inside, after_item, at = True, False, at + 1
        elif inside and mark == "]":
            inside, at = False, at + 1
        elif inside and after_item and mark == ",":
            after_item, at = False, at + 1
        elif inside and after_item:
            yield at, ShapeError("a comma is missing between two records", "[{…}, {…}]")
            return
        else:
            try:
                record, end = decode(text, at)
            except json.JSONDecodeError as error:
                yield (
                    error.pos,
                    ShapeError("the document is no JSON from here on", "check the JSON, or write one record a line"),
                )
                return
            except (ValueError, RecursionError) as error:
                yield at, error if isinstance(error, _NotFinite) else _too_much(error)
                return
            yield at, record
            after_item, at = True, end
    if inside:
        yield len(text), ShapeError("the array is not closed: the file was cut off", "copy it again")


class _NotFinite(ShapeError, ValueError):
    """A constant that is no JSON."""


def _refuse_constant(_: str) -> NoReturn:
    raise _NotFinite("NaN and Infinity are no JSON numbers", "send null instead")


def _too_much(error: Exception) -> ShapeError:
    if isinstance(error, RecursionError):
        return ShapeError("values are nested too deeply", "flatten the data, or send it as a text")
    return ShapeError("a number is too large for 64 bits", "send it as a text, in quotes")


def _skipped(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at
