"""Bodies that no client would send: known names with values of any kind."""

from __future__ import annotations

import random
from typing import Any

NAMES = (
    "name", "type", "update_type", "edges", "conditions", "multi_conditions", "filters", "trigger", "attribute_filters",
    "anchors", "state", "id", "ids", "email", "emails", "recipients", "and", "or", "not", "segment", "attribute", "field",
    "operator", "value", "subject", "body", "body_json", "headers", "from_id", "layout_id", "events", "endpoint", "data",
    "identifiers", "to", "send_at", "attachments", "transactional_message_id", "per_user_data", "scheduled_at", "delay",
    "exit_type", "preconditions", "from", "index", "content", "filter", "language", "tag", "note", "add", "remove",
    "template_id", "event_data", "copy_to_env", "customer_ids", "campaign_id", "customer_id", "url", "method", "domain",
    "global_exit_conditions", "restart_min_interval", "cohorts", "action_ids", "audience", "object_campaign", "event",
    "sending_state", "message_data", "ids", "start", "end", "attributes", "metric", "tags", "description",
)  # fmt: skip
WRAPPERS = (
    "campaign", "action", "actions", "template", "layout", "snippet", "segment", "transactional_message", "newsletter",
    "identity", "domain", "webhook_configuration", "object_type", "subscription_topic", "workspace", "environment", "node",
)  # fmt: skip
UPDATES = (
    "recipients", "add_actions", "delete_actions", "edges", "save_action", "exit_conditions", "exit_and_conversion",
    "global_settings", "state", "main", "channel", "schedule", "cancel", "send",
)  # fmt: skip
TEXTS = (
    "",
    "x",
    "42",
    "eq",
    "running",
    "transactional",
    "email_action",
    "JTVCJTVE",
    "a@example.org",
    "-1",
    "<b>",
    "\0",
    "\ud800",
    "%",
    "[]",
    "automatic",
    "conditional_wait_action",
    "{% if",
    "segments_negatable",
)
NUMBERS: tuple[Any, ...] = (0, 1, -1, 17, 61, 1.5, 2**63, 10**30, True, False, None)


def any_value(chance: random.Random, depth: int = 0) -> Any:
    """A value of any kind."""
    kind = chance.randrange(6 if depth < 3 else 2)
    match kind:
        case 0:
            return chance.choice(TEXTS)
        case 1:
            return chance.choice(NUMBERS)
        case 2 | 3:
            return [any_value(chance, depth + 1) for _ in range(chance.randrange(3))]
        case _:
            return {chance.choice(NAMES): any_value(chance, depth + 1) for _ in range(chance.randrange(4))}


def any_body(chance: random.Random) -> Any:
    """A body of any kind, most often an object, often with a wrapper and an `update_type`."""
    if chance.random() < 0.1:
        return any_value(chance)
    inner = {chance.choice(NAMES): any_value(chance) for _ in range(chance.randrange(6))}
    if chance.random() < 0.4:
        inner["update_type"] = chance.choice(UPDATES)
    if chance.random() < 0.4:
        inner["name"] = "Some"
    wrapped = {chance.choice(WRAPPERS): inner for _ in range(2)}
    beside = {chance.choice((*NAMES, *WRAPPERS)): any_value(chance) for _ in range(chance.randrange(3))}
    return {**wrapped, **beside} if chance.random() < 0.7 else inner


def bent(chance: random.Random, value: Any, often: float = 0.15) -> Any:
    """A value much like *value*: here and there something else stands in it, or is gone."""
    if chance.random() < often:
        return any_value(chance, 2)
    if isinstance(value, dict):
        return {name: bent(chance, part, often) for name, part in value.items() if chance.random() > often / 3}
    if isinstance(value, list):
        return [bent(chance, part, often) for part in value for _ in range(chance.choice((1, 1, 1, 0, 2)))]
    return value
