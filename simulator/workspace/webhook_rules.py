"""What a reporting webhook may be, on either API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

_METRICS: Mapping[str, str] = {
    "email": "drafted attempted sent delivered opened clicked converted unsubscribed bounced dropped spammed failed"
    " undeliverable deferred",
    "push": "drafted attempted sent delivered opened clicked converted bounced dropped failed undeliverable",
    "in_app": "drafted attempted sent opened clicked converted failed undeliverable",
    "sms": "drafted attempted sent delivered clicked converted bounced failed undeliverable replied dropped",
    "whatsapp": "drafted attempted sent delivered opened clicked converted bounced dropped failed undeliverable"
    " replied",
    "slack": "drafted attempted sent clicked converted failed undeliverable",
    "webhook": "drafted attempted sent clicked converted failed undeliverable",
    "customer": "subscribed unsubscribed cio_subscription_preferences_changed",
}
EVENTS = frozenset(f"{channel}_{metric}" for channel, metrics in _METRICS.items() for metric in metrics.split())
"""What can be subscribed to: also four without a documented payload.

Source: reporting webhooks reference.
"""


def webhook_faults(webhook: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with a reporting webhook: the field, and what to say of it.

    Assumed: which values are refused.
    """
    faults = []
    if not str(webhook.get("name") or "").strip():
        faults.append(("name", "name can't be blank"))
    try:
        address = urlsplit(str(webhook.get("endpoint") or ""))
        is_address = address.scheme in ("http", "https") and bool(address.hostname)
    except ValueError:
        is_address = False
    if not is_address:
        faults.append(("endpoint", "endpoint must be an http or https URL"))
    unknown = [name for name in webhook.get("events", ()) if name not in EVENTS]
    faults += [("events", f"unknown event: {name}") for name in unknown]
    return faults
