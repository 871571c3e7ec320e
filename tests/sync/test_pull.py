"""A workspace's content into files, against a workspace that runs."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mailwright.loading.folder import load_project, read_project
from sync.codecs.encoding import NOTHING
from sync.codecs.triggers import BLOCK
from sync.desired import desired_snapshot
from sync.ledger import read_ledger
from sync.live import fetch_snapshot
from sync.pull import Pulled, pull
from sync.snapshot import Snapshot


def pulled(root: Path, served_by, open_at, name: str = "qa") -> tuple[Pulled, Snapshot]:
    with open_at(root, served_by, name) as workspace:
        ledger = read_ledger(root, name)
        live = fetch_snapshot(workspace, ledger)
        return pull(workspace, ledger, live), live.snapshot


def sums(root: Path) -> dict[str, str]:
    files = (one for one in root.rglob("*") if one.is_file() and "cache" not in one.parts)
    return {str(one.relative_to(root)): hashlib.sha256(one.read_bytes()).hexdigest() for one in files}


def edit(root: Path, file: str, old: str, new: str) -> None:
    path = root / file
    text = path.read_text()
    assert old in text, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new, 1))


def ui(served_by, root: Path, open_at, change) -> None:
    """Change the workspace as a person does in the UI."""
    with open_at(root, served_by, "qa") as workspace:
        change(workspace.ui)


def template_of(api, campaign: str, step: str) -> int:
    number = next(one["id"] for one in api.campaigns() if one["name"] == campaign)
    action = next(one for one in api.campaign(number)["actions"] if one["name"] == step)
    return int(action["template_id"])


def test_a_pull_into_an_empty_folder_says_all_that_the_workspace_has(blank, seeded, open_at):
    found, live = pulled(blank, seeded, open_at)
    assert found.is_clean, [*found.conflicts, *map(str, found.unrepresented)]
    assert desired_snapshot(load_project(blank), "qa").digest == live.digest
    project, problems = read_project(blank)
    assert problems == []
    assert len(project.campaigns) == 23
    assert (blank / "campaigns/onboarding/welcome.es.liquid").is_file(), "other languages are found too"
    assert (blank / "campaigns/onboarding/campaign.yaml").read_text().startswith("# yaml-language-server: $schema=")


def test_a_second_pull_changes_no_file(blank, seeded, open_at):
    pulled(blank, seeded, open_at)
    before = sums(blank)
    found, _ = pulled(blank, seeded, open_at)
    assert found.changed == {} and found.is_clean
    assert sums(blank) == before


def test_the_files_of_the_repository_say_what_was_made_from_them(repository, seeded, open_at):
    before = sums(repository)
    found, live = pulled(repository, seeded, open_at)
    assert found.is_clean and found.changed == {}
    assert desired_snapshot(load_project(repository), "qa").digest == live.digest
    after = sums(repository)
    assert {name for name in after if name not in before} == {".mailwright/ledger/qa.json"}


def test_what_a_workspace_moved_is_taken_and_all_other_lines_stay(repository, seeded, open_at):
    pulled(repository, seeded, open_at)
    before = (repository / "campaigns/photo-received/received.liquid").read_text()

    def change(api):
        number = template_of(api, "Photo Received", "received")
        subject = api.template(number)["subject"]
        api.update_template(number, {"subject": "We have it: #1 photo"})
        return subject

    ui(seeded, repository, open_at, change)
    found, _ = pulled(repository, seeded, open_at)
    assert found.is_clean and list(found.written) == ["campaigns/photo-received/received.liquid"]
    after = (repository / "campaigns/photo-received/received.liquid").read_text()
    changed = [(old, new) for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new]
    assert [new for _, new in changed] == ['subject: "We have it: #1 photo"']
    assert pulled(repository, seeded, open_at)[0].changed == {}


def test_steps_that_a_workspace_changes_leave_the_comments_of_the_others(repository, seeded, open_at):
    pulled(repository, seeded, open_at)

    def change(api):
        number = next(one["id"] for one in api.campaigns() if one["name"] == "Onboarding")
        wait = next(one for one in api.campaign(number)["actions"] if one["type"] == "delay_seconds_action")
        fields = {**{key: wait[key] for key in ("type", "name", "preconditions")}, "delay": 7200, "sub_type": ""}
        more = {"tracked": True, "can_convert": True, "send_to_unsubscribed": False, "frequency_cap_mode": "no_cap"}
        api.update_action(wait["id"], {**fields, **more})

    ui(seeded, repository, open_at, change)
    found, _ = pulled(repository, seeded, open_at)
    assert found.is_clean, [*found.conflicts, *map(str, found.unrepresented)]
    text = (repository / "campaigns/onboarding/campaign.yaml").read_text()
    assert "- wait: 2h\n" in text
    assert "# the trial-ending campaign waits for this date" in text
    assert "  - window: {days: mon-fri, from:" in text


def test_where_both_sides_moved_ours_stands_and_theirs_is_put_beside(repository, seeded, open_at):
    pulled(repository, seeded, open_at)
    file = "campaigns/text-received/received.liquid"
    edit(repository, file, "subject: ", "subject: Ours, ")
    ours = (repository / file).read_text()
    ui(
        seeded,
        repository,
        open_at,
        lambda api: api.update_template(
            template_of(api, "Submission Received", "received"), {"subject": "Theirs", "preheader_text": "Also theirs"}
        ),
    )
    found, _ = pulled(repository, seeded, open_at)
    assert not found.is_clean
    beside = "campaigns/text-received/received.theirs.liquid"
    assert found.conflicts == [
        f"message text-received/received: subject: both sides moved; theirs stands in {beside}; delete it when merged"
    ]
    now = (repository / file).read_text()
    assert now.splitlines()[1] == ours.splitlines()[1], "our subject is untouched"
    assert "Also theirs" in now, "what only they moved is taken all the same"
    assert "subject: Theirs" in (repository / "campaigns/text-received/received.theirs.liquid").read_text()
    before = sums(repository)
    assert pulled(repository, seeded, open_at)[0].changed == {}
    assert sums(repository) == before


def test_a_conflict_is_settled_by_deleting_the_file_that_showed_it(repository, seeded, open_at):
    pulled(repository, seeded, open_at)
    file = "campaigns/text-received/received.liquid"
    edit(repository, file, "subject: ", "subject: Ours, ")

    def renamed(subject: str) -> None:
        change = {"subject": subject}
        ui(
            seeded,
            repository,
            open_at,
            lambda api: api.update_template(template_of(api, "Submission Received", "received"), change),
        )

    renamed("Theirs")
    beside = repository / "campaigns/text-received/received.theirs.liquid"
    assert len(pulled(repository, seeded, open_at)[0].conflicts) == 1
    beside.unlink()
    ours = (repository / file).read_text()
    found, _ = pulled(repository, seeded, open_at)
    assert found.is_clean and (repository / file).read_text() == ours and not beside.exists()
    base = read_ledger(repository, "qa").snapshot
    message = next(one for one in base if one.address.slug == "text-received/received")
    assert message.value("subject") == "Theirs", "from here on our subject is a change to push"
    renamed("Theirs, once more")
    assert len(pulled(repository, seeded, open_at)[0].conflicts) == 1, "what was not shown is not overwritten"


def test_files_beside_ours_never_stop_the_project_from_loading(repository, seeded, open_at):
    pulled(repository, seeded, open_at)
    edit(repository, "campaigns/upgrade-thanks/campaign.yaml", "once_per: 30d", "once_per: 31d")
    edit(repository, "campaigns/_shared/segments/staff.yaml", "@staff.example.org", "@our-staff.example.org")
    edit(repository, "layouts/_snippets/signature.liquid", "<", "<!-- ours --><")
    edit(repository, "layouts/ds-default/2.liquid", "<body>", "<body><!-- ours -->")
    edit(repository, "campaigns/sms-broadcast/blink-sms.yaml", "method: POST", "method: PUT")

    def change(api):
        segment = next(one for one in api.segments() if one["name"] == "Staff")
        leaf = {"attribute": {"field": "email", "operator": "contains", "value": "@their-staff.example.org"}}
        api.update_segment(segment["id"], {"name": "Staff", "type": "dynamic", "conditions": {"and": [leaf]}})
        snippet = next(one for one in api.snippets() if one["name"] == "signature")
        api.update_snippet(snippet["id"], {"name": "signature", "value": "<p>Theirs</p>"})
        layout = next(one for one in api.layouts() if one["name"] == "DS Default v2")
        api.update_layout(layout["id"], {"name": "DS Default v2", "body": "<html>{{content}}</html>"})
        number = next(one["id"] for one in api.campaigns() if one["name"] == "Upgrade Thanks")
        raw = api.campaign(number)["campaign"]
        block = {name: raw[name] for name in BLOCK} | {
            "restart_min_interval": 864000,
            "anchors": raw["filters"],
            "filters": NOTHING,
        }
        api.update_campaign(number, "recipients", block)
        api.update_template(template_of(api, "SMS Broadcast", "blink-sms"), {"request_method": "patch"})

    ui(seeded, repository, open_at, change)
    found, _ = pulled(repository, seeded, open_at)
    assert sorted(found.theirs) == [
        "campaigns/_shared/segments/staff.theirs.yaml.txt",
        "campaigns/sms-broadcast/blink-sms.theirs.yaml",
        "campaigns/upgrade-thanks/campaign.theirs.yaml",
        "layouts/_snippets/signature.theirs.liquid.txt",
        "layouts/ds-default/2.theirs.liquid",
    ]
    assert "once_per: 10d" in found.theirs["campaigns/upgrade-thanks/campaign.theirs.yaml"]
    load_project(repository)


def test_what_only_the_files_moved_stays_and_is_still_ours_to_push(repository, seeded, open_at):
    pulled(repository, seeded, open_at)
    edit(repository, "campaigns/forgot-password/reset.liquid", "subject: ", "subject: New: ")
    before = sums(repository)
    found, _ = pulled(repository, seeded, open_at)
    assert found.is_clean and sums(repository) == before
    base, desired = read_ledger(repository, "qa").snapshot, desired_snapshot(load_project(repository), "qa")
    moved = [one.address for one in desired if one.digest != base.documents[one.address].digest]
    assert [str(one) for one in moved] == ["message forgot-password/reset"]


def test_a_dry_run_writes_nothing(blank, seeded, open_at):
    before = sums(blank)
    with open_at(blank, seeded, "qa") as workspace:
        ledger = read_ledger(blank, "qa")
        found = pull(workspace, ledger, fetch_snapshot(workspace, ledger), dry_run=True)
    assert len(found.written) > 50
    assert sums(blank) == before


def test_things_are_called_alike_in_both_workspaces(blank, seeded, open_at):
    pulled(blank, seeded, open_at, "qa")
    found, live = pulled(blank, seeded, open_at, "prod")
    assert {str(one.address) for one in live} == {str(one.address) for one in read_ledger(blank, "qa").snapshot}
    assert found.is_new == set()


def test_an_event_that_only_the_workspace_knew_gets_a_schema(repository, seeded, open_at):
    pulled(repository, seeded, open_at)

    def change(api):
        number = next(one["id"] for one in api.campaigns() if one["name"] == "Photo Approved")
        raw = api.campaign(number)["campaign"]
        block = {name: raw[name] for name in BLOCK} | {
            "event": "photo_praised",
            "anchors": raw["filters"],
            "filters": NOTHING,
        }
        api.update_campaign(number, "recipients", block)

    ui(seeded, repository, open_at, change)
    found, _ = pulled(repository, seeded, open_at)
    assert found.is_clean, list(map(str, found.unrepresented))
    assert sorted(found.written) == [
        "campaigns/_shared/events/photo-praised.yaml",
        "campaigns/photo-approved/campaign.yaml",
    ]
    assert "name: photo_praised\n" in found.written["campaigns/_shared/events/photo-praised.yaml"]
