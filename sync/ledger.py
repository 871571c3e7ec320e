"""What a repository and one workspace last agreed on, and which id stands for which slug.

`.mailwright/ledger/<workspace>.json` is committed: one item a line, sorted, so that two branches that agreed on
different things merge like any other text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailwright.diagnostics import ConfigurationError
from mailwright.writing import write_atomically
from sync.snapshot import Address, Document, Kind, Snapshot, canonical

FORMAT = 1
FOLDER = ".mailwright/ledger"
Ids = Mapping[str, Any]
"""What the workspace calls a thing: `id`; of a campaign also `via` and `actions`, of a message `action`, `template`."""


def number_key(ids: Ids) -> str:
    """What a workspace calls a thing, as text: its number, with what it is a number of where numbers may clash."""
    via = ids.get("via", "campaign")
    return str(ids.get("id")) if via == "campaign" else f"{via}/{ids.get('id')}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which workspace a ledger, a plan or a client is of."""

    name: str  # ours, as in the settings
    id: int | None = None  # theirs
    region: str | None = None  # us, eu; None on this machine
    url: str | None = None  # of a workspace on this machine

    def as_data(self) -> dict[str, Any]:
        """The identity as plain data, without what is not known."""
        found = {"name": self.name, "id": self.id, "region": self.region, "url": self.url}
        return {key: value for key, value in found.items() if value is not None}


@dataclass(slots=True)
class Ledger:
    """Slugs, ids and what was last agreed, of one workspace. Changed in memory; `save` writes it."""

    workspace: str
    id: int | None = None
    region: str | None = None
    ids: dict[Address, Ids] = field(default_factory=dict)
    agreed: dict[Address, Document] = field(default_factory=dict)
    bound: dict[Kind, dict[str, str]] = field(default_factory=dict)  # id as text → slug, told by a person
    shown: dict[str, dict[str, str]] = field(default_factory=dict)  # file beside ours → "address field" → its digest

    @property
    def snapshot(self) -> Snapshot:
        """What both sides last agreed on."""
        return Snapshot.of(*self.agreed.values())

    def agree(self, document: Document, ids: Ids | None = None) -> None:
        """Note that files and workspace now say the same of one thing."""
        self.agreed[document.address] = document
        if ids is not None:
            self.ids[document.address] = ids

    def know(self, identity: Identity, ids: Mapping[Address, Ids]) -> None:
        """Note which workspace this is, and the ids of what was found there; ids of what is not there stay."""
        self.id, self.region = identity.id, identity.region
        self.ids.update(ids)

    def settle(self, root: Path, live: Snapshot) -> None:
        """Take conflicts for settled whose file beside ours a person has deleted: what was shown there was seen.

        From then on a difference is ours to push. What the workspace moved since it was shown is a conflict again.
        """
        for file in [one for one in self.shown if not (root / one).exists()]:
            for text, digest in self.shown.pop(file).items():
                name, _, field_name = text.rpartition(" ")
                address = _address(name)
                document = live.get(address)
                value = None if document is None else document.fields.get(field_name)
                if document is not None and value_digest(value) == digest:
                    known = self.agreed.get(address)
                    fields = {} if known is None else dict(known.fields)
                    fields[field_name] = value
                    self.agree(Document(address, fields))

    def forget(self, address: Address) -> None:
        """Note that neither side has the thing any more."""
        self.agreed.pop(address, None)
        self.ids.pop(address, None)

    def slugs(self, kind: Kind) -> dict[str, str]:
        """Our names by what the workspace calls things (`number_key`); what a person bound comes first."""
        found = {number_key(ids): address.slug for address, ids in self.ids.items() if address.kind is kind}
        told = self.bound.get(kind, {})
        return {**{number: slug for number, slug in found.items() if slug not in told.values()}, **told}

    def bind(self, kind: Kind, slug: str, key: str) -> None:
        """Tell that the thing called *key* (`number_key`) in the workspace is *slug* here.

        What was agreed on under another name ends, as does an older binding of the slug, which names one thing.
        """
        known = self.bound.setdefault(kind, {})
        for other in [number for number, name in known.items() if name == slug]:
            del known[other]
        known[key] = slug
        for address in [one for one in self.ids if one.kind is kind]:
            if (address.slug == slug) is not (number_key(self.ids[address]) == key):
                self.forget(address)

    def as_text(self) -> str:
        """The ledger's file."""
        data = {
            "format": FORMAT,
            "workspace": {"name": self.workspace, "id": self.id, "region": self.region},
            "bound": {kind.value: dict(sorted(names.items())) for kind, names in sorted(self.bound.items()) if names},
            "shown": {file: dict(sorted(values.items())) for file, values in sorted(self.shown.items())},
            "ids": {str(one): dict(ids) for one, ids in sorted(self.ids.items())},
            "agreed": {
                str(one): {name: value for name, value in sorted(document.fields.items()) if value is not None}
                for one, document in sorted(self.agreed.items())
            },
        }
        return _one_item_a_line(data)

    def save(self, root: Path) -> bool:
        """Write the ledger below *root* unless its file says the same already; gives whether it was written.

        Raises: ConfigurationError when it cannot be written; the file is then as it was.
        """
        path = ledger_path(root, self.workspace)
        text = self.as_text()
        try:
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                return False
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, text)
        except OSError as error:
            message = f"cannot write {path.relative_to(root)}: {error.strerror}"
            raise ConfigurationError(message, hint="is the disk full, or the folder read only?") from error
        return True


