"""What is stored of a workspace's content: kinds and shapes, one store for both APIs.

A document has the shape that the UI API shows; the App API's shape is derived from it. Fields the UI API does not show
(`HIDDEN`) stand in the same document and are left out by `shown`. Ids are numbers, but for actions and domains, whose
documents carry them as text, as the UI API does.

- campaign: a campaign or an API-triggered broadcast (`is_broadcast`), without its steps, with `edges` and
  `workflow_action_ids`.
- action: one step. `type` and the type's own keys; `campaign_id` (hidden); `template_id` where it sends something.
- template: one language of one message's content. A default one lists its `translations`: language to template id.
- layout: `body` with `{{ content }}`. snippet: `value`.
- segment: `conditions` is the tree of a `dynamic` one, null for a `manual` one.
- transactional_message: `template_id`; `trigger_name` may stand for its number in sends.
- newsletter: `template_ids`; `filters` as the UI API encodes them, `recipients` as the App API filters. An A/B test's
  `test_groups` stand in the order of `template_ids`, one for each.
- identity, domain: senders, and what they send from.
- webhook_configuration: a reporting webhook.
- subscription_topic, object_type, event_name, collection: as their lists show them; a collection's `data` is hidden.
- broadcast_trigger: one call of a broadcast: `broadcast_id`, `body`, `created`.
- campaign_note: a note on the canvas, with its `campaign_id`.
- export: what was asked for; `file` holds the text.
- esp_suppression: `category`, `email`, `reason`, `status`, `created`.
- design_studio_email, …_component, …_folder: as the App API shows them; their `id` is a text such as `ds_1`. An email
  keeps its other languages in `translations`: language to content, envelope and transformers.
- asset, asset_folder: files and where they lie; an asset's `data` is its bytes as base64.
- import: a CSV file that is taken in row by row; `data_file_url` until it was fetched.
- data_index_attribute, data_index_event: what attributes and events mean.
- workspace_settings: one document, number 1.
- audit_log: who wrote what and when, in the order it happened.
- campaign_version:N: campaign N as it was at each version, with `campaign` and `actions`.

People, deliveries and activities are no documents: the running part keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from simulator.workspace.store import Documents

Json = dict[str, Any]
NOTHING_ENCODED = "JTVCJTVE"
"""How an empty list of conditions is encoded."""


class Kind(StrEnum):
    """The kinds of documents, as the store names them."""

    CAMPAIGN = "campaign"
    ACTION = "action"
    TEMPLATE = "template"
    LAYOUT = "layout"
    SNIPPET = "snippet"
    SEGMENT = "segment"
    TRANSACTIONAL = "transactional_message"
    NEWSLETTER = "newsletter"
    IDENTITY = "identity"
    DOMAIN = "domain"
    WEBHOOK = "webhook_configuration"
    TOPIC = "subscription_topic"
    OBJECT_TYPE = "object_type"
    COLLECTION = "collection"
    EVENT_NAME = "event_name"
    TRIGGER = "broadcast_trigger"
    NOTE = "campaign_note"
    EXPORT = "export"
    SUPPRESSION = "esp_suppression"
    DESIGN_EMAIL = "design_studio_email"
    DESIGN_COMPONENT = "design_studio_component"
    DESIGN_FOLDER = "design_studio_folder"
    ASSET = "asset"
    ASSET_FOLDER = "asset_folder"
    IMPORT = "import"
    ATTRIBUTE_NOTE = "data_index_attribute"
    EVENT_NOTE = "data_index_event"
    SETTINGS = "workspace_settings"
    AUDIT = "audit_log"


def version_kind(campaign_id: int) -> str:
    """The kind under which the versions of one campaign stand, by their number."""
    return f"campaign_version:{campaign_id}"


HIDDEN: Mapping[Kind, frozenset[str]] = {
    Kind.CAMPAIGN: frozenset({"tags", "first_started"}),
    Kind.ACTION: frozenset({"campaign_id"}),
    Kind.TEMPLATE: frozenset({"translations", "body_is_data", "url_parameters"}),
    Kind.LAYOUT: frozenset({"created", "updated", "is_default"}),
    Kind.IDENTITY: frozenset({"created", "updated", "hidden", "template_type", "auto_generated"}),
    Kind.DOMAIN: frozenset({"checks"}),
    Kind.WEBHOOK: frozenset({"type"}),
    Kind.TRANSACTIONAL: frozenset(
        {
            "description", "send_to_unsubscribed", "link_tracking", "open_tracking", "hide_message_body",
            "queue_drafts", "created_at", "updated_at", "trigger_name", "tags",
        }
    ),
    Kind.SEGMENT: frozenset({"archived"}),
    Kind.OBJECT_TYPE: frozenset({"singular_name", "slug", "singular_slug", "icon"}),
    Kind.COLLECTION: frozenset({"data"}),
    Kind.EXPORT: frozenset({"file"}),
}  # fmt: skip
"""What a document holds that the UI API does not show in it."""


def shown(kind: Kind, document: Mapping[str, Any]) -> Json:
    """The document as the UI API shows it."""
    hidden = HIDDEN.get(kind, frozenset())
    if kind is Kind.TEMPLATE and document["template_type"] == "webhook":
        hidden |= {"language", "created", "updated"}
    return {name: value for name, value in document.items() if name not in hidden}


# Messages that a workflow sends: the type of their action, and what the App API calls it.
MESSAGE_ACTIONS: Mapping[str, str] = {
    "email_action": "email",
    "push_action": "push",
    "twilio_action": "twilio",
    "whatsapp_action": "whatsapp",
    "slack_action": "slack",
    "in_app_action": "in_app",
    "webhook_action": "webhook",
}
BRANCHES = frozenset(
    {
        "conditional_branch_action", "multi_split_branch_action", "random_cohort_branch_action",
        "multi_lang_branch_action", "conditional_wait_action",
    }
)  # fmt: skip
"""The types whose outgoing edges are `branch`, told apart by index."""

ACTION_TYPES = frozenset(MESSAGE_ACTIONS) | BRANCHES | {
    "attribute_update_action", "create_event_action", "static_seg_update_action", "batch_update_action",
    "collection_query_action", "delay_seconds_action", "delay_time_window_action", "randomized_delay_action",
    "split_randomized_action", "grace_period_action", "filter_match_delay_action", "exit_action", "llm_action",
    "trigger",
}  # fmt: skip


def is_broadcast(campaign: Mapping[str, Any]) -> bool:
    """Whether a campaign document is an API-triggered broadcast.

    Assumed: of the type `webhook`, which both share, one without a `webhook_id` is a broadcast, and one with it is
    started by what is posted to that hook.
    """
    return campaign["type"] == "triggered_broadcast" or (
        campaign["type"] == "webhook" and not campaign.get("webhook_id")
    )


TRIGGER_FIELDS: Mapping[str, frozenset[str]] = {
    "date": frozenset(
        {
            "date_triggered_attribute", "date_triggered_frequency", "date_triggered_start_time",
            "date_triggered_zone", "date_triggered_fallback_zone", "date_triggered_lead_days",
        }
    ),
    "object": frozenset(
        {"object_campaign", "object_attribute_filters", "object_attribute_triggers", "audience"}
    ),
    "relationship": frozenset(
        {
            "relationship_campaign", "object_attribute_filters", "relationship_attribute_filters",
            "relationship_attribute_triggers", "audience",
        }
    ),
    "webhook": frozenset({"webhook_id", "recipients_filter"}),
    "triggered_broadcast": frozenset({"recipients_filter"}),
}  # fmt: skip
"""The fields of a campaign that only some types of trigger have.

