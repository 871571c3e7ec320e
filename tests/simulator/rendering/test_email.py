from __future__ import annotations

import json

import pytest

from mailwright.definitions.message import WebhookContent
from mailwright.definitions.workspace import Workspace
from simulator.rendering.faults import RenderFault

LAYOUT = "<html><head><style>p{color:red}</style></head><body>{{content}}<hr>{{ snippets.address }}</body></html>"


def test_an_email_has_its_fields_its_page_and_its_text(render):
    found = render(
        "<p>Hi {{ customer.first_name }}</p>",
        layout=LAYOUT,
        subject="Hi {{ customer.first_name }}",
        preheader="Plan {{ event.plan }}",
        reply_to="help@example.org",
        bcc="a@example.org, B <b@example.org>",
        headers={"X-Plan": "{{ event.plan }}"},
    )
    assert (found.subject, found.preheader) == ("Hi Ana", "Plan pro")
    assert (found.sender, found.reply_to) == ("Team <team@example.org>", "help@example.org")
    assert (found.to, found.bcc) == (("ana@example.org",), ("a@example.org", "B <b@example.org>"))
    assert found.headers == {"X-Plan": "pro"}
    assert '<p style="color: red;">Hi Ana</p><hr>12 Harbour Row' in found.html
    assert found.text.startswith("Hi Ana")
    assert "12 Harbour Row" in found.text


def test_the_preheader_is_hidden_text_at_the_start_of_the_body_and_no_markup(render):
    found = render("<p>Hi</p>", layout="<body class='a>b'>{{content}}</body>", preheader="1 < 2 & 3")
    start = found.html.index('<div style="display:none')
    assert found.html.index("<body") < start < found.html.index("<p>Hi")
    assert "1 &lt; 2 &amp; 3</div>" in found.html
    assert "1 < 2" not in found.text


def test_a_missing_value_names_file_line_column_and_the_whole_name(render):
    with pytest.raises(RenderFault) as raised:
        render("<p>\n  {{ event.shop.name }}</p>", event={"shop": {}})
    fault = raised.value
    assert fault.reason == "liquid_undefined"
    assert fault.failure == "Variable 'event.shop.name' is missing"
    assert fault.span is not None
    assert (fault.span.file, fault.span.line, fault.span.column) == ("campaigns/c/m.liquid", 7, 6)
    assert fault.span.length == len("event.shop.name")


@pytest.mark.parametrize(
    ("body", "parts", "reason", "file"),
    [
        pytest.param("{% if %}", {}, "liquid_syntax", "campaigns/c/m.liquid", id="broken tag"),
        pytest.param("{% coyotes %}", {}, "liquid_syntax", "campaigns/c/m.liquid", id="unknown tag"),
        pytest.param("x", {"subject": "{{ event.none }}"}, "liquid_undefined", "campaigns/c/m.liquid", id="subject"),
        pytest.param(
            "x", {"layout": "{{content}}{{ event.none }}"}, "liquid_undefined", "layouts/base/1.liquid", id="layout"
        ),
        pytest.param(
            "{{ snippets.hello }}", {}, "liquid_undefined", "layouts/_snippets/hello.liquid", id="within a snippet"
        ),
        pytest.param("{{ snippets.none }}", {}, "liquid_undefined", "campaigns/c/m.liquid", id="no such snippet"),
        pytest.param("x", {"text": "{{ event.none }}"}, "liquid_undefined", "campaigns/c/m.txt.liquid", id="text part"),
        pytest.param("{% for i in (1..20000) %}x{% endfor %}", {}, "limit", "campaigns/c/m.liquid", id="endless"),
    ],
)
def test_what_fails_is_told_in_the_file_it_stands_in(render, body, parts, reason, file):
    with pytest.raises(RenderFault) as raised:
        render(body, **parts)
    assert raised.value.reason == reason
    assert raised.value.span is not None
    assert raised.value.span.file == file


def test_a_blank_subject_fails_in_customer_ios_words(render):
    with pytest.raises(RenderFault, match="subject can not be blank") as raised:
        render("x", subject="{{ event.plan | replace: 'pro', ' ' }}")
    assert raised.value.reason == "blank_subject"


@pytest.mark.parametrize(
    ("headers", "failure"),
    [
        ({"Content-Type": "text/plain"}, "header 'Content-Type' cannot be set to a custom value"),
        ({"X Plan": "a"}, "Header name can't contain whitespace"),
        ({"X-Name": "{{ customer.first_name }}é"}, "ASCII"),
    ],
)
def test_headers_that_customer_io_refuses_fail(render, headers, failure):
    with pytest.raises(RenderFault) as raised:
        render("x", headers=headers)
    assert raised.value.reason == "bad_header"
    assert failure in raised.value.failure


