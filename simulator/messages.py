"""How a replay asks for messages: rendered in full, only whether they can be, or not at all."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from simulator.addressed import Addressed

if TYPE_CHECKING:
    from simulator.content import Content
    from simulator.engine import Outcome
    from simulator.journeys import Journey
    from simulator.rendering.outcome_keys import Read
    from simulator.workflow import Node

Objects = Mapping[tuple[str, str], Mapping[str, Any]]
MODES = ("all", "outcome", "none")


class Unrendered:
    """Messages without their text: only their address is looked at."""

    def know_objects(self, objects: Objects) -> None:
        """No text, no objects."""

    def attributes_read(self) -> frozenset[str]:
        """None beside the addresses."""
        return frozenset()

    def render_class(self, journey: Journey, node: Node, name: str, at: int) -> Hashable | None:
        """All alike."""
        return ""

    def deciding_reads(self, campaign: str, name: str) -> Sequence[Read] | None:
        """None beside the addresses."""
        return ()

    def outcome(self, journey: Journey, node: Node, name: str, at: int) -> Outcome:
        """Where the message goes, or that there is no address."""
        recipient = address_of(journey, node.kind)
        if recipient is None and node.kind in ("email", "ab_test", "sms", "whatsapp"):
            return Addressed(reason="missing_recipient", failure="the person has no address")
        return Addressed(recipient)

    def text(self, source: str, journey: Journey, at: int) -> tuple[str, str]:
        """The source itself."""
        return source, ""


class Rendering:
    """Messages as people get them: rendered *whole*, or told by what decides whether they can be rendered.

    Both give the same outcomes; telling them renders one message of each class of people, not every one.
    """

    def __init__(self, content: Content, *, whole: bool) -> None:
        # Only a replay that renders pays for Liquid's import.
        from simulator.rendering.journey_moments import JourneyMoments
        from simulator.rendering.outcome import OutcomeRenderer
        from simulator.rendering.whole import whole_outcome

        self._moments = JourneyMoments(content)
        self._outcomes = OutcomeRenderer(content.project, content.workspace, self._moments.rules)
        self._whole_outcome = whole_outcome
        self._whole = whole

    def know_objects(self, objects: Objects) -> None:
        """What `objects.*` reads."""
        self._moments.objects = objects

    def attributes_read(self) -> frozenset[str]:
        """Every attribute of people that some message reads."""
        return self._outcomes.attributes_read()

    def render_class(self, journey: Journey, node: Node, name: str, at: int) -> Hashable | None:
        """What decides the outcome; None where only rendering tells, and where everything is rendered."""
        if self._whole:
            return None
        return self._outcomes.render_class(journey.campaign.slug, name, self._moments.moment(journey, name, at))

    def deciding_reads(self, campaign: str, name: str) -> Sequence[Read] | None:
        """What a template reads that decides; None where only rendering tells, and where everything is rendered."""
        return None if self._whole else self._outcomes.deciding_reads(campaign, name)

    def outcome(self, journey: Journey, node: Node, name: str, at: int) -> Outcome:
        """Where the message goes, or the first thing that makes it fail."""
        moment = self._moments.moment(journey, name, at)
        if self._whole:
            return self._whole_outcome(self._outcomes.variants, journey.campaign.slug, name, moment)
        return self._outcomes.outcome(journey.campaign.slug, name, moment)

    def text(self, source: str, journey: Journey, at: int) -> tuple[str, str]:
        """A piece of Liquid rendered for the journey; where it fails, the failure."""
        return self._moments.text(source, journey, at)


def address_of(journey: Journey, kind: str) -> str | None:
    """Where a message of that kind goes unless it says otherwise.

    Source: Customer.io docs: event data `recipient` overrides the campaign (semantics R95).
    """
    cause = journey.cause
    if kind in ("email", "ab_test"):
        override = cause.recipient or (cause.event or {}).get("recipient")
        found = override if isinstance(override, str) and override else journey.person.attributes.get("email")
    elif kind in ("sms", "whatsapp"):
        found = journey.person.attributes.get("phone")
    else:
        return None
    return found if isinstance(found, str) and found else None


def messages_for(content: Content, mode: str) -> Unrendered | Rendering:
    """What renders the messages of a replay in that mode."""
    if mode == "none":
        return Unrendered()
    if mode in MODES:
        return Rendering(content, whole=mode == "all")
    raise ValueError(f"no way of rendering is called {mode!r}")
