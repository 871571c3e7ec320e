"""The preview's addresses: the page, its data, the framed emails, and the line that tells tabs what changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from mailwright.diagnostics import MailwrightError
from simulator.preview.assets import asset, page
from simulator.preview.blocks import blocks_of
from simulator.preview.frames import VIEWER, framed, open_policy, viewer_policy
from simulator.preview.gate import SEEN, Gatekeeper
from simulator.preview.problems import ProblemFinder
from simulator.preview.questions import QUESTIONS, project_data
from simulator.preview.running import Preview, look_soon
from simulator.preview.shells import shell_of
from simulator.preview.streams import NAME, Stream
from simulator.preview.tree import uses_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp

LARGEST_REQUEST = 2_000_000
_DOT = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
"""A picture with nothing on it."""
_FORGOTTEN = "This picture is no longer kept; reload the page.\n"


def application(preview: Preview) -> ASGIApp:
    """The server's application, behind its gate."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        finder = ProblemFinder(preview.library.root, preview.told())
        stop = anyio.Event()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(preview.follow, finder, stop)
            tasks.start_soon(finder.run)
            tasks.start_soon(look_soon, finder)
            yield
            stop.set()
            preview.close()
            tasks.cancel_scope.cancel()
        await run_in_threadpool(preview.comparer.darkroom.close)

    there = _Addresses(preview)
    routes = [
        Route("/live", there.live),
        Route("/static/{name}", there.static),
        Route("/viewer", there.viewer),
        Route("/mail/{key}", there.mail),
        Route("/stream/{key}", there.stream),
        Route(f"{SEEN}{{name}}/{{number:int}}", there.seen),
        Route("/shot/{key}", there.shot),
        Route("/api/project", there.project),
        Route("/api/problems", there.problems),
        Route("/api/uses/{kind}/{name:path}", there.uses),
        Route("/api/blocks/{key}", there.blocks),
        Route("/api/source/{key}", there.source),
        Route("/api/{question}", there.question, methods=["POST"]),
        Route("/{path:path}", there.page),
    ]
    return Gatekeeper(Starlette(routes=routes, lifespan=lifespan), preview.gate)


