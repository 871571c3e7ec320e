"""Languages and A/B test groups of one-time sends."""

from __future__ import annotations

import pytest
from wire_exchanges import Wired

EVERYONE = {"and": [{"attribute": {"field": "email", "operator": "exists"}}]}
FRENCH = {"language": "fr", "subject": "Mai", "body": "<p>Mai</p>", "body_plain": "Mai", "sending_state": "off"}


@pytest.fixture
def send(workspace: Wired) -> int:
    body = {
        "name": "May", "type": "email", "recipients": EVERYONE, "subject": "May", "body": "<p>May</p>",
        "from": "Us <us@example.org>",
    }  # fmt: skip
    return int(workspace.app("POST", "newsletters", body).body["newsletter"]["id"])


def people(workspace: Wired, count: int) -> None:
    for at in range(count):
        attributes = {"email": f"p{at}@example.org"}
        workspace.track(type="person", action="identify", identifiers={"id": str(at)}, attributes=attributes)


def test_a_language_starts_as_a_copy_with_what_the_call_says(workspace: Wired, send: int) -> None:
    made = workspace.app("POST", f"newsletters/{send}/language", FRENCH)
    content = made.body["content"]
    assert (made.status, content["language"], content["subject"], content["from"]) == (
        200, "fr", "Mai", "Us <us@example.org>",
    )  # fmt: skip
    assert workspace.app("GET", f"newsletters/{send}/language/fr").body["content"]["body"] == "<p>Mai</p>"
    assert len(workspace.app("GET", f"newsletters/{send}/contents").body["contents"]) == 2
    assert workspace.app("POST", f"newsletters/{send}/language", FRENCH).status == 422


def test_a_language_needs_its_name_a_subject_and_a_body(workspace: Wired, send: int) -> None:
    reply = workspace.app("POST", f"newsletters/{send}/language", {"language": "fr", "subject": 5})
    assert reply.status == 422
    assert [one["source"]["pointer"] for one in reply.body["errors"]] == ["/subject", "/body"]
    wrong = workspace.app("POST", f"newsletters/{send}/language", {**FRENCH, "from_id": 999})
    assert wrong.status == 422
    assert len(workspace.app("GET", f"newsletters/{send}/contents").body["contents"]) == 1


def test_a_language_can_go_but_the_default_one_cannot(workspace: Wired, send: int) -> None:
    workspace.app("POST", f"newsletters/{send}/language", FRENCH)
    assert workspace.app("DELETE", f"newsletters/{send}/language/fr").status == 204
    assert workspace.app("DELETE", f"newsletters/{send}/language/fr").status == 404
    assert workspace.app("GET", f"newsletters/{send}/language/fr").status == 400
    [content] = workspace.app("GET", f"newsletters/{send}/contents").body["contents"]
    workspace.ui("PUT", f"templates/{content['id']}", {"template": {"language": "en"}})
    assert workspace.app("DELETE", f"newsletters/{send}/language/en").status == 400


def test_a_sent_one_takes_no_variants_any_more(workspace: Wired, send: int) -> None:
    workspace.app("POST", f"newsletters/{send}/send", {})
    assert workspace.app("POST", f"newsletters/{send}/language", FRENCH).status == 400
    assert workspace.app("POST", f"newsletters/{send}/test_groups").status == 400


def test_content_of_another_editor_cannot_be_translated_here(workspace: Wired, send: int) -> None:
    [content] = workspace.app("GET", f"newsletters/{send}/contents").body["contents"]
    workspace.ui("PUT", f"templates/{content['id']}", {"template": {"editor": "bee"}})
    assert workspace.app("POST", f"newsletters/{send}/language", FRENCH).status == 400


def test_the_first_test_group_makes_two_of_one_content(workspace: Wired, send: int) -> None:
    assert workspace.app("GET", f"newsletters/{send}/test_groups").body == {"test_groups": []}
    workspace.app("POST", f"newsletters/{send}/language", FRENCH)
    made = workspace.app("POST", f"newsletters/{send}/test_groups").body["newsletter"]
    assert len(made["content_ids"]) == 2
    groups = workspace.app("GET", f"newsletters/{send}/test_groups").body["test_groups"]
    assert [(one["id"], one["name"], one["label"], one["winner"]) for one in groups] == [
        (0, "A", "test 1", False), (1, "B", "test 2", False),
    ]  # fmt: skip
    assert [len(one["content_ids"]) for one in groups] == [2, 2]
    workspace.app("POST", f"newsletters/{send}/test_groups")
    assert len(workspace.app("GET", f"newsletters/{send}/test_groups").body["test_groups"]) == 3


def test_each_group_has_its_own_languages(workspace: Wired, send: int) -> None:
    workspace.app("POST", f"newsletters/{send}/test_groups")
    group = f"newsletters/{send}/test_group/1/language"
    assert workspace.app("POST", f"newsletters/{send}/language", FRENCH).status == 400
    assert workspace.app("POST", group, FRENCH).body["content"]["language"] == "fr"
    assert workspace.app("GET", f"newsletters/{send}/test_group/0/language/fr").status == 400
    written = workspace.app("PUT", f"{group}/fr", {"subject": "Mai!"})
    assert (
        written.body["content"]["subject"] == workspace.app("GET", f"{group}/fr").body["content"]["subject"] == "Mai!"
    )
    assert workspace.app("DELETE", f"{group}/fr").status == 204
    assert workspace.app("GET", f"newsletters/{send}/test_group/7/language/fr").status == 404


def test_groups_share_the_people_and_each_sends_its_own_content(workspace: Wired, send: int) -> None:
    people(workspace, 40)
    made = workspace.app("POST", f"newsletters/{send}/test_groups").body["newsletter"]
    workspace.app("PUT", f"newsletters/{send}/contents/{made['content_ids'][1]}", {"subject": "Or May?"})
    assert workspace.app("POST", f"newsletters/{send}/send", {}).status == 200
    sent = [(one.subject, one.parent["content_id"]) for one in workspace.home.running.deliveries()]
    assert len(sent) == 40
    assert set(sent) == {("May", made["content_ids"][0]), ("Or May?", made["content_ids"][1])}
    assert min(sum(1 for subject, _ in sent if subject == one) for one in ("May", "Or May?")) > 8


def test_deleting_the_send_deletes_every_content(workspace: Wired, send: int) -> None:
    workspace.app("POST", f"newsletters/{send}/test_groups")
    numbers = [one["id"] for one in workspace.app("GET", f"newsletters/{send}/contents").body["contents"]]
    assert workspace.app("DELETE", f"newsletters/{send}").status == 204
    assert [workspace.ui("GET", f"templates/{number}").status for number in numbers] == [404, 404]
