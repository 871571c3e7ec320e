"""A workspace in which an exchange of the reference makes sense, made from the exchange itself.

One function for each kind of thing that an answer holds, by the name it stands under; none knows a single exchange.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from wire_exchanges import NOW

from simulator.workspace.app_api.campaigns import TYPES
from simulator.workspace.documents import (
    MESSAGE_ACTIONS,
    Json,
    Kind,
    new_action,
    new_campaign,
    new_identity,
    new_layout,
    new_newsletter,
    new_object_type,
    new_segment,
    new_snippet,
    new_template,
    new_transactional,
    new_webhook,
)
from simulator.workspace.encoding import encode
from simulator.workspace.store import Documents

APP_ACTIONS = {app: ui for ui, app in MESSAGE_ACTIONS.items()} | {"attribute_update": "attribute_update_action"}
APP_TRIGGERS = {app: ui for ui, app in TYPES.items() if ui != "behavioral"}


def number(value: Any) -> int:
    """An id as a number, whatever it travels as."""
    return int(re.sub(r"\D", "", str(value)) or 0)


def put(documents: Documents, kind: Kind, document: Json) -> None:
    documents.put(kind, number(document["id"]), document)


def _over(made: Json, row: Mapping[str, Any]) -> Json:
    return {**made, **row}


# --- what the UI API shows -------------------------------------------------------------------------------------------


def campaign(documents: Documents, row: Json, beside: Json) -> None:
    put(documents, Kind.CAMPAIGN, _over(new_campaign("", NOW), row) | {"tags": beside.get("tags", [])})


def action(documents: Documents, row: Json, campaign_id: int = 0) -> None:
    put(documents, Kind.ACTION, _over(new_action(row["type"], NOW), row) | {"campaign_id": campaign_id})
    if row.get("template_id") and documents.get(Kind.TEMPLATE, row["template_id"]) is None:
        made = new_template(MESSAGE_ACTIONS[row["type"]], NOW, id=row["template_id"], name=row["name"])
        made |= {name: row[name] for name in ("subject", "preheader_text") if name in made and row.get(name)}
        if row.get("has_content"):
            made["body"] = "<p>Some content</p>"
        put(documents, Kind.TEMPLATE, made)


def template(documents: Documents, row: Json, _: Json) -> None:
    made = _over(new_template(row.get("template_type", "email"), NOW), row)
    put(documents, Kind.TEMPLATE, made)
    if made.get("layout_id") and documents.get(Kind.LAYOUT, made["layout_id"]) is None:
        put(documents, Kind.LAYOUT, new_layout("Some layout", "{{ content }}", NOW, id=made["layout_id"]))


def _plain(kind: Kind, made: Callable[[Json], Json]) -> Callable[[Documents, Json, Json], None]:
    def seed(documents: Documents, row: Json, _: Json) -> None:
        put(documents, kind, _over(made(row), row))

    return seed


def domain(documents: Documents, row: Json, _: Json) -> None:
    checks = {name: value for name, value in row.items() if name.startswith("verified_")}
    put(documents, Kind.DOMAIN, {"id": row["id"], "domain": row["domain"], "checks": checks})


def object_type(documents: Documents, row: Json, _: Json) -> None:
    put(
        documents,
        Kind.OBJECT_TYPE,
        _over(new_object_type(row["name"], "Thing", "things"), row) | {"id": number(row["id"])},
    )


def segment(documents: Documents, row: Json, _: Json) -> None:
    # What was being built when it was shown is built by now.
    put(documents, Kind.SEGMENT, _over(new_segment("", NOW), row) | {"state": "complete"})


def one_action(documents: Documents, row: Json, _: Json) -> None:
    known = documents.get(Kind.ACTION, number(row["id"])) or {"campaign_id": 66}
    action(documents, row, known["campaign_id"])
    kept = documents.get(Kind.TEMPLATE, row.get("template_id") or 0)
    if kept is not None and row.get("has_content"):
        put(documents, Kind.TEMPLATE, {**kept, "body": kept["body"] or "<p>Some content</p>"})


UI: Mapping[str, Callable[[Documents, Json, Json], None]] = {
    "campaign": campaign,
    "campaigns": lambda documents, row, _: campaign(documents, row, {}) if isinstance(row, dict) else None,
    "template": template,
    "templates": template,
    "layout": _plain(Kind.LAYOUT, lambda row: new_layout("", "", NOW)),
    "layouts": _plain(Kind.LAYOUT, lambda row: new_layout("", "", NOW)),
    "snippet": _plain(Kind.SNIPPET, lambda row: new_snippet("", "", NOW)),
    "snippets": _plain(Kind.SNIPPET, lambda row: new_snippet("", "", NOW)),
    "segment": segment,
    "segments": segment,
    "action": one_action,
    "transactional_message": _plain(Kind.TRANSACTIONAL, lambda row: new_transactional("", NOW)),
    "transactional_messages": _plain(Kind.TRANSACTIONAL, lambda row: new_transactional("", NOW)),
    "newsletter": _plain(Kind.NEWSLETTER, lambda row: new_newsletter("", NOW)),
    "identity": _plain(Kind.IDENTITY, lambda row: new_identity("", "", NOW)),
    "identities": _plain(Kind.IDENTITY, lambda row: new_identity("", "", NOW)),
    "domain": domain,
    "domains": domain,
    "webhook_configuration": _plain(Kind.WEBHOOK, lambda row: new_webhook("", "", [])),
    "webhook_configurations": _plain(Kind.WEBHOOK, lambda row: new_webhook("", "", [])),
    "event_names": _plain(Kind.EVENT_NAME, lambda row: {}),
    "object_types": object_type,
}

# --- what the App API shows ------------------------------------------------------------------------------------------


def app_campaign(documents: Documents, row: Json, _: Json) -> None:
    kind = "triggered_broadcast" if row["type"] == "triggered_broadcast" else APP_TRIGGERS[row["type"]]
    common = ("id", "name", "description", "created", "updated", "state", "first_started", "tags")
    made = new_campaign("", NOW, type=kind) | {name: row[name] for name in common if name in row}
    made["workflow_action_ids"] = [str(one["id"]) for one in row["actions"]]
    made |= _app_trigger(row, kind)
    templates = {one["id"] for one in row.get("msg_templates", [])}
    for one in row["actions"]:
        app_action(documents, {**one, "id": str(one["id"]), "campaign_id": row["id"], "name": ""}, {}, templates)
    put(documents, Kind.CAMPAIGN, made)


def _app_trigger(row: Json, kind: str) -> Json:
    made: Json = {"event": row.get("event_name", "")}
    asked = [
        {"type": "segments_negatable", "segments": [one], "negate": False} for one in row.get("filter_segment_ids", [])
    ]
    if kind == "seg_attr":
        leaves = [{"segment": {"id": one}} for one in row["trigger_segment_ids"]]
        leaves += [{"segment": {"id": one}, "inverse": True} for one in row["filter_segment_ids"]]
        made["trigger"] = {"and": leaves}
    elif asked:
        made["filters"] = encode(asked)
    if kind == "date":
        by_person = row["use_customer_timezone"]
        made |= {
            "date_triggered_attribute": row["date_attribute"], "date_triggered_frequency": row["frequency"],
            "date_triggered_zone": "customer_time_zone" if by_person else row["timezone"],
            "date_triggered_fallback_zone": row["timezone"],
            "date_triggered_start_time": f"{row['start_hour']:02}:{row['start_minutes']:02}", "date_triggered_lead_days": 0,
        }  # fmt: skip
    if "object_type_id" in row:
        made[f"{kind}_campaign"] = {"type_id": row["object_type_id"]}
    for name in ("object", "relationship"):
        if f"filter_{name}_attributes" in row:
            made[f"{name}_attribute_filters"] = json.loads(row[f"filter_{name}_attributes"])
    return made | {name: row[name] for name in ("audience", f"{kind}_attribute_triggers") if name in row}


def _sender(documents: Documents, row: Json) -> None:
    """The senders that a content names, by number and address."""
    for text, key in (("from", "from_id"), ("reply_to", "reply_to_id")):
        if row.get(key) is not None and documents.get(Kind.IDENTITY, row[key]) is None:
            name, _, email = row.get(text, "").rstrip(">").partition(" <")
            put(documents, Kind.IDENTITY, new_identity(name or "Some", email or "some@example.org", NOW, id=row[key]))


def app_template(documents: Documents, row: Json, number_of_it: int) -> Json:
    """The content that a row of the App API shows, and the layout and senders it names."""
    _sender(documents, row)
    kind = row["type"]
    made = new_template(kind, row.get("created", NOW), id=number_of_it, name=row.get("name", ""))
    made |= {name: row[name] for name in made if name in row and name not in ("id", "template_type")}
    if kind == "webhook":
        made["request_method"] = row.get("method", "post")
    else:
        made |= {"from_identity_id": row.get("from_id"), "reply_to_identity_id": row.get("reply_to_id")}
    if kind != "webhook" and "updated" not in row and "deduplicate_id" in row:
        made["updated"] = number(row["deduplicate_id"].partition(":")[2])
    if row.get("layout"):
        put(documents, Kind.LAYOUT, new_layout("Some layout", row["layout"], NOW, id=70 + number_of_it))
        made["layout_id"] = 70 + number_of_it
    put(documents, Kind.TEMPLATE, made)
    return made


def app_action(documents: Documents, row: Json, _: Json, templates: set[int] | None = None) -> None:
    if not isinstance(row, dict) or "type" not in row:
        return
    kind = APP_ACTIONS[row["type"]]
    own = number(row["id"])
    known = documents.get(Kind.ACTION, own)
    made = known or new_action(
        kind, row.get("created", NOW), id=str(own), campaign_id=row["campaign_id"], name=row["name"]
    )
    made |= {name: row[name] for name in ("updated", "sending_state") if name in row and name in made}
    if kind in MESSAGE_ACTIONS and not row.get("language"):
        made["template_id"] = app_template(documents, row, templates.pop() if templates else 5000 + own)["id"]
    elif kind in MESSAGE_ACTIONS:
        # A variant: the default has to be there too.
        default = documents.get(Kind.TEMPLATE, 5000 + own) or app_template(
            documents, {**row, "language": ""}, 5000 + own
        )
        variant = app_template(documents, row, 6000 + own)
        put(
            documents,
            Kind.TEMPLATE,
            {**default, "translations": {**default["translations"], row["language"]: variant["id"]}},
        )
        made["template_id"] = default["id"]
    put(documents, Kind.ACTION, made)
    holder = documents.get(Kind.CAMPAIGN, row["campaign_id"]) or new_campaign(
        "Some", NOW, id=row["campaign_id"], type="transactional"
    )
    holder["workflow_action_ids"] = list(dict.fromkeys([*holder["workflow_action_ids"], str(own)]))
    put(documents, Kind.CAMPAIGN, holder)


def app_content(documents: Documents, row: Json, _: Json) -> None:
    made = app_template(documents, row, row["id"] if not row.get("language") else row["id"] + 1000)
    if row.get("language"):
        default = app_template(documents, {**row, "language": ""}, row["id"])
        put(documents, Kind.TEMPLATE, {**default, "translations": {row["language"]: made["id"]}})
    if "newsletter_id" in row:
        put(documents, Kind.NEWSLETTER, new_newsletter("Some", NOW, id=row["newsletter_id"], template_ids=[row["id"]]))


def app_transactional(documents: Documents, row: Json, _: Json) -> None:
    if "customer_id" not in row:  # else it is a delivery
        put(documents, Kind.TRANSACTIONAL, _over(new_transactional("", NOW), row))


def app_newsletter(documents: Documents, row: Json, _: Json) -> None:
    leaves = [{"segment": {"id": one}} for one in row["recipient_segment_ids"]]
    made = new_newsletter("", NOW) | {name: row[name] for name in new_newsletter("", NOW) if name in row}
    made |= {"id": row["id"], "template_ids": row["content_ids"], "recipients": {"and": leaves}}
    put(documents, Kind.NEWSLETTER, made)


def app_segment(documents: Documents, row: Json, _: Json) -> None:
    made = new_segment("", NOW) | {name: value for name, value in row.items() if name in new_segment("", NOW)}
    put(documents, Kind.SEGMENT, {**made, "id": row["id"], "state": "complete", "tags": row["tags"] or []})


def app_sender(documents: Documents, row: Json, _: Json) -> None:
    made = new_identity("", "", NOW) | {name: row[name] for name in new_identity("", "", NOW) if name in row}
    made["updated"] = number(row["deduplicate_id"].partition(":")[2])
    put(documents, Kind.IDENTITY, {**made, "id": row["id"]})


def app_snippet(documents: Documents, row: Json, _: Json) -> None:
    known = {one["name"] for one in documents.all(Kind.SNIPPET)}
    if row["name"] not in known:
        documents.add(Kind.SNIPPET, dict(row))


def app_collection(documents: Documents, row: Json, _: Json) -> None:
    put(documents, Kind.COLLECTION, {**row, "data": []})


def suppression(documents: Documents, row: Json, beside: Json) -> None:
    documents.add(Kind.SUPPRESSION, {**row, "category": beside["category"]})


def design(documents: Documents, row: Json, _: Json) -> None:
    known = documents.get(Kind.DESIGN_EMAIL, number(row["id"])) or {}
    put(documents, Kind.DESIGN_EMAIL, {**known, **row})


def export(documents: Documents, row: Json, _: Json) -> None:
    put(documents, Kind.EXPORT, {**row, "status": "done", "file": ""})


APP: Mapping[str, Callable[[Documents, Json, Json], None]] = {
    "campaign": app_campaign,
    "campaigns": app_campaign,
    "broadcasts": app_campaign,
    "action": app_action,
    "actions": app_action,
    "message": app_transactional,
    "messages": app_transactional,
    "newsletter": app_newsletter,
    "newsletters": app_newsletter,
    "contents": app_content,
    "content": app_content,
    "snippet": app_snippet,
    "snippets": app_snippet,
    "segment": app_segment,
    "segments": app_segment,
    "sender_identities": app_sender,
    "reporting_webhooks": _plain(Kind.WEBHOOK, lambda row: new_webhook("", "", [])),
    "collection": app_collection,
    "collections": app_collection,
    "topics": _plain(Kind.TOPIC, lambda row: {}),
    "types": object_type,
    "suppressions": suppression,
    "email": design,
    "emails": design,
    "export": export,
    "exports": export,
}
