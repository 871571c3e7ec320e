"""The App API: content, reads and sends, with the key of one workspace."""

from __future__ import annotations

from simulator.workspace.app_api import (
    actions,
    broadcasts,
    campaigns,
    collections,
    design_studio,
    exports,
    messages,
    metrics,
    newsletters,
    people,
    segments,
    senders,
    sends,
    snippets,
    suppressions,
    transactional,
    webhooks,
    workspaces,
)
from simulator.workspace.routes import Route
from simulator.workspace.writing import in_one_change

_MODULES = (
    campaigns, actions, broadcasts, newsletters, transactional, sends, snippets, segments, senders, webhooks,
    collections, workspaces, people, messages, exports, suppressions, design_studio, metrics,
)  # fmt: skip

ALL: tuple[Route, ...] = in_one_change(route for module in _MODULES for route in module.ROUTES.all)
"""Every route of this API."""
