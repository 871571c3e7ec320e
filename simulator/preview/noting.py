"""The very moments at which a journey sends its messages, noted while it is replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from simulator.messages import messages_for
from simulator.rendering.journey_moments import JourneyMoments

if TYPE_CHECKING:
    from simulator.content import Content
    from simulator.engine import Outcome
    from simulator.journeys import Journey
    from simulator.messages import Objects
    from simulator.rendering.moment import RenderMoment
    from simulator.workflow import Node


class NotedMessages:
    """Messages of a replay as ever; *moments* has what each could read, by campaign, message and Unix second."""

    def __init__(self, content: Content) -> None:
        self.moments: dict[tuple[str, str, int], RenderMoment] = {}
        self._messages = messages_for(content, "outcome")
        self._moments = JourneyMoments(content)

    def know_objects(self, objects: Objects) -> None:
        """What `objects.*` reads."""
        self._moments.objects = objects
        self._messages.know_objects(objects)

    def attributes_read(self) -> frozenset[str]:
        """Every attribute of people that some message reads."""
        return self._messages.attributes_read()

    def outcome(self, journey: Journey, node: Node, name: str, at: int) -> Outcome:
        """What becomes of the message."""
        moment = self._moments.moment(journey, name, at)
        # The journey goes on and changes its attributes; the message has seen them as they are now.
        noted = msgspec.structs.replace(moment, journey=dict(moment.journey))
        self.moments[journey.campaign.slug, name, at] = noted
        return self._messages.outcome(journey, node, name, at)

    def text(self, source: str, journey: Journey, at: int) -> tuple[str, str]:
        """A piece of Liquid rendered for the journey."""
        return self._messages.text(source, journey, at)
