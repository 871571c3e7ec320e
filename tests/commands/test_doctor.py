"""`doctor` tells what is there, and never what a variable holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SETTINGS = """\
default_workspace = "prod"
[workspaces.prod]
region = "eu"
protected = true
from = "Example <hello@example.org>"
app_key = { env = "MADE_UP_APP_KEY" }
service_account = { env = "MADE_UP_ACCOUNT" }
track = { site_id = { env = "MADE_UP_SITE" }, api_key = { env = "MADE_UP_TRACK" } }
vars = { base_url = "https://example.org" }
"""


@pytest.fixture
def with_keys(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (project / "mailwright.toml").write_text(SETTINGS, encoding="utf-8")
    monkeypatch.setenv("MADE_UP_APP_KEY", "very-secret")
    monkeypatch.delenv("MADE_UP_ACCOUNT", raising=False)
    return project


def test_doctor_shows_versions_and_which_variables_are_set(with_keys: Path, mailwright):
    shown = mailwright("-C", with_keys, "doctor", "--offline")
    assert shown.code == 0
    assert "workspace prod: eu, protected" in shown.out
    assert "  MADE_UP_APP_KEY: set" in shown.out
    assert "  MADE_UP_ACCOUNT: not set" in shown.out
    assert shown.out.rstrip().endswith("everything mailwright needs is installed")


def test_doctor_never_shows_a_value(with_keys: Path, mailwright):
    for form in ("text", "json", "md"):
        shown = mailwright("-C", with_keys, "doctor", "--offline", "--format", form)
        assert "very-secret" not in shown.out + shown.err


def test_doctor_as_json_carries_its_version(with_keys: Path, mailwright):
    report = json.loads(mailwright("-C", with_keys, "doctor", "--offline", "--format", "json").out)
    assert report["schema_version"] == 1
    assert report["settings"] == "mailwright.toml"
    assert report["workspaces"]["prod"]["variables"]["MADE_UP_TRACK"] is False
    assert report["campaigns"] == 1


def test_doctor_ends_with_3_where_settings_are_broken(project: Path, mailwright):
    (project / "mailwright.toml").write_text("default_workspace = [", encoding="utf-8")
    assert mailwright("-C", project, "doctor").code == 3


def test_doctor_works_where_there_is_no_project(tmp_path: Path, mailwright):
    shown = mailwright("-C", tmp_path, "doctor")
    assert shown.code == 0
    assert "none found" in shown.out


def test_doctor_asks_no_workspace_whose_variables_are_not_set(
    with_keys: Path, mailwright, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("MADE_UP_APP_KEY")  # else it would ask the network
    shown = mailwright("-C", with_keys, "doctor")
    assert shown.code == 0 and "findings" not in shown.out


def test_doctor_knows_which_versions_are_needed():
    from mailwright.commands.doctor import requirements, unfit_packages, versions

    needed = {one.name for one in requirements()}
    assert {"pydantic", "httpx", "sqlalchemy", "uvicorn"} <= needed
    assert "playwright" not in needed  # an extra
    assert versions().keys() == needed | {"mailwright", "python"}
    assert unfit_packages() == {}


def test_doctor_tells_packages_that_do_not_fit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mailwright):
    stated = ["pydantic>=99", "no-such-package>=1", "playwright>=1; extra == 'pictures'"]
    monkeypatch.setattr("importlib.metadata.requires", lambda _name: stated)
    shown = mailwright("-C", tmp_path, "doctor")
    assert shown.code == 1
    assert "mailwright needs >=99" in shown.out
    assert shown.out.rstrip().endswith("missing or unfit packages: pydantic (>=99), no-such-package (>=1)")
