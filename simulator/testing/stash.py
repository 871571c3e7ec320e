"""What one pytest run keeps of ours: the session all tests share, and the simulations of the test at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from simulator.testing.session import PluginSession
    from simulator.testing.simulation import Simulation

SESSION: pytest.StashKey[PluginSession] = pytest.StashKey()
SIMULATIONS: pytest.StashKey[list[Simulation]] = pytest.StashKey()
"""The simulations of one test, until they are looked at."""


def session_of(config: pytest.Config) -> PluginSession:
    """What all tests of this process share; made, and imported, when the first of them asks."""
    if SESSION not in config.stash:
        from simulator.testing.session import PluginSession

        config.stash[SESSION] = PluginSession(config)
    return config.stash[SESSION]
