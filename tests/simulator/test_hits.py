"""Hits of triggers: whatever the log and the conditions, what the index of the content gives for each event."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path

import pytest
from building import START, campaign, data, project
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.definitions.conditions import All, CompareFields, Not, Operator, Subject, Unclaimed
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.diagnostics import HistoryError
from simulator.content import Content, compile_content
from simulator.history.calls import BadLine, CallKind
from simulator.history.readers import read_calls
from simulator.hits import Hit, count_hits, hits_in
from simulator.moment import Moment
from simulator.people import Person

WORDS = st.sampled_from(["photo", "Photo", "sms", "9001", "9001.0", "1", "true", "", "é", "now", "1e3"])
SCALARS = st.one_of(
    WORDS,
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([9001, 9001.0, 1.5, 2**62, START]),
    st.floats(-2, 2),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["c", "d"]), inner, max_size=2),
    max_leaves=4,
)
PATHS = st.sampled_from(["a", "b", "a", "b", "a.c", "a[].c", "a[0]", "recipient"])
DATA = st.dictionaries(st.sampled_from(["a", "b", "x", "a.c", "recipient"]), VALUES, max_size=4)
CONSTANTS = st.one_of(WORDS, st.integers(-3, 3), st.booleans(), st.just(9001), st.floats(-2, 2))
NUMBERS = st.integers(-3, 3)
LEAVES = st.one_of(
    st.builds(lambda path, values: data(path, *values), PATHS, st.lists(CONSTANTS, min_size=1, max_size=3)),
    st.builds(lambda path, value: data(path, value, operator=Operator.CONTAINS), PATHS, WORDS),
    st.builds(lambda path: data(path, operator=Operator.EXISTS), PATHS),
    st.builds(
        lambda path, how, value: data(path, value, operator=how),
        PATHS, st.sampled_from([Operator.ABOVE, Operator.BELOW, Operator.AFTER, Operator.BEFORE]), NUMBERS,
    ),
    st.builds(lambda path, low: data(path, low, low + 2, operator=Operator.BETWEEN), PATHS, NUMBERS),
    st.builds(lambda path: data(path, 3600, operator=Operator.MORE_THAN_AGO), PATHS),
    st.builds(lambda path, taken: Unclaimed(Subject.DATA, path, ("signup-*",), tuple(taken)), PATHS, st.lists(WORDS, max_size=2)),
    st.just(CompareFields(Subject.DATA, "a", Operator.EQUALS, Subject.DATA, "b")),
)  # fmt: skip
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda parts: All(tuple(parts)), st.lists(inner, max_size=3)),
        st.builds(lambda parts: AnyOf(tuple(parts)), st.lists(inner, max_size=3)),
        st.builds(Not, inner),
    ),
    max_leaves=5,
)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "null_property": st.just("present"),
        "missing_property_negation": st.just("fails"),
        "numbers_compare_as": st.just("text"),
    },
)


def content_with(*conditions: object, **assumed: object) -> Content:
    """Campaigns `c0`, `c1` … on the event `Went`."""
    campaigns = {f"c{at}": campaign("Went", where=where) for at, where in enumerate(conditions)}
    return compile_content(project(campaigns, assumptions=assumed))


def track(values: object, **more: object) -> dict[str, object]:
    return {"type": "track", "id": "e", "person": "p", "name": "Went", "timestamp": START, "data": values, **more}


def written(folder: Path, *records: object) -> Path:
    path = folder / "log.ndjson"
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def by_index(path: Path, content: Content) -> tuple[list[Hit], list[BadLine]]:
    """The same, every line read in full and every campaign found by the content's own index."""
    bad: list[BadLine] = []
    moment = Moment(0, Person("", 0), {}, lambda slug, at: False)
    hits: list[Hit] = []
    for call in read_calls([path], on_bad=bad.append, format="ndjson"):
        router = content.routers.get(("event", call.name.strip().lower()))
        if call.kind is CallKind.EVENT and router is not None:
            at = call.timestamp if call.at is None else call.at
            moment.now, moment.data = at or 0, call.data
            found = router.matches(call.data, moment)
            hits += [(call.line, call.person, at, content.campaigns[route.number].slug) for route in found]
    return hits, bad


def found_in(path: Path, content: Content) -> tuple[list[Hit], list[BadLine]]:
    bad: list[BadLine] = []
    return list(hits_in([path], content, on_bad=bad.append)), bad


