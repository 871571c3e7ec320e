"""What was read earlier: a thing whose stamp in its list has not moved costs no request.

Source: UI API: the lists of campaigns and of templates carry `updated`. A stamp counts seconds, so what was read within
two seconds of its stamp is read again, as it may have been changed once more within the same second.
Assumed: a campaign's stamp moves with every change of its steps, too. As nobody promises that, a campaign that was read
more than a day ago is read again whatever its stamp says, and an apply reads afresh what it writes.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailwright.writing import write_atomically

FOLDER = ".mailwright/cache"
_FORMAT = 2
_RACY = 2
A_DAY = 24 * 3600

Json = dict[str, Any]


@dataclass(slots=True)
class ReplyCache:
    """The replies about one kind of thing of one workspace by id; `keep` writes them.

    What cannot be kept is read again next time.
    Units: *now*, when this command began, is in Unix seconds; *lasts* in seconds, None: as long as the stamp.
    """

    path: Path
    now: int
    lasts: int | None = None
    known: dict[str, Json] = field(default_factory=dict)
    seen: dict[str, Json] = field(default_factory=dict)

    def get(self, number: str, stamp: object) -> Json | None:
        """The reply as it was read when its stamp was already *stamp*."""
        entry = self.known.get(number)
        if entry is None or not isinstance(stamp, int) or entry["stamp"] != stamp:
            return None
        if entry["read"] - stamp < _RACY or self._is_old(entry["read"]):
            return None
        self.seen[number] = entry
        found: Json = entry["reply"]
        return found

    def _is_old(self, read: int) -> bool:
        age = self.now - read
        return age < 0 or (self.lasts is not None and age >= self.lasts)

    def put(self, number: str, reply: Mapping[str, Any], stamp: object, read: int) -> None:
        """Note a reply that was read at *read*, in Unix seconds, and the stamp it carried itself."""
        if isinstance(stamp, int):
            self.seen[number] = {"read": read, "stamp": stamp, "reply": dict(reply)}

    def keep(self) -> None:
        """Write what was seen this time; what is gone from the workspace goes from here too."""
        if self.seen == self.known:
            return
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            ignore = self.path.parent.parent / ".gitignore"
            if not ignore.exists():
                write_atomically(ignore, "*\n")
            write_atomically(self.path, json.dumps({"format": _FORMAT, "replies": self.seen}, ensure_ascii=False))


def open_cache(
    root: Path,
    kind: str,
    workspace: str,
    environment: int,
    now: int,
    *,
    lasts: int | None = None,
    fresh: bool = False,
) -> ReplyCache:
    """The cache of one kind of one workspace; empty where there is none that can be read, or none is wanted."""
    path = root / FOLDER / kind / f"{workspace}-{environment}.json"
    return ReplyCache(path, now, lasts, {} if fresh else _known(path))


def _known(path: Path) -> dict[str, Json]:
    try:
        data = json.loads(path.read_bytes())
        known: dict[str, Json] = data["replies"] if data["format"] == _FORMAT else {}
        fits = all(
            isinstance(one["read"], int) and isinstance(one["stamp"], int) and isinstance(one["reply"], dict)
            for one in known.values()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return known if fits else {}
