"""What a replay gives back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.history.calls import BadLine
from simulator.trace import AnyEntry, NotModelled


@dataclass(slots=True)
class Run:
    """The trace of a replay and what a reader must know beside it."""

    workspace: str = "local"
    entries: list[AnyEntry] = field(default_factory=list)
    assumptions: Counter[str] = field(default_factory=Counter)  # setting → decisions that stood on it
    not_modelled: tuple[NotModelled, ...] = ()
    calls: int = 0  # lines read and understood
    calls_by_name: Counter[str] = field(default_factory=Counter)  # events only, by name
    unused_events: Counter[str] = field(default_factory=Counter)  # names that no campaign asks for
    people: int = 0  # profiles there were
    profiles: Mapping[str, Mapping[str, object]] = field(default_factory=dict)  # those left at the end, by identifier
    bad_lines: tuple[BadLine, ...] = ()
    first_at: int | None = None  # the first and last receipt, and where the clock stopped
    last_at: int | None = None
    until: int | None = None
    rendered: str = "all"  # all: every delivery was rendered; outcome: only whether it can be