@given(st.lists(CONDITIONS, min_size=1, max_size=4), st.lists(DATA, min_size=1, max_size=6), SETTINGS)
@settings(deadline=None, max_examples=200)
def test_hits_are_what_the_index_gives_for_any_condition_and_data(conditions, events, assumed):
    content = content_with(*conditions, **assumed)
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), *(track(values) for values in events * 2))
        assert found_in(path, content) == by_index(path, content)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=8), st.lists(DATA, min_size=1, max_size=6))
@settings(deadline=None)
def test_campaigns_on_one_constant_each_are_found_by_any_number_of_them(constants, events):
    plain = [data("a", constant) for constant in constants]
    more = [All((data("a", str(constant)), Not(data("b", "sms")))) for constant in constants]
    content = content_with(*plain, *more, Not(data("a", *constants)))
    with tempfile.TemporaryDirectory() as folder:
        path = written(
            Path(folder), *(track({"a": 1, **values}) for values in events), *(track({"a": n}) for n in range(7))
        )
        hits, bad = found_in(path, content)
        assert (hits, bad) == by_index(path, content)
        assert hits


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"type": "person", "action": "event", "identifiers": {"id": "7"}, "name": "went",
                      "timestamp": START, "attributes": {"a": "photo"}}, id="Track API v2 by id"),
        pytest.param({"type": "person", "action": "event", "identifiers": {"email": "ann@example.org"}, "name": " Went ",
                      "timestamp": START, "attributes": {"a": "PHOTO"}}, id="Track API v2 by email"),
        pytest.param({"type": "track", "userId": "7", "messageId": "m", "event": "Went", "properties": {"a": "photo"},
                      "timestamp": "2026-01-01T00:00:00.5Z", "receivedAt": "2026-01-01T00:00:09Z"}, id="Segment"),
        pytest.param(track({"a": "photo"}, at=START + 9), id="with its receipt"),
        pytest.param(track({"a": "photo"}, id_type="email", person="ann@example.org"), id="with a kind of identifier"),
        pytest.param(track({"a": "photo", "big": 2**70}), id="a number that nothing reads"),
        pytest.param(track({"a": "photo", "recipient": "else@example.org"}), id="an envelope of its own"),
        pytest.param({"type": "track", "person": "p", "name": "Went", "data": {"a": "photo"}}, id="without a time"),
    ],
)  # fmt: skip
def test_a_hit_says_line_person_and_time_in_every_shape(record, tmp_path):
    content = content_with(data("a", "photo"))
    identify = {"type": "identify", "person": "p", "timestamp": START, "attributes": {"a": "photo"}}
    path = written(tmp_path, identify, record, track({"a": "sms"}))
    hits, bad = found_in(path, content)
    if "big" in record.get("data", {}):  # the general reader refuses what nobody reads here
        assert [(line, person) for line, person, _, _ in hits] == [(2, "p")] and bad == []
        return
    assert (hits, bad) == by_index(path, content)
    assert [line for line, *_ in hits] == [2]


def test_bad_lines_are_told_and_the_rest_goes_on(tmp_path):
    content = content_with(data("a", "photo"))
    path = written(tmp_path, track({"a": "photo"}), "{", "", '{"type":"track","person":3}', track({"a": "photo"}))
    hits, bad = found_in(path, content)
    assert (hits, bad) == by_index(path, content)
    assert [line for line, *_ in hits] == [1, 5] and [one.line for one in bad] == [2, 4]
    with pytest.raises(HistoryError):
        count_hits([path], content, on_bad=print, strict=True)


def test_packed_logs_tables_and_page_views_are_read_too(tmp_path):
    content = content_with(data("a", "photo"))
    packed = tmp_path / "log.gz"
    packed.write_bytes(gzip.compress(json.dumps(track({"a": "Photo"})).encode()))
    whole = tmp_path / "log.json"
    whole.write_text(json.dumps([track({"a": "photo"}), track({"a": "text"})]))
    cut = tmp_path / "cut.gz"
    cut.write_bytes(packed.read_bytes()[:-12])
    bad: list[BadLine] = []
    assert count_hits([packed, whole, cut], content, on_bad=bad.append)["c0"] >= 2
    assert [one.file for one in bad] == [str(cut)]


def test_a_strict_spelling_is_kept(tmp_path):
    path = written(tmp_path, track({"a": "photo"}), track({"a": "photo"}, name="went"))
    assert count_hits([path], content_with(data("a", "photo")), on_bad=print) == {"c0": 2}
    strict = content_with(data("a", "photo"), event_name_case="strict")
    assert count_hits([path], strict, on_bad=print) == {"c0": 1}
