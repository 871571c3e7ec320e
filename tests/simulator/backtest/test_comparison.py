"""Two streams of deliveries compared, whole or in parts that add up."""

from __future__ import annotations

import zlib
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from simulator.backtest.comparison import CROWDED, SAMPLES, Comparison, compare
from simulator.backtest.records import Record
from simulator.backtest.sends import PersonalLimits

DAY = 86400


def records():
    return st.lists(
        st.builds(
            Record,
            st.sampled_from(["a", "b", "c", "d", "e", "f"]),
            st.sampled_from(["x", "y"]),
            st.sampled_from(["1", "2"]),
            st.integers(0, 5).map(lambda hours: hours * 3600),
            st.just("email"),
            st.sampled_from(["sent", "sent", "failed"]),
            st.just(""),
            st.integers(0, 3),
            st.sampled_from(["v", "w"]),
        ),
        max_size=40,
    )


def part(found: list[Record], number: int) -> list[Record]:
    return sorted(record for record in found if zlib.crc32(record.person.encode()) % 3 == number)


@given(records(), records())
def test_parts_add_up_to_the_whole(before, after):
    whole = compare(sorted(before), sorted(after))
    joined = Comparison()
    for number in range(3):
        joined.merge(compare(part(before, number), part(after, number)))
    assert asdict(joined) == asdict(whole)


@given(records())
def test_the_same_stream_twice_is_no_difference(stream):
    found = compare(sorted(stream), sorted(stream))
    assert found.is_same
    assert found.before == found.after
    assert not found.samples


@given(records(), records())
def test_every_message_of_a_side_is_the_same_or_told(before, after):
    found = compare(sorted(before), sorted(after))
    told = {
        kind: sum(count for (of, _), count in found.deliveries.items() if of == kind)
        for kind in ("gained", "lost", "moved", "moved_here")
    }
    assert found.after.total - found.before.total == told["gained"] - told["lost"]
    assert told["moved"] == told["moved_here"] == sum(found.moves.values())


def email(person: str, campaign: str = "c", step: str = "s", at: int = 0, line: int = 1, version: str = "v") -> Record:
    return Record(person, campaign, step, at, "email", "sent", "", line, version)


def test_people_are_counted_once_whatever_number_of_steps_they_meet():
    before = [email("p", step="one"), email("p", step="two", at=5)]
    found = compare(before, [])
    assert found.people == {"lost": 1, "affected": 1}
    assert found.of_campaign == {("lost", "c"): 1}
    assert found.of_step == {("lost", ("c", "one")): 1, ("lost", ("c", "two")): 1}


def test_a_move_is_told_at_both_ends():
    found = compare([email("p", "old")], [email("p", "new", at=9)])
    assert found.moves == {(("old", "s"), ("new", "s")): 1}
    assert found.people == {"moved": 1, "affected": 1}
    (sample,) = found.samples["moved", ("old", "s")]
    assert (sample.person, sample.event_line, sample.at, sample.other) == ("p", 1, 0, ("new", "s", 9))
    assert ("moved_here", ("new", "s")) in found.samples


def test_the_same_few_samples_are_kept_in_any_order():
    people = [f"p{number}" for number in range(50)]
    found = compare(sorted(email(person) for person in people), [])
    kept = found.samples["lost", ("c", "s")]
    assert len(kept) == SAMPLES
    assert kept == sorted(kept)


def test_who_comes_to_get_too_much_is_told_apart_from_who_did_before():
    limits = (PersonalLimits(1), PersonalLimits(1))
    before = [email("old"), email("old", at=1, line=2), email("p")]
    after = [email("old"), email("old", at=1, line=2), email("p"), email("p", at=1, line=2)]
    found = compare(before, after, limits)
    assert (found.before.crowded, found.after.crowded, found.newly_crowded) == (1, 2, 1)
    assert [sample.person for sample in found.samples[CROWDED, ("", "")]] == ["p"]


def test_a_failure_for_another_reason_is_a_difference_that_meets_nobody():
    failed = email("p")._replace(status="failed", reason="one")
    found = compare([failed], [failed._replace(reason="other")])
    assert not found.people
    assert not found.is_same


def test_other_content_counts_where_engines_name_no_version():
    stream = [email("p", version="")]
    assert compare(stream, stream).is_same
    assert compare(stream, stream, changed={("c", "s")}).people["other_text"] == 1
