"""Who enters each campaign: by event logs, or by the project's samples where there is none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.content import compile_content
from simulator.engine import Detail
from simulator.history.fast import relevant_calls
from simulator.history.wanted import Seen
from simulator.replay import replay
from simulator.sample_calls import calls_of_sample
from simulator.trace import AnyEntry, Entered
from simulator.wanting import wanted_by

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.history.calls import BadLine


def who_enters(project: Project, workspace: str, logs: Sequence[str | Path]) -> Mapping[str, Collection[str]]:
    """The people who enter each campaign of *workspace*, by campaign; a sample stands for its person.

    Lines of a log that cannot be read are left out. Raises: ConfigurationError when there is no such workspace;
    HistoryError when a log cannot be opened.
    """
    found: dict[str, set[str]] = {}
    if logs:
        _enter(found, project, workspace, logs)
    else:
        _enter_by_samples(found, project, workspace)
    return found


def _enter(found: dict[str, set[str]], project: Project, workspace: str, logs: Sequence[str | Path]) -> None:
    def note(entry: AnyEntry) -> None:
        if isinstance(entry, Entered):
            found.setdefault(entry.campaign, set()).add(entry.person)

    wanted = wanted_by(compile_content(project, workspace))
    calls = relevant_calls(list(logs), wanted, seen=Seen(), on_bad=_leave)
    replay(project, workspace, calls, sink=note, render="none")


def _enter_by_samples(found: dict[str, set[str]], project: Project, workspace: str) -> None:
    for name, sample in project.samples.items():
        calls = calls_of_sample(project, sample)

        def note(entry: AnyEntry, name: str = name) -> None:
            if isinstance(entry, Entered):
                found.setdefault(entry.campaign, set()).add(name)

        replay(project, workspace, calls, detail=Detail.DECISIONS, sink=note, render="none")


def _leave(_: BadLine) -> None:
    """A line that cannot be read enters nobody."""
