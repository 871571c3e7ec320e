"""What calls do to profiles: attributes, identifiers, merges, deletions, segments."""

from __future__ import annotations

from datetime import timedelta

import pytest
from building import (
    DAY,
    HOUR,
    START,
    call,
    campaign,
    entered,
    identify,
    of_kind,
    outcomes,
    person,
    project,
    refusals,
    run,
    segment,
    sent,
    track,
    warnings,
)

from mailwright.definitions.campaign import Goal
from mailwright.definitions.conditions import (
    Changed,
    Compare,
    Happens,
    MessageIs,
    MessageState,
    Operator,
    Performed,
    Subject,
)
from mailwright.definitions.triggers import ObjectTrigger, PersonTrigger, SegmentTrigger
from simulator.history.calls import Call, CallKind, IdType
from simulator.trace import Ended, Entered, Moved

QUIET = campaign("never")


def identify_as(kind, who, at=START, timestamp=None, **attributes):
    return Call(0, CallKind.IDENTIFY, who, kind, data=attributes, at=at, timestamp=timestamp)


def merge(primary="p", other="q", at=START + HOUR):
    return call(CallKind.MERGE, primary, at, other=other)


# --- attributes (R11, R30, R122, R123) ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("empty", [None, ""])
def test_null_and_an_empty_text_remove_an_attribute(empty):
    found = run(QUIET, identify(a=1, b=2), identify(at=START + 1, a=empty, c=empty))
    assert found.profiles == {"p": {"b": 2}}


def test_names_that_start_with_an_underscore_are_internal():
    found = run(QUIET, identify(_x=1, x_=2, anonymous_id="a"))
    assert found.profiles == {"p": {"x_": 2}}


@pytest.mark.parametrize(
    ("timestamps", "plan"),
    [
        pytest.param((100, 200), "b", id="in order"),
        pytest.param((200, 100), "a", id="the older one is ignored"),
        pytest.param((200, 200), "b", id="of one time the later one"),
        pytest.param((200, None), "b", id="no time is now"),
    ],
)
def test_an_older_identify_does_not_go_over_a_newer_one(timestamps, plan):
    first, second = (
        Call(0, CallKind.IDENTIFY, "p", data={"plan": plan, f"only_{plan}": 1}, at=START + at, timestamp=stamp)
        for at, (plan, stamp) in enumerate(zip("ab", timestamps, strict=True))
    )
    found = run(QUIET, first, second)
    assert found.profiles["p"] == {"plan": plan, "only_a": 1, "only_b": 1}, "what was missing is still filled in"


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"x": "a" * 1000}, []),
        ({"x": "a" * 1001}, ["attribute_too_long"]),
        ({"x": "ü" * 501}, ["attribute_too_long"]),
        ({"n" * 150: 1}, []),
        ({"n" * 151: 1}, ["attribute_name_too_long"]),
        ({f"a{n}": n for n in range(300)}, []),
        ({f"a{n}": n for n in range(301)}, ["too_many_attributes"]),
    ],
    ids=["long enough", "too long", "too many bytes", "a name", "too long a name", "many", "too many"],
)
def test_what_is_longer_than_documented_is_kept_with_a_warning(attributes, code):
    found = run(QUIET, identify(**attributes))
    assert warnings(found) == code
    assert found.profiles["p"] == attributes


@pytest.mark.parametrize(
    ("value", "warned"),
    [(START, []), ("2025-03-03", ["timestamp_in_other_format"]), (START * 1000, ["timestamp_in_other_format"])],
)
def test_an_attribute_that_conditions_read_as_a_time_is_warned_about(value, warned):
    soon = person("dates.due", DAY, operator=Operator.LESS_THAN_AGO)
    found = run(campaign(filter=soon), identify(dates={"due": value}, other="2025-03-03"))
    assert warnings(found) == warned


# --- changes (R106) ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(["a"], [0], id="absent to a value"),
        pytest.param([None, ""], [], id="absent to absent"),
        pytest.param(["b", "a"], [10], id="one value to another"),
        pytest.param(["b", "b"], [], id="the same value again"),
        pytest.param(["a", None, "a"], [0, 20], id="away and back"),
    ],
)
def test_a_change_of_an_attribute_is_counted(values, expected):
    to_a = Changed("plan", Compare(Subject.TO, "", Operator.EQUALS, ("a",)), within=timedelta(seconds=5))
    what = project(campaign(SegmentTrigger(segment="c"), frequency="rematch"), segments={"c": segment(to_a)})
    calls = [identify(at=START + 10 * n, plan=value) for n, value in enumerate(values)]
    assert entered(run(what, *calls)) == expected


