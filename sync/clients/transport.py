"""How a request gets to a workspace and back: the one module that knows httpx.

A repeat is safe where it cannot do a thing twice: reads, and writes that put a whole value in place. Others are sent
once; when their answer is lost, the error says that they may have been done.
"""

from __future__ import annotations

import json
import random
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
import stamina

from mailwright import __version__
from mailwright.diagnostics import WorkspaceError
from sync.clients.pacing import Pace
from sync.clients.refusals import Unreachable, WorkspaceRefusal, hint_for, reasons

Json = dict[str, Any]
TIMEOUT = 30.0
"""Seconds for one answer."""
CONNECTIONS = 5
ATTEMPTS = 4
LONGEST_WAIT = 120.0
"""Seconds; a workspace that asks for a longer wait has a quota, not a pace."""
_AGAIN = frozenset({429, 500, 502, 503, 504})

# Its own hook would log every wait to a terminal in a format of its own.
stamina.instrumentation.set_on_retry_hooks(())


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that says yes."""

    status: int
    body: Any  # parsed JSON; None where there was none
    asked: str  # method and path, for errors about the answer's shape

    def object(self, name: str) -> Json:
        """The object called *name*, or the body itself where it came bare.

        Raises: WorkspaceError when the answer holds no object.
        """
        found = self.body.get(name, self.body) if isinstance(self.body, dict) else None
        if not isinstance(found, dict):
            raise self._unexpected(name)
        return found

    def list(self, name: str) -> list[Json]:
        """The objects under *name*; null and a missing key are an empty list.

        Raises: WorkspaceError when something else stands there.
        """
        if not isinstance(self.body, dict):
            raise self._unexpected(name)
        found = self.body.get(name)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise self._unexpected(name)
        return found

    def _unexpected(self, name: str) -> WorkspaceError:
        return WorkspaceError(
            f"{self.asked}: the answer holds no '{name}'", hint="is this the address of a Customer.io API?"
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """Any answer, yes or no."""

    status: int
    body: Any  # parsed JSON; None where there was none, or no JSON
    date: str  # the server's clock, as its header says it
    sent_to: str  # the address it names instead

    @property
    def is_yes(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300


class Key:
    """What makes a request ours."""

    variable = ""
    """Where the secret came from, for hints."""

    def headers(self, transport: Transport) -> Mapping[str, str]:
        """The headers that say who asks."""
        raise NotImplementedError

    def renew(self) -> bool:
        """After a 401: whether asking again with new headers may help."""
        return False


@dataclass(slots=True)
class Transport:
    """Sends requests to one surface of one workspace."""

    surface: str  # "UI API", "App API": for errors
    base: str
    key: Key
    pace: Pace
    headers: Mapping[str, str] = field(default_factory=dict)
    seam: httpx.BaseTransport | None = None  # in a test: what answers instead of a network
    connections: int = CONNECTIONS
    count: int = 0  # requests sent
    timeout: float = TIMEOUT
    _client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self._client = httpx.Client(
            base_url=self.base,
            timeout=self.timeout,
            transport=self.seam,
            verify=_trusted(),
            limits=httpx.Limits(max_connections=self.connections, max_keepalive_connections=self.connections),
            headers={"User-Agent": f"mailwright/{__version__}", "Accept": "application/json"},
            trust_env=False,
            follow_redirects=False,  # a credential never leaves the host it is for
        )

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def get(self, path: str, **query: object) -> Reply:
        """Read.

        Raises: WorkspaceError when the workspace refuses or cannot be reached.
        """
        return self.send("GET", path, query=query, is_repeatable=True)

    def look(self, path: str, **query: object) -> Answer:
        """Read once, and take whatever is answered.

        Raises: Unreachable; WorkspaceRefusal when the key itself is exchanged, and refused.
        """
        reply = self._once("GET", path, query, None)
        try:
            body = json.loads(reply.content)
        except (ValueError, RecursionError):
            body = None
        return Answer(reply.status_code, body, reply.headers.get("Date", ""), reply.headers.get("Location", ""))

    def put(self, path: str, content: Json, *, is_repeatable: bool = True) -> Reply:
        """Put a whole value in place; *is_repeatable* False where doing it twice would add something twice.

        Raises: WorkspaceError when the workspace refuses or cannot be reached.
        """
        return self.send("PUT", path, content=content, is_repeatable=is_repeatable)

    def post(self, path: str, content: Json) -> Reply:
        """Make something, once.

        Raises: WorkspaceError when the workspace refuses or cannot be reached.
        """
        return self.send("POST", path, content=content, is_repeatable=False)

    def delete(self, path: str) -> Reply:
        """Delete something.

        Raises: WorkspaceError when the workspace refuses or cannot be reached.
        """
        return self.send("DELETE", path, is_repeatable=False)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        content: Json | None = None,
        is_repeatable: bool,
    ) -> Reply:
        """Ask, as often as is safe.

        Raises: WorkspaceRefusal when the answer is no; Unreachable when there is none.
        """
        asked = f"{self.surface}: {method} {path}"
        again = stamina.retry_context(
            on=_waits_for(is_repeatable=is_repeatable), attempts=ATTEMPTS, timeout=None, wait_initial=0.5, wait_max=30.0
        )
        has_renewed = False
        for attempt in again:
            with attempt:
                reply = self._once(method, path, query, content)
                if reply.status_code == 401 and not has_renewed and self.key.renew():
                    has_renewed = True
                    reply = self._once(method, path, query, content)
                if reply.status_code == 429:
                    asked_for = retry_after(reply.headers.get("Retry-After"))
                    self.pace.close_for(min(1.0 if asked_for is None else asked_for, LONGEST_WAIT))
                if not reply.is_success:
                    raise self._refusal(reply, asked)
                return Reply(reply.status_code, _parsed(reply, asked), asked)
        raise AssertionError("the last attempt returns or raises")

    def _once(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | None,
        content: Json | bytes | None,
        asked: str = "",
    ) -> httpx.Response:
        headers = {**self.headers, **self.key.headers(self)}
        written = content if isinstance(content, bytes) else None
        if written is not None:
            headers["Content-Type"] = "application/json"
        request = self._client.build_request(
            method,
            path,
            params={name: str(value) for name, value in (query or {}).items() if value is not None} or None,
            content=written,
            json=None if written is not None else content,
            headers=headers,
        )
        return self.exchange(request, asked or f"{self.surface}: {method} {path}")

    def ask(self, method: str, path: str, content: Json | bytes | None = None, *, called: str = "") -> Reply:
        """Ask once, for whoever decides itself when to ask again.

        *content* may be JSON that is written already. *called* is how errors name a *path* that holds a person.
        Raises: WorkspaceRefusal when the answer is no; Unreachable when there is none.
        """
        asked = f"{self.surface}: {method} {called or path}"
        reply = self._once(method, path, None, content, asked)
        if not reply.is_success:
            raise self._refusal(reply, asked)
        return Reply(reply.status_code, _parsed(reply, asked), asked)

    def exchange(self, request: httpx.Request, asked: str) -> httpx.Response:
        """Send one request at the workspace's pace.

        Raises: Unreachable, which holds nothing of the request but its name.
        """
        with self.pace.turn():
            self.count += 1
            try:
                return self._client.send(request)
            except httpx.TransportError as error:
                raise self._unreachable(error, asked) from None  # the cause may quote headers

    def form(self, path: str, fields: Mapping[str, str]) -> httpx.Response:
        """Post a form without a key, as a token exchange does.

        Raises: Unreachable when no answer comes.
        """
        request = self._client.build_request("POST", path, data=dict(fields))
        return self.exchange(request, f"{self.surface}: POST {path}")

    def download(self, url: str) -> str:
        """The text at an address that the workspace gave out; the key goes along only to the workspace's own host.

        Raises: WorkspaceError when there is none, or it refuses.
        """
        own = urlsplit(url).netloc == urlsplit(self.base).netloc
        asked = f"{self.surface}: GET the file of an export"
        if urlsplit(url).scheme not in ("http", "https"):
            raise WorkspaceError(
                f"{asked}: the answer names no place", hint="is this the address of a Customer.io API?"
            )
        reply = self.exchange(httpx.Request("GET", url, headers=self.key.headers(self) if own else None), asked)
        if not reply.is_success:
            raise self._refusal(reply, asked)
        return reply.content.decode("utf-8-sig", "replace")

    def _unreachable(self, error: httpx.TransportError, asked: str) -> Unreachable:
        host = urlsplit(self.base).netloc
        is_sure = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
        if isinstance(error.__cause__, ssl.SSLError) or "CERTIFICATE" in str(error).upper():
            said, hint = "its certificate is not trusted", "a local workspace is reached by http://"
        elif isinstance(error, httpx.TimeoutException):
            said, hint = f"no answer within {self.timeout:g} seconds", "try again"
        elif isinstance(error, httpx.ConnectError):
            said, hint = "no connection", f"is {host} the right address, and is it up?"
        else:
            said, hint = "the connection was lost", "try again"
        return Unreachable(f"{asked}: {host}: {said}", maybe_done=not is_sure, hint=hint)

    def _refusal(self, reply: httpx.Response, asked: str) -> WorkspaceRefusal:
        said = reasons(reply.content) or reply.reason_phrase or "no reason given"
        status = reply.status_code
        hint = hint_for(status, self.surface, self.key.variable)
        if reply.is_redirect:
            host = urlsplit(reply.headers.get("Location", "")).netloc
            said, hint = f"sent on to {host}" if host else "sent on elsewhere", "the workspace is in the other region"
        found = WorkspaceRefusal(f"{asked}: {status} {said}", status=status, hint=hint)
        found.retry_after = retry_after(reply.headers.get("Retry-After"))
        return found


@cache
def _trusted() -> ssl.SSLContext:
    """What certificates are held to; made once, as that takes longer than a request on this machine."""
    return httpx.create_ssl_context(trust_env=False)


def _waits_for(*, is_repeatable: bool) -> Callable[[Exception], bool | float]:
    """Whether and how long to wait before asking again.

    A 429 was not done, whatever was asked; without a `Retry-After` on a second one it is a quota, and stamina's own
    growing waits end soon.
    """

    def waits(error: Exception) -> bool | float:
        if isinstance(error, WorkspaceRefusal):
            if error.status == 429:
                wait = error.retry_after
                return True if wait is None else wait <= LONGEST_WAIT and wait + random.uniform(0, 0.05)  # noqa: S311  # spreads requests, hides nothing
            return is_repeatable and error.status in _AGAIN
        if isinstance(error, Unreachable):
            return is_repeatable or not error.maybe_done
        return False

    return waits


def retry_after(text: str | None, now: datetime | None = None) -> float | None:
    """Seconds to wait from a `Retry-After` of either form, at least 0; None where there is none that can be read."""
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return max(0.0, (aware - (now or datetime.now(UTC))).total_seconds())


def _parsed(reply: httpx.Response, asked: str) -> Any:
    if not reply.content.strip():
        return None
    try:
        return json.loads(reply.content)
    except (ValueError, RecursionError) as error:
        raise WorkspaceError(
            f"{asked}: {reply.status_code} with an answer that is no JSON", hint="is this the address of an API?"
        ) from error
