"""The server as an ASGI application: reads requests, lets the APIs or the admin face answer, writes answers."""

from __future__ import annotations

import json
import re
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from simulator.workspace.routes import Refusal, Reply
from simulator.workspace.server.dispatch import BODY_LIMIT, Asked, CutOff
from simulator.workspace.server.request_log import without_people

if TYPE_CHECKING:
    from simulator.workspace.server.local_server import LocalServer

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_OWN_HOST = re.compile(r"(?:127(?:\.\d{1,3}){3}|\[::1\]|(?:[a-z0-9-]+\.)*localhost)(?::\d+)?", re.IGNORECASE)


class Face(Protocol):
    """What answers requests that are none of an API."""

    async def answer(self, asked: Asked) -> Reply:
        """The answer; it refuses by raising a Refusal."""


class Application:
    """Serves one LocalServer, and *face* where no API is asked."""

    def __init__(self, server: LocalServer, face: Face) -> None:
        self.server = server
        self.face = face

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        A web page elsewhere may not reach this server through a name that it made point here: the host must be ours.
        """
        assert scope["type"] == "http"
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if not _OWN_HOST.fullmatch(headers.get("host", "")):
            await _write(send, scope["method"], Reply({"errors": [{"detail": "this host is not served here"}]}, 421))
            return
        body = await _body(receive)
        if body is None:
            return
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        asked = Asked(scope["method"], path, scope["query_string"].decode("latin-1"), headers, body)
        try:
            reply = await self._answer(asked)
        except CutOff:
            _cut(scope)
            return
        await _write(send, asked.method, reply)

    async def _answer(self, asked: Asked) -> Reply:
        try:
            reply = await self.server.dispatch.answer(asked)
            return await self.face.answer(asked) if reply is None else reply
        except Refusal as refusal:
            return refusal.reply
        except CutOff:
            raise
        except Exception as error:  # noqa: BLE001  # whatever a handler stumbles over is answered, and told
            where = f"{asked.method} {without_people(asked.path)}{_place(error)}"
            print(f"a bug of mailwright's own: {type(error).__name__} in {where}", file=sys.stderr)
            return Reply({"errors": [{"detail": "internal server error", "status": "500"}]}, 500)


def _place(error: Exception) -> str:
    """Where in our code it happened, without a value."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if "workspace" in code.co_filename or "simulator" in code.co_filename:
            place = f" ({code.co_filename.rpartition('simulator')[2].lstrip('/')}:{trace.tb_lineno})"
        trace = trace.tb_next
    return place


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or None when the client went away; what is beyond the limit is read and dropped."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size <= BODY_LIMIT + len(part):
            parts.append(part)
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def _write(send: Send, method: str, reply: Reply) -> None:
    body, kind = _encoded(reply.body)
    headers: Mapping[str, str] = reply.headers
    lowered = {name.lower() for name in headers}
    sent = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    # The machine's time, as every server's: what a client tells a wrong clock by. The workspaces' clock is another.
    sent.append((b"date", formatdate(usegmt=True).encode()))
    if kind and "content-type" not in lowered:
        sent.append((b"content-type", kind))
    if reply.status != 204:
        sent.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": sent})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" or reply.status == 204 else body})


def _encoded(body: Any) -> tuple[bytes, bytes]:
    match body:
        case None:
            return b"", b""
        case bytes():
            return body, b"application/octet-stream"
        case str():
            return body.encode(), b"text/plain; charset=utf-8"
        case _:
            return _json(body) + b"\n", b"application/json; charset=utf-8"


def _json(body: Any) -> bytes:
    try:
        return orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:  # what a client wrote may hold numbers and characters that no byte form has
        return json.dumps(body, separators=(",", ":"), default=str).encode()


def _cut(scope: Scope) -> None:
    """End the connection at once, as a broken network does: the client sees a reset."""
    transport = scope.get("state", {}).get("transport")
    if transport is None:
        raise ConnectionResetError
    plain = transport.get_extra_info("socket")
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