# --- identifiers (R114 to R117) ---------------------------------------------------------------------------------------------


def either(*campaigns):
    return project({f"c{n}": one for n, one in enumerate(campaigns or [QUIET])}, identifier="id_or_email")


def test_an_address_is_the_same_in_any_case():
    found = run(either(), identify("Ann@Example.org", a=1), identify_as(IdType.EMAIL, "ann@example.org", b=2))
    assert found.profiles == {"Ann@Example.org": {"email": "Ann@Example.org", "a": 1, "b": 2}}


def test_a_person_is_found_by_each_identifier():
    calls = [identify_as(IdType.CIO_ID, "0a1b", plan="x"), identify("cio_0a1b", at=START + 1, a=1)]
    found = run(either(), *calls, identify_as(IdType.CIO_ID, "0a1b", at=START + 2, b=2))
    assert found.profiles == {"0a1b": {"plan": "x", "a": 1, "b": 2}}


def test_in_a_workspace_of_ids_an_address_identifies_nobody():
    found = run(QUIET, identify("a", email="x@example.org"), identify("b", email="x@example.org"))
    assert sorted(found.profiles) == ["a", "b"]
    assert warnings(found) == []


def test_an_address_somebody_else_has_is_refused():
    calls = [identify("a", email="x@example.org"), identify("b", email="b@example.org")]
    found = run(either(), *calls, identify("b", at=START + 1, email="X@example.org", plan="pro"))
    assert found.profiles["b"] == {"email": "b@example.org", "plan": "pro"}
    assert warnings(found) == ["failed_attribute_change"]


def test_a_set_id_is_not_changed():
    found = run(QUIET, identify("a", id="a"), identify("a", at=START + 1, id="b", cio_id="z"))
    assert sorted(found.profiles) == ["a"]
    assert warnings(found) == ["failed_attribute_change", "failed_attribute_change"]


def test_an_id_that_is_a_number_is_its_text():
    assert warnings(run(QUIET, identify("5", id=5))) == []
    found = run(either(), identify("a@example.org", id=7), track(who="7", at=START + 1))
    assert list(found.profiles) == ["a@example.org"]


def test_an_address_that_was_given_up_may_be_taken():
    calls = [identify("a", email="x@example.org"), identify("a", at=START + 1, email="y@example.org")]
    found = run(either(), *calls, identify("b", at=START + 2, email="x@example.org"))
    assert found.profiles["b"] == {"email": "x@example.org"}


def test_update_only_makes_no_profile():
    calls = [Call(0, CallKind.IDENTIFY, "p", data={"a": 1}, at=START, update_only=True), identify("q", _update=True)]
    found = run(QUIET, *calls, identify("r"), identify("r", at=START + 1, _update=True, a=1))
    assert found.profiles == {"r": {"a": 1}}
    assert warnings(found) == ["failed_attribute_change", "failed_attribute_change"]


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param(
            [identify("a@example.org", plan="free"), identify("u1", START + 9, city="X"),
             identify("u1", START + 10, plan="pro", email="a@example.org", age=3)],
            id="the address's profile is older",
        ),
        pytest.param(
            [identify("u1", city="X"), identify("a@example.org", START + 9, plan="free"),
             identify("u1", START + 10, plan="pro", email="a@example.org", age=3)],
            id="the id's profile is older",
        ),
        pytest.param(
            [identify("a@example.org", plan="free"), identify("u1", START + 10, plan="pro", email="a@example.org", age=3),
             identify("u1", START + 11, city="X")],
            id="the id is new",
        ),
        pytest.param(
            [identify("u1", city="X"), identify("a@example.org", START + 9, plan="free"),
             identify("a@example.org", START + 10, id="u1", plan="pro", age=3)],
            id="the address's call names the id",
        ),
    ],
)  # fmt: skip
def test_a_profile_of_an_id_and_one_of_an_address_become_one(calls):
    """The older one stays and has what the call says."""
    found = run(either(campaign()), *calls, track(who="u1", at=START + 20), track(who="A@example.org", at=START + 21))
    assert len(found.profiles) == 1
    [attributes] = found.profiles.values()
    left = {name: attributes[name] for name in ("email", "plan", "city", "age")}
    assert left == {"email": "a@example.org", "plan": "pro", "city": "X", "age": 3}
    assert entered(found) == [20, 21]
    assert {entry.journey for entry in of_kind(found, Entered)} == {0, 1}
    assert warnings(found) == []