def value_digest(value: str | None) -> str:
    """What tells two values of a field apart, in sixteen digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:16]


def ledger_path(root: Path, workspace: str) -> Path:
    """Where the ledger of a workspace stands."""
    return root / FOLDER / f"{workspace}.json"


def read_ledger(root: Path, workspace: str) -> Ledger:
    """The ledger of a workspace; an empty one where nothing was agreed yet.

    Raises: ConfigurationError when the file cannot be read or was written by a newer mailwright.
    """
    path = ledger_path(root, workspace)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Ledger(workspace)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{FOLDER}/{workspace}.json cannot be read", hint="git checkout it") from error
    try:
        return _ledger(workspace, json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        hint = "a merge may have left marks in it; git checkout it, or pull again"
        raise ConfigurationError(f"{FOLDER}/{workspace}.json is no ledger", hint=hint) from error


def other_ledgers(root: Path, workspace: str) -> list[Ledger]:
    """The ledgers of the other workspaces, by name; they know slugs that this one may share."""
    folder = root / FOLDER
    names = sorted(one.stem for one in folder.glob("*.json")) if folder.is_dir() else []
    return [read_ledger(root, name) for name in names if name != workspace]


def _ledger(workspace: str, data: Any) -> Ledger:
    if data["format"] != FORMAT:
        message = f"{FOLDER}/{workspace}.json has format {data['format']}, this mailwright knows {FORMAT}"
        raise ConfigurationError(message, hint="use the mailwright that wrote it, or a newer one")
    agreed = {}
    for name, fields in data["agreed"].items():
        address = _address(name)
        agreed[address] = Document(address, {key: canonical(value) for key, value in fields.items()})
    return Ledger(
        workspace,
        data["workspace"].get("id"),
        data["workspace"].get("region"),
        {_address(name): dict(ids) for name, ids in data["ids"].items()},
        agreed,
        {Kind(kind): dict(names) for kind, names in data.get("bound", {}).items()},
        {file: dict(values) for file, values in data.get("shown", {}).items()},
    )


def _address(text: str) -> Address:
    kind, _, slug = text.partition(" ")
    return Address(Kind(kind), slug)


def _one_item_a_line(data: Mapping[str, Any]) -> str:
    """JSON with each id and each agreed field on a line of its own."""
    lines = ["{"]
    for section, content in data.items():
        lines.append(f"{json.dumps(section)}: {_section(section, content)},")
    lines[-1] = lines[-1].removesuffix(",")
    return "\n".join([*lines, "}", ""])


def _section(section: str, content: Any) -> str:
    if section not in ("ids", "agreed") or not content:
        return canonical(content)
    items = []
    for name, value in content.items():
        text = canonical(value) if section == "ids" else _fields(value)
        items.append(f"{json.dumps(name, ensure_ascii=False)}: {text}")
    return "{\n" + ",\n".join(items) + "\n}"


def _fields(fields: Mapping[str, str]) -> str:
    # The values are canonical JSON already.
    if not fields:
        return "{}"
    return "{\n" + ",\n".join(f" {json.dumps(name)}: {value}" for name, value in fields.items()) + "\n}"
