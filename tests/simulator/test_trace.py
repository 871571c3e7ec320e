"""Entries go to JSON lines and come back equal."""

from __future__ import annotations

import pytest

from simulator.trace import Branched, Clause, Delivery, Held, Noted, entries_as_lines, entry_from_line

CLAUSE = Clause("trigger", (0, 1), True, seen={"a": [1, None, "ü"]}, rule="R8")


@pytest.mark.parametrize(
    "entry",
    [
        Branched(5, "p", "c", 0, "b", "then", "R69", CLAUSE),
        Held(5, "p", "c", "go", 3, 1805, Clause("filter", (), False, missing=True), clauses=(CLAUSE, CLAUSE)),
        Delivery(5, "p", "c", 0, "hello", "email", "failed", 4, failure="no value"),
        Noted(5, "\N{RIGHT-TO-LEFT MARK}emoji 🎉\u2028", "", "event_loop", 'quote "', 9),
    ],
    ids=lambda entry: type(entry).__name__,
)
def test_an_entry_is_the_same_after_its_line(entry):
    line = entries_as_lines([entry])
    assert line.count(b"\n") == 1
    assert entry_from_line(line) == entry


def test_a_line_says_only_what_is_not_usual():
    line = entries_as_lines([Noted(5, "p", "", "event_loop")])
    assert line == b'{"kind":"noted","at":5,"person":"p","campaign":"","code":"event_loop"}\n'
