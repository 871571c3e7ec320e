"""What the files call a stored thing: kept beside the documents, so that a prediction and a run use the same names.

Names decide more than wording: a random cohort is drawn from the campaign's and the step's. What was not written from
files gets a name of its own once, and keeps it when it is renamed in the workspace.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.workspace.documents import Kind
from simulator.workspace.store import Documents

Json = dict[str, Any]
_NO_SLUG = re.compile(r"[^a-z0-9]+")


def authored_kind(kind: Kind) -> str:
    """The kind under which the names of one kind of thing stand, by its number."""
    return f"authored:{kind}"


WORKSPACE = "authored:workspace"
"""One document, number 1: what the files set for the whole workspace and the UI API does not show."""


def text_in(value: Any, otherwise: str = "") -> str:
    """A text that should stand there; a number counts as one, anything else is *otherwise*."""
    if isinstance(value, str):
        return value or otherwise
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def slug_of(name: str, number: int | str) -> str:
    """A slug for a thing of that name; its number where nothing of the name can stand in a slug."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    found = _NO_SLUG.sub("-", plain).strip("-")[:80].strip("-")
    return found or str(number)


@dataclass(slots=True)
class Names:
    """The names of everything that is stored in one workspace; reading makes those that are missing."""

    documents: Documents
    segments: dict[int, str] = field(default_factory=dict)
    steps: dict[str, tuple[str, str]] = field(default_factory=dict)  # action id → campaign, step
    layouts: dict[int, str] = field(default_factory=dict)  # reference, `ds-default@2`
    topics: dict[int, str] = field(default_factory=dict)
    campaigns: dict[int, str] = field(default_factory=dict)
    newsletters: dict[int, str] = field(default_factory=dict)
    transactional: dict[int, str] = field(default_factory=dict)
    events: dict[int, str] = field(default_factory=dict)
    object_types: dict[int, str] = field(default_factory=dict)
    authored: dict[tuple[str, int], Json] = field(default_factory=dict)
    _taken: dict[str, set[str]] = field(default_factory=dict)

    def segment(self, number: Any) -> str | None:
        """The segment's slug, if there is one."""
        return self.segments.get(_whole(number))

    def step(self, action: str) -> tuple[str, str] | None:
        """The campaign's slug and the step's id of an action."""
        return self.steps.get(action)

    def of(self, kind: Kind, number: int) -> Json:
        """What was kept about one thing when it was written from files; empty for all others."""
        return self.authored.get((kind, number), {})

    def read(self) -> None:
        """Look everything up, and name what has no name yet."""
        self._one_kind(Kind.SEGMENT, self.segments)
        self._one_kind(Kind.TOPIC, self.topics)
        # Campaigns of all kinds share one namespace, as they do in files.
        for kind, table in (
            (Kind.CAMPAIGN, self.campaigns),
            (Kind.NEWSLETTER, self.newsletters),
            (Kind.TRANSACTIONAL, self.transactional),
        ):
            self._one_kind(kind, table, "campaigns")
        self._one_kind(Kind.LAYOUT, self.layouts, suffix="@1")
        self.events = {one["id"]: one["name"] for one in self.documents.all(Kind.EVENT_NAME)}
        for one in self.documents.all(Kind.OBJECT_TYPE):
            self.object_types[int(one["id"])] = one.get("singular_slug") or slug_of(one["name"], one["id"])
        for action in self.documents.all(Kind.ACTION):
            campaign = self.campaigns.get(_whole(action.get("campaign_id")))
            if campaign is not None:
                self.steps[str(action["id"])] = (campaign, self.step_id(action))

    def steps_of(self, action: Mapping[str, Any]) -> Json:
        """What was kept about one action when it was written from files; empty for all others."""
        known = self.of(Kind.CAMPAIGN, _whole(action.get("campaign_id"))).get("steps", {})
        found: Json = known.get(str(action.get("id")), {})
        return found

    def step_id(self, action: Mapping[str, Any]) -> str:
        """What the files call an action; its number where they do not know it."""
        name: str = self.steps_of(action).get("id", str(action["id"]))
        return name

    def _one_kind(self, kind: Kind, table: dict[int, str], taken: str = "", suffix: str = "") -> None:
        known = self._taken.setdefault(taken or kind, set())
        kept = {one["id"]: one for one in self.documents.all(authored_kind(kind))}
        nameless = []
        for one in self.documents.all(kind):
            number = int(one["id"])
            if number in kept:
                self.authored[(kind, number)] = kept[number]
            name = kept.get(number, {}).get("slug")
            if name is None:
                nameless.append((number, one, kept.get(number, {})))
            else:
                table[number] = name
                known.add(name)
        for number, one, rest in nameless:
            name = _free(slug_of(str(one.get("name") or ""), number), number, known, suffix)
            table[number] = name
            known.add(name)
            self.authored[(kind, number)] = {**rest, "id": number, "slug": name}
            self.documents.put(authored_kind(kind), number, self.authored[(kind, number)])


def _free(slug: str, number: int, known: Iterable[str], suffix: str) -> str:
    found = f"{slug}{suffix}"
    return found if found not in known else f"{slug}-{number}{suffix}"


def _whole(value: Any) -> int:
    """A number as it may travel, also as a text; -1, which nothing has, for all else."""
    if isinstance(value, bool):
        return -1
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19 else -1
