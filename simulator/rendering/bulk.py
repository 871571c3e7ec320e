"""One message for many people: its CSS is inlined once into its templates where that is sound, else for each person.

Inlining takes most of the time of a mail, so doing it once is the largest gain there is. Whether it is sound is checked
(`bulk_checks`), and on the first people of a run both ways are rendered and compared; a person whose data
holds markup is rendered on their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mailwright.assembly import AssembledMessage
from mailwright.definitions.message import EmailFields
from simulator.rendering.bulk_marks import OneByOne
from simulator.rendering.bulk_pieces import Unsound
from simulator.rendering.bulk_source import inlined_message
from simulator.rendering.css import inline_css
from simulator.rendering.email import Rendered, finished_email, render_with
from simulator.rendering.faults import RenderFault
from simulator.rendering.links import Decoration
from simulator.rendering.moment import RenderMoment
from simulator.rendering.rules import RenderRules
from simulator.rendering.texts import MessageRenderer

COMPARED = 3
KEPT_MESSAGES = 64
ONCE, EACH = "inlined once", "inlined for each person"


@dataclass(slots=True)
class BulkReport:
    """Which way a run took, and why."""

    way: str = EACH
    reason: str = ""  # why not once
    people: int = 0
    on_their_own: int = 0  # rendered one by one though the run was inlined once
    compared: int = 0


class BulkRenderer:
    """Renders messages for many people; *report* tells of the last run."""

    def __init__(self, rules: RenderRules | None = None) -> None:
        self.rules = rules or RenderRules()
        self.report = BulkReport()
        self._kept: dict[str, tuple[MessageRenderer, _Once | str]] = {}

    def render_many(
        self, message: AssembledMessage, moments: Iterable[RenderMoment]
    ) -> Iterator[Rendered | RenderFault]:
        """Each person's message in order, or the fault in its place.

        The pages are those that `render_message` gives; text parts are made only where the author wrote them, and links
        are not listed, since each would cost more than the page.
        """
        report = self.report = BulkReport()
        rules = replace(self.rules, with_text=False)
        renderer, once = self._prepared(message, rules, report)
        for moment in moments:
            report.people += 1
            result = once.rendered(moment) if once is not None else None
            if result is None:
                report.on_their_own += once is not None
                yield _one(renderer, moment)
            elif report.compared == COMPARED:
                yield result
            else:
                report.compared += 1
                alone = _one(renderer, moment)
                if isinstance(alone, RenderFault) or alone.html != result.html:
                    once, report.way, report.reason = None, EACH, "the pages of both ways differ"
                yield alone

    def _prepared(
        self, message: AssembledMessage, rules: RenderRules, report: BulkReport
    ) -> tuple[MessageRenderer, _Once | None]:
        """The message ready to be rendered either way; kept, since making it ready takes as long as some mails."""
        digest = message.digest
        found = self._kept.get(digest)
        if found is None:
            once: _Once | str
            try:
                once = _Once(message, rules)
            except Unsound as unsound:
                once = str(unsound)
            if len(self._kept) >= KEPT_MESSAGES:
                self._kept.clear()
            found = self._kept[digest] = (MessageRenderer(message, rules), once)
        renderer, way = found
        if isinstance(way, str):
            report.reason = way
            return renderer, None
        report.way = ONCE
        return renderer, way


def _one(renderer: MessageRenderer, moment: RenderMoment) -> Rendered | RenderFault:
    """One person's message by the usual way, without the list of its links."""
    try:
        fields = renderer.message.fields
        if decorates(renderer.rules) or not isinstance(fields, EmailFields):
            return replace(render_with(renderer, moment), links=())
        texts = renderer.texts(moment)
        page, warning = inline_css(texts.page) if fields.inline_css else (texts.page, "")
        return finished_email(renderer, texts, page, (warning,) if warning else (), with_links=False)
    except RenderFault as fault:
        return fault


def decorates(rules: RenderRules) -> bool:
    """Whether any link is sent otherwise than it is written."""
    return bool(rules.url_parameters) or rules.wrap_links


class _Once:
    """A message whose CSS stands in its templates."""

    def __init__(self, message: AssembledMessage, rules: RenderRules) -> None:
        inlined, self.marks = inlined_message(message, with_links=decorates(rules))
        self.renderer = MessageRenderer(inlined, rules)
        self.known: dict[str, str] = {}
        self.decoration: Decoration | None = None

    def rendered(self, moment: RenderMoment) -> Rendered | None:
        """The message for one person; None where it fails, or where the person's data needs a parser."""
        try:
            texts = self.renderer.texts(moment)
            if texts.decoration != self.decoration:
                self.known, self.decoration = {}, texts.decoration
            page = self.marks.unmarked(texts.page, texts.decoration, self.known)
        except (RenderFault, OneByOne):
            return None
        return finished_email(self.renderer, texts, page, with_links=False)
