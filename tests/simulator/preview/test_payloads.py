"""What a pasted payload means, and what a schema says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailwright.diagnostics import ConfigurationError
from simulator.preview.library import Library
from simulator.preview.payloads import event_misfits, pasted, person_misfits


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param(
            {"name": "ordered", "data": {"total": 1}}, {"event": {"name": "ordered", "data": {"total": 1}}}, id="ours"
        ),
        pytest.param({"name": "ordered", "total": 1}, {"event": {"name": "ordered", "data": {"total": 1}}}, id="flat"),
        pytest.param({"total": 1}, {"event": {"name": "", "data": {"total": 1}}}, id="data alone"),
        pytest.param(
            {"type": "track", "userId": "7", "event": "ordered", "properties": {"total": 1}},
            {"event": {"name": "ordered", "data": {"total": 1}}},
            id="Segment's",
        ),
        pytest.param(
            {
                "type": "person",
                "action": "event",
                "identifiers": {"id": "7"},
                "name": "ordered",
                "attributes": {"total": 1},
            },
            {"event": {"name": "ordered", "data": {"total": 1}}},
            id="the Track API's second version",
        ),
        pytest.param(
            {"type": "identify", "userId": "7", "traits": {"email": "a@example.org"}},
            {"person": {"id": "7", "attributes": {"email": "a@example.org"}}},
            id="a person",
        ),
        pytest.param(
            {"person": {"id": "7"}, "event": {"name": "x"}},
            {"person": {"id": "7"}, "event": {"name": "x"}},
            id="a sample",
        ),
    ],
)
def test_a_payload_of_any_shape_is_understood(payload: dict[str, Any], expected: dict[str, Any]):
    found = pasted(json.dumps(payload))
    assert {key: found.get(key) for key in expected} == expected


@pytest.mark.parametrize("text", ["", "{", "[1]", "7", '"x"', '{"type": "track"}', "[" * 100_000])
def test_what_is_no_payload_is_told_so(text: str):
    with pytest.raises(ConfigurationError):
        pasted(text)


@pytest.mark.parametrize(
    ("data", "paths"),
    [
        pytest.param({"total": 20, "size": "small", "gift": True}, [], id="all fits"),
        pytest.param({"total": 2.5}, [], id="a fraction is a number"),
        pytest.param({}, ["total"], id="a required one is missing"),
        pytest.param({"total": "20"}, ["total"], id="a text is no number"),
        pytest.param({"total": True}, ["total"], id="yes is no number"),
        pytest.param({"total": None}, ["total"], id="null"),
        pytest.param({"total": 1, "size": "huge"}, ["size"], id="a value that is not allowed"),
        pytest.param({"total": 1, "sise": "small"}, ["sise"], id="a name nobody knows"),
    ],
)
def test_a_schema_names_what_does_not_fit(project: Path, data: dict[str, Any], paths: list[str]):
    found = event_misfits(Library(project).edition.project, "Ordered", data)
    assert [one.path for one in found] == paths


def test_an_event_without_a_schema_is_named_with_the_nearest(project: Path):
    (found,) = event_misfits(Library(project).edition.project, "orderd", {})
    assert (found.is_error, found.hint) == (False, "did you mean 'ordered'?")


def test_a_person_may_lack_anything(project: Path):
    known = Library(project).edition.project
    assert person_misfits(known, {"email": "a@example.org", "other": 1}) == []
    assert [one.path for one in person_misfits(known, {"vip": "yes"})] == ["vip"]
