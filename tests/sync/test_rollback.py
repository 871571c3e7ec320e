"""The way back puts back what a run changed, and only that."""

from __future__ import annotations

from pathlib import Path

import pytest
from syncing import NOW, QA, Workspace, address, applying, planned, thing

from sync.journal import Journal, runs_of
from sync.ledger import Ledger
from sync.plan import Plan
from sync.plan_making import Almighty, Wishes, make_plan
from sync.rollback import way_back

BASE = [
    thing("segment staff", name="Staff"),
    thing("campaign welcome", name="Welcome", workflow=[{"email": "hello"}]),
    thing("message welcome/hello", subject="Hello", body="x", sending="automatic"),
]
DESIRED = [
    thing("segment vip", name="VIP"),
    thing("campaign welcome", name="Welcome", workflow=[{"email": "hello"}, {"email": "more"}]),
    thing("message welcome/hello", subject="Hi", body="x", sending="automatic"),
    thing("message welcome/more", subject="More", sending="automatic"),
    thing("campaign new", name="New", state="running", workflow=[{"email": "first"}]),
    thing("message new/first", subject="First", sending="automatic"),
]


@pytest.fixture
def workspace() -> Workspace:
    return Workspace.holding(*BASE)


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger("qa")
    for one in BASE:
        ledger.agree(one)
    return ledger


@pytest.fixture
def run(tmp_path: Path, workspace: Workspace, ledger: Ledger) -> Journal:
    applying(planned(BASE, DESIRED, BASE, delete=True), workspace, tmp_path, ledger).run()
    return runs_of(tmp_path, "qa")[-1]


def back(run: Journal, ledger: Ledger, workspace: Workspace, **wishes) -> Plan:
    sides = way_back(run, ledger.snapshot, workspace.snapshot)
    return make_plan(QA, sides, now=NOW, wishes=Wishes(delete=True, **wishes), abilities=Almighty())


def test_a_rollback_brings_back_what_was(run: Journal, workspace: Workspace, ledger: Ledger, tmp_path: Path):
    plan = back(run, ledger, workspace)
    assert not plan.conflicts and not plan.theirs
    applying(plan, workspace, tmp_path, ledger).run()
    assert {str(one.address): one.value("subject") for one in workspace.snapshot if one.address.kind == "message"} == {
        "message welcome/hello": "Hello"
    }
    assert workspace.things.keys() == {one.address for one in BASE}
    assert planned(ledger.snapshot, DESIRED, workspace.snapshot).changes, "the files still say the new thing"


def test_what_moved_since_the_run_is_a_conflict(run: Journal, workspace: Workspace, ledger: Ledger):
    hello = address("message welcome/hello")
    workspace.things[hello] = thing("message welcome/hello", subject="Theirs", body="x", sending="automatic")
    plan = back(run, ledger, workspace)
    assert [one.address for one in plan.conflicts] == [hello]
    assert hello not in [one.address for one in plan.changes]
    assert hello in [one.address for one in back(run, ledger, workspace, ours=["all"]).changes]


def test_what_later_moved_in_another_field_stays(run: Journal, workspace: Workspace, ledger: Ledger, tmp_path: Path):
    hello = address("message welcome/hello")
    workspace.things[hello] = thing("message welcome/hello", subject="Hi", body="later", sending="automatic")
    plan = back(run, ledger, workspace)
    applying(plan, workspace, tmp_path, ledger).run()
    assert workspace.things[hello] == thing("message welcome/hello", subject="Hello", body="later", sending="automatic")


def test_without_deleting_an_added_step_is_switched_off(run: Journal, workspace: Workspace, ledger: Ledger):
    sides = way_back(run, ledger.snapshot, workspace.snapshot)
    plan = make_plan(QA, sides, now=NOW, wishes=Wishes(), abilities=Almighty())
    assert "off message welcome/more" in [f"{one.action} {one.address}" for one in plan.changes]
