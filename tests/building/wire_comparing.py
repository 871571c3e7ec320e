"""Whether an answer is what the reference shows: the same shape, and the same values where something determines them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TIMES = frozenset(
    {"created", "updated", "created_at", "updated_at", "queued_at", "deduplicate_id", "first_started", "version"}
)
"""Values of a moment: when something was written, and how often."""
SERVERS = frozenset(
    {
        "cio_id",
        "id",
        "template_id",
        "delivery_id",
        "access_token",
        "failure_message",
        "bytes",
        "total",
        "url",
        "detail",
        "next",
        "text",
    }
)
"""Values that the server chooses."""
MAPS = frozenset({"attributes", "timestamps"})


def differences(
    expected: Any,
    actual: Any,
    *,
    request: Any = None,
    is_read: bool = True,
    at: str = "",
    optional: frozenset[str] = frozenset(),
) -> Iterator[str]:
    """Where *actual* is not what *expected* shows.

    After a write, a value is right that the request says, or that the reference shows; times and the server's own
    choices need only be of their type. A read gives back what was there before.
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name in expected.keys() - actual.keys():
            yield f"{at}/{name} is missing"
        for name in sorted(actual.keys() - expected.keys() - optional):
            yield f"{at}/{name} is not in the reference"
        for name in expected.keys() & actual.keys():
            yield from _named(name, expected[name], actual[name], request, is_read, f"{at}/{name}")
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield f"{at} has {len(actual)} items, not {len(expected)}"
        for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
            # What one row of a list shows, another may show too.
            shown = frozenset[str]().union(*(row for row in expected if isinstance(row, dict)))
            yield from differences(one, other, request=request, is_read=is_read, at=f"{at}/{index}", optional=shown)
    elif type(expected) is not type(actual) or expected != actual:
        yield f"{at} is {actual!r}, not {expected!r}"


def _named(name: str, expected: Any, actual: Any, request: Any, is_read: bool, at: str) -> Iterator[str]:
    if isinstance(expected, dict | list) or isinstance(actual, dict | list):
        said = [one for one in _said(request, name) if isinstance(one, dict | list)]
        if not is_read and actual in said:
            return
        if name.endswith("_ids") and not is_read and _are_alike(expected, actual):
            return
        # These hold data of a person, under any names.
        own = frozenset(actual) if name in MAPS and isinstance(actual, dict) else frozenset[str]()
        yield from differences(expected, actual, request=request, is_read=is_read, at=at, optional=own)
        return
    free = name in SERVERS or name == "deduplicate_id" or (not is_read and name in TIMES)
    if free and type(expected) is type(actual):
        return
    if not is_read and actual is None and not list(_said(request, name)):  # nothing says what it is
        return
    if not is_read and any(type(one) is type(actual) and one == actual for one in _said(request, name)):
        return
    yield from differences(expected, actual, at=at)


def _are_alike(expected: Any, actual: Any) -> bool:
    """Whether two lists hold as many of the same type: numbers that the server gives."""
    return (
        isinstance(expected, list)
        and isinstance(actual, list)
        and [type(one) for one in expected] == [type(one) for one in actual]
    )


def _said(request: Any, name: str) -> Iterator[Any]:
    """What the request says anywhere under a name."""
    if isinstance(request, dict):
        for key, value in request.items():
            if key == name:
                yield value
            yield from _said(value, name)
    elif isinstance(request, list):
        for value in request:
            yield from _said(value, name)
