"""What the server itself refuses with, before a route is asked: each surface has words of its own."""

from __future__ import annotations

from simulator.workspace.routes import Refusal, Surface


def unauthorized(surface: Surface, path: str) -> Refusal:
    """A wrong key, a key of another surface, or of another region.

    Source: App API and sends, wire reference; the Track API's 401 has no body. Assumed: the UI API's body.
    """
    if _is_send(path):
        return Refusal(401, {"meta": {"error": "Unauthorized request"}})
    match surface:
        case Surface.TRACK:
            return Refusal(401)
        case _:
            return Refusal(401, _errors("unauthorized", 401))


def forbidden() -> Refusal:
    """A credential that may not do this.

    Source: UI API notes: a `read_only` token that writes.
    """
    return Refusal(403, _errors("forbidden", 403))


def not_found() -> Refusal:
    """No such thing."""
    return Refusal(404, _errors("not found", 404))


def too_large(surface: Surface) -> Refusal:
    """A body beyond what any route takes.

    Source: App API, sends. Assumed: the others' envelope.
    """
    if surface is Surface.UI:
        return Refusal(413, _errors("request too large", 413))
    return Refusal(413, {"meta": {"error": "request too large"}})


def too_many(count: int, seconds: int, reference: str, retry_after: int | None) -> Refusal:
    """More requests than the limit allows; the daily quota's refusal does not say when to come back.

    Source: App API, recorded.
    """
    detail = f"rate limited to {count} requests per {seconds}s (reference {reference})"
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Refusal(429, _errors(detail, 429), headers)


def not_served(surface: Surface, method: str, path: str, others: list[str]) -> Refusal:
    """A route that is not served; the answer names it."""
    also = f"; the path answers to {', '.join(others)}" if others else ""
    detail = f"this workspace does not serve {method} {path} ({surface}){also}: GET /_coverage lists what it does"
    return Refusal(501, _errors(detail, 501))


def _is_send(path: str) -> bool:
    return path.startswith("/v1/send/")


def _errors(detail: str, status: int) -> dict[str, list[dict[str, str]]]:
    return {"errors": [{"detail": detail, "status": str(status)}]}
