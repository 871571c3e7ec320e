"""What a plan holds, by what the files, the ledger and the workspace say."""

from __future__ import annotations

import pytest
from syncing import planned, thing

from sync.diff import Presence
from sync.plan import Plan


def changes(plan: Plan) -> list[str]:
    return [f"{one.action} {one.address}" for one in plan.changes]


WELCOME = thing("campaign welcome", name="Welcome", state="running", workflow=[{"email": "hello"}])
HELLO = thing("message welcome/hello", subject="Hello", sending="automatic")


def hello(**fields):
    return thing("message welcome/hello", **{"subject": "Hello", "sending": "automatic", **fields})


def welcome(*steps, **fields):
    workflow = list(steps) or [{"email": "hello"}]
    return thing("campaign welcome", **{"name": "Welcome", "state": "running", "workflow": workflow, **fields})


def test_nothing_moved_is_nothing_to_do():
    plan = planned([WELCOME, HELLO], [WELCOME, HELLO], [WELCOME, HELLO])
    assert plan.is_empty and not plan.theirs and not plan.agreed


def test_an_edit_of_the_files_is_a_change_of_that_field_alone():
    plan = planned([HELLO], [hello(subject="Hi")], [HELLO])
    (change,) = plan.changes
    assert [one.name for one in change.fields] == ["subject"]
    assert change.seen == HELLO.digest


def test_an_edit_of_the_workspace_is_left_and_told():
    plan = planned([HELLO], [HELLO], [hello(subject="Hey")])
    assert not plan.changes
    (left,) = plan.theirs
    assert (left.fields[0].before, left.fields[0].after) == ('"Hello"', '"Hey"')


def test_both_sides_may_move_different_fields_of_one_thing():
    base = hello(preheader="p")
    plan = planned([base], [hello(subject="Hi", preheader="p")], [hello(preheader="q")])
    assert [one.name for one in plan.changes[0].fields] == ["subject"]
    assert [one.name for one in plan.theirs[0].fields] == ["preheader"]
    target = plan.changes[0].target(hello(preheader="q"))
    assert target.value("preheader") == "q"


def test_a_field_moved_on_both_sides_is_a_conflict_that_ours_overwrites():
    sides = [HELLO], [hello(subject="Hi")], [hello(subject="Hey")]
    assert not planned(*sides).changes and planned(*sides).conflicts
    forced = planned(*sides, ours=["message welcome/hello"])
    assert not forced.conflicts
    assert forced.changes[0].fields[0].before == '"Hey"'


def test_what_is_new_in_the_files_comes_quietly():
    plan = planned([], [WELCOME, HELLO], [])
    made = {str(one.address): {f.name: f.after for f in one.fields} for one in plan.changes}
    assert made["campaign welcome"]["state"] == '"draft"'
    assert made["message welcome/hello"]["sending"] == '"draft"'
    assert [f"{one.action} {one.address}" for one in plan.waiting] == [
        "start message welcome/hello",
        "start campaign welcome",
    ]


def test_a_step_that_says_how_it_sends_is_believed():
    plan = planned([], [HELLO], [], outspoken={HELLO.address})
    assert {f.name: f.after for f in plan.changes[0].fields}["sending"] == '"automatic"'


def test_start_lets_messages_out_before_it_starts_their_campaign():
    plan = planned([], [WELCOME, HELLO], [], start=True)
    assert changes(plan) == [
        "create campaign welcome",
        "create message welcome/hello",
        "start message welcome/hello",
        "start campaign welcome",
    ]


def test_a_draft_of_the_workspace_waits_for_start_and_is_no_change():
    plan = planned([welcome(state=None)], [WELCOME], [welcome(state="draft")])
    assert plan.is_empty and len(plan.waiting) == 1


def test_a_message_made_a_draft_by_hand_is_theirs():
    plan = planned([HELLO], [HELLO], [hello(sending="draft")])
    assert plan.theirs and not plan.waiting and not plan.changes


def test_a_campaign_the_files_stop_is_stopped_first():
    plan = planned([WELCOME, HELLO], [welcome(state="stopped"), hello(subject="Hi")], [WELCOME, HELLO])
    assert changes(plan) == ["stop campaign welcome", "update message welcome/hello"]


OLD = thing("message welcome/old", subject="Old", sending="automatic")
BOTH = welcome({"email": "old"}, {"wait": "1d"}, {"email": "hello"})


def test_a_step_gone_from_the_files_is_switched_off_and_its_workflow_left():
    plan = planned([BOTH, HELLO, OLD], [welcome({"wait": "1d"}, {"email": "hello"}), HELLO], [BOTH, HELLO, OLD])
    assert changes(plan) == ["off message welcome/old"]


def test_a_step_switched_off_earlier_is_settled():
    off = thing("message welcome/old", subject="Old", sending="off")
    plan = planned([BOTH, HELLO, off], [welcome({"wait": "1d"}, {"email": "hello"}), HELLO], [BOTH, HELLO, off])
    assert plan.is_empty


def test_asked_to_delete_the_step_goes():
    desired = [welcome({"wait": "1d"}, {"email": "hello"}), HELLO]
    plan = planned([BOTH, HELLO, OLD], desired, [BOTH, HELLO, OLD], delete=True)
    assert changes(plan) == ["update campaign welcome", "delete message welcome/old"]


