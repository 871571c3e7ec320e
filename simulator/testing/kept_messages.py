"""The messages of a simulation: their outcomes at once, their texts when somebody looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any

from simulator.addressed import Addressed
from simulator.rendering.email import Rendered, render_with

if TYPE_CHECKING:
    from simulator.engine import Outcome
    from simulator.journeys import Journey
    from simulator.rendering.journey_moments import JourneyMoments
    from simulator.rendering.moment import RenderMoment
    from simulator.rendering.outcome import OutcomeRenderer
    from simulator.workflow import Node

Made = tuple[str, str, int, str, str, int]
"""Which message: campaign, person, journey, step, name, and the second it was made."""


class KeptMessages:
    """Tells what becomes of each message, and keeps the moment it was made for, so that it can be shown later."""

    def __init__(self, moments: JourneyMoments, outcomes: OutcomeRenderer) -> None:
        self._moments = copy(moments)  # the objects people are related to are this simulation's own
        self._outcomes = outcomes
        self._made: dict[Made, tuple[RenderMoment, str | None]] = {}

    def know_objects(self, objects: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
        """What `objects.*` reads."""
        self._moments.objects = objects

    def attributes_read(self) -> frozenset[str]:
        """Every attribute of people that some message reads."""
        return self._outcomes.attributes_read()

    def outcome(self, journey: Journey, node: Node, name: str, at: int) -> Outcome:
        """Where the message goes, or the first thing that makes it fail."""
        moment = self._moments.moment(journey, name, at)
        slug = journey.campaign.slug
        found = self._outcomes.outcome(slug, name, moment)
        self._made[(slug, journey.person.key, journey.number, node.id, name, at)] = (moment, found.language)
        return Addressed(found.recipient, found.language, found.reason, found.failure)

    def text(self, source: str, journey: Journey, at: int) -> tuple[str, str]:
        """A piece of Liquid rendered for the journey; where it fails, the failure."""
        return self._moments.text(source, journey, at)

    def rendered(self, made: Made) -> Rendered:
        """The message as the person gets it.

        Raises: RenderFault when it fails; LookupError when no such message was made.
        """
        moment, language = self._made[made]
        renderer = self._outcomes.variants.renderer(made[0], made[4], language)
        if renderer is None:
            raise LookupError(f"{made[0]} has no message {made[4]}")
        return render_with(renderer, moment)
