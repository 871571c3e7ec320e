"""One example of each email of a replay, rendered for the report's page.

By default they are rendered for the project's samples, who are made up. With the people of the log shown, they are
rendered for the first person who got each, as far as the log and the profile at the end tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.reports.page import EmailExample
from simulator.sample_calls import sample_moment
from simulator.summary import GOOD_STATUSES
from simulator.trace import Delivery, Entered

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from mailwright.definitions.sample import Sample
    from simulator.history.calls import Call
    from simulator.rendering.moment import RenderMoment
    from simulator.rendering.variants import Variants
    from simulator.run import Run

MOST_EXAMPLES = 80
SAMPLES_TRIED = 5
Email = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True)
class FirstSend:
    """The first time an email went out: to whom, when, and by which call."""

    email: Email
    person: str
    at: int
    call: str
    line: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A moment an email may be shown for, and what the page calls the person."""

    whom: str
    moment: RenderMoment


def first_sends(outcome: Run) -> list[FirstSend]:
    """The first send of each email and language, by campaign and name."""
    entered: dict[tuple[str, str, int], Entered] = {}
    found: dict[Email, FirstSend] = {}
    for entry in outcome.entries:
        if isinstance(entry, Entered):
            entered[entry.campaign, entry.person, entry.journey] = entry
        elif isinstance(entry, Delivery) and entry.channel == "email" and entry.status in (*GOOD_STATUSES, "drafted"):
            email = (entry.campaign, entry.message or entry.step, entry.language)
            start = entered.get((entry.campaign, entry.person, entry.journey))
            if email not in found:
                call, line = (start.call, start.line) if start is not None else ("", 0)
                found[email] = FirstSend(email, entry.person, entry.at, call, line)
    chosen = sorted(found.values(), key=lambda send: (send.email[0], send.email[1], send.email[2] or ""))
    return chosen[:MOST_EXAMPLES]


def email_examples(project: Project, outcome: Run, calls: Iterable[Call] | None = None) -> tuple[EmailExample, ...]:
    """One example of each email that went out; with *calls* for the person who got it, else for a sample."""
    from simulator.rendering.variants import Variants

    _, workspace = project.workspace(None if outcome.workspace == "local" else outcome.workspace)
    variants = Variants(project, workspace)
    sends = first_sends(outcome)
    causes = {} if calls is None else _causes(sends, calls)
    found = []
    for send in sends:
        real = calls is not None
        candidates = (
            _of_the_log(project, outcome, send, causes, variants) if real else _of_samples(project, send, variants)
        )
        example = _first_rendered(variants, send.email, candidates)
        if example is not None:
            found.append(example)
    return tuple(found)


def _first_rendered(variants: Variants, email: Email, candidates: Iterable[_Candidate]) -> EmailExample | None:
    from simulator.rendering.email import render_with
    from simulator.rendering.faults import RenderFault

    campaign, message, language = email
    renderer = variants.renderer(campaign, message, language)
    if renderer is None:
        return None
    for candidate in candidates:
        try:
            rendered = render_with(renderer, candidate.moment)
        except RenderFault:
            continue
        return EmailExample(
            campaign,
            message,
            language,
            rendered.subject,
            rendered.preheader,
            rendered.sender,
            candidate.whom,
            rendered.html,
        )
    return None


def _moment(
    variants: Variants,
    send: FirstSend,
    customer: Mapping[str, Any],
    at: int,
    event: Mapping[str, Any] | None,
    trigger: Mapping[str, Any] | None,
    sample: Sample | None = None,
) -> RenderMoment:
    from simulator.rendering.moment import RenderMoment, at_second, campaign_values, message_values, trigger_kind_of

    project = variants.project
    campaign, message, language = send.email
    return RenderMoment(
        customer=customer if language is None else {**customer, "language": language},
        now=at_second(at),
        trigger_kind=trigger_kind_of(project, campaign),
        event=event,
        event_name=send.call,
        trigger=trigger,
        journey=sample.journey if sample is not None else {},
        objects=sample.objects if sample is not None else {},
        campaign=campaign_values(project, campaign),
        message=message_values(project, campaign, message, "email"),
        vars=variants.workspace.vars,
    )


def _of_samples(project: Project, send: FirstSend, variants: Variants) -> Iterator[_Candidate]:
    """The samples that fit the campaign best: those that name it, then those with its event, then anybody."""
    campaign = send.email[0]
    wanted = getattr(project.campaigns[campaign].trigger, "event", None)

    def order(slug: str) -> tuple[bool, bool, bool, str]:
        sample = project.samples[slug]
        event = sample.event.name if sample.event is not None else None
        return campaign not in sample.campaigns, event != wanted, sample.person is None, slug

    for slug in sorted(project.samples, key=order)[:SAMPLES_TRIED]:
        sample = project.samples[slug]
        customer = _attributes_of(sample)
        event = sample.event.data if sample.event is not None else {}
        moment = _moment(variants, send, customer, sample_moment(sample), event, sample.trigger, sample)
        yield _Candidate(f"the sample {slug}", moment)


def _attributes_of(sample: Sample) -> Mapping[str, Any]:
    return {} if sample.person is None else {"id": sample.person.id, **sample.person.attributes}


def _of_the_log(
    project: Project, outcome: Run, send: FirstSend, causes: Mapping[tuple[int, str], Call], variants: Variants
) -> Iterator[_Candidate]:
    profile = outcome.profiles.get(send.person)
    if profile is None:
        return
    call = causes.get((send.line, send.call))
    data = {} if call is None else call.data
    yield _Candidate(send.person, _moment(variants, send, {"id": send.person, **profile}, send.at, data, data))


def _causes(sends: Iterable[FirstSend], calls: Iterable[Call]) -> dict[tuple[int, str], Call]:
    """The calls that the sends came from, by line and name."""
    wanted = {(send.line, send.call) for send in sends if send.line}
    return {(call.line, call.name.strip()): call for call in calls if (call.line, call.name.strip()) in wanted}
