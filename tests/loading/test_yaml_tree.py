from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.loading.yaml_tree import read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: yes", {"a": "yes"}),
        ("a: no", {"a": "no"}),
        ("on: off", {"on": "off"}),
        ("a: true", {"a": True}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ("a: 2026-01-31", {"a": "2026-01-31"}),
        ("a: 12:30:45", {"a": "12:30:45"}),
        ("a: 0x1F", {"a": 31}),
        ("a: 1e3", {"a": 1000.0}),
        ("a: -4", {"a": -4}),
        ("a: '4'", {"a": "4"}),
        ("a: 1_000", {"a": "1_000"}),
        ("8017: x", {"8017": "x"}),
        ("true: x", {"true": "x"}),
        ("a: &n [1]\nb: *n", {"a": [1], "b": [1]}),
        ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
        ("", None),
        ("\ufeffa: 1", {"a": 1}),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    tree = read_yaml(text, "f.yaml")
    assert tree.problems == []
    assert tree.value == value
    assert repr(tree.value) == repr(value)


@pytest.mark.parametrize(
    ("text", "rule", "line", "column"),
    [
        ("a: 1\nb: {x: 1, x: 2}\n", "yaml-duplicate-key", 2, 11),
        ("a:\n\tb: 1\n", "yaml-tab", 2, 1),
        ("a: b: c\n", "yaml-syntax", 1, 5),
        ("a: [1\nb: 2\n", "yaml-syntax", 2, 2),
        ("a: 'x\n", "yaml-syntax", 2, 1),
        ("a: *x\n", "yaml-alias", 1, 4),
        ("a: &x [*x]\n", "yaml-alias", 1, 8),
        ("<<: {a: 1}\n", "yaml-merge", 1, 1),
        ("a: !!python/object:os.system x\n", "yaml-tag", 1, 4),
        ("a: 007\n", "yaml-number", 1, 4),
        ("a: .nan\n", "yaml-number", 1, 4),
        ("a: 99999999999999999999\n", "yaml-number", 1, 4),
        (f"a: {'9' * 5000}\n", "yaml-number", 1, 4),
        ("a: 1\n---\nb: 2\n", "yaml-documents", 2, 1),
        ("? [a]\n: b\n", "yaml-key", 1, 3),
        ("ä: 1\nü: x\0\n", "yaml-characters", 2, 5),
        ("a: x\u2028y\n", "yaml-characters", 1, 5),
        ("[" * 10_000, "yaml-depth", 1, 101),
        ("{a: " * 10_000, "yaml-depth", 1, 401),
        ("- " * 10_000, "yaml-depth", 1, 201),
        ("x" * 1_000_001, "yaml-size", 1, 1),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_place(text: str, rule: str, line: int, column: int) -> None:
    problems = read_yaml(text, "f.yaml").problems
    assert [(one.rule, one.span.line, one.span.column) for one in problems] == [(rule, line, column)]
    assert problems[0].hint


def test_a_few_lines_of_aliases_cannot_stand_for_billions() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    problems = read_yaml("\n".join(lines), "f.yaml").problems
    assert [one.rule for one in problems] == ["yaml-size"]


def test_all_of_a_files_small_mistakes_come_at_once() -> None:
    tree = read_yaml("a: 007\nb: 1\nb: 2\n<<: {x: 1}\nc: !!str y\n", "f.yaml")
    assert [one.rule for one in tree.problems] == ["yaml-number", "yaml-duplicate-key", "yaml-merge", "yaml-tag"]
    assert tree.value == {"a": "007", "b": 1, "c": "y"}


def test_a_repeated_keys_value_does_not_hide_the_first_ones_places() -> None:
    tree = read_yaml("a: {x: 1}\na: {x: 2}\n", "f.yaml")
    assert tree.value == {"a": {"x": 1}}
    assert tree.place.span(("a", "x")).line == 1


def test_places_are_lines_columns_and_lengths_in_characters() -> None:
    place = read_yaml("é: {ключ: [zwölf, 🎉🎉]}\nlast:\n  - 'a b'\n", "f.yaml").place
    assert place.values["é", "ключ", 0] == (1, 12, 5)
    assert place.values["é", "ключ", 1] == (1, 19, 2)
    assert place.keys["é", "ключ"] == (1, 5, 4)
    assert place.values["last", 0] == (3, 5, 5)


def test_a_block_in_a_file_has_the_files_lines() -> None:
    tree = read_yaml("a: 1\nb: {\n", "f.liquid", lines=["---", "a: 1", "b: {", "---", "body"], first_line=2)
    assert tree.problems[0].span.line in (3, 4)
    assert read_yaml("a: 1\n", "f.liquid", first_line=2).place.values["a",][0] == 2


def test_a_container_knows_its_path_by_identity() -> None:
    tree = read_yaml("a: &x {b: [1]}\nc: *x\n", "f.yaml")
    assert tree.path_of(tree.value["a"]["b"]) == ("a", "b")
    assert tree.path_of(tree.value["c"]["b"]) == ("c", "b")
    assert tree.path_of({}) is None
    assert tree.place.values["c", "b", 0][0] == 1  # where it is written


@given(st.text())
def test_no_text_raises(text: str) -> None:
    tree = read_yaml(text, "f.yaml")
    assert all(one.span.line >= 1 and one.span.column >= 1 and one.span.length >= 1 for one in tree.problems)


@given(st.text(alphabet="ab:-[]{},&*!|>'\"#%@`? \n\t\r~<01.", max_size=80))
def test_no_text_of_yaml_marks_raises(text: str) -> None:
    tree = read_yaml(text, "f.yaml")
    assert tree.problems or _paths(tree.value) <= set(tree.place.values)


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    read_yaml(data.decode("latin-1"), "f.yaml")
    read_yaml(data.decode("utf-8", "surrogateescape"), "f.yaml")


def _paths(value: object, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found = {path} if value is not None else set()
    if isinstance(value, dict):
        return found.union(*(_paths(part, (*path, key)) for key, part in value.items()))
    if isinstance(value, list):
        return found.union(*(_paths(part, (*path, index)) for index, part in enumerate(value)))
    return found