def test_a_step_that_the_workspace_added_is_theirs_and_not_a_removal():
    live = welcome({"email": "hello"}, {"email": "more"})
    more = thing("message welcome/more", subject="More", sending="automatic")
    plan = planned([WELCOME, HELLO], [WELCOME, HELLO], [live, HELLO, more])
    assert plan.is_empty
    assert sorted(str(one.address) for one in plan.theirs) == ["campaign welcome", "message welcome/more"]


def test_a_campaign_gone_from_the_files_is_one_deletion_with_its_messages():
    plan = planned([WELCOME, HELLO], [], [WELCOME, HELLO])
    assert changes(plan) == ["delete campaign welcome"]


def test_a_campaign_deleted_in_the_workspace_is_told_once_and_made_again_when_asked():
    plan = planned([WELCOME, HELLO], [WELCOME, HELLO], [])
    assert [(str(one.address), one.presence) for one in plan.theirs] == [("campaign welcome", Presence.LOST)]
    again = planned([WELCOME, HELLO], [WELCOME, HELLO], [], ours=["campaign welcome"])
    assert "create campaign welcome" in changes(again)


def test_what_only_the_workspace_has_is_told_once():
    plan = planned([], [], [WELCOME, HELLO])
    assert [(str(one.address), one.presence) for one in plan.theirs] == [("campaign welcome", Presence.FOREIGN)]


def test_at_first_contact_what_is_alike_becomes_agreed_and_the_rest_conflicts():
    plan = planned([], [hello(subject="Hi")], [HELLO])
    assert plan.agreed[0].fields == {"sending": '"automatic"'}
    assert [one.name for one in plan.conflicts[0].fields] == ["subject"]


def test_only_what_is_asked_for_is_planned():
    other = thing("segment staff", name="Staff")
    desired = [hello(subject="Hi"), thing("segment staff", name="People")]
    plan = planned([HELLO, other], desired, [HELLO, other], only=["welcome"])
    assert changes(plan) == ["update message welcome/hello"]


class Weak:
    """An interface that shows and writes less."""

    def sees(self, _address, field):
        return field != "hidden"

    def why_by_hand(self, _address, field):
        return "the App API does not write it" if field == "subject" else ""

    def why_not_created(self, where):
        return "only a person can make it" if where.kind == "campaign" else ""

    def why_no_place(self, _address, field):
        return "it has no place there" if field == "odd" else ""

    def unseen(self):
        return ("the hidden field",)


def test_what_no_interface_writes_is_hand_work_until_it_is_done():
    todo = planned([HELLO], [hello(subject="Hi")], [HELLO], abilities=Weak())
    assert not todo.changes
    assert (todo.by_hand[0].change.after, todo.by_hand[0].why) == ('"Hi"', "the App API does not write it")
    assert planned([HELLO], [hello(subject="Hi")], [hello(subject="Hi")], abilities=Weak()).is_empty


def test_what_cannot_be_seen_is_said_and_not_planned():
    plan = planned([], [hello(hidden=1)], [hello()], abilities=Weak())
    assert plan.is_empty and plan.unseen == ("the hidden field",)


def test_a_thing_that_cannot_be_made_is_hand_work_field_by_field():
    plan = planned([], [WELCOME], [], abilities=Weak())
    assert not plan.changes
    assert [one.change.name for one in plan.by_hand] == ["name", "state", "workflow"]


def test_new_segments_stand_after_the_segments_they_name():
    inner = thing("segment zebra", name="Z")
    outer = thing("segment alpha", name="A", where={"segment": "zebra"})
    plan = planned([], [inner, outer, thing("layout base@1", body="x"), HELLO], [])
    assert changes(plan)[:3] == ["create layout base@1", "create segment zebra", "create segment alpha"]


@pytest.mark.parametrize("turn", [False, True])
def test_removals_go_from_what_names_to_what_is_named(turn):
    gone = [thing("segment staff", name="S"), thing("layout base@1", body="x"), welcome()]
    plan = planned(gone, [], reversed(gone) if turn else gone)
    assert changes(plan) == ["delete campaign welcome", "delete segment staff", "delete layout base@1"]


def test_a_quiet_new_message_whose_step_is_dropped_again_is_switched_off():
    both = welcome({"email": "hello"}, {"email": "more"})
    made, there = (
        thing("message welcome/more", subject="M"),
        thing("message welcome/more", subject="M", sending="draft"),
    )
    plan = planned([both, HELLO, made], [WELCOME, HELLO], [both, HELLO, there])
    assert changes(plan) == ["off message welcome/more"] and not plan.conflicts


def test_a_value_that_has_no_place_is_hand_work_of_the_new_thing():
    plan = planned([], [thing("segment staff", name="Staff", odd=1)], [], abilities=Weak())
    assert changes(plan) == ["create segment staff"]
    assert [(one.change.name, one.why) for one in plan.by_hand] == [("odd", "it has no place there")]


def test_a_new_thing_of_which_nothing_can_be_written_is_not_made():
    plan = planned([], [thing("segment staff", odd=1)], [], abilities=Weak())
    assert not plan.changes and len(plan.by_hand) == 1
