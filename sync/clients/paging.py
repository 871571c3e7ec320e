"""Lists that come in pages, in all the ways they end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sync.clients.transport import Json, Reply

MOST_PAGES = 2_000
"""More pages than any workspace has: a list that does not end is left there."""


def by_token(read: Callable[[str | None], Reply], name: str) -> Iterator[Json]:
    """The items of a list whose answers carry the token of the next page.

    An empty page with a token is not the end; "", null and a missing token are.
    Source: App API paging, `next` → `start`; sender lists have been seen to give empty pages.
    """
    token: str | None = None
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        reply = read(token)
        yield from reply.list(name)
        following: Any = reply.body.get("next") if isinstance(reply.body, dict) else None
        if not following or str(following) in seen:
            return
        token = str(following)
        seen.add(token)


def by_number(read: Callable[[int], Reply], name: str, *, from_zero: bool = False) -> Iterator[Json]:
    """The items of a list whose pages are counted, each item once.

    The list ends with an empty page, with a page that brings nothing new, or where the answer says how many there are.
    Source: UI API, campaign list: one note counts pages from 0, two clients from 1, so with *from_zero* both are read
    and merged by id.
    """
    seen: set[str] = set()
    for page in range(0 if from_zero else 1, MOST_PAGES):
        reply = read(page)
        found = reply.list(name)
        fresh = [one for one in found if str(one.get("id")) not in seen]
        seen.update(str(one.get("id")) for one in fresh)
        yield from fresh
        # The first two pages may be the same one.
        has_ended = not found if page <= 1 and from_zero else not fresh
        if _is_last(reply, page, len(seen)) or (has_ended and page > 0):
            return


def _is_last(reply: Reply, page: int, count: int) -> bool:
    body = reply.body if isinstance(reply.body, dict) else {}
    inner = body.get("meta")
    meta = inner if isinstance(inner, dict) else body
    if meta.get("has_more") is False:
        return True
    pages, total = meta.get("total_pages"), meta.get("total")
    if isinstance(pages, int) and page >= max(pages, 1):
        return True
    return isinstance(total, int) and count >= total and page > 0