- `date_triggered_frequency` is once, monthly or yearly; `…_start_time` HH:MM; `…_zone` a zone's name or
  `customer_time_zone`; `…_lead_days` counts days before the date, negative ones after it.
- `object_campaign` and `relationship_campaign` are `{"type_id": N}`; the trees of filters and triggers have leaves
  `{"object_attribute": {type_id, field, operator, value}}` or `{"relationship_attribute": {…}}` under `and` and `or`,
  and a trigger's leaf has `"type": "Updated"` beside it, without which it matches nobody.
- `audience` is `{"type": 0|1, "person_filters": tree, "relationship_filters": tree}`: everyone related, or some.
- `recipients_filter` is a filter of the App API: whom a broadcast goes to when a call names nobody.

Assumed: the spelling of all but the names (see the wire reference, "Unknown").
"""


# --- new documents, every field at its default -----------------------------------------------------------------------


def new_campaign(name: str, now: int, **fields: Any) -> Json:
    """A campaign that was just made; *fields* go over the defaults.

    Units: `restart_min_interval` and `conversion_window` are seconds; `created`, `updated`, `first_started` Unix
    seconds.
    Source: UI API, campaign detail. Fields of one trigger alone (`TRIGGER_FIELDS`) are there only where it has them.
    """
    return {
        "name": name, "description": "", "type": "none", "state": "draft", "event": "", "event_type": "",
        "anchors": NOTHING_ENCODED, "filters": NOTHING_ENCODED, "attribute_filters": None, "trigger": None,
        "restart_mode": "rematch", "restart_min_interval": 0, "global_exit_conditions": None,
        "exit_on_trigger_or_filter_not_matched": False, "conversion_event_name": "", "conversion_window": 0,
        "use_message_limits": False, "send_to_unsubscribed": False, "subscription_topic_id": None,
        "frequency_cap_mode": "no_cap", "version": 1, "created": now, "updated": now, "workflow_action_ids": [],
        "edges": [], "tags": [], "first_started": 0, **fields,
    }  # fmt: skip


def new_action(kind: str, now: int, **fields: Any) -> Json:
    """A step of a workflow; *kind* is its `type`.

    Units: `delay`, `min_delay`, `max_delay` are seconds; `cohorts` tenths of a percent.
    Source: UI API, actions by type. Assumed: a message is sent (`automatic`) unless it says otherwise.
    """
    made: Json = {
        "type": kind, "name": "", "action_state": "active", "preconditions": NOTHING_ENCODED, "created": now,
        "updated": now, "subject_count": 0,
    }  # fmt: skip
    if kind in MESSAGE_ACTIONS:
        made |= {
            "template_id": None, "subject": "", "sending_state": "automatic", "tracked": True, "can_convert": True,
            "send_to_unsubscribed": False, "frequency_cap_mode": "no_cap", "has_content": False, "has_subject": False,
        }  # fmt: skip
    if kind == "webhook_action":
        made |= {"has_url": False, "request_method": "post", "hostname": ""}
    return made | _OWN_FIELDS.get(kind, {}) | fields


_OWN_FIELDS: Mapping[str, Json] = {
    "attribute_update_action": {"attribute_name": "", "attribute_value": ""},
    "create_event_action": {"event_name": ""},
    "delay_seconds_action": {"delay": 0},
    "delay_time_window_action": {
        "start_time": "00:00", "end_time": "24:00", "days": [], "zone": "customer_time_zone", "fallback_zone": "UTC",
    },
    "randomized_delay_action": {"min_delay": 0, "max_delay": 0},
    "conditional_wait_action": {"delay": 0, "exit_type": "never", "multi_conditions": []},
    "conditional_branch_action": {"conditions": NOTHING_ENCODED},
    "multi_split_branch_action": {"multi_conditions": []},
    "random_cohort_branch_action": {"cohorts": [], "cohort_names": []},
    "split_randomized_action": {"action_ids": [], "allocations": [], "split_state": "running"},
}  # fmt: skip


def new_template(template_type: str, now: int, **fields: Any) -> Json:
    """The content of a message in one language; *template_type* is `email`, `push`, `twilio`, `webhook` and so on.

    `headers` is a text that holds JSON, a list of `{name, value}`.
    Source: UI API, template detail; a webhook's has its few fields only.
    """
    if template_type == "webhook":
        return {
            "name": "", "template_type": "webhook", "request_method": "post", "url": "", "headers": "[]", "body": "",
            "language": "", "created": now, "updated": now, "translations": {}, **fields,
        }  # fmt: skip
    return {
        "name": "", "template_type": template_type, "editor": "html", "layout_id": None, "from_identity_id": None,
        "reply_to_identity_id": None, "recipient": _RECIPIENTS.get(template_type, ""), "subject": "",
        "preheader_text": "", "body": "", "body_json": "", "body_plain": None, "body_amp": "", "bcc": "", "cc": "",
        "fake_bcc": False, "headers": "[]", "preprocessor": "premailer", "language": "", "template_engine": "liquid",
        "image_url": "", "url": "", "test_group_id": None, "recipient_environment_id": None, "created": now,
        "updated": now, "translations": {}, **fields,
    }  # fmt: skip


_RECIPIENTS: Mapping[str, str] = {
    "email": "{{customer.email}}", "twilio": "{{customer.phone}}", "whatsapp": "{{customer.phone}}",
}  # fmt: skip


def new_layout(name: str, body: str, now: int, **fields: Any) -> Json:
    """A layout; `{{ content }}` marks where the message goes."""
    return {
        "name": name, "body": body, "archived": False, "is_default": False, "created": now, "updated": now, **fields,
    }  # fmt: skip


def new_snippet(name: str, value: str, now: int) -> Json:
    """A snippet; templates include it by its name."""
    return {"name": name, "value": value, "updated_at": now}


def new_segment(name: str, now: int, **fields: Any) -> Json:
    """A manual segment without conditions, or what *fields* say."""
    return {
        "name": name, "description": "", "type": "manual", "state": "complete", "conditions": None, "tags": [],
        "created_at": now, "updated_at": now, "archived": False, **fields,
    }  # fmt: skip


def new_transactional(name: str, now: int, **fields: Any) -> Json:
    """A transactional message; `trigger_name` may stand for its number in sends."""
    return {
        "name": name, "state": "active", "type": "email", "template_id": None, "description": "",
        "send_to_unsubscribed": True, "link_tracking": False, "open_tracking": True, "hide_message_body": False,
        "queue_drafts": False, "created_at": now, "updated_at": now, "trigger_name": None, "tags": [], **fields,
    }  # fmt: skip


def new_newsletter(name: str, now: int, **fields: Any) -> Json:
    """A one-time send: `filters` as the UI API encodes them, `recipients` as the App API filters."""
    return {
        "name": name, "send_state": "drafted", "type": "email", "send_percentage": 100, "send_to_unsubscribed": False,
        "deduped": True, "use_message_limits": False, "subscription_topic_id": None, "filters": NOTHING_ENCODED,
        "recipients": None, "scheduled_at": None, "timezone": "", "sent_at": None, "template_ids": [], "tags": [],
        "created": now, "updated": now, **fields,
    }  # fmt: skip


def new_identity(name: str, email: str, now: int, **fields: Any) -> Json:
    """A sender."""
    return {
        "name": name, "email": email, "hidden": False, "template_type": "email", "auto_generated": False,
        "created": now, "updated": now, **fields,
    }  # fmt: skip


def new_webhook(name: str, endpoint: str, events: Iterable[str], **fields: Any) -> Json:
    """A reporting webhook; an event is `<object type>_<metric>`, such as `email_sent`."""
    return {
        "name": name, "type": "webhook", "endpoint": endpoint, "disabled": False, "full_resolution": True,
        "with_content": False, "events": list(events), **fields,
    }  # fmt: skip


def new_topic(number: int, name: str, **fields: Any) -> Json:
    """A subscription topic; keep it under its own *number*, which is in people's preferences."""
    return {
        "id": number, "identifier": f"topic_{number}", "name": name, "description": "", "subscribed_by_default": True,
        **fields,
    }  # fmt: skip


