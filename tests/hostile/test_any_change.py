"""Whatever happens to the files of a project, loading ends in problems with a place, never in an exception."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwright.diagnostics import ConfigurationError, diagnostic_as_text
from mailwright.loading.folder import read_project

REPOSITORY = Path(__file__).parents[2]
PIECES = (
    *(
        "",
        " ",
        "\n",
        "\t",
        "- ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "'",
        '"',
        "&a ",
        "*a",
        "|",
        ">",
        "?",
        "#",
        "!",
        "%",
        "@",
        "<<: ",
    ),
    *(
        "null",
        "true",
        "-1",
        "1e400",
        "007",
        ".nan",
        "{{ x }}",
        "{% if %}",
        "${x}",
        "not: ",
        "any: ",
        "where: ",
        "---\n",
    ),
    *("é", "🎉", "\u202e", "\0", "\ufeff", "\r", "event: ", "segment: ", "wait: 1d", "x" * 200),
)
CHANGES = st.tuples(st.floats(0, 1), st.integers(0, 60), st.sampled_from(PIECES))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some of the repository's own content, in a folder of its own."""
    root = tmp_path_factory.mktemp("any") / "project"
    for name in (
        "campaigns/_shared",
        "campaigns/onboarding",
        "campaigns/signup-general",
        "campaigns/win-back",
        "layouts",
    ):
        shutil.copytree(REPOSITORY / name, root / name)
    (root / "campaigns/_shared/samples").rename(root / "samples")
    shutil.copy(REPOSITORY / "pyproject.toml", root / "pyproject.toml")
    return root


def files_of(root: Path) -> list[Path]:
    return sorted(
        path for path in root.rglob("*") if path.suffix in (".yaml", ".liquid") and path.parent != root / "samples"
    )


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_a_file_is_told_with_a_place(data: st.DataObject, copy: Path):
    path = data.draw(st.sampled_from(files_of(copy)).map(lambda found: found.relative_to(copy)))
    changes = data.draw(st.lists(CHANGES, min_size=1, max_size=4))
    written = (copy / path).read_bytes()
    text = written.decode("utf-8")
    for where, length, piece in changes:
        at = int(where * len(text))
        text = text[:at] + piece + text[at + length :]
    (copy / path).write_text(text, "utf-8", newline="")
    try:
        _, problems = read_project(copy)
    finally:
        (copy / path).write_bytes(written)
    for problem in problems:
        assert problem.span.line >= 1
        assert problem.span.column >= 1
        assert (copy / problem.span.file).exists()
        assert diagnostic_as_text(problem).isprintable() or "\n" in diagnostic_as_text(problem)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=400), st.lists(st.sampled_from(PIECES), max_size=40).map(lambda p: "".join(p).encode())
    )
)
def test_settings_of_any_bytes_are_read_or_refused(content: bytes, tmp_path_factory: pytest.TempPathFactory):
    root = tmp_path_factory.mktemp("settings")
    (root / "campaigns").mkdir()
    (root / "layouts").mkdir()
    (root / "mailwright.toml").write_bytes(content)
    try:
        read_project(root)
    except ConfigurationError as error:
        assert error.span is None or error.span.file == "mailwright.toml"
