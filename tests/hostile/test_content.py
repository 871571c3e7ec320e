"""Content made to harm, or by mistake: a located problem and exit code 1, in a moment, never a bug."""

from __future__ import annotations

from pathlib import Path

import pytest

CAMPAIGN = "campaigns/welcome/campaign.yaml"
EMAIL = "campaigns/welcome/hello.liquid"
HEAD = "---\nsubject: hi\npreheader: p\nlayout: base@1\n---\n"
GOOD = "name: W\ntrigger: {event: signed_up}\nworkflow:\n  - email: hello\n"
LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{after}: &{after} [{','.join([f'*{before}'] * 9)}]\n"
    for before, after in zip("abcdefghijk", "bcdefghijkl", strict=True)
)


@pytest.mark.parametrize(
    ("content", "rule", "line"),
    [
        pytest.param(LAUGHS, "yaml-size", 6, id="a billion laughs"),
        pytest.param("a: " + "[" * 10_000 + "]" * 10_000, "yaml-depth", 1, id="deep lists"),
        pytest.param("a: " + "{a: " * 10_000 + "}" * 10_000, "yaml-depth", 1, id="deep maps"),
        pytest.param("- " * 10_000 + "x", "yaml-depth", 1, id="deep dashes"),
        pytest.param("\n".join(" " * depth + "a:" for depth in range(1300)), "yaml-depth", 101, id="deep blocks"),
        pytest.param("a: &a [*a]\n", "yaml-alias", 1, id="an alias inside itself"),
        pytest.param(GOOD + "name: again\n", "yaml-duplicate-key", 5, id="a key twice"),
        pytest.param("name: x\ntrigger:\n\tevent: x\n", "yaml-tab", 3, id="a tab"),
        pytest.param(GOOD + "<<: {a: 1}\n", "yaml-merge", 5, id="a merge key"),
        pytest.param(
            GOOD.replace("W", '!!python/object/apply:os.system ["id"]'), "yaml-tag", 1, id="a tag that would run"
        ),
        pytest.param(GOOD + "---\nname: x\n", "yaml-documents", 5, id="two documents"),
        pytest.param(GOOD + "tags: [1e999, 99999999999999999999]\n", "yaml-number", 5, id="huge numbers"),
        pytest.param("name: a\0b\n", "yaml-characters", 1, id="a zero byte"),
        pytest.param(b"name: caf\xe9\n", "not-utf-8", 1, id="Latin-1"),
        pytest.param("name: x\n".encode("utf-16"), "not-utf-8", 1, id="UTF-16"),
        pytest.param("name: '" + "x" * 1_100_000 + "'", "file-size", 1, id="a megabyte"),
        pytest.param("".join(f"k{n}: 1\n" for n in range(30_000)), "too-many-problems", 998, id="unknown keys"),
        pytest.param(
            f"{GOOD}filter: {'{not: ' * 45}{{person: {{plan: a}}}}{'}' * 45}\n", "condition-size", 5, id="a deep filter"
        ),
        pytest.param(
            f"{GOOD}filter: {{any: [{','.join(['{person: {plan: a}}'] * 20_000)}]}}\n",
            "condition-size",
            5,
            id="a wide filter",
        ),
        pytest.param("", "missing-key", 1, id="nothing"),
        pytest.param("7", "wrong-type", 1, id="a number"),
        pytest.param("name: [1]\ntrigger: 7\nworkflow: {a: b}\n", "unknown-trigger", 2, id="wrong types"),
    ],
)
def test_yaml_that_harms_is_a_located_problem(content: str | bytes, rule: str, line: int, put, mailwright):
    put(CAMPAIGN, content)
    found = mailwright("check", "--no-cache")
    assert found.is_orderly()
    assert found.code == 1
    assert any(text.startswith(f"{CAMPAIGN}:{line}:") and f"[{rule}]" in text for text in found.out.splitlines())


@pytest.mark.parametrize("change", ["\ufeff{}", "{}\r\n"], ids=["a byte order mark", "CRLF"])
def test_what_editors_leave_in_a_file_does_no_harm(change: str, project: Path, put, mailwright):
    text = (project / CAMPAIGN).read_text("utf-8")
    put(CAMPAIGN, change.format(text) if "\r" not in change else text.replace("\n", "\r\n"))
    assert mailwright("check").code == 0


def test_many_problems_of_one_long_line_need_little_memory(put, process):
    values = ",".join(f"a{number}" for number in range(60_000))
    put(CAMPAIGN, f"{GOOD}filter: {{person: {{plan: {{in: [{values}]}}}}}}\n")
    for form in ("text", "sarif"):
        found = process("check", "--format", form)
        assert found.is_orderly()
        assert found.code == 1
        assert len(found.out) < 5_000_000


def test_segments_that_ask_one_another_end_somewhere(put, mailwright):
    for number in range(120):
        put(f"campaigns/_shared/segments/s{number}.yaml", f"name: S{number}\nwhere: {{segment: s{number + 1}}}\n")
    put("campaigns/_shared/segments/s120.yaml", "name: S120\nwhere: {person: {plan: pro}}\n")
    found = mailwright("check")
    assert found.code == 1
    assert "s90.yaml:2:9  more than can be followed" in found.out