def test_nobodys_data_adds_a_header(render):
    found = render(
        "x",
        subject="Hi {{ customer.first_name }}",
        headers={"X-Name": "{{ customer.first_name }}"},
        customer={"email": "a@example.org", "first_name": "A\r\nBcc: evil@example.org"},
    )
    assert "\n" not in found.subject + found.headers["X-Name"] + "".join(found.to)


@pytest.mark.parametrize("address", [None, "", "  ", ",", 7])
def test_without_an_address_the_message_fails(render, address):
    with pytest.raises(RenderFault) as raised:
        render("x", customer={"email": address})
    assert raised.value.reason == "missing_recipient"


def test_event_data_overrides_recipient_sender_and_reply_to(render):
    event = {"recipient": "other@example.org", "from_address": "shop@example.org", "reply_to": "desk@example.org"}
    found = render("x", event=event)
    assert (found.to, found.sender, found.reply_to) == (("other@example.org",), "shop@example.org", "desk@example.org")


def test_the_workspace_sends_where_the_message_names_nobody(render):
    workspace = Workspace(**{"from": "Shop <shop@example.org>"})
    assert render("x", **{"from": None}, workspace=workspace).sender == "Shop <shop@example.org>"


def test_a_namespace_of_another_trigger_is_blank(render):
    assert "[]" in render("[{{ trigger.x }}]").html
    assert "[9]" in render("[{{ trigger.x }}]", moment={"trigger_kind": "broadcast", "trigger": {"x": 9}}).html


def test_snippets_see_the_data_but_not_the_names_of_the_message(render):
    with pytest.raises(RenderFault) as raised:
        render("{% assign mine = 1 %}{{ snippets.hello }}")
    assert raised.value.variable == "mine"


def test_the_body_goes_into_the_layout_as_it_is(render):
    assert "<b>{{ 1 }}</b>" in render("<b>{% raw %}{{ 1 }}{% endraw %}</b>", layout="<body>{{content}}</body>").html


def test_css_is_left_alone_where_the_author_says_so(render):
    page = "<style>p{color:red}</style><p>x</p>"
    assert "style=" in render(page).html
    assert render(page, inline_css=False).html == page


def test_a_page_that_is_nested_beyond_reason_is_sent_without_inlining(render):
    found = render("<style>p{color:red}</style>" + "<div>" * 100_000)
    assert "not inlined" in found.warnings[0]


def test_style_sheets_elsewhere_are_not_loaded(render, tmp_path):
    sheet = tmp_path / "a.css"
    sheet.write_text("p{color:blue}")
    found = render(f'<style>b{{top:0}}</style><link rel="stylesheet" href="file://{sheet}"><p>x</p>')
    assert "blue" not in found.html


def test_the_authors_own_text_part_is_taken(render):
    assert render("<p>Hi</p>", text="Plain {{ customer.first_name }}").text == "Plain Ana"


def test_other_kinds_have_their_own_fields(render):
    push = render("Hi {{ customer.first_name }}", kind="push", title="For {{ event.plan }}", link="app://x")
    assert (push.text, push.fields["title"], push.fields["link"]) == ("Hi Ana", "For pro", "app://x")
    assert render("Hi", kind="sms").to == ("+15550104477",)
    assert render("Hi", kind="slack", channel="#{{ event.plan }}").fields["channel"] == "#pro"
    assert render("Hi", kind="in_app", position="top").fields["position"] == "top"
    with pytest.raises(RenderFault):
        render("Hi", kind="whatsapp", customer={"email": "a@example.org"})


def test_a_webhook_sends_its_data_as_json_with_liquid_in_every_text(call):
    body = {"to": "{{ customer.phone }}", "list": ["{{ customer.first_name }}", 2], "deep": {"is": True, "no": None}}
    found = call(WebhookContent(method="PUT", url="https://hooks.example.org/{{ customer.id }}", body=body))
    assert (found.method, found.url) == ("PUT", "https://hooks.example.org/7")
    assert json.loads(found.text) == {"to": "+15550104477", "list": ["Ana", 2], "deep": {"is": True, "no": None}}
    assert found.headers["Content-Type"] == "application/json"


def test_a_webhook_with_a_text_sends_the_text(call):
    content = WebhookContent(
        url="https://hooks.example.org", headers={"X-A": "{{ customer.id }}"}, body='{"a": {{ customer.id }}}'
    )
    found = call(content)
    assert (found.text, dict(found.headers)) == ('{"a": 7}', {"X-A": "7"})


def test_the_same_moment_gives_the_same_message(render):
    body = "{% random 1000000 %} {% generate_uuid %} {{ 'now' | date: '%F' }}"
    assert render(body) == render(body)
