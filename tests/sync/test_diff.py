"""Three-way verdicts, field by field and thing by thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.diff import Presence, Verdict, differences, verdict
from sync.snapshot import Address, Document, Kind, Snapshot

VALUES = st.sampled_from([None, '"a"', '"b"', '"c"', "null", "1", "true"])
STAFF = Address(Kind.SEGMENT, "staff")


@pytest.mark.parametrize(
    ("base", "desired", "live", "expected"),
    [
        pytest.param('"Hi"', '"Hello"', '"Hi"', Verdict.OURS, id="edited in the repository"),
        pytest.param('"Hi"', '"Hi"', '"Hey"', Verdict.THEIRS, id="edited in the workspace"),
        pytest.param('"Hi"', '"Hello"', '"Hello"', Verdict.SETTLED, id="both made the same edit"),
        pytest.param('"Hi"', '"Hello"', '"Hey"', Verdict.CONFLICT, id="both edited, differently"),
        pytest.param(None, '"Hello"', None, Verdict.OURS, id="new in the repository"),
        pytest.param(None, None, '"Hey"', Verdict.THEIRS, id="new in the workspace"),
        pytest.param('"Hi"', None, '"Hi"', Verdict.OURS, id="dropped in the repository"),
        pytest.param('"Hi"', '"Hi"', None, Verdict.THEIRS, id="dropped in the workspace"),
        pytest.param(None, "1", "true", Verdict.CONFLICT, id="never agreed on: one is not true"),
        pytest.param("null", None, "null", Verdict.OURS, id="absent is not null"),
    ],
)
def test_verdict_names_the_side_that_moved(base, desired, live, expected):
    assert verdict(base, desired, live) is expected


@given(VALUES, VALUES, VALUES)
def test_swapping_the_sides_swaps_the_blame(base, desired, live):
    swapped = {Verdict.OURS: Verdict.THEIRS, Verdict.THEIRS: Verdict.OURS}
    found = verdict(base, desired, live)
    assert verdict(base, live, desired) is swapped.get(found, found)


def snapshot(name: str | None) -> Snapshot:
    return Snapshot.of() if name is None else Snapshot.of(Document(STAFF, {"name": name}))


@pytest.mark.parametrize(
    ("base", "desired", "live", "expected"),
    [
        (None, '"A"', None, Presence.ADDED),
        (None, None, '"A"', Presence.FOREIGN),
        ('"A"', None, '"A"', Presence.REMOVED),
        ('"A"', None, '"B"', Presence.REMOVED_MOVED),
        ('"A"', '"A"', None, Presence.LOST),
        ('"A"', '"B"', None, Presence.LOST_MOVED),
        ('"A"', '"B"', '"A"', Presence.BOTH),
    ],
)
def test_a_thing_on_one_side_only_says_how_it_came_to_that(base, desired, live, expected):
    (found,) = differences(snapshot(base), snapshot(desired), snapshot(live))
    assert found.presence is expected


@given(VALUES, VALUES, VALUES)
def test_what_is_the_same_on_both_sides_is_no_difference(base, desired, live):
    found = list(differences(snapshot(base), snapshot(desired), snapshot(live)))
    assert (not found) is (desired == live)


def test_what_cannot_be_seen_is_no_difference():
    found = differences(snapshot(None), snapshot('"A"'), snapshot('"B"'), lambda _address, field: field != "name")
    assert not list(found)
