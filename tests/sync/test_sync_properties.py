"""What holds for any content: an apply leaves nothing to plan, a rollback nothing to see, theirs is never overwritten."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from syncing import NOW, QA, Workspace, all_of, applying, planned, thing

from sync.journal import runs_of
from sync.ledger import Ledger
from sync.plan_making import Almighty, Wishes, make_plan
from sync.rollback import way_back
from sync.snapshot import Document, Snapshot

NAMES = ("a", "b", "c")
VALUES = st.one_of(st.none(), st.sampled_from(["x", "y", "z", 1, True, ["q"]]))


@st.composite
def contents(draw) -> list[Document]:
    """A small workspace: segments, a campaign or two, and the messages of their steps."""
    found = [
        thing(f"segment {name}", name=draw(st.sampled_from("xyz")), where=draw(VALUES))
        for name in draw(st.lists(st.sampled_from(NAMES), unique=True))
    ]
    for campaign in draw(st.lists(st.sampled_from(NAMES[:2]), unique=True)):
        steps = draw(st.lists(st.sampled_from(NAMES), unique=True))
        workflow = [{"email": step} for step in steps]
        state = draw(st.sampled_from(["running", "draft", "stopped"]))
        found.append(thing(f"campaign {campaign}", name=campaign, state=state, filter=draw(VALUES), workflow=workflow))
        for step in steps:
            sending = draw(st.sampled_from(["automatic", "draft", "off"]))
            found.append(thing(f"message {campaign}/{step}", subject=draw(VALUES), body=draw(VALUES), sending=sending))
    return found


def ledger_of(documents) -> Ledger:
    ledger = Ledger("qa")
    for one in documents:
        ledger.agree(one)
    return ledger


def carried_out(plan, workspace, ledger) -> None:
    with tempfile.TemporaryDirectory() as root:
        applying(plan, workspace, Path(root), ledger).run()


@given(contents(), contents(), st.booleans())
def test_after_an_apply_the_next_plan_is_empty(base, desired, delete):
    workspace, ledger = Workspace.holding(*base), ledger_of(base)
    carried_out(planned(base, desired, base, start=True, delete=delete), workspace, ledger)
    after = planned(ledger.snapshot, desired, workspace.snapshot, start=True, delete=delete)
    assert after.is_empty and not after.theirs and not after.waiting


@given(contents(), contents())
def test_without_start_what_is_left_is_only_waiting(base, desired):
    workspace, ledger = Workspace.holding(*base), ledger_of(base)
    carried_out(planned(base, desired, base), workspace, ledger)
    after = planned(ledger.snapshot, desired, workspace.snapshot)
    assert after.is_empty and not after.theirs


@given(contents(), contents(), contents())
def test_nothing_of_theirs_is_overwritten(base, desired, live):
    workspace, ledger = Workspace.holding(*live), ledger_of(base)
    plan = planned(base, desired, live, delete=True)
    carried_out(plan, workspace, ledger)
    agreed = all_of(*base)
    for there in live:
        known = agreed.get(there.address)
        for name, value in there.fields.items():
            moved = (None if known is None else known.fields.get(name)) != value
            is_gone = workspace.things.get(there.address) is None
            ours = all_of(*desired).get(there.address)
            if moved and (ours is None or ours.fields.get(name) != value) and not is_gone:
                assert workspace.things[there.address].fields.get(name) == value, (there.address, name)


@given(contents(), contents())
def test_a_rollback_restores_what_was(base, desired):
    workspace, ledger = Workspace.holding(*base), ledger_of(base)
    plan = planned(base, desired, base, start=True, delete=True)
    with tempfile.TemporaryDirectory() as root:
        applying(plan, workspace, Path(root), ledger).run()
        (run,) = runs_of(Path(root), "qa")
        sides = way_back(run, ledger.snapshot, workspace.snapshot)
        back = make_plan(QA, sides, now=NOW, wishes=Wishes(delete=True, start=True), abilities=Almighty())
        assert not back.conflicts
        applying(back, workspace, Path(root), ledger).run()
    assert at_rest(workspace.snapshot) == at_rest(all_of(*base))


def at_rest(snapshot: Snapshot) -> Snapshot:
    """A campaign that ran can be stopped, and never be a draft again."""
    return Snapshot.of(
        *(
            Document(one.address, {**one.fields, "state": '"stopped"'}) if one.fields.get("state") == '"draft"' else one
            for one in snapshot
        )
    )
