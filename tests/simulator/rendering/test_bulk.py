from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.assembly import AssembledMessage
from mailwright.definitions.layout import Layout
from mailwright.definitions.message import EmailFields, Text
from simulator.rendering.bulk import EACH, ONCE, BulkRenderer
from simulator.rendering.email import Rendered, render_message
from simulator.rendering.faults import RenderFault
from simulator.rendering.moment import RenderMoment
from simulator.rendering.rules import RenderRules

NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
CSS = ".a{color:red} .b{margin:0} td.a a{color:blue} p{padding:1px} @media (max-width:9px){.a:first-child{color:green}}"
FRAME = (
    "<!DOCTYPE html><html><head><title>News</title><style>{css}</style></head><body class='b'>"
    '<table><tbody><tr><td class="a">{{{{content}}}}</td></tr></tbody></table></body></html>\n'
)


def message_of(
    body: str, *, css: str = CSS, layout: str | None = None, dialect: str = "latest", **fields: Any
) -> AssembledMessage:
    snippets = {
        "sign": "<p class='a'>{{ customer.name }} &amp; team</p>",
        "word": "{{ customer.name | escape }}",
        "data": '{"a": 1}',
    }
    frame = Layout("frame", 1, "Frame v1", Text(layout or FRAME.format(css=css), "frame.liquid"))
    parts = {"subject": Text("News", "m.liquid"), "body": Text(body, "m.liquid", 5), "layout": frame.body}
    return AssembledMessage(
        "c", "m", "email", None, dialect, EmailFields(subject="News", layout="frame@1", **fields), parts,
        {name: Text(source, f"{name}.liquid") for name, source in snippets.items()}, frame,
    )  # fmt: skip


def moment_of(**event: Any) -> RenderMoment:
    return RenderMoment({"email": "ana@example.org", "name": event.pop("name", "Ana")}, NOW, event=event)


RULES = RenderRules(sender="News <news@example.org>", with_text=False)
PARAMETERS = RenderRules(sender="N <n@example.org>", with_text=False, url_parameters={"utm": "{{ customer.name }}"})


def pages_of(message: AssembledMessage, moments: list[RenderMoment], rules: RenderRules = RULES) -> list[str]:
    """What each person gets alone."""
    found = []
    for moment in moments:
        try:
            found.append(render_message(message, moment, rules).html)
        except RenderFault as fault:
            found.append(f"{fault.span} {fault}")
    return found


def bulk_pages(
    message: AssembledMessage, moments: list[RenderMoment], rules: RenderRules = RULES
) -> tuple[list[str], BulkRenderer]:
    bulk = BulkRenderer(rules)
    results = bulk.render_many(message, moments)
    return [one.html if isinstance(one, Rendered) else f"{one.span} {one}" for one in results], bulk


