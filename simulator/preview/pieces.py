"""The parts of a project that are read again on their own, so that a saved file costs no more than its folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from mailwright.definitions.workspace import Settings
from mailwright.diagnostics import ConfigurationError
from mailwright.loading.campaign_folder import CAMPAIGN_FILE, kinds_of_files, read_campaign_folder
from mailwright.loading.contents import Contents
from mailwright.loading.files import Files
from mailwright.loading.layout_folder import read_layouts
from mailwright.loading.settings import OWN_FILE, SHARED_FILE, read_settings
from mailwright.loading.shared_folder import read_shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Key = TypeVar("Key")
Value = TypeVar("Value")

SETTINGS, SHARED, LAYOUTS = "settings", "shared", "layouts"
CAMPAIGN = "campaign:"
SETTINGS_FILES = (OWN_FILE, SHARED_FILE)
_NOT_CAMPAIGNS = ("__pycache__",)


@dataclass(frozen=True, slots=True)
class ContentFolders:
    """Where a project's content stands, as its settings say."""

    root: Path
    settings: Settings

    def piece_of(self, file: str) -> str | None:
        """The piece that a file belongs to, by its name relative to the root; None: to none of them."""
        parts = PurePosixPath(file).parts
        if file in SETTINGS_FILES:
            return SETTINGS
        if _below(parts, self.settings.layouts):
            return LAYOUTS
        below = _below(parts, self.settings.campaigns)
        if not below or below[0] in _NOT_CAMPAIGNS or below[0].startswith("."):
            return None
        return SHARED if below[0] == self.settings.shared else f"{CAMPAIGN}{below[0]}"

    def pieces(self) -> list[str]:
        """Every piece there is now."""
        names = Files(self.root).folders(self.settings.campaigns)
        skipped = (self.settings.shared, *_NOT_CAMPAIGNS)
        return [SHARED, LAYOUTS, *(f"{CAMPAIGN}{name}" for name in names if name not in skipped)]

    def read(self, piece: str) -> Contents:
        """What one piece holds now, with its problems; nothing where it is gone."""
        contents = Contents(Files(self.root), self.settings)
        match piece:
            case "shared":
                read_shared(contents)
            case "layouts":
                read_layouts(contents)
            case _:
                slug = piece.removeprefix(CAMPAIGN)
                folder = f"{self.settings.campaigns}/{slug}"
                if (self.root / folder).is_dir() and contents.named(slug, folder):
                    read_campaign_folder(contents, slug)
        return contents


def content_folders(root: Path) -> ContentFolders:
    """Where the content of the project in the folder *root* stands.

    Raises: ConfigurationError when the settings do not fit, or *root* is no project at all.
    """
    if not root.is_dir():
        raise ConfigurationError(f"there is no folder {root}", hint="mailwright init makes a project")
    settings = read_settings(Files(root))
    if settings is None:
        settings = Settings()
        if not (root / settings.campaigns).is_dir():
            raise ConfigurationError(f"no project in {root}: no settings and no campaigns", hint="mailwright init")
    return ContentFolders(root, settings)


def _below(parts: tuple[str, ...], folder: str) -> tuple[str, ...]:
    top = PurePosixPath(folder).parts
    return parts[len(top) :] if parts[: len(top)] == top else ()


def with_last_good(new: Contents, old: Contents | None) -> Contents:
    """*new* with what *old* knew of files that are there and cannot be read now: a page shows the last good state."""
    if old is None or not new.broken:
        return new
    broken = new.broken
    kept = replace(
        new,
        campaigns=_kept(new.campaigns, old.campaigns, lambda slug: _campaign_file(new, slug), broken),
        messages=_kept(new.messages, old.messages, lambda key: old.messages[key].body.file, broken),
        webhooks=_kept(new.webhooks, old.webhooks, lambda key: _webhook_file(new, key), broken),
        layouts=_kept(new.layouts, old.layouts, lambda key: old.layouts[key].body.file, broken),
        snippets=_kept(new.snippets, old.snippets, lambda key: old.snippets[key].body.file, broken),
        segments=_kept(new.segments, old.segments, lambda slug: _shared_file(new, "segments", slug), broken),
        samples=_kept(new.samples, old.samples, lambda slug: _shared_file(new, "samples", slug), broken),
        events=_kept(new.events, old.events, lambda name: old.event_files.get(name, ""), broken),
        event_files={**old.event_files, **new.event_files},
        places={**{file: place for file, place in old.places.items() if file in broken}, **new.places},
    )
    _keep_kinds(kept, old)
    shared = f"{new.settings.campaigns}/{new.settings.shared}"
    if f"{shared}/people.yaml" in broken:
        kept.people = old.people
    if f"{shared}/topics.yaml" in broken:
        kept.topics = old.topics
    return kept


def _kept(
    new: Mapping[Key, Value], old: Mapping[Key, Value], file_of: Callable[[Key], str], broken: set[str]
) -> dict[Key, Value]:
    last = {key: value for key, value in old.items() if key not in new and file_of(key) in broken}
    return {**new, **last}


def _campaign_file(contents: Contents, slug: str) -> str:
    return f"{contents.settings.campaigns}/{slug}/{CAMPAIGN_FILE}"


def _webhook_file(contents: Contents, key: tuple[str, str]) -> str:
    return f"{contents.settings.campaigns}/{key[0]}/{key[1]}.yaml"


def _shared_file(contents: Contents, folder: str, slug: str) -> str:
    return f"{contents.settings.campaigns}/{contents.settings.shared}/{folder}/{slug}.yaml"


def _keep_kinds(kept: Contents, old: Contents) -> None:
    """While the campaign's file cannot be read nobody knows what kind a message is: it stays what it was."""
    for slug, campaign in old.campaigns.items():
        if _campaign_file(kept, slug) not in kept.broken:
            continue
        kinds = kinds_of_files(campaign)
        for key, message in old.messages.items():
            if key[0] == slug and kinds.get(key[1], "email") != "email":
                kept.messages[key] = message


def merged(pieces: Iterable[Contents], folders: ContentFolders) -> Contents:
    """All pieces as one."""
    whole = Contents(Files(folders.root), folders.settings)
    for piece in pieces:
        whole.campaigns.update(piece.campaigns)
        whole.messages.update(piece.messages)
        whole.webhooks.update(piece.webhooks)
        whole.layouts.update(piece.layouts)
        whole.snippets.update(piece.snippets)
        whole.segments.update(piece.segments)
        whole.events.update(piece.events)
        whole.samples.update(piece.samples)
        whole.places.update(piece.places)
        whole.broken |= piece.broken
        whole.holds_variables |= piece.holds_variables
        whole.files.problems += piece.problems
        if piece.people.attributes or piece.people.identifier != whole.people.identifier:
            whole.people = piece.people
        if piece.topics.topics or piece.topics.channels:
            whole.topics = piece.topics
    return whole
