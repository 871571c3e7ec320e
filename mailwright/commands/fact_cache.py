"""What was found out about each piece of Liquid, kept by content in `.mailwright/cache`.

`check` need not parse such a piece again. The file is only a memory: missing, foreign or broken, it costs time and
changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from mailwright.checks.template_facts import TemplateFacts, facts_from_values, template_facts
from mailwright.commands.cache_folder import code_stamp, keep_in_cache, read_from_cache

CACHE_FILE = ".mailwright/cache/liquid.json"


class FactCache:
    """The facts of every piece seen, first from memory, then found anew."""

    def __init__(self, root: Path) -> None:
        self._file = root / CACHE_FILE
        self._stamp = code_stamp("dialect", "checks/template_facts.py")
        self._kept = self._read()
        self._facts: dict[str, TemplateFacts] = {}
        self._is_new = False

    def facts_of(self, source: str, dialect: str) -> TemplateFacts:
        """The facts of one piece of Liquid."""
        key = hashlib.blake2b(f"{dialect}\n{source}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        if key not in self._facts:
            self._facts[key] = self._remembered(key) or self._found(source, dialect)
        return self._facts[key]

    def keep(self) -> None:
        """Write what this run used, where it can be written; what it did not use is forgotten."""
        if not self._is_new and len(self._facts) == len(self._kept):
            return
        values = {key: facts.as_values() for key, facts in sorted(self._facts.items())}
        keep_in_cache(self._file, json.dumps({"stamp": self._stamp, "facts": values}))

    def _remembered(self, key: str) -> TemplateFacts | None:
        try:
            return facts_from_values(self._kept[key])
        except (KeyError, TypeError):
            return None

    def _found(self, source: str, dialect: str) -> TemplateFacts:
        self._is_new = True
        return template_facts(source, dialect)

    def _read(self) -> dict[str, Any]:
        try:
            kept = read_from_cache(self._file)
            return dict(kept["facts"]) if kept["stamp"] == self._stamp else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}
