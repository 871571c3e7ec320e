"""What no content file can say, kept beside the content in an explicit form, so that nothing of a workspace is lost.

`.mailwright/kept/<workspace>/` holds a JSON file for each: a workflow with a step that no file can say, with all its
steps and edges and its conditions decoded; a segment with conditions that no author can write; the data of a
drag-and-drop body.
Nothing reads them back: they say what is there, and a change of it shows in git.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sync.codecs.encoding import decoded
from sync.snapshot import Address, Kind
from sync.standing import Live

FOLDER = ".mailwright/kept"
_ENCODED = frozenset({"anchors", "filters", "conditions", "preconditions"})
_PASSING = frozenset(
    {"created", "updated", "created_at", "updated_at", "version", "subject_count", "started", "state", "first_started"}
)
"""What moves by itself."""


def kept_files(live: Live, workspace: str) -> dict[str, str]:
    """The files of all that is not in the documents, by their names in the project."""
    found = {}
    for address, why in sorted(live.unseen.items()):
        raw = live.raw.get(address)
        if raw is not None:
            found[_name(workspace, address)] = _as_text({"kept_because": dict(sorted(why.items())), **_shown(raw)})
    for address, data in _designs(live):
        because = "its body is made from these data, which only its editor understands"
        found[_name(workspace, address)] = _as_text({"kept_because": {"body": because}, "design": data})
    return found


def _name(workspace: str, address: Address) -> str:
    return f"{FOLDER}/{workspace}/{address.kind.value}/{address.slug}.json"


def _designs(live: Live) -> Iterator[tuple[Address, Any]]:
    for address, document in sorted(live.documents.items()):
        if address.kind is Kind.MESSAGE and document.value("editor") is not None:
            template = live.raw[address].get("template", {})
            text = template.get("body_json")
            if text:
                yield address, _parsed(text)


def _parsed(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return text


def _shown(value: Any, key: str = "") -> Any:
    """The data without what moves by itself, and with its conditions in plain JSON."""
    if isinstance(value, Mapping):
        return {name: _shown(part, name) for name, part in sorted(value.items()) if name not in _PASSING}
    if isinstance(value, list):
        if key == "multi_conditions":
            return [decoded(part) for part in value]
        return [_shown(part) for part in value]
    return decoded(value) if key in _ENCODED and isinstance(value, str) else value


def _as_text(data: Mapping[str, Any]) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
