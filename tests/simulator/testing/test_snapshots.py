"""Snapshots of emails: what counts as a change, what is kept, what is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.rendering.email import Rendered
from simulator.testing import pictures
from simulator.testing.normalised import page_lines
from simulator.testing.snapshots import Snapshots

EMAIL = Rendered(
    "email", subject="Hello", to=("ana@example.org",), html='<p class="a" id="b">Hello  Ana</p>', text="Hello Ana"
)


def snapshots(tmp_path: Path, *, update: bool = False, pictured: Path | None = None) -> Snapshots:
    return Snapshots(tmp_path / "test_a.py", "test_one", update, pictured, tmp_path)


def test_an_email_that_was_never_kept_is_no_green_test(tmp_path: Path) -> None:
    said = snapshots(tmp_path).difference(EMAIL, "welcome/hello")
    assert said is not None and "nothing was kept yet" in said
    assert not (tmp_path / "__snapshots__").exists()


def test_an_email_that_looks_the_same_is_the_same(tmp_path: Path) -> None:
    snapshots(tmp_path, update=True)(EMAIL, "welcome/hello")
    same = replace(EMAIL, html='<p id="b"  class=a>\n  Hello Ana <!-- a note -->\n</p>\n')
    snapshots(tmp_path)(same, "welcome/hello")


@pytest.mark.parametrize(
    "change",
    [
        {"html": '<p class="a" id="b">Hello Ben</p>'},
        {"html": '<p class="z" id="b">Hello Ana</p>'},
        {"html": '<p class="a" id="b">Hello Ana</p><!--[if mso]><b>Outlook</b><![endif]-->'},
        {"subject": "Good morning"},
        {"to": ("ben@example.org",)},
        {"text": "Hello Ben"},
    ],
)
def test_what_shows_counts(tmp_path: Path, change: dict[str, object]) -> None:
    snapshots(tmp_path, update=True)(EMAIL, "welcome/hello")
    with pytest.raises(AssertionError, match="mailwright test --update"):
        snapshots(tmp_path)(replace(EMAIL, **change), "welcome/hello")


def test_the_difference_is_shown_line_by_line(tmp_path: Path) -> None:
    snapshots(tmp_path, update=True)(EMAIL, "welcome/hello")
    said = snapshots(tmp_path).difference(replace(EMAIL, html='<p class="a" id="b">Hello Ben</p>'), "welcome/hello")
    assert said is not None
    assert "-Hello Ana" in said.split("\n") and "+Hello Ben" in said.split("\n")
    assert "--pictures DIR shows both side by side" in said


def test_update_keeps_it_as_it_is_now_and_leaves_alone_what_shows_no_change(tmp_path: Path) -> None:
    keeper = snapshots(tmp_path, update=True)
    keeper(EMAIL, "welcome/hello")
    path = keeper.path("welcome/hello")
    before = path.read_bytes()
    keeper(replace(EMAIL, html='<p id="b" class="a">Hello Ana</p>'), "welcome/hello")
    assert path.read_bytes() == before
    keeper(replace(EMAIL, subject="New"), "welcome/hello")
    snapshots(tmp_path)(replace(EMAIL, subject="New"), "welcome/hello")


def test_a_name_leads_to_no_other_folder(tmp_path: Path) -> None:
    path = Snapshots(tmp_path / "test_a.py", "../../x[a/b]", False, None, tmp_path).path("../up/er")
    assert path.parent == tmp_path / "__snapshots__" / "test_a"


TAG = st.sampled_from(["p", "td", "a", "img"])
VALUE = st.text(st.characters(categories=["Ll", "Nd"]), min_size=1, max_size=5)
ATTRIBUTES = st.dictionaries(st.sampled_from(["class", "id", "href", "width"]), VALUE, max_size=4)


@given(tag=TAG, attributes=ATTRIBUTES, words=st.lists(VALUE, min_size=1, max_size=3), quote=st.sampled_from(["'", '"']))
def test_space_and_the_order_of_attributes_do_not_count(
    tag: str, attributes: dict[str, str], words: list[str], quote: str
) -> None:
    forward = "".join(f' {name}="{value}"' for name, value in attributes.items())
    backward = "".join(f"\n  {name} = {quote}{value}{quote}" for name, value in reversed(attributes.items()))
    one = f"<{tag}{forward}>{' '.join(words)}</{tag}>"
    other = f"<{tag.upper()}{backward} >\n\t{'   '.join(words)}\n</{tag}>"
    assert page_lines(one) == page_lines(other)
    assert page_lines("\n".join(page_lines(one))) == page_lines(one)


def test_pictures_stand_side_by_side_on_one_page(tmp_path: Path) -> None:
    target = tmp_path / "pictures" / "hello.html"
    said = pictures.pictures_side_by_side("<p>one</p>", "<p>two</p>", target, "welcome/hello")
    assert said == f"pictures: {target}"
    page = target.read_text("utf-8")
    assert page.count("data:image/png;base64,") == 4
    assert "http" not in page.replace("http-equiv", "")


def test_without_a_browser_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILWRIGHT_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    said = pictures.pictures_side_by_side("<p>one</p>", "<p>two</p>", tmp_path / "a.html", "a")
    assert said == pictures.NO_BROWSER
    assert not (tmp_path / "a.html").exists()
