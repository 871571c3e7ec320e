"""What one workspace has becomes what another shall have, with its own values."""

from __future__ import annotations

import pytest
from syncing import all_of, planned, thing

from mailwright.definitions.workspace import Workspace
from mailwright.diagnostics import ConfigurationError
from sync.folding import folded, folded_pair
from sync.promote import promoted
from sync.snapshot import Kind

QA = Workspace.model_validate({"from": "QA <qa@example.org>", "vars": {"base_url": "https://qa.example.org"}})
PROD = Workspace.model_validate({"from": "Shop <shop@example.org>", "vars": {"base_url": "https://www.example.org"}})


def email(base: str, sender: str, **fields):
    body = f'<a href="{base}/start">Go</a>'
    return thing("message welcome/hello", **{"body": body, "from": sender, "sending": "automatic", **fields})


def test_senders_and_vars_become_the_targets_own():
    source = all_of(email("https://qa.example.org", "QA <qa@example.org>"))
    found = promoted(source, all_of(), QA, PROD)
    assert list(found) == [email("https://www.example.org", "Shop <shop@example.org>")]


def test_two_workspaces_that_differ_in_their_own_values_only_fold_to_the_same():
    one = folded(all_of(email("https://qa.example.org", "QA <qa@example.org>", sending="draft")), QA)
    other = folded(all_of(email("https://www.example.org", "Shop <shop@example.org>")), PROD)
    assert one == other


def test_a_value_the_target_lacks_is_an_error_and_not_an_empty_text():
    bare = Workspace.model_validate({})
    with pytest.raises(ConfigurationError, match=r"no value for mailwright\.base_url"):
        promoted(all_of(email("https://qa.example.org", "x")), all_of(), QA, bare)


def test_what_runs_in_the_target_goes_on_and_what_is_new_waits():
    source = all_of(
        thing("campaign old", name="Old 2", state="draft"), thing("campaign new", name="New", state="draft")
    )
    target = [thing("campaign old", name="Old", state="running")]
    plan = planned(target, promoted(source, all_of(*target), QA, PROD), target)
    assert [f"{one.action} {one.address}" for one in plan.changes] == ["create campaign new", "update campaign old"]
    assert [one.name for one in plan.changes[1].fields] == ["name"]
    assert [f"{one.action} {one.address}" for one in plan.waiting] == ["start campaign new"]


def test_what_only_the_target_has_stays_unless_it_shall_go():
    target = all_of(thing("segment staff", name="Staff"), thing("campaign own", name="Own", state="running"))
    assert promoted(all_of(), target, QA, PROD) == target
    assert len(promoted(all_of(), target, QA, PROD, with_removals=True)) == 0
    kept = promoted(all_of(), target, QA, PROD, is_meant=lambda one: one.kind is not Kind.CAMPAIGN, with_removals=True)
    assert [str(one.address) for one in kept] == ["campaign own"]


def test_what_the_target_changed_by_itself_is_left_and_told():
    agreed, edited = [thing("message a/b", subject="1")], [thing("message a/b", subject="2")]
    plan = planned(agreed, promoted(all_of(*agreed), all_of(*edited), QA, PROD), edited)
    assert not plan.changes and len(plan.theirs) == 1


def test_a_sender_named_in_the_email_is_not_taken_for_the_workspaces_own():
    named = [email("https://www.example.org", "Shop <shop@example.org>")]
    here = [email("https://qa.example.org", "Shop <shop@example.org>")]
    one, other = folded_pair(all_of(*named), all_of(*here), PROD, QA)
    assert one == other
    assert promoted(all_of(*here), all_of(*named), QA, PROD) == all_of(*named)
