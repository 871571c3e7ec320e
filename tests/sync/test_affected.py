"""Who gets more and who gets less by a plan: the simulator, asked for both sides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from syncing import planned

from mailwright.loading.folder import load_project
from simulator.audience import who_enters
from sync.affected import affected_by
from sync.desired import desired_snapshot
from sync.snapshot import Document

CAMPAIGN = """\
name: Photo
trigger: {event: posted, where: {type: TYPES}}
frequency: every_time
exit: {when: never}
workflow:
  - email: thanks
"""


def written(root: Path, types: str) -> Path:
    for name, text in {
        "mailwright.toml": 'default_workspace = "qa"\n[workspaces.qa]\nfrom = "Shop <shop@example.org>"\n',
        "campaigns/photo/campaign.yaml": CAMPAIGN.replace("TYPES", types),
        "campaigns/photo/thanks.liquid": "---\nsubject: Thanks\n---\n<p>Thanks</p>\n",
        "campaigns/_shared/samples/ana.yaml": "person: {id: ana}\nevent: {name: posted, data: {type: text}}\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture
def log(tmp_path: Path) -> Path:
    lines = [
        {"type": "track", "person": person, "name": "posted", "timestamp": 1_767_268_800, "data": {"type": kind}}
        for person, kind in [("ana", "photo"), ("ben", "text"), ("cai", "text"), ("dee", "video")]
    ]
    path = tmp_path / "log.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("photo", "[photo, text]", (1, 3, 2, 0)),
        ("[photo, text]", "video", (3, 1, 1, 3)),
        ("[photo, text]", "text", (3, 2, 0, 1)),
    ],
)
def test_a_log_says_who_is_affected(tmp_path: Path, log: Path, before, after, expected):
    live = desired_snapshot(load_project(written(tmp_path / "a", before)))
    project = load_project(written(tmp_path / "b", after))
    plan = planned(live, desired_snapshot(project), live)
    found = affected_by(plan, project, live, who_enters, [log])
    (row,) = found.campaigns
    assert (row.before, row.after, row.gains, row.losses) == expected
    assert found.source == "log.ndjson"


def test_without_a_log_the_samples_say_it(tmp_path: Path):
    live = desired_snapshot(load_project(written(tmp_path / "a", "photo")))
    project = load_project(written(tmp_path / "b", "text"))
    found = affected_by(planned(live, desired_snapshot(project), live), project, live, who_enters, [])
    assert (found.source, found.campaigns[0].gains) == ("the samples", 1)


def test_a_new_email_affects_nobody(tmp_path: Path, log: Path):
    project = load_project(written(tmp_path / "a", "photo"))
    desired = desired_snapshot(project)
    live = [Document(one.address, {**one.fields, "body": '"old"'}) if one.value("body") else one for one in desired]
    plan = planned(live, desired, live)
    assert plan.changes
    assert affected_by(plan, project, desired, who_enters, [log]).campaigns == ()


def test_a_campaign_the_workspace_lacks_is_new_for_all_of_its_people(tmp_path: Path, log: Path):
    project = load_project(written(tmp_path / "a", "photo"))
    desired = desired_snapshot(project)
    plan = planned([], desired, [])
    (row,) = affected_by(plan, project, desired.of(), who_enters, [log]).campaigns
    assert (row.before, row.gains) == (0, 1)


def test_content_of_another_workspace_is_asked_as_that_workspace_has_it(tmp_path: Path, log: Path):
    project = load_project(written(tmp_path / "files", "photo"))
    live = desired_snapshot(load_project(written(tmp_path / "prod", "video")))
    theirs = desired_snapshot(load_project(written(tmp_path / "qa", "[photo, text]")))
    found = affected_by(planned(live, theirs, live), project, live, who_enters, [log], desired=theirs)
    (row,) = found.campaigns
    assert (row.before, row.after, row.gains, row.losses) == (1, 3, 3, 1)


def test_a_campaign_that_no_file_has_counts_where_both_workspaces_are_asked(tmp_path: Path, log: Path):
    root = written(tmp_path / "files", "photo")
    theirs = desired_snapshot(load_project(root))
    (root / "campaigns/photo/campaign.yaml").unlink()
    (root / "campaigns/photo/thanks.liquid").unlink()
    live = theirs.of()
    found = affected_by(planned(live, theirs, live), load_project(root), live, who_enters, [log], desired=theirs)
    assert [(row.campaign, row.before, row.after) for row in found.campaigns] == [("photo", 0, 1)]


def test_a_log_is_named_without_its_password(tmp_path: Path):
    live = desired_snapshot(load_project(written(tmp_path / "a", "photo")))
    project = load_project(written(tmp_path / "b", "text"))
    plan = planned(live, desired_snapshot(project), live)
    found = affected_by(plan, project, live, lambda *_: {}, ["postgresql://ann:secret@host", "s3://b/logs/?key=1"])
    assert found.source == "host, logs"
