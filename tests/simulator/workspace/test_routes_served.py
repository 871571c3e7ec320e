"""What both APIs serve: everything that the reference names, each with its confidence and a word on what it does."""

from __future__ import annotations

import pytest
from wire_exchanges import HOME, exchanges_in

from simulator.workspace import app_api, ui_api
from simulator.workspace.routes import Route, Surface
from simulator.workspace.server.route_table import RouteTable

TABLE = RouteTable((*ui_api.ALL, *app_api.ALL))
ENVIRONMENT = f"/v1/environments/{HOME}/"

# Source: the wire reference, "Routes" of the UI API; what stands in brackets there is written out.
UI_ROUTES = """
GET POST campaigns
GET PUT DELETE campaigns/1
POST campaigns/1/duplicate
GET POST campaigns/1/notes
GET campaigns/1/versions
GET campaigns/1/versions/2
GET POST campaigns/1/triggers
POST campaigns/1/tags
DELETE campaigns/1/tags/new
GET campaigns/1/next
GET campaigns/1/metrics
GET campaigns/1/action_metrics
GET campaigns/1/action_status
GET campaigns/1/channel_metrics
GET campaigns/1/journey_metrics
GET campaigns/1/split_metrics
GET campaigns/1/actions/2
GET campaigns/1/actions/2/metrics
GET PUT actions/1
GET actions/1/metrics
GET actions/1/split_metrics
GET actions/1/subjects
GET actions/1/variables
GET POST templates
GET PUT DELETE templates/1
GET templates/1/variables
GET POST layouts
GET PUT DELETE layouts/1
GET layouts/1/actions
GET layouts/1/newsletters
GET layouts/1/transactional_messages
POST layouts/1/archived
POST layouts/1/default
GET POST snippets
GET PUT DELETE snippets/1
GET snippets/1/usage/abc
GET POST segments
GET PUT DELETE segments/1
GET segments/1/count
GET segments/1/status
GET segments/1/usage
GET segments/1/metrics
PUT segments/1/members
POST segments/1/tags
POST segments/archive
POST segments/unarchive
POST segments/delete
GET segments_usage
GET POST transactional_messages
GET PUT DELETE transactional_messages/1
POST transactional_messages/1/copy
POST transactional_messages/1/translations
POST transactional_messages/1/tags
GET transactional_messages/1/metrics
GET POST newsletters
GET PUT DELETE newsletters/1
POST newsletters/1/copy
POST newsletters/1/forward
POST newsletters/1/translations
POST newsletters/1/tags
GET newsletters/1/templates
GET newsletters/1/segments
GET newsletters/1/schedule
GET newsletters/1/send_status
GET newsletters/1/counts
GET newsletters/1/metrics
GET event_names
POST estimate_conditions
POST events
POST verify/email_template
POST verify/webhook_template
GET POST webhook_configurations
GET PUT DELETE webhook_configurations/1
GET PUT signing_secret
GET PUT settings/workspace
GET POST identities
PUT DELETE identities/1
GET POST domains
DELETE domains/1
POST domains/1/verify
GET deliveries
GET deliveries/abc
GET delivery_details/abc
GET subjects
GET subjects/1
POST force_exit
GET POST object_types
PUT DELETE object_types/1
GET customers
GET exports
GET subscription_topics
GET suppression/bounces
"""
NOT_SERVED = {("POST", "transactional_messages/1/cancel"), ("GET", "imports"), ("GET", "object_types/1/objects")}
"""What the reference names without a word on what it answers: 501, like every route that is not there."""


def asked(text: str) -> list[tuple[str, str]]:
    found = []
    for line in text.strip().splitlines():
        *methods, path = line.split()
        found += [(method, path) for method in methods]
    return found


@pytest.mark.parametrize(("method", "path"), asked(UI_ROUTES))
def test_the_ui_api_serves_what_the_reference_names(method: str, path: str) -> None:
    assert TABLE.find(Surface.UI, method, ENVIRONMENT + path) is not None


@pytest.mark.parametrize(("method", "path"), sorted(NOT_SERVED))
def test_what_is_known_by_name_alone_is_not_served(method: str, path: str) -> None:
    assert TABLE.find(Surface.UI, method, ENVIRONMENT + path) is None


@pytest.mark.parametrize("exchange", [*exchanges_in("fly"), *exchanges_in("app")], ids=str)
def test_every_exchange_has_its_route(exchange) -> None:
    if "/oauth/" in exchange.path:  # the server's own
        return
    assert TABLE.find(Surface(exchange.surface), exchange.method, exchange.path) is not None


@pytest.mark.parametrize("route", TABLE.all, ids=lambda route: f"{route.surface} {route.method} {route.pattern}")
def test_no_route_hides_another(route: Route) -> None:
    found = TABLE.find(route.surface, route.method, route.pattern.replace("{", "").replace("}", ""))
    assert found is not None
    assert found.route.pattern == route.pattern
