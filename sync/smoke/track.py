"""As much of the Track API as a smoke test asks: entities, segments, and people deleted again.

Source: Track API reference; a 200 says that a call was accepted, not that it did anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from mailwright.definitions.workspace import Workspace as Settings
from mailwright.diagnostics import ConfigurationError
from sync.clients.keys import TrackKey
from sync.clients.pacing import Pace
from sync.clients.transport import Json, Transport
from sync.opening import TRACK_HOSTS, base_of

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Track:
    """One method per call; every one raises WorkspaceError when the workspace refuses or cannot be reached."""

    transport: Transport

    def send(self, entities: list[Json]) -> None:
        """Send entities, in order."""
        for at in range(0, len(entities), _AT_ONCE):
            self.transport.post("/api/v2/batch", {"batch": entities[at : at + _AT_ONCE]})

    def join(self, segment: int, person: str) -> None:
        """Put somebody into a manual segment."""
        self.transport.post(f"/api/v1/segments/{segment}/add_customers?id_type=id", {"ids": [person]})

    def delete(self, person: str) -> None:
        """Delete somebody; who is not there is deleted already."""
        path = f"/api/v1/customers/{quote(person, safe='')}"
        self.transport.send("DELETE", path, is_repeatable=True)


def track_of(name: str, settings: Settings, environ: Mapping[str, str], pace: Pace) -> Track:
    """The Track API of the workspace called *name*.

    Raises: ConfigurationError when the settings name no keys, or a variable is not set.
    """
    named = settings.track
    if named is None:
        hint = f'[…workspaces.{name}] track = {{ site_id = {{ env = "…" }}, api_key = {{ env = "…" }} }}'
        raise ConfigurationError(f"the settings name no Track API keys of the workspace '{name}'", hint=hint)
    missing = [one.env for one in (named.site_id, named.api_key) if not environ.get(one.env, "").strip()]
    if missing:
        hint = f"set {' and '.join(missing)}"
        raise ConfigurationError(f"no Track API keys of the workspace '{name}' in the environment", hint=hint)
    key = TrackKey(environ[named.site_id.env].strip(), environ[named.api_key.env].strip(), named.api_key.env)
    return Track(Transport("Track API", base_of(settings, TRACK_HOSTS, "track"), key, pace))
