"""Editions: what a saved file changes, what it leaves, and what stays while a file is broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from previewing import FILES

from mailwright.definitions.project import Project
from mailwright.diagnostics import ConfigurationError
from mailwright.loading.folder import read_project
from mailwright.loading.variables import replaced_vars
from simulator.preview.changes import first_changed_lines, names_changed
from simulator.preview.library import Library

THANKS = "campaigns/order/thanks.liquid"
ORDER = "campaigns/order/campaign.yaml"
CLAIMING = "name: Rest\ntrigger: {event: ordered, where: {total: {unclaimed_by: big-*}}}\nworkflow:\n  - email: rest\n"


def save(library: Library, name: str, text: str | None) -> None:
    path = library.root / name
    if text is None:
        path.unlink()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    library.take([name])


def same(one: Project, other: Project) -> bool:
    names = [field.name for field in fields(Project) if field.name != "places"]
    return all(getattr(one, name) == getattr(other, name) for name in names)


EDITS: dict[str, Callable[[Library], None]] = {
    "a body": lambda library: save(library, THANKS, FILES[THANKS].replace("You paid", "Paid")),
    "a front matter with a variable": lambda library: save(
        library, THANKS, FILES[THANKS].replace("preheader: On its way", "preheader: See ${base_url}")
    ),
    "a new message": lambda library: save(
        library, "campaigns/order/more.liquid", "---\nsubject: More\n---\n<p>x</p>\n"
    ),
    "a message less": lambda library: save(library, "campaigns/order/gift.liquid", None),
    "a workflow": lambda library: save(library, ORDER, FILES[ORDER].replace("wait: 2d", "wait: 3d")),
    "a trigger that others make room for": lambda library: (
        save(library, "campaigns/rest/rest.liquid", "---\nsubject: Rest\n---\n<p>x</p>\n"),
        save(library, "campaigns/rest/campaign.yaml", CLAIMING),
        save(
            library,
            "campaigns/big-one/campaign.yaml",
            CLAIMING.replace("{unclaimed_by: big-*}", "900").replace("Rest", "Big"),
        ),
    )[-1],
    "a layout": lambda library: save(library, "layouts/plain/1.liquid", "<html><body>{{content}}</body></html>"),
    "a snippet": lambda library: save(library, "layouts/_snippets/new.liquid", "<i>new</i>"),
    "a sample": lambda library: save(library, "campaigns/_shared/samples/ana.yaml", "name: Ana\nperson: {id: ana}\n"),
    "the settings": lambda library: save(
        library, "mailwright.toml", FILES["mailwright.toml"].replace("qa.exa", "q.exa")
    ),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("workspace", ["qa", "prod"])
def test_after_an_edit_the_project_is_as_if_read_anew(project: Path, edit: Callable[[Library], None], workspace: str):
    library = Library(project)
    library.edition.in_workspace(workspace)
    edit(library)
    read, _ = read_project(project)
    assert same(library.edition.project, read)
    assert same(library.edition.in_workspace(workspace), replaced_vars(read, workspace)[0])


def test_an_edition_never_changes(project: Path):
    library = Library(project)
    before = library.edition
    save(library, THANKS, FILES[THANKS].replace("You paid", "Paid"))
    assert "You paid" in before.project.messages["order", "thanks", None].body.source
    assert library.edition.number == before.number + 1


@pytest.mark.parametrize(
    ("file", "broken"),
    [
        pytest.param(THANKS, "---\nsubject: Open\n", id="a front matter that is not closed"),
        pytest.param(THANKS, "---\nsubjct: x\n---\nx\n", id="a key that is none"),
        pytest.param(ORDER, "name: [\n", id="no YAML"),
        pytest.param(ORDER, "name: Order\n", id="no workflow"),
        pytest.param("campaigns/_shared/samples/ana.yaml", "person: 7\n", id="no sample"),
        pytest.param("campaigns/_shared/people.yaml", "attributes: 7\n", id="no people"),
        pytest.param("campaigns/_shared/events/ordered.yaml", "{", id="no event"),
        pytest.param("mailwright.toml", "default_workspace =\n", id="no settings"),
    ],
)
def test_while_a_file_is_broken_its_last_good_state_stays(project: Path, file: str, broken: str):
    library = Library(project)
    before = library.edition.project
    save(library, file, broken)
    assert same(library.edition.project, before)
    assert file in library.edition.broken or library.edition.settings_problem is not None
    save(library, file, FILES[file])
    assert same(library.edition.project, before)
    assert not library.edition.broken and library.edition.settings_problem is None


def test_a_text_message_stays_one_while_its_campaign_is_broken(project: Path):
    library = Library(project)
    save(library, "campaigns/hostile/campaign.yaml", "name: [\n")
    assert library.edition.project.messages["hostile", "note", None].kind == "sms"


def test_a_campaign_that_is_deleted_is_gone(project: Path):
    library = Library(project)
    for path in sorted((project / "campaigns/small-order").iterdir()):
        path.unlink()
    (project / "campaigns/small-order").rmdir()
    library.take(["campaigns/small-order/campaign.yaml", "campaigns/small-order"])
    assert "small-order" not in library.edition.project.campaigns
    assert not [key for key in library.edition.project.messages if key[0] == "small-order"]


def test_files_that_are_none_of_the_projects_change_nothing(project: Path):
    library = Library(project)
    before = library.edition
    assert library.take(["README.md", "campaigns", "../x", "campaigns/__pycache__/a.pyc"]) == set()
    assert library.edition is before


def test_no_project_is_told_so(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="no project"):
        Library(tmp_path)


def test_the_first_changed_line_counts_in_the_file(project: Path):
    library = Library(project)
    before = library.edition.project
    save(library, THANKS, FILES[THANKS].replace("You paid", "Paid"))
    assert first_changed_lines(before, library.edition.project, [THANKS, ORDER]) == {THANKS: 7, ORDER: 0}
    assert not names_changed(before, library.edition.project, [THANKS])
    assert names_changed(before, library.edition.project, [ORDER])
