"""Objects, the data index, subscription channels and tokens, suppressions of a domain, languages of Design Studio."""

from __future__ import annotations

from typing import Any

import pytest
from wire_exchanges import NOW, Wired

from simulator.workspace.content.names import WORKSPACE
from simulator.workspace.documents import Kind
from simulator.workspace.state import exported, imported

ACME = {"object_type_id": "1", "object_id": "acme"}


def know(workspace: Wired, name: str, action: str = "identify", **attributes: Any) -> None:
    workspace.track(type="object", action=action, identifiers={**ACME, "object_id": name}, attributes=attributes)


@pytest.fixture
def objects(workspace: Wired) -> Wired:
    know(workspace, "acme", city="Oslo", seats=5)
    know(workspace, "beta", city="Bergen", seats=5)
    know(workspace, "gamma")
    workspace.track(
        type="person", action="identify", identifiers={"id": "1"}, attributes={"email": "a@example.org"},
        cio_relationships=[{"identifiers": ACME}],
    )  # fmt: skip
    return workspace


def leaf(field: str, operator: str, **more: Any) -> dict[str, Any]:
    return {"object_attribute": {"field": field, "operator": operator, "type_id": "1", **more}}


def found_by(workspace: Wired, tree: Any, query: str = "") -> Any:
    return workspace.app("POST", f"objects{query}", {"object_type_id": 1, "filter": tree}).body


@pytest.mark.parametrize(
    ("tree", "ids"),
    [
        ({"and": []}, ["acme", "beta", "gamma"]),
        ({"or": []}, []),
        (leaf("city", "eq", value="oslo"), ["acme"]),
        (leaf("city", "exists"), ["acme", "beta"]),
        ({"not": leaf("city", "exists")}, ["gamma"]),
        ({"or": [leaf("city", "eq", value="Oslo"), leaf("city", "eq", value="Bergen")]}, ["acme", "beta"]),
        ({"and": [leaf("seats", "eq", value=5), {"not": leaf("city", "eq", value="Oslo")}]}, ["beta"]),
        (leaf("city", "exists", type_id=2), []),
        (leaf("city", "eq", value=[]), []),
    ],
)
def test_a_filter_finds_objects_by_their_attributes(objects: Wired, tree: Any, ids: list[str]) -> None:
    assert found_by(objects, tree)["ids"] == ids


def test_found_objects_come_in_pages(objects: Wired) -> None:
    first = found_by(objects, {"and": []}, "?limit=2")
    rest = found_by(objects, {"and": []}, f"?limit=2&start={first['next']}")
    assert (first["ids"], rest["ids"], rest["next"]) == (["acme", "beta"], ["gamma"], "")
    assert [one["object_id"] for one in first["identifiers"]] == first["ids"]


@pytest.mark.parametrize(
    ("tree", "pointer"),
    [
        (None, "/filter"),
        ({"and": 5}, "/filter/and"),
        ({"and": [{"or": [{}]}]}, "/filter/and/0/or/0"),
        (leaf("", "eq"), "/filter/object_attribute/field"),
        (leaf("a", "gt"), "/filter/object_attribute/operator"),
        (leaf("a", "eq"), "/filter/object_attribute/value"),
    ],
)
def test_a_filter_that_is_none_is_refused_with_its_place(objects: Wired, tree: Any, pointer: str) -> None:
    assert found_by(objects, tree)["errors"][0]["source"]["pointer"] == pointer
    assert objects.app("POST", "objects", {"filter": {"and": []}}).status == 422


def test_an_object_shows_its_attributes_and_when_they_were_set(objects: Wired) -> None:
    objects.account.clock.freeze(NOW + 60)
    know(objects, "acme", city="Bodø")
    shown = objects.app("GET", "objects/1/acme/attributes").body["object"]
    assert (shown["attributes"], shown["timestamps"]) == (
        {"city": "Bodø", "seats": 5},
        {"city": NOW + 60, "seats": NOW},
    )
    number = shown["identifiers"]["cio_object_id"]
    assert objects.app("GET", f"objects/1/{number}/attributes?id_type=cio_object_id").body["object"] == shown
    assert objects.app("GET", "objects/1/none/attributes").status == 404
    assert objects.app("GET", "objects/1/acme/attributes?id_type=name").status == 400


def test_an_object_shows_who_is_related_to_it(objects: Wired) -> None:
    [row] = objects.app("GET", "objects/1/acme/relationships").body["cio_relationships"]
    assert (row["identifiers"]["id"], row["object_type_id"], row["object_type_disabled"]) == ("1", "1", False)
    assert objects.app("GET", "objects/1/beta/relationships").body == {"cio_relationships": [], "next": ""}


def test_what_is_known_of_objects_comes_back_with_the_state(objects: Wired) -> None:
    before = objects.app("GET", "objects/1/acme/attributes").body
    state = exported(objects.account)
    know(objects, "acme", "delete")
    assert objects.app("GET", "objects/1/acme/attributes").status == 404
    imported(objects.account, state)
    objects.server.attach_all()
    assert objects.app("GET", "objects/1/acme/attributes").body == before
    assert exported(objects.account) == state


# --- data index -------------------------------------------------------------------------------------------------------


