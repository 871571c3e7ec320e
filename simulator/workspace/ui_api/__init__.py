"""The UI API: what the UI itself calls, with a token of a service account."""

from __future__ import annotations

from simulator.workspace.routes import Route
from simulator.workspace.ui_api import (
    accounts,
    actions,
    campaigns,
    deliveries,
    design_studio,
    exports,
    layouts,
    metrics,
    newsletters,
    people,
    segments,
    senders,
    snippets,
    templates,
    transactional,
    verify,
    webhooks,
    workspace,
)
from simulator.workspace.writing import in_one_change

_MODULES = (
    accounts, campaigns, actions, templates, layouts, snippets, segments, transactional, newsletters, senders, webhooks,
    workspace, deliveries, metrics, people, exports, verify, design_studio,
)  # fmt: skip

ALL: tuple[Route, ...] = in_one_change(route for module in _MODULES for route in module.ROUTES.all)
"""Every route of this API."""
