"""What tells the contents of messages apart: a digest of all that goes into one, or of what one person gets."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from mailwright.assembly import assemble
from mailwright.definitions.steps import MessageStep
from mailwright.diagnostics import ConfigurationError
from simulator.messages import Rendering

if TYPE_CHECKING:
    from simulator.content import Content
    from simulator.engine import Outcome
    from simulator.journeys import Journey
    from simulator.workflow import Node

LENGTH = 12
Step = tuple[str, str]


class Versions:
    """The version of every message of one content, made when it is first asked for."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._known: dict[tuple[str, str, str | None], str] = {}

    def of(self, campaign: str, message: str, language: str | None) -> str:
        """A digest of the message's sources with what its layout and snippets add, in one language."""
        key = (campaign, message, language)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._made(campaign, message, language)
        return found

    def _made(self, campaign: str, message: str, language: str | None) -> str:
        content = self._content
        try:
            whole = assemble(content.project, campaign, message, language, content.workspace)
        except ConfigurationError:
            return "missing"
        texts = [*whole.parts.values(), *whole.snippets.values()]
        if not any("mailwright" in text.source for text in texts):
            return whole.digest[:LENGTH]
        # The workspace's values stand in no source, and yet in what people get.
        values = repr(sorted(content.workspace.vars.items()))
        return sha256(f"{whole.digest}\0{values}".encode()).hexdigest()[:LENGTH]


def changed_steps(before: Content, after: Content) -> frozenset[Step]:
    """The message steps that both contents have, and whose content differs in any language."""
    sides = [_step_versions(content) for content in (before, after)]
    return frozenset(step for step in sides[0].keys() & sides[1].keys() if sides[0][step] != sides[1][step])


def _step_versions(content: Content) -> Mapping[Step, Hashable]:
    versions = Versions(content)
    found: dict[Step, Hashable] = {}
    for campaign in content.campaigns:
        for node in campaign.nodes:
            if isinstance(node.step, MessageStep):
                names = [way.name for way in node.ways] if node.kind == "ab_test" else [node.file]
                found[campaign.slug, node.id] = tuple(
                    (name, language, versions.of(campaign.slug, name, language))
                    for name in names
                    for language in (None, *sorted(content.project.languages(campaign.slug, name)))
                )
    return found


class TextVersions(Rendering):
    """Messages rendered in full, with a digest of the text that each person gets."""

    def __init__(self, content: Content) -> None:
        super().__init__(content, whole=True)
        self._last: dict[tuple[str, str, int, str], str] = {}

    def outcome(self, journey: Journey, node: Node, name: str, at: int) -> Outcome:
        """As rendered in full; the digest waits for the delivery that it belongs to."""
        found = super().outcome(journey, node, name, at)
        if not found.reason:
            key = (journey.campaign.slug, journey.person.key, journey.number, node.id)
            self._last[key] = self._digest(journey, name, found.language, at)
        return found

    def taken(self, key: tuple[str, str, int, str], *, keep: bool) -> str:
        """The digest of the text that was last made for a campaign's person, journey and step."""
        return self._last.get(key, "") if keep else self._last.pop(key, "")

    def _digest(self, journey: Journey, name: str, language: str | None, at: int) -> str:
        slug = journey.campaign.slug
        renderer = self._outcomes.variants.renderer(slug, name, language)
        if renderer is None:
            return ""
        texts = renderer.texts(self._moments.moment(journey, name, at))
        shown: list[Any] = [sorted(texts.values.items()), texts.page, texts.text, sorted(texts.headers.items())]
        return sha256(repr([*shown, texts.data]).encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]
