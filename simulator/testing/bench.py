"""A project made ready for many short simulations: compiled once, its templates parsed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.content import Content, compile_content
from simulator.rendering.journey_moments import JourneyMoments
from simulator.rendering.outcome import OutcomeRenderer
from simulator.testing.kept_messages import KeptMessages
from simulator.testing.simulation import Simulation
from simulator.testing.times import MONDAY, Moment, second_of

if TYPE_CHECKING:
    from mailwright.definitions.project import Project

Watch = Callable[[Content], Content]
"""Puts something into compiled content that watches what is asked of it."""


class Bench:
    """One project as one workspace has it.

    Raises: ConfigurationError when there is no such workspace, or an assumption is not one of those there are.
    """

    def __init__(
        self,
        project: Project,
        workspace: str | None = None,
        *,
        watch: Watch | None = None,
        like: Bench | None = None,
    ) -> None:
        content = compile_content(project, workspace)
        self.project = project
        self.content = watch(content) if watch is not None else content
        # *like* is of a project with the same messages.
        self.moments: JourneyMoments = like.moments if like is not None else JourneyMoments(content)
        self.outcomes: OutcomeRenderer = (
            like.outcomes if like is not None else OutcomeRenderer(project, content.workspace, self.moments.rules)
        )

    def simulation(self, at: Moment = MONDAY) -> Simulation:
        """A fresh simulation: nobody there, nothing done; its clock stands at *at*."""
        return Simulation(self.content, KeptMessages(self.moments, self.outcomes), second_of(at))
