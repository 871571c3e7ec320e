"""The simulator's share of a smoke test: samples as calls of throw-away people, and what should come of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from simulator.commands.gathering import known_campaigns, open_project
from simulator.history.calls import Call, CallKind
from simulator.replay import replay
from simulator.reports.people import PeopleNames
from simulator.sample_calls import calls_of_sample
from simulator.trace import AnyEntry, Entered
from simulator.verifying.deliveries import predict
from simulator.verifying.names import LogPeople, Numbers
from simulator.verifying.report import Report, make_report
from simulator.verifying.report_forms import put_report
from simulator.verifying.sources.messages import of_rows
from simulator.verifying.verification import Asked, Sources, verify

if TYPE_CHECKING:
    from pathlib import Path

    from mailwright.definitions.project import Project
    from mailwright.definitions.sample import Sample

Json = dict[str, Any]
WITHIN = 600
DOMAIN = "example.invalid"
"""Where the throw-away people have their addresses: a name that no mail server can have (RFC 2606)."""
_OVERRIDES = frozenset({"recipient", "from_address", "reply_to"})
_ACTIONS = {CallKind.EVENT: "event", CallKind.PAGE: "page", CallKind.SCREEN: "screen"}


@dataclass(frozen=True, slots=True)
class SampleRun:
    """A sample as it is sent: *identifying* first, then *doing*, both as entities of the Track API."""

    sample: str
    person: str
    calls: tuple[Call, ...]
    campaigns: frozenset[str]  # those that it enters
    expected: int  # deliveries to come

    @property
    def identifying(self) -> list[Json]:
        """What says who the person is."""
        return [_entity(call) for call in self.calls if call.kind is CallKind.IDENTIFY]

    @property
    def segments(self) -> list[str]:
        """The manual segments that the person joins."""
        return [str(call.other) for call in self.calls if call.kind is CallKind.JOIN_SEGMENT]

    @property
    def doing(self) -> list[Json]:
        """What the person does."""
        return [_entity(call) for call in self.calls if call.kind in _ACTIONS]

    @property
    def events(self) -> frozenset[str]:
        """The names of the events, in lower case."""
        return frozenset(call.name.lower() for call in self.calls if call.kind is CallKind.EVENT)


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """What a smoke test sends, and what it leaves out."""

    runs: tuple[SampleRun, ...]
    skipped: Mapping[str, str]  # sample → why it cannot be sent
    untested: tuple[str, ...]  # campaigns asked for that no sample enters


def sample_plan(root: Path, workspace: str, campaigns: Sequence[str], run: str, now: int, lasts: int) -> SamplePlan:
    """The samples that enter *campaigns* (none: any campaign), for people of the run called *run*.

    Units: *now* is in Unix seconds; deliveries are expected for *lasts* seconds.
    Raises: ConfigurationError when there is no such campaign or workspace.
    """
    project = open_project(root, workspace)
    known_campaigns(project, campaigns)
    wanted = set(campaigns)
    runs: list[SampleRun] = []
    skipped: dict[str, str] = {}
    for name, sample in project.samples.items():
        if wanted and sample.campaigns and not wanted.intersection(sample.campaigns):
            continue
        why = _unsendable(sample)
        if why:
            skipped[name] = why
            continue
        found = _run_of(project, workspace, name, sample, f"smoke-{run}-{name}", now, lasts)
        if found.campaigns and (not wanted or wanted & found.campaigns):
            runs.append(found)
        elif not wanted:
            skipped[name] = "it enters no campaign"
    entered = frozenset[str]().union(*(one.campaigns for one in runs))
    return SamplePlan(tuple(runs), skipped, tuple(sorted(wanted - entered)))


def _unsendable(sample: Sample) -> str:
    """Why a sample cannot be sent; empty when it can."""
    if sample.event is None and not any(one.event for one in sample.before):
        return "it has no event to send"
    if any(one.message for one in sample.before):
        return "it needs a message of earlier, which a throw-away person never got"
    return ""


def _run_of(
    project: Project, workspace: str, name: str, sample: Sample, person: str, now: int, lasts: int
) -> SampleRun:
    calls = tuple(_sent_now(calls_of_sample(project, sample), person, now))
    entered: set[str] = set()

    def note(entry: AnyEntry) -> None:
        if isinstance(entry, Entered):
            entered.add(entry.campaign)

    replay(project, workspace, calls, until=now + lasts, sink=note, render="none")
    expected = predict(project, workspace, calls, now + lasts)
    return SampleRun(name, person, calls, frozenset(entered), len(expected.deliveries))


def _sent_now(calls: Sequence[Call], person: str, now: int) -> Iterator[Call]:
    """The sample's calls as they are sent: received now, with times of their own as far back as the sample says."""
    last = max((call.at or 0 for call in calls), default=now)
    for number, call in enumerate(calls):
        stamp = now - (last - (call.at or last))
        data = {key: value for key, value in call.data.items() if key not in _OVERRIDES}
        if call.kind is CallKind.IDENTIFY:
            data = {key: value for key, value in call.data.items() if key not in ("id", "cio_id")}
            if "email" in data:
                data["email"] = f"{person}@{DOMAIN}"
        yield msgspec.structs.replace(
            call, person=person, at=now, timestamp=stamp, data=data, line=number + 1, event_id=None
        )


def _entity(call: Call) -> Json:
    found: Json = {"type": "person", "identifiers": {"id": call.person}, "timestamp": call.timestamp}
    if call.kind is CallKind.IDENTIFY:
        return found | {"action": "identify", "attributes": call.data}
    return found | {"action": _ACTIONS[call.kind], "name": call.name, "attributes": call.data}


@dataclass(frozen=True, slots=True)
class SmokeAsked:
    """What a smoke test compares. Units: times are Unix seconds."""

    root: Path
    workspace: str
    plan: SamplePlan
    now: int
    until: int
    parents: Mapping[str, str]
    actions: Mapping[str, tuple[str, str]]
    only_messages: Mapping[str, str]


def compared(asked: SmokeAsked, rows: Iterable[Mapping[str, Any]]) -> Report:
    """How what came of the samples compares with what was predicted; everything counts as a draft."""
    project = open_project(asked.root, asked.workspace)
    calls = [call for run in asked.plan.runs for call in run.calls]
    own = {run.person for run in asked.plan.runs}
    people = LogPeople()
    prediction = predict(project, asked.workspace, people.watching(calls), asked.until)
    people.know(prediction.run.profiles)
    numbers = Numbers(asked.parents, asked.actions, asked.only_messages)
    seen = [one for one in of_rows(rows) if people.key_of(one.person, one.recipient) in own]
    question = Asked(
        project, asked.workspace, lambda: calls, asked.until, WITHIN, since=asked.now - WITHIN, as_drafts=True,
        is_over=True,
    )  # fmt: skip
    found = verify(question, prediction, Sources(seen, (), numbers, people))
    notes = [f"no sample enters the campaign '{name}'" for name in asked.plan.untested]
    notes += [f"the sample '{name}': {why}" for name, why in sorted(asked.plan.skipped.items())]
    return make_report(
        found, PeopleNames(shown=True), source="smoke", log="LOG", doubts=notes,
        given=project.settings.assumptions,
    )  # fmt: skip


__all__ = ["SamplePlan", "SampleRun", "SmokeAsked", "compared", "put_report", "sample_plan"]
