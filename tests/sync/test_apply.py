"""An apply writes what the plan says, proves it, and stops with a sentence when it cannot."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from syncing import NOW, Workspace, address, applying, planned, thing

from mailwright.diagnostics import (
    ConfigurationError,
    MailwrightError,
    PartlyApplied,
    RefusedError,
    StalePlan,
    WorkspaceError,
)
from sync.journal import FOLDER, LINES, PLAN, Journal, interrupted_run, only_one, read_journal, runs_of, start_journal
from sync.ledger import Ledger, read_ledger

BASE = [
    thing("segment staff", name="Staff"),
    thing("campaign welcome", name="Welcome", workflow=[{"email": "hello"}]),
    thing("message welcome/hello", subject="Hello", body="x"),
]
DESIRED = [
    thing("segment staff", name="People"),
    thing("segment vip", name="VIP"),
    thing("campaign welcome", name="Welcome", workflow=[{"email": "hello"}, {"email": "more"}]),
    thing("message welcome/hello", subject="Hi", body="x"),
    thing("message welcome/more", subject="More", sending="draft"),
]


def plan_of_many():
    return planned(BASE, DESIRED, BASE)


def ledger_of_base() -> Ledger:
    ledger = Ledger("qa")
    for one in BASE:
        ledger.agree(one)
    return ledger


def test_an_apply_brings_the_workspace_and_the_ledger_to_the_files(tmp_path: Path):
    workspace, ledger = Workspace.holding(*BASE), ledger_of_base()
    applying(plan_of_many(), workspace, tmp_path, ledger).run()
    assert {str(one.address): one.fields for one in workspace.snapshot} == {
        str(one.address): one.fields for one in DESIRED
    }
    assert planned(ledger.snapshot, DESIRED, workspace.snapshot).is_empty
    assert read_ledger(tmp_path, "qa").snapshot == ledger.snapshot


def test_what_was_replaced_is_kept(tmp_path: Path):
    applying(plan_of_many(), Workspace.holding(*BASE), tmp_path, ledger_of_base()).run()
    (run,) = runs_of(tmp_path, "qa")
    assert run.ended
    assert sorted(str(one.address) for one in run.before()) == [
        "campaign welcome",
        "message welcome/hello",
        "segment staff",
    ]
    assert run.before().get(address("message welcome/hello")) == BASE[2]


def test_what_stands_already_is_not_written_again(tmp_path: Path):
    workspace = Workspace.holding(*DESIRED)
    applying(plan_of_many(), workspace, tmp_path, ledger_of_base()).run()
    assert workspace.writes == []


def test_a_thing_that_moved_under_the_plan_is_not_overwritten(tmp_path: Path):
    workspace = Workspace.holding(thing("segment staff", name="Them"), *BASE[1:])
    with pytest.raises(
        StalePlan, match="segment staff was changed in qa after the plan was made; nothing was changed"
    ) as told:
        applying(plan_of_many(), workspace, tmp_path).run()
    assert told.value.exit_code == 5 and workspace.writes == []


def test_a_thing_that_moved_midway_stops_the_apply_with_what_stands(tmp_path: Path):
    workspace = Workspace.holding(*BASE)

    def edit(change):
        if str(change.address) == "segment vip":
            workspace.things[BASE[2].address] = thing("message welcome/hello", subject="Theirs")

    workspace.after_write = edit
    with pytest.raises(PartlyApplied, match="3 of 5 changes stand in qa; not yet: message welcome/hello, ") as told:
        applying(plan_of_many(), workspace, tmp_path).run()
    assert told.value.exit_code == 6
    assert "mailwright plan qa" in told.value.hint
    assert workspace.things[BASE[2].address].value("subject") == "Theirs"


@pytest.mark.parametrize("gone", ["segment staff", "message welcome/hello"])
def test_a_thing_that_is_gone_is_not_made_anew(tmp_path: Path, gone):
    workspace = Workspace.holding(*(one for one in BASE if str(one.address) != gone))
    with pytest.raises(MailwrightError, match=f"{gone} is gone from qa"):
        applying(plan_of_many(), workspace, tmp_path).run()
    assert not any(gone in write for write in workspace.writes)


def test_a_thing_somebody_made_meanwhile_is_not_overwritten(tmp_path: Path):
    workspace = Workspace.holding(*BASE, thing("segment vip", name="Theirs"))
    with pytest.raises(MailwrightError, match="segment vip is in qa by now"):
        applying(plan_of_many(), workspace, tmp_path).run()
    assert workspace.things[address("segment vip")].value("name") == "Theirs"


def test_a_200_that_kept_nothing_is_found_out(tmp_path: Path):
    workspace = Workspace.holding(*BASE)
    workspace.after_write = lambda change: workspace.things.update({BASE[0].address: BASE[0]})
    with pytest.raises(
        WorkspaceError, match="took segment staff and keeps something else in: name; nothing was changed"
    ):
        applying(plan_of_many(), workspace, tmp_path).run()


def test_a_stale_answer_is_waited_for(tmp_path: Path):
    workspace = Workspace.holding(*BASE)
    old = Workspace.holding(*BASE)
    waits: list[float] = []

    class Late:
        identity = workspace.identity
        write = workspace.write

        def read(self, where):
            return workspace.read(where) if waits else old.read(where)

    applying(planned(BASE[:1], DESIRED[:1], BASE[:1]), Late(), tmp_path, pause=waits.append).run()
    assert waits and workspace.writes == ["update segment staff"]


def broken(*_):
    raise WorkspaceError("PUT /segments/1: the connection was lost")


def test_a_connection_lost_before_the_effect_changes_nothing(tmp_path: Path):
    workspace = Workspace.holding(*BASE)
    workspace.before_write = broken
    with pytest.raises(WorkspaceError, match="connection was lost; nothing was changed") as told:
        applying(plan_of_many(), workspace, tmp_path).run()
    assert told.value.exit_code == 4


def test_a_connection_lost_after_the_effect_is_success(tmp_path: Path):
    workspace = Workspace.holding(*BASE)
    workspace.after_write = broken
    applying(plan_of_many(), workspace, tmp_path, ledger_of_base()).run()
    assert len(workspace.writes) == 5


def test_a_workspace_lost_for_good_leaves_doubt_and_says_so(tmp_path: Path):
    workspace = Workspace.holding(*BASE)

    def lose(_change):
        workspace.before_read = broken
        broken()

    workspace.after_write = lose
    with pytest.raises(
        PartlyApplied, match=r"0 of 5 changes stand in qa; not yet: segment staff, .* segment staff may stand in part"
    ) as told:
        applying(plan_of_many(), workspace, tmp_path).run()
    assert "--resume" in told.value.hint


def test_a_ledger_that_cannot_be_written_stops_the_apply(tmp_path: Path):
    class Full(Ledger):
        def save(self, root):
            if self.agreed:
                raise ConfigurationError("cannot write .mailwright/ledger/qa.json: No space left on device")
            return False

    workspace = Workspace.holding(*BASE)
    with pytest.raises(PartlyApplied, match=r"0 of 5 changes stand in qa.*No space left on device") as told:
        applying(plan_of_many(), workspace, tmp_path, Full("qa")).run()
    assert told.value.exit_code == 6
    (run,) = runs_of(tmp_path, "qa")
    applying(run.plan, workspace, tmp_path, ledger_of_base(), run).run()
    assert workspace.writes.count("update segment staff") == 1


def test_a_journal_cut_in_the_middle_of_a_line_is_read(tmp_path: Path):
    applying(plan_of_many(), Workspace.holding(*BASE), tmp_path, ledger_of_base()).run()
    (run,) = runs_of(tmp_path, "qa")
    lines = run.folder / "journal.jsonl"
    whole = lines.read_bytes()
    for end in range(len(whole)):
        lines.write_bytes(whole[:end])
        journal = read_journal(run.folder)
        assert journal.done.keys() <= journal.begun
        journal.begin(99)
        assert 99 in read_journal(run.folder).begun


class Killed(BaseException):
    """The process is gone: nothing below may tidy up after it."""


def killing(at: int):
    """A kind of journal that dies before, in the middle of, or after its note number *at* // 3."""
    count = iter(range(10_000))

    class Deadly(Journal):
        def _note(self, line):
            number, moment = next(count), at % 3
            if number != at // 3:
                super()._note(line)
                return
            if moment == 1:
                with open(self.folder / LINES, "ab") as file:
                    file.write(b'{"step": 1, "ev')
            if moment == 2:
                super()._note(line)
            raise Killed

    return Deadly


