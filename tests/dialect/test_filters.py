"""Each filter in each dialect: one line a use, its result beside it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailwright.dialect import Dialect, LiquidFault, RenderSettings
from mailwright.dialect.environment import environment, parse_template

SETTINGS = RenderSettings(now=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC), wrong_namespace="fail")
ITEMS = [
    {"n": 3, "t": "b", "d": {"e": "x"}},
    {"n": None, "t": "a", "d": {"e": "y"}},
    {"n": 1, "t": "B", "d": {"e": "x"}},
]
CONTEXT: dict[str, object] = {
    "items": ITEMS,
    "list": [3, 1, 2],
    "mixed": ["b", 2, None, True, [1, 2], {"k": 1}],
    "words": ["b", "A", "a"],
    "no_items": [],
    "object": {"k": 1},
    "none": None,
    "emoji": "a\U0001f600b",
    "lines": "a\r\nb\nc",
    "t": 1226063274,
}

LATEST = [
    ("{{ 'hello wide world' | titlecase }}", "Hello Wide World"),
    ("{{ 'abc' | capitalize }}{{ none | capitalize }}", "Abc"),
    ("{{ emoji | truncate: 4 }}|{{ emoji | truncate: 3, '' }}|{{ 'abcdef' | truncate: 2 }}", "a\U0001f600b|a\U0001f600|..."),
    ("{{ 'a b' | truncatewords: 2 }}|{{ 'a b c' | truncatewords: 0 }}", "a b...|a..."),
    ("{{ 'aXbXc' | replace_last: 'X', '-' }}|{{ 'abc' | replace_last: 'X', '-' }}", "aXb-c|abc"),
    ("{{ 'abc' | replace: '', '-' }}|{{ 'a1a' | replace: 1, 2 }}", "a-b-c|a2a"),
    ("{{ 'aba' | remove_last: 'a' }}|{{ 'aba' | remove_first: 'a' }}|{{ 'aba' | remove: 'a' }}", "ab|ba|b"),
    ("{{ 'a,b,,' | split: ',' | size }}|{{ 'a  b' | split: ' ' | size }}|{{ 'abc' | split: '' | join: '-' }}", "2|3|a-b-c"),
    ("[{{ 'xxaxx' | strip: 'x' }}][{{ 'xxa' | lstrip: 'x' }}][{{ 'axx' | rstrip: 'x' }}]", "[a][a][a]"),
    ("{{ lines | newline_to_br }}|{{ lines | strip_newlines }}", "a<br />\nb<br />\nc|abc"),
    ("{{ '<p>a<!-- x > y --><style>b{}</style><script>1>0</script>c</p>d<' | strip_html }}", "acd<"),
    ("{{ 'Customer.io' | slice: 3, 3 }}|{{ list | slice: -2, 2 | join }}|{{ none | slice: 1 }}", "tom|1 2|"),
    ("{{ 'Über cool! Straße' | slugify: 'latin' }}|{{ 'a_b c' | slugify: 'pretty' }}", "uber-cool-strasse|a_b-c"),
    ("{{ 'a_b C' | slugify: 'ascii', true }}|{{ 'A B' | slugify: 'none' }}|{{ 'a  B' | slugify: 'raw' }}", "a-b-C|a b|a-b"),
    ("{{ 'Hello world!' | number_of_words }}|{{ '你好 ok' | number_of_words: 'auto' }}|{{ '' | number_of_words }}", "2|3|0"),
    ("{{ words | array_to_sentence_string }}|{{ 'a,b' | split: ',' | array_to_sentence_string }}", "b, A, and a|a and b"),
    ("{{ 2 | pluralize: 'bus', 'buses' }}|{{ 1 | pluralize: 'item' }}|{{ 3 | pluralize: 'item' }}", "2 buses|1 item|3 items"),
    ("{{ '<a> & \"' | escape }}|{{ '1 &lt; 2 & 3' | escape_once }}", "&lt;a&gt; &amp; &#34;|1 &lt; 2 &amp; 3"),
    ("{{ 'a+b %27' | url_decode }}|{{ \"a b!'()*~\" | url_encode }}", "a b '|a+b!'()*~"),
    ("{{ \"a b!*\" | cgi_escape }}|{{ 'a b[1]#é' | uri_escape }}", "a+b%21%2A|a%20b[1]#%C3%A9"),
    ("{{ 'one' | base64 | base64_decode }}|{{ 'b25l' | base64_decode }}|{{ 'b25lIQ' | base64_decode }}", "one|one|one!"),
    ("{{ 7 | divided_by: 2 }}|{{ 7 | divided_by: 2, true }}|{{ 1 | divided_by: 0 }}|{{ 6 | divided_by: 2 }}", "3.5|3|Infinity|3"),
    ("{{ -7 | modulo: 3 }}|{{ 7.5 | modulo: 2 }}|{{ 1 | modulo: 0 }}", "2|1.5|NaN"),
    ("{{ 4.5 | round }}|{{ 2.5 | round }}|{{ -2.5 | round }}|{{ 4.32 | round: 1 }}|{{ 1234 | round: -2 }}", "5|3|-2|4.3|1200"),
    ("{{ 1.2 | ceil }}|{{ -1.2 | floor }}|{{ '-5.5' | abs }}|{{ 4 | at_least: '5' }}|{{ 4 | at_most: 3 }}", "2|-2|5.5|5|3"),
    ("{{ '10' | plus: '5' }}|{{ none | minus: 1 }}|{{ 'abc' | plus: 1 }}|{{ 3 | times: 0.5 }}", "15|-1|1|1.5"),
    ("{{ 9007199254740993 | plus: 0 }}|{{ 99999999999 | times: 99999999999 }}", "9007199254740992|9.9999999998e+21"),
    ("{{ 10 | currency: 'en-us' }}|{{ -5 | currency }}|{{ 'x' | currency }}|{{ 1.005 | currency }}", "$10.00|-$5.00|x|$1.01"),
    ("{{ 5 | currency: 'en-GB', 'USD' }}|{{ 1234.5 | currency: 'de' }}|{{ 1234.5 | currency: 'ja-JP' }}", "US$5.00|1.234,50\xa0€|￥1,235"),
    ("{{ 2.5 | rounded_currency }}|{{ 1234.5 | rounded_currency: 'de' }}", "$3|1.235\xa0€"),
    ("{{ 1234.5678 | format_number }}|{{ 1234567 | format_number: 'de' }}|{{ 'n/a' | format_number }}", "1,234.568|1.234.567|n/a"),
    ("{{ mixed | join: ',' }}|{{ mixed }}", "b,2,,true,1,2,[object Object]|b2true12[object Object]"),
    ("{{ mixed | compact | size }}|{{ list | concat: object | size }}|{{ list | reverse | join }}", "5|4|2 1 3"),
    ("{{ list | push: 9 | unshift: 0 | pop | shift | join }}|{{ list | push: list | size }}", "3 1 2|4"),
    ("{{ list | limit: 2 | join }}|{{ list | first }}|{{ list | last }}|{{ 'ab' | last }}|{{ no_items | first }}", "3 1|3|2|b|"),
    ("{{ items | map: 'd.e' | join }}|{{ items | map: 'zz' | compact | size }}", "x y x|0"),
    ("{{ items | sort: 'n' | map: 't' | join }}|{{ words | sort | join }}|{{ words | sort_natural | join }}", "B b a|A a b|A a b"),
    ("{{ '3,10,2' | split: ',' | sort | join }}|{{ mixed | sort | size }}", "10 2 3|6"),
    ("{{ items | sum: 'n' }}|{{ '1,x,2.5' | split: ',' | sum }}", "4|3.5"),
    ("{{ items | where: 'd.e', 'x' | size }}|{{ items | where: 'n' | size }}|{{ items | where_not: 'n' | size }}", "2|2|1"),
    ("{% assign i = items | find: 't', 'B' %}{{ i.n }}|{{ items | find: 't', 'zz' }}", "1|"),
    ("{{ items | where_exp: 'i', 'i.n > 0 and i.t == \"b\"' | size }}|{{ items | where_exp: 'i', 'i.t | upcase | size' | size }}", "1|3"),
    ("{% assign i = items | find_exp: 'i', 'i.n == 1' %}{{ i.t }}|{{ items | find_exp: 'i', 'false' }}", "B|"),
    ("{% assign g = items | group_by: 'd.e' %}{% for x in g %}{{ x.name }}{{ x.items.size }}{% endfor %}", "x2y1"),
    ("{% assign g = items | group_by_exp: 'i', 'i.t | upcase' %}{% for x in g %}{{ x.name }}{{ x.items.size }}{% endfor %}", "B2A1"),
    ("{{ 'a,b,a' | split: ',' | uniq | join }}|{{ items | json_array_uniq: 'd.e' | map: 't' | join }}", "a b|b a"),
    ("{{ emoji | size }}|{{ object | size }}|{{ object.size }}|{{ 12 | size }}|{{ emoji.size }}", "4|0|1|0|4"),
    ("{{ object | json }}|{{ no_items | json: 2 }}|{{ none | to_json }}|{{ 2.0 | json }}", '{"k":1}|[]|null|2'),
    ("{% assign o = '{\"a\": [1, 2.0]}' | from_json %}{{ o.a | json }}|{{ list | from_json | size }}", "[1,2]|3"),
    ("{{ none | default: 1 }}{{ no_items | default: 2 }}{{ '' | default: 3 }}{{ 0 | default: 4 }}{{ object | default: 5 | size }}", "12300"),
    ("{{ false | default: 1 }}|{{ false | default: 1, allow_false: true }}|{{ false | default: 1, allow_false: false }}", "1|false|1"),
    ("{{ t | date: '%e|%-d|%_m|%03d|%^a|%#p|%q|%y|%C|%j|%U|%W|%u|%w' }}", " 7|7|11|007|FRI|pm|th|08|20|312|44|44|5|5"),
    ("{{ t | date: '%s|%N|%3N|%L|%z|%:z|%Z|%x|%X|%c' }}", "1226063274|000000000|000|000|+0000|+00:00|UTC|11/7/2008|1:07:54 PM|11/7/2008, 1:07:54 PM"),
    ("{{ t | date: '%D %F %T %R %%' }}|{{ t | date }}", "%D %F %T %R %|Friday, November 7, 2008 at 1:07 pm +0000"),
    ("{{ t | date: '%H:%M %Z', 'Europe/Berlin' }}|{{ t | date: '%H:%M', -330 }}", "14:07 Europe/Berlin|18:37"),
    ("{{ 'now' | date: '%F' }}|{{ 'today' | date: '%s' }}|{{ object | date }}|{{ true | date }}", "%F|1700000000|[object Object]|true"),
    ("{{ t | date_to_string }}|{{ t | date_to_long_string: 'ordinal' }}|{{ t | date_to_string: 'ordinal', 'US' }}", "07 Nov 2008|07th November 2008|Nov 7th, 2008"),
    ("{{ t | date_to_xmlschema }}|{{ t | date_to_rfc822 }}|{{ 'x' | date_to_string }}", "2008-11-07T13:07:54+00:00|Fri, 07 Nov 2008 13:07:54 +0000|x"),
    ("{{ 0 | add_day: 1 }}|{{ 0 | subtract_day: 1 }}|{{ 0 | add_year: 1 }}|{{ 0 | subtract_month: 1 }}", "86400|-86400|31536000|-2678400"),
    ("{{ 1709164800 | add_year: 1 | date: '%-d' }}|{{ 'x' | add_month: 1 }}|{{ 0 | subtract_year: 1 }}", "28|x|-31536000"),
    ("{{ t | timezone: 'Europe/Berlin' | date: '%H:%M' }}|{{ 'a b' | htmlencode }}", "14:07|a b"),
]  # fmt: skip
LEGACY = [
    ("{{ 'a b&c' | escape }}|{{ '<' | htmlencode }}|{{ 'a & &lt;' | escape_once }}", "a%20b%26c|&lt;|a &amp; &lt;"),
    ("{{ 'ab' | upcase }}{{ 'AB' | downcase }}{{ 'aB' | capitalize }}", "ABabAb"),
    ("{{ 'a' | append: 1.0 }}|{{ 'a' | prepend: true }}", "a1.0|truea"),
    ("{{ 'aa' | replace: 'a', 'b' }}|{{ 'aa' | replace_first: 'a', 'b' }}|{{ 'aab' | remove: 'a' }}|{{ 'aab' | remove_first: 'a' }}", "bb|ba|b|ab"),
    ("{{ 'abcdef' | truncate: 4 }}|{{ none | truncate }}|{{ 'a b c' | truncatewords: 3 }}|{{ 'a b' | truncatewords: 3 }}|{{ none | truncatewords }}", "a...||a b c...|a b|"),
    ("{{ ' a  b ' | split: ' ' | size }}|{{ 'a,b,,' | split: ',' | size }}|{{ 'ab' | split: '' | size }}", "2|2|2"),
    ("{{ lines | strip_newlines | size }}|{{ '<p>a</p>' | strip_html }}|{{ lines | newline_to_br | size }}", "4|a|18"),
    ("{{ list | size }}|{{ object | size }}|{{ none | size }}|{{ 5 | size }}", "3|1|0|8"),
    ("{{ list | first }}{{ list | last }}{{ no_items | first }}|{{ object | first }}|{{ 5 | last }}", "32|k1|"),
    ("{{ items | map: 't' | join: '-' }}|{{ items | map: 'zz' }}", "b-a-B|"),
    ("{{ words | sort | join }}|{{ list | sort | join }}|{{ words | sort_natural | join }}|{{ items | sort: 't' | map: 't' | join }}", "A a b|1 2 3|A a b|B a b"),
    ("{{ '1,2' | split: ',' | sum }}|{{ list | sum }}", "12|6"),
    ("{{ list | concat: words | size }}|{{ 'a,a' | split: ',' | uniq | size }}", "6|1"),
    ("{{ items | where: 't', 'a' | size }}|{{ items | where_not: 't', 'a' | size }}|{% assign i = items | find: 't', 'B' %}{{ i.n }}", "1|2|1"),
    ("{{ 7 | divided_by: 2 }}|{{ 7.0 | divided_by: 2 }}|{{ 1.0 | divided_by: 0 }}|{{ 3 | times: 2.0 }}", "3|3.5|Infinity|6.0"),
    ("{{ '3.5' | plus: 1 }}|{{ '12px' | minus: 2 }}|{{ 7 | modulo: 4 }}|{{ 7.5 | modulo: 2 }}", "4.5|10|3|1.5"),
    ("{{ '-3' | abs }}|{{ 1.2 | ceil }}|{{ 1.8 | floor }}|{{ 2.5 | round }}|{{ 3.14159 | round: 2 }}|{{ 5 | round: 1 }}", "3|2|1|3|3.14|5"),
    ("{{ 4 | at_least: 5 }}|{{ 4 | at_most: 3.5 }}|{{ 1234.5 | currency }}|{{ 5.5 | rounded_currency: 'en-GB' }}", "5|3.5|$1,234.50|£6"),
    ("{{ t | date: '%D|%F|%T|%R|%r|%G-%V|%Z|%y' }}", "11/07/08|2008-11-07|13:07:54|13:07|01:07:54 PM|2008-45|UTC|08"),
    ("{{ 0 | date: '%Y' }}|{{ 'x' | date: '%Y' }}|{{ 'NOW' | date: '%Y' }}|{{ list | date: '%Y' | size }}", "0|x|2023|3"),
    ("{{ t | timezone: 'Europe/Berlin' }}|{{ t | timezone: '-8' | date: '%H' }}|{{ 'x' | timezone: 'UTC' }}", "2008-11-07 14:07:54 +0100|05|x"),
    ("{{ object | json }}|{{ object | json: 2 }}|{% assign o = '[1]' | from_json %}{{ o[0] }}", '{"k":1}|{\n  "k": 1\n}|1'),
    ("{{ 'a b' | url_encode }}|{{ object }}|{{ mixed }}|{{ 'x' | default: 'y' }}", 'a+b|{"k"=>1}|b2true12{"k"=>1}|x'),
]  # fmt: skip
REFUSED = [
    ("{{ '{' | from_json }}", Dialect.LATEST),
    ("{{ '{' | from_json }}", Dialect.LEGACY),
    ("{{ 'xyz' | hex_base64 }}", Dialect.LATEST),
    ("{{ '%zz' | url_decode }}", Dialect.LATEST),
    ("{{ '%ff' | url_decode }}", Dialect.LATEST),
    ("{{ 1 | currency: 'not a locale' }}", Dialect.LATEST),
    ("{{ 1 | currency: 'en', 'EURO' }}", Dialect.LATEST),
    ("{{ t | date: '%Y', 'No/Where' }}", Dialect.LATEST),
    ("{{ items | where_exp: 'i', 'i.n >' }}", Dialect.LATEST),
    ("{{ mixed | sort }}", Dialect.LEGACY),
    ("{{ mixed | sum }}", Dialect.LEGACY),
    ("{{ list | concat: object }}", Dialect.LEGACY),
    ("{{ 1 | divided_by: 0 }}", Dialect.LEGACY),
    ("{{ 1 | modulo: 0 }}", Dialect.LEGACY),
    ("{{ t | timezone: 'No/Where' }}", Dialect.LEGACY),
]


@pytest.mark.parametrize(("source", "text"), LATEST)
def test_a_filter_of_the_latest_dialect(source: str, text: str) -> None:
    assert parse_template(source, Dialect.LATEST).render(CONTEXT, SETTINGS) == text


@pytest.mark.parametrize(("source", "text"), LEGACY)
def test_a_filter_of_the_legacy_dialect(source: str, text: str) -> None:
    assert parse_template(source, Dialect.LEGACY).render(CONTEXT, SETTINGS) == text


@pytest.mark.parametrize(("source", "dialect"), REFUSED)
def test_what_a_filter_refuses_fails_the_message(source: str, dialect: Dialect) -> None:
    with pytest.raises(LiquidFault) as caught:
        parse_template(source, dialect).render(CONTEXT, SETTINGS)
    assert caught.value.kind == "render"


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("value", ["none", "'text'", "3.5", "list", "object", "items", "true"])
def test_every_filter_takes_any_value_or_refuses_it_as_liquid(value: str, dialect: Dialect) -> None:
    for name in environment(dialect).filters:
        for arguments in ("", ": none", ": 'a', 'b', 'c', 'd'", ": list, object", ": -1, 2.5"):
            template = parse_template("{{ " + value + " | " + name + arguments + " }}", dialect)
            try:
                assert isinstance(template.render(CONTEXT, SETTINGS), str)
            except LiquidFault as fault:
                assert fault.kind in ("render", "undefined_variable")