def new_object_type(name: str, singular_name: str, slug: str, **fields: Any) -> Json:
    """A type of object."""
    return {
        "name": name, "enabled": True, "sent_attributes": [], "sent_rel_attributes": [],
        "singular_name": singular_name, "slug": slug, "singular_slug": slug, "icon": "building", **fields,
    }  # fmt: skip


# --- keeping and finding what belongs together -----------------------------------------------------------------------


def add_action(documents: Documents, campaign_id: int, action: Json) -> Json:
    """Keep a new step of a campaign under a new number; the campaign's own lists are the caller's to write."""
    number = documents.store.new_id(Kind.ACTION)
    kept = {"id": str(number), **{name: value for name, value in action.items() if name != "id"}}
    kept["campaign_id"] = campaign_id
    documents.put(Kind.ACTION, number, kept)
    return kept


def add_message(documents: Documents, campaign_id: int, action: Json, template: Json) -> tuple[Json, Json]:
    """Keep a new message step and its content; gives both as kept, tied to each other."""
    kept = documents.add(Kind.TEMPLATE, template)
    return add_action(documents, campaign_id, {**action, "template_id": kept["id"], **message_marks(kept)}), kept


def message_marks(template: Mapping[str, Any]) -> Json:
    """What an action says of its content: the subject stands on both."""
    if template["template_type"] == "webhook":
        address = str(template["url"]).partition("://")[2]
        return {
            "has_content": bool(template["body"]), "has_url": bool(template["url"]),
            "request_method": template["request_method"], "hostname": address.partition("/")[0],
        }  # fmt: skip
    content = bool(template["body"] or template["body_json"])
    marks: Json = {"has_content": content, "subject": template["subject"], "has_subject": bool(template["subject"])}
    return {**marks, "preheader_text": template["preheader_text"]} if template["preheader_text"] else marks


