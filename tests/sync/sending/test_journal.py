"""What a send's journal says after any end."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.diagnostics import ConfigurationError
from sync.sending.journal import NOTES, SendJournal, last_journal, read_journal, start_journal
from sync.sending.letters import Letter, Letters
from sync.sending.through import Through, as_ranges, from_ranges

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def begun(root: Path, key: str = "k") -> SendJournal:
    return start_journal(root, "qa", key, NOW, {"salt": "s"})


@given(st.sets(st.integers(0, 300)))
def test_ranges_say_the_same_numbers(numbers: set[int]):
    assert set(from_ranges(as_ranges(numbers))) == numbers


@given(st.permutations(list(range(40))))
def test_what_is_through_is_held_in_few_numbers(order: list[int]):
    through = Through()
    for count, number in enumerate(order, start=1):
        through.add([number])
        assert len(through) == count and number in through
    assert (through.upto, through.beyond) == (40, set())


def test_a_journal_says_again_what_it_was_told(tmp_path: Path):
    journal = begun(tmp_path)
    journal.asking(5)
    journal.asking(6)
    journal.done([0, 1, 2, 5], 9, "abc")
    journal.close()
    again = last_journal(tmp_path, "qa", "k")
    assert again is not None and again.salt == "s" and not again.has_ended
    assert (again.through, again.asked, again.read) == (journal.through, {6}, {9: "abc"})
    again.end(9, "abc")
    again.close()
    ended = last_journal(tmp_path, "qa", "k")
    assert ended is not None and ended.has_ended
    assert last_journal(tmp_path, "prod", "k") is None and last_journal(tmp_path, "qa", "other") is None


def test_a_journal_cut_at_any_byte_is_one_of_its_earlier_states(tmp_path: Path):
    journal = begun(tmp_path)
    for number in range(3):
        journal.done([number], number + 1, "d")
    journal.close()
    path = journal.folder / NOTES
    whole = path.read_bytes()
    head = whole.index(b"\n") + 1
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        again = read_journal(journal.folder)
        if size < head - 1:
            assert again is None
            continue
        assert again is not None
        # A note may be whole but for the end of its line.
        assert len(again.through) in (whole[:size].count(b"\n") - 1, whole[:size].count(b"\n"))
        again.done([7], 8, "d")  # the next note stands on a line of its own
        again.close()
        once_more = read_journal(journal.folder)
        assert once_more is not None and 7 in once_more.through


def test_runs_of_one_second_are_told_apart_and_the_last_counts(tmp_path: Path):
    first, second = begun(tmp_path), begun(tmp_path)
    for one in (first, second):
        one.close()
    found = last_journal(tmp_path, "qa", "k")
    assert first.run != second.run and found is not None and found.run == second.run


def test_a_journal_that_cannot_be_is_told(tmp_path: Path):
    (tmp_path / ".mailwright").write_text("a file")
    with pytest.raises(ConfigurationError, match="nothing was sent"):
        begun(tmp_path)


def test_a_journal_of_another_form_counts_as_none_and_a_broken_one_is_told(tmp_path: Path):
    journal = begun(tmp_path)
    journal.close()
    path = journal.folder / NOTES
    kept = path.read_text()
    path.write_text(kept + '{"done": "x-y", "read": 1, "digest": ""}\n')
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_journal(journal.folder)
    path.write_text('{"format": 99}\n')
    assert last_journal(tmp_path, "qa", "k") is None


def test_letters_whose_end_was_not_noted_are_forgotten(tmp_path: Path):
    kept = Letters(tmp_path / "letters.ndjson")
    kept.keep_only(Through())
    kept.put([Letter(number, {"name": "ü"}, "why", "log:1") for number in range(3)])
    with open(kept.path, "ab") as file:
        file.write(b'{"cut')
    again = Letters(kept.path)
    again.keep_only(Through(2))
    assert again.count == 2 and [line[-4:] for line in kept.path.read_text().splitlines()] == [" 0}}", " 1}}"]
    assert kept.path.stat().st_mode & 0o777 == 0o600
