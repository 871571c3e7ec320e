"""Messages that were stored and read again come out the same, whatever stands in their front matter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from building import START, campaign
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.assembly import assemble
from mailwright.definitions.layout import Layout, Snippet
from mailwright.definitions.message import (
    EmailFields,
    InAppFields,
    Message,
    PushFields,
    SlackFields,
    SmsFields,
    Text,
    Webhook,
    WebhookContent,
)
from mailwright.definitions.project import Project
from mailwright.definitions.workspace import Settings, Workspace
from simulator.rendering.email import Rendered, render_message
from simulator.rendering.faults import RenderFault
from simulator.rendering.moment import RenderMoment, at_second
from simulator.rendering.rules import rules_for
from simulator.workspace.content.decode import decode
from simulator.workspace.content.seed import seed
from simulator.workspace.documents import Kind
from simulator.workspace.store import Documents, Store

CUSTOMER = {"id": "7", "email": "p@example.org", "phone": "+15550100200", "first_name": "Ana", "team": 'a "b" \\ c'}
EVENT = {"kind": "x", "from_name": "Mo", "n": 3}
LIQUID = st.sampled_from(
    ["Hi", "Hi {{ customer.first_name }}", "{{ event.n | plus: 1 }}", "{{ mailwright.base_url }}/x", "Zoë «q» 🌱",
     "{{ customer.nobody | default: 'none' }}", "{{ customer.nobody }}", "{% if %}", "{{ snippets.sign }}", "a: b # c"]
)  # fmt: skip
SENDERS = st.sampled_from(
    [None, "Here <here@example.org>", "bare@example.org", "{{ event.from_name }} <x@example.org>", '"A, B" <ab@example.org>',
     "{{ mailwright.support }}", "odd  <odd@example.org>"]
)  # fmt: skip
MAYBE = st.one_of(st.none(), LIQUID)
EMAILS = st.builds(
    EmailFields,
    subject=LIQUID,
    preheader=st.one_of(st.just(""), LIQUID),
    **{"from": SENDERS},
    reply_to=SENDERS,
    to=st.sampled_from([None, "{{customer.email}}", "{{ customer.email }}, x@example.org", "boss@example.org"]),
    cc=st.sampled_from([None, "cc@example.org"]),
    bcc=st.sampled_from([None, "{{ customer.email }}"]),
    headers=st.dictionaries(st.sampled_from(["X-Tag", "X-Kind"]), st.sampled_from(["a", "{{ event.kind }}"])),
    layout=st.sampled_from([None, "base@1", "base@2"]),
    inline_css=st.booleans(),
    track_links=st.booleans(),
    url_parameters=st.booleans(),
)
OTHERS: st.SearchStrategy[tuple[str, Any]] = st.one_of(
    st.tuples(st.sampled_from(["sms", "whatsapp"]), st.builds(
        SmsFields, **{"from": st.sampled_from([None, "+15550100300"])},
        to=st.sampled_from([None, "{{ customer.phone }}", "+15550100400"]))),
    st.tuples(st.just("push"), st.builds(PushFields, title=LIQUID, link=MAYBE, image=MAYBE)),
    st.tuples(st.just("in_app"), st.builds(InAppFields, position=st.sampled_from(["modal", "top", "inline"]), link=MAYBE)),
    st.tuples(st.just("slack"), st.builds(SlackFields, channel=st.sampled_from([None, "#here", "{{ event.kind }}"]))),
)  # fmt: skip
PLACE = Workspace(
    vars={"base_url": "https://qa.example.org", "support": "help@example.org"},
    url_parameters={"utm": "{{ event.kind }}"},
    **{"from": "Us <us@example.org>"},
)


def project_of(kind: str, message: Message | Webhook, variants: list[Message]) -> Project:
    layouts = {
        f"base@{version}": Layout(
            "base", version, f"Base v{version}",
            Text(f"<html><style>p{{color:red}}</style><body>{version}{{{{content}}}} {{{{ mailwright.base_url }}}}</body></html>", "l"),
        )
        for version in (1, 2)
    }  # fmt: skip
    is_hook = isinstance(message, Webhook)
    return Project(
        root=Path("."),
        settings=Settings(default_workspace="here", workspaces={"here": PLACE}),
        campaigns={"c": campaign("go", {kind: "m"})},
        messages={} if is_hook else {("c", "m", one.language): one for one in (message, *variants)},  # type: ignore[union-attr]  # no hook
        webhooks={("c", "m"): message} if is_hook else {},  # type: ignore[dict-item]  # a hook
        layouts=layouts,
        snippets={"sign": Snippet("sign", Text("<b>{{ customer.first_name }}</b>", "s"))},
    )


def rendered(project: Project, language: str | None, values: dict[str, str]) -> Rendered | str:
    _, workspace = project.workspace("here")
    moment = RenderMoment(CUSTOMER, at_second(START), "event", EVENT, "go", vars=values)
    try:
        message = assemble(project, "c", "m", language, workspace)
        return render_message(message, moment, rules_for(project, workspace))
    except RenderFault as fault:
        return f"{fault.reason}: {fault.failure}"


def stored(project: Project) -> tuple[Documents, Project]:
    documents = Documents(Store(), 1)
    seed(documents, project, "here", START)
    return documents, decode(documents, "here").project


@settings(max_examples=150)
@given(EMAILS, LIQUID, MAYBE, st.one_of(st.none(), EMAILS))
def test_an_email_comes_out_the_same(fields, body, text, spanish):
    page = f"<p>{body}</p><a href='https://example.org/x?y={{{{ event.n }}}}'>x</a>"
    plain = None if text is None else Text(text, "t")
    message = Message("c", "m", "email", None, fields, Text(page, "m"), plain)
    variants = [] if spanish is None else [Message("c", "m", "email", "es", spanish, Text("Hola", "e"))]
    project = project_of("email", message, variants)
    _, read = stored(project)
    assert read.languages("c", "m") == project.languages("c", "m")
    for language in (None, *project.languages("c", "m")):
        assert rendered(read, language, {}) == rendered(project, language, dict(PLACE.vars))


@settings(max_examples=60)
@given(OTHERS, LIQUID)
def test_every_other_message_comes_out_the_same(kind_and_fields, body):
    kind, fields = kind_and_fields
    project = project_of(kind, Message("c", "m", kind, None, fields, Text(body, "m")), [])
    _, read = stored(project)
    assert rendered(read, None, {}) == rendered(project, None, dict(PLACE.vars))


@settings(max_examples=60)
@given(
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    st.dictionaries(st.sampled_from(["Content-Type", "X-Id"]), LIQUID),
    st.one_of(
        st.none(), LIQUID,
        st.dictionaries(st.sampled_from("ab"), st.one_of(LIQUID, st.just("{{ customer.team }}"), st.booleans(), st.integers(),
                                                         st.lists(LIQUID, max_size=2)), min_size=1),
    ),
)  # fmt: skip
def test_a_webhook_comes_out_the_same(method, headers, body):
    content = WebhookContent(method=method, url="https://hooks.example.org/{{ event.n }}", headers=headers, body=body)
    project = project_of("webhook", Webhook("c", "m", content), [])
    _, read = stored(project)
    assert rendered(read, None, {}) == rendered(project, None, dict(PLACE.vars))


@pytest.mark.parametrize(
    ("field", "value", "failure"),
    [
        ("subject", "", "blank_subject: subject can not be blank"),
        ("subject", "{{ customer.gone }}", "liquid_undefined: Variable 'customer.gone' is missing"),
        ("headers", '[{"name": "To", "value": "x"}]', "bad_header: header 'To' cannot be set to a custom value"),
    ],
)
def test_what_a_client_writes_wrong_fails_the_delivery_and_nothing_else(field, value, failure):
    message = Message("c", "m", "email", None, EmailFields(subject="Hi"), Text("Hi", "m"))
    documents, _ = stored(project_of("email", message, []))
    (template,) = documents.all(Kind.TEMPLATE)
    documents.put(Kind.TEMPLATE, template["id"], {**template, field: value})
    assert rendered(decode(documents, "here").project, None, {}) == failure


@pytest.mark.parametrize("broken", [None, "", "no json", "[1, 2]", "{", '{"position": "sideways"}'])
def test_broken_extras_of_a_template_are_read_as_none(broken):
    message = Message("c", "m", "in_app", None, InAppFields(link="https://example.org"), Text("Hi", "m"))
    documents, _ = stored(project_of("in_app", message, []))
    (template,) = documents.all(Kind.TEMPLATE)
    documents.put(Kind.TEMPLATE, template["id"], {**template, "body_json": broken, "headers": broken})
    found = rendered(decode(documents, "here").project, None, {})
    assert isinstance(found, Rendered)
    assert (found.text, dict(found.fields)) == ("Hi", {"position": "modal"})