def add_translation(documents: Documents, default: Json, language: str, now: int, **fields: Any) -> Json:
    """Keep a variant of a default template in another language; it starts as a copy."""
    copied = {name: value for name, value in default.items() if name not in ("id", "translations")}
    kept = documents.add(
        Kind.TEMPLATE, {**copied, "language": language, "created": now, "updated": now, "translations": {}, **fields}
    )
    default["translations"] = {**default["translations"], language: kept["id"]}
    documents.put(Kind.TEMPLATE, default["id"], default)
    return kept


def actions_of(
    documents: Documents, campaign: Mapping[str, Any], known: Mapping[str, Json] | None = None
) -> list[Json]:
    """A campaign's steps in the order of its workflow; *known*, by id, where they were read before."""
    numbers = campaign["workflow_action_ids"]
    if known is not None:
        return [known[number] for number in numbers if number in known]
    found = (documents.get(Kind.ACTION, int(number)) for number in numbers)
    return [action for action in found if action is not None]


def every_action(documents: Documents) -> dict[str, Json]:
    """Every step of every campaign, by id, read at once."""
    return {action["id"]: action for action in documents.all(Kind.ACTION)}


def template_of(documents: Documents, holder: Mapping[str, Any], language: str = "") -> Json | None:
    """The content of an action or a transactional message; *language* "" is the default one."""
    number = holder.get("template_id")
    default = documents.get(Kind.TEMPLATE, number) if number is not None else None
    if default is None or not language:
        return default
    other = default["translations"].get(language)
    return None if other is None else documents.get(Kind.TEMPLATE, other)


def templates_of(documents: Documents, newsletter: Mapping[str, Any]) -> list[Json]:
    """A newsletter's content: the default of each test group, then every language of each."""
    defaults = [one for number in newsletter["template_ids"] if (one := documents.get(Kind.TEMPLATE, number))]
    others = [documents.get(Kind.TEMPLATE, number) for one in defaults for number in one["translations"].values()]
    return [*defaults, *(one for one in others if one is not None)]


def named(documents: Documents, kind: Kind, name: str) -> Json | None:
    """The document of a kind that has a name."""
    return next((one for one in documents.all(kind) if one["name"] == name), None)
