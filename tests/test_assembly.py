from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mailwright.assembly import assemble, span_in
from mailwright.definitions.campaign import Campaign
from mailwright.definitions.layout import Layout, Snippet
from mailwright.definitions.message import EmailFields, Message, Text, Webhook, WebhookContent
from mailwright.definitions.project import Project
from mailwright.definitions.workspace import Workspace
from mailwright.diagnostics import ConfigurationError


def project_of(
    body: str = "Hi {{ snippets.address }}", layout: str = "<b>{{content}}</b>", **fields: object
) -> Project:
    given = {"subject": "Hello", "layout": "base@1", "headers": {"X-A": "1"}, **fields}
    email = Message("c", "m", "email", None, EmailFields(**given), Text(body, "c/m.liquid", 5))
    spanish = replace(email, language="es", body=Text("Hola", "c/m.es.liquid"))
    hook = WebhookContent(url="https://hooks.example.org", body={"a": ["{{ customer.id }}"]})
    snippets = {name: Snippet(name, Text(name, f"{name}.liquid")) for name in ("address", "social-links", "x")}
    return Project(
        Path("."),
        campaigns={"c": Campaign(name="C", trigger={"event": "e"}, workflow=[{"email": "m"}])},
        messages={("c", "m", None): email, ("c", "m", "es"): spanish},
        webhooks={("c", "hook"): Webhook("c", "hook", hook, {"url": Text(hook.url, "c/hook.yaml", 2, 6)})},
        layouts={"base@1": Layout("base", 1, "Base v1", Text(layout, "base/1.liquid"))},
        snippets=snippets,
    )


def test_a_message_is_its_texts_its_layout_and_the_snippets_it_names():
    message = assemble(project_of(), "c", "m")
    assert set(message.parts) == {"subject", "headers.X-A", "body", "layout"}
    assert set(message.snippets) == {"address"}
    assert message.text_of("snippets.address").file == "address.liquid"


@pytest.mark.parametrize("body", ["{{ snippets[event.which] }}", "{% for s in snippets %}{% endfor %}"])
def test_where_a_name_is_computed_any_snippet_may_be_used(body):
    assert set(assemble(project_of(body), "c", "m").snippets) == {"address", "social-links", "x"}


def test_snippets_in_brackets_are_named_too():
    assert set(assemble(project_of('{{ snippets["social-links"] }}'), "c", "m").snippets) == {"social-links"}


def test_each_language_is_a_message_of_its_own():
    assert assemble(project_of(), "c", "m", "es").parts["body"].source == "Hola"
    with pytest.raises(ConfigurationError, match="no variant 'de'"):
        assemble(project_of(), "c", "m", "de")


def test_the_digest_changes_with_every_source_and_with_nothing_else():
    same = assemble(project_of(), "c", "m").digest
    assert assemble(project_of(), "c", "m").digest == same
    changed = [
        assemble(project_of("Ho {{ snippets.address }}"), "c", "m"),
        assemble(project_of(layout="<i>{{content}}</i>"), "c", "m"),
        assemble(project_of(subject="Hallo"), "c", "m"),
        assemble(project_of(inline_css=False), "c", "m"),
        assemble(project_of(headers={"X-A": "2"}), "c", "m"),
        assemble(project_of(), "c", "m", "es"),
        assemble(project_of(), "c", "m", workspace=Workspace(liquid="legacy")),
    ]
    assert len({same, *(message.digest for message in changed)}) == len(changed) + 1


def test_a_campaign_decides_the_dialect_before_the_workspace():
    project = project_of()
    legacy = replace(project, campaigns={"c": project.campaigns["c"].model_copy(update={"liquid": "legacy"})})
    assert assemble(legacy, "c", "m", workspace=Workspace(liquid="latest")).dialect == "legacy"
    assert assemble(project, "c", "m").dialect == "latest"


def test_data_of_a_webhook_is_taken_apart_into_texts():
    parts = assemble(project_of(), "c", "hook").parts
    assert parts["body.a[0]"].source == "{{ customer.id }}"
    assert parts["body.a[0]"].file == "c/hook.yaml"


def test_a_place_in_a_part_is_a_place_in_its_file():
    text = Text("one\ntwo", "c/m.liquid", line=2, column=10)
    assert str(span_in(text, 1, 3)) == "c/m.liquid:2:12"
    assert str(span_in(text, 2, 3)) == "c/m.liquid:3:3"


@pytest.mark.parametrize(("name", "hint"), [("n", "m"), ("hok", "hook")], ids=["a message", "a webhook"])
def test_an_unknown_name_is_told_with_the_nearest(name, hint):
    with pytest.raises(ConfigurationError) as raised:
        assemble(project_of(), "c", name)
    assert f"c/{hint}" in raised.value.hint


def test_an_unknown_layout_is_told():
    with pytest.raises(ConfigurationError, match="no layout is called 'base@1'") as raised:
        assemble(replace(project_of(), layouts={}), "c", "m")
    assert raised.value.hint == "there are no layouts yet"
