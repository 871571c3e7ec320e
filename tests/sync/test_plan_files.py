"""Plans go to a file and come back equal; an edited, expired or misplaced one is refused."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syncing import NOW, QA, planned, thing

from mailwright.diagnostics import ConfigurationError, PlanRefused
from sync.ledger import Identity
from sync.plan import Affected, AffectedCampaign
from sync.plan_files import plan_as_file, plan_from_file, read_plan, refuse_elsewhere, refuse_expired, write_plan

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.dictionaries(st.sampled_from(["subject", "body", "sending", "layout"]), JSON, max_size=4)
HELLO = thing("message welcome/hello", subject="Hello")


def documents(fields):
    return [thing("message welcome/hello", **fields)]


@given(FIELDS, FIELDS, FIELDS, st.booleans())
def test_a_plan_comes_back_equal(base, desired, live, start):
    plan = planned(documents(base), documents(desired), documents(live), start=start)
    assert plan_from_file(plan_as_file(plan)) == plan


def test_every_section_survives_the_file(tmp_path: Path):
    from dataclasses import replace

    plan = replace(
        planned(
            [HELLO, thing("segment gone", name="G"), thing("segment lost", name="L")],
            [
                thing("message welcome/hello", subject="Hi"),
                thing("campaign new", name="N", state="running"),
                thing("segment lost", name="L"),
            ],
            [HELLO, thing("segment gone", name="G"), thing("snippet foreign", value="x")],
        ),
        affected=(Affected("the samples", (AffectedCampaign("new", 0, 2, 2, 0),)),),
        unseen=("triggers",),
    )
    assert plan.changes and plan.theirs and plan.waiting
    write_plan(plan, tmp_path / "plan.json")
    assert read_plan(tmp_path / "plan.json") == plan


def edits(data):
    """Every way to change one scalar of a plan."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(value, dict | list):
            yield from edits(value)
        else:
            before, data[key] = value, "edited"
            yield
            data[key] = before


def test_a_plan_edited_anywhere_is_refused():
    data = json.loads(plan_as_file(planned([HELLO], [thing("message welcome/hello", subject="Hi")], [HELLO])))
    count = 0
    for _ in edits(data):
        count += 1
        with pytest.raises((PlanRefused, ConfigurationError)) as refused:
            plan_from_file(json.dumps(data))
        assert refused.value.exit_code in (3, 5)
    assert count > 10
    plan_from_file(json.dumps(data))  # as it was


def test_a_subject_edited_by_hand_is_refused_in_words():
    text = plan_as_file(planned([HELLO], [thing("message welcome/hello", subject="Hi")], [HELLO]))
    with pytest.raises(PlanRefused, match="was edited after it was made; nothing was changed") as refused:
        plan_from_file(text.replace('"Hi"', '"Buy"'))
    assert refused.value.exit_code == 5


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"what": "mailwright plan"}', '{"schema_version": 1}', "[" * 100_000]
)
def test_what_is_no_plan_is_told(text):
    with pytest.raises(ConfigurationError) as told:
        plan_from_file(text)
    assert told.value.exit_code == 3


def test_a_plan_lasts_a_day():
    plan = planned([HELLO], [], [HELLO])
    refuse_expired(plan, NOW + timedelta(hours=23))
    with pytest.raises(PlanRefused, match="the plan expired at 2026-11-22T12:00:00Z"):
        refuse_expired(plan, NOW + timedelta(hours=24))


@pytest.mark.parametrize(
    "elsewhere", [Identity("prod", 4021, "us"), Identity("qa", 4021, "us"), Identity("qa", 4020, "eu")], ids=str
)
def test_a_plan_for_another_workspace_is_refused(elsewhere):
    plan = planned([HELLO], [], [HELLO])
    refuse_elsewhere(plan, QA)
    with pytest.raises(PlanRefused, match="nothing was changed"):
        refuse_elsewhere(plan, elsewhere)


def test_a_plan_that_is_not_there_or_is_no_text_is_told(tmp_path: Path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name in ("missing", "binary"):
        with pytest.raises(ConfigurationError, match="cannot read"):
            read_plan(tmp_path / name)
