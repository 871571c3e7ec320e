"""What a change means, in words."""

from __future__ import annotations

import pytest

from sync.snapshot import Kind, canonical
from sync.wording import field_as_lines


def lines(kind, name, before, after):
    texts = [None if one is None else canonical(one) for one in (before, after)]
    return field_as_lines(kind, name, *texts)


def where(**tests):
    return {"event": "posted", "where": tests}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(where(type="photo"), where(type=["photo", "text"]), ["now also fires for type text"], id="value added"),
        pytest.param(where(type=["photo", "text"]), where(type="text"), ["no longer fires for type photo"], id="value gone"),
        pytest.param(
            where(type="photo"), where(type="text"),
            ["now also fires for type text", "no longer fires for type photo"], id="value swapped",
        ),
        pytest.param(where(source={"not": "sms"}), where(source={"not": ["sms", "web"]}), ["no longer fires for source web"], id="value excluded"),
        pytest.param(where(a=1, b=2), where(a=1), ["no longer asks that b is 2"], id="clause gone"),
        pytest.param(where(a=1), where(a=1, n={"above": 3}), ["now only fires when n is above 3"], id="clause added"),
        pytest.param({"event": "posted"}, {"event": "shared"}, ["trigger event: posted → shared"], id="another event"),
        pytest.param(where(a=1), {"event": "posted"}, ["no longer asks that a is 1"], id="all conditions gone"),
        pytest.param(
            where(any=[{"a": 1}, {"b": 2}]), where(any=[{"a": 1}, {"c": 3}]),
            ["now also fires when c is 3", "no longer fires when b is 2"], id="alternatives",
        ),
    ],
)  # fmt: skip
def test_a_trigger_says_for_whom_it_fires_now(before, after, expected):
    assert lines(Kind.CAMPAIGN, "trigger", before, after) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"segment": "staff"}, {"segment": "vip"}, ["now only fires when the person is in the segment vip", "no longer asks that the person is in the segment staff"]),
        (None, {"person": {"plan": "pro"}}, ["now only fires when person.plan is pro"]),
        ({"person": {"plan": ["pro", "team"]}}, {"person": {"plan": "pro"}}, ["no longer fires for person.plan team"]),
        ({"person": {"vip": True}}, {"person": {"vip": [True, False]}}, ["now also fires for person.vip false"]),
    ],
)  # fmt: skip
def test_a_filter_says_for_whom_it_fires_now(before, after, expected):
    assert lines(Kind.CAMPAIGN, "filter", before, after) == expected


def test_a_segment_matches_where_a_campaign_fires():
    before, after = {"person": {"plan": "pro"}}, {"person": {"plan": ["pro", "team"]}}
    assert lines(Kind.SEGMENT, "where", before, after) == ["now also matches for person.plan team"]


def test_a_body_is_a_unified_diff():
    found = lines(Kind.MESSAGE, "body", "<p>one</p>\n<p>two</p>\n", "<p>one</p>\n<p>three</p>\n")
    assert found == ["@@ -1,2 +1,2 @@", " <p>one</p>", "-<p>two</p>", "+<p>three</p>"]


def test_a_workflow_shows_the_steps_that_come_and_go():
    found = lines(Kind.CAMPAIGN, "workflow", [{"email": "a"}], [{"wait": "1d"}, {"email": "a"}])
    assert found == ["workflow:", "+ {wait: 1d}"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [("Hi", "Hello", "subject: Hi → Hello"), (None, "Hello", "subject: (nothing) → Hello"), ("x", None, "subject: x → (nothing)")],
)  # fmt: skip
def test_other_fields_show_both_values(before, after, expected):
    assert lines(Kind.MESSAGE, "subject", before, after) == [expected]


def test_control_characters_of_a_workspace_do_not_reach_the_terminal():
    shown = "\n".join(
        lines(Kind.MESSAGE, "subject", "a\x1b[31m", "b\u202e") + lines(Kind.MESSAGE, "body", "a", "b\x1b[2J\x07")
    )
    assert "\x1b" not in shown and "\u202e" not in shown and "\x07" not in shown


@pytest.mark.parametrize("odd", [7, "x", [], {"no_such_subject": 1}, {"person": {"a": {"no_such": 1}}}, {"a\x85": 1}])
def test_a_condition_that_nobody_knows_is_shown_as_it_stands(odd):
    assert lines(Kind.CAMPAIGN, "filter", {"person": {"a": 1}}, odd)
