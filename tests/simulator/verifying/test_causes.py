"""Every disagreement gets the cause that explains it: tried out where it can be, likely where it cannot."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from verifying import DAY, FILES, HOUR, MINUTE, SETTINGS, START

from mailwright.definitions.project import Project
from mailwright.loading.folder import load_project
from simulator.history.calls import Call, CallKind
from simulator.verifying.alternatives import Setting, alternatives, setting_of
from simulator.verifying.causes import CauseKind, how_to_test
from simulator.verifying.deliveries import Predicted, predict
from simulator.verifying.fitting import Fit, apart, fit, settings_to_write
from simulator.verifying.names import LogPeople, Numbers
from simulator.verifying.seen import Noticed, Seen
from simulator.verifying.suppositions import HeldProfile
from simulator.verifying.verification import MOST_FITTED, Asked, Sources, Verification, fitting_case, verify
from simulator.verifying.worlds import Case, World, with_settings

END = START + 20 * DAY
COHORTS = {
    "campaigns/drawn/campaign.yaml": (
        "name: Drawn\ntrigger: {event: drawn}\nworkflow:\n"
        "  - cohorts: [{share: 50, then: [{email: heads}]}, {share: 50, then: [{email: tails}]}]\n"
        "  - wait: {between: [1h, 9h]}\n  - email: later\n"
    ),
    **{f"campaigns/drawn/{name}.liquid": f"---\nsubject: {name}\n---\n<p>x</p>\n" for name in ("heads", "tails", "later")},
    "campaigns/asks/campaign.yaml": (
        "name: Asks\ntrigger: {event: began}\nworkflow:\n  - email: first\n  - wait: 1d\n"
        "  - branch: {if: {message: {step: first, is: opened}}, then: [{email: more}]}\n"
    ),
    "campaigns/asks/first.liquid": "---\nsubject: first\n---\n<p>x</p>\n",
    "campaigns/asks/more.liquid": "---\nsubject: more\n---\n<p>x</p>\n",
    "campaigns/receipt/campaign.yaml": "name: Receipt\ntrigger: {transactional: receipt}\nworkflow:\n  - email: paid\n",
    "campaigns/receipt/paid.liquid": "---\nsubject: paid\n---\n<p>x</p>\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("shop")
    for name, text in {**FILES, **COHORTS}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (root / "mailwright.toml").write_text(f'default_workspace = "qa"\n[workspaces.qa]\n{SETTINGS}', "utf-8")
    return load_project(Path(root))


def identify(person: str, at: int, **data: Any) -> Call:
    return Call(at + 1, CallKind.IDENTIFY, person, data=data, at=START + at, timestamp=START + at)


def event(person: str, name: str, at: int, **data: Any) -> Call:
    return Call(at + 1, CallKind.EVENT, person, name=name, data=data, at=START + at, timestamp=START + at)


def known(*people: str) -> list[Call]:
    return [identify(one, 0, email=f"{one}@example.org") for one in people]


def seen_of(one: Predicted, **changes: Any) -> Seen:
    """A delivery as a source would show it, had it come as predicted."""
    found = Seen(
        f"{one.person}/{one.campaign}/{one.message}/{one.at}", one.at, {"id": one.person}, channel=one.channel,
        metrics={one.status: one.at}, message=(one.campaign, one.message),
    )  # fmt: skip
    return dataclasses.replace(found, **changes)


Change = Callable[[list[Seen]], list[Seen]]


def verified(
    project: Project, calls: Sequence[Call], change: Change, noticed: Sequence[Noticed] = (), **more: Any
) -> Verification:
    """The comparison of what *calls* predict with the same, changed; *more* goes to the sources."""
    people = LogPeople()
    prediction = predict(project, "qa", people.watching(calls), END)
    people.know(prediction.run.profiles)
    seen = change([seen_of(one) for one in prediction.deliveries])
    asked = Asked(project, "qa", lambda: calls, END, 600)
    return verify(asked, prediction, Sources(seen, noticed, Numbers(), people, **more))


def causes(found: Verification) -> list[tuple[str, str, str]]:
    return [(one.cause.kind.value, one.match.outcome.value, one.match.message) for one in found.explained]


def without(campaign: str, message: str, person: str = "") -> Change:
    return lambda seen: [
        one for one in seen if one.message != (campaign, message) or (person and one.person["id"] != person)
    ]


CROWD = ("ana", "ben", "cai", "dee")


def test_what_agrees_needs_no_cause(project: Project):
    found = verified(project, [*known("ana"), event("ana", "signed_up", HOUR)], lambda seen: seen)
    assert (found.explained, found.agrees, found.search) == ([], True, None)
    assert sum(found.counts.values()) == 2


def test_a_source_without_any_delivery_is_said_once(project: Project):
    found = verified(project, [*known("ana"), event("ana", "signed_up", HOUR)], lambda _: [])
    assert causes(found) == [("nothing sent", "missing", "note"), ("nothing sent", "missing", "tips")]


def test_a_campaign_that_sends_nothing_is_not_running(project: Project):
    calls = [*known(*CROWD), *(event(one, "signed_up", HOUR) for one in CROWD)]
    calls += [event(one, "posted", HOUR, source="web") for one in CROWD]
    found = verified(project, calls, without("posted", "note"))
    assert causes(found) == [("not running", "missing", "note")] * 4


def test_somebody_who_got_nothing_may_be_unknown_there(project: Project):
    calls = [*known(*CROWD), *(event(one, "signed_up", HOUR) for one in CROWD)]
    found = verified(project, calls, lambda seen: [one for one in seen if one.person["id"] != "ana"])
    assert causes(found) == [("unsynced person", "missing", "note"), ("unsynced person", "missing", "tips")]
    assert not found.explained[0].cause.is_tested
    held = {"ana": None}
    asked = verified(
        project, calls, lambda seen: [one for one in seen if one.person["id"] != "ana"], profiles=lambda _: held
    )
    assert asked.explained[0].cause.is_tested
    assert asked.explained[0].cause.says == "the workspace has no such person"


def test_other_values_there_explain_a_filter(project: Project):
    calls = [*known(*CROWD), *(event(one, "asked", HOUR) for one in CROWD)]
    calls += [identify(one, HOUR + 60, verified=True) for one in CROWD[1:]]
    extra = Predicted("ana", "verified", "note", "note", 0, "email", START + HOUR, "sent")
    held = {"ana": HeldProfile({"verified": "true", "plan": "pro", "email": "ana@example.org"}, {"verified": START})}
    found = verified(project, calls, lambda seen: [*seen, seen_of(extra)], profiles=lambda _: held)
    assert causes(found) == [("unsynced person", "unexpected", "note")]
    assert found.explained[0].cause.says.endswith("(plan, verified)")


def test_an_unsubscription_that_was_heard_of_explains_what_is_missing(project: Project):
    calls = [*known(*CROWD), *(event(one, "signed_up", HOUR) for one in CROWD)]
    left = Noticed({"id": "ana"}, "unsubscribed", START + DAY)
    found = verified(
        project, calls, without("onboarding", "tips", "ana"), [left, Noticed({"id": "x"}, "subscribed", 5)]
    )
    assert causes(found) == [("unsubscribed", "missing", "tips")]
    held = {"ana": HeldProfile({"unsubscribed": "true"}, {"unsubscribed": START + DAY})}
    asked = verified(project, calls, without("onboarding", "tips", "ana"), profiles=lambda _: held)
    assert causes(asked) == [("unsubscribed", "missing", "tips")]

    def by_metric(seen: list[Seen]) -> list[Seen]:
        return [
            dataclasses.replace(one, metrics={**one.metrics, "unsubscribed": START + DAY})
            if one.person == {"id": "ana"}
            else one
            for one in seen
            if one.message != ("onboarding", "tips") or one.person != {"id": "ana"}
        ]

    assert causes(verified(project, calls, by_metric)) == [("unsubscribed", "missing", "tips")]


def test_an_open_that_the_log_does_not_tell_explains_a_branch(project: Project):
    calls = [*known(*CROWD), *(event(one, "began", HOUR) for one in CROWD)]
    extra = Predicted("ana", "asks", "more", "more", 0, "email", START + HOUR + DAY, "sent")

    def opened(seen: list[Seen]) -> list[Seen]:
        return [
            *(
                dataclasses.replace(one, metrics={**one.metrics, "opened": one.at + 60})
                if one.person == {"id": "ana"}
                else one
                for one in seen
            ),
            seen_of(extra),
        ]

    assert causes(verified(project, calls, opened)) == [("engagement", "unexpected", "more")]


def test_content_of_the_workspace_explains_what_comes_by_it(project: Project):
    calls = [*known(*CROWD), *(event(one, "signed_up", HOUR) for one in CROWD)]
    campaign = project.campaigns["onboarding"]
    shorter = campaign.model_copy(
        update={"workflow": dataclasses.replace(campaign.workflow, steps=campaign.workflow.steps[:1])}
        if dataclasses.is_dataclass(campaign.workflow)
        else {"workflow": campaign.workflow[:1]}
    )
    edition = dataclasses.replace(project, campaigns={**project.campaigns, "onboarding": shorter})
    found = verified(project, calls, without("onboarding", "tips"), edition=lambda: edition)
    assert causes(found) == [("drift", "missing", "tips")] * 4


def test_who_and_what_is_not_in_log_or_files_is_said(project: Project):
    calls = [*known(*CROWD), *(event(one, "signed_up", HOUR) for one in CROWD)]
    stranger = Seen("D1", START + HOUR, {"id": "zoe"}, metrics={"sent": 1}, message=("onboarding", "note"))
    other = Seen("D2", START + HOUR, {"id": "ana"}, metrics={"sent": 1}, message=("campaign 99", ""))
    receipt = Seen("D3", START + 2 * HOUR, {"id": "ana"}, metrics={"sent": 1}, message=("receipt", "paid"))
    found = verified(project, calls, lambda seen: [*seen, stranger, other, receipt])
    assert sorted(kind for kind, _, _ in causes(found)) == [
        "not in the files", "person not in the log", "sent by a call",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("bounced", "address"),
        ("dropped", "address"),
        ("undeliverable", "message limit"),
        ("failed", "rendering"),
        ("drafted", "drift"),
        ("attempted", "no cause found"),
    ],
)
def test_a_status_tells_its_cause(project: Project, status: str, kind: str):
    calls = [*known(*CROWD), *(event(one, "signed_up", HOUR) for one in CROWD)]

    def changed(seen: list[Seen]) -> list[Seen]:
        return [dataclasses.replace(seen[0], metrics={status: seen[0].at}), *seen[1:]]

    assert causes(verified(project, calls, changed)) == [(kind, "different status", "note")]


def test_a_cohort_that_drew_otherwise_is_no_fault(project: Project):
    calls = [*known(*CROWD), *(event(one, "drawn", HOUR) for one in CROWD)]

    def redrawn(seen: list[Seen]) -> list[Seen]:
        other = {"heads": "tails", "tails": "heads"}
        index = next(number for number, one in enumerate(seen) if one.message and one.message[1] in other)
        assert seen[index].message is not None
        seen[index] = dataclasses.replace(seen[index], message=("drawn", other[seen[index].message[1]]))  # type: ignore[index]  # each has a message
        return seen

    found = verified(project, calls, redrawn)
    assert [kind for kind, _, _ in causes(found)] == ["chance", "chance"]
    assert found.agrees


def test_a_random_delay_of_another_length_is_no_fault(project: Project):
    calls = [*known(*CROWD), *(event(one, "drawn", HOUR) for one in CROWD)]

    def later(seen: list[Seen]) -> list[Seen]:
        return [
            dataclasses.replace(one, at=one.at + 37 * MINUTE) if one.message == ("drawn", "later") else one
            for one in seen
        ]

    found = verified(project, calls, later)
    assert {kind for kind, _, _ in causes(found)} == {"chance"}
    assert found.agrees


def test_a_late_filter_is_told_by_its_trace(project: Project):
    calls = [
        *known(*CROWD),
        *(event(one, "asked", HOUR) for one in CROWD),
        *(event(one, "began", HOUR) for one in CROWD),
    ]
    calls += [identify(one, HOUR + 60, verified=True) for one in CROWD]
    found = verified(project, calls, without("verified", "note", "ana"))
    assert causes(found) == [("filter retry", "missing", "note")]
    never = [*known(*CROWD), *(event(one, "asked", HOUR) for one in CROWD)]
    never += [identify(one, HOUR, verified=True) for one in CROWD[1:]]
    extra = Predicted("ana", "verified", "note", "note", 0, "email", START + 2 * HOUR, "sent")
    lapsed = verified(project, never, lambda seen: [*seen, seen_of(extra)])
    assert causes(lapsed) == [("filter retry", "unexpected", "note")]


def test_who_opted_out_in_the_log_alone_is_told(project: Project):
    calls = [*known(*CROWD), identify("ana", 60, unsubscribed=True), *(event(one, "signed_up", HOUR) for one in CROWD)]
    extra = Predicted("ana", "onboarding", "note", "note", 0, "email", START + HOUR, "sent")
    found = verified(project, calls, lambda seen: [*seen, seen_of(extra)])
    assert causes(found) == [("unsubscribed", "unexpected", "note")]


def test_a_window_may_stand_otherwise(project: Project):
    calls = [*known(*CROWD), *(event(one, "knocked", 9 * HOUR) for one in CROWD)]

    def later(seen: list[Seen]) -> list[Seen]:
        return [dataclasses.replace(one, at=one.at + 5 * HOUR) for one in seen]

    assert causes(verified(project, calls, later)) == [("time window", "at another time", "note")] * 4


def test_the_limit_of_the_settings_is_told(project: Project):
    calls = [*known("ana"), *(event("ana", "offered", HOUR + number) for number in range(3))]

    def through(seen: list[Seen]) -> list[Seen]:
        return [dataclasses.replace(one, metrics={"sent": one.at}) for one in seen]

    assert causes(verified(project, calls, through)) == [("message limit", "different status", "note")]
    calls.append(event("ana", "signed_up", HOUR + 5))
    assert ("no cause found", "missing", "tips") in causes(verified(project, calls, without("onboarding", "tips")))


def test_too_many_people_are_counted_not_studied(project: Project, monkeypatch: pytest.MonkeyPatch):
    people = [f"p{number:03}" for number in range(203)]
    calls = [*known(*people), *(event(one, "posted", HOUR, source="web") for one in people)]
    found = verified(
        project, calls, lambda seen: seen[:0] + [dataclasses.replace(one, metrics={"bounced": one.at}) for one in seen]
    )
    assert (found.not_studied, len(found.explained), found.agrees) == (3, 200, False)


# --- settings ---------------------------------------------------------------------------------------------------------


def test_alternatives_leave_out_what_is_set_and_what_never_shows():
    given = {"between": "exclusive", "filter_retry_seconds": 600}
    found = list(alternatives(given))
    assert Setting("between", "inclusive") in found
    assert Setting("between", "exclusive") not in found
    assert Setting("filter_retry_seconds", 1800) in found
    assert not any(one.name in ("integer_division", "event_id_memory") for one in found)
    assert setting_of(given, "between") == Setting("between", "exclusive")


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        (Setting("between", "exclusive"), 'between = "exclusive"'),
        (Setting("parallel_event_journeys", False), "parallel_event_journeys = false"),
        (Setting("filter_retry_seconds", 600), "filter_retry_seconds = 600"),
    ],
)
def test_a_setting_is_a_line_of_toml(setting: Setting, line: str):
    assert setting.as_toml == line


def fitted(project: Project, calls: Sequence[Call], **assumptions: Any) -> Fit:
    """The fit of a log to what comes under other assumptions."""
    other = predict(with_settings(project, assumptions), "qa", calls, END).deliveries
    numbers, people = Numbers(), LogPeople()
    prediction = predict(project, "qa", people.watching(calls), END)
    people.know(prediction.run.profiles)
    asked = Asked(project, "qa", lambda: calls, END, 600)
    found = verify(asked, prediction, Sources([seen_of(one) for one in other], (), numbers, people))
    case, world, _ = fitting_case(asked, found)
    return fit(case, world)


def test_two_settings_that_are_otherwise_are_found_together(project: Project):
    calls = [
        *known(*CROWD), event("ana", "paid", HOUR, amount=50), event("ben", "paid", HOUR, amount=20),
        event("cai", "posted", HOUR), event("ana", "posted", HOUR, source="web"),
        event("dee", "paid", 2 * HOUR, amount=10),
    ]  # fmt: skip
    found = fitted(project, calls, between="exclusive", missing_property_negation="fails")
    assert [one.trial.setting.as_toml for one in found.chosen] == [
        'between = "exclusive"', 'missing_property_negation = "fails"',
    ]  # fmt: skip
    assert (apart(found.before), apart(found.after)) == (3, 0)
    assert settings_to_write({"times_means": "at_least", "between": "inclusive"}, found) == [
        'between = "exclusive"', 'missing_property_negation = "fails"', 'times_means = "at_least"',
    ]  # fmt: skip
    assert [one.setting.name for one in found.better] == ["between", "missing_property_negation"]


def test_settings_that_one_log_does_not_tell_apart_are_said(project: Project):
    calls = [
        *known(*CROWD),
        *(event(one, "asked", HOUR) for one in CROWD),
        identify("ana", HOUR + 50 * MINUTE, verified=True),
    ]
    found = fitted(project, calls, filter_retry_seconds=3600)
    (chosen,) = found.chosen
    assert chosen.trial.setting in (Setting("filter_retry_seconds", 3600), *chosen.alike)
    assert {one.name for one in chosen.alike} == {"filter_retry_seconds"}
    assert "between" in {one.name for one in found.same}


def test_a_log_that_agrees_speaks_against_the_alternatives(project: Project):
    found = fitted(project, [*known("ana"), event("ana", "paid", HOUR, amount=50)])
    assert (found.chosen, found.better, [one.setting.name for one in found.worse]) == ([], [], ["between"])
    assert found.after == found.before


def test_a_fit_is_made_on_so_many_people_and_on_who_does_not_agree(project: Project):
    people = [f"p{number:04}" for number in range(MOST_FITTED + 50)]
    calls = [*known(*people), *(event(one, "posted", HOUR, source="web") for one in people)]
    found = verified(project, calls, lambda seen: seen[1:])
    lacking = found.explained[0].match.person
    asked = Asked(project, "qa", lambda: calls, END, 600)
    case, _, stands_on = fitting_case(asked, found)
    assert case.people is not None
    assert (len(case.people), lacking in case.people, stands_on) == (MOST_FITTED, True, [])


@pytest.mark.parametrize("kind", list(CauseKind))
def test_every_cause_says_how_to_test_it(kind: CauseKind):
    said = how_to_test(
        kind, workspace="qa", source="messages:qa", log="log.ndjson", person="p-123456", campaign="welcome"
    )
    assert said
    assert "{" not in said


def test_a_world_puts_calls_in_at_their_times(project: Project):
    calls = [*known("ana"), event("ana", "signed_up", HOUR)]
    case = Case("qa", calls, (), None, END, 600)
    late = Call(0, CallKind.IDENTIFY, "ana", data={"unsubscribed": True}, at=START + DAY)
    after = Call(0, CallKind.IDENTIFY, "ben", data={"email": "ben@example.org"}, at=END - 5)
    made = case.prediction(World(project, (after, late))).deliveries
    assert [one.message for one in made] == ["note"]
    assert case.prediction(World(project, absent=frozenset({"ana"}))).deliveries == []
