"""The Track API: what happens to people, as calls."""

from __future__ import annotations

from simulator.workspace.routes import Route
from simulator.workspace.track import v1, v2

ALL: tuple[Route, ...] = (*v1.ROUTES.all, *v2.ROUTES.all)
