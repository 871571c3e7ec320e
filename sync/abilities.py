"""What the key at hand can see and do in one workspace: the table of capabilities, and what was found there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sync.capabilities import not_seen, sees, why_by_hand, why_not_created
from sync.codecs.messages import split_slug
from sync.desired import Untold, untold
from sync.live import Live
from sync.opening import Workspace
from sync.snapshot import Address, Document, Kind, Snapshot
from sync.writable import unwritable

LANGUAGES = "other languages of messages: only an App key shows them"


@dataclass(frozen=True, slots=True)
class KeyAbilities:
    """The abilities of one open workspace."""

    ui: bool
    app: bool = False
    unread: Mapping[Address, Mapping[str, str]] = field(default_factory=dict)  # there, and no document can hold it
    told: tuple[str, ...] = ()
    manual: frozenset[Address] = frozenset()  # segments without conditions
    placeless: Mapping[Address, Mapping[str, str]] = field(default_factory=dict)  # values that no interface takes
    hidden: Mapping[Address, frozenset[str]] = field(default_factory=dict)  # what the answers of this key leave out

    @classmethod
    def of(cls, workspace: Workspace, live: Live, desired: Snapshot | None = None) -> KeyAbilities:
        """The abilities of *workspace* as it stands; *desired* tells which segments are kept by hand."""
        by_hand = tuple(map(_sentence, untold(workspace.project, workspace.name)))
        strange = tuple(map(str, live.unrepresented))
        manual = frozenset(one.address for one in desired or () if _is_manual(one))
        told = (*strange, *live.doubts, *by_hand)
        if workspace.app is None and any(_is_variant(one.address) for one in desired or ()):
            told = (LANGUAGES, *told)
        is_ui = workspace.ui is not None
        placeless = {} if desired is None else unwritable(desired, live, ui=is_ui)
        return cls(is_ui, workspace.app is not None, live.unseen, told, manual, placeless, live.hidden)

    def sees(self, address: Address, field: str) -> bool:
        """Whether the field can be read, and said in a file."""
        if self.ui and not self.app and _is_variant(address):
            return False
        if field in self.hidden.get(address, ()):
            return False
        return sees(address.kind, field, ui=self.ui) and field not in self.unread.get(address, {})

    def why_by_hand(self, address: Address, field: str) -> str:
        """Why only a person can set the field; empty when we may write it."""
        return why_by_hand(address.kind, field, ui=self.ui) or self.why_no_place(address, field)

    def why_not_created(self, address: Address) -> str:
        """Why only a person can make the thing; empty when we may."""
        if _is_variant(address):
            return "a language is added to a message in Customer.io; then its content can be written"
        return why_not_created(address.kind, ui=self.ui, is_manual=address in self.manual)

    def why_no_place(self, address: Address, field: str) -> str:
        """Why the value that a new thing's field should have cannot be written; empty when it can."""
        return self.placeless.get(address, {}).get(field, "")

    def unseen(self) -> Iterator[str]:
        """What cannot be seen, and what is there that no file can say, in sentences."""
        yield from not_seen(ui=self.ui)
        yield from self.told


def _sentence(one: Untold) -> str:
    return f"{one.address}, {one.what}: no interface shows it; set it by hand"


def _is_variant(address: Address) -> bool:
    """Whether it is another language of a message.

    Source: App API: "the variant must exist"; the UI API lists none.
    """
    return address.kind is Kind.MESSAGE and split_slug(address.slug)[2] is not None


def _is_manual(document: Document) -> bool:
    return document.address.kind is Kind.SEGMENT and document.value("manual") is True
