"""What a seed stores: the reference's fields, variables put in place, and what has no words said aloud."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from building import START, campaign, data, project
from hypothesis import given
from hypothesis import strategies as st

from mailwright.definitions.conditions import InSegment
from mailwright.definitions.message import EmailFields, Message, Text
from mailwright.definitions.project import Project
from mailwright.definitions.triggers import EventTrigger, SegmentTrigger
from mailwright.definitions.workspace import Settings, Workspace
from mailwright.diagnostics import ConfigurationError, ContentError
from mailwright.dialect.environment import parse_template
from mailwright.dialect.faults import Dialect
from mailwright.dialect.settings import RenderSettings
from mailwright.loading.folder import load_project
from simulator.workspace.content.decode import decode
from simulator.workspace.content.liquid_vars import with_values
from simulator.workspace.content.message_writing import address_parts
from simulator.workspace.content.seed import Seeded, seed
from simulator.workspace.documents import Kind, shown
from simulator.workspace.encoding import decode as decoded_text
from simulator.workspace.store import Documents, Store
from simulator.workspace.ui_api.graph import Graph

ROOT = Path(__file__).parents[4]
WIRE = Path(__file__).parents[3] / "data" / "wire" / "fly"


@pytest.fixture(scope="module")
def repository() -> tuple[Documents, Seeded]:
    documents = Documents(Store(), 1)
    return documents, seed(documents, load_project(ROOT), "prod", START)


def by_name(documents: Documents, kind: Kind, name: str) -> dict[str, Any]:
    return next(one for one in documents.all(kind) if one["name"] == name)


def test_every_action_has_the_fields_that_the_reference_shows_for_its_type(repository):
    documents, _ = repository
    known = json.loads((WIRE / "actions_by_type.json").read_text())["actions"]
    seen = set()
    for action in documents.all(Kind.ACTION):
        seen.add(action["type"])
        missing = set(known[action["type"]]) - set(shown(Kind.ACTION, action)) - {"preheader_text"}
        assert missing == set(), action["type"]
    assert len(seen) >= 15


def test_every_campaign_has_the_fields_that_the_reference_shows(repository):
    documents, _ = repository
    (exchange,) = json.loads((WIRE / "campaign_event_triggered.json").read_text())["exchanges"]
    expected = exchange["response"]["body"]["campaign"]
    for one in documents.all(Kind.CAMPAIGN):
        assert set(expected) <= set(shown(Kind.CAMPAIGN, one)), one["name"]


def test_every_workflow_keeps_the_rules_of_graphs(repository):
    documents, _ = repository
    actions = documents.all(Kind.ACTION)
    for one in documents.all(Kind.CAMPAIGN):
        own = [action for action in actions if action["campaign_id"] == one["id"]]
        Graph(own, one["edges"]).check()
        assert sorted(one["workflow_action_ids"]) == sorted(action["id"] for action in own)


def test_an_event_campaign_is_stored_as_the_reference_has_it(repository):
    documents, _ = repository
    found = by_name(documents, Kind.CAMPAIGN, "Photo Received")
    assert (found["type"], found["event"], found["state"]) == ("transactional", "campaign_signup_post", "running")
    assert found["attribute_filters"] == {
        "and": [
            {"field": "type", "operator": "eq", "value": "photo"},
            {"field": "source", "operator": "!eq", "value": "sms"},
        ]
    }
    staff = by_name(documents, Kind.SEGMENT, "Staff")["id"]
    assert decoded_text(found["filters"]) == [{"type": "segments_negatable", "segments": [staff], "negate": True}]
    assert (found["restart_mode"], found["restart_min_interval"]) == ("rematch", 0)
    assert found["subscription_topic_id"] == by_name(documents, Kind.TOPIC, "News and ways to act")["id"]


def test_an_email_is_stored_with_its_layout_its_senders_and_its_languages(repository):
    documents, seeded = repository
    template = next(one for one in documents.all(Kind.TEMPLATE) if one["name"] == "welcome" and one["translations"])
    assert template["layout_id"] == seeded.layouts["saas-plain@1"]
    sender = documents.get(Kind.IDENTITY, template["from_identity_id"]) or {}
    assert (sender["name"], sender["email"]) == ("Mara at Northstar Studio", "mara@example.org")
    spanish = documents.get(Kind.TEMPLATE, template["translations"]["es"]) or {}
    assert spanish["language"] == "es"
    assert spanish["subject"] != template["subject"]
    source = (ROOT / "layouts" / "ds-default" / "2.liquid").read_text()
    layouts = {one["name"]: one["body"] for one in documents.all(Kind.LAYOUT)}
    assert layouts["DS Default v2"] == source.replace("{{ mailwright.base_url }}", "https://www.example.org")


def test_variables_are_put_in_place_as_a_push_does(repository):
    documents, _ = repository
    texts = [json.dumps(one) for one in (*documents.all(Kind.TEMPLATE), *documents.all(Kind.ACTION))]
    assert not [text for text in texts if "mailwright." in text or "${" in text]
    hook = next(one for one in documents.all(Kind.TEMPLATE) if one["template_type"] == "webhook")
    assert hook["url"] == "https://www.example.org/api/v1/sms-broadcasts"


def test_what_the_stored_form_has_no_words_for_is_said_with_its_place(repository):
    _, seeded = repository
    said = {(one.where, one.what) for one in seeded.findings}
    assert ("campaign nurture, step deeper", "a topic of its own") in said
    assert ("campaign win-back", "leaving when the goal is reached") in said
    assert json.loads(json.dumps(seeded.as_data()))["campaigns"]["onboarding"] == seeded.campaigns["onboarding"]


def test_drafts_stay_drafts_and_other_workspaces_campaigns_stay_away():
    documents = Documents(Store(), 1)
    found = {
        "a": campaign("go", state="draft", name="A"),
        "b": campaign("go", workspaces=["elsewhere"], name="B"),
        "c": campaign("go", name="C", state="stopped"),
    }
    seed(documents, project(found), "here", START)
    assert [(one["name"], one["state"]) for one in documents.all(Kind.CAMPAIGN)] == [("A", "draft"), ("C", "stopped")]


def test_an_unknown_workspace_or_a_variable_without_value_stores_nothing():
    documents = Documents(Store(), 1)
    with pytest.raises(ConfigurationError, match="elsewhere"):
        seed(documents, project(campaign("go")), "elsewhere", START)
    with pytest.raises(ContentError):
        seed(documents, project(campaign("go", where=data("kind", "${kind}"))), "here", START)
    assert documents.all(Kind.CAMPAIGN) == []


def test_steps_that_no_way_leads_to_are_left_out_and_said():
    documents = Documents(Store(), 1)
    seeded = seed(documents, project(campaign("go", {"exit": True}, {"email": "never"})), "here", START)
    assert [(one.where, one.what) for one in seeded.findings] == [("campaign c, step never", "no way leads to it")]
    assert [one["type"] for one in documents.all(Kind.ACTION)] == ["exit_action"]


def test_a_thing_keeps_its_name_when_it_is_renamed_and_a_new_one_gets_its_own():
    documents = Documents(Store(), 1)
    seed(documents, project({"welcome": campaign("go", name="Welcome")}), "here", START)
    one = documents.all(Kind.CAMPAIGN)[0]
    documents.put(Kind.CAMPAIGN, one["id"], {**one, "name": "Hello"})
    other = documents.store.new_id(Kind.CAMPAIGN)
    documents.put(Kind.CAMPAIGN, other, {**one, "id": other, "name": "Welcome", "workflow_action_ids": [], "edges": []})
    assert sorted(decode(documents, "here").project.campaigns) == ["welcome", f"welcome-{other}"]
    documents.put(Kind.CAMPAIGN, other, {**documents.get(Kind.CAMPAIGN, other), "name": "Later"})  # type: ignore[dict-item]  # it is there
    assert f"welcome-{other}" in decode(documents, "here").project.campaigns


def test_a_trigger_on_a_segment_is_read_as_one():
    documents = Documents(Store(), 1)
    from building import segment

    seed(documents, project(campaign(SegmentTrigger(segment="s")), segments={"s": segment()}), "here", START)
    assert documents.all(Kind.CAMPAIGN)[0]["trigger"] == {
        "and": [{"segment": {"id": documents.all(Kind.SEGMENT)[0]["id"]}}]
    }
    assert decode(documents, "here").project.campaigns["c"].trigger == SegmentTrigger(segment="s")
    assert InSegment("s") is not None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ana <ana@example.org>", ("Ana", "ana@example.org")),
        ("ana@example.org", ("", "ana@example.org")),
        ("Ana  <ana@example.org>", ("", "Ana  <ana@example.org>")),
        ('"B, C" <b@example.org>', ('"B, C"', "b@example.org")),
        ("{{ event.from }}", ("", "{{ event.from }}")),
    ],
)
def test_a_sender_is_read_back_as_it_was_written(text, parts):
    assert address_parts(text) == parts
    name, address = parts
    assert (f"{name} <{address}>" if name else address) == text


VALUES = {"base_url": "https://qa.example.org", "name": "it's", "empty": ""}
PIECES = st.sampled_from(
    ["{{ mailwright.base_url }}", "{{ mailwright.base_url | upcase }}", "{{mailwright.name}}", "text mailwright.name ",
     "{% if mailwright.name == 'x' %}a{% else %}b{% endif %}", "{{ customer.mailwright.name | default: 1 }}",
     "{%- assign u = mailwright.base_url -%}{{ u }}", " {{- mailwright.base_url -}} ", "{{ mailwright.empty }}.",
     "{{ mailwright.base_url | append: '/x' }}"]
)  # fmt: skip


@given(st.lists(PIECES, min_size=1, max_size=5).map("".join))
def test_a_template_says_the_same_with_values_in_the_place_of_variables(source):
    context = {"customer": {"mailwright": {"name": "own"}}}

    def rendered(text: str) -> str:
        return parse_template(text, Dialect("latest"), "t").render({**context, "mailwright": VALUES}, RenderSettings())

    put = with_values(source, VALUES)
    assert rendered(put) == rendered(source)
    for piece in ("{{ mailwright", "{{mailwright", "= mailwright", "if mailwright", "{{- mailwright"):
        assert piece not in put


def test_emails_that_name_a_missing_layout_or_file_are_said():
    fields = EmailFields(subject="Hi", layout="gone@1")
    message = Message("c", "hello", "email", None, fields, Text("Hi", "campaigns/c/hello.liquid"))
    found = Project(
        root=Path("."),
        settings=Settings(default_workspace="here", workspaces={"here": Workspace()}),
        campaigns={"c": campaign(EventTrigger(event="go"), {"email": "hello"}, {"email": "other"})},
        messages={("c", "hello", None): message},
    )
    seeded = seed(Documents(Store(), 1), found, "here", START)
    assert [one.what for one in seeded.findings] == [
        "there is no file for the message other",
        "there is no layout gone@1",
    ]
