"""`pull` and `bind` as a person calls them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailwright.loading.folder import load_project
from sync.commands import bind
from sync.desired import desired_snapshot
from sync.ledger import Ledger, read_ledger
from sync.live import fetch_snapshot
from sync.plan import Action, Change, FieldChange
from sync.snapshot import Address, Document, Kind
from sync.writing import WorkspaceTarget

ROOT = Path(__file__).resolve().parents[2]


def mailwright(root: Path, environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mailwright", "-C", str(root), *arguments]
    env = {**{key: value for key, value in os.environ.items() if not key.startswith("CIO_")}, **environ}
    return subprocess.run(command, capture_output=True, text=True, env={**env, "PYTHONPATH": str(ROOT)}, timeout=120)


def test_a_pull_tells_what_it_wrote_and_ends_with_a_summary(blank, seeded):
    done = mailwright(blank, seeded.environ, "pull", "qa")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "  + campaigns/onboarding/campaign.yaml" in lines
    assert lines[-1].startswith("qa: 80 things found; ") and lines[-1].endswith(" new")
    again = mailwright(blank, seeded.environ, "pull", "qa", "--format", "json")
    told = json.loads(again.stdout)
    assert (told["schema_version"], told["written"], told["conflicts"]) == (1, [], [])
    for secret in seeded.environ.values():
        assert secret not in done.stdout + done.stderr + again.stdout


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({}, 3, "no workspace is called 'qq'"),
        ({"CIO_SERVICE_ACCOUNT": "", "CIO_QA_APP_KEY": ""}, 3, "no key for the workspace 'qa'"),
        ({"CIO_SERVICE_ACCOUNT": "sa_live_wrong_canary"}, 4, "401"),
    ],
)
def test_what_goes_wrong_has_its_code_and_a_sentence(blank, seeded, change, code, said):
    done = mailwright(blank, {**seeded.environ, **change}, "pull", "qa" if change else "qq")
    assert done.returncode == code and said in done.stderr and done.stdout == ""
    assert "Traceback" not in done.stderr and "canary" not in done.stderr
    assert not (blank / ".mailwright").exists()


def test_a_workspace_that_is_not_up_is_told_of(blank, seeded):
    text = (blank / "mailwright.toml").read_text().replace(seeded.said["url"], "http://127.0.0.1:9")
    (blank / "mailwright.toml").write_text(text)
    done = mailwright(blank, seeded.environ, "pull", "qa")
    assert done.returncode == 4 and "no connection" in done.stderr


def test_an_app_key_of_the_other_workspace_is_refused(repository, seeded):
    (repository / "mailwright.toml").write_text(seeded.settings(ui=False))
    environ = {**seeded.environ, "CIO_QA_APP_KEY": seeded.environ["CIO_PROD_APP_KEY"]}
    done = mailwright(repository, environ, "pull", "qa")
    assert done.returncode == 3 and "opens workspace 4021, not 4020" in done.stderr


def test_with_an_app_key_alone_content_is_pulled_and_the_rest_is_left_alone(repository, seeded, open_at):
    (repository / "mailwright.toml").write_text(seeded.settings(ui=False))
    before = desired_snapshot(load_project(repository), "qa").digest
    done = mailwright(repository, seeded.environ, "pull", "qa")
    assert done.returncode == 0, done.stdout
    assert desired_snapshot(load_project(repository), "qa").digest == before
    address = Address(Kind.MESSAGE, "forgot-password/reset")
    with open_at(repository, seeded, "qa") as workspace:
        live = fetch_snapshot(workspace, read_ledger(repository, "qa"))
        target = WorkspaceTarget(workspace, Ledger("qa"), live)
        there = target.read(address)
        assert there is not None
        change = FieldChange("subject", there.fields["subject"], '"From the App API"')
        target.write(Change(Action.UPDATE, address, (change,)), there)
        after = target.read(address)
        assert after is not None and after.value("subject") == "From the App API"
    done = mailwright(repository, seeded.environ, "pull", "qa")
    assert done.returncode == 0
    assert "subject: From the App API\n" in (repository / "campaigns/forgot-password/reset.liquid").read_text()


def test_one_request_a_campaign_reads_a_workspace_with_an_app_key(repository, seeded, open_at):
    (repository / "mailwright.toml").write_text(seeded.settings(ui=False))
    with open_at(repository, seeded, "qa") as workspace:
        opening = workspace.requests
        live = fetch_snapshot(workspace, read_ledger(repository, "qa"))
        campaigns = sum(one.address.kind is Kind.CAMPAIGN for one in live.snapshot)
        lists = 11  # campaigns, broadcasts, newsletters, transactional, snippets, segments, topics, senders: two lists, two pages
        variants = 2
        assert workspace.requests - opening <= campaigns + lists + variants


def test_a_template_that_did_not_move_is_not_read_again(repository, seeded, open_at):
    counts = []
    for _ in range(2):
        with open_at(repository, seeded, "qa") as workspace:
            assert workspace.ui is not None
            opening = workspace.requests
            fetch_snapshot(workspace, read_ledger(repository, "qa"))
            counts.append(workspace.requests - opening)
    assert counts[1] <= counts[0]
    (kept,) = (repository / ".mailwright/cache/templates").glob("*.json")
    kept.write_text("no json")
    with open_at(repository, seeded, "qa") as workspace:
        fetch_snapshot(workspace, read_ledger(repository, "qa"))


def test_bind_notes_which_thing_a_slug_means(repository, capsys):
    import argparse

    parser = argparse.ArgumentParser()
    bind.add_arguments(parser)

    def bound(*arguments: str) -> int:
        args = parser.parse_args(arguments)
        args.root = str(repository)
        return bind.run(args)

    assert bound("qa", "campaign", "signup-general", "61") == 0
    assert read_ledger(repository, "qa").bound == {Kind.CAMPAIGN: {"61": "signup-general"}}
    assert "campaign 61 is 'signup-general'" in capsys.readouterr().out


def test_a_campaign_of_another_name_is_found_by_its_binding(repository, seeded, open_at):
    with open_at(repository, seeded, "qa") as workspace:
        assert workspace.ui is not None
        number = next(one["id"] for one in workspace.ui.campaigns() if one["name"] == "Photo Received")
        workspace.ui.update_campaign(number, "global_settings", {"name": "Foto received (new)"})
        unbound = fetch_snapshot(workspace, read_ledger(repository, "qa"))
        assert Address(Kind.CAMPAIGN, "foto-received-new") in unbound.documents
        ledger = read_ledger(repository, "qa")
        ledger.bind(Kind.CAMPAIGN, "photo-received", str(number))
        ledger.save(repository)
        live = fetch_snapshot(workspace, read_ledger(repository, "qa"))
        found: Document = live.documents[Address(Kind.CAMPAIGN, "photo-received")]
        assert found.value("name") == "Foto received (new)"
        assert Address(Kind.MESSAGE, "photo-received/received") in live.documents


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("qa", "campaign", "no slug", "1"), "cannot be the slug"),
        (("qa", "layout", "base", "1"), "cannot be the slug of a layout"),
        (("qa", "campaign", "x", "seven"), "is no number"),
        (("moon", "campaign", "x", "7"), "no workspace is called 'moon'"),
    ],
)
def test_a_binding_that_cannot_be_is_refused(repository, seeded, arguments, said):
    done = mailwright(repository, seeded.environ, "bind", *arguments)
    assert done.returncode == 3 and said in done.stderr