def test_segments_that_ask_the_next_one_twice_do_not_double_without_end(put, mailwright):
    for number in range(25):
        both = f"{{segment: s{number + 1}}}"
        put(f"campaigns/_shared/segments/s{number}.yaml", f"name: S{number}\nwhere: {{all: [{both}, {both}]}}\n")
    put("campaigns/_shared/segments/s25.yaml", "name: S25\nwhere: {person: {plan: pro}}\n")
    assert mailwright("check").out.count("[condition-size]") == 1


def test_a_ring_of_segments_is_told_once(put, mailwright):
    for number in range(200):
        following = (number + 1) % 200
        put(f"campaigns/_shared/segments/s{number}.yaml", f"name: S{number}\nwhere: {{segment: s{following}}}\n")
    found = mailwright("check")
    assert found.code == 1
    assert found.out.count("[segment-cycle]") == 1


TEMPLATES = {
    "a loop without end": "{% for i in (1..1000000000) %}x{% endfor %}",
    "26 doublings": '{% assign a = "0123456789" %}' + "{% assign a = a | append: a %}" * 26 + "{{ a }}",
    "a tag never closed": "{% if true %}{{ x ",
    "10,000 blocks": "{% if true %}" * 10_000 + "{% endif %}" * 10_000,
    "100,000 outputs": "{{ a }}" * 100_000,
    "20,000 branches": "{% if a %}" + "{% elsif b %}" * 20_000 + "x{% endif %}",
    "lines without end": "{% liquid\n" + "echo a\n" * 20_000 + "%}",
    "a text that renders itself": "{% capture a %}{% raw %}{% render_liquid a %}{% endraw %}{% endcapture %}{% render_liquid a %}",
    "a width of a date": '{{ "now" | date: "%999999999Y" }}',
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_liquid_that_harms_ends_in_every_command(name: str, put, mailwright, tmp_path: Path):
    put(EMAIL, HEAD + TEMPLATES[name])
    log = tmp_path / "log.ndjson"
    log.write_text(
        '{"type":"identify","person":"a","timestamp":1767268800,"attributes":{"email":"a@example.org"}}\n'
        '{"type":"track","person":"a","name":"signed_up","timestamp":1767268801,"data":{}}\n'
    )
    alone = mailwright("render", "welcome/hello")
    assert alone.is_orderly()
    assert alone.code == 1
    assert "campaigns/welcome/hello.liquid:" in alone.err
    for command in (
        ["check"],
        ["render", "--all", "--out", tmp_path / "site"],
        ["simulate", log, "--render", "all"],
        ["explain", "--sample", "new-person", "--campaign", "welcome"],
    ):
        assert mailwright(*command).is_orderly(), command


PAGES = {
    "deep elements": "<div>" * 100_000,
    "a long chain of selectors": "<style>" + " ".join(["div"] * 3_000) + "{color:red}</style><p>x",
    "rules for every element": "<style>" + "p{color:red}" * 40_000 + "</style>" + "<p>x</p>" * 5_000,
    "files of the machine": '<style>@import url(file:///etc/hostname)</style><link rel=stylesheet href="file:///etc/hostname">',
    "open brackets": "<" * 500_000,
    "open comments": "<!--" * 100_000,
}


@pytest.mark.parametrize("name", PAGES)
def test_html_and_css_that_harm_are_shown_all_the_same(name: str, put, mailwright):
    put(EMAIL, HEAD + PAGES[name])
    for form in ("html", "text"):
        shown = mailwright("render", "welcome/hello", "--format", form)
        assert shown.is_orderly()
        assert shown.code == 0


def test_data_of_an_event_adds_no_line_to_a_mail(put, mailwright):
    put(
        EMAIL,
        '---\nsubject: "{{ event.s }}"\npreheader: p\nheaders: {X-Ours: "{{ event.s }}"}\nlayout: base@1\n---\nx\n',
    )
    data = '{"name": "signed_up", "data": {"s": "a\\r\\nBcc: all@example.org\\r\\n\\r\\nbody\\u0000"}}'
    head = mailwright("render", "welcome/hello", "--event", data, "--format", "eml").out.split("\n\n")[0]
    assert "Subject: a" in head
    assert not any(line.startswith(("Bcc:", "body")) for line in head.splitlines())


def test_data_of_an_event_cannot_steer_a_terminal(put, mailwright):
    put(EMAIL, '---\nsubject: "{{ event.s }}"\npreheader: p\nlayout: base@1\n---\n{{ event.s }}\n')
    data = '{"name": "signed_up", "data": {"s": "\\u001b[31mred\\u009b0m"}}'
    shown = mailwright("render", "welcome/hello", "--event", data, "--format", "text")
    assert "·[31mred·0m" in shown.out
    assert "\x1b" not in shown.out


def test_names_in_problems_cannot_steer_a_terminal(put, mailwright):
    put(CAMPAIGN, GOOD.replace("{event: signed_up}", '{event: "a\\e[31m\\nb\\u202e"}'))
    found = mailwright("check")
    assert found.code == 1
    assert "'a·[31m·b·'" in found.out
    assert "\x1b" not in found.all
