"""One message as one person gets it, as a page can show it: rendered, marked with its sources, or why it fails."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mailwright.assembly import AssembledMessage, assemble
from mailwright.diagnostics import ConfigurationError
from simulator.preview.asks import Ask, chosen_for, moment_of
from simulator.preview.marks import Marked, Spot, nearest_spot, with_ids, with_marks, without_marks
from simulator.rendering.addresses import variants_of
from simulator.rendering.css import inline_css
from simulator.rendering.email import Rendered, finished_email, render_with
from simulator.rendering.faults import RenderFault
from simulator.rendering.rules import RenderRules, rules_for
from simulator.rendering.samples import Shown, render_moment
from simulator.rendering.texts import MessageRenderer

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.preview.library import Edition
    from simulator.rendering.moment import RenderMoment

KEPT_PAGES = 400
KEPT_CHARACTERS = 64_000_000

NO_CHANGE: Mapping[str, int] = MappingProxyType({})
_REMOTE = re.compile(
    r"""(?:src|background|srcset|poster)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?\s*(?:https?:)?//""", re.I
)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What came of one ask. *fault* stands in place of *rendered*; then *page* is empty."""

    message: AssembledMessage
    shown: Shown
    fitting: tuple[str, ...]
    at: datetime
    languages: tuple[str, ...]
    rendered: Rendered | None = None
    fault: RenderFault | None = None
    page: str = ""  # the page with ids in its elements
    spots: tuple[Spot, ...] = ()
    key: str = ""  # what the page is kept under
    target: str = ""  # the id of the element that was just changed

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that the picture hangs on, the message's own first."""
        return files_of(self.message)

    @property
    def remote(self) -> int:
        """How many things of the page lie elsewhere."""
        return len(_REMOTE.findall(self.page))


def files_of(message: AssembledMessage) -> tuple[str, ...]:
    """The files a message is made of."""
    texts = [*message.parts.values(), *message.snippets.values()]
    return tuple(dict.fromkeys(text.file for text in texts))


@dataclass(frozen=True, slots=True)
class Page:
    """One page: as the frame shows it, and as it is sent."""

    page: str
    sent: str


@dataclass(slots=True)
class Pages:
    """The pages that tabs may ask for by key; the oldest are forgotten."""

    _kept: OrderedDict[str, Page] = field(default_factory=OrderedDict)
    _size: int = 0
    _lock: Lock = field(default_factory=Lock)

    def keep(self, page: str, sent: str) -> str:
        """Keep a page; gives its key."""
        key = blake2b(page.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        with self._lock:
            if key not in self._kept:
                self._size += len(page) + len(sent)
                self._kept[key] = Page(page, sent)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT_PAGES or (self._size > KEPT_CHARACTERS and len(self._kept) > 1):
                _, oldest = self._kept.popitem(last=False)
                self._size -= len(oldest.page) + len(oldest.sent)
        return key

    def get(self, key: str) -> Page | None:
        """The page of a key, if it is still kept."""
        with self._lock:
            return self._kept.get(key)


def picture_of(edition: Edition, ask: Ask, pages: Pages, changed: Mapping[str, int] = NO_CHANGE) -> Picture:
    """The picture that *ask* wants of *edition*; what fails a delivery is the picture's fault.

    *changed* are files that were just saved with the first line that changed: the picture names the element it is in.

    Raises: ConfigurationError when there is no such message, sample or workspace.
    """
    project = edition.in_workspace(ask.workspace)
    _, workspace = project.workspace(ask.workspace)
    chosen = chosen_for(project, ask)
    shown = chosen.shown
    if ask.campaign not in project.campaigns:
        raise ConfigurationError(f"no campaign is called '{ask.campaign}'", hint="choose one on the left")
    moment = render_moment(project, workspace, ask.campaign, ask.message, shown, moment_of(shown))
    if ask.sent is not None:
        moment = _as_sent(edition, ask)
    languages = project.languages(ask.campaign, ask.message)
    language = (
        ask.language if ask.language is not None else variants_of(languages, (moment.customer or {}).get("language"))
    )
    message = assemble(project, ask.campaign, ask.message, language or None, workspace)
    rules = rules_for(project, workspace)
    known: dict[str, Any] = {
        "message": message,
        "shown": shown,
        "fitting": chosen.fitting,
        "at": moment.now,
        "languages": tuple(languages),
    }
    try:
        return _rendered(message, moment, rules, known, pages, changed)
    except RenderFault as fault:
        return Picture(**known, fault=fault)


def _as_sent(edition: Edition, ask: Ask) -> RenderMoment:
    """The moment at which the shown person's journey sends the message.

    Raises: ConfigurationError when it sends none then.
    """
    from simulator.preview.runs import run_of

    found = run_of(edition, ask).moments.get((ask.campaign, ask.message, ask.sent or 0))
    if found is None:
        raise ConfigurationError(
            f"this person's journey does not send '{ask.message}' at that time", hint="look at the campaign again"
        )
    return found


def _rendered(
    message: AssembledMessage,
    moment: RenderMoment,
    rules: RenderRules,
    known: Mapping[str, Any],
    pages: Pages,
    changed: Mapping[str, int],
) -> Picture:
    renderer = MessageRenderer(message, rules)
    rendered = render_with(renderer, moment)
    if not rendered.html:
        return Picture(**known, rendered=rendered)
    page, spots = _marked_page(with_marks(message), renderer, moment, rules)
    if not page:
        page, spots = rendered.html, ()
    target = next((spot.id for file, line in changed.items() if line and (spot := nearest_spot(spots, file, line))), "")
    return Picture(
        **known, rendered=rendered, page=page, spots=spots, key=pages.keep(page, rendered.html), target=target
    )


def _marked_page(
    marked: Marked, plain: MessageRenderer, moment: RenderMoment, rules: RenderRules
) -> tuple[str, tuple[Spot, ...]]:
    """The same page with marks, finished as the sent one is; nothing where the marks would show.

    A template may measure, cut or escape its own HTML; its marked twin then differs by more than the marks.
    """
    try:
        renderer = MessageRenderer(marked.message, rules)
        texts = renderer.texts(moment)
        if without_marks(texts.page) != plain.texts(moment).page:
            return "", ()
    except RenderFault:
        return "", ()
    if marked.message.kind != "email":
        return with_ids(texts.page, marked.files)
    page, _ = inline_css(texts.page) if getattr(marked.message.fields, "inline_css", True) else (texts.page, "")
    return with_ids(finished_email(renderer, texts, page).html, marked.files)
