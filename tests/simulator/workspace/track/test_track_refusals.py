from __future__ import annotations

import json
from typing import Any

import pytest

V1_LIMITS = [
    pytest.param("PUT", "/api/v1/customers/" + "x" * 151, {}, "id may have 150 bytes", id="a long id"),
    pytest.param("PUT", "/api/v1/customers/1", {"n" * 151: 1}, "an attribute's name may have 150 bytes", id="a long name"),
    pytest.param("PUT", "/api/v1/customers/1", {"bio": "é" * 501}, "an attribute's value may have 1000 bytes", id="bytes, not letters"),
    pytest.param("PUT", "/api/v1/customers/1", {f"a{n}": n for n in range(301)}, "a person may have 300 attributes", id="many"),
    pytest.param("POST", "/api/v1/customers/1/events", {"name": "n" * 101}, "name may have 100 bytes", id="a long event name"),
    pytest.param("POST", "/api/v1/customers/1/events", {"name": "n", "data": {"t": "x" * 100_000}}, "data may have 100000 bytes", id="much data"),
    pytest.param("POST", "/api/v1/segments/7/add_customers", {"ids": ["1"] * 1001}, "ids may have 1000 entries", id="many ids"),
    pytest.param("POST", "/api/v1/segments/7/add_customers", {}, "ids is required", id="no ids"),
    pytest.param("POST", "/api/v1/events", {"name": "x", "data": {}}, "identifiers", id="nobody"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "said"), V1_LIMITS)
def test_version_1_refuses_with_a_list_of_sentences(serving, method: str, path: str, body: Any, said: str):
    reply = serving.track(method, path, body)
    assert reply.status_code == 400
    [sentence] = reply.json()["meta"]["errors"]
    assert said in sentence or "recipient" in sentence


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[1]",
        b'"text"',
        b'{"a": 1e999}',
        b"\xff\xfe",
        b'{"a": "\\ud800"}',
        b"[" * 5000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
    ],
    ids=["cut off", "a list", "a text", "not finite", "not UTF-8", "half a character", "deep and cut off", "deep"],
)
@pytest.mark.parametrize(
    "path", ["/api/v1/customers/1/events", "/api/v2/entity", "/api/v2/batch", "/api/v1/merge_customers"]
)
def test_what_is_no_object_is_a_400_and_never_a_500(serving, path: str, body: bytes):
    auth = (serving.prod["site_id"], serving.prod["track_key"])
    reply = serving.client.post(f"/track{path}", content=body, auth=auth)
    assert reply.status_code == 400
    assert set(reply.json()) in ({"meta"}, {"errors"})


def test_an_entity_over_32_kilobytes_is_refused(serving):
    body = {
        "type": "person",
        "action": "event",
        "identifiers": {"id": "1"},
        "name": "n",
        "attributes": {"t": "x" * 32_768},
    }
    assert serving.track("POST", "/api/v2/entity", body).status_code == 413
    body["attributes"]["t"] = "x" * 32_000
    assert serving.track("POST", "/api/v2/entity", body).status_code == 200


def test_a_batch_over_500_kilobytes_is_refused_whole(serving):
    one = {
        "type": "person",
        "action": "event",
        "identifiers": {"id": "1"},
        "name": "n",
        "attributes": {"t": "x" * 1000},
    }
    count = 500 * 1024 // len(json.dumps(one))
    assert serving.track("POST", "/api/v2/batch", {"batch": [one] * (count - 5)}).status_code == 200
    assert serving.track("POST", "/api/v2/batch", {"batch": [one] * (count + 5)}).status_code == 413


def test_a_batch_takes_its_good_entries_and_names_the_others(serving):
    good = {"type": "person", "action": "identify", "identifiers": {"id": "7"}, "attributes": {"plan": "pro"}}
    bad = [
        {"type": "person", "action": "event", "identifiers": {"id": "7"}},
        "text",
        {"type": "person", "action": "merge"},
    ]
    reply = serving.track("POST", "/api/v2/batch", {"batch": [bad[0], good, bad[1], bad[2]]})
    assert reply.status_code == 207
    assert [error["batch_index"] for error in reply.json()["errors"]] == [0, 2, 3]
    assert all(set(error) == {"batch_index", "reason", "field", "message"} for error in reply.json()["errors"])


def test_a_form_is_answered_without_a_body(serving):
    reply = serving.track("POST", "/api/v1/forms/newsletter/submit", {"data": {"email": "a@example.org"}})
    assert (reply.status_code, reply.content) == (204, b"")


@pytest.mark.parametrize("path", ["/api/v1/metrics", "/api/v1/push/events"])
def test_metrics_need_no_key_and_unknown_deliveries_are_accepted_in_silence(serving, path: str):
    reply = serving.client.post(f"/track{path}", json={"delivery_id": "nobody-sent-this", "metric": "opened"})
    assert (reply.status_code, reply.json()) == (200, {})


def test_a_wrong_key_on_a_metric_is_looked_at_all_the_same(serving):
    reply = serving.client.post(
        "/track/api/v1/metrics", json={"delivery_id": "d", "metric": "opened"}, auth=("no", "body")
    )
    assert (reply.status_code, reply.content) == (401, b"")