VALUES = [
    "plain", "Tom & Jerry", "a &amp; b", "&lt;b&gt;", "a > b", "<b>bold</b>", '"quoted"', "it's", "\u00a0", "é 😀", "", " ",
    "a&b=c&copy=1", "x&", "&copy;", "line\nbreak", "cr\r", "https://x.example.org/?a=1&b=2", "\x01", "\x010abc", "-->", "\ue000",
    "\x00", "&#39;", "&notanentity;", "</td>", '{"a": 1}', "{b}",
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(
    "body",
    [
        "<p class='a'>{{ event.v }}</p>",
        '<a href="https://x.example.org/{{ event.v }}?q={{ event.v }}" class="b">go</a>',
        "<!-- {{ event.v }} --><p>x</p>",
        "<p>{{ snippets.word }}{{ snippets.sign }}</p>".replace("<p>", "<div>").replace("</p>", "</div>", 1),
    ],
)
def test_values_that_need_care_give_the_page_a_person_alone_gets(body, value):
    # The first people of a run are compared, so the value comes after them.
    moments = [moment_of(v="x"), moment_of(v="y"), moment_of(v="z"), moment_of(v=value, name=value)]
    for rules in (RULES, PARAMETERS):
        pages, _ = bulk_pages(message_of(body), moments, rules)
        assert pages == pages_of(message_of(body), moments, rules)


@pytest.mark.parametrize(
    "body",
    [
        "<p class='a'>Hi {{ event.v }}</p>",
        "{% if event.v == 'x' %}<p class='a'>x</p>{% else %}<p class='b'>y</p>{% endif %}",
        (
            "<table class='b'><tbody>{% for i in event.list %}<tr><td class='a'><a href='https://x.example.org/{{ i }}'>{{ i }}</a>"
            "</td></tr>{% endfor %}</tbody></table>"
        ),
        "{{ snippets.sign }}<p>{{ snippets.sign }}</p>".replace("<p>", "<div class='a'>").replace("</p>", "</div>"),
        "{%- if event.v -%} <p class='a'> {{- event.v -}} </p> {%- endif -%}",
        "{% comment %}<p class='{{ x }}'>{% endcomment %}<p class='a' title=\"{% if event.v %}t{% endif %}\">x</p>",
        "<!--[if mso]><p class='a'>{{ event.v }}</p><![endif]--><p class='a'>b</p>",
        "<p class='a'><a href='{% unsubscribe_url %}'>stop</a> &nbsp;&copy; {{ 'now' | date: '%Y' }}</p>",
    ],
)
def test_sound_templates_are_inlined_once(body):
    moments = [moment_of(v=value, list=list(range(count))) for count, value in enumerate("xyzxyz")]
    pages, bulk = bulk_pages(message_of(body), moments)
    assert pages == pages_of(message_of(body), moments)
    assert (bulk.report.way, bulk.report.reason) == (ONCE, "")
    assert (bulk.report.people, bulk.report.compared, bulk.report.on_their_own) == (6, 3, 0)


@pytest.mark.parametrize(
    ("body", "css", "reason"),
    [
        ("<p class='a {{ event.v }}'>x</p>", CSS, "decides the class"),
        ("<p id='{{ event.v }}'>x</p>", CSS, "decides the id"),
        ("<p style='color:{{ event.v }}'>x</p>", CSS, "decides the style"),
        ("<p {{ event.v }}>x</p>", CSS, "decides an attribute"),
        ("<p title={{ event.v }}>x</p>", CSS, "decides an attribute"),
        ("<table>{% for i in event.list %}<tr><td>{{ i }}</td></tr>{% endfor %}</table>", CSS, "an HTML parser reads"),
        ("{% if event.v %}<div>{% endif %}x{% if event.v %}</div>{% endif %}", CSS, "whole HTML"),
        ("{% if event.v %}<p>x</p>{% endif %}<p>y</p>", "p+p{color:red}", "asks for siblings"),
        ("{% if event.v %}<p>x</p>{% endif %}<p>y</p>", "p:first-child{color:red}", "asks for siblings"),
        ("{% if event.v %}<p>x</p>{% endif %}<p>y</p>", "p:nth-child(2){color:red}", "asks for siblings"),
        ("<p>{{ event.v }}</p>", "p:empty{color:red}", "asks for siblings"),
        ("<p title='{{ event.v }}'>x</p>", "p[title]{color:red}", "asks for an attribute"),
        ("<style>.x{color:{{ event.v }}}</style><p>x</p>", CSS, "text of a style"),
        ("{% capture x %}<p class='a'>x</p>{% endcapture %}{{ x }}", CSS, "may print anything"),
        ("{% tablerow i in event.list %}{{ i }}{% endtablerow %}", CSS, "may print anything"),
        ("<p>{% random 3 %}</p>", CSS, "may print anything"),
        ("<p>&{{ event.v }};</p>", CSS, "unfinished entity"),
        ("<p>\ue000</p>", CSS, "private-use"),
        ("<p>{{ snippets.data }}</p>", CSS, "may be data"),
        ("<p>x", CSS, "not whole HTML"),
        ("<!--{{ event.v }}--><p>x</p>", CSS, "begins with Liquid"),
    ],
)  # fmt: skip
def test_what_liquid_may_change_is_inlined_for_each_person(body, css, reason):
    moments = [moment_of(v=value, list=[1, 2]) for value in ("x", "", "title", "y")]
    message = message_of(body, css=css)
    pages, bulk = bulk_pages(message, moments)
    assert pages == pages_of(message, moments)
    assert bulk.report.way == EACH
    assert reason in bulk.report.reason


def test_a_rule_within_a_media_query_does_not_count():
    bulk = bulk_pages(message_of("{% if event.v %}<p class='a'>x</p>{% endif %}"), [moment_of(v=1)])[1]
    assert bulk.report.way == ONCE


@pytest.mark.parametrize("fields", [{"inline_css": False}, {}])
def test_without_css_there_is_nothing_to_inline(fields):
    layout = "<html><body>{{content}}</body></html>"
    message = message_of("<p class='a'>{{ event.v }}</p>", layout=layout, **fields)
    pages, bulk = bulk_pages(message, [moment_of(v="<b>")])
    assert pages == pages_of(message, [moment_of(v="<b>")]) and bulk.report.way == EACH


def test_a_fault_stands_in_its_persons_place_and_points_into_the_authors_file():
    message = message_of("<p class='a'>\n{{ event.v }}</p>")
    pages, bulk = bulk_pages(message, [moment_of(v=1), moment_of(), moment_of(v=2)])
    assert pages[1] == "m.liquid:6:4 Variable 'event.v' is missing"
    assert bulk.report.on_their_own == 1


def test_links_are_decorated_as_they_are_for_one_person():
    body = (
        '<a href="https://x.example.org/?id={{ event.v }}#top">a</a><a class="untracked" href="https://x.example.org">b</a>'
        '<a class="b disable-url-params" href="https://x.example.org/{{ event.v }}">c</a><a href="mailto:x@example.org">d</a>'
    )
    moments = [moment_of(v=number, name=f"N {number}") for number in range(8)]
    pages, bulk = bulk_pages(message_of(body), moments, PARAMETERS)
    assert pages == pages_of(message_of(body), moments, PARAMETERS)
    assert bulk.report.way == ONCE
    assert "?id=7&amp;utm=N" in pages[7]


def test_wrapped_links_stay_the_same_in_bulk():
    rules = RenderRules(sender="N <n@example.org>", with_text=False, wrap_links=True)
    moments = [moment_of(v=number) for number in range(5)]
    message = message_of('<a href="https://x.example.org/?id={{ event.v }}&amp;b=2">a</a>')
    assert bulk_pages(message, moments, rules)[0] == pages_of(message, moments, rules)


def test_the_preheader_is_the_same_in_bulk():
    message = message_of("<p class='a'>{{ event.v }}</p>", preheader="Hi {{ event.v }}")
    parts = {**message.parts, "preheader": Text("Hi {{ event.v }} <b>", "m.liquid")}
    whole = AssembledMessage("c", "m", "email", None, "latest", message.fields, parts, message.snippets, message.layout)
    moments = [moment_of(v=number) for number in range(5)]
    assert bulk_pages(whole, moments)[0] == pages_of(whole, moments)


# --- random templates and people -------------------------------------------------------------------------------------

text = st.sampled_from(["word ", "a &amp; b", "&nbsp;", "é", "\n", "&", "<br>", "<img src='x.png' class='a'>"])
spot = st.sampled_from(
    ["{{ event.v }}", "{{ event.w | escape }}", "{{ customer.name }}", "{{ snippets.word }}", "{{ i }}"]
)
leaf = st.one_of(text, spot, st.just("{{ snippets.sign }}"), st.just("{% assign i = event.w %}"))
NAMES = ["p", "div", "span", "td", "table", "ul", "li", "a", "b", "h1"]


def around(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    classes = st.sampled_from(
        ["", " class='a'", ' class="b a"', " class='{{ event.v }}'", ' title="{{ event.v }}"', " id=x"]
    )
    return st.one_of(
        st.lists(inner, max_size=3).map("".join),
        st.tuples(st.sampled_from(NAMES), classes, inner).map(lambda p: f"<{p[0]}{p[1]}>{p[2]}</{p[0]}>"),
        st.tuples(st.sampled_from(NAMES), inner).map(lambda p: f"<{p[0]}>{p[1]}"),
        inner.map(lambda t: f"<table><tbody><tr class='a'><td class='a'>{t}</td></tr></tbody></table>"),
        inner.map(lambda t: f"<table class='a'>{{% for i in event.list %}}<tr><td>{t}</td></tr>{{% endfor %}}</table>"),
        st.tuples(inner, inner).map(lambda p: f"{{% if event.v == event.w %}}{p[0]}{{% else %}}{p[1]}{{% endif %}}"),
        inner.map(lambda t: f"{{% for i in event.list %}}{t}{{% endfor %}}"),
        inner.map(lambda t: f'<a href="https://x.example.org/?a={{{{ event.v }}}}&b=1" class="a">{t}</a>'),
        inner.map(lambda t: f"{{%- unless event.w -%}} {t} {{%- endunless %}}"),
    )


rules_of_css = st.lists(
    st.sampled_from([".a{color:red}", "p{margin:0}", "td.a a{color:blue}", "p+p{margin:1px}", "tr:first-child td{top:0}", "b,i{x:y}",
                     "*{padding:0}", "div > .a{color:green!important}", "[title]{top:1px}", "#x{left:0}", "li:nth-child(2){top:0}"]),
    min_size=1, max_size=4,
).map("".join)  # fmt: skip
people = st.lists(
    st.builds(
        lambda v, w, items, name: moment_of(v=v, w=w, list=items, name=name),
        st.sampled_from([*VALUES, 1, 2.5, None, True]), st.sampled_from([*VALUES, 1, None]),
        st.lists(st.sampled_from(VALUES), max_size=3), st.sampled_from(VALUES),
    ),
    min_size=1, max_size=7,
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(st.recursive(leaf, around, max_leaves=10), rules_of_css, people, st.sampled_from([RULES, PARAMETERS]))
def test_pages_in_bulk_are_those_of_each_person_alone(body, css, moments, rules):
    message = message_of(body, css=css)
    calm = [moment_of(v="x", w="y", list=[1], name="A")] * 3
    assert bulk_pages(message, calm + moments, rules)[0] == pages_of(message, calm + moments, rules)
