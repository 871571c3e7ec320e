"""Messages as they are sent live: rendered whole, with the ids that the workspace gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from mailwright.assembly import AssembledMessage
from mailwright.definitions.message import EmailFields, Text
from simulator.addressed import Addressed
from simulator.rendering.email import Rendered, render_with
from simulator.rendering.faults import RenderFault
from simulator.rendering.journey_moments import JourneyMoments
from simulator.rendering.texts import MessageRenderer
from simulator.rendering.variants import Variants
from simulator.rendering.whole import NO_SUCH_MESSAGE

if TYPE_CHECKING:
    from simulator.content import Content
    from simulator.engine import Outcome
    from simulator.journeys import Journey
    from simulator.messages import Objects
    from simulator.rendering.moment import RenderMoment
    from simulator.workflow import Node
    from simulator.workspace.content.decode import Decoded

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of one message that is about to be made."""

    delivery: str
    journey: str


@dataclass(frozen=True, slots=True)
class Made:
    """A message that was just made, until its delivery is told of."""

    delivery: str
    rendered: Rendered | None
    template: int | None = None


class LiveMessages:
    """Renders every message of a workspace's journeys."""

    def __init__(self, content: Content, decoded: Decoded, ids: Callable[[Journey, Node, int], Ids]) -> None:
        self._moments = JourneyMoments(content)
        self._variants = Variants(content.project, content.workspace, self._moments.rules)
        self._decoded = decoded
        self._numbers = decoded.numbers
        self._ids = ids
        self.made: Made | None = None
        self.overrides: Json = {}  # what one transactional call says in place of its message

    def know_objects(self, objects: Objects) -> None:
        """What `objects.*` reads."""
        self._moments.objects = objects

    def attributes_read(self) -> frozenset[str]:
        """Nothing is told by classes here."""
        return frozenset()

    def outcome(self, journey: Journey, node: Node, name: str, at: int) -> Outcome:
        """Render the message and keep it for the delivery that follows; where it goes, or why it fails."""
        ids = self._ids(journey, node, at)
        slug = journey.campaign.slug
        moment = self._moment(journey, name, at, ids)
        language = self.overrides.get("language") or self._variants.language(slug, name, moment)
        renderer = self._variants.renderer(slug, name, language) or self._variants.renderer(slug, name)
        if renderer is None:
            self.made = Made(ids.delivery, None)
            return Addressed(None, language, "liquid_error", NO_SUCH_MESSAGE)
        if self.overrides:
            renderer = MessageRenderer(overridden(renderer.message, self.overrides), renderer.rules)
        try:
            rendered = render_with(renderer, moment)
        except RenderFault as fault:
            self.made = Made(ids.delivery, None)
            return Addressed(None, language, fault.reason, fault.failure)
        self.made = Made(ids.delivery, rendered)
        return Addressed(", ".join(rendered.to) or None, language)

    def _moment(self, journey: Journey, name: str, at: int, ids: Ids) -> RenderMoment:
        moment = self._moments.moment(journey, name, at)
        slug = journey.campaign.slug
        action = self._decoded.actions.get((slug, name), "")
        message = {**moment.message, "journey_id": ids.journey}
        if action:
            message["id"] = int(action)
        campaign = {**moment.campaign, "id": self._numbers.get(slug, moment.campaign.get("id"))}
        return msgspec.structs.replace(moment, delivery_id=ids.delivery, message=message, campaign=campaign)

    def text(self, source: str, journey: Journey, at: int) -> tuple[str, str]:
        """A piece of Liquid rendered for the journey; where it fails, the failure."""
        return self._moments.text(source, journey, at)


_PARTS = {
    "subject": "subject",
    "body": "body",
    "body_plain": "text",
    "preheader": "preheader",
    "from": "from",
    "reply_to": "reply_to",
    "bcc": "bcc",
    "cc": "cc",
    "title": "title",
    "message": "body",
    "link": "link",
    "image_url": "image",
}


def overridden(message: AssembledMessage, overrides: Json) -> AssembledMessage:
    """The message with what a call says in its place.

    Source: App API reference, "Send a transactional email": `subject`, `body`, `body_plain`, `preheader`, `from`,
    `reply_to`, `bcc`, `headers`, `tracked` and `disable_css_preprocessing` override the message.
    Assumed: a body of the call's own stands without the layout.
    """
    parts = dict(message.parts)
    for name, part in _PARTS.items():
        value = overrides.get(name)
        if isinstance(value, str) and (value or name == "preheader"):
            parts[part] = Text(value, "the call")
    if isinstance(overrides.get("body"), str):
        parts.pop("layout", None)
        if "body_plain" not in overrides:
            parts.pop("text", None)
    for name, value in (overrides.get("headers") or {}).items():
        parts[f"headers.{name}"] = Text(str(value), "the call")
    fields = message.fields
    if isinstance(fields, EmailFields):
        update: dict[str, Any] = {}
        if overrides.get("tracked") is not None:
            update["track_links"] = bool(overrides["tracked"])
        if overrides.get("disable_css_preprocessing"):
            update["inline_css"] = False
        fields = fields.model_copy(update=update) if update else fields
    layout = message.layout if "layout" in parts else None
    return replace(message, parts=parts, fields=fields, layout=layout)