class _Addresses:
    """Requests to answers."""

    def __init__(self, preview: Preview) -> None:
        self.preview = preview

    async def page(self, request: Request) -> Response:
        if request.url.path.startswith(("/api/", "/static/", "/mail/")):
            return PlainTextResponse("no such address\n", 404)
        return page()

    async def static(self, request: Request) -> Response:
        return asset(request.path_params["name"]) or PlainTextResponse("no such file\n", 404)

    async def live(self, request: Request) -> Response:
        self.preview.streams.make_room(len(self.preview.hub.lines) + 1)
        greeting = {**self.preview.state(), **self.preview.problems_as_data()}
        return StreamingResponse(
            self.preview.hub.listen(request.query_params.get("tab", ""), greeting), media_type="text/event-stream"
        )

    async def viewer(self, request: Request) -> Response:
        remote = request.query_params.get("images") == "on"
        headers = {"content-security-policy": viewer_policy(request.headers["host"], remote=remote)}
        return Response(VIEWER, media_type="text/html", headers=headers)

    async def mail(self, request: Request) -> Response:
        """The page of a picture as text for a frame; it is never shown as a document of this address."""
        kept = self.preview.pages.get(request.path_params["key"])
        if kept is None:
            return PlainTextResponse(_FORGOTTEN, 404)
        asked = request.query_params
        shown = framed(kept.page, dark=asked.get("scheme") == "dark", remote=asked.get("images") == "on")
        return PlainTextResponse(shown.encode("utf-8", "replace"))

    async def stream(self, request: Request) -> Response:
        """The page of a picture as a document that stays open for what is saved next; nothing where it cannot."""
        asked, preview = request.query_params, self.preview
        kept, name = preview.pages.get(request.path_params["key"]), asked.get("name", "")
        if kept is None or not NAME.match(name):
            return Response(status_code=204)
        remote = asked.get("images") == "on"
        page = framed(kept.page, dark=asked.get("scheme") == "dark", remote=remote)
        shell = await run_in_threadpool(shell_of, page)
        if shell is None:
            return Response(status_code=204)
        seen = f"http://{request.headers['host']}{SEEN}{name}/"
        stream = Stream(asked.get("tab", ""), name, shell.digest, seen)
        if not preview.streams.open(stream, shell, len(preview.hub.lines)):
            return Response(status_code=204)
        headers = {"content-security-policy": open_policy(seen, remote=remote)}
        return StreamingResponse(preview.streams.read(stream), media_type="text/html", headers=headers)

    async def seen(self, request: Request) -> Response:
        """A document in a frame shows a version: its tab is told."""
        name = request.path_params["name"]
        tab = self.preview.streams.tabs.get(name)
        if tab is None:
            return PlainTextResponse("no such document\n", 404)
        self.preview.hub.publish("seen", {"stream": name, "number": request.path_params["number"]}, {tab})
        return Response(_DOT, media_type="image/svg+xml", headers={"cross-origin-resource-policy": "cross-origin"})

    async def shot(self, request: Request) -> Response:
        """A picture that was taken for a comparison."""
        png = self.preview.comparer.darkroom.get(request.path_params["key"])
        if png is None:
            return PlainTextResponse(_FORGOTTEN, 404)
        return Response(png, media_type="image/png")

    async def source(self, request: Request) -> Response:
        kept = self.preview.pages.get(request.path_params["key"])
        if kept is None:
            return PlainTextResponse(_FORGOTTEN, 404)
        return PlainTextResponse(kept.sent.encode("utf-8", "replace"))

    async def project(self, _: Request) -> Response:
        return await _data(lambda: project_data(self.preview))

    async def problems(self, _: Request) -> Response:
        return await _data(self.preview.problems_as_data)

    async def uses(self, request: Request) -> Response:
        kind, name = request.path_params["kind"], request.path_params["name"]
        return await _data(lambda: {"messages": uses_of(self.preview.edition.project, kind, name)})

    async def blocks(self, request: Request) -> Response:
        kept = self.preview.pages.get(request.path_params["key"])
        return await _data(lambda: {"blocks": [] if kept is None else blocks_of(kept.page)})

    async def question(self, request: Request) -> Response:
        answer = QUESTIONS.get(request.path_params["question"])
        if answer is None:
            return _refused("no such question", 404)
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return _refused("the request is too large", 413)
        try:
            values = orjson.loads(body)
        except orjson.JSONDecodeError:
            return _refused("the request is no JSON", 400)
        if not isinstance(values, dict):
            return _refused("the request is no object", 400)
        return await _data(lambda: answer(self.preview, values))


async def _body(request: Request) -> bytes | None:
    """The body; None where it is larger than any of ours."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > LARGEST_REQUEST:
            return None
    return bytes(found)


async def _data(work: Callable[[], dict[str, Any]]) -> Response:
    """What *work* gives, as JSON; what it stops for is told in the same form."""
    try:
        return _json(await run_in_threadpool(work))
    except MailwrightError as error:
        span = error.span
        told = {"says": str(error), "hint": error.hint, "file": span.file if span is not None else ""}
        return _json({"error": {**told, "line": span.line if span is not None else 1}}, 422)


def _refused(says: str, status: int) -> Response:
    return _json({"error": {"says": says, "hint": "reload the page", "file": "", "line": 1}}, status)


def _json(values: Any, status: int = 200) -> Response:
    try:
        data = orjson.dumps(values, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        data = orjson.dumps(_cleaned(values), default=str, option=orjson.OPT_NON_STR_KEYS)
    return Response(data, status, media_type="application/json")


def _cleaned(values: Any) -> Any:
    """*values* without what no JSON can carry: halves of characters, and numbers beyond 64 bits."""
    match values:
        case str():
            return values.encode("utf-8", "replace").decode()
        case dict():
            return {_cleaned(str(key)): _cleaned(value) for key, value in values.items()}
        case list() | tuple():
            return [_cleaned(value) for value in values]
        case int() if abs(values) > 2**63:
            return str(values)
        case _:
            return values
