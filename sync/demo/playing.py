"""An event log sent to a local workspace as it once happened: the clock moves on to each call, then the call comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sync.demo.local_server import LocalServer

Json = dict[str, Any]
REPORTED = {
    "email": "drafted attempted sent delivered opened clicked unsubscribed bounced dropped failed undeliverable",
    "push": "drafted attempted sent opened clicked bounced dropped failed undeliverable",
    "in_app": "drafted attempted sent opened clicked failed undeliverable",
    "sms": "drafted attempted sent delivered clicked bounced failed undeliverable",
    "slack": "drafted attempted sent clicked failed undeliverable",
    "webhook": "drafted attempted sent clicked failed undeliverable",
    "customer": "subscribed unsubscribed",
}
"""What a reporting webhook is asked to tell, so that a comparison lacks nothing."""


def play(server: LocalServer, name: str, calls: Iterable[Mapping[str, Any]], until: int | None = None) -> None:
    """Send *calls* (rows of a log of `identify` and `track` with `timestamp`), then let time run on to *until*.

    Units: Unix seconds. Raises: WorkspaceError when the workspace refuses.
    """
    for call in calls:
        server.admin("POST", "/_clock", {"to": int(call["timestamp"])})
        server.track(name, entity(call))
    if until is not None:
        server.admin("POST", "/_clock", {"to": until})
    server.admin("POST", "/_settle")


def entity(call: Mapping[str, Any]) -> Json:
    """A row of a log as the Track API takes it in a batch."""
    found: Json = {"type": "person", "identifiers": {"id": call["person"]}, "timestamp": int(call["timestamp"])}
    if call["type"] == "identify":
        return found | {"action": "identify", "attributes": call["attributes"]}
    found |= {"action": "event", "name": call["name"], "attributes": call.get("data", {})}
    return found | ({"id": call["id"]} if "id" in call else {})


def report_to(server: LocalServer, name: str, endpoint: str) -> None:
    """Have a workspace tell *endpoint* of all that becomes of deliveries and subscriptions.

    Raises: WorkspaceError when the workspace refuses.
    """
    events = [f"{channel}_{metric}" for channel, metrics in REPORTED.items() for metric in metrics.split()]
    server.by_app(name, "POST", "reporting_webhooks", {
        "name": "verify", "endpoint": endpoint, "events": events, "disabled": False, "full_resolution": True,
        "with_content": False,
    })  # fmt: skip
