"""Connections of the server: HTTP and HTTPS on the same port, on this machine only.

Source: the official Python client speaks HTTPS to the Track API whatever address it is given. The first byte of a
connection tells which it is: 22 begins a TLS handshake, and no HTTP request.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import ssl
from collections.abc import Callable
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from simulator.workspace.server.asgi import Application

TLS_HANDSHAKE = 0x16


class Connection(H11Protocol):
    """A connection whose requests can see their transport, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.app_state["transport"] = transport
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn names the narrower type


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket that listens on this machine; port 0 takes a free one.

    Raises: OSError when the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(512)
        found.setblocking(False)
    except BaseException:
        found.close()
        raise
    return found


class Certificate:
    """The certificate of this server's name, made when the first client asks for HTTPS."""

    def __init__(self, host: str) -> None:
        self.host = host
        self._made: Any = None
        self._context: ssl.SSLContext | None = None

    def context(self) -> ssl.SSLContext:
        """What a TLS connection is answered with."""
        if self._context is None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._authority().issue_cert(self.host, "localhost", "127.0.0.1").configure_cert(context)
            self._context = context
        return self._context

    def authority(self) -> bytes:
        """The certificate of the authority that signed ours, as PEM: a client that trusts it needs no exception."""
        found: bytes = self._authority().cert_pem.bytes()
        return found

    def _authority(self) -> Any:
        if self._made is None:
            import trustme  # brings cryptography, which most runs never need

            self._made = trustme.CA()
        return self._made


class Listener:
    """Accepts connections for one application until it is told to stop."""

    def __init__(self, application: Application, listening: socket.socket, certificate: Certificate) -> None:
        self.listening = listening
        self.certificate = certificate
        self._config = Config(
            application, lifespan="off", log_config=None, access_log=False, server_header=False, ws="none"
        )
        self._config.load()
        self._state = ServerState()
        self._waiting: set[asyncio.Task[None]] = set()
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)

    async def run(self, stop: asyncio.Event) -> None:
        """Accept connections until *stop* is set, then end those that are open."""
        accepting = asyncio.create_task(self._accept())
        try:
            await stop.wait()
        finally:
            accepting.cancel()
            self.listening.close()
            for task in self._waiting:
                task.cancel()
            await self._end()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(self.listening)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = loop.create_task(self._welcome(connection))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    async def _welcome(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            first = await _first_byte(connection)
            if not first:
                connection.close()
                return
            context = self.certificate.context() if first[0] == TLS_HANDSHAKE else None
            await loop.connect_accepted_socket(self._protocol, connection, ssl=context)
        except (OSError, ssl.SSLError):
            connection.close()  # it went away, or does not trust us
        except asyncio.CancelledError:
            connection.close()
            raise

    def _protocol(self) -> asyncio.Protocol:
        return Connection(config=self._config, server_state=self._state, app_state={})

    async def _end(self) -> None:
        for connection in list(self._state.connections):
            connection.shutdown()
        for _ in range(20):
            if not self._state.connections and not self._state.tasks:
                return
            await asyncio.sleep(0.02)
        for connection in list(self._state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        for task in self._state.tasks:
            task.cancel()


async def _first_byte(connection: socket.socket) -> bytes:
    """The first byte that a client sends, which stays to be read; nothing when it went away."""
    try:
        return connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        pass
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(connection, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(connection)
    return connection.recv(1, socket.MSG_PEEK)


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Call *stop* for Ctrl-C and for a polite kill."""
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stop)
