"""Takes webhooks, keeps them, and answers once they are safe; what is to be done with them is done afterwards.

Requests that come together are kept in one transaction, so that a burst costs the disk a few writes and not thousands.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mailwright.listen.handlers import HandlingFailed, wanted
from mailwright.listen.records import NotAnEvent, Record, record_of
from mailwright.listen.signature import why_refused
from mailwright.listen.stores import DONE, GIVEN_UP, WAITING, Store, Task, open_store

if TYPE_CHECKING:
    from starlette.requests import Request

    from mailwright.listen.settings import Settings

LARGEST = 2_000_000
"""Bytes of a request; a page that comes `with content` fits."""
MOST_AT_ONCE = 1_000
FIRST_PAUSE, LONGEST_PAUSE = 2, 3600
"""Seconds between tries of a handler: doubled each time."""


def application(settings: Settings, clock: Callable[[], float] = time.time) -> Starlette:
    """The receiver as an ASGI application; its store is open while it runs.

    Source: Customer.io reference, "Reporting webhooks": an answer within four seconds; 4xx and 5xx are sent again.
    """
    keeper = Keeper(settings)

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        store = await asyncio.to_thread(open_store, settings.store)
        keeping = asyncio.create_task(keeper.work(store))
        worker = Worker(store, settings, clock)
        worker.start()
        try:
            yield
        finally:
            await keeper.finish()
            await keeping
            await asyncio.to_thread(worker.stop)
            store.close()

    async def take(request: Request) -> Response:
        if int(request.headers.get("content-length") or 0) > LARGEST:
            return JSONResponse({"error": "too large"}, 413)
        body = await request.body()
        if len(body) > LARGEST:
            return JSONResponse({"error": "too large"}, 413)
        given = request.headers
        refused = why_refused(settings.key, given.get("x-cio-timestamp"), given.get("x-cio-signature"), body, clock())
        if refused is not None:
            return JSONResponse({"error": refused}, 401)
        try:
            record = record_of(body, int(clock()))
        except NotAnEvent as error:
            return JSONResponse({"error": str(error)}, 400)
        await keeper.keep(record)
        return JSONResponse({})

    async def told(_: Request) -> Response:
        return JSONResponse({"status": "listening"})

    paths = [Route(path, take, methods=["POST"]) for path in ("/", "/webhooks")]
    return Starlette(routes=[*paths, Route("/_health", told)], lifespan=running)


class Keeper:
    """Gathers what comes in at once and keeps it together; each request waits until its event is safe."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._waiting: asyncio.Queue[tuple[Record, asyncio.Future[None]] | None] = asyncio.Queue()

    async def keep(self, record: Record) -> None:
        """Wait until the event is kept.

        Raises: whatever the store stops for; the request then ends with 500, and Customer.io sends it again.
        """
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._waiting.put((record, kept))
        await kept

    async def finish(self) -> None:
        """Keep what has come, and take no more."""
        await self._waiting.put(None)

    async def work(self, store: Store) -> None:
        """Keep what comes until the end."""
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < MOST_AT_ONCE and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            taken = [one for one in batch if one is not None]
            if taken:
                await self._keep_all(store, taken)
            if None in batch:
                return

    async def _keep_all(self, store: Store, taken: list[tuple[Record, asyncio.Future[None]]]) -> None:
        records = [record for record, _ in taken]
        handlers = [wanted(self._settings.handlers, record) for record in records]
        try:
            await asyncio.to_thread(store.keep, records, handlers)
        except Exception as error:  # noqa: BLE001  # whatever the database says, each request has to hear of it
            for _, kept in taken:
                if not kept.done():
                    kept.set_exception(error)
            return
        for _, kept in taken:
            if not kept.done():
                kept.set_result(None)


class Worker:
    """Hands kept events to their handlers, in a thread of its own, and tries again what failed."""

    def __init__(self, store: Store, settings: Settings, clock: Callable[[], float]) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._handlers = {handler.name: handler for handler in settings.handlers}
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="handlers", daemon=True)

    def start(self) -> None:
        """Begin, unless there is nobody to hand anything to."""
        if self._handlers:
            self._thread.start()

    def stop(self) -> None:
        """End after the event at hand."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                is_busy = self._look()
            except Exception:  # noqa: BLE001  # the database is gone for a while: what waits there waits on
                is_busy = False
                self._stopping.wait(1.0)
            if not is_busy:
                self._stopping.wait(0.2)

    def _look(self) -> bool:
        """Work on what is due; whether there was anything."""
        tasks = self._store.due(int(self._clock()), 100)
        for task in tasks:
            if self._stopping.is_set():
                break
            self.work_on(task)
        return bool(tasks)

    def work_on(self, task: Task) -> None:
        """Try one handler on one event, and note what came of it."""
        handler = self._handlers.get(task.handler)
        now = int(self._clock())
        if handler is None:
            self._store.note(task, GIVEN_UP, now, "there is no such handler any more")
            return
        try:
            handler.act(task.record)
        except HandlingFailed as error:
            tries = task.attempts + 1
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**task.attempts)
            state = GIVEN_UP if tries >= self._settings.attempts else WAITING
            self._store.note(task, state, now + pause, str(error))
        else:
            self._store.note(task, DONE, now, "")
