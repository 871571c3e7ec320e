"""A sample as calls: who the person is, what happened before, the event."""

from __future__ import annotations

import pytest
from building import campaign, project
from pydantic import ValidationError

from mailwright.definitions.sample import Earlier, Sample
from simulator.history.calls import CallKind
from simulator.sample_calls import calls_of_sample


def test_what_happened_before_comes_first_and_oldest_first():
    sample = Sample.model_validate(
        {
            "person": {"id": "ana", "attributes": {"plan": "pro"}, "segments": ["beta"]},
            "before": [
                {"ago": "1d", "message": "hello", "campaign": "welcome", "is": "opened"},
                {"ago": "30d", "attributes": {"plan": "free"}},
                {"ago": "2d", "event": "/pricing", "type": "page", "data": {"from": "ad"}},
            ],
            "event": {"name": "signed_up", "data": {"method": "google"}},
            "at": "2026-01-15T12:00:00Z",
        }
    )
    calls = calls_of_sample(project(campaign()), sample)
    assert [call.kind for call in calls] == [
        CallKind.IDENTIFY,
        CallKind.PAGE,
        CallKind.METRIC,
        CallKind.IDENTIFY,
        CallKind.JOIN_SEGMENT,
        CallKind.EVENT,
    ]
    assert {call.person for call in calls} == {"ana"}
    assert (calls[2].name, calls[2].other, calls[2].data) == ("opened", "hello", {"campaign": "welcome"})
    assert calls[-1].at is not None and calls[0].at == calls[-1].at - 30 * 86400


@pytest.mark.parametrize(
    "earlier",
    [
        pytest.param({"ago": "1d"}, id="nothing"),
        pytest.param({"ago": "1d", "event": "x", "attributes": {}}, id="two things"),
        pytest.param({"ago": "1d", "message": "hello"}, id="a message of no campaign"),
    ],
)
def test_one_thing_happens_at_one_time(earlier: dict):
    with pytest.raises(ValidationError):
        Earlier.model_validate(earlier)
