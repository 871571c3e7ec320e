"""The preview as a running server: its socket, its first line, and an end that waits for nobody."""

from __future__ import annotations

import errno
import json
import socket
import sys
from typing import TYPE_CHECKING

import uvicorn

from mailwright.diagnostics import ConfigurationError
from simulator.preview.app import application

if TYPE_CHECKING:
    from simulator.preview.gate import Gate
    from simulator.preview.running import Preview

SHUTDOWN_SECONDS = 2


class Server(uvicorn.Server):
    """A server whose open lines end when it does; without this it would wait for every tab to close."""

    def __init__(self, preview: Preview) -> None:
        super().__init__(
            uvicorn.Config(
                application(preview),
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
                http="h11",
                ws="none",
                loop="asyncio",
                proxy_headers=False,
            )
        )
        self.preview = preview

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the open lines, then all else."""
        self.preview.close()
        await super().shutdown(sockets)


def listening_socket(port: int) -> socket.socket:
    """A socket on this machine alone.

    Raises: ConfigurationError when the port is taken.
    """
    # By its protocol's number asyncio knows that small answers may go out at once; without it each waits 40 ms.
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(("127.0.0.1", port))
        found.listen(128)
    except (OSError, OverflowError) as error:
        found.close()
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        what = f"port {port} is taken" if taken else f"port {port} cannot be used"
        raise ConfigurationError(what, hint="--port 0 takes any that is free") from error
    return found


def first_line(gate: Gate, form: str) -> str:
    """What a script reads to know where the preview is."""
    if form == "json":
        return json.dumps({"schema_version": 1, "url": gate.url, "port": gate.port, "token": gate.token})
    return f"preview: {gate.url}"


def serve(preview: Preview, listening: socket.socket) -> None:
    """Serve until interrupted."""
    try:
        Server(preview).run(sockets=[listening])
    except KeyboardInterrupt:
        print("preview: stopped", file=sys.stderr)