def test_the_data_index_keeps_what_attributes_and_events_mean(workspace: Wired) -> None:
    rows = [
        {"name": "plan", "description": "What is paid for", "privacy_level": 1},
        {"name": "plan", "object_type_id": 1},
    ]
    assert workspace.app("POST", "data_index/attributes", {"attributes": rows}).status == 204
    workspace.app("POST", "data_index/attributes", {"attributes": [{"name": "plan", "description": "Paid plan"}]})
    kept = workspace.home.documents.all(Kind.ATTRIBUTE_NOTE)
    assert [(one["object_type_id"], one.get("description"), one.get("privacy_level")) for one in kept] == [
        (None, "Paid plan", 1), (1, None, None),
    ]  # fmt: skip
    assert workspace.app("POST", "data_index/events", {"events": [{"name": "signed_up"}]}).status == 204
    assert [one["name"] for one in workspace.home.documents.all(Kind.EVENT_NOTE)] == ["signed_up"]


@pytest.mark.parametrize(
    ("rows", "status", "said"),
    [
        (None, 400, None),
        ([5], 400, None),
        ([], 422, "At least one attribute is required"),
        ([{"name": "a"}] * 101, 422, "Can not update more than 100 attributes at once"),
        ([{"name": "a"}, {"name": ""}], 422, "name is required"),
        ([{"name": "a", "description": "x" * 256}], 422, "description is longer than 255 characters"),
        ([{"name": "a", "privacy_level": 2}], 422, "privacy_level must be 0 or 1"),
    ],
)
def test_the_data_index_takes_all_rows_or_none(workspace: Wired, rows: Any, status: int, said: str | None) -> None:
    reply = workspace.app("POST", "data_index/attributes", {"attributes": rows})
    assert reply.status == status
    assert said is None or reply.body["errors"][0]["detail"] == said
    assert workspace.home.documents.all(Kind.ATTRIBUTE_NOTE) == []


# --- subscriptions ----------------------------------------------------------------------------------------------------


def test_a_token_is_made_for_somebody_who_is_there(objects: Wired) -> None:
    made = objects.app("GET", "subscription_center/a%40example.org/token").body
    assert made["url"].endswith(f"/u/i/{made['token']}/")
    assert objects.app("GET", "subscription_center/1/token").body == made
    unknown = objects.app("GET", "subscription_center/9/token")
    assert (unknown.status, unknown.body) == (400, {"errors": [{"detail": "bad request", "status": "400"}]})


def test_channels_are_those_that_the_files_name(workspace: Wired) -> None:
    assert workspace.app("GET", "subscription_channels").body == {"channels": []}
    workspace.home.documents.put(WORKSPACE, 1, {"id": 1, "channels": {"email": "subscribed", "sms": "unsubscribed"}})
    rows = workspace.app("GET", "subscription_channels").body["channels"]
    assert [(one["id"], one["type"], one["subscribed_by_default"]) for one in rows] == [
        (1, "email", True), (2, "twilio", False),
    ]  # fmt: skip


def test_suppressions_of_a_sending_domain_come_in_pages(workspace: Wired) -> None:
    for name in ("a", "b", "c"):
        workspace.app("POST", f"esp/suppression/bounces/{name}@example.net")
    workspace.ui("POST", "identities", {"identity": {"name": "Us", "email": "us@mail.example.com"}})
    path = "esp/domains/mail.example.com/suppression/bounces"
    first = workspace.app("GET", f"{path}?limit=2").body
    rest = workspace.app("GET", f"{path}?limit=2&start={first['next']}").body
    assert [len(first["suppressions"]), len(rest["suppressions"]), rest["next"]] == [2, 1, ""]
    assert [one["email"] for one in workspace.app("GET", f"{path}?email=B@example.net").body["suppressions"]] == [
        "b@example.net"
    ]
    assert workspace.app("GET", "esp/domains/example.net/suppression/bounces").body["suppressions"] is None
    assert workspace.app("GET", "esp/domains/mail.example.com/suppression/others").status == 404


# --- Design Studio ----------------------------------------------------------------------------------------------------


def test_a_translation_copies_what_it_does_not_say(workspace: Wired) -> None:
    content = {"subject": "Hi", "html": "<p>Hi</p>"}
    email = workspace.app("POST", "design_studio/emails", {"name": "E", "content": content}).body["email"]
    path = f"design_studio/emails/{email['id']}/languages"
    assert workspace.app("GET", path).body == {"email_translations": []}
    made = workspace.app("POST", path, {"language": "fr", "content": {"subject": "Salut"}}).body["email_translation"]
    assert (made["language"], made["content"]["subject"], made["content"]["html"]) == ("fr", "Salut", "<p>Hi</p>")
    assert made["available_languages"] == ["fr"]
    assert workspace.app("PUT", f"{path}/fr", {"content": {"html": "<p>Salut</p>"}}).status == 204
    shown = workspace.app("GET", f"{path}/fr").body["email_translation"]
    assert (shown["content"]["subject"], shown["content"]["html"]) == ("Salut", "<p>Salut</p>")
    assert workspace.app("POST", path, {"language": "fr"}).status == 409
    assert workspace.app("POST", path, {"language": " "}).status == 422
    assert workspace.app("DELETE", f"{path}/fr").status == 204
    assert workspace.app("GET", f"{path}/fr").status == 404
