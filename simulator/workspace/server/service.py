"""A server that runs: it listens, lets time pass, and hands out what the campaigns send."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from simulator.workspace.server.asgi import Application, Face
from simulator.workspace.server.listening import Certificate, Listener, bound_socket
from simulator.workspace.server.local_server import LocalServer

TICK = 0.1
"""Seconds between two looks at what is due, where time passes by itself."""

Worker = Callable[[], Awaitable[None]]


class Service:
    """One server on one port. *workers* run beside it from start to end."""

    def __init__(
        self,
        server: LocalServer,
        face: Face,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        workers: list[Worker] | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        self.server = server
        self.listening = bound_socket(host, port)
        shown = f"[{host}]" if ":" in host else host
        server.account.url = f"http://{shown}:{self.listening.getsockname()[1]}"
        self.certificate = certificate or Certificate(host)
        self._application = Application(server, face)
        self._workers = workers or []

    async def run(self, stop: asyncio.Event, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until *stop* is set; *ready* is called once requests are answered."""
        listener = Listener(self._application, self.listening, self.certificate)
        tasks = [asyncio.ensure_future(worker()) for worker in (self._tick, *self._workers)]
        for task in tasks:
            task.add_done_callback(lambda done: stop.set() if _failed(done) else None)
        ready()
        try:
            await listener.run(stop)
        finally:
            for task in tasks:
                task.cancel()
            done = await asyncio.gather(*tasks, return_exceptions=True)
            for space in self.server.account.spaces.values():
                space.running.flush()
        failed = [one for one in done if isinstance(one, Exception)]
        if failed:
            raise failed[0]

    @contextmanager
    def in_thread(self) -> Iterator[LocalServer]:
        """Serve from a thread of its own while the block runs."""
        loop = asyncio.new_event_loop()
        stop, started = asyncio.Event(), threading.Event()

        def serve() -> None:
            asyncio.set_event_loop(loop)
            loop.run_until_complete(self.run(stop, started.set))

        thread = threading.Thread(target=serve, name="mailwright-workspace")
        thread.start()
        try:
            started.wait(10)
            yield self.server
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(10)
            loop.close()

    async def _tick(self) -> None:
        while True:
            self.server.tick()
            await asyncio.sleep(TICK)


def _failed(task: asyncio.Future[None]) -> bool:
    return not task.cancelled() and task.exception() is not None
