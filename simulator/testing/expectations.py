"""What a scenario expects, against what came of it: each difference with its place and the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from mailwright.definitions.names import duration_as_text
from mailwright.definitions.scenario import ExpectedMessage, Then
from mailwright.diagnostics import Span
from simulator.rendering.faults import RenderFault
from simulator.reports import wording
from simulator.testing.outcomes import Message
from simulator.testing.scenario_names import messages_named
from simulator.testing.times import second_of
from simulator.testing.why import explanations
from simulator.trace import AnyEntry, GoalReached, Refused, Skipped

if TYPE_CHECKING:
    from simulator.testing.scenario_files import PlacedScenario
    from simulator.testing.simulation import Simulation


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came otherwise than expected."""

    what: str  # emails, branches onboarding/branch-6 …
    expected: str
    actual: str
    span: Span
    campaign: str = ""  # whose explanation says why; empty: the difference says all


def differences(placed: PlacedScenario, simulation: Simulation) -> list[Difference]:
    """Every difference, in the order of what a scenario can expect."""
    return list(_Comparison(placed, simulation).all())


class _Comparison:
    def __init__(self, placed: PlacedScenario, simulation: Simulation) -> None:
        self.placed = placed
        self.then: Then = placed.scenario.then
        self.simulation = simulation
        only = frozenset(placed.given.only)
        self.trace: list[AnyEntry] = [one for one in simulation.trace if not only or one.campaign in only]
        self.made = [one for one in simulation.deliveries if not only or one.campaign in only]
        self.journeys = [one for one in simulation.journeys() if not only or one.campaign in only]

    def all(self) -> Iterator[Difference]:
        yield from self._campaigns()
        yield from self._messages()
        yield from self._texts()
        yield from self._journeys()
        yield from self._refusals()
        yield from self._people()

    def _differ(
        self, what: str, expected: str, actual: str, *path: str | int, campaign: str = ""
    ) -> Difference:  # fmt: skip
        return Difference(what, expected, actual, self.placed.span("then", *path), campaign)

    # --- who entered what -------------------------------------------------------------------------------------------

    def _campaigns(self) -> Iterator[Difference]:
        started = [one.campaign for one in self.journeys]
        if self.then.campaigns is not None:
            expected, actual = Counter(self.then.campaigns), Counter(started)
            if expected != actual:
                off = [*(expected - actual), *(actual - expected)]
                yield self._differ(
                    "campaigns", _names(self.then.campaigns), _names(started), "campaigns", campaign=off[0]
                )
        for index, slug in enumerate(self.then.not_campaigns):
            if slug in started:
                yield self._differ(
                    "not_campaigns", f"not {slug}", _names(started), "not_campaigns", index, campaign=slug
                )

    # --- messages ---------------------------------------------------------------------------------------------------

    def _messages(self) -> Iterator[Difference]:
        emails = [one for one in self.made if one.channel == "email"]
        for field, made in (("emails", emails), ("messages", self.made)):
            expected: Sequence[ExpectedMessage] | None = getattr(self.then, field)
            if expected is not None:
                yield from self._list(field, expected, made)
            unwanted: list[str] = getattr(self.then, f"not_{field}")
            for index, name in enumerate(unwanted):
                found = [one for one in made if one.address in messages_named(self.simulation.project, name)]
                if found:
                    yield self._differ(
                        f"not_{field}", f"not {name}", _shown(found), f"not_{field}", index, campaign=found[0].campaign
                    )

    def _list(self, field: str, wanted: Sequence[ExpectedMessage], made: Sequence[Message]) -> Iterator[Difference]:
        names = [self._address(one.name) for one in wanted]
        actual = [one.address for one in made]
        if names != actual:
            off = [*(Counter(names) - Counter(actual)), *(Counter(actual) - Counter(names))]
            campaign = (off[0] if off else names[0] if names else "").partition("/")[0]
            yield self._differ(field, _names(names), _shown(made), field, campaign=campaign)
            return
        for index, (one, message) in enumerate(zip(wanted, made, strict=True)):
            yield from self._one(field, index, one, message)

    def _address(self, name: str) -> str:
        return next(iter(messages_named(self.simulation.project, name)), name)

    def _one(self, field: str, index: int, wanted: ExpectedMessage, message: Message) -> Iterator[Difference]:
        label = f"{field} {message.address}"
        slug = message.campaign
        if message.status != wanted.status:
            fate = wording.unsent_in_words(message.status, message.reason)
            why = f" ({message.failure})" if message.failure else ""
            yield self._differ(label, wanted.status, fate + why, field, index, campaign=slug)
            return
        made_at = int(message.made_at.timestamp())
        after = made_at - self.simulation.began
        for name, expected, actual in (
            ("person", wanted.person, message.person),
            ("to", wanted.to, message.to),
            ("language", wanted.language, message.language or "default"),
        ):
            if expected is not None and expected != actual:
                yield self._differ(f"{label} {name}", expected, str(actual or "none"), field, index, name)
        if wanted.after is not None and int(wanted.after.total_seconds()) != after:
            expected = length_in_full(int(wanted.after.total_seconds()))
            yield self._differ(f"{label} after", expected, length_in_full(after), field, index, "after", campaign=slug)
        if wanted.at is not None and second_of(wanted.at) != made_at:
            expected = wording.moment_as_text(second_of(wanted.at), seconds=True)
            actual = wording.moment_as_text(made_at, seconds=True)
            yield self._differ(f"{label} at", expected, actual, field, index, "at", campaign=slug)
        if wanted.because is not None and wanted.because.lower() not in f"{message.reason} {message.failure}".lower():
            yield self._differ(f"{label} because", wanted.because, message.failure or message.reason, field, index)
        yield from self._content(label, wanted, message, field, index)

    def _content(
        self, label: str, wanted: ExpectedMessage, message: Message, *path: str | int
    ) -> Iterator[Difference]:  # fmt: skip
        subject = _subject(message)
        if wanted.subject is not None and wanted.subject != subject:
            yield self._differ(f"{label} subject".strip(), wanted.subject, subject, *path, "subject")
        if wanted.contains or wanted.not_contains:
            text = _all_text(message)
            for index, piece in enumerate(wanted.contains):
                if piece not in text:
                    yield self._differ(f"{label} contains".strip(), piece, _near(piece, text), *path, "contains", index)
            for index, piece in enumerate(wanted.not_contains):
                if piece in text:
                    yield self._differ(
                        f"{label} not_contains".strip(),
                        f"not {piece}",
                        _around(piece, text),
                        *path,
                        "not_contains",
                        index,
                    )

    def _texts(self) -> Iterator[Difference]:
        then = self.then
        emails = [one for one in self.made if one.channel == "email" and one.status in ("sent", "drafted")]
        if then.subject is not None or then.contains:
            if len(emails) != 1:
                field = "subject" if then.subject is not None else "contains"
                campaign = emails[0].campaign if emails else ""
                yield self._differ(field, "one email, whose text this is", _shown(emails), field, campaign=campaign)
            else:
                wanted = ExpectedMessage(email=emails[0].address, subject=then.subject, contains=then.contains)
                yield from self._content("", wanted, emails[0])
        for email in emails if then.not_contains else []:
            wanted = ExpectedMessage(email=email.address, not_contains=then.not_contains)
            yield from self._content("", wanted, email)

    # --- journeys ---------------------------------------------------------------------------------------------------

    def _journeys(self) -> Iterator[Difference]:
        ways = {f"{one.campaign}/{step}": way for one in self.journeys for step, way in one.ways.items()}
        for name, way in self.then.branches.items():
            if ways.get(name) != way:
                came = ways.get(name, "nobody came there")
                yield self._differ(f"branches {name}", way, came, "branches", name, campaign=_slug(name))
        skipped = {f"{one.campaign}/{one.step}": one for one in self.trace if isinstance(one, Skipped)}
        for name, reason in self.then.skipped.items():
            found = skipped.get(name)
            came = "not skipped" if found is None else wording.in_words(found.reason, wording.SKIPPED)
            if found is None or reason.lower() not in (found.reason, came.lower()):
                yield self._differ(f"skipped {name}", reason, came, "skipped", name, campaign=_slug(name))
        last = {one.campaign: one for one in self.journeys}
        for slug, step in self.then.waiting.items():
            journey = last.get(slug)
            came = "no journey" if journey is None else (journey.waiting_at or f"ended: {journey.ended}")
            if came != step:
                yield self._differ(f"waiting {slug}", step, came, "waiting", slug, campaign=slug)
        for slug, reason in self.then.ended.items():
            journey = last.get(slug)
            came = "no journey" if journey is None else (journey.ended or f"waits at {journey.waiting_at}")
            if came != reason:
                yield self._differ(f"ended {slug}", reason, came, "ended", slug, campaign=slug)
        goals = {one.campaign: one.converted for one in self.trace if isinstance(one, GoalReached)}
        for slug, wanted in self.then.converted.items():
            if goals.get(slug, False) != wanted:
                came = "goal not reached" if slug not in goals else "reached, for no message"
                came = "converted" if goals.get(slug) else came
                yield self._differ(f"converted {slug}", str(wanted).lower(), came, "converted", slug, campaign=slug)

    def _refusals(self) -> Iterator[Difference]:
        refused = {one.campaign: one.reason for one in self.trace if isinstance(one, Refused)}
        for slug, reason in self.then.refused.items():
            came = refused.get(slug, "not refused")
            if reason.lower() not in (came, wording.in_words(came, wording.REFUSED)):
                yield self._differ(f"refused {slug}", reason, came, "refused", slug, campaign=slug)
        for slug, words in self.then.why_not.items():
            said = _reasons(self.simulation, slug)
            if any(one.campaign == slug for one in self.journeys):
                yield self._differ(f"why_not {slug}", words, "it started", "why_not", slug, campaign=slug)
            elif words.lower() not in said.lower():
                yield self._differ(f"why_not {slug}", words, said or "nothing asked it", "why_not", slug, campaign=slug)

    # --- people -----------------------------------------------------------------------------------------------------

    def _people(self) -> Iterator[Difference]:
        for who, wanted in self.then.people.items():
            known = self.simulation.attributes(who)
            for name, value in wanted.items():
                if known.get(name) != value:
                    yield self._differ(
                        f"people {who} {name}", _json(value), _json(known.get(name)), "people", who, name
                    )  # fmt: skip
        first = next(iter(self.placed.given.people), None) or next(iter(self.simulation.people), "")
        sample = self.simulation.project.samples.get(self.placed.given.sample or "")
        if sample is not None and sample.person is not None:
            first = sample.person.id
        for field, wanted_in in (("segments", True), ("not_segments", False)):
            for index, slug in enumerate(getattr(self.then, field)):
                if self.simulation.in_segment(first, slug) is not wanted_in:
                    words = {True: f"in {slug}", False: f"not in {slug}"}
                    yield self._differ(field, words[wanted_in], words[not wanted_in], field, index)