# --- merges (R37, R118, R119) -----------------------------------------------------------------------------------------------


def test_a_merge_keeps_the_primary_s_values_and_fills_its_gaps():
    found = run(QUIET, identify("p", a=1), identify("q", a=2, b=3, id="q"), merge())
    assert found.profiles == {"p": {"a": 1, "b": 3}}


def test_events_of_the_other_profile_count_but_start_and_wake_nothing():
    campaigns = {
        "often": campaign(SegmentTrigger(segment="often"), {"email": "often"}),
        "each": campaign("visit", {"email": "each"}),
        "waits": campaign("go", {"wait_until": {"any": Happens("visit")}}, {"email": "woken"}),
    }
    what = project(campaigns, segments={"often": segment(Performed("visit", 2))})
    calls = [identify("p", email="p@example.org"), track("visit", "q", START + 1), track("go", "p", START + 2)]
    calls += [track("other", "p", START + 3), track("visit", "q", START + 4), merge()]
    found = run(what, *calls)
    assert [(e.campaign, e.at - START) for e in of_kind(found, Entered) if e.person == "p"] == [("waits", 2)]
    assert ("woken", HOUR) not in sent(found)
    more = run(what, *calls, track("visit", "p", START + 2 * HOUR))
    assert ("woken", 2 * HOUR) in sent(more)


def test_a_merge_may_bring_the_primary_into_a_segment_campaign():
    often = {"often": segment(Performed("visit", 2))}
    what = project(campaign(SegmentTrigger(segment="often")), segments=often)
    found = run(what, identify("p"), track("visit", "p", START + 1), track("visit", "q", START + 2), merge())
    assert entered(found) == [HOUR]


def test_manual_segments_move_with_a_merge():
    what = project(campaign(SegmentTrigger(segment="s")), segments={"s": segment()})
    joins = call(CallKind.JOIN_SEGMENT, "q", START + 1, other="s")
    leaves = call(CallKind.LEAVE_SEGMENT, "p", START + 2 * HOUR, other="s")
    found = run(what, identify("p"), identify("q"), joins, merge(), leaves)
    assert [(entry.person, entry.reason) for entry in of_kind(found, Ended)] == [("q", "end")]
    assert refusals(found) == ["once"], "the other profile's journey counts for the frequency"


def test_a_running_journey_of_the_other_profile_goes_on_for_the_primary():
    one = campaign("go", {"wait": "1d"}, {"email": "hello"}, goal=Goal(event="bought"))
    found = run(one, identify("p", email="p@example.org"), track("go", "q", START + 1), merge())
    assert sent(found) == [("hello", DAY + 1)]
    assert of_kind(found, Moved)[0].from_person == "q"
    assert [entry.person for entry in of_kind(found, Ended)] == ["p"]


def test_a_wait_moves_with_its_journey():
    one = campaign("go", {"wait_until": {"any": Happens("bought"), "at_most": "2d"}}, {"email": "hello"})
    calls = [identify("p", email="p@example.org"), track("go", "q"), merge()]
    assert sent(run(one, *calls, track("bought", "p", START + 2 * HOUR))) == [("hello", 2 * HOUR)]
    assert sent(run(one, *calls)) == [("hello", 2 * DAY)]


def test_of_one_campaign_on_both_profiles_the_primary_s_journey_stays():
    one = campaign("go", {"wait": "1d"}, {"email": "hello"})
    found = run(one, identify("p", email="p@example.org"), track("go", "p"), track("go", "q", START + 60), merge())
    assert sent(found) == [("hello", DAY)]
    assert ("exited_early", "merged") in outcomes(found)
    assert found.assumptions["merge_keeps_journey_of"] == 1


def test_a_call_waiting_for_its_filter_starts_nothing_after_a_merge():
    one = campaign("go", filter=person("plan", "pro"))
    calls = [identify("p"), track("go", "q", START), merge(at=START + 60), identify("p", START + 90, plan="pro")]
    assert entered(run(one, *calls)) == []


@pytest.mark.parametrize("other", ["nobody", "p"])
def test_a_merge_with_nobody_or_oneself_changes_nothing(other):
    found = run(QUIET, identify("p", a=1), merge("p", other))
    assert found.profiles == {"p": {"a": 1}}
    assert warnings(found) == ["merge_of_unknown_person"]


