"""The senders as a Python module over the package `customerio`."""

from __future__ import annotations

import json
import keyword
from collections.abc import Iterator
from string import Template
from textwrap import wrap
from typing import TYPE_CHECKING

from mailwright.checks.event_words import words_of

if TYPE_CHECKING:
    from mailwright.contract.senders.contents import Call, Contents, Event, Field, Shape

_TYPES = {
    "text": "str", "number": "float", "integer": "int", "boolean": "bool", "timestamp": "Timestamp",
    "list": "list[Any]", "object": "dict[str, Any]", "any": "Any",
}  # fmt: skip
_WIDE = 110
_LINE = 120
_LONGEST_LITERAL = 80
_HEAD = '''"""Typed senders of our events to Customer.io, a method each.

Written by `mailwright events codegen python`; change the schemas, not this file. It needs version 3 of `customerio`.
An event's id is new for each call: keep what the method gives, and hand it in again when the call has to be repeated.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import {typing}

from customerio import {clients}  # type: ignore[import-untyped]  # it has no types

Timestamp = int | datetime
"""A moment: Unix seconds, or a datetime that knows its zone."""
'''
_SENDER = Template('''

@dataclass(frozen=True)
class Anonymous:
    """Somebody who is not known yet; `identify` with the same id brings the events to the person."""

    id: str


def ulid(at: float | None = None) -> str:
    """A new id for an event: 26 characters that sort by time. *at* is in Unix seconds, by default now."""
    number = int((time.time() if at is None else at) * 1000) << 80 | secrets.randbits(80)
    return "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[number >> shift & 31] for shift in range(125, -1, -5))


def _plain(value: Any) -> Any:
    """The value as JSON has it; moments become Unix seconds."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone: datetime.now(UTC)")
        return int(value.timestamp())
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


class Sender:
    """Sends to one workspace. Errors are the client's own: CustomerIOException."""

$init
        self._track = track
$api_kept
    # --- people ---

    def identify(self, person: str, attributes: $attributes, *, anonymous_id: str | None = None) -> None:
        """Make or change a person; with *anonymous_id* that visitor's events become the person's."""
        more = {} if anonymous_id is None else {"anonymous_id": anonymous_id}
        self._track.identify(person, **_plain({**attributes, **more}))

    def merge(self, person: str, other: str) -> None:
        """Move everything of *other* to *person*, and delete *other*."""
        self._track.merge_customers("id", person, "id", other)

    def suppress(self, person: str) -> None:
        """Delete a person and take no more calls about them."""
        self._track.suppress(person)

    def unsuppress(self, person: str) -> None:
        """Take calls about a person again."""
        self._track.unsuppress(person)

    def delete(self, person: str) -> None:
        """Delete a person; the next call about them makes a new one."""
        self._track.delete(person)

    def _send(
        self,
        who: str | Anonymous,
        name: str,
        data: Mapping[str, Any],
        at: Timestamp | None,
        event_id: str | None,
        attributes: $attributes | None,
    ) -> str:
        moment = int(time.time()) if at is None else _plain(at)
        event_id = event_id or ulid(moment)
        if isinstance(who, Anonymous):
            self._track.track_anonymous(who.id, name, _plain(data), id=event_id, timestamp=moment)
            return event_id
        if attributes is not None:
            # Before the event, so that the email it starts finds the address.
            self.identify(who, attributes)
        self._track.track(who, name, _plain(data), id=event_id, timestamp=moment)
        return event_id
''')
_INIT = "    def __init__(self, track: CustomerIO) -> None:"
_INIT_WITH_API = """    def __init__(
        self, track: CustomerIO, api: APIClient | None = None, broadcasts: Mapping[str, int] | None = None
    ) -> None:"""
_API_KEPT = """        self._api = api
        self._broadcasts = dict(broadcasts or {})
"""
_API = """
    # --- messages and broadcasts ---

    def _client(self) -> APIClient:
        if self._api is None:
            raise ValueError("messages and broadcasts need the App API: Sender(track, api=APIClient(key))")
        return self._api
"""