def undisturbed(root: Path) -> tuple[Workspace, Ledger]:
    workspace, ledger = Workspace.holding(*BASE), ledger_of_base()
    applying(plan_of_many(), workspace, root, ledger).run()
    return workspace, ledger


NOTES = 2 * 5 + 1


@pytest.mark.parametrize("at", range(3 * NOTES))
def test_an_apply_killed_at_any_note_and_resumed_equals_an_undisturbed_one(tmp_path: Path, at: int):
    calm, calm_ledger = undisturbed(tmp_path / "calm")
    root = tmp_path / "killed"
    ledger_of_base().save(root)
    workspace, plan = Workspace.holding(*BASE), plan_of_many()
    journal = start_journal(root, plan, NOW, killing(at))
    with pytest.raises(Killed):
        applying(plan, workspace, root, read_ledger(root, "qa"), journal).run()
    resumed = interrupted_run(root, "qa")
    if resumed is not None:
        applying(resumed.plan, workspace, root, read_ledger(root, "qa"), resumed).run()
    assert workspace.snapshot == calm.snapshot
    assert read_ledger(root, "qa").snapshot == calm_ledger.snapshot
    assert len(workspace.writes) == len(calm.writes)
    assert interrupted_run(root, "qa") is None


@pytest.mark.parametrize("at", range(10))
@pytest.mark.parametrize("moment", ["before_write", "after_write"])
def test_an_apply_killed_at_any_write_and_resumed_equals_an_undisturbed_one(tmp_path: Path, at: int, moment: str):
    calm, calm_ledger = undisturbed(tmp_path / "calm")
    root = tmp_path / "killed"
    ledger_of_base().save(root)
    workspace, plan, count = Workspace.holding(*BASE), plan_of_many(), iter(range(10))

    def kill(_change):
        if next(count) == at:
            raise Killed

    setattr(workspace, moment, kill)
    try:
        applying(plan, workspace, root, read_ledger(root, "qa")).run()
    except Killed:
        resumed = interrupted_run(root, "qa")
        assert resumed is not None
        applying(resumed.plan, workspace, root, read_ledger(root, "qa"), resumed).run()
    assert workspace.snapshot == calm.snapshot
    assert read_ledger(root, "qa").snapshot == calm_ledger.snapshot
    assert len(workspace.writes) == len(calm.writes)


def test_two_applies_at_once_refuse(tmp_path: Path):
    with (
        only_one(tmp_path, "qa"),
        only_one(tmp_path, "prod"),
        pytest.raises(RefusedError, match="another apply to qa is running here"),
        only_one(tmp_path, "qa"),
    ):
        pytest.fail("both were let in")
    with only_one(tmp_path, "qa"):
        pass


def test_runs_of_one_second_stand_in_the_order_they_began(tmp_path):
    for age, name in enumerate(("20260101-000000-qa-b", "20260101-000000-qa-a", "20260101-000001-qa-0")):
        run = tmp_path / FOLDER / name
        run.mkdir(parents=True)
        (run / LINES).touch()
        (run / PLAN).touch()
        os.utime(run / PLAN, ns=(0, age))
    assert [run.run[-4:] for run in runs_of(tmp_path)] == ["qa-b", "qa-a", "qa-0"]
