"""Each guard has its own consent."""

from __future__ import annotations

import pytest
from syncing import planned, thing

from mailwright.diagnostics import PlanRefused
from sync.guards import ALLOW_DELETE, ALLOW_MANY, ALLOW_WIDER, YES_PRODUCTION, refuse_without


def many(count, name):
    return [thing(f"segment s{number}", name=name) for number in range(count)]


HELLO = thing("message welcome/hello", subject="Hello")
HI = thing("message welcome/hello", subject="Hi")
WHERE = thing("campaign c", trigger={"event": "x", "where": {"a": 1}}, filter={"segment": "staff"})

CASES = [
    pytest.param(planned([HELLO], [HI], [HELLO], protected=True), YES_PRODUCTION, "qa is protected", id="protected"),
    pytest.param(planned(many(1, "A"), [], many(1, "A")), ALLOW_DELETE, "deletes segment s0", id="deletes"),
    pytest.param(
        planned(many(11, "A"), many(11, "B"), many(11, "A")), ALLOW_MANY, "changes 11 of 11 segments", id="many"
    ),
    pytest.param(
        planned([WHERE], [thing("campaign c", trigger={"event": "x", "where": {"a": 1}})], [WHERE]),
        ALLOW_WIDER,
        "takes every condition from campaign c",
        id="filter gone",
    ),
    pytest.param(
        planned([WHERE], [thing("campaign c", trigger={"event": "x"}, filter={"segment": "staff"})], [WHERE]),
        ALLOW_WIDER,
        "takes every condition from campaign c",
        id="where gone",
    ),
]


@pytest.mark.parametrize(("plan", "flag", "says"), CASES)
def test_a_guard_refuses_until_its_own_flag_is_given(plan, flag, says):
    others = {YES_PRODUCTION, ALLOW_DELETE, ALLOW_MANY, ALLOW_WIDER} - {flag}
    with pytest.raises(PlanRefused, match=says) as refused:
        refuse_without(plan, others)
    assert refused.value.exit_code == 5
    assert flag in refused.value.hint
    refuse_without(plan, {flag})


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(planned(many(10, "A"), many(10, "B"), many(10, "A")), id="ten is not many"),
        pytest.param(
            planned(many(40, "A"), [*many(11, "B"), *many(40, "A")[11:]], many(40, "A")), id="27 % is not many"
        ),
        pytest.param(planned([], many(50, "A"), []), id="new things disturb nobody"),
        pytest.param(planned([HELLO], [HI], [HELLO]), id="one email"),
        pytest.param(planned([HELLO], [HELLO], [HELLO], protected=True), id="nothing to do in production"),
    ],
)
def test_small_plans_need_no_consent(plan):
    refuse_without(plan, ())


def test_conflicts_have_no_consent_flag():
    plan = planned([HELLO], [HI], [thing("message welcome/hello", subject="Hey")])
    with pytest.raises(PlanRefused, match="moved on both sides: message welcome/hello") as refused:
        refuse_without(plan, {YES_PRODUCTION, ALLOW_DELETE, ALLOW_MANY, ALLOW_WIDER})
    assert "mailwright pull qa" in refused.value.hint


def test_a_published_layout_is_never_edited():
    sides = [thing("layout base@2", body="a")], [thing("layout base@2", body="b")], [thing("layout base@2", body="a")]
    with pytest.raises(PlanRefused, match="has published layout base@2") as refused:
        refuse_without(planned(*sides, protected=True), {YES_PRODUCTION})
    assert "make base@3" in refused.value.hint
    refuse_without(planned(*sides), ())
