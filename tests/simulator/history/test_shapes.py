"""Every shape that a log may have, one record at a time."""

from __future__ import annotations

from collections import Counter

import pytest

from simulator.history.calls import Call, CallKind, IdType
from simulator.history.making import Reading
from simulator.history.shapes import calls_of

SECOND = 1767225600
ISO = "2026-01-01T00:00:00Z"


def read(record: object) -> tuple[list[Call], list[str]]:
    refused: list[str] = []
    calls = calls_of(record, Reading(7, Counter()), lambda error: refused.append(error.message))
    return list(calls), refused


def one(record: object) -> Call:
    calls, refused = read(record)
    assert refused == []
    assert len(calls) == 1
    assert calls[0].line == 7
    return calls[0]


def request(method: str, path: str, body: object = None, **more: object) -> dict[str, object]:
    return {"method": method, "path": path, "body": body, **more}


EVENT = CallKind.EVENT
CASES = [
    pytest.param(
        {"type": "track", "id": "e1", "person": "42", "name": " went ", "timestamp": SECOND, "at": ISO, "data": {"a": 1}},
        Call(7, EVENT, "42", name="went", data={"a": 1}, at=SECOND, timestamp=SECOND, event_id="e1"),
        id="simple event, name trimmed",
    ),
    pytest.param({"person": 42, "name": "went"}, Call(7, EVENT, "42", name="went"), id="simple event without a type"),
    pytest.param(
        {"type": "event", "email": "a@example.org", "name": "went"},
        Call(7, EVENT, "a@example.org", IdType.EMAIL, "went"),
        id="simple event by email",
    ),
    pytest.param(
        {"type": "track", "anonymous_id": "anon", "name": "went"},
        Call(7, EVENT, name="went", anonymous_id="anon"),
        id="simple anonymous event",
    ),
    pytest.param(
        {"type": "identify", "person": "42", "attributes": {"a": None, "_update": True, "_timestamp": 9, "anonymous_id": "x"}},
        Call(7, CallKind.IDENTIFY, "42", data={"a": None, "anonymous_id": "x"}, timestamp=9, anonymous_id="x", update_only=True),
        id="simple identify with what steers it",
    ),
    pytest.param(
        {"type": "merge", "person": "42", "other": "o@example.org", "other_type": "email"},
        Call(7, CallKind.MERGE, "42", other="o@example.org", other_type=IdType.EMAIL),
        id="simple merge",
    ),
    pytest.param(
        {"type": "join_segment", "person": "42", "other": "9"}, Call(7, CallKind.JOIN_SEGMENT, "42", other="9"), id="simple join"
    ),
    pytest.param(
        {"type": "person", "action": "event", "identifiers": {"cio_id": "a3"}, "name": "went", "attributes": {"a": 1}, "id": "e"},
        Call(7, EVENT, "a3", IdType.CIO_ID, "went", {"a": 1}, event_id="e"),
        id="v2 event",
    ),
    pytest.param(
        {"type": "person", "action": "identify", "identifiers": {"email": "a@example.org"}, "attributes": []},
        Call(7, CallKind.IDENTIFY, "a@example.org", IdType.EMAIL),
        id="v2 identify with an empty list for no attributes",
    ),
    pytest.param(
        {"type": "person", "action": "event", "identifiers": {"anonymous_id": "x"}, "name": "went"},
        Call(7, EVENT, name="went", anonymous_id="x"),
        id="v2 anonymous event",
    ),
    pytest.param(
        {"type": "person", "action": "screen", "identifiers": {"id": "42"}, "name": "Home"},
        Call(7, CallKind.SCREEN, "42", name="Home"),
        id="v2 screen",
    ),
    pytest.param(
        {"type": "person", "action": "merge", "primary": {"id": "42"}, "secondary": {"cio_id": "a3"}, "timestamp": SECOND},
        Call(7, CallKind.MERGE, "42", other="a3", other_type=IdType.CIO_ID, timestamp=SECOND),
        id="v2 merge",
    ),
    pytest.param(
        {"type": "person", "action": "add_device", "identifiers": {"id": "42"}, "device": {"token": "t", "platform": "ios"}},
        Call(7, CallKind.DEVICE, "42", data={"id": "t", "platform": "ios"}),
        id="v2 device, its token under id",
    ),
    pytest.param(
        {
            "type": "person",
            "action": "delete_relationships",
            "identifiers": {"id": "42"},
            "cio_relationships": [{"identifiers": {"object_type_id": 2, "object_id": "p"}}],
        },
        Call(7, CallKind.UNRELATE, "42", name="2", other="p"),
        id="v2 end of a relationship",
    ),
    pytest.param(
        {"type": "object", "action": "delete", "identifiers": {"object_type_id": "1", "object_id": "p"}},
        Call(7, CallKind.OBJECT_GONE, name="1", other="p"),
        id="v2 object deleted",
    ),
    pytest.param(
        {"type": "delivery", "action": "event", "identifiers": {"id": "d"}, "name": "opened"},
        Call(7, CallKind.METRIC, name="opened", other="d"),
        id="v2 delivery",
    ),
    pytest.param(
        request("PUT", "/api/v1/customers/a%40example.org", {"plan": "pro"}, at=SECOND),
        Call(7, CallKind.IDENTIFY, "a@example.org", IdType.EMAIL, data={"plan": "pro"}, at=SECOND),
        id="v1 identify by email in the path",
    ),
    pytest.param(
        request("put", "https://track.example.org/api/v1/customers/cio_a3", '{"id": "43"}'),
        Call(7, CallKind.IDENTIFY, "a3", IdType.CIO_ID, data={"id": "43"}),
        id="v1 identify by cio_id, body as text",
    ),
    pytest.param(
        {"method": "POST", "url": "/api/v1/customers/42/events", "time": ISO, "body": {"name": "went", "timestamp": 5}},
        Call(7, EVENT, "42", name="went", at=SECOND, timestamp=5),
        id="v1 event",
    ),
    pytest.param(
        request("POST", "/api/v1/customers/42/events", {"type": "page", "name": "https://example.org/p"}),
        Call(7, CallKind.PAGE, "42", name="https://example.org/p"),
        id="v1 page view is no event",
    ),
    pytest.param(
        request("POST", "/api/v1/events", {"name": "invite", "data": {"recipient": "f@example.org"}}),
        Call(7, EVENT, name="invite", data={"recipient": "f@example.org"}),
        id="v1 invite event",
    ),
    pytest.param(request("DELETE", "/api/v1/customers/42"), Call(7, CallKind.DELETE, "42"), id="v1 delete"),
    pytest.param(request("POST", "/api/v1/customers/42/suppress", []), Call(7, CallKind.SUPPRESS, "42"), id="v1 suppress"),
    pytest.param(request("POST", "/api/v1/customers/42/unsuppress", {}), Call(7, CallKind.UNSUPPRESS, "42"), id="v1 unsuppress"),
    pytest.param(
        request("PUT", "/api/v1/customers/42/devices", {"device": {"id": "t"}}),
        Call(7, CallKind.DEVICE, "42", data={"id": "t"}),
        id="v1 device",
    ),
    pytest.param(
        request("DELETE", "/api/v1/customers/42/devices/t"), Call(7, CallKind.DEVICE_GONE, "42", data={"id": "t"}), id="v1 device gone"
    ),
    pytest.param(
        request("POST", "/api/v1/merge_customers", {"primary": {"id": "1"}, "secondary": {"email": "o@example.org"}}),
        Call(7, CallKind.MERGE, "1", other="o@example.org", other_type=IdType.EMAIL),
        id="v1 merge",
    ),
    pytest.param(
        request("POST", "/api/v1/segments/40/remove_customers?id_type=email", {"ids": ["a@example.org"]}),
        Call(7, CallKind.LEAVE_SEGMENT, "a@example.org", IdType.EMAIL, other="40"),
        id="v1 out of a segment",
    ),
    pytest.param(
        request("POST", "/api/v1/metrics", {"delivery_id": "d", "metric": "clicked", "timestamp": SECOND, "href": "u"}),
        Call(7, CallKind.METRIC, name="clicked", other="d", data={"href": "u"}, timestamp=SECOND),
        id="v1 metric",
    ),
    pytest.param(
        request("POST", "/api/v1/forms/f9/submit", {"data": {"email": "a@example.org", "q": "x"}}),
        Call(7, CallKind.FORM, "a@example.org", IdType.EMAIL, "f9", {"email": "a@example.org", "q": "x"}),
        id="form",
    ),
    pytest.param(
        request("POST", "/v1/webhook/h7", {"order": 1}), Call(7, CallKind.WEBHOOK, name="h7", data={"order": 1}), id="incoming webhook"
    ),
    pytest.param(
        request(
            "POST",
            "/v1/send/email",
            {"transactional_message_id": 2, "to": "b@example.org", "identifiers": {"id": "1"}, "message_data": {"u": 1}},
        ),
        Call(7, CallKind.TRANSACTIONAL, "1", name="2", data={"u": 1}, other="b@example.org", channel="email"),
        id="transactional send",
    ),
    pytest.param(
        request("POST", "/v1/send/sms", {"transactional_message_id": "hi", "identifiers": {"id": "1"}, "to": "+1", "language": "es"}),
        Call(7, CallKind.TRANSACTIONAL, "1", name="hi", other="+1", channel="sms", beside={"language": "es"}),
        id="transactional send that says more than its data",
    ),
    pytest.param(
        request("POST", "/v1/campaigns/80/triggers", {"data": {"city": "Lisbon"}, "recipients": {"segment": {"id": 17}}}),
        Call(7, CallKind.BROADCAST, name="80", data={"data": {"city": "Lisbon"}, "recipients": {"segment": {"id": 17}}}),
        id="broadcast trigger",
    ),
    pytest.param(
        {"request": request("POST", "/api/v1/customers/42/events", {"name": "went"}), "response": {"status": 200}},
        Call(7, EVENT, "42", name="went"),
        id="an exchange",
    ),
    pytest.param(
        {
            "type": "track", "messageId": "m", "userId": "42", "anonymousId": "x", "event": "went", "properties": {"a": 1},
            "timestamp": "2026-01-01T01:00:00.5+01:00", "receivedAt": "2026-01-01T00:00:09Z",
        },
        Call(7, EVENT, "42", name="went", data={"a": 1}, at=SECOND + 9, timestamp=SECOND, event_id="m", anonymous_id="x"),
        id="Segment track",
    ),
    pytest.param(
        {"type": "identify", "userId": "42", "context": {"traits": {"a": 1, "b": 1}}, "traits": {"b": 2}, "sentAt": ISO},
        Call(7, CallKind.IDENTIFY, "42", data={"a": 1, "b": 2}, timestamp=SECOND),
        id="Segment identify, context traits under traits",
    ),
    pytest.param(
        {"type": "identify", "anonymousId": "x", "traits": {"email": "a@example.org"}},
        Call(7, CallKind.IDENTIFY, "a@example.org", IdType.EMAIL, data={"email": "a@example.org"}, anonymous_id="x"),
        id="Segment identify of somebody anonymous who gives an email",
    ),
    pytest.param(
        {"type": "page", "user_id": "42", "message_id": "m", "name": "Pricing", "properties": {"url": "https://example.org/p"}},
        Call(7, CallKind.PAGE, "42", name="https://example.org/p", data={"url": "https://example.org/p"}, event_id="m"),
        id="Segment page, named by its URL",
    ),
    pytest.param(
        {"type": "screen", "userId": "42", "name": "Home"}, Call(7, CallKind.SCREEN, "42", name="Home"), id="Segment screen"
    ),
    pytest.param(
        {"type": "alias", "userId": "42", "previousId": "41"}, Call(7, CallKind.MERGE, "42", other="41"), id="Segment alias"
    ),
    pytest.param(
        {
            "event_id": "w", "object_type": "email", "metric": "opened", "timestamp": SECOND,
            "data": {"identifiers": {"id": "42"}, "delivery_id": "d"},
        },
        Call(
            7, CallKind.METRIC, "42", name="opened", timestamp=SECOND, event_id="w", other="d",
            data={"identifiers": {"id": "42"}, "delivery_id": "d", "object_type": "email"},
        ),
        id="reporting webhook",
    ),
    pytest.param(
        {"event_type": "email_opened", "timestamp": SECOND, "data": {"customer_id": "42", "delivery_id": "d"}},
        Call(
            7, CallKind.METRIC, "42", name="opened", timestamp=SECOND, other="d",
            data={"customer_id": "42", "delivery_id": "d", "object_type": "email"},
        ),
        id="reporting webhook of the older form",
    ),
    pytest.param(
        {"id": "9", "type": "event", "name": "went", "timestamp": 5, "customer_id": "42", "customer_identifiers": None, "data": {"a": 1}},
        Call(7, EVENT, "42", name="went", data={"a": 1}, timestamp=5, event_id="9"),
        id="activity: event",
    ),
    pytest.param(
        {"type": "attribute_change", "customer_identifiers": {"id": "42"}, "timestamp": 5, "data": {"plan": {"from": "a", "to": "b"}}},
        Call(7, CallKind.IDENTIFY, "42", data={"plan": "b"}, timestamp=5),
        id="activity: attribute change",
    ),
    pytest.param(
        {"type": "opened_email", "customer_identifiers": {"id": "42"}, "delivery_id": "d", "timestamp": 5},
        Call(7, CallKind.METRIC, "42", name="opened", other="d", timestamp=5),
        id="activity: opened",
    ),
    pytest.param(
        {"customer_id": "42", "internal_customer_id": "a3", "attribute_name": "plan", "attribute_value": "pro"},
        Call(7, CallKind.IDENTIFY, "42", data={"plan": "pro"}),
        id="warehouse attribute",
    ),
    pytest.param(
        {"customer_id": "42", "internal_customer_id": "a3", "email_addr": "a@example.org", "updated_at": 5},
        Call(7, CallKind.IDENTIFY, "42", data={"email": "a@example.org", "cio_id": "a3"}, timestamp=5),
        id="warehouse person",
    ),
    pytest.param(
        {"customer_id": "42", "internal_customer_id": "a3", "suppressed": True}, Call(7, CallKind.SUPPRESS, "42"), id="warehouse suppressed"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("record", "expected"), CASES)
def test_a_record_of_any_shape_becomes_its_call(record, expected):
    assert one(record) == expected


def test_an_identify_also_relates_the_person_to_objects():
    relationship = {
        "identifiers": {"object_type_id": "1", "object_id": "p"},
        "relationship_attributes": {"role": "lead"},
    }
    record = {
        "type": "person",
        "action": "identify",
        "identifiers": {"id": "42"},
        "cio_relationships": [relationship],
        "timestamp": 5,
    }
    calls, refused = read(record)
    assert refused == []
    assert [call.kind for call in calls] == [CallKind.IDENTIFY, CallKind.RELATE]
    assert calls[1] == Call(7, CallKind.RELATE, "42", name="1", other="p", data={"role": "lead"}, timestamp=5)


def test_an_older_identify_wraps_its_relationships():
    body = {
        "cio_relationships": {"action": "delete_relationships", "relationships": [{"identifiers": {"object_id": "p"}}]}
    }
    calls, _ = read(request("PUT", "/api/v1/customers/42", body))
    assert [(call.kind, call.data) for call in calls] == [(CallKind.IDENTIFY, {}), (CallKind.UNRELATE, {})]


def test_an_object_comes_with_the_people_related_to_it():
    record = {
        "type": "object",
        "action": "identify",
        "identifiers": {"object_type_id": "1", "object_id": "p"},
        "attributes": {"name": "Beach"},
        "cio_relationships": [{"identifiers": {"id": "42"}}],
    }
    calls, _ = read(record)
    assert [(call.kind, call.person, call.name, call.other) for call in calls] == [
        (CallKind.OBJECT, None, "1", "p"),
        (CallKind.RELATE, "42", "1", "p"),
    ]


def test_a_group_is_an_object_with_a_member():
    calls, _ = read({"type": "group", "userId": "42", "groupId": "g", "traits": {"name": "Club", "objectTypeId": "3"}})
    assert [(call.kind, call.person, call.name, call.other) for call in calls] == [
        (CallKind.OBJECT, None, "3", "g"),
        (CallKind.RELATE, "42", "3", "g"),
    ]


def test_adding_to_a_segment_is_one_call_for_each_person():
    calls, _ = read(request("POST", "/api/v1/segments/40/add_customers", {"ids": ["1", 2]}))
    assert [(call.kind, call.person, call.other) for call in calls] == [
        (CallKind.JOIN_SEGMENT, "1", "40"),
        (CallKind.JOIN_SEGMENT, "2", "40"),
    ]


def test_a_delivery_is_one_metric_for_each_state_in_order_of_time():
    calls, _ = read(
        {"id": "d", "customer_identifiers": {"id": "42"}, "type": "email", "metrics": {"opened": 9, "sent": 5}}
    )
    assert [(call.name, call.timestamp, call.other) for call in calls] == [("sent", 5, "d"), ("opened", 9, "d")]


@pytest.mark.parametrize("wrapper", ["batch", "activities"])
def test_a_batch_keeps_its_good_items_and_tells_of_the_bad(wrapper):
    calls, refused = read({wrapper: [{"person": "1", "name": "a"}, {"person": "1"}, 5, {"person": "2", "name": "b"}]})
    assert [call.name for call in calls] == ["a", "b"]
    assert [message[:19] for message in refused] == ["item 2 of the batch", "item 3 of the batch"]


def test_a_logged_batch_gives_each_item_the_time_of_receipt():
    items = [{"type": "person", "action": "delete", "identifiers": {"id": "1"}}]
    call = one(request("POST", "/api/v2/batch", {"batch": items}, at=SECOND))
    assert call == Call(7, CallKind.DELETE, "1", at=SECOND)


def test_a_request_that_only_reads_is_passed_over_and_counted():
    notes: Counter[str] = Counter()
    assert list(calls_of(request("GET", "/v1/customers/1/attributes"), Reading(1, notes), pytest.fail)) == []
    assert notes == {"request-that-only-reads": 1}


REFUSED = [
    pytest.param(5, "a record must be an object", id="a number"),
    pytest.param(None, "a record must be an object", id="null"),
    pytest.param({}, "'type' is missing", id="empty"),
    pytest.param({"type": "dance"}, "'type' is none that is known", id="unknown type"),
    pytest.param({"type": ["track"]}, "'type' must be a text, and is a list", id="type is a list"),
    pytest.param({"type": "track", "person": "1"}, "'name' is missing", id="no name"),
    pytest.param({"type": "track", "person": "1", "name": "  "}, "'name' is missing", id="blank name"),
    pytest.param({"type": "track", "name": "a"}, "'person' is missing", id="nobody"),
    pytest.param({"person": True, "name": "a"}, "'person' must be a text, and is true or false", id="person true"),
    pytest.param(
        {"person": "1", "name": "a", "data": 5}, "'data' must be an object, and is a number", id="data a number"
    ),
    pytest.param(
        {"person": "1", "name": "a", "data": "x"}, "'data' must be an object, and is a text", id="data a text"
    ),
    pytest.param({"person": "1", "name": "a", "timestamp": "soon"}, "'timestamp' is not a time", id="no time"),
    pytest.param({"person": "1", "name": "a", "timestamp": True}, "'timestamp' is true or false", id="time is true"),
    pytest.param({"person": "1", "name": "a", "id_type": "phone"}, "'id_type' is none that is known", id="id type"),
    pytest.param({"person": "1", "type": "merge"}, "'other' is missing", id="merge with nobody"),
    pytest.param({"type": "person", "identifiers": {"id": "1"}}, "'action' is missing", id="no action"),
    pytest.param(
        {"type": "person", "action": "hug", "identifiers": {"id": "1"}}, "'action' is none that is known", id="action"
    ),
    pytest.param(
        {"type": "person", "action": "event", "name": "a"}, "the identifiers name nobody", id="no identifiers"
    ),
    pytest.param({"type": "object", "action": "identify"}, "'identifiers.object_id' is missing", id="no object id"),
    pytest.param(
        {
            "type": "person",
            "action": "merge",
            "primary": {"id": "1", "email": "a@example.org"},
            "secondary": {"id": "2"},
        },
        "'primary' has more than one identifier",
        id="merge with two identifiers",
    ),
    pytest.param(
        {"type": "person", "action": "add_device", "identifiers": {"id": "1"}, "device": {}},
        "'id' is missing",
        id="device",
    ),
    pytest.param({"type": "track", "userId": "1"}, "'event' is missing", id="Segment without event"),
    pytest.param({"type": "track", "event": "a", "properties": {}}, "'userId' is missing", id="Segment nobody"),
    pytest.param({"type": "alias", "userId": "1"}, "an alias needs", id="alias"),
    pytest.param({"type": "group", "userId": "1", "traits": {}}, "'groupId' is missing", id="group"),
    pytest.param({"type": "walked_by", "customer_identifiers": {"id": "1"}}, "the activity's type", id="activity"),
    pytest.param({"metric": "", "data": {}}, "'metric' is missing", id="webhook without metric"),
    pytest.param(request("POST", "/api/v1/nothing"), "the request is none that changes a person", id="unknown path"),
    pytest.param(
        request("POST", "/api/v1/customers//events", {"name": "a"}), "the path names nobody", id="path without id"
    ),
    pytest.param(request("POST", "http://[oops", {}), "the request's address cannot be read", id="broken address"),
    pytest.param(
        request("POST", "/api/v1/events", {"name": "a"}), "the event has neither", id="anonymous without anything"
    ),
    pytest.param(
        request("PUT", "/api/v1/customers/1", {}, status=401), "the request was refused", id="refused request"
    ),
    pytest.param(
        request("POST", "/api/v1/segments/4/add_customers", {"ids": "1"}), "'ids' must be a list", id="ids a text"
    ),
    pytest.param(
        request("POST", "/v1/send/email", {"to": "a@example.org"}), "the identifiers name nobody", id="send to nobody"
    ),
]


@pytest.mark.parametrize(("record", "message"), REFUSED)
def test_a_record_that_is_no_call_is_refused_with_a_reason(record, message):
    calls, refused = read(record)
    assert calls == []
    assert len(refused) == 1
    assert refused[0].startswith(message)


def test_a_reason_never_shows_a_value_of_the_record():
    secret = "rosa@example.org"
    for record in (
        {"type": secret},
        {"person": secret, "name": "a", "timestamp": secret},
        {"person": secret, "name": {"x": secret}},
        {"type": "person", "action": secret, "identifiers": {"email": secret}},
        request("POST", f"/api/v1/customers/{secret}/dance", {"x": secret}),
    ):
        _, refused = read(record)
        assert refused
        assert secret not in refused[0]
