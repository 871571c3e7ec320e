"""Which surface and region an address means.

The first parts of a path stand for Customer.io's hosts: `/us/track`, `/eu/app`, `/us/ui`, or without a region, for any.
Without either, the path's own shape tells, so that a client that appends paths to one address works.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from simulator.workspace.routes import Surface

Region = Literal["us", "eu"]
_PREFIXED = re.compile(r"(?:/(us|eu))?/(track|app|ui)(?=/|$)")
_TRACK = re.compile(r"/api/v\d+/|/unsubscribe/")
_UI = re.compile(r"/v1/(?:environments|accounts|service_accounts)(?:/|$)|/design-studio/")


@dataclass(frozen=True, slots=True)
class Address:
    """A surface, the region it was asked in (None: any), and the path there, still percent-encoded."""

    surface: Surface
    region: Region | None
    path: str


def address_of(path: str) -> Address | None:
    """What a request's path means; None when it is no API's.

    Source: the shapes of the three APIs' paths. On a bare path, `/v1/…` is the UI API's where only it has such paths.
    """
    found = _PREFIXED.match(path)
    if found is not None:
        region: Region | None = "us" if found[1] == "us" else "eu" if found[1] == "eu" else None
        return Address(Surface(found[2]), region, path[found.end() :] or "/")
    if _TRACK.match(path):
        return Address(Surface.TRACK, None, path)
    if _UI.match(path):
        return Address(Surface.UI, None, path)
    if path.startswith("/v1/"):
        return Address(Surface.APP, None, path)
    return None
