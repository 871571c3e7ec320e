"""The fields of an action that a request may write, by its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.documents import MESSAGE_ACTIONS, Json
from simulator.workspace.ui_api.bodies import ANY, FLAG, LIST, MAYBE_TEXT, NUMBER, TEXT, Fields, checked

COMMON: Fields = {
    "id": TEXT + NUMBER, "type": TEXT, "sub_type": MAYBE_TEXT, "name": TEXT, "preconditions": MAYBE_TEXT,
    "action_state": TEXT,
}  # fmt: skip

MESSAGE: Fields = {
    "sending_state": TEXT, "tracked": FLAG, "can_convert": FLAG, "send_to_unsubscribed": FLAG,
    "frequency_cap_mode": TEXT, "subject": MAYBE_TEXT, "preheader_text": MAYBE_TEXT, "subscription_topic_id": ANY,
    "retry_over_limit": FLAG, "use_message_limits": FLAG,
}  # fmt: skip

OF_TYPE: Mapping[str, Fields] = {
    "webhook_action": {"request_method": TEXT},
    "attribute_update_action": {
        "attribute_name": TEXT, "attribute_value": ANY, "attributes": ANY, "person_id": ANY,
    },
    "create_event_action": {"event_name": TEXT, "event_data": ANY, "person_id": ANY},
    "delay_seconds_action": {"delay": NUMBER},
    "delay_time_window_action": {
        "start_time": TEXT, "end_time": TEXT, "days": LIST, "zone": TEXT, "fallback_zone": TEXT,
    },
    "randomized_delay_action": {"min_delay": NUMBER, "max_delay": NUMBER},
    "conditional_wait_action": {"delay": NUMBER, "exit_type": TEXT, "multi_conditions": LIST, "branch_names": LIST},
    "conditional_branch_action": {"conditions": TEXT},
    "multi_split_branch_action": {"multi_conditions": LIST, "branch_names": LIST},
    "random_cohort_branch_action": {"cohorts": LIST, "cohort_names": LIST},
    "split_randomized_action": {"action_ids": LIST, "allocations": LIST, "split_state": TEXT},
    "exit_action": {},
}  # fmt: skip
"""What each type has of its own.

Assumed: `branch_names`, `attributes`, `event_data` and `person_id`.
"""
UNDESCRIBED = frozenset(
    {
        "static_seg_update_action", "batch_update_action", "collection_query_action", "multi_lang_branch_action",
        "grace_period_action", "filter_match_delay_action", "llm_action", "trigger",
    }
)  # fmt: skip
"""Types of which no source shows the own fields: whatever is sent is kept.

Assumed: for them there is no telling what is unknown.
"""


def fields_of(kind: str) -> Fields:
    """Every field that an action of this type takes, where they are known."""
    own = OF_TYPE.get(kind, {})
    return {**COMMON, **MESSAGE, **own} if kind in MESSAGE_ACTIONS else {**COMMON, **own}


def known_fields(kind: str, raw: Mapping[str, Any]) -> Json:
    """What a request says of an action of this type that the action can take.

    Raises: Refusal (422) for a value of the wrong type.
    """
    fields = fields_of(kind)
    if kind in UNDESCRIBED:
        fields = {**dict.fromkeys(raw.keys() - SERVERS_OWN, ANY), **fields}
    return checked({name: value for name, value in raw.items() if name in fields}, fields)


SERVERS_OWN = frozenset(
    {
        "created", "updated", "subject_count", "template_id", "has_content", "has_subject", "has_url", "hostname",
        "campaign_id", "started", "parent_action_id",
    }
)  # fmt: skip
"""Read with an action, and dropped when written."""

EVERY_FIELD: Fields = {
    **dict.fromkeys(SERVERS_OWN, ANY), **COMMON, **MESSAGE,
    **{name: ANY for own in OF_TYPE.values() for name in own},
}  # fmt: skip
"""What the endpoint knows, whatever the type: the rest is unknown to a strict request."""


def unknown_fields(raw: Mapping[str, Any]) -> list[str]:
    """What of an action the endpoint does not know; of a type that is not described, nothing is unknown."""
    kind = raw.get("type")
    if isinstance(kind, str) and kind in UNDESCRIBED:
        return []
    return [name for name in raw if name not in EVERY_FIELD]
