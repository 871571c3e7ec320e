"""plan, apply, drift, promote and rollback, against two workspaces on this machine."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from mailwright.commands.arguments import CommandParser, add_common_arguments
from simulator.audience import who_enters
from sync.commands import plan, promote
from sync.journal import only_one

SUBJECT = ("campaigns/welcome/hello.liquid", "subject: Hello {{ customer.name }}", "subject: Hi {{ customer.name }}")


def test_what_was_just_agreed_on_has_no_plan_and_no_drift(shop: Any):
    assert shop("plan", "qa", "--exit-code").code == 0
    drift = shop("drift")
    assert (drift.code, drift.out.splitlines()[-1]) == (0, "prod: as agreed; qa: as agreed; prod and qa: alike")


def test_one_email_is_planned_applied_and_then_settled(shop: Any):
    shop.edit(*SUBJECT)
    planned = shop("plan", "qa", "--exit-code")
    assert planned.code == 2
    assert "subject: Hello {{ customer.name }} → Hi {{ customer.name }}" in planned.out
    done = shop("apply", "qa", "--yes")
    assert done.code == 0, done.all
    assert "1 change made and read back" in done.out
    assert shop("plan", "qa", "--exit-code").code == 0


def test_a_filter_is_told_in_words(shop: Any):
    shop.edit("campaigns/photo/campaign.yaml", "{type: photo}", "{type: [photo, text]}")
    assert "now also fires for type text" in shop("plan", "qa").out


def test_a_new_campaign_comes_as_a_draft_and_starts_when_asked(shop: Any):
    shop.write("campaigns/new/campaign.yaml", "name: New\ntrigger: {event: joined}\nworkflow:\n  - email: first\n")
    shop.write("campaigns/new/first.liquid", "---\nsubject: First\nlayout: plain@1\n---\n<p>First</p>\n")
    done = shop("apply", "qa", "--yes")
    assert done.code == 0, done.all
    assert shop("plan", "qa", "--exit-code").code == 0
    assert [one["sending_state"] for one in shop.actions("qa", "New") if one["name"] == "first"] == ["draft"]
    started = shop("apply", "qa", "--yes", "--start")
    assert started.code == 0, started.all
    assert [one["sending_state"] for one in shop.actions("qa", "New") if one["name"] == "first"] == ["automatic"]
    assert shop("plan", "qa", "--start", "--exit-code").code == 0


def test_a_removed_email_step_is_off_and_not_deleted(shop: Any):
    shop.edit("campaigns/welcome/campaign.yaml", "  - email: tips\n", "")
    (shop.root / "campaigns/welcome/tips.liquid").unlink()
    done = shop("apply", "qa", "--yes")
    assert done.code == 0, done.all
    assert [one["sending_state"] for one in shop.actions("qa", "Welcome") if one["name"] == "tips"] == ["off"]
    assert shop("plan", "qa", "--exit-code").code == 0
    gone = shop("apply", "qa", "--yes", "--allow-delete")
    assert gone.code == 0, gone.all
    assert not [one for one in shop.actions("qa", "Welcome") if one["name"] == "tips"]


def test_an_edit_by_hand_is_told_with_who_did_it_and_left(shop: Any):
    shop.by_hand("prod", "Photo", "thanks", subject="Thank you!")
    drift = shop("drift", "--format", "json")
    assert drift.code == 2
    data = json.loads(drift.out)
    (moved,) = data["workspaces"][0]["drifted"]
    assert (moved["slug"], moved["fields"][0]["now"]) == ("photo/thanks", "Thank you!")
    assert moved["who"] and moved["when"]
    planned = shop("plan", "prod", "--exit-code")
    assert planned.code == 0 and "ALREADY DIFFERENT IN THE WORKSPACE" in planned.out


def test_drift_as_markdown_is_a_comment(shop: Any):
    shop.by_hand("prod", "Photo", "thanks", subject="Thank you!")
    shown = shop("drift", "prod", "--format", "md")
    assert shown.code == 2
    assert shown.out.startswith("### Drift") and "```diff" in shown.out and len(shown.out) < 60_000


def test_both_sides_edited_is_a_conflict_that_refuses(shop: Any):
    shop.by_hand("qa", "Welcome", "hello", subject="Theirs")
    shop.edit(*SUBJECT)
    refused = shop("apply", "qa", "--yes")
    assert refused.code == 5 and "moved on both sides: message welcome/hello" in refused.err
    forced = shop("apply", "qa", "--yes", "--ours", "message welcome/hello")
    assert forced.code == 0, forced.all


def test_a_conflict_that_a_pull_showed_and_a_person_merged_is_ours(shop: Any):
    shop.by_hand("qa", "Welcome", "hello", subject="Theirs")
    shop.edit(*SUBJECT)
    assert shop("pull", "qa").code == 1
    (beside,) = shop.root.glob("campaigns/welcome/*theirs*")
    assert "Theirs" in beside.read_text()
    assert shop("apply", "qa", "--yes").code == 5
    beside.unlink()
    done = shop("apply", "qa", "--yes")
    assert done.code == 0, done.all
    assert shop("plan", "qa", "--exit-code").code == 0


def test_a_plan_file_does_what_it_says_unless_something_moved(shop: Any, tmp_path: Path):
    shop.edit(*SUBJECT)
    file = tmp_path / "qa.plan"
    assert shop("plan", "qa", "-o", file).code == 0
    shop.by_hand("qa", "Welcome", "hello", preheader_text="Theirs")
    stale = shop("apply", file, "--yes")
    assert stale.code == 5 and "was changed in qa after the plan was made; nothing was changed" in stale.err
    assert shop("plan", "qa", "-o", file).code == 0
    assert shop("apply", file, "--yes").code == 0


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(lambda text: text.replace("Hi {{", "Buy {{"), "was edited after it was made", id="edited"),
        pytest.param(lambda text: text[: len(text) // 2], "is no plan", id="cut short"),
    ],
)
def test_a_spoilt_plan_file_is_refused(shop: Any, tmp_path: Path, spoil: Any, says: str):
    shop.edit(*SUBJECT)
    file = tmp_path / "qa.plan"
    shop("plan", "qa", "-o", file)
    file.write_text(spoil(file.read_text()))
    refused = shop("apply", file, "--yes")
    assert refused.code in (3, 5) and says in refused.err


def test_an_expired_plan_is_refused(shop: Any, tmp_path: Path):
    shop.edit(*SUBJECT)
    file = tmp_path / "qa.plan"
    assert shop("plan", "qa", "-o", file, "--expires", "0s").code == 0
    refused = shop("apply", file, "--yes")
    assert refused.code == 5 and "the plan expired at" in refused.err


def test_a_plan_for_another_workspace_is_refused(shop: Any, tmp_path: Path):
    shop.edit(*SUBJECT)
    file = tmp_path / "qa.plan"
    shop("plan", "qa", "-o", file)
    settings = (shop.root / "mailwright.toml").read_text()
    ids = [str(shop.server.workspace(name)["id"]) for name in ("prod", "qa")]
    swapped = (
        settings.replace(f"id = {ids[0]}", "id = 0")
        .replace(f"id = {ids[1]}", f"id = {ids[0]}")
        .replace("id = 0", f"id = {ids[1]}")
    )
    (shop.root / "mailwright.toml").write_text(swapped)
    told = shop("apply", file, "--yes")
    assert told.code == 3 and "the ledger of 'qa' is of workspace" in told.err
    shutil.rmtree(shop.root / ".mailwright/ledger")
    refused = shop("apply", file, "--yes")
    assert refused.code == 5 and "the plan is for the workspace qa" in refused.err


def test_nobody_there_to_ask_is_a_refusal(shop: Any):
    shop.edit(*SUBJECT)
    refused = shop("apply", "qa")
    assert refused.code == 5 and "nobody is here to say yes" in refused.err


def test_a_protected_workspace_needs_its_own_consent(shop: Any):
    shop.edit(*SUBJECT)
    refused = shop("apply", "prod", "--yes")
    assert refused.code == 5 and "prod is protected" in refused.err
    assert shop("apply", "prod", "--yes", "--yes-production").code == 0


def test_a_second_apply_at_the_same_time_is_refused(shop: Any):
    with only_one(shop.root, "qa"):
        refused = shop("apply", "qa", "--yes")
    assert refused.code == 5 and "another apply to qa is running here" in refused.err


def test_qa_is_promoted_to_prod_and_rolled_back(shop: Any, tmp_path: Path):
    shop.edit(*SUBJECT)
    assert shop("apply", "qa", "--yes").code == 0
    before = shop.content("prod")
    file = tmp_path / "prod.plan"
    planned = shop("promote", "qa", "prod", "-o", file)
    assert planned.code == 0 and "→ Hi {{ customer.name }}" in planned.out and "prod: 1 to change" in planned.out
    done = shop("apply", file, "--yes", "--yes-production")
    assert done.code == 0, done.all
    assert shop("drift", "--format", "json").code == 0
    run = re.search(r"rollback (\S+)", done.out)
    assert run is not None
    back = tmp_path / "back.plan"
    assert shop("rollback", run[1], "-o", back).code == 0
    assert shop("apply", back, "--yes", "--yes-production").code == 0
    assert shop.content("prod") == before
    assert run[1] in shop("rollback").out


def subjects(content: Any) -> list[str]:
    return sorted(one["subject"] for one in content["template"] if one.get("subject"))


def test_without_a_ledger_what_is_alike_is_agreed_on(shop: Any):
    (shop.root / ".mailwright/ledger/qa.json").unlink()
    assert "never agreed on" in shop("drift", "qa").out
    done = shop("apply", "qa", "--yes")
    assert done.code == 0 and "the ledger now knows what both sides say alike" in done.out
    assert shop("drift", "qa").code == 0


def test_an_app_key_alone_plans_and_applies_content_and_says_what_it_does_not_see(shop: Any):
    text = (shop.root / "mailwright.toml").read_text()
    shop.write("mailwright.toml", re.sub(r"service_account = .*\n", "", text))
    shop.edit(*SUBJECT)
    planned = shop("plan", "qa")
    assert planned.code == 0, planned.all
    assert "NOT SEEN" in planned.out and "→ Hi {{ customer.name }}" in planned.out
    done = shop("apply", "qa", "--yes")
    assert done.code == 0, done.all
    assert "Hi {{ customer.name }}" in subjects(shop.content("qa"))


def test_json_is_json_and_the_summary_is_the_last_line(shop: Any):
    shop.edit(*SUBJECT)
    data = json.loads(shop("plan", "qa", "--format", "json").out)
    assert data["schema_version"] == 1 and data["changes"][0]["slug"] == "welcome/hello"
    assert shop("plan", "qa").out.splitlines()[-1] == data["summary"]
    assert "### Plan for qa" in shop("plan", "qa", "--format", "md").out
    applied = json.loads(shop("apply", "qa", "--yes", "--format", "json").out)
    assert applied["changes"] == [{"action": "update", "kind": "message", "slug": "welcome/hello"}]


@pytest.mark.parametrize("command", [["plan", "qua"], ["apply", "qua"], ["drift", "qua"], ["promote", "qa", "qa"], ["rollback", "no-such-run"], ["apply", "no-such.plan"], ["apply", "--resume"]])  # fmt: skip
def test_what_does_not_fit_is_a_usage_error(shop: Any, command: list[str]):
    assert shop(*command).code == 3


@pytest.mark.parametrize("command", ["plan", "promote"])
def test_plan_and_promote_say_who_is_affected(shop: Any, tmp_path: Path, capsys: Any, command: str):
    log = tmp_path / "log.ndjson"
    calls = [
        {"type": "track", "person": who, "name": "posted", "timestamp": 1_767_268_800, "data": {"type": kind}}
        for who, kind in [("ana", "photo"), ("ben", "text"), ("cai", "text")]
    ]
    log.write_text("".join(json.dumps(call) + "\n" for call in calls))
    shop.edit("campaigns/photo/campaign.yaml", "{type: photo}", "{type: [photo, text]}")
    if command == "promote":
        assert shop("apply", "qa", "--yes").code == 0
        capsys.readouterr()
    module = plan if command == "plan" else promote
    parser = CommandParser()
    add_common_arguments(parser)
    module.add_arguments(parser)
    args = parser.read([*(["qa"] if command == "plan" else ["qa", "prod"]), "--history", str(log)])
    args.root = str(shop.root)
    run = plan.run_plan if command == "plan" else promote.run_promote
    assert run(args, who_enters) == 0
    shown = capsys.readouterr().out
    assert "WHO IS AFFECTED" in shown and "photo: 1 → 3 (2 gained, 0 lost)" in shown
    assert "ana" not in shown.split("WHO IS AFFECTED")[1]


def test_a_workspace_is_what_a_backtest_is_against(shop: Any, tmp_path: Path):
    log = tmp_path / "log.ndjson"
    identify = {
        "type": "identify",
        "person": "ben",
        "timestamp": 1_767_268_000,
        "attributes": {"email": "ben@example.org", "name": "Ben"},
    }
    posted = {"type": "track", "person": "ben", "name": "posted", "timestamp": 1_767_268_800, "data": {"type": "text"}}
    log.write_text("".join(json.dumps(call) + "\n" for call in (identify, posted)))
    assert shop("backtest", log, "--against", "qa", "--exit-code").code == 0
    shop.edit("campaigns/photo/campaign.yaml", "{type: photo}", "{type: [photo, text]}")
    told = shop("backtest", log, "--against", "qa", "--exit-code")
    assert told.code == 2, told.all
    assert "qa → the files here" in told.out
    assert "1 person gains" in told.out
