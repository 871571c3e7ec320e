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
from simulator.preview.answers import picture_as_data, problem_as_data, reading_problems
from simulator.preview.asks import Ask
from simulator.preview.changes import first_changed_lines, names_changed
from simulator.preview.comparing import Comparer
from simulator.preview.editor import Editor
from simulator.preview.gate import Gate
from simulator.preview.hub import Hub
from simulator.preview.library import Edition, Library
from simulator.preview.pictures import NO_CHANGE, Pages, picture_of
from simulator.preview.problems import ProblemFinder
from simulator.preview.watch import changes

MOST_TABS = 64
FIRST_LOOK_SECONDS = 0.4
"""How long the search for problems waits at the start, so that the first email does not wait for it."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What a tab looks at, and the files it hangs on."""

    ask: Ask
    files: frozenset[str]


@dataclass(slots=True)
class Preview:
    """The state that all tabs share."""

    library: Library
    gate: Gate
    editor: Editor
    inbox: str = ""  # where Send goes unless the page says otherwise
    pages: Pages = field(default_factory=Pages)
    hub: Hub = field(default_factory=Hub)
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

    def picture(self, ask: Ask, changed: Mapping[str, int] = NO_CHANGE) -> tuple[dict[str, Any], tuple[str, ...]]:
        """What *ask* gets of the newest edition, and the files it hangs on.

        Raises: ConfigurationError when there is no such message, sample or workspace.
        """
        edition = self.edition
        picture = picture_of(edition, ask, self.pages, changed)
        told = picture_as_data(picture, ask, edition.project, self.library.root)
        more = {"edition": edition.number, "unread": reading_problems(edition, picture.files)}
        return {**told, **more}, (*picture.files, edition.project.campaign_file(ask.campaign))

    def watched(self, ask: Ask) -> dict[str, Any]:
        """What *ask* gets now; its tab gets it again, unasked, when a file it hangs on is saved.

        Raises: ConfigurationError when there is no such message, sample or workspace.
        """
        told, files = self.picture(ask)
        if ask.tab:
            self.asks[ask.tab] = Watched(ask, frozenset(files))
            self.asks.move_to_end(ask.tab)
            while len(self.asks) > MOST_TABS:
                self.asks.popitem(last=False)
        return told

    def pushed(self, lines: Mapping[str, int]) -> Iterator[tuple[list[str], dict[str, Any]]]:
        """The new pictures of the tabs that look at something made of the files in *lines*, for each the tabs."""
        open_tabs = set(self.hub.lines.values())
        by_ask: dict[str, list[str]] = {}
        for tab, watched in list(self.asks.items()):
            if tab in open_tabs and not watched.files.isdisjoint(lines):
                by_ask.setdefault(watched.ask.model_copy(update={"tab": ""}).model_dump_json(), []).append(tab)
        for tabs in by_ask.values():
            ask = self.asks[tabs[0]].ask.model_copy(update={"target": ""})
            try:
                told, files = self.picture(ask, lines)
            except MailwrightError:
                continue  # the tab asks by itself and is told why
            for tab in tabs:
                self.asks[tab] = Watched(self.asks[tab].ask, frozenset(files))
            yield tabs, told

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
            for tabs, picture in await run_in_threadpool(lambda known: list(self.pushed(known)), lines):
                self.hub.publish("picture", picture, tabs)
                told.update(tabs)
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
