"""Tags about text and names, and which dialect knows which."""

from __future__ import annotations

import pytest

from mailwright.dialect import Dialect, LiquidFault, RenderSettings
from mailwright.dialect.environment import parse_template

LATEST = [
    ("{% liquid\n  assign a = 1\n  # note\n\n  if a == 1\n    echo 'one' | upcase\n  endif\n%}", "ONE"),
    ("a{% # note %}b{% echo 'c' %}{% echo %}", "abc"),
    ("{% comment %}{% coyotes %}{% if %}{% endcomment %}x", "x"),
    ("{% raw %}{{ a }}{% if {% endraw %}x", "{{ a }}{% if x"),
    ("a {%- raw -%} b {%- endraw -%} c", "abc"),
    ("{% increment n %}{% increment n %}{{ n }}{% decrement m %}{% assign m = 'x' %}{% decrement m %}{{ m }}", "012-1-2x"),
    ("{% increment seats %}{{ seats }}", "78"),
    ("{% capture 'a b' %}1{% endcapture %}{% capture c %}{{ ['a b'] }}{% endcapture %}{{ c }}", "1"),
    ("{% for i in (1..4) %}{% cycle 'a', 'b' %}{% cycle 'g': 1, 2, 3 %}{% endfor %}", "a1b2a3b1"),
    ("{% tablerow i in list cols: 2 %}{{ i }}{% endtablerow %}", ROWS := '<tr class="row1"><td class="col1">1</td>'
     '<td class="col2">2</td></tr><tr class="row2"><td class="col1">3</td></tr>'),
    ("{% unless list.size > 9 %}a{% else %}b{% endunless %}{% unless true %}c{% elsif true %}d{% endunless %}", "ad"),
    ("{% for i in list offset: 1 limit: 1 %}{{ i }}{% else %}none{% endfor %}{% for i in none %}{% else %}none{% endfor %}", "2none"),
    ("{% for pair in object %}{{ pair[0] }}={{ pair.last }}{% endfor %}", "k=v"),
    ("{% subscription_topic_name lang='pt' %}|{% unsubscribe %}", 'News|<a href="https://links.example.org/unsubscribe">Unsubscribe</a>'),
    ("{% tracking_consent_url %}", "https://links.example.org/tracking-consent"),
]  # fmt: skip
LEGACY = [
    ("{% ifchanged %}a{% endifchanged %}{% ifchanged %}a{% endifchanged %}{% ifchanged %}b{% endifchanged %}", "ab"),
    ("{% comment %}{% comment %}a{% endcomment %}b{% endcomment %}c", "c"),
    ("{% for i in list reversed %}{{ i }}{% endfor %}{% for i in (1..3) limit:2 offset:1 %}{{ i }}{% endfor %}", "32123"),
    ("{% for i in (1..2) %}{% cycle 'g': 'a', 'b' %}{{ forloop.rindex0 }}{% endfor %}", "a1b0"),
    ("{% if list contains 2 and object contains 'k' or zz %}y{% endif %}{% if (1..3) contains 2 %}y{% endif %}", "yy"),
    ("{% if object == empty %}n{% else %}y{% endif %}{% if zz == blank %}y{% endif %}{% if zz == empty %}n{% endif %}", "yy"),
    ("{% if 1.5 > 1 %}y{% endif %}{% if list > 1 %}n{% endif %}{% if '2' <> 2 %}n{% endif %}", "y"),
]  # fmt: skip
CONTEXT = {
    "list": [1, 2, 3],
    "object": {"k": "v"},
    "none": None,
    "seats": 7,
    "message": {"subscription_topic": {"name": "News"}},
}


@pytest.mark.parametrize(("source", "text"), LATEST)
def test_a_tag_of_the_latest_dialect(source: str, text: str) -> None:
    assert parse_template(source, Dialect.LATEST).render(CONTEXT, RenderSettings()) == text


@pytest.mark.parametrize(("source", "text"), LEGACY)
def test_a_tag_of_the_legacy_dialect(source: str, text: str) -> None:
    assert parse_template(source, Dialect.LEGACY).render(CONTEXT, RenderSettings()) == text


@pytest.mark.parametrize(
    ("source", "dialect"),
    [
        *[
            (f"{{% {name} %}}", Dialect.LATEST)
            for name in ("include 'x'", "render 'x'", "ifchanged", "doc", "block a", "message")
        ],
        *[
            (f"{{% {name} %}}", Dialect.LEGACY)
            for name in ("break", "continue", "liquid", "echo 1", "include 'x'", "render 'x'")
        ],
    ],
)
def test_a_tag_that_a_dialect_does_not_have_is_unknown(source: str, dialect: Dialect) -> None:
    with pytest.raises(LiquidFault) as caught:
        parse_template(source, dialect)
    assert caught.value.kind == "unknown_tag"


@pytest.mark.parametrize("source", ["{%- if true -%}x{%- endif -%}", "{% # note %}", "{% if x"])
def test_legacy_refuses_what_its_tag_pattern_does_not_match(source: str) -> None:
    with pytest.raises(LiquidFault, match="not properly terminated"):
        parse_template(source, Dialect.LEGACY)


def test_the_random_filter_is_decided_by_the_seed() -> None:
    template = parse_template("{{ 1000000 | random }}", Dialect.LATEST)
    assert template.render({}, RenderSettings(seed="a")) == template.render({}, RenderSettings(seed="a"))
    assert 0 <= int(template.render({}, RenderSettings(seed="b"))) <= 1_000_000
