"""Answers what is asked of the admin face and the inbox."""

from __future__ import annotations

import hmac
import inspect
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from mailwright.diagnostics import nearest
from simulator.workspace.admin.asking import AdminRequest, refused
from simulator.workspace.admin.routes import AdminRoute
from simulator.workspace.routes import Reply

if TYPE_CHECKING:
    from simulator.workspace.server.dispatch import Asked
    from simulator.workspace.server.local_server import LocalServer

TOKEN_HEADER = "x-mailwright-token"  # noqa: S105  # a header's name


class AdminFace:
    """The admin face of one server."""

    def __init__(self, server: LocalServer, routes: Iterable[AdminRoute]) -> None:
        self.server = server
        self.routes = tuple(routes)

    async def answer(self, asked: Asked) -> Reply:
        """The answer to a request.

        Raises: Refusal: 404 for what is not there, 405, 401 without the token and 403 from another site where
        something would be changed.
        """
        path = unquote(asked.path)
        if path == "/":
            return Reply(None, 302, {"Location": "/inbox"})
        method = "GET" if asked.method == "HEAD" else asked.method
        for route in self.routes:
            params = route.params(path)
            if params is None or route.method != method:
                continue
            if method != "GET":
                self._may_change(asked)
            found = route.handler(AdminRequest(self.server, asked, params))
            reply = await found if inspect.isawaitable(found) else found
            if isinstance(reply.body, dict):
                return Reply({"schema_version": 1, **reply.body}, reply.status, reply.headers)
            return reply
        methods = sorted({route.method for route in self.routes if route.params(path) is not None})
        if methods:
            raise refused(f"{path} takes {', '.join(methods)}", 405)
        near = nearest(path, [route.pattern for route in self.routes])
        raise refused(
            f"there is no {path} here" + (f"; try: {near}" if near else "; GET /_coverage lists what is"), 404
        )

    def _may_change(self, asked: Asked) -> None:
        """Only who knows the token changes something, and no web page of another site does.

        Raises: Refusal.
        """
        origin = asked.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != asked.headers.get("host"):
            raise refused("a page of another site asks", 403)
        shown = asked.headers.get(TOKEN_HEADER, "")
        if not hmac.compare_digest(shown.encode("utf-8", "replace"), self.server.admin_token.encode()):
            raise refused("the admin token is needed in the header X-Mailwright-Token; `serve` printed it", 401)
