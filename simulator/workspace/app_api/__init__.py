"""The App API: content, reads and sends, with the key of one workspace."""

from __future__ import annotations

from simulator.workspace.app_api import (
    actions,
    assets,
    broadcasts,
    campaigns,
    collections,
    data_index,
    design_languages,
    design_studio,
    exports,
    imports,
    messages,
    metrics,
    newsletter_contents,
    newsletter_tests,
    newsletters,
    objects,
    people,
    segments,
    senders,
    sends,
    snippets,
    subscription_center,
    suppressions,
    transactional,
    webhooks,
    workspaces,
)
from simulator.workspace.routes import Route
from simulator.workspace.writing import in_one_change

_MODULES = (
    campaigns, actions, broadcasts, newsletters, newsletter_contents, newsletter_tests, transactional, sends, snippets,
    segments, senders, webhooks, collections, workspaces, people, objects, messages, exports, imports, suppressions,
    design_studio, design_languages, metrics, data_index, assets, subscription_center,
)  # fmt: skip

ALL: tuple[Route, ...] = in_one_change(route for module in _MODULES for route in module.ROUTES.all)
"""Every route of this API."""
