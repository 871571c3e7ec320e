"""What simulations were about, kept from one run to the next in pytest's cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.testing.simulation import Simulation

MEMORY = "mailwright/asked"
"""Where pytest's cache keeps it."""


def asked_in(simulations: Sequence[Simulation]) -> tuple[set[str], set[str]]:
    """The campaigns that simulations asked, and the names of their events."""
    campaigns = {entry.campaign for one in simulations for entry in one.trace if entry.campaign}
    return campaigns, {name for one in simulations for name in one.events}
