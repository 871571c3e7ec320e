"""Which paths an author may write: `plan`, `cart.total`, `items[].sku`, `items[0].sku`."""

from __future__ import annotations

import re

_PART = re.compile(r"[^.\[\]]+(\[\d{0,6}\])*\Z")
LONGEST = 500


def path_problem(path: str) -> str | None:
    """What is wrong with *path*, in a sentence; None when it can be read."""
    if not path or path != path.strip():
        return "a path is a property's name, without spaces around it"
    if len(path) > LONGEST:
        return f"a path has at most {LONGEST} characters"
    if not all(_PART.match(part) for part in path.split(".")):
        return "a path is names with dots between them, `[]` for any element and `[0]` for the first"
    return None
