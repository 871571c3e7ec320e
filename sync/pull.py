"""A workspace → content files: what to write where, tried on a copy first, so that what is written loads and agrees."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailwright.definitions.project import Project
from mailwright.diagnostics import ConfigurationError, ContentError, Severity
from mailwright.loading.folder import read_project
from mailwright.writing import write_atomically
from sync.capabilities import capability, sees
from sync.codecs.messages import split_slug
from sync.desired import desired_snapshot
from sync.kept_files import kept_files
from sync.ledger import Ids, Ledger
from sync.merging import Merge, Merged, merge_all
from sync.opening import Workspace
from sync.pull_files import PullFiles
from sync.snapshot import Address, Document, Kind
from sync.standing import Live, Unrepresented

_TRIES = 4


@dataclass(slots=True)
class Pulled:
    """What a pull does, or did."""

    workspace: str
    written: dict[str, str] = field(default_factory=dict)  # new or changed files → their text
    theirs: dict[str, str] = field(default_factory=dict)  # files beside ours → the workspace's version
    is_new: set[str] = field(default_factory=set)
    conflicts: list[str] = field(default_factory=list)
    unrepresented: list[Unrepresented] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    documents: int = 0
    requests: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether all that was found stands in the files now."""
        return not (self.conflicts or self.unrepresented)

    @property
    def changed(self) -> dict[str, str]:
        """Every file that is written."""
        return {**self.written, **self.theirs}


def pull(workspace: Workspace, ledger: Ledger, live: Live, *, dry_run: bool = False) -> Pulled:
    """Bring what *live* holds into the project's files, and what both sides then agree on into *ledger*.

    Nothing that the files alone moved is touched; where both moved, the workspace's version stands beside ours. With
    *dry_run* nothing is written.

    Raises: ConfigurationError when a file cannot be written; ContentError when the project's own files hold mistakes.
    """
    return _Pull(workspace, ledger, live).run(dry_run=dry_run)