def as_python(contents: Contents) -> str:
    """The module's source; it passes mypy's strict mode and ruff's formatter."""
    has_api = bool(contents.messages or contents.broadcasts)
    has_literal = any(one.allowed and _literal(one) for shape in contents.shapes() for one in shape.fields)
    has_required = any(shape.has_required for shape in contents.shapes())
    typing = ["Any", *(["Literal"] if has_literal else []), *(["Required"] if has_required else [])]
    typing += ["TypedDict"] if any(True for _ in contents.shapes()) else []
    clients = ["APIClient"] if has_api else []
    clients += ["CustomerIO", *(["SendEmailRequest"] if contents.messages else [])]
    attributes = contents.people.name if contents.people is not None else "Mapping[str, Any]"
    parts = [_HEAD.format(typing=", ".join(typing), clients=", ".join(clients))]
    parts += ["\n".join(_shape(shape)) for shape in contents.shapes()]
    init, kept = (_INIT_WITH_API, _API_KEPT) if has_api else (_INIT, "")
    parts.append(_SENDER.substitute(attributes=attributes, init=init, api_kept=kept))
    parts.append("\n    # --- events ---\n")
    parts += ["\n".join(_event(event, attributes)) for event in contents.events]
    if has_api:
        parts.append(_API)
        parts += ["\n".join(_message(call)) for call in contents.messages]
        parts += ["\n".join(_broadcast(call)) for call in contents.broadcasts]
    return "".join(parts)


# --- types ----------------------------------------------------------------------------------------------------------


def _shape(shape: Shape) -> Iterator[str]:
    yield from _long_literals(shape)
    yield ""
    yield ""
    if all(_is_name(one.name) for one in shape.fields):
        yield f"class {shape.name}(TypedDict, total=False):"
        yield f'    """{_plainly(shape.doc)}"""'
        yield ""
        for one in shape.fields:
            yield from (f"    {line}" for line in _comment(one))
            yield f"    {one.name}: {_hint(one, shape)}"
    else:
        # Some names are no Python names.
        yield f"{shape.name} = TypedDict("
        yield f'    "{shape.name}",'
        yield "    {"
        for one in shape.fields:
            yield from (f"        {line}" for line in _comment(one))
            yield f"        {_quoted(one.name)}: {_hint(one, shape)},"
        yield "    },"
        yield "    total=False,"
        yield ")"
    yield ""


def _long_literals(shape: Shape) -> Iterator[str]:
    """Values that would make a long line have a name of their own."""
    for one in shape.fields:
        if _has_long_literal(one):
            yield ""
            yield ""
            yield f"{_alias(one, shape)} = Literal["
            yield from (f"    {_quoted(value)}," for value in one.allowed)
            yield "]"


def _has_long_literal(one: Field) -> bool:
    return len(_literal(one)) > _LONGEST_LITERAL


def _alias(one: Field, shape: Shape) -> str:
    return shape.name + ("".join(word.capitalize() for word in words_of(one.name)) or "Value")


def _comment(one: Field) -> list[str]:
    return [f"# {line}" for line in wrap(one.doc, _WIDE - 10)]


def _hint(one: Field, shape: Shape) -> str:
    hint = (_alias(one, shape) if _has_long_literal(one) else _literal(one)) or " | ".join(
        dict.fromkeys(_type(kind, one) for kind in one.types)
    )
    if hint == "int | float" or hint == "float | int":
        hint = "float"
    if "Any" in hint.split(" | "):
        hint = "Any"
    if one.nullable and hint != "Any":
        hint += " | None"
    return f"Required[{hint}]" if one.required else hint


def _type(kind: str, one: Field) -> str:
    if one.parts is not None and kind in ("object", "list"):
        return one.parts.name if kind == "object" else f"list[{one.parts.name}]"
    return _TYPES[kind]


