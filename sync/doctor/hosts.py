"""Where the APIs of a workspace are, and where they would be in the other region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from mailwright.definitions.workspace import Workspace as Settings
from sync.clients.pacing import Pace
from sync.clients.transport import Key, Transport
from sync.opening import APP_HOSTS, LOCAL_LIMIT, TRACK_HOSTS, UI_HOSTS, base_of

PATIENCE = 10.0
"""Seconds for one answer: this is a look, not work."""
APP, TRACK, UI = "App API", "Track API", "UI API"
_HOSTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    APP: ("app", APP_HOSTS),
    TRACK: ("track", TRACK_HOSTS),
    UI: ("ui", UI_HOSTS),
}
_OTHER = {"us": "eu", "eu": "us"}


@dataclass(frozen=True, slots=True)
class Hosts:
    """The addresses of one workspace's APIs."""

    settings: Settings
    seam: httpx.BaseTransport | None = None
    pace: Pace = field(default_factory=Pace)  # one for all keys that are tried

    def __post_init__(self) -> None:
        if self.settings.url is not None:
            self.pace.limit = LOCAL_LIMIT

    @property
    def region(self) -> str:
        """The region that the settings ask; empty where a local workspace says none."""
        if self.settings.url is None:
            return self.settings.region or "us"
        last = self.settings.url.rstrip("/").rpartition("/")[2]
        return last if last in _OTHER else ""

    @property
    def other_region(self) -> str:
        """The one that they do not ask; empty where there is no telling."""
        return _OTHER.get(self.region, "")

    def transport(self, surface: str, key: Key, *, other: bool = False) -> Transport | None:
        """A way to one API with some key; None where there is no other region to ask."""
        name, hosts = _HOSTS[surface]
        base = base_of(self.settings, hosts, name)
        if other:
            if not self.other_region:
                return None
            if self.settings.url is None:
                base = hosts[self.other_region]
            else:
                base = base.replace(f"/{self.region}/{name}", f"/{self.other_region}/{name}")
        return Transport(surface, base, key, self.pace, {}, self.seam, timeout=PATIENCE)
