"""Every route of every surface, and the one that answers a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simulator.workspace.routes import Route, Surface


@dataclass(frozen=True, slots=True)
class Found:
    """A route, and what the path says of its pattern's names."""

    route: Route
    params: Mapping[str, str]


class RouteTable:
    """Looks routes up by surface, method and how many parts the path has."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.all = tuple(routes)
        self._by_shape: dict[tuple[Surface, str, int], list[Route]] = {}
        for route in self.all:
            self._by_shape.setdefault((route.surface, route.method, route.pattern.count("/")), []).append(route)
        for routes_of_shape in self._by_shape.values():
            routes_of_shape.sort(key=lambda route: route.pattern.count("{"))  # a word before a name

    def find(self, surface: Surface, method: str, path: str) -> Found | None:
        """The route that serves a path, which is still percent-encoded."""
        for route in self._by_shape.get((surface, method, path.count("/")), ()):
            params = route.params(path)
            if params is not None:
                return Found(route, params)
        return None

    def methods(self, surface: Surface, path: str) -> list[str]:
        """The methods that a path answers to."""
        return sorted(
            {route.method for route in self.all if route.surface is surface and route.params(path) is not None}
        )
