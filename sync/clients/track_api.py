"""The Track API of one workspace: what happens to people, in batches.

Source: Track API reference; a 200 says that a call was accepted, not that it did anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from sync.clients.transport import Json, Reply, Transport


@dataclass(frozen=True, slots=True)
class TrackApi:
    """One method per call; every one raises WorkspaceError when the workspace refuses or is not there."""

    transport: Transport

    def region(self) -> Json:
        """Where the workspace of the key lives: `region`, `environment_id`, `url`."""
        return self.transport.get("/api/v1/accounts/region").object("")  # it comes bare

    def batch(self, written: bytes) -> Reply:
        """Send many entities, once, *written* as JSON: `{"batch": […]}`; 207 lists the entries that were not taken."""
        return self.transport.ask("POST", "/api/v2/batch", written)
