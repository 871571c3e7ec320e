"""Links, pipes, devices and odd names: nothing outside the project is read, shown or written, and nothing hangs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

SECRET = "words of another folder"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the project."""
    folder = tmp_path / "outside"
    (folder / "events").mkdir(parents=True)
    for name in ("campaign.yaml", "people.yaml", "hello.liquid", "mailwright.toml", "events/more.yaml"):
        (folder / name).write_text(f"{SECRET}: [\n{SECRET} {{{{ x\n", "utf-8")
    return folder


def replaced_by_link(place: Path, target: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    place.symlink_to(target)


@pytest.mark.parametrize(
    ("place", "target", "told"),
    [
        pytest.param(
            "campaigns/welcome/campaign.yaml", "campaign.yaml", "campaigns/welcome/campaign.yaml", id="a file"
        ),
        pytest.param("campaigns/welcome/hello.liquid", "hello.liquid", "campaigns/welcome/hello.liquid", id="an email"),
        pytest.param("campaigns/_shared/people.yaml", "people.yaml", "campaigns/_shared/people.yaml", id="a schema"),
        pytest.param("campaigns/welcome", ".", "campaigns/welcome", id="a campaign"),
        pytest.param("campaigns/_shared", ".", "campaigns/_shared", id="what is shared"),
        pytest.param("campaigns/_shared/events", "events", "campaigns/_shared/events", id="the events"),
        pytest.param("campaigns", ".", "campaigns", id="all campaigns"),
        pytest.param("layouts", ".", "layouts", id="the layouts"),
    ],
)
def test_a_link_out_of_the_project_is_a_problem_and_shows_nothing(place, target, told, project, outside, mailwright):
    replaced_by_link(project / place, outside / target)
    for form in ("text", "json", "sarif"):
        found = mailwright("check", "--format", form)
        assert found.is_orderly()
        assert found.code == 1
        assert SECRET not in found.all
    assert f"{told}:1:1  this link leads out of the project  [outside-project]" in mailwright("check").out
    assert SECRET not in mailwright("render", "welcome/hello").all


@pytest.mark.parametrize("name", ["mailwright.toml", "pyproject.toml"])
def test_settings_behind_a_link_out_of_the_project_are_refused(name, project, outside, mailwright):
    (project / "mailwright.toml").unlink()
    (project / name).symlink_to(outside / "mailwright.toml")
    found = mailwright("check")
    assert found.code == 3
    assert "this link leads out of the project" in found.err
    assert SECRET not in found.all


@pytest.mark.parametrize("target", ["..", ".", "../../campaigns", "loop"])
def test_links_that_go_in_circles_end(target, project, mailwright):
    for place in ("campaigns/welcome/loop", "campaigns/_shared/events/loop", "layouts/base/loop", "campaigns/loop"):
        (project / place).symlink_to(target)
    assert mailwright("check").is_orderly()


def test_a_link_inside_the_project_is_followed(project, mailwright):
    place = project / "campaigns/welcome/hello.liquid"
    place.rename(project / "kept.liquid")
    place.symlink_to("../../kept.liquid")
    assert mailwright("check").code == 0


@pytest.mark.parametrize(
    ("name", "code"),
    [("campaigns/welcome/campaign.yaml", 1), ("campaigns/welcome/hello.liquid", 1), ("mailwright.toml", 3)],
)
def test_pipes_and_devices_are_not_read(name, code, project, mailwright):
    place = project / name
    for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero"), os.mkdir):
        place.unlink()
        make(place)
        found = mailwright("check")
        assert found.is_orderly()
        assert found.code == code
        if place.is_dir():
            place.rmdir()
        place.touch()


@pytest.mark.parametrize("name", ["campaigns", "layouts"])
def test_a_file_in_the_place_of_a_folder_is_told(name, project, mailwright):
    shutil.rmtree(project / name)
    (project / name).write_text("x")
    found = mailwright("check")
    assert found.code == 1
    assert f"{name}:1:1  a folder is needed here" in found.out


@pytest.mark.parametrize("name", ["🎉", "مرحبا", "a\u202eb", "a\x1b[31mb", "a\nb", "a b", "-x", "é", "x" * 120])
def test_names_that_cannot_be_slugs_are_told_and_shown_harmlessly(name, project, mailwright):
    shutil.copytree(project / "campaigns/welcome", project / "campaigns" / name)
    (project / "campaigns/_shared/events" / f"{name}.yaml").write_text("name: x\n")
    for form in ("text", "json", "sarif", "github"):
        found = mailwright("check", "--format", form)
        assert found.is_orderly()
        assert found.code == 1
        assert not {"\x1b", "\u202e"} & set(found.all)


def test_a_name_that_is_no_utf_8_is_told(project, mailwright):
    os.mkdir(os.fsencode(project / "campaigns") + b"/\xff\xfe")
    found = mailwright("check")
    assert found.code == 1
    assert "campaigns/\\udcff\\udcfe:1:1" in found.out


def test_the_cache_is_neither_believed_nor_kept_behind_a_link(project, outside, mailwright):
    cache = project / ".mailwright/cache"
    shutil.rmtree(cache, ignore_errors=True)
    before = sorted(outside.rglob("*"))
    cache.symlink_to(outside)
    assert mailwright("check").code == 0
    assert sorted(outside.rglob("*")) == before


def test_a_pipe_in_the_place_of_the_cache_does_not_hang(project, mailwright):
    cache = project / ".mailwright/cache"
    cache.mkdir(parents=True, exist_ok=True)
    for name in ("check.json", "liquid.json", "pages.json"):
        os.mkfifo(cache / name)
    assert mailwright("check").code == 0


@pytest.mark.parametrize("text", ["[" * 100_000, "null", "{}", '{"key": 1, "record": {}}', "\0"])
def test_a_cache_of_anything_changes_nothing(text, project, put, mailwright):
    put(".mailwright/cache/check.json", text)
    put(".mailwright/cache/liquid.json", text)
    put(".mailwright/cache/pages.json", text)
    assert mailwright("check").code == 0


def test_nothing_new_is_written_through_a_link_out_of_the_project(project, outside, mailwright):
    replaced_by_link(project / "campaigns/_shared/events", outside / "events")
    found = mailwright("new", "event", "account_closed")
    assert found.code == 5
    assert "a link leads there" in found.err
    assert sorted(path.name for path in (outside / "events").iterdir()) == ["more.yaml"]


@pytest.mark.parametrize("name", ["../x", "/x", "a/b", ".", "..", "", "a\nb", "🎉", "_shared", ".git", "x" * 300])
@pytest.mark.parametrize("kind", ["campaign", "layout", "snippet", "segment"])
def test_new_things_stay_in_their_folder(kind, name, project, mailwright):
    before = sorted(project.rglob("*"))
    assert mailwright("new", kind, name).code == 3
    assert sorted(project.rglob("*")) == before


@pytest.mark.parametrize("name", ["../../x", "/etc/hostname", "welcome/../hello", "..", "welcome/hello\0"])
def test_a_message_is_a_name_and_no_path(name, mailwright):
    found = mailwright("render", name)
    assert found.code == 3
    assert "message" in found.err


def test_a_site_replaces_no_folder_of_somebody_else(project, outside, mailwright):
    before = sorted(path for folder in (project / "campaigns", outside) for path in folder.rglob("*"))
    for place in (project, project / "campaigns", outside, outside / "people.yaml"):
        assert mailwright("render", "--all", "--out", place).code == 5
    assert sorted(path for folder in (project / "campaigns", outside) for path in folder.rglob("*")) == before


@pytest.mark.parametrize("name", ["../../etc@1", "a/../base@1", "base@../1", "/base@1"])
def test_a_layout_is_a_name_and_no_path(name, put, mailwright):
    put("campaigns/welcome/hello.liquid", f"---\nsubject: hi\npreheader: p\nlayout: {name}\n---\nx\n")
    found = mailwright("check")
    assert found.code == 1
    assert "[unknown-layout]" in found.out or "[wrong-value]" in found.out
