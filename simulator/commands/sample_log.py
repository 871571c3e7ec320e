"""A sample in place of an event log: its person's past, its event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailwright.diagnostics import ConfigurationError, name_hint
from simulator.commands.gathering import Log
from simulator.sample_calls import calls_of_sample

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.history.calls import Call


@dataclass(slots=True)
class SampleLog(Log):
    """The calls that make a sample so, told as a log of that name."""

    given: Sequence[Call] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What a report calls it."""
        return tuple(f"the sample {file}" for file in self.files)

    def calls(self) -> Iterator[Call]:
        """The sample's calls, in order of time."""
        yield from self.given


def sample_log(project: Project, name: str) -> SampleLog:
    """The sample of that name as a log.

    Raises: ConfigurationError when there is none, or it has neither a person nor an event.
    """
    sample = project.samples.get(name)
    if sample is None:
        hint = name_hint(name, list(project.samples), "samples")
        raise ConfigurationError(f"no sample is called '{name}'", hint=hint)
    calls = calls_of_sample(project, sample)
    if not calls:
        raise ConfigurationError(f"the sample '{name}' has neither a person nor an event", hint="give it one")
    return SampleLog([name], given=calls)