class _Pull:
    def __init__(self, workspace: Workspace, ledger: Ledger, live: Live) -> None:
        self.workspace = workspace
        self.project = workspace.project
        self.ledger = ledger
        self.live = live
        self.found = Pulled(workspace.name, documents=len(live.documents), requests=workspace.requests)
        self.skipped: dict[Address, str] = {}
        self.hidden = self._hidden()

    def run(self, *, dry_run: bool) -> Pulled:
        desired = desired_snapshot(self.project, self.workspace.name)
        if not dry_run:
            self.ledger.settle(self.project.root, self.live.snapshot)
        merged = merge_all(self.ledger.snapshot, desired, self.live.snapshot, self.hidden)
        files = self._tried(merged)
        files.keep(kept_files(self.live, self.workspace.name))
        self._tell(merged, files)
        if not dry_run:
            self._write(files)
            self._agree(merged)
            self.ledger.shown = files.shown
            self.ledger.know(self.workspace.identity, self._known_ids())
            self.ledger.save(self.project.root)
        return self.found

    def _hidden(self) -> dict[Address, frozenset[str]]:
        """The fields that this key does not show, and those that no document can hold."""
        ui = self.workspace.ui is not None
        found: dict[Address, frozenset[str]] = {}
        for address, document in self.live.documents.items():
            names = {*self.live.unseen.get(address, {}), *self.live.hidden.get(address, ())}
            is_variant = address.kind is Kind.MESSAGE and split_slug(address.slug)[2] is not None
            names |= {name for name in _FIELDS[address.kind] if not _sees(address, name, ui=ui, is_variant=is_variant)}
            found[address] = frozenset(names - (set(document.fields) - self.live.hidden.get(address, frozenset())))
        return found

    # --- trying -------------------------------------------------------------------------------------------------

    def _tried(self, merged: Merged) -> PullFiles:
        """The files to write, less what would not load or would not say what the workspace says."""
        for _ in range(_TRIES):
            files = self._files(merged)
            bad = self._bad(files, merged)
            if not bad:
                return files
            self.skipped.update(bad)
        raise ConfigurationError(
            "what the workspace holds does not go into the files", hint="mailwright check; then pull again"
        )

    def _files(self, merged: Merged) -> PullFiles:
        files = PullFiles(self.workspace, self.live)
        for merge in merged.merges:
            if self._owner(merge.address) not in self.skipped and merge.address not in self.skipped:
                files.take(merge)
        files.finish()
        return files

    def _owner(self, address: Address) -> Address:
        if address.kind is Kind.MESSAGE:
            return Address(Kind.CAMPAIGN, address.slug.partition("/")[0])
        return address

    def _bad(self, files: PullFiles, merged: Merged) -> dict[Address, str]:
        """The things whose files do not load, or read otherwise than the workspace has them; each with why."""
        if not files.written:
            return {}
        with tempfile.TemporaryDirectory(prefix="mailwright-") as name:
            root = Path(name)
            _copied(self.project, root)
            for file, text in files.written.items():
                _write_in(root, file, text)
            project, problems = read_project(root)
            bad: dict[Address, str] = {}
            for one in problems:
                owner = files.owner(one.span.file)
                if one.severity is Severity.ERROR:
                    if owner is None:
                        raise ContentError([one])
                    bad.setdefault(owner, one.message)
            return bad or self._otherwise(project, merged, files)

    def _otherwise(self, project: Project, merged: Merged, files: PullFiles) -> dict[Address, str]:
        try:
            after = desired_snapshot(project, self.workspace.name)
        except ContentError as error:
            owners = {files.owner(one.span.file): one.message for one in error.diagnostics}
            return {owner: why for owner, why in owners.items() if owner is not None}
        bad: dict[Address, str] = {}
        for merge in merged.merges:
            if merge.address not in files.taken:
                continue
            there = after.get(merge.address)
            names = _differing(merge, there, self.hidden.get(merge.address, frozenset()))
            if names:
                bad[self._owner(merge.address)] = f"{', '.join(names)} would not read back as the workspace has it"
        return bad

    # --- doing --------------------------------------------------------------------------------------------------

    def _tell(self, merged: Merged, files: PullFiles) -> None:
        found = self.found
        found.written, found.theirs, found.is_new = files.written, files.theirs, files.is_new
        found.unrepresented = [*self.live.unrepresented, *files.strange]
        found.unrepresented += [Unrepresented(str(one), None, why) for one, why in sorted(self.skipped.items())]
        found.conflicts = files.conflicts
        found.notes = [*self.live.doubts, *files.notes]
        found.notes += [
            f"{one} is gone from {self.workspace.name}; delete its files if that is meant" for one in merged.gone
        ]

    def _write(self, files: PullFiles) -> None:
        root = self.project.root
        try:
            for file, text in sorted({**files.written, **files.theirs}.items()):
                _write_in(root, file, text)
        except OSError as error:
            raise ConfigurationError(
                f"cannot write in {root}: {error.strerror}", hint="a folder you may write"
            ) from error

    def _known_ids(self) -> Mapping[Address, Ids]:
        return {one: ids for one, ids in self.live.ids.items() if self._owner(one) not in self.skipped}

    def _agree(self, merged: Merged) -> None:
        """Note what both sides say alike now; where both moved, what was agreed on before stands."""
        for merge in merged.merges:
            address = merge.address
            if self._owner(address) in self.skipped or merge.is_deleted_here:
                continue
            fields = {} if merge.base is None else dict(merge.base.fields)
            for name in {*merge.live.fields, *fields}:
                if name in merge.conflicts or name in merge.ours:
                    continue
                value = merge.live.fields.get(name)
                if value is None:
                    if name not in self.hidden.get(address, frozenset()):
                        fields.pop(name, None)
                else:
                    fields[name] = value
            self.ledger.agree(Document(address, fields))


_FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.CAMPAIGN: (
        "name", "description", "trigger", "filter", "frequency", "goal", "exit", "topic", "to_unsubscribed",
        "counts_toward_limit", "state", "tags", "workflow",
    ),
    Kind.MESSAGE: (
        "kind", "subject", "preheader", "from", "reply_to", "to", "cc", "bcc", "headers", "body", "text", "layout",
        "inline_css", "track_links", "sending", "editor", "title", "link", "image", "position", "channel", "url",
        "method",
    ),
    Kind.LAYOUT: ("name", "body"),
    Kind.SNIPPET: ("name", "value"),
    Kind.SEGMENT: ("name", "description", "where", "manual"),
}  # fmt: skip


def _sees(address: Address, name: str, *, ui: bool, is_variant: bool) -> bool:
    if is_variant:
        return capability(address.kind, name, ui=ui, is_variant=True).access.value != "hides"
    return sees(address.kind, name, ui=ui)


def _differing(merge: Merge, there: Document | None, hidden: frozenset[str]) -> list[str]:
    """The fields that were taken and read back otherwise."""
    names: Iterable[str] = merge.taken if not merge.is_new else sorted({*merge.live.fields} - hidden)
    if there is None:
        return list(names)
    return [name for name in names if there.fields.get(name) != merge.live.fields.get(name)]


def _copied(project: Project, root: Path) -> None:
    """A copy of the project's content and settings, to try files on."""
    settings = project.settings
    for name in (settings.campaigns, settings.layouts):
        if (project.root / name).is_dir():
            shutil.copytree(project.root / name, root / name, ignore=shutil.ignore_patterns(".*"))
    for name in ("mailwright.toml", "pyproject.toml"):
        if (project.root / name).is_file():
            shutil.copyfile(project.root / name, root / name)


def _write_in(root: Path, file: str, text: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text)
