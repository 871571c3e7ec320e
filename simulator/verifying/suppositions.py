"""What may be otherwise than files and log say, made from what a workspace shows: facts first, then guesses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.history.calls import Call, CallKind
from simulator.reports.assumption_notes import NOTES
from simulator.verifying.alternatives import Setting, alternatives
from simulator.verifying.causes import Cause, CauseKind
from simulator.verifying.worlds import Supposition

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.verifying.deliveries import Predicted
    from simulator.verifying.names import LogPeople, Numbers
    from simulator.verifying.seen import Noticed, Seen

ENGAGED = ("opened", "clicked", "converted", "bounced", "delivered", "unsubscribed")
NAMES_SHOWN = 6


def of_subscriptions(noticed: Iterable[Noticed], seen: Iterable[Seen], people: LogPeople) -> list[Supposition]:
    """That people unsubscribed when the source says so."""
    calls = []
    for one in noticed:
        key = people.key_of(one.person)
        if key is not None:
            calls.append(_identify(key, {"unsubscribed": one.what == "unsubscribed"}, one.at))
    for delivery in seen:
        at, key = delivery.metrics.get("unsubscribed"), people.key_of(delivery.person, delivery.recipient)
        if at is not None and key is not None:
            calls.append(_identify(key, {"unsubscribed": True}, at))
    says = "the person unsubscribed in the workspace, which the log does not tell"
    return (
        [Supposition(Cause(CauseKind.UNSUBSCRIBED, says, "R84", is_tested=True), calls=tuple(calls))] if calls else []
    )


def of_engagement(
    seen: Iterable[Seen], numbers: Numbers, people: LogPeople, predicted: Iterable[Predicted]
) -> list[Supposition]:
    """That people opened and clicked when the source says so, for campaigns that ask."""
    steps = {(one.campaign, one.message): one.step for one in predicted}
    calls = []
    for delivery in seen:
        place, key = numbers.place(delivery), people.key_of(delivery.person, delivery.recipient)
        step = steps.get(place)
        if key is None or step is None:
            continue
        calls += [
            Call(0, CallKind.METRIC, key, name=name, data={"campaign": place[0]}, at=at, other=step)
            for name in ENGAGED
            if (at := delivery.metrics.get(name)) is not None
        ]
    says = "somebody opened or clicked a message, which the log does not tell"
    return [Supposition(Cause(CauseKind.ENGAGEMENT, says, is_tested=True), calls=tuple(calls))] if calls else []


def of_edition(edition: Project | None) -> list[Supposition]:
    """That the workspace runs what it holds, not what the files say."""
    if edition is None:
        return []
    says = "the workspace's content is not what the files say"
    return [Supposition(Cause(CauseKind.DRIFT, says, is_tested=True), edition=edition)]


@dataclass(frozen=True, slots=True)
class HeldProfile:
    """What a workspace holds of a person. Units: *times* are when each attribute was last set, in Unix seconds."""

    attributes: Mapping[str, Any]
    times: Mapping[str, int] = field(default_factory=dict)


def of_profiles(
    held: Mapping[str, HeldProfile | None], profiles: Mapping[str, Mapping[str, Any]], since: int
) -> list[Supposition]:
    """That people's attributes are what the workspace holds (None: it knows nobody of that id), since it got them."""
    unsubscribed: list[Call] = []
    others: list[Call] = []
    names: dict[str, None] = {}
    for key, profile in held.items():
        if profile is None:
            continue
        for name, value in _differences(profiles.get(key, {}), profile.attributes).items():
            call = _identify(key, {name: value}, max(since, profile.times.get(name, since)))
            (unsubscribed if name == "unsubscribed" else others).append(call)
            if name != "unsubscribed":
                names[name] = None
    found = []
    absent = frozenset(key for key, profile in held.items() if profile is None)
    if absent:
        cause = Cause(CauseKind.UNSYNCED, "the workspace has no such person", is_tested=True)
        found.append(Supposition(cause, absent=absent))
    if unsubscribed:
        says = "the person is unsubscribed in the workspace, which the log does not tell"
        cause = Cause(CauseKind.UNSUBSCRIBED, says, "R84", is_tested=True)
        found.append(Supposition(cause, calls=tuple(unsubscribed)))
    if others:
        shown = ", ".join(sorted(names)[:NAMES_SHOWN])
        says = f"the workspace has other values for attributes of the person ({shown})"
        found.append(Supposition(Cause(CauseKind.UNSYNCED, says, is_tested=True), calls=tuple(others)))
    return found


_THEIR_OWN = frozenset({"cio_id", "id", "email", "created_at", "_last_emailed", "cio_subscription_preferences"})


def _differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """What to set so that ours becomes theirs; values count as alike when their texts are (semantics R9)."""
    found = {
        name: value
        for name, value in theirs.items()
        if name not in _THEIR_OWN and str(value).lower() != str(ours.get(name, "")).lower()
    }
    found |= {name: None for name in ours if name not in theirs and name not in _THEIR_OWN}
    return found


def of_assumptions(given: Mapping[str, Any], used: Iterable[str] = ()) -> list[Supposition]:
    """That an assumption is otherwise, one setting at a time; those that decided something come first."""
    decided = set(used)
    found = [Supposition(cause_of_setting(one), setting=one) for one in alternatives(given)]
    return sorted(found, key=lambda one: one.setting is not None and one.setting.name not in decided)


def cause_of_setting(setting: Setting) -> Cause:
    """That Customer.io does as *setting* says."""
    says = f"Customer.io does otherwise than assumed: {NOTES[setting.name].says}"
    return Cause(CauseKind.ASSUMPTION, says, setting.rule, setting.as_toml, is_tested=True)


def _identify(key: str, data: Mapping[str, Any], at: int) -> Call:
    return Call(0, CallKind.IDENTIFY, key, data=dict(data), at=at)