def test_messages_and_objects_of_the_other_profile_move():
    big = Compare(Subject.OBJECT, "size", Operator.ABOVE, (4,))
    campaigns = {
        "a": campaign("go", {"email": "first"}),
        "b": campaign(
            "ask", {"branch": {"if": MessageIs("first", MessageState.SENT, "a"), "then": [{"email": "seen"}]}}
        ),
        "o": campaign(ObjectTrigger(object="company", where=big), {"email": "company"}),
    }
    relates = call(CallKind.RELATE, "q", START + 1, name="company", other="1", data={"role": "boss"})
    changes = call(CallKind.OBJECT, None, START + 3 * HOUR, name="company", other="1", data={"size": 5})
    found = run(
        project(campaigns), identify("p", email="p@example.org"), identify("q", email="q@example.org"),
        track("go", "q"), relates, merge(), track("ask", "p", START + 2 * HOUR), changes,
    )  # fmt: skip
    assert [(entry.step, entry.person) for entry in found.entries if getattr(entry, "channel", "")] == [
        ("first", "q"), ("seen", "p"), ("company", "p"),
    ]  # fmt: skip


# --- leaving altogether (R56, R120) -----------------------------------------------------------------------------------------


def test_deleting_ends_journeys_and_a_later_call_makes_a_fresh_profile():
    one = campaign("go", {"wait": "1d"}, {"email": "hello"}, frequency="once")
    calls = [identify("p", email="p@example.org", a=1), track("go"), call(CallKind.DELETE, at=START + HOUR)]
    found = run(one, *calls, identify("p", START + 2 * HOUR, email="p@example.org"), track("go", at=START + 2 * HOUR))
    assert sent(found) == [("hello", 2 * HOUR + DAY)]
    assert ("exited_early", "deleted") in outcomes(found)
    assert found.profiles == {"p": {"email": "p@example.org"}}


def test_suppressing_ends_journeys_and_blocks_every_identifier():
    what = either(campaign("go", {"wait": "1d"}, {"email": "hello"}))
    start = [identify("p", email="p@example.org"), track("go"), call(CallKind.SUPPRESS, "P@example.org", START + HOUR)]
    again = [identify("p", START + 2 * HOUR), track("go", "p@example.org", START + 2 * HOUR)]
    found = run(what, *start, *again)
    assert outcomes(found) == [("exited_early", "suppressed")]
    assert found.profiles == {}
    free = call(CallKind.UNSUPPRESS, "p", START + 90 * 60)
    assert list(run(what, *start, free, *again).profiles) == ["p"]


def test_somebody_who_never_was_may_be_suppressed_and_deleted():
    calls = [
        call(CallKind.SUPPRESS, "p"),
        call(CallKind.DELETE, "q"),
        identify("p", START + 1),
        track(who="p", at=START + 2),
    ]
    assert run(campaign(), *calls).entries == []


# --- segments by hand (R111) ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("s", [1], id="its name"),
        pytest.param("7", [1], id="its number"),
        pytest.param("unknown", [], id="a segment that is none"),
        pytest.param("auto", [], id="a segment that keeps itself"),
    ],
)
def test_only_a_segment_kept_by_hand_takes_members(name, expected):
    segments = {"s": segment(id=7), "auto": segment(person("x", 1))}
    what = project({slug: campaign(SegmentTrigger(segment=slug)) for slug in ("s", "auto")}, segments=segments)
    joins = call(CallKind.JOIN_SEGMENT, at=START + 1, other=name)
    stranger = call(CallKind.JOIN_SEGMENT, "nobody", at=START + 1, other=name)
    found = run(what, identify(), joins, stranger, joins)
    assert entered(found) == expected
    assert list(found.profiles) == ["p"], "unknown people are ignored"


def test_a_new_profile_meets_the_campaigns_on_people_once():
    one = campaign(PersonTrigger(person=person("plan", "pro")))
    assert entered(run(one, identify(plan="pro"), identify(at=START + 1, plan="pro", x=1))) == [0]


def test_a_fresh_profile_of_a_deleted_person_has_journeys_of_its_own():
    found = run(
        campaign(frequency="once"),
        track(),
        call(CallKind.DELETE, at=START + HOUR),
        track(at=START + 2 * HOUR),
    )
    assert [(entry.at - START, entry.journey) for entry in of_kind(found, Entered)] == [(0, 0), (2 * HOUR, 1)]
