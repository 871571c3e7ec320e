"""Reading only what is wanted gives what reading everything gives."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mailwright.diagnostics import ConfigurationError, HistoryError
from simulator.history.calls import BadLine, Call, CallKind, IdType
from simulator.history.fast import relevant_calls
from simulator.history.heads import SHAPES
from simulator.history.readers import read_calls
from simulator.history.wanted import OTHER_NAMES, Seen, Wanted, narrowed

SECOND = 1767225600
WANTED = Wanted(
    {"went": frozenset({"to", "a-b"}), "Came": frozenset(), "all": frozenset({"x"})}, frozenset({"plan", "first_name"})
)
ALL = Wanted({"went": None, "came": frozenset({"to"})}, None)


def fast(path, wanted: Wanted = WANTED, **options: object) -> tuple[list[Call], list[BadLine], Seen]:
    bad: list[BadLine] = []
    seen = Seen()
    return list(relevant_calls([path], wanted, seen=seen, on_bad=bad.append, **options)), bad, seen


def slow(path, wanted: Wanted = WANTED) -> tuple[list[Call], list[BadLine], Seen]:
    bad: list[BadLine] = []
    seen = Seen()
    everything = list(read_calls([path], on_bad=bad.append, notes=seen.notes, format="ndjson"))
    seen.calls = len(everything)
    seen.lines = len({call.line for call in everything})
    for call in everything:
        if call.kind is CallKind.EVENT:
            seen.count_event(call.name)
    return [kept for call in everything if (kept := narrowed(call, wanted)) is not None], bad, seen


def assert_same(path, wanted: Wanted = WANTED) -> None:
    assert fast(path, wanted, format="ndjson") == slow(path, wanted)


def written(tmp_path, *records: object):
    path = tmp_path / "log.ndjson"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def simple(name: str, data: dict[str, object], **more: object) -> dict[str, object]:
    return {"type": "track", "id": "e", "person": "1", "name": name, "timestamp": SECOND, "data": data, **more}


def test_only_what_is_read_comes_out(tmp_path):
    path = written(
        tmp_path,
        simple("went", {"to": "here", "noise": 1, "a-b": None}),
        simple("unasked", {"to": "there"}),
        {"type": "identify", "person": "1", "timestamp": SECOND, "attributes": {"plan": "pro", "noise": 1}},
    )
    calls, bad, seen = fast(path)
    assert calls == [
        Call(1, CallKind.EVENT, "1", name="went", data={"to": "here", "a-b": None}, timestamp=SECOND, event_id="e"),
        Call(3, CallKind.IDENTIFY, "1", data={"plan": "pro"}, timestamp=SECOND),
    ]
    assert bad == []
    assert seen == Seen(lines=3, calls=3, events=Counter(went=1, unasked=1))


@pytest.mark.parametrize("written_as", ["went", " went ", "WENT", "Went\t"])
def test_names_that_differ_in_case_or_outer_spaces_are_wanted_too(tmp_path, written_as):
    calls, _, _ = fast(written(tmp_path, simple(written_as, {})))
    assert [call.name for call in calls] == [written_as.strip()]


SHAPED = [
    pytest.param({"type": "person", "identifiers": {"id": "1"}, "action": "event", "name": "went", "id": "e", "timestamp": 5,
                  "attributes": {"to": 1}}, id="v2 event"),
    pytest.param({"type": "person", "identifiers": {"email": "a@example.org"}, "action": "event", "name": "went"}, id="v2 by email"),
    pytest.param({"type": "person", "identifiers": {"id": "1"}, "action": "identify", "attributes": {"plan": 1}}, id="v2 identify"),
    pytest.param({"type": "person", "identifiers": {"id": "1"}, "action": "delete"}, id="v2 delete"),
    pytest.param({"type": "object", "identifiers": {"object_id": "1"}, "action": "identify"}, id="v2 object"),
    pytest.param({"type": "track", "messageId": "m", "userId": "1", "event": "went", "timestamp": "2026-01-01T00:00:00.7Z",
                  "properties": {"to": 1}, "receivedAt": "2026-01-01T00:00:03Z", "anonymousId": "x"}, id="Segment track"),
    pytest.param({"type": "identify", "messageId": "m", "userId": "1", "timestamp": "2026-01-01T00:00:00+05:00",
                  "traits": {"plan": 1}, "context": {"ip": "192.0.2.1"}}, id="Segment identify"),
    pytest.param({"type": "identify", "userId": "1", "timestamp": "2026-01-01T00:00:00Z", "context": {"traits": {"plan": 1}}},
                 id="Segment identify with context traits"),
    pytest.param({"type": "page", "userId": "1", "timestamp": "2026-01-01T00:00:00Z", "name": "went"}, id="Segment page"),
    pytest.param(simple("went", {"to": 1}, at=5), id="with a time of receipt"),
    pytest.param(simple("went", {"recipient": "b@example.org"}), id="an envelope field"),
    pytest.param(simple("went", {}, timestamp="2026-01-01T00:00:00Z"), id="ISO time"),
    pytest.param(simple("went", {}, timestamp=SECOND * 1000), id="milliseconds"),
    pytest.param(simple("went", {}, person=5), id="a number for a person"),
    pytest.param(simple("went", {}, id_type="email"), id="another identifier"),
    pytest.param(simple("went", {}, anonymous_id="x"), id="with an anonymous id"),
    pytest.param(simple("went", {"to": [{"a": [{"b": [{"c": 1}]}]}]}), id="deep data"),
    pytest.param(simple("went", {"to": 2**63}), id="a 64 bit number"),
    pytest.param(simple("went", {"to": 2**64}), id="a 65 bit number"),
    pytest.param(simple("went", {"to": 5.0}), id="a float"),
    pytest.param(simple("went", []), id="an empty list for data"),
    pytest.param(simple("  ", {}), id="a blank name"),
    pytest.param({"type": "track", "person": "1", "name": "went", "attributes": {"to": 1}}, id="data under attributes"),
    pytest.param({"type": "identify", "person": "1", "attributes": {"plan": 1, "_update": True, "_timestamp": 5}}, id="steered"),
    pytest.param({"type": "identify", "person": "1", "attributes": {"plan": 1, "anonymous_id": "x"}}, id="attributes that name"),
    pytest.param({"type": "identify", "person": "1", "data": {"plan": 1}}, id="attributes under data"),
    pytest.param({"type": "delete", "person": "1"}, id="another kind"),
    pytest.param({"type": "track", "person": "1"}, id="no name"),
    pytest.param({"type": "track", "person": "1", "name": "went", "method": "GET", "path": "/x"}, id="a request all the same"),
    pytest.param({"batch": [simple("went", {"to": 1}), simple("unasked", {})]}, id="batch"),
]  # fmt: skip


@pytest.mark.parametrize("wanted", [WANTED, ALL], ids=["some properties", "all properties"])
@pytest.mark.parametrize("record", SHAPED)
def test_both_ways_agree_on_every_shape(tmp_path, record, wanted):
    assert_same(written(tmp_path, simple("came", {}), record, record, simple("went", {"to": 2}), record), wanted)


@pytest.mark.parametrize("wanted", [WANTED, ALL], ids=["some properties", "all properties"])
def test_both_ways_agree_on_a_log_of_all_shapes_mixed(tmp_path, wanted):
    records = [case.values[0] for case in SHAPED] * 8
    random.Random(5).shuffle(records)
    assert_same(written(tmp_path, *records), wanted)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
)
DATA = st.dictionaries(st.sampled_from(["to", "a-b", "plan", "recipient", "anonymous_id", "_update", "_timestamp", "cio_relationships"]),
                       SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=2), SCALARS, max_size=2), max_size=4)  # fmt: skip
STAMPS = st.sampled_from(
    [
        SECOND,
        SECOND * 1000,
        "2026-01-01T00:00:00.123Z",
        "2026-01-01T00:00:00.9999999Z",
        "2026-01-01",
        "no",
        None,
        -5,
        1.5,
    ]
)
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["track", "identify", "person", "page", "object", "merge", 5]),
        "action": st.sampled_from(["event", "identify", "delete", "other"]),
        "identifiers": st.dictionaries(
            st.sampled_from(["id", "email", "cio_id", "anonymous_id"]), st.sampled_from(["a", "", None, 5])
        ),
        "person": st.sampled_from(["1", "", 5, None]),
        "userId": st.sampled_from(["1", "", 5, None]),
        "anonymousId": st.sampled_from(["x", "", None]),
        "name": st.sampled_from(["went", " Went", "", "unasked", 5]),
        "event": st.sampled_from(["went", "came", "", "unasked", 5]),
        "id": st.sampled_from(["e", "", 5, None]),
        "messageId": st.sampled_from(["m", "", None]),
        "timestamp": STAMPS,
        "at": STAMPS,
        "receivedAt": STAMPS,
        "data": DATA | SCALARS,
        "attributes": DATA | SCALARS,
        "properties": DATA | SCALARS,
        "traits": DATA | SCALARS,
        "context": st.sampled_from([None, {}, {"traits": {"plan": 1}}, {"ip": "x"}]),
    },
)


def reads_nothing_beyond_64_bits(record: object) -> bool:
    """Whether no unread value is one that only the general way refuses."""
    if isinstance(record, int):
        return -(2**63) <= record < 2**64
    parts = record.values() if isinstance(record, dict) else record if isinstance(record, list) else ()
    return all(map(reads_nothing_beyond_64_bits, parts))


@settings(max_examples=250, deadline=None)
@given(
    records=st.lists(RECORDS.filter(reads_nothing_beyond_64_bits), max_size=6), wanted=st.sampled_from([WANTED, ALL])
)
def test_both_ways_agree_on_any_record(tmp_path_factory, records, wanted):
    assert_same(written(tmp_path_factory.mktemp("log"), *records), wanted)


PLAIN = [
    {"type": "identify", "person": "1", "timestamp": SECOND, "attributes": {}},
    {"type": "track", "person": "1", "name": "went", "timestamp": SECOND, "data": {}},
    {"type": "person", "action": "event", "identifiers": {"id": "1"}, "name": "went", "attributes": {}},
    {"type": "person", "action": "identify", "identifiers": {"email": "a@example.org"}, "attributes": {}},
    {"type": "track", "userId": "1", "event": "went", "timestamp": "2026-01-01T00:00:00Z", "properties": {}},
    {"type": "identify", "userId": "1", "timestamp": "2026-01-01T00:00:00Z", "traits": {}},
]


@settings(max_examples=250, deadline=None)
@given(
    plain=st.sampled_from(PLAIN),
    data=DATA,
    changes=RECORDS,
    few=st.integers(0, 2),
    wanted=st.sampled_from([WANTED, ALL]),
)
def test_both_ways_agree_on_plain_records_with_anything_in_them(tmp_path_factory, plain, data, changes, few, wanted):
    holder = next(key for key in ("data", "attributes", "properties", "traits") if key in plain)
    record = {**plain, holder: data, **dict(list(changes.items())[:few])}
    assume(reads_nothing_beyond_64_bits(record))
    assert_same(written(tmp_path_factory.mktemp("log"), record, PLAIN[1], record), wanted)


@pytest.mark.parametrize("plain", PLAIN, ids=[f"{one['type']} {at}" for at, one in enumerate(PLAIN)])
@pytest.mark.parametrize(
    "key", ["_timestamp", "_update", "cio_relationships", "anonymous_id", "recipient", "from_address", "reply_to"]
)
@pytest.mark.parametrize("value", [True, 5, "b@example.org", [], None], ids=str)
def test_both_ways_agree_on_what_steers_a_call(tmp_path, plain, key, value):
    holder = next(name for name in ("data", "attributes", "properties", "traits") if name in plain)
    assert_same(written(tmp_path, {**plain, holder: {key: value}}, PLAIN[1]))
    assert_same(written(tmp_path, {**plain, holder: {key: value}}), ALL)
    assert_same(written(tmp_path, {**plain, key: value}, PLAIN[1]))


FIELDS_OF_SHAPES = sorted({field for shape in SHAPES for field in (*shape.never, *shape.data, *shape.attributes)})


@pytest.mark.parametrize("plain", PLAIN, ids=[f"{one['type']} {at}" for at, one in enumerate(PLAIN)])
@pytest.mark.parametrize("key", FIELDS_OF_SHAPES)
def test_both_ways_agree_on_a_field_of_another_shape(tmp_path, plain, key):
    for value in ("x", 5, {"to": 1, "plan": 2}, [{"person": "1", "name": "went"}], None):
        assert_same(written(tmp_path, {key: value, **plain}, {**plain, key: value}))


@settings(max_examples=200, deadline=None)
@given(
    data=st.lists(
        st.binary(max_size=30)
        | st.sampled_from([b'{"type":"track","person":"1","name":"went"', b"}", b"\n", b',"data":{"to":"', b'"'])
    )
)
def test_both_ways_agree_on_random_bytes(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("log") / "log"
    path.write_bytes(b"".join(data))
    assert_same(path)


def test_a_line_that_is_not_utf8_is_refused_though_nothing_reads_it(tmp_path):
    path = tmp_path / "log"
    good = b'{"type": "track", "person": "1", "name": "unasked", "data": {"x": "caf\xc3\xa9"}}\n'
    path.write_bytes(good * 500 + good.replace(b"\xa9", b"\x80\xff") + good + good.replace(b"\xc3", b"") + good[:-4])
    _, bad, seen = fast(path)
    assert [(one.line, one.message) for one in bad] == [
        (501, "the line is not UTF-8"),
        (503, "the line is not UTF-8"),
        (504, "the record ends too early"),
    ]
    assert seen.events == {"unasked": 501}


def test_a_character_cut_in_two_by_a_piece_of_the_file_is_whole(tmp_path):
    path = tmp_path / "log"
    for shift in range(4):
        line = (
            '{"type": "track", "person": "1", "name": "went", "data": {"to": "' + "x" * shift + "é😀" * 30_000 + '"}}\n'
        )
        path.write_text(line * 3, encoding="utf-8")
        calls, bad, _ = fast(path)
        assert (len(calls), bad) == (3, [])


def test_long_lines_are_refused_here_too(tmp_path):
    path = tmp_path / "log"
    good = b'{"type": "track", "person": "1", "name": "unasked", "data": {"x": "'
    path.write_bytes(good + b'"}}\n' + good + b"x" * 11_000_000 + b'"}}\n' + good + b'"}}\n')
    _, bad, seen = fast(path)
    assert [(one.line, one.message) for one in bad] == [(2, "the line is longer than 10 MB")]
    assert seen.calls == 2


def test_ids_of_events_nobody_wants_are_gathered_where_asked(tmp_path):
    ids: set[str] = set()
    path = written(
        tmp_path,
        simple("unasked", {}, id="a"),
        simple("went", {}, id="b"),
        simple("unasked", {}, id=5),
        simple("unasked", {}, id=None),
    )
    fast(path, event_ids=ids)
    assert ids == {"a", "5"}


def test_an_identifier_stays_among_the_attributes(tmp_path):
    record = {"type": "identify", "person": "1", "attributes": {"email": "a@example.org", "cio_id": "a3", "noise": 1}}
    calls, _, _ = fast(written(tmp_path, record))
    assert calls[0].data == {"email": "a@example.org", "cio_id": "a3"}


def test_other_formats_and_packings_are_narrowed_too(tmp_path):
    table = tmp_path / "log.csv"
    table.write_text("person,event,to,noise\n1,went,here,5\n1,unasked,there,6\n")
    calls, _, seen = fast(table)
    assert calls == [Call(2, CallKind.EVENT, "1", name="went", data={"to": "here"})]
    assert (seen.lines, seen.calls, seen.events) == (2, 2, {"went": 1, "unasked": 1})
    packed = tmp_path / "log.gz"
    packed.write_bytes(gzip.compress(json.dumps(simple("went", {"to": 1})).encode()))
    assert [call.data for call in fast(packed)[0]] == [{"to": 1}]


def test_an_email_names_the_person_by_email(tmp_path):
    record = {"type": "person", "identifiers": {"email": "a@example.org"}, "action": "event", "name": "went"}
    calls, _, _ = fast(written(tmp_path, record, record))
    assert {(call.person, call.id_type) for call in calls} == {("a@example.org", IdType.EMAIL)}


def test_too_many_names_are_counted_together(tmp_path):
    path = tmp_path / "log"
    path.write_text(
        "".join(f'{{"type":"track","person":"1","name":"n{at}"}}\n' for at in range(50_100))
        + json.dumps(simple("went", {}))
    )
    calls, _, seen = fast(path)
    assert len(calls) == 1
    assert len(seen.events) <= 50_002
    assert seen.events[OTHER_NAMES] >= 99
    assert sum(seen.events.values()) == seen.calls == 50_101


def test_two_spellings_of_a_wanted_name_share_their_properties():
    wanted = Wanted({"Went": frozenset({"a"}), "went ": frozenset({"b"})})
    assert wanted.of_event("WENT") >= {"a", "b"}
    assert Wanted({"Went": frozenset({"a"}), "went": None}).of_event("went") is None


def test_strict_reading_and_unknown_formats_end_it_here_too(tmp_path):
    path = written(tmp_path, simple("went", {}), 5)
    with pytest.raises(HistoryError) as stopped:
        fast(path, strict=True, format="ndjson")
    assert stopped.value.span is not None
    assert stopped.value.span.line == 2
    with pytest.raises(ConfigurationError):
        fast(path, format="xml")


def test_a_call_that_was_narrowed_leaves_the_one_it_came_from_whole():
    call = Call(1, CallKind.EVENT, "1", name="went", data={"to": 1, "noise": 2})
    kept = narrowed(call, WANTED)
    assert kept == msgspec.structs.replace(call, data={"to": 1})
    assert call.data == {"to": 1, "noise": 2}


def test_a_damaged_file_is_reported_here_too(tmp_path):
    whole = gzip.compress(b"".join(json.dumps(simple("went", {"to": at})).encode() + b"\n" for at in range(20_000)))
    cut = tmp_path / "cut.gz"
    cut.write_bytes(whole[:-9])
    calls, bad, seen = fast(cut)
    assert [one.message for one in bad] == ["the gzip file ends before its end: it was cut off"]
    assert len(calls) == seen.calls > 15_000
    stub = tmp_path / "stub.gz"
    stub.write_bytes(whole[:6])
    assert [one.message for one in fast(stub)[1]] == ["the gzip file ends before its end: it was cut off"]
    table = tmp_path / "table.gz"
    table.write_bytes(gzip.compress(b"person,event\n" + b"1,went\n" * 90_000)[:-9])
    assert [one.message for one in fast(table)[1]] == ["the gzip file ends before its end: it was cut off"]