def _literal(one: Field) -> str:
    """The allowed values as a type, where the schema's type is only text."""
    if one.types != ("text",) or not one.allowed or not all(isinstance(value, str) for value in one.allowed):
        return ""
    return f"Literal[{', '.join(map(_quoted, one.allowed))}]"


def _plainly(text: str) -> str:
    return "".join(char for char in text if char.isprintable() and char not in '"\\\\')


def _quoted(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    if '"' in text and "'" not in text:
        return "'" + written[1:-1].replace('\\"', '"') + "'"
    return written


def _is_name(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("__")


# --- methods --------------------------------------------------------------------------------------------------------


def _event(event: Event, attributes: str) -> Iterator[str]:
    name = "_".join(event.words)
    name = f"{name}_" if keyword.iskeyword(name) else name
    data = event.shape.name if event.shape is not None else "Mapping[str, Any]"
    default = "" if event.shape is not None and event.shape.has_required else " | None = None"
    yield ""
    yield f"    def {name}("
    yield "        self,"
    yield "        who: str | Anonymous,"
    yield f"        data: {data}{default},"
    yield "        *,"
    yield "        at: Timestamp | None = None,"
    yield "        event_id: str | None = None,"
    yield f"        attributes: {attributes} | None = None,"
    yield "    ) -> str:"
    doc = [*event.doc, f"Deprecated: {event.deprecated}." if event.deprecated else ""]
    yield from _docstring(f"Send the event {_plainly(event.name)}.", *doc, "Gives the event's id.")
    given = "data" if not default else "data or {}"
    yield f"        return self._send(who, {_quoted(event.name)}, {given}, at, event_id, attributes)"
    yield ""


def _message(call: Call) -> Iterator[str]:
    data = call.shape.name if call.shape is not None else "Mapping[str, Any]"
    default = "" if call.shape is not None else " | None = None"
    yield ""
    given = f"self, person: str, to: str, data: {data}{default}, *, language: str | None = None"
    yield from _signature("_".join(call.words), given, "str")
    yield from _docstring(f"Send the message {call.slug}.", call.doc, "Gives the delivery's id.")
    yield "        request = SendEmailRequest("
    yield f"            transactional_message_id={_quoted(call.slug)},"
    yield "            to=to,"
    yield '            identifiers={"id": person},'
    yield f"            message_data=_plain(data{'' if call.shape is not None else ' or {}'}),"
    yield "            language=language,"
    yield "        )"
    yield '        return str(self._client().send_email(request)["delivery_id"])'
    yield ""


def _broadcast(call: Call) -> Iterator[str]:
    yield ""
    given = "self, data: Mapping[str, Any] | None = None, *, ids: list[str] | None = None"
    yield from _signature("_".join(call.words), given, "int")
    yield from _docstring(
        f"Trigger the broadcast {call.slug}.",
        call.doc,
        "Without *ids* it goes to its audience.",
        "Gives the trigger's id.",
    )
    yield "        api = self._client()"
    yield f"        number = self._broadcasts[{_quoted(call.slug)}]  # ids differ from workspace to workspace"
    yield '        body = {"data": _plain(data or {}), **({} if ids is None else {"ids": ids})}'
    yield '        reply = api.send_request("POST", f"{api.url}/v1/campaigns/{number}/triggers", body)'
    yield '        return int(reply.json()["id"])'
    yield ""


def _signature(name: str, given: str, gives: str) -> Iterator[str]:
    line = f"    def {name}({given}) -> {gives}:"
    if len(line) <= _LINE:
        yield line
    else:
        yield f"    def {name}("
        yield f"        {given}"
        yield f"    ) -> {gives}:"


def _docstring(summary: str, *sentences: str) -> Iterator[str]:
    """A first line that always fits, and below it what the schema says."""
    text = " ".join(sentence for sentence in sentences if sentence).replace("\\", "\\\\").replace('"', "'")
    yield f'        """{summary}'
    yield ""
    yield from (f"        {line}" for line in wrap(text, _WIDE - 8))
    yield '        """'
