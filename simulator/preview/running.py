"""One running preview: the project, who may look at it, and what tabs were shown."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
from starlette.concurrency import run_in_threadpool

from mailwright.diagnostics import Diagnostic, MailwrightError
from mailwright.loading.revision import WorkspaceEdition
from simulator.preview.answers import picture_as_data, problem_as_data, reading_problems, shell_for
from simulator.preview.asks import Ask
from simulator.preview.changes import first_changed_lines, names_changed
from simulator.preview.comparing import Comparer
from simulator.preview.editor import Editor
from simulator.preview.gate import Gate
from simulator.preview.hub import Hub
from simulator.preview.library import Edition, Library
from simulator.preview.pictures import NO_CHANGE, Pages, picture_of
from simulator.preview.problems import ProblemFinder
from simulator.preview.shells import Shell
from simulator.preview.streams import Streams
from simulator.preview.watch import changes

MOST_TABS = 64
FIRST_LOOK_SECONDS = 0.4
"""How long the search for problems waits at the start, so that the first email does not wait for it."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What a tab looks at, and the files it hangs on."""

    ask: Ask
    files: frozenset[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture: what a tab is told, the files it hangs on, and its page for documents that stay open."""

    told: dict[str, Any]
    files: frozenset[str]
    shell: Shell | None


@dataclass(frozen=True, slots=True)
class Push:
    """A new picture for the tabs that look at it."""

    tabs: tuple[str, ...]
    shown: Shown
    number: int


@dataclass(slots=True)
class Preview:
    """The state that all tabs share."""

    library: Library
    gate: Gate
    editor: Editor
    inbox: str = ""  # where Send goes unless the page says otherwise
    pages: Pages = field(default_factory=Pages)
    hub: Hub = field(default_factory=Hub)
    streams: Streams = field(default_factory=Streams)
    pushes: int = 0  # pictures that were sent unasked: each has a number
    problems: tuple[Diagnostic, ...] = ()
    has_problems: bool = False  # whether they have been looked for yet
    asks: OrderedDict[str, Watched] = field(default_factory=OrderedDict)  # by tab, what it looks at
    workspace_edition: WorkspaceEdition | None = None  # the way to what a workspace holds now
    comparer: Comparer = field(init=False)

    def __post_init__(self) -> None:
        self.comparer = Comparer(self.library.root, self.workspace_edition)

    @property
    def edition(self) -> Edition:
        """The newest state of the project."""
        return self.library.edition

    def state(self) -> dict[str, Any]:
        """What every tab has to know at once."""
        edition = self.edition
        return {
            "edition": edition.number,
            "broken": sorted(edition.broken),
            "settings": None if edition.settings_problem is None else problem_as_data(edition.settings_problem),
        }

    def problems_as_data(self) -> dict[str, Any]:
        """What `check` found last; before it ran, nothing is known."""
        return {"known": self.has_problems, "problems": [problem_as_data(one) for one in self.problems]}

    def close(self) -> None:
        """End every answer that is still open: the server stops."""
        self.hub.close()
        self.streams.close()

    def picture(self, ask: Ask, changed: Mapping[str, int] = NO_CHANGE, number: int = 0) -> Shown:
        """What *ask* gets of the newest edition, as version *number* of documents that stay open.

        Raises: ConfigurationError when there is no such message, sample or workspace.
        """
        edition = self.edition
        picture = picture_of(edition, ask, self.pages, changed)
        shell = shell_for(picture, ask, number)
        told = {
            **picture_as_data(picture, ask, edition.project, self.library.root),
            "edition": edition.number,
            "unread": reading_problems(edition, picture.files),
            "shell": "" if shell is None else shell.digest,
        }
        return Shown(told, frozenset((*picture.files, edition.project.campaign_file(ask.campaign))), shell)

    def watched(self, ask: Ask) -> dict[str, Any]:
        """What *ask* gets now; its tab gets it again, unasked, when a file it hangs on is saved.

        Raises: ConfigurationError when there is no such message, sample or workspace.
        """
        shown = self.picture(ask)
        if ask.tab:
            self.asks[ask.tab] = Watched(ask, shown.files)
            self.asks.move_to_end(ask.tab)
            while len(self.asks) > MOST_TABS:
                self.asks.popitem(last=False)
        return shown.told

    def pushed(self, lines: Mapping[str, int]) -> Iterator[Push]:
        """The new pictures of the tabs that look at something made of the files in *lines*."""
        open_tabs = set(self.hub.lines.values())
        by_ask: dict[str, list[str]] = {}
        for tab, watched in list(self.asks.items()):
            if tab in open_tabs and not watched.files.isdisjoint(lines):
                by_ask.setdefault(watched.ask.model_copy(update={"tab": ""}).model_dump_json(), []).append(tab)
        for tabs in by_ask.values():
            ask = self.asks[tabs[0]].ask.model_copy(update={"target": ""})
            try:
                shown = self.picture(ask, lines, self.pushes + 1)
            except MailwrightError:
                continue  # the tab asks by itself and is told why
            for tab in tabs:
                self.asks[tab] = Watched(self.asks[tab].ask, shown.files)
            self.pushes += 1
            yield Push(tuple(tabs), shown, self.pushes)

    def send(self, push: Push) -> None:
        """Tell each tab its new picture; where its document is still open, the document has it by then."""
        shell = push.shown.shell
        for tab in push.tabs:
            stream = None if shell is None else self.streams.send(tab, shell, push.number)
            written: dict[str, Any] = {"stream": ""}
            if shell is not None and stream is not None:
                target = shell.target if shell.is_own_target else ""
                written = {"stream": stream.name, "number": push.number, "target": target, "worn": stream.is_worn}
            self.hub.publish("picture", {**push.shown.told, **written}, {tab})

    async def follow(self, finder: ProblemFinder, stop: anyio.Event) -> None:
        """Read what changes on disk, tell the tabs, and have its problems found."""
        library, settings = self.library, self.library.folders.settings
        async for files in changes(library.root, (settings.campaigns, settings.layouts), stop, library.stamps):
            finder.make_way()
            before = self.edition.project
            touched = await run_in_threadpool(library.take, files)
            if not touched:
                continue
            after = self.edition.project
            lines = first_changed_lines(before, after, touched)
            told = set[str]()
            for push in await run_in_threadpool(lambda known: list(self.pushed(known)), lines):
                self.send(push)
                told.update(push.tabs)
            news = {
                **self.state(),
                "files": lines,
                "names": names_changed(before, after, touched),
                "told": sorted(told),
            }
            self.hub.publish("changed", news)
            finder.want()

    def told(self) -> Callable[[tuple[Diagnostic, ...]], Awaitable[None]]:
        """What takes in the problems that were found."""

        async def take(found: tuple[Diagnostic, ...]) -> None:
            self.problems, self.has_problems = found, True
            self.hub.publish("problems", self.problems_as_data())

        return take


async def look_soon(finder: ProblemFinder) -> None:
    """Look for problems once the first email had its time."""
    await anyio.sleep(FIRST_LOOK_SECONDS)
    finder.want()
