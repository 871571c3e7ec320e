"""What a render is told beside the message and the moment: the workspace's settings, what we assume, the limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mailwright.definitions.assumptions import Assumptions, assumptions_from
from mailwright.definitions.project import Project
from mailwright.definitions.workspace import Workspace
from mailwright.dialect.faults import Limits
from mailwright.dialect.settings import DialectAssumptions, Links


@dataclass(frozen=True, slots=True)
class RenderRules:
    """The settings of one workspace as rendering sees them."""

    sender: str | None = None  # the From of emails that name none
    url_parameters: Mapping[str, str] = field(default_factory=dict)
    wrong_namespace: Literal["blank", "fail"] = "blank"
    limits: Limits = field(default_factory=Limits)
    links: Links = field(default_factory=Links)
    dialect: DialectAssumptions = field(default_factory=DialectAssumptions)
    wrap_links: bool = False  # show links as the redirects that a tracked link becomes
    with_text: bool = True  # also make the plain-text part


def rules_for(project: Project, workspace: Workspace) -> RenderRules:
    """The rules of one workspace of a project.

    Raises: ConfigurationError when an assumption is set to what it cannot be.
    """
    assumptions = assumptions_from(project.settings.assumptions)
    return RenderRules(
        sender=workspace.sender,
        url_parameters=workspace.url_parameters,
        wrong_namespace=assumptions.wrong_namespace,
        dialect=dialect_assumptions(assumptions),
    )


def dialect_assumptions(assumptions: Assumptions) -> DialectAssumptions:
    """What the project assumes of Customer.io's Liquid."""
    return DialectAssumptions(
        numeric_offset_positive_is="west" if assumptions.numeric_zone_sign == "west_positive" else "east",
        latest_division="integer" if assumptions.integer_division == "floor" else "fraction",
    )
