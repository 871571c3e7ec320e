"""The project as it stands on disk, one edition after the other; a saved file is read again, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from mailwright.definitions.project import Project
from mailwright.diagnostics import ConfigurationError, Diagnostic, Span
from mailwright.loading.contents import Contents
from mailwright.loading.unclaimed import with_claims
from mailwright.loading.variables import replaced_vars
from simulator.preview.pieces import CAMPAIGN, SETTINGS, SHARED, ContentFolders, content_folders, merged, with_last_good
from simulator.preview.watch import stamps_of

if TYPE_CHECKING:
    from simulator.content import Content


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """The project at one moment; it never changes. *project* holds the last good state of files that broke since."""

    number: int
    project: Project
    problems: tuple[Diagnostic, ...] = ()  # what reading its files found; `check` finds more
    broken: frozenset[str] = frozenset()  # files that are there and cannot be read as they are
    settings_problem: Diagnostic | None = None  # the settings cannot be read: the last good ones are used
    _placed: dict[str, Project] = field(default_factory=dict)  # by workspace
    _contents: dict[str, Content] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def in_workspace(self, name: str | None = None) -> Project:
        """The project with the values of one workspace put in.

        Raises: ConfigurationError when there is no such workspace.
        """
        slug, _ = self.project.workspace(name)
        found = self._placed.get(slug)
        if found is None:
            found = self._placed[slug] = replaced_vars(self.project, slug)[0]
        return found

    def content(self, name: str | None = None) -> Content:
        """The project compiled for one workspace.

        Raises: ConfigurationError when there is no such workspace.
        """
        from simulator.content import compile_content

        slug, _ = self.project.workspace(name)
        with self._lock:
            found = self._contents.get(slug)
            if found is None:
                found = self._contents[slug] = compile_content(self.in_workspace(slug), slug)
        return found


class Library:
    """Reads a project and keeps it up to date; `edition` is the newest state."""

    def __init__(self, root: Path) -> None:
        """Read all of it.

        Raises: ConfigurationError when the settings do not fit, or *root* is no project at all.
        """
        self.root = root
        self.folders: ContentFolders = content_folders(root)
        # Taken before anything is read, so that what is written meanwhile is seen as a change.
        self.stamps = stamps_of(root, (self.folders.settings.campaigns, self.folders.settings.layouts))
        self._pieces: dict[str, Contents] = {}
        self._read_all()
        self.edition = self._new_edition(None, None)

    def take(self, files: Iterable[str]) -> set[str]:
        """Read again what the changed *files* (relative names) belong to; gives those that belong to the project.

        A name that ends in a slash is a folder that came or went as a whole: then everything is read.
        """
        files = set(files)
        if any(file.endswith("/") for file in files):
            self._read_all()
            self.edition = self._new_edition(None, self.edition.settings_problem)
            return files
        changed = {file: piece for file in files if (piece := self.folders.piece_of(file)) is not None}
        if not changed:
            return set()
        pieces = set(changed.values())
        if SETTINGS in pieces:
            problem = self._read_settings()
            self.edition = self._new_edition(None, problem)
            return set(changed)
        for piece in pieces:
            self._read(piece)
        only = {piece.removeprefix(CAMPAIGN) for piece in pieces if piece.startswith(CAMPAIGN)}
        self.edition = self._new_edition(None if SHARED in pieces else only, self.edition.settings_problem)
        return set(changed)

    def _read_all(self) -> None:
        before, self._pieces = self._pieces, {}
        for piece in self.folders.pieces():
            self._read(piece, before.get(piece))

    def _read(self, piece: str, before: Contents | None = None) -> None:
        self._pieces[piece] = with_last_good(self.folders.read(piece), before or self._pieces.get(piece))

    def _read_settings(self) -> Diagnostic | None:
        """The new settings with all they say; the problem where they cannot be read, which leaves all as it was."""
        try:
            self.folders = content_folders(self.root)
        except ConfigurationError as error:
            return Diagnostic("settings", str(error), error.span or Span("mailwright.toml"), error.hint)
        self._read_all()
        return None

    def _new_edition(self, only: set[str] | None, settings_problem: Diagnostic | None) -> Edition:
        """The next edition; *only* are the campaigns whose folders changed, None when anything may have."""
        whole = merged([self._pieces[name] for name in sorted(self._pieces)], self.folders)
        project = _project(self.folders, whole)
        known = getattr(self, "edition", None)
        number = 0 if known is None else known.number + 1
        problems, broken = tuple(whole.problems), frozenset(whole.broken)
        if known is not None and only is not None and self._same_campaigns(known.project, whole.campaigns, only):
            project = replace(project, campaigns=known.project.campaigns, segments=known.project.segments)
            edition = Edition(number, project, problems, broken, settings_problem)
            _carry_over(known, edition, only)
            self._raw = dict(whole.campaigns)
            return edition
        self._raw = dict(whole.campaigns)
        project, _ = with_claims(project)
        return Edition(number, project, problems, broken, settings_problem)

    def _same_campaigns(self, known: Project, now: Mapping[str, object], only: set[str]) -> bool:
        """Whether the definitions of the campaigns in *only* are as they were: their messages alone changed."""
        return all(self._raw.get(slug) == now.get(slug) for slug in only) and set(now) == set(known.campaigns)


def _project(folders: ContentFolders, whole: Contents) -> Project:
    return Project(
        root=folders.root,
        settings=folders.settings,
        campaigns=dict(sorted(whole.campaigns.items())),
        messages=dict(sorted(whole.messages.items(), key=lambda item: (*item[0][:2], item[0][2] or ""))),
        webhooks=dict(sorted(whole.webhooks.items())),
        layouts=dict(sorted(whole.layouts.items())),
        snippets=dict(sorted(whole.snippets.items())),
        segments=dict(sorted(whole.segments.items())),
        topics=whole.topics,
        events=dict(sorted(whole.events.items())),
        people=whole.people,
        samples=dict(sorted(whole.samples.items())),
        places=whole.places,
    )


def _carry_over(known: Edition, edition: Edition, only: set[str]) -> None:
    """What *known* worked out for each workspace, with the messages of the campaigns in *only* put in anew."""
    project = edition.project
    touched = replace(
        project,
        campaigns={},
        segments={},
        messages={key: message for key, message in project.messages.items() if key[0] in only},
        webhooks={key: webhook for key, webhook in project.webhooks.items() if key[0] in only},
    )
    for slug, before in known._placed.items():
        put_in = replaced_vars(touched, slug)[0]
        messages = {key: before.messages.get(key, message) for key, message in project.messages.items()}
        webhooks = {key: before.webhooks.get(key, webhook) for key, webhook in project.webhooks.items()}
        edition._placed[slug] = replace(
            project,
            campaigns=before.campaigns,
            segments=before.segments,
            messages={**messages, **put_in.messages},
            webhooks={**webhooks, **put_in.webhooks},
        )
        content = known._contents.get(slug)
        if content is not None:
            edition._contents[slug] = replace(content, project=edition._placed[slug])
