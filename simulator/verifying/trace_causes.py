"""The likeliest cause of what no supposition explains, read from the person's trace and from the delivery itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.trace import AnyEntry, Branched, Delivery, Entered, Held, Lapsed, Skipped, Waiting
from simulator.verifying.causes import Cause, CauseKind
from simulator.verifying.matching import Match, Outcome

RETRY, DAY = 1800, 86_400
_CHANCE = frozenset({"R71", "R72"})
_OPTED_OUT = {
    "unsubscribed": ("R84", "the log says that the person unsubscribed; the workspace does not know, or sends anyway"),
    "topic_unsubscribed": ("R87", "the log says that the person left the topic; the workspace does not know"),
    "channel_unsubscribed": ("R88", "the log says that the person left the channel; the workspace does not know"),
}
_ADDRESS = frozenset({"bounced", "dropped", "suppressed"})


@dataclass(slots=True)
class Traces:
    """The entries of some people, by person and campaign."""

    entries: dict[tuple[str, str], list[AnyEntry]] = field(default_factory=dict)

    def add(self, entry: AnyEntry) -> None:
        """Take in one entry."""
        self.entries.setdefault((entry.person, entry.campaign), []).append(entry)

    def of(self, match: Match) -> Sequence[AnyEntry]:
        """What the replay decided for the match's person in its campaign, up to then and a retry later."""
        found = self.entries.get((match.person, match.campaign), ())
        return [entry for entry in found if entry.at <= match.at + RETRY]


def likely_cause(
    match: Match,
    traces: Traces,
    others: Iterable[Match],
    campaigns: Mapping[str, str],
) -> Cause:
    """Why *match* does not agree, as far as can be told.

    *others* are the person's further disagreements, *campaigns* the slugs of the files with the kind of their trigger.
    """
    actual = match.actual
    if actual is not None and not actual.is_known:
        return Cause(CauseKind.UNKNOWN, "the log holds no call of the person")
    if match.campaign not in campaigns:
        return Cause(CauseKind.NOT_IN_FILES, f"{match.campaign} is in the workspace and not in the files")
    entries = traces.of(match)
    return (
        _by_status(match)
        or _by_chance(match, entries, list(others))
        or _by_trace(match, entries)
        or _by_kind(match, campaigns)
        or Cause(CauseKind.OPEN, "nothing that was tried explains it")
    )


def _by_status(match: Match) -> Cause | None:
    actual, predicted = match.actual, match.predicted
    if actual is not None and actual.status in _ADDRESS:
        return Cause(CauseKind.ADDRESS, f"the mail was {actual.status}: the address, or its provider", "R98")
    if actual is not None and actual.status == "undeliverable":
        return Cause(CauseKind.MESSAGE_LIMIT, "the workspace held it back as undeliverable", "R92")
    if predicted is not None and predicted.reason == "message_limit":
        return Cause(CauseKind.MESSAGE_LIMIT, "the settings' message limit would hold it back", "R90")
    if match.outcome is Outcome.STATUS and actual is not None and "failed" in (actual.status, _status(match)):
        says = "it failed in one of the two: an attribute is missing there, or the template is another"
        return Cause(CauseKind.RENDERING, says, "R96")
    if match.outcome is Outcome.STATUS and actual is not None and "drafted" in (actual.status, _status(match)):
        return Cause(CauseKind.DRIFT, "the message's sending state (drafts or automatic) is another there", "R81")
    return None


def _status(match: Match) -> str:
    return match.predicted.status if match.predicted is not None else ""


def _by_chance(match: Match, entries: Sequence[AnyEntry], others: Sequence[Match]) -> Cause | None:
    """A cohort drew otherwise: something is missing and something else is there in its place.

    Source: semantics R59, R71: draws cannot be known beforehand.
    """
    if match.outcome is Outcome.LATE and any(isinstance(one, Waiting) and one.rule == "R59" for one in entries):
        return Cause(CauseKind.CHANCE, "a random delay took another length", "R59")
    counterpart = Outcome.UNEXPECTED if match.outcome is Outcome.MISSING else Outcome.MISSING
    is_paired = any(one.outcome is counterpart and one.campaign == match.campaign for one in others)
    drawn = any(isinstance(one, Branched) and one.rule in _CHANCE for one in entries)
    if drawn and is_paired and match.outcome in (Outcome.MISSING, Outcome.UNEXPECTED):
        return Cause(CauseKind.CHANCE, "a random cohort or A/B test drew another way", "R71")
    return None


def _by_trace(match: Match, entries: Sequence[AnyEntry]) -> Cause | None:
    return _by_opt_out(match, entries) or _by_filter(match, entries) or _by_window(match, entries)


def _by_opt_out(match: Match, entries: Sequence[AnyEntry]) -> Cause | None:
    for entry in entries:
        if isinstance(entry, Skipped) and entry.reason in _OPTED_OUT and match.outcome is Outcome.UNEXPECTED:
            rule, says = _OPTED_OUT[entry.reason]
            return Cause(CauseKind.UNSUBSCRIBED, says, rule)
    return None


def _by_filter(match: Match, entries: Sequence[AnyEntry]) -> Cause | None:
    """Source: semantics R22 to R25: how often a filter is asked again within the 30 minutes is not known."""
    if match.predicted is None:
        if any(isinstance(entry, Lapsed) for entry in entries):
            says = "the filter did not hold within 30 minutes of the call; there it did, or was not asked"
            return Cause(CauseKind.FILTER_RETRY, says, "R22")
        return None
    own = {entry.line for entry in entries if isinstance(entry, Entered) and entry.journey == match.predicted.journey}
    if any(isinstance(entry, Held) and entry.line in own for entry in entries):
        says = "the filter came true only after the call: within 30 minutes here, perhaps too late there"
        return Cause(CauseKind.FILTER_RETRY, says, "R22")
    return None


def _by_window(match: Match, entries: Sequence[AnyEntry]) -> Cause | None:
    if match.outcome is Outcome.LATE and any(isinstance(one, Waiting) and one.rule == "R60" for one in entries):
        says = "a time window stands before it: the person's zone or the window is another there"
        return Cause(CauseKind.TIME_WINDOW, says, "R60")
    held_back = (one.at for one in entries if isinstance(one, Delivery) and one.reason == "message_limit")
    if any(abs(match.at - at) <= DAY for at in held_back):
        return Cause(CauseKind.MESSAGE_LIMIT, "the message limit was at work within a day of it", "R90")
    return None


def _by_kind(match: Match, campaigns: Mapping[str, str]) -> Cause | None:
    kind = campaigns[match.campaign]
    if match.outcome is Outcome.UNEXPECTED and kind in ("transactional", "broadcast", "newsletter"):
        return Cause(CauseKind.API_CALL, f"a {kind} message is sent by a call that the log does not hold")
    return None
