"""Two campaigns of one event that can both fire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from mailwright.checks.findings import clause_span
from mailwright.definitions.campaign import Campaign
from mailwright.definitions.conditions import Compare, Operator, Subject, Unclaimed, walk
from mailwright.definitions.project import Project
from mailwright.definitions.sample import Sample
from mailwright.definitions.steps import (
    EmailStep,
    InAppStep,
    PushStep,
    SmsStep,
    StepBase,
    WaitStep,
    WaitUntilStep,
    WhatsAppStep,
    WindowStep,
)
from mailwright.definitions.triggers import EventTrigger
from mailwright.definitions.workflow import walk_steps
from mailwright.diagnostics import Diagnostic, Severity, Span
from simulator.proofs.answers import Refuted, Unknown
from simulator.proofs.campaigns import Rival, meet, not_told_apart, rivals_by_event
from simulator.proofs.context import Context, context_of
from simulator.proofs.formulas import ValueKey
from simulator.proofs.wording import sample_in_short

MOST_PAIRS = 3
"""So many rivals of one campaign are told; the others wait until these are mended."""


def check_pairs(project: Project) -> Iterator[Diagnostic]:
    """Pairs of campaigns that exclude each other by what they say, or by how they look, and do not."""
    known = context_of(project)
    for rivals in rivals_by_event(project).values():
        yield from _pairs(project, rivals, known.of_campaign(rivals[0].slug))


def _pairs(project: Project, rivals: Sequence[Rival], context: Context) -> Iterator[Diagnostic]:
    meant = {frozenset(pair) for sample in project.samples.values() for pair in combinations(sample.campaigns, 2)}
    apart = _telling_apart(rivals)
    told: dict[str, int] = defaultdict(int)
    for one, other in not_told_apart(rivals):
        declared = _same_group(one.campaign, other.campaign)
        if not declared and (not (_sends(one) and _sends(other)) or frozenset((one.slug, other.slug)) in meant):
            continue
        if max(told[one.slug], told[other.slug]) >= MOST_PAIRS or not (declared or _would_be_told(one, other, apart)):
            continue
        match meet(one.slug, other.slug, (one.condition, other.condition), context):
            case Refuted() as answer:
                problem = _pair(project, one, other, answer, apart, declared=declared)
                if problem is not None:
                    told[one.slug] += 1
                    told[other.slug] += 1
                    yield problem
            case Unknown(reason=reason) if declared:
                message = f"it could not be shown that '{one.slug}' and '{other.slug}' exclude each other: {reason}"
                hint = "let their triggers ask for different constants of one property"
                span = project.campaign_span(other.slug, ("exclusive",))
                yield Diagnostic("exclusion-not-proved", message, span, hint, Severity.WARNING)
            case _:
                pass


def _would_be_told(one: Rival, other: Rival, apart: set[ValueKey]) -> bool:
    """Whether it would be told that both fire: proving what is not told would take time for nothing."""
    if _skips(one, other, apart) or (_sends_at_once(one) and _sends_at_once(other)):
        return True
    return any(key in one.asks.allowed or key in other.asks.allowed for key in one.asks.keys & other.asks.keys)


def _skips(one: Rival, other: Rival, apart: set[ValueKey]) -> bool:
    """One asks nothing of a property by which campaigns of this event are told apart, and the other does."""
    return any((key in one.asks.keys) != (key in other.asks.keys) for key in apart)


def _pair(
    project: Project, one: Rival, other: Rival, answer: Refuted, apart: set[ValueKey], *, declared: bool
) -> Diagnostic | None:
    """What two campaigns that one event fires come to: certain double mail, or a possible one."""
    shared = _shared_constant(one, other, answer.witness)
    skips = _skips(one, other, apart)
    event = answer.witness.event.name if answer.witness.event is not None else ""
    span = _shown_span(project, other, one)
    shown = f"mailwright prove disjoint {one.slug} {other.slug}"
    example = (
        f"such as {sample_in_short(answer.witness, (one.condition, other.condition))}; `{shown}` gives it as a sample"
    )
    if declared or shared or skips:
        what = f" with {shared}" if shared else ""
        message = f"'{one.slug}' and '{other.slug}' both send for one '{event}'{what}"
        glob = f"{one.slug.split('-')[0]}-*"
        hint = (
            f"exclude in one of them what the other asks for, as {{not: …}} or {{unclaimed_by: {glob}}}\n   {example}"
        )
        return Diagnostic("both-fire", message, span, hint)
    if _sends_at_once(one) and _sends_at_once(other):
        message = f"'{one.slug}' and '{other.slug}' may both send at once for one '{event}'"
        hint = f"add a where: that tells them apart, or a wait to one of them\n   {example}"
        return Diagnostic("may-both-fire", message, span, hint, Severity.WARNING)
    return None


def _same_group(one: Campaign, other: Campaign) -> bool:
    mine, theirs = one.exclusive, other.exclusive
    return mine is not None and theirs is not None and mine.group == theirs.group


def _telling_apart(rivals: Sequence[Rival]) -> set[ValueKey]:
    """The properties of the event by which at least two of its campaigns exclude each other."""
    found: set[ValueKey] = set()
    for one, other in combinations(rivals, 2):
        keys = (one.asks.keys & other.asks.keys) - found
        if keys:
            found |= {key for key in one.asks.apart_by(other.asks) if key[0] is Subject.DATA}
    return found


def _shared_constant(one: Rival, other: Rival, witness: Sample) -> str:
    """The property and constant of the witness that one asks for and the other, which names constants too, lets in."""
    data = {} if witness.event is None else witness.event.data
    for key in sorted(one.asks.keys & other.asks.keys, key=str):
        named = key in one.asks.allowed or key in other.asks.allowed
        if key[0] is Subject.DATA and named and key[1] in data:
            return f"{key[1]} {data[key[1]]}"
    return ""


def _shown_span(project: Project, rival: Rival, other: Rival) -> Span:
    """The clause of *rival* that asks for what *other* asks for too, else its event."""
    trigger = rival.campaign.trigger
    assert isinstance(trigger, EventTrigger)  # rivals are campaigns on events
    for address, clause in walk(trigger.where.condition):
        match clause:
            case Compare(subject=subject, path=path, operator=Operator.EQUALS) | Unclaimed(subject=subject, path=path):
                if (subject, path) in other.asks.keys:
                    return clause_span(trigger.where, address)
            case _:
                pass
    return project.campaign_span(rival.slug, ("trigger", "event"))


def _is_message(step: StepBase) -> bool:
    is_message = isinstance(step, EmailStep | SmsStep | PushStep | InAppStep | WhatsAppStep)
    return is_message and getattr(step, "sending", "automatic") != "off"


def _sends(rival: Rival) -> bool:
    """The campaign holds a message to the person."""
    return any(_is_message(placed.step) for placed in walk_steps(rival.campaign.workflow))


def _sends_at_once(rival: Rival) -> bool:
    """A message stands before the first wait."""
    for step in rival.campaign.workflow:
        if isinstance(step, WaitStep | WindowStep | WaitUntilStep):
            return False
        if any(_is_message(placed.step) for placed in walk_steps([step])):
            return True
    return False
