"""Every event of the wire reference, made from what it says and compared with it whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.workspace.reporting.payloads import Reported, message_event, person_event, ulid
from simulator.workspace.reporting.signing import signature

WIRE = Path(__file__).parents[3] / "data" / "wire" / "webhooks"
PARENTS = (
    "action_id", "campaign_id", "journey_id", "trigger_event_id", "broadcast_id", "trigger_id", "newsletter_id", "content_id",
    "transactional_message_id",
)  # fmt: skip
NEWER = {"campaign_name", "campaign_tags", "template_id"}


def events(*files: str) -> list[Any]:
    return [
        pytest.param(event, id=f"{file}: {name}")
        for file in files
        for name, event in json.loads((WIRE / f"{file}.json").read_text(encoding="utf-8"))["events"].items()
    ]


def reported(event: dict[str, Any]) -> Reported:
    data = event["data"]
    devices = data.get("recipients", [])
    failures = [device["failure_message"] for device in devices if "failure_message" in device]
    return Reported(
        channel=event["object_type"],
        delivery_id=data["delivery_id"],
        identifiers=data["identifiers"],
        parent={name: data[name] for name in PARENTS if name in data},
        recipient=data.get("recipient", "nobody"),
        subject=data.get("subject", ""),
        failure_message=data.get("failure_message", *failures[:1]) if failures or "failure_message" in data else "",
        devices=tuple({name: one[name] for name in ("device_id", "device_platform")} for one in devices),
        content=data.get("content", ""),
        headers={name: values[0] for name, values in data.get("headers", {}).items()},
        details=data,
    )


@pytest.mark.parametrize(
    "event", events("email", "push", "in_app", "sms", "whatsapp", "slack", "webhook", "email_sent_parents")
)
def test_an_event_about_a_message_is_what_the_reference_shows(event: dict[str, Any]):
    made = message_event(
        reported(event), event["metric"], event["timestamp"], 1, with_content="content" in event["data"]
    )
    newer = NEWER & event["data"].keys()
    assert made["data"] == {name: value for name, value in event["data"].items() if name not in newer}
    assert {**made, "event_id": "", "data": ""} == {**event, "event_id": "", "data": ""}


# The local workspace serves no subscription centre, so nobody chooses topics from within a message.
PEOPLE = [event for event in events("customer") if "delivery_id" not in event.values[0]["data"]]


@pytest.mark.parametrize("event", PEOPLE)
def test_an_event_about_a_person_is_what_the_reference_shows(event: dict[str, Any]):
    topics = json.loads(event["data"]["content"])["topics"] if "content" in event["data"] else None
    made = person_event(event["data"]["identifiers"], event["metric"], event["timestamp"], 1, topics)
    assert {**made, "event_id": ""} == {**event, "event_id": ""}


@pytest.mark.parametrize("vector", json.loads((WIRE / "signature_vectors.json").read_text(encoding="utf-8"))["vectors"])
def test_a_signature_is_over_the_very_bytes(vector: dict[str, Any]):
    stamp = int(vector["headers"]["X-CIO-Timestamp"])
    assert signature(vector["signing_key"], stamp, vector["raw_body"].encode()) == vector["headers"]["X-CIO-Signature"]


def test_ids_of_events_sort_by_time_and_are_the_same_for_the_same_event():
    ids = [ulid(at, source) for at, source in ((1, "b"), (2, "a"), (1_767_225_600, "a"), (4_000_000_000, "a"))]
    assert ids == sorted(ids)
    assert {len(one) for one in ids} == {26}
    assert ulid(7, "a") == ulid(7, "a") != ulid(7, "b")
