"""What was found about each email's page, kept by content in `.mailwright/cache`.

`check` need not look at such a page again. The file is only a memory: missing, foreign or broken, it costs time and
changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailwright.checks.page_checks import message_problems
from mailwright.commands.cache_folder import code_stamp, keep_in_cache, read_from_cache
from mailwright.diagnostics import Diagnostic, Severity, Span

if TYPE_CHECKING:
    from mailwright.assembly import AssembledMessage
    from mailwright.definitions.workspace import EmailChecks

CACHE_FILE = ".mailwright/cache/pages.json"


class PageCache:
    """The problems of every page seen, first from memory, then found anew."""

    def __init__(self, root: Path) -> None:
        self._file = root / CACHE_FILE
        self._stamp = code_stamp("assembly.py", "checks/pages", "checks/page_checks.py", "rules/page_rules.py")
        self._kept = self._read()
        self._found: dict[str, list[Diagnostic]] = {}
        self._is_new = False

    def problems_of(self, message: AssembledMessage, settings: EmailChecks) -> Iterable[Diagnostic]:
        """The problems of one email's page."""
        key = _key(message, settings)
        if key not in self._found:
            self._found[key] = self._remembered(key, message, settings)
        return self._found[key]

    def keep(self) -> None:
        """Write what this run used, where it can be written; what it did not use is forgotten."""
        if self._is_new or len(self._found) != len(self._kept):
            pages = {key: [asdict(one) for one in found] for key, found in sorted(self._found.items())}
            keep_in_cache(self._file, json.dumps({"stamp": self._stamp, "pages": pages}))

    def _remembered(self, key: str, message: AssembledMessage, settings: EmailChecks) -> list[Diagnostic]:
        try:
            return [
                Diagnostic(**{**one, "span": Span(**one["span"]), "severity": Severity(one["severity"])})
                for one in self._kept[key]
            ]
        except (KeyError, TypeError, ValueError):
            self._is_new = True
            return list(message_problems(message, settings))

    def _read(self) -> dict[str, Any]:
        try:
            kept = read_from_cache(self._file)
            return dict(kept["pages"]) if kept["stamp"] == self._stamp else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}


def _key(message: AssembledMessage, settings: EmailChecks) -> str:
    """All that the problems depend on: what is written, where it stands, and what it is held to."""
    texts = [*message.parts.values(), *message.snippets.values()]
    places = [(text.file, text.line, text.column) for text in texts]
    known = f"{message.digest}\n{message.name}\n{places}\n{settings!r}"
    return hashlib.blake2b(known.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
