"""Whatever stands in a template, it renders or fails as Liquid does, and nothing else escapes."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwright.dialect import Dialect, Limits, LiquidFault, RenderSettings
from mailwright.dialect.checks import template_problems
from mailwright.dialect.environment import environment, parse_template

NAMES = st.sampled_from([*environment(Dialect.LATEST).filters, *environment(Dialect.LEGACY).filters])
TAGS = st.sampled_from(
    [
        *environment(Dialect.LATEST).tags,
        *environment(Dialect.LEGACY).tags,
        "endif",
        "endfor",
        "else",
        "elsif",
        "when",
        "endcase",
    ]
)
VALUES = st.sampled_from(
    [
        "a",
        "a.b",
        "a[0]",
        "'x'",
        '"y z"',
        "1",
        "-2.5",
        "nil",
        "empty",
        "blank",
        "true",
        "(1..3)",
        "list",
        "list[b]",
        "zz",
        "'%Y %D'",
        "999999999999",
    ]
)
FILTERS = st.builds(
    lambda name, args: f" | {name}" + (f": {', '.join(args)}" if args else ""), NAMES, st.lists(VALUES, max_size=3)
)
OUTPUTS = st.builds(
    lambda value, filters: "{{ " + value + "".join(filters) + " }}", VALUES, st.lists(FILTERS, max_size=4)
)
MARKUPS = st.builds(
    " ".join,
    st.lists(
        VALUES | st.sampled_from(["==", "<", "contains", "and", "or", "in", "=", "|", ":", ",", "reversed", "limit:2"]),
        max_size=5,
    ),
)
PIECES = st.one_of(
    OUTPUTS,
    st.builds("{{% {} {} %}}".format, TAGS, MARKUPS),
    st.builds("{{% if {} %}}{}{{% endif %}}".format, MARKUPS, OUTPUTS),
    st.builds("{{% for {} %}}{}{{% endfor %}}".format, MARKUPS, OUTPUTS),
    st.text(max_size=10),
    st.text(alphabet="{}%'\"|.()[]-a1 \n", max_size=20),
)
SOURCES = st.builds("".join, st.lists(PIECES, max_size=6))
CONTEXT = {"a": {"b": "text <b>", "c": None}, "list": [3, "b", None, {"k": [1]}, [2.5]], "b": 1, "s": "x" * 50}
SMALL = RenderSettings(limits=Limits(loop_iterations=200, output_bytes=100_000, namespace_bytes=100_000, seconds=1.0))


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SOURCES, st.sampled_from(list(Dialect)))
def test_any_source_renders_or_fails_as_liquid(source: str, dialect: Dialect) -> None:
    try:
        template = parse_template(source, dialect)
        template.reads()
        template.filters()
        assert isinstance(template.render(CONTEXT, SMALL), str)
    except LiquidFault as fault:
        assert fault.line >= 1
        assert fault.column >= 1
        assert fault.length >= 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SOURCES, st.sampled_from(list(Dialect)))
def test_a_source_that_parses_has_no_syntax_problems_and_the_other_way_round(source: str, dialect: Dialect) -> None:
    broken = {"liquid-syntax", "liquid-unknown-tag", "liquid-tag-argument", "liquid-limit"}
    found = any(problem.rule in broken for problem in template_problems(source, dialect))
    try:
        parse_template(source, dialect)
    except LiquidFault:
        assert found
    else:
        assert not found


def test_the_package_is_imported_without_the_engine() -> None:
    code = "import sys, mailwright.dialect; print([name for name in ('mailwright.dialect.environment', 'babel') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
