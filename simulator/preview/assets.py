"""The files of the page itself, as they came with the package."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(path.name for path in FOLDER.iterdir() if path.suffix in _TYPES)


def asset(name: str) -> Response | None:
    """One file of the page; None for a name that the package does not have."""
    if name not in _names():
        return None
    path = FOLDER / name
    return Response(path.read_bytes(), media_type=_TYPES[path.suffix])


def page() -> Response:
    """The page."""
    return Response((FOLDER / "index.html").read_bytes(), media_type="text/html")
