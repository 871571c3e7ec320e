"""Calls with the name of the log each stands in, for whoever hands them on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from simulator.history.calls import Call
from simulator.history.readers import label_of, read_calls
from simulator.history.refusals import OnBad
from simulator.history.streams import log_files


def calls_with_source(
    paths: Sequence[str | Path], *, format: str = "auto", strict: bool = False, on_bad: OnBad
) -> Iterator[tuple[str, Call]]:
    """The calls of the logs at *paths* in their order, each with its log's name as a report has it: without folders.

    Raises: HistoryError when a log cannot be opened or, under *strict*, at the first bad line; ConfigurationError for
    a *format* that is none.
    """
    for file in log_files(paths):
        name = Path(label_of(file)).name
        for call in read_calls([file], format=format, strict=strict, on_bad=on_bad):
            yield name, call
