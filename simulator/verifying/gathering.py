"""What `verify` gathers at the edge: what was really sent, from the source that was named, and ways to ask more."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from mailwright.diagnostics import ConfigurationError, MailwrightError, name_hint
from simulator.verifying.names import Numbers
from simulator.verifying.seen import Noticed, Seen
from simulator.verifying.suppositions import HeldProfile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailwright.definitions.project import Project
    from mailwright.loading.revision import WorkspaceEdition

T = TypeVar("T")
KINDS = ("webhooks", "messages", "export", "warehouse")


class NumbersKnown(Protocol):
    """What the ledger of a workspace says of its numbers."""

    @property
    def parents(self) -> Mapping[str, str]:
        """Numbers of campaigns and sends → slugs."""

    @property
    def actions(self) -> Mapping[str, tuple[str, str]]:
        """Numbers of actions → campaign and message."""

    @property
    def only_messages(self) -> Mapping[str, str]:
        """Campaigns with one message → that message."""


class WorkspaceReading(Protocol):
    """What a workspace can be asked; the roof knows the way there."""

    def numbers(self, project: Project, workspace: str) -> NumbersKnown:
        """What its numbers mean."""

    def present(self, project: Project, workspace: str) -> int:
        """Its time, Unix seconds."""

    def messages(self, project: Project, workspace: str, since: int, until: int) -> Iterator[dict[str, Any]]:
        """Rows of the App API's list of messages."""

    def exports(
        self, project: Project, workspace: str, since: int, until: int
    ) -> Iterator[tuple[tuple[str, str], str]]:
        """Files of delivery exports, each with campaign and message."""

    def profiles(self, project: Project, workspace: str, ids: Sequence[str]) -> list[dict[str, Any]]:
        """What it knows of people."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where actual deliveries come from: the kind, and a file, folder, address or workspace."""

    kind: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{Path(self.where).name}" if self.where and "://" not in self.where else self.kind


def source_given(text: str, workspaces: Sequence[str]) -> Source:
    """The source that *text* names.

    Raises: ConfigurationError when it names none.
    """
    kind, _, where = text.partition(":")
    if kind not in KINDS:
        raise ConfigurationError(f"--actual cannot be '{kind}'", hint=name_hint(kind, list(KINDS), "sources"))
    if kind == "messages" and where and where not in workspaces:
        hint = name_hint(where, list(workspaces), "workspaces")
        raise ConfigurationError(f"no workspace is called '{where}'", hint=hint)
    if kind != "messages" and not where:
        hints = {
            "webhooks": "webhooks:webhooks.duckdb, the store of `mailwright listen`",
            "export": "export:deliveries.csv, or export:qa",
            "warehouse": "warehouse:FOLDER of Parquet files",
        }
        raise ConfigurationError(f"--actual {kind} does not say where", hint=hints[kind])
    return Source(kind, where)


@dataclass(slots=True)
class Gathering:
    """The edge of one comparison: files and a workspace, read when they are asked for."""

    project: Project
    workspace: str
    source: Source
    reading: WorkspaceReading
    edition: WorkspaceEdition
    of: str | None = None
    doubts: list[str] = field(default_factory=list)  # what could not be looked at, for people

    @property
    def numbers(self) -> Numbers:
        """What the workspace's numbers mean; nothing where the source says whose its rows are."""
        try:
            found = self.reading.numbers(self.project, self.workspace)
        except ConfigurationError:
            if self.of is None:
                raise
            return Numbers()
        return Numbers(found.parents, found.actions, found.only_messages)

    def until(self, given: int | None) -> int:
        """Where the comparison ends: as asked, or the workspace's present. Units: Unix seconds.

        Raises: WorkspaceError when a workspace on this machine does not say its time.
        """
        return given if given is not None else self.reading.present(self.project, self.workspace)

    def seen(self, since: int, until: int) -> tuple[list[Seen], list[Noticed]]:
        """What was sent between two moments, in Unix seconds, and what the source tells of people.

        Raises: ConfigurationError, HistoryError, WorkspaceError, by the source.
        """
        where = self.source.where
        match self.source.kind:
            case "webhooks":
                from simulator.verifying.sources.webhooks import seen_by_webhooks

                return seen_by_webhooks(where)
            case "messages":
                from simulator.verifying.sources.messages import of_rows

                return list(of_rows(self.reading.messages(self.project, self.workspace, since, until))), []
            case "warehouse":
                from simulator.verifying.sources.warehouse import seen_in_warehouse

                return seen_in_warehouse(where, since), []
            case _:
                return self._exported(where, since, until), []

    def _exported(self, where: str, since: int, until: int) -> list[Seen]:
        from simulator.verifying.sources.exports import of_text, seen_in_files

        if where != self.workspace or Path(where).exists():
            return seen_in_files(where, self.of)
        found: list[Seen] = []
        for place, text in self.reading.exports(self.project, self.workspace, since, until):
            found += of_text(text, "/".join(place), place)
        return found

    def profiles(self, keys: Sequence[str]) -> dict[str, HeldProfile | None]:
        """What the workspace holds of these people; nothing where it cannot be asked."""
        rows = self._asked("people", lambda: self.reading.profiles(self.project, self.workspace, keys))
        if rows is None:
            return {}
        found: dict[str, HeldProfile | None] = dict.fromkeys(keys)
        by_email = {key.lower(): key for key in keys}
        for row in rows:
            identifiers = row.get("identifiers") or {}
            key = str(row.get("id") or identifiers.get("id") or "")
            key = key if key in found else by_email.get(str(identifiers.get("email") or "").lower(), key)
            if key in found:
                found[key] = _profile(row)
        return found

    def content(self, stack: ExitStack) -> Project | None:
        """What the workspace runs, as long as *stack* lasts; None where it cannot be asked, or is as the files say."""

        def pulled() -> Project:
            from mailwright.loading.variables import with_vars

            project, _ = stack.enter_context(self.edition(self.project.root, self.workspace))
            return with_vars(project, self.workspace)

        return self._asked("content", pulled)

    def _asked(self, what: str, ask: Callable[[], T]) -> T | None:
        """What the workspace answers; a doubt where it cannot: causes are looked for without it."""
        try:
            return ask()
        except MailwrightError as error:
            doubt = f"the workspace's {what} could not be looked at: {error}"
            if doubt not in self.doubts:
                self.doubts.append(doubt)
                print(f"mailwright: {doubt}", file=sys.stderr)
            return None


def _profile(row: Mapping[str, Any]) -> HeldProfile:
    attributes, times = row.get("attributes"), row.get("timestamps")
    values = dict(attributes) if isinstance(attributes, Mapping) else {}
    if row.get("unsubscribed") is True:
        values.setdefault("unsubscribed", True)
    stamps = times if isinstance(times, Mapping) else {}
    return HeldProfile(values, {str(name): int(at) for name, at in stamps.items() if isinstance(at, int)})
