"""What a smoke test needs of the simulator, which the roof hands in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

Json = dict[str, Any]


class SampleRun(Protocol):
    """A sample as a throw-away person's calls."""

    @property
    def sample(self) -> str:
        """Its name."""

    @property
    def person(self) -> str:
        """The throw-away person."""

    @property
    def identifying(self) -> list[Json]:
        """The calls that say who it is."""

    @property
    def segments(self) -> list[str]:
        """The manual segments that the person joins."""

    @property
    def doing(self) -> list[Json]:
        """The calls of what the person does."""

    @property
    def events(self) -> frozenset[str]:
        """The names of the events among them, in lower case."""

    @property
    def campaigns(self) -> frozenset[str]:
        """The campaigns that it enters."""

    @property
    def expected(self) -> int:
        """How many deliveries are to come."""


class SamplePlan(Protocol):
    """What is sent, and what not."""

    @property
    def runs(self) -> Sequence[SampleRun]:
        """What is sent."""

    @property
    def skipped(self) -> Mapping[str, str]:
        """Samples that cannot be sent, each with why."""

    @property
    def untested(self) -> Sequence[str]:
        """Campaigns asked for that no sample enters."""


class Report(Protocol):
    """A comparison."""

    @property
    def agrees(self) -> bool:
        """Whether all came as predicted."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Deliveries by outcome."""


class SimulatorSide(Protocol):
    """The simulator's share: what to send, and what came of it."""

    sample_plan: Callable[[Path, str, Sequence[str], str, int, int], SamplePlan]
    SmokeAsked: Callable[..., Any]
    compared: Callable[[Any, Iterable[Mapping[str, Any]]], Report]
    put_report: Callable[[Report, str, str | None], None]
