"""Templates read earlier: one whose stamp in the list has not moved costs no request.

Source: UI API: the list of templates carries `updated`. A stamp counts seconds, so what was read within two seconds of
its stamp is read again, as it may have been changed once more within the same second.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailwright.writing import write_atomically

FOLDER = ".mailwright/cache/templates"
_FORMAT = 1
_RACY = 2


@dataclass(slots=True)
class TemplateCache:
    """The templates of one workspace by id; `keep` writes them, and what cannot be kept is read again next time."""

    path: Path
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)

    def get(self, number: str, stamp: object) -> dict[str, Any] | None:
        """The template as it was read when its stamp was already *stamp*."""
        entry = self.known.get(number)
        if entry is None or not isinstance(stamp, int) or entry["template"].get("updated") != stamp:
            return None
        if entry["read"] - stamp < _RACY:
            return None
        self.seen[number] = entry
        found: dict[str, Any] = entry["template"]
        return found

    def put(self, number: str, template: Mapping[str, Any], now: int) -> None:
        """Note a template that was read at *now*, by the workspace's clock in Unix seconds."""
        self.seen[number] = {"read": now, "template": dict(template)}

    def keep(self) -> None:
        """Write what was seen this time; what is gone from the workspace goes from here too."""
        if self.seen == self.known:
            return
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            ignore = self.path.parent.parent / ".gitignore"
            if not ignore.exists():
                write_atomically(ignore, "*\n")
            write_atomically(self.path, json.dumps({"format": _FORMAT, "templates": self.seen}, ensure_ascii=False))


def open_cache(root: Path, workspace: str, environment: int) -> TemplateCache:
    """The cache of one workspace; empty where there is none that can be read."""
    path = root / FOLDER / f"{workspace}-{environment}.json"
    try:
        data = json.loads(path.read_bytes())
        known = data["templates"] if data["format"] == _FORMAT else {}
        if not all(isinstance(one["read"], int) and isinstance(one["template"], dict) for one in known.values()):
            known = {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        known = {}
    return TemplateCache(path, known)
