"""Changes written to a workspace that runs, and read back."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import pytest

from sync.codecs.encoding import NOTHING
from sync.codecs.triggers import BLOCK
from sync.desired import desired_snapshot
from sync.ledger import Ledger
from sync.live import fetch_snapshot
from sync.plan import Action, Change, FieldChange
from sync.plan_order import ordered
from sync.snapshot import Address, Document, Kind, Snapshot
from sync.writable import unwritable
from sync.writing import WorkspaceTarget

from .conftest import copy_of_repository


def change(action: Action, wanted: Document, live: Document | None = None) -> Change:
    """What turns *live* into *wanted*; a field that only *live* has stays."""
    before = {} if live is None else live.fields
    names = [name for name in sorted(wanted.fields) if wanted.fields.get(name) != before.get(name)]
    return Change(action, wanted.address, tuple(FieldChange(n, before.get(n), wanted.fields.get(n)) for n in names))


def written(root: Path, served_by, open_at, project_of=None) -> tuple[Snapshot, Snapshot, dict]:
    """All that the files say put into a workspace: what is there after it, what was wanted, what only a hand can do."""
    with open_at(root, served_by, "qa") as workspace:
        desired = desired_snapshot(workspace.project, "qa")
        live = fetch_snapshot(workspace, Ledger("qa"))
        by_hand = unwritable(desired, live, ui=True)
        target = WorkspaceTarget(workspace, Ledger("qa"), live)
        changes = []
        for one in desired:
            there = live.documents.get(one.address)
            kept = {n: v for n, v in one.fields.items() if n not in by_hand.get(one.address, {})}
            changes.append(change(Action.CREATE, Document(one.address, kept), there))
        for one in ordered(one for one in changes if one.fields):
            target.write(one, target.read(one.address))
        return fetch_snapshot(workspace, target.ledger).snapshot, desired, by_hand


def test_all_that_the_repository_says_can_be_made_in_an_empty_workspace(tmp_path, empty, open_at):
    root = copy_of_repository(tmp_path, empty.settings())
    live, desired, by_hand = written(root, empty, open_at)
    told = sorted(f"{address}: {name}: {why}" for address, found in by_hand.items() for name, why in found.items())
    differing = sorted(
        f"{one.address}: {name}"
        for one in desired
        for name in one.fields
        if one.fields[name] != (live.get(one.address) or Document(one.address)).fields.get(name)
    )
    assert set(differing) <= {": ".join(line.split(": ")[:2]) for line in told}, "the rest is work that was told of"
    assert len(differing) < len([name for one in desired for name in one.fields]) / 3


def test_writing_twice_makes_nothing_twice(tmp_path, empty, open_at):
    root = copy_of_repository(tmp_path, empty.settings())
    first, _, _ = written(root, empty, open_at)
    second, _, _ = written(root, empty, open_at)
    third, _, _ = written(root, empty, open_at)
    assert set(first.documents) == set(second.documents) == set(third.documents)
    assert third.digest == second.digest


STEPS = [
    pytest.param([{"email": "received"}, {"wait": "2d"}], id="a step behind"),
    pytest.param([{"wait": "2d"}, {"email": "received"}], id="a step before"),
    pytest.param(
        [{"email": "received"}, {"branch": {"if": {"person": {"plan": "pro"}}, "then": [{"wait": "1h"}], "else": []}}],
        id="a branch",
    ),
    pytest.param(
        [
            {"split": [{"if": {"segment": "lapsed"}, "then": [{"wait": "1h"}, {"exit": True}]}, {"else": []}]},
            {"cohorts": [{"share": 10, "then": [{"wait": "3h"}]}, {"share": 90, "then": [{"email": "received"}]}]},
            {"wait": "1d"},
        ],
        id="ways that end and ways that meet",
    ),
    pytest.param(
        [
            {"email": "received"},
            {
                "wait_until": {
                    "any": {"message": {"step": "received", "is": "opened"}},
                    "at_most": "3d",
                    "on_timeout": [{"email": "again"}],
                }
            },
        ],
        id="a wait for a message, and a new one",
    ),
    pytest.param([{"email": "received", "only_if": {"person": {"plan": "pro"}}}], id="a condition on a step"),
]


@pytest.mark.parametrize("steps", STEPS)
def test_a_workflow_becomes_what_is_wanted_and_its_messages_stay_the_same_ones(seeded, repository, open_at, steps):
    address = Address(Kind.CAMPAIGN, "text-received")
    with open_at(repository, seeded, "qa") as workspace:
        live = fetch_snapshot(workspace, Ledger("qa"))
        target = WorkspaceTarget(workspace, Ledger("qa"), live)
        kept = live.ids[Address(Kind.MESSAGE, "text-received/received")]
        for workflow in (steps, [{"email": "received"}], steps):
            before = target.read(address)
            assert before is not None
            wanted = Document(address, {**before.fields, "workflow": json.dumps(workflow)})
            wanted = _canonical(wanted)
            target.write(change(Action.UPDATE, wanted, before), before)
            after = target.read(address)
            assert after is not None and after.value("workflow") == wanted.value("workflow")
        assert target.read(Address(Kind.MESSAGE, "text-received/received")) is not None
        now = target.ledger.ids[Address(Kind.MESSAGE, "text-received/received")]
        assert (now["action"], now["template"]) == (kept["action"], kept["template"])


def _canonical(document: Document) -> Document:
    from sync.codecs.authored import campaign_document, campaign_of

    return campaign_document(document.address, campaign_of(document))


def test_a_field_that_mailwright_does_not_know_survives_a_push(seeded, repository, open_at):
    address = Address(Kind.MESSAGE, "text-received/received")
    with open_at(repository, seeded, "qa") as workspace:
        assert workspace.ui is not None
        live = fetch_snapshot(workspace, Ledger("qa"))
        target = WorkspaceTarget(workspace, Ledger("qa"), live)
        number = int(live.ids[address]["template"])
        workspace.ui.update_template(number, {"body_amp": "<p>amp</p>", "fake_bcc": True})
        before = target.read(address)
        assert before is not None
        wanted = Document(address, {**before.fields, "subject": '"Changed"', "sending": '"draft"'})
        target.write(change(Action.UPDATE, wanted, before), before)
        template = workspace.ui.template(number)
        assert (template["subject"], template["body_amp"], template["fake_bcc"]) == ("Changed", "<p>amp</p>", True)
        assert template["body"] == before.value("body")


def test_an_unchanged_filter_goes_back_letter_by_letter(seeded, repository, open_at):
    address = Address(Kind.CAMPAIGN, "photo-received")
    with open_at(repository, seeded, "qa") as workspace:
        assert workspace.ui is not None
        live = fetch_snapshot(workspace, Ledger("qa"))
        target = WorkspaceTarget(workspace, Ledger("qa"), live)
        number, staff = int(live.ids[address]["id"]), live.names.segments["staff"]
        entry = {"type": "segments_negatable", "segments": [staff], "negate": True}
        # Python's own spelling of the encoding: spaces after commas, the padding left out.
        text = b64encode(quote(json.dumps([entry])).encode()).decode().rstrip("=")
        raw = workspace.ui.campaign(number)["campaign"]
        block = {name: raw[name] for name in BLOCK} | {"filters": NOTHING, "anchors": text}
        workspace.ui.update_campaign(number, "recipients", block)
        before = target.read(address)
        assert before is not None and before.value("filter") == {"not": {"segment": "staff"}}
        wanted = Document(address, {**before.fields, "frequency": '{"once_per":"1w"}'})
        target.write(change(Action.UPDATE, wanted, before), before)
        raw = workspace.ui.campaign(number)["campaign"]
        assert (raw["anchors"], raw["restart_min_interval"]) == (text, 604800)
        assert target.read(address) == wanted
