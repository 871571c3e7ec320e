"""Pictures, journeys and verdicts as the data that a tab gets; every text is plain and the page shows it as such."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec

from mailwright.diagnostics import Diagnostic, diagnostic_as_data
from simulator.explain import Attempt, CampaignExplanation, ClauseLine
from simulator.preview.diagram import Diagram, diagram_of
from simulator.preview.frames import framed
from simulator.preview.lit_path import lit_path
from simulator.preview.payloads import event_misfits, person_misfits
from simulator.preview.runs import PersonRun, campaigns_on
from simulator.preview.shells import shell_of
from simulator.rendering.fault_picture import picture_of as fault_picture
from simulator.rendering.output import envelope
from simulator.reports import wording
from simulator.reports.explaining import verdict_in_words
from simulator.reports.timeline import moment_in_words, outcome_in_words
from simulator.trace import Delivery, Entered, NotModelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mailwright.definitions.project import Project
    from simulator.preview.asks import Ask
    from simulator.preview.library import Edition
    from simulator.preview.pictures import Picture
    from simulator.preview.shells import Shell
    from simulator.rendering.samples import Shown

GMAIL_CLIPS_AT = 102_400
"""Bytes of HTML beyond which Gmail cuts an email. Source: wide agreement of senders; Google publishes no figure."""


def picture_as_data(picture: Picture, ask: Ask, project: Project, root: Path) -> dict[str, Any]:
    """One picture as *ask* wants it framed; where it fails, the failure with its place."""
    message, rendered = picture.message, picture.rendered
    told: dict[str, Any] = {
        "campaign": message.campaign,
        "message": message.name,
        "kind": message.kind,
        "language": message.language or "",
        "languages": list(picture.languages),
        "sample": picture.shown.name,
        "fitting": list(picture.fitting),
        "at": picture.at.isoformat(),
        "files": list(picture.files),
        "shown": shown_as_data(picture.shown),
        "misfits": misfits_of(project, picture.shown),
    }
    if picture.fault is not None:
        fault = picture.fault
        span = fault.span
        told["fault"] = {
            "reason": fault.reason,
            "says": fault.failure,
            "file": span.file if span is not None else "",
            "line": span.line if span is not None else 1,
            "column": span.column if span is not None else 1,
            "hint": fault.hint,
            "picture": fault_picture(fault, root),
        }
    if rendered is not None:
        told |= {
            "key": picture.key,
            "html": _framed(picture, ask),
            "subject": rendered.subject,
            "preheader": rendered.preheader,
            "from": rendered.sender,
            "envelope": [list(pair) for pair in envelope(rendered)],
            "text": rendered.text,
            "bytes": len(rendered.html.encode("utf-8", "replace")),
            "clips": GMAIL_CLIPS_AT,
            "remote": picture.remote,
            "marked": bool(picture.spots),
            "warnings": list(rendered.warnings),
            "links": [asdict(link) for link in rendered.links],
        }
    return told


def _framed(picture: Picture, ask: Ask) -> str:
    if not picture.page:
        return ""
    target = ask.target or picture.target
    return framed(picture.page, dark=ask.dark, remote=ask.remote, inspect=ask.inspect, target=target)


def shell_for(picture: Picture, ask: Ask, number: int) -> Shell | None:
    """The page of a picture for a document that stays open, as its version *number*; None where it is shown as a whole.

    What points at blocks is part of the page's styles: there the page is a new one each time.
    """
    if ask.inspect or not picture.page:
        return None
    page = framed(picture.page, dark=ask.dark, remote=ask.remote)
    return shell_of(page, target=ask.target or picture.target, number=number)


def reading_problems(edition: Edition, files: Iterable[str]) -> list[dict[str, Any]]:
    """What is wrong with those of *files* that cannot be read as they are now: their last good state is shown."""
    broken = edition.broken.intersection(files)
    if not broken:
        return []
    return [problem_as_data(one) for one in edition.problems if one.span.file in broken]


def shown_as_data(shown: Shown) -> dict[str, Any]:
    """What a picture is shown with, as the right side edits it."""
    return {
        "person": None if shown.person is None else shown.person.model_dump(mode="json"),
        "event": None if shown.event is None else shown.event.model_dump(mode="json", exclude_none=True),
        "trigger": shown.trigger,
    }


def misfits_of(project: Project, shown: Shown) -> list[dict[str, Any]]:
    """What the schemas do not foresee in what is shown."""
    found = []
    if shown.event is not None and shown.event.name:
        found += [{"of": "event", **asdict(one)} for one in event_misfits(project, shown.event.name, shown.event.data)]
    if shown.person is not None:
        found += [{"of": "person", **asdict(one)} for one in person_misfits(project, shown.person.attributes)]
    return found


def journey_as_data(
    project: Project, slug: str, run: PersonRun, not_modelled: tuple[NotModelled, ...]
) -> dict[str, Any]:
    """One campaign for one person: the diagram, each call that asked it, and where each journey went."""
    diagram = diagram_of(project, slug)
    (explained,) = run.explained(project, [slug])
    return {
        "campaign": slug,
        "name": explained.name,
        "file": explained.file,
        "start": run.start,
        "until": run.until,
        "boxes": [asdict(box) for box in diagram.boxes],
        "lines": [asdict(line) for line in diagram.lines],
        "hint": explained.hint,
        "attempts": [_attempt(attempt, diagram) for attempt in explained.attempts],
        "not_modelled": [msgspec.to_builtins(one) for one in not_modelled if one.campaign == slug],
        "goal": _goal(project, slug),
    }


def fires_as_data(project: Project, run: PersonRun, event: str) -> list[dict[str, Any]]:
    """Every campaign that an event of this name could start, with what came of it and the clause that decided."""
    found = []
    for explained in run.explained(project, campaigns_on(project, event)):
        campaign = project.campaigns[explained.slug]
        attempts = [_attempt(attempt, None) for attempt in explained.attempts]
        verdict = attempts[-1]["verdict"] if attempts else "not_asked"
        found.append(
            {
                "campaign": explained.slug,
                "name": explained.name,
                "file": explained.file,
                "state": campaign.state,
                "verdict": verdict,
                "says": attempts[-1]["says"] if attempts else _unasked(explained),
                "attempts": attempts,
            }
        )
    order = {"entered": 0, "waiting": 1, "lapsed": 2, "refused": 3, "not_matched": 4}
    return sorted(found, key=lambda one: (order.get(one["verdict"], 5), one["campaign"]))


def problem_as_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """One problem of `check`, with the start of the line that it is on."""
    return {**diagnostic_as_data(diagnostic), "source": diagnostic.source_line.rstrip("\r\n")[:400]}


def _unasked(explained: CampaignExplanation) -> str:
    return explained.hint or "the event did not ask it"


def _attempt(attempt: Attempt, diagram: Diagram | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "at": attempt.at,
        "call": attempt.call,
        "verdict": attempt.verdict,
        "says": verdict_in_words(attempt),
        "rule": attempt.rule,
        "place": attempt.place,
        "trigger": [_clause(line) for line in attempt.trigger],
        "filter": [_clause(line) for line in attempt.filter],
        "change": None if attempt.change is None else _clause(attempt.change),
    }
    if attempt.verdict == "refused":
        told["to_change"] = wording.in_words(attempt.reason, wording.TO_CHANGE)
    if diagram is None or not attempt.journey:
        return told
    path = lit_path(diagram.first, attempt.journey)
    because = attempt.because or (None,) * len(attempt.journey)
    told["visits"] = [asdict(visit) for visit in path.visits]
    told["passages"] = [asdict(passage) for passage in path.passages]
    told["outcome"] = outcome_in_words(attempt.journey)
    told["moments"] = [
        moment
        for entry, reason in zip(attempt.journey, because, strict=True)
        if (moment := _moment(entry, reason, {box.id: box.title for box in diagram.boxes}))
    ]
    return told


def _moment(entry: Any, reason: ClauseLine | None, titles: Mapping[str, str]) -> dict[str, Any] | None:
    text, rule, tone = moment_in_words(entry)
    if not text:
        return None
    step = getattr(entry, "step", "")
    if step and text.startswith(f"{step}: "):
        text = f"{titles.get(step, step)}: {text.removeprefix(f'{step}: ')}"
    if isinstance(entry, Entered):
        text = f"entered by {entry.call}"  # a sample has no lines that anybody could look up
    told = {"at": entry.at, "step": step, "says": text, "rule": rule, "tone": tone}
    if isinstance(entry, Delivery):
        told |= {"message": entry.message or entry.step, "status": entry.status, "language": entry.language or ""}
    if reason is not None:
        told["because"] = _clause(reason)
    return told


def _clause(line: ClauseLine) -> dict[str, Any]:
    file, _, place = line.place.partition(":")
    number = place.partition(":")[0]
    return {
        "depth": line.depth,
        "text": line.text,
        "held": line.held,
        "seen": line.seen,
        "file": file,
        "line": int(number) if number.isdigit() else 1,
        "rule": line.rule,
        "group": line.is_group,
    }


def _goal(project: Project, slug: str) -> str:
    goal = project.campaigns[slug].goal
    if goal is None:
        return ""
    return goal.event or "a condition"
