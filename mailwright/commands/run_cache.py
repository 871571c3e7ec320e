"""What the last `check` of a project found, good as long as no file of it and none of ours has changed.

Everything that a check reads stands in the key: the content of the settings and of every file in the content folders,
by name. A project with links or other special files is checked anew each time.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mailwright.checks.claim import Claim
from mailwright.commands.cache_folder import CACHE_FOLDER, code_stamp, keep_in_cache, read_from_cache
from mailwright.diagnostics import Diagnostic, Severity, Span

SETTINGS_FILES = ("mailwright.toml", "pyproject.toml")
LEDGERS = ".mailwright/ledger"
"""What workspaces have of a project: some rules ask it."""
RUN_FILE = f"{CACHE_FOLDER}/check.json"
MOST_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """All that one check of a project found, before anything is left out."""

    diagnostics: tuple[Diagnostic, ...]
    claims: tuple[Claim, ...]
    campaigns: int
    messages: int
    ignored: tuple[str, ...]  # the rules that the settings leave out
    folders: tuple[str, ...]  # where the settings say the content stands

    def as_values(self) -> dict[str, Any]:
        """The record as JSON values."""
        return asdict(self)


def record_from_values(values: Any) -> Record:
    """The record that `as_values` wrote.

    Raises: TypeError, KeyError, ValueError when the values are of another shape.
    """
    return Record(
        tuple(
            Diagnostic(**{**one, "span": Span(**one["span"]), "severity": Severity(one["severity"])})
            for one in values["diagnostics"]
        ),
        tuple(
            Claim(**{**one, "values": tuple(one["values"]), "claimed_by": tuple(one["claimed_by"])})
            for one in values["claims"]
        ),
        int(values["campaigns"]),
        int(values["messages"]),
        tuple(values["ignored"]),
        tuple(values["folders"]),
    )


class RunCache:
    """The record of the last check of one project for one workspace (empty: for all)."""

    def __init__(self, root: Path, workspace: str) -> None:
        self._root = root
        self._file = root / RUN_FILE
        self._stamp = f"{workspace}\n{code_stamp('', '/simulator', '/sync')}"

    def remembered(self) -> Record | None:
        """The last record, if everything it was made from is still the same."""
        try:
            kept = read_from_cache(self._file)
            record = record_from_values(kept["record"])
            is_same = kept["key"] == self._key(record.folders)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return record if is_same else None

    def keep(self, record: Record) -> None:
        """Write the record for the next time."""
        if sum(len(found.source_line) for found in record.diagnostics) > MOST_BYTES // 8:
            return
        key = self._key(record.folders)
        if key is not None:
            keep_in_cache(self._file, json.dumps({"key": key, "record": record.as_values()}))

    def _key(self, folders: tuple[str, ...]) -> str | None:
        content = content_digest(self._root, (*folders, LEDGERS))
        return None if content is None else f"{self._stamp}\n{content}"


def content_digest(root: Path, folders: tuple[str, ...]) -> str | None:
    """What changes with any byte of the settings and of the files in *folders*; None where that cannot be told."""
    digest, left = hashlib.blake2b(digest_size=16), MOST_BYTES
    for path in (*(root / name for name in SETTINGS_FILES), *(root / folder for folder in folders)):
        for file in _files(path):
            data = _content(file, left)
            if data is None:
                return None
            left -= len(data)
            name = os.fsencode(os.path.relpath(file, root))
            digest.update(b"%d %s %d " % (len(name), name, len(data)))
            digest.update(data)
    return digest.hexdigest()


def _files(path: Path) -> list[str]:
    """The file at *path*, or everything under it that is no folder, in a fixed order."""
    if not path.is_dir():
        return [str(path)] if os.path.lexists(path) else []
    found = []
    for folder, folders, files in os.walk(path):
        folders.sort()
        # A link to a folder is no folder of the project: it is listed, so that nothing is remembered.
        found += [os.path.join(folder, name) for name in sorted(files)]
        found += [os.path.join(folder, name) for name in folders if os.path.islink(os.path.join(folder, name))]
    return found


def _content(file: str, left: int) -> bytes | None:
    try:
        status = os.lstat(file)
        if not stat.S_ISREG(status.st_mode) or status.st_size > left:
            return None
        with open(file, "rb") as opened:
            return opened.read()
    except OSError:
        return None