def _slug(name: str) -> str:
    return name.partition("/")[0]


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def _shown(messages: Sequence[Message]) -> str:
    return _names(
        [
            one.address
            if one.status == "sent"
            else f"{one.address} ({wording.unsent_in_words(one.status, one.reason)}{one.failure and ': '}{one.failure})"
            for one in messages
        ]
    )


def _json(value: Any) -> str:
    return "none" if value is None else msgspec.json.encode(value, enc_hook=repr).decode()


def _subject(message: Message) -> str:
    try:
        return message.subject
    except RenderFault as fault:
        return f"none: {fault.failure}"


def _all_text(message: Message) -> str:
    try:
        rendered = message.rendered
    except RenderFault:
        return ""
    return f"{rendered.subject}\n{rendered.preheader}\n{rendered.html}\n{rendered.text}\n{rendered.url}"


def _near(piece: str, text: str) -> str:
    """What stands where the piece would begin, or that nothing like it does."""
    for length in range(len(piece) - 1, max(3, len(piece) // 3), -1):
        if piece[:length] in text:
            return _around(piece[:length], text)
    return "nothing like it"


def _around(piece: str, text: str) -> str:
    at = text.index(piece)
    found = " ".join(text[max(0, at - 20) : at + len(piece) + 40].split())
    return f"… {found} …"


def _reasons(simulation: Simulation, slug: str) -> str:
    """The conditions that stood against a campaign, as `explain` says them."""
    said = []
    for explanation in explanations(simulation, slug):
        for campaign in explanation.campaigns:
            said += [campaign.hint] if campaign.hint else []
            for attempt in campaign.attempts:
                change = attempt.change
                said += [f"{change.text}; saw {change.seen}"] if change is not None else []
                said += [wording.in_words(attempt.reason, wording.REFUSED)] if attempt.reason else []
    return " / ".join(dict.fromkeys(said))


def length_in_full(seconds: int) -> str:
    """A length of time to the second: `1d 2h`."""
    return duration_as_text(timedelta(seconds=seconds)) if seconds >= 0 else f"-{length_in_full(-seconds)}"
