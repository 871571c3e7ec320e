"""Logs with one JSON record a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from simulator.history.calls import Call
from simulator.history.fields import ShapeError, checked
from simulator.history.making import Reading
from simulator.history.refusals import Refusals
from simulator.history.shapes import calls_of
from simulator.history.streams import LINE_LIMIT, lines_of

_BYTE = re.compile(r" \(byte (\d+)\)$")
_TRAILING = "JSON is malformed: trailing"
_NOT_FINITE = re.compile(rb"-?(nan|inf)", re.IGNORECASE)
TOO_LONG_MESSAGE = f"the line is longer than {LINE_LIMIT // 1_000_000} MB"
TOO_LONG_HINT = "one record a line, each on its own line"
NOT_UTF8 = "the line is not UTF-8"


def calls_of_lines(
    chunks: Iterator[bytes], refusals: Refusals, partition: Mapping[str, str] | None = None
) -> Iterator[Call]:
    """The calls of a log in its order; blank lines are passed over, bad ones reported."""
    for number, line in enumerate(lines_of(chunks), 1):
        yield from calls_of_line(line, number, refusals, partition)


def calls_of_line(
    line: bytes, number: int, refusals: Refusals, partition: Mapping[str, str] | None = None
) -> Sequence[Call]:
    """The calls of one line; none when it is blank or bad. *partition* is what every record says beside."""
    if line.isspace():
        return ()
    if len(line) > LINE_LIMIT:
        refusals.refuse(number, TOO_LONG_MESSAGE, TOO_LONG_HINT)
        return ()
    try:
        record = msgspec.json.decode(line)
        if partition and isinstance(record, dict):
            record = {**partition, **record}
        checked(record)
    except ShapeError as error:
        refusals.refuse(number, error.message, error.hint)
    except RecursionError:
        refusals.refuse(number, "values are nested too deeply", "flatten the data, or send it as a text")
    except UnicodeDecodeError:
        refusals.refuse(number, NOT_UTF8, "save the log as UTF-8", _first_bad_byte(line))
    except msgspec.ValidationError:
        refusals.refuse(number, "a number is too large for 64 bits", "send it as a text, in quotes")
    except msgspec.DecodeError as error:
        refusals.refuse(number, *_malformed(line, str(error)))
    else:
        return calls_of(record, Reading(number, refusals.notes), refusals.at(number))
    return ()


def _malformed(line: bytes, said: str) -> tuple[str, str, int]:
    """Message, hint and column for a line that is no JSON."""
    found = _BYTE.search(said)
    at = int(found.group(1)) if found else len(line.rstrip())
    column = len(line[:at].decode("utf-8", "replace")) + 1
    if found is None:
        return "the record ends too early", "the line was cut off, or a bracket or quote is not closed", column
    if _NOT_FINITE.match(line, max(0, at - 1)) or _NOT_FINITE.match(line, at):
        return "NaN and Infinity are no JSON numbers", "send null instead", column
    try:
        line.decode()
    except UnicodeDecodeError:
        return NOT_UTF8, "save the log as UTF-8", _first_bad_byte(line)
    column -= said.startswith(_TRAILING)  # here alone the decoder counts past the spot
    reason = _BYTE.sub("", said).removeprefix("JSON is malformed: ")
    return f"the line is no JSON: {reason}", "one JSON object a line", column


def _first_bad_byte(line: bytes) -> int:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return len(line[: error.start].decode()) + 1
    return 1
