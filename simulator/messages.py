"""How a replay asks for messages: rendered in full, only whether they can be, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

from simulator.addressed import Addressed

if TYPE_CHECKING:
    from simulator.content import CompiledCampaign, Content
    from simulator.engine import Outcome
    from simulator.journeys import Cause, Journey
    from simulator.people import Person
    from simulator.rendering.outcome_keys import Read
    from simulator.workflow import Node

Objects = Mapping[tuple[str, str], Mapping[str, Any]]
ReadClass = Callable[["Person", "Cause"], Hashable | None]
"""From a journey's person and cause to its class: alike for two of one campaign, alike what becomes of its messages.

None where only a render tells. For causes that name no recipient.
"""
_ADDRESSES = {"email": "email", "ab_test": "email", "sms": "phone", "whatsapp": "phone"}
MODES = ("all", "outcome", "none")


class Unrendered:
    """Messages without their text: only their address is looked at."""

    def know_objects(self, objects: Objects) -> None:
        """No text, no objects."""

    def attributes_read(self) -> frozenset[str]:
        """None beside the addresses."""
        return frozenset()

    def deciding_reads(self, campaign: str, name: str) -> Sequence[Read] | None:
        """None beside the addresses."""
        return ()

    def class_reader(self, campaign: CompiledCampaign, nodes: Iterable[Node]) -> ReadClass | None:
        """What tells journeys apart by their addresses alone."""
        names = sorted({_ADDRESSES[node.kind] for node in nodes if node.kind in _ADDRESSES})

        def read(person: Person, cause: Cause) -> Hashable | None:
            return tuple([_is_address(person.attributes.get(name)) for name in names])

        return read

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

    def deciding_reads(self, campaign: str, name: str) -> Sequence[Read] | None:
        """What a template reads that decides; None where only rendering tells, and where everything is rendered."""
        return None if self._whole else self._outcomes.deciding_reads(campaign, name)

    def class_reader(self, campaign: CompiledCampaign, nodes: Iterable[Node]) -> ReadClass | None:
        """What tells journeys apart by their messages; None where only rendering does, or everything is rendered."""
        from simulator.rendering.class_reading import class_reader

        if self._whole:
            return None
        names = [node.file for node in nodes]
        return class_reader(self._outcomes, self._moments, campaign.slug, campaign.trigger_kind, names)

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
    name = _ADDRESSES.get(kind)
    if name is None:
        return None
    found = journey.person.attributes.get(name)
    if name == "email":
        override = cause.recipient or (cause.event or {}).get("recipient")
        found = override if _is_address(override) else found
    return found if _is_address(found) else None


def _is_address(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value != ""


def messages_for(content: Content, mode: str) -> Unrendered | Rendering:
    """What renders the messages of a replay in that mode."""
    if mode == "none":
        return Unrendered()
    if mode in MODES:
        return Rendering(content, whole=mode == "all")
    raise ValueError(f"no way of rendering is called {mode!r}")
