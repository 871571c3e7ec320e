"""Who enters which campaign, by the simulator: what the roof hands to `plan`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from mailwright.definitions.project import Project
from simulator.history.readers import read_calls
from simulator.replay import replay
from simulator.sample_calls import calls_of_sample
from simulator.trace import AnyEntry, Entered


def who_enters(project: Project, workspace: str, logs: Sequence[Path]) -> Mapping[str, Collection[str]]:
    """The people who enter each campaign by the logs; without a log, the samples that do."""
    found: dict[str, set[str]] = {}
    if logs:
        calls = read_calls(list(logs), on_bad=lambda _bad: None)
        replay(project, workspace, calls, render="none", sink=lambda entry: _note(found, entry, entry.person))
    for slug, sample in {} if logs else project.samples.items():
        replay(project, workspace, calls_of_sample(project, sample), render="none", sink=lambda one, slug=slug: _note(found, one, slug))  # fmt: skip
    return found


def _note(found: dict[str, set[str]], entry: AnyEntry, who: str | None) -> None:
    if isinstance(entry, Entered) and entry.campaign and who:
        found.setdefault(entry.campaign, set()).add(who)
