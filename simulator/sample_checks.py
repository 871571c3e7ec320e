"""Whether each sample's event starts the campaigns that the sample names, and no others: the engine itself is asked.

`check_samples` is what `check` asks of the simulator: the samples, and all that can be proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mailwright.diagnostics import ConfigurationError, Diagnostic, Span
from simulator.sample_calls import EVENT_LINE, calls_of_sample
from simulator.trace import AnyEntry, Considered, Entered, Held, Refused

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from mailwright.definitions.sample import Sample
    from simulator.content import Content


def check_samples(project: Project) -> Iterable[Diagnostic]:
    """What only the simulator can find: samples that are routed otherwise than they say, and what proofs show."""
    from simulator.proof_checks import check_proofs

    return [*sample_problems(project), *check_proofs(project)]


def sample_problems(project: Project) -> Iterable[Diagnostic]:
    """A problem for each campaign that a sample names and that does not start, or starts and is not named.

    Samples without an event or without `campaigns:` say nothing. The person's filter is asked where a person is given.
    """
    asked = {slug: sample for slug, sample in project.samples.items() if sample.event is not None and sample.campaigns}
    if not asked:
        return []
    from simulator.content import compile_content

    try:
        content = compile_content(project)
    except ConfigurationError:
        return []  # `check` reports settings that do not fit on its own
    return [problem for slug, sample in asked.items() for problem in _problems(project, content, slug, sample)]


def _problems(project: Project, content: Content, slug: str, sample: Sample) -> Iterator[Diagnostic]:
    assert sample.event is not None  # only such samples are asked
    entries = entries_of_sample(project, content, sample)
    fired = fired_by(entries, with_filter=sample.person is not None)
    known = {campaign.slug for campaign in content.campaigns}
    for index, wanted in enumerate(sample.campaigns):
        if wanted in project.campaigns and wanted not in fired:
            message = f"the event '{sample.event.name}' of this sample does not start '{wanted}'"
            hint = _why_not(project, entries, wanted) if wanted in known else _not_running(project, content, wanted)
            yield Diagnostic("sample-not-routed", message, _span(project, slug, ("campaigns", index)), hint)
    for extra in sorted(fired - set(sample.campaigns)):
        message = f"the event '{sample.event.name}' of this sample also starts '{extra}'"
        hint = f"add it to campaigns:, or make the trigger in {project.campaign_file(extra)} exclude it"
        yield Diagnostic("sample-fires-more", message, _span(project, slug, ("campaigns",)), hint)


def entries_of_sample(project: Project, content: Content, sample: Sample) -> list[AnyEntry]:
    """What the sample's calls bring about at once, in full detail."""
    from simulator.engine import Detail
    from simulator.messages import Unrendered
    from simulator.replay import Replay

    entries: list[AnyEntry] = []
    replay = Replay(content, Unrendered(), entries.append, Detail.FULL)
    for call in calls_of_sample(project, sample):
        replay.take(call)
    return [entry for entry in entries if getattr(entry, "line", 0) == EVENT_LINE]


def fired_by(entries: Iterable[AnyEntry], *, with_filter: bool) -> set[str]:
    """The campaigns that started; without a filter also those that a person with the right profile would enter."""
    return {
        entry.campaign
        for entry in entries
        if isinstance(entry, Entered) or (isinstance(entry, Held) and not with_filter)
    }


def _why_not(project: Project, entries: Iterable[AnyEntry], campaign: str) -> str:
    """The first thing that would have to change, from the clauses that the engine saw."""
    from simulator.explain import first_change, trigger_condition  # only where something is wrong

    for entry in entries:
        if entry.campaign != campaign:
            continue
        match entry:
            case Considered(matched=False, clauses=clauses):
                change = first_change(trigger_condition(project, campaign), clauses)
            case Held(clauses=clauses):
                change = first_change(project.campaigns[campaign].filter, clauses)
            case Refused(reason=reason):
                return f"it is refused: {reason}"
            case _:
                continue
        if change is not None:
            turn = "hold" if not change.held else "not hold"
            return f"{change.place}: '{change.text}' would have to {turn}; the sample has {change.seen}"
    trigger = getattr(project.campaigns[campaign].trigger, "event", None)
    return f"its trigger asks for the event '{trigger}'" if trigger else "its trigger asks for no event"


def _not_running(project: Project, content: Content, campaign: str) -> str:
    state = project.campaigns[campaign].state
    return f"it is {state}" if state != "running" else f"it does not run in {content.workspace_name}"


def _span(project: Project, slug: str, path: tuple[str | int, ...]) -> Span:
    file = f"{project.settings.campaigns}/{project.settings.shared}/samples/{slug}.yaml"
    place = project.places.get(file)
    return place.span(path) if place is not None else Span(file)
