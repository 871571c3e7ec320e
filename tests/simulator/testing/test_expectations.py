"""What a scenario expects, against what came of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.testing.bench import Bench
from simulator.testing.difference_report import differences_as_text
from simulator.testing.expectations import Difference, differences
from simulator.testing.scenario_files import PlacedScenario
from simulator.testing.scenario_run import played

ReadsScenarios = Callable[[str], list[PlacedScenario]]

STORY = """\
scenarios:
  - name: one
    given:
      people:
        ana: {email: ana@example.org, name: Ana, plan: free, cio_subscription_preferences: {topics: {topic_1: true}}}
        kim: {email: kim@example.org, plan: staff}
        ola: {plan: free}
    when:
      - event: signed_up
      - event: signed_up
        person: kim
      - event: posted
        data: {type: photo}
      - event: posted
        person: ola
        data: {type: photo, source: sms}
      - {event: liked}
      - {event: liked}
      - wait: 2d
      - event: signed_up
    then: {%s}
"""


@pytest.fixture
def found(scenarios: ReadsScenarios, bench: Bench) -> Callable[[str], list[Difference]]:
    """The differences of the story with something to expect."""

    def differ(then: str) -> list[Difference]:
        (placed,) = scenarios(STORY % then)
        return differences(placed, played(bench, placed))

    return differ


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("campaigns: [fans, photo, welcome]", "campaigns: [photo, welcome]"),
        ("not_campaigns: []", "not_campaigns: [welcome]"),
        ("emails: [welcome/hello, photo/thanks, fans/fan]", "emails: [photo/thanks, welcome/hello, fans/fan]"),
        ("messages: [hello, thanks, fan]", "messages: [hello, thanks]"),
        ("not_emails: [welcome/tips]", "not_emails: [welcome/hello]"),
        ("not_messages: [tips]", "not_messages: [hello]"),
        ("emails: [{email: hello, after: 0s}, thanks, fan]", "emails: [{email: hello, after: 1s}, thanks, fan]"),
        (
            'emails: [{email: hello, at: "2026-01-05T09:00:00Z"}, thanks, fan]',
            'emails: [{email: hello, at: "2026-01-05T09:00:01Z"}, thanks, fan]',
        ),
        (
            "emails: [{email: hello, subject: Hello Ana}, thanks, fan]",
            "emails: [{email: hello, subject: Hi}, thanks, fan]",
        ),
        ("emails: [{email: hello, to: ana@example.org}, thanks, fan]", "emails: [{email: hello, to: x}, thanks, fan]"),
        ("emails: [{email: hello, person: ana}, thanks, fan]", "emails: [{email: hello, person: kim}, thanks, fan]"),
        (
            "emails: [{email: hello, language: default}, thanks, fan]",
            "emails: [{email: hello, language: es}, thanks, fan]",
        ),
        (
            "emails: [{email: hello, status: sent}, thanks, fan]",
            "emails: [{email: hello, status: failed}, thanks, fan]",
        ),
        (
            "emails: [{email: hello, contains: [the start]}, thanks, fan]",
            "emails: [{email: hello, contains: [no]}, thanks, fan]",
        ),
        (
            "emails: [{email: hello, not_contains: [no]}, thanks, fan]",
            "emails: [{email: hello, not_contains: [the start]}, thanks, fan]",
        ),
        ("not_contains: [nothing of it]", "not_contains: [the start]"),
        ("branches: {welcome/branch-3: else}", "branches: {welcome/branch-3: then}"),
        ("skipped: {}", "skipped: {welcome/hello: unsubscribed}"),
        ("refused: {welcome: once}", "refused: {welcome: period}"),
        ("why_not: {}", "why_not: {welcome: staff}"),
        ("waiting: {welcome: wait_until-6}", "waiting: {welcome: wait-2}"),
        ("ended: {photo: end}", "ended: {welcome: end}"),
        ("converted: {welcome: false}", "converted: {welcome: true}"),
        ("people: {ana: {stage: told, city: null}}", "people: {ana: {stage: asked}}"),
        ("segments: [fans]", "segments: [chosen]"),
        ("not_segments: [chosen]", "not_segments: [fans]"),
    ],
)
def test_what_is_so_passes_and_what_is_not_is_a_difference(
    found: Callable[[str], list[Difference]], right: str, wrong: str
) -> None:
    assert found(right) == []
    (one,) = found(wrong)
    assert one.expected != one.actual
    assert one.span.line == 21
    assert one.what.split()[0] == wrong.split(":")[0]


def test_only_some_campaigns_may_be_looked_at(scenarios: ReadsScenarios, bench: Bench) -> None:
    text = STORY.replace("    given:\n", "    given:\n      only: [fans]\n") % "campaigns: [fans], emails: [fans/fan]"
    (placed,) = scenarios(text)
    assert differences(placed, played(bench, placed)) == []


def test_why_not_takes_the_words_of_the_condition_that_stood_against_it(
    scenarios: ReadsScenarios, bench: Bench
) -> None:
    text = (
        "scenarios:\n  - name: one\n    given: {people: {kim: {plan: staff}}}\n    when:\n      - event: signed_up\n"
        "      - wait: 1h\n    then: {why_not: {welcome: %s}}\n"
    )
    (placed,) = scenarios(text % "plan is not staff")
    assert differences(placed, played(bench, placed)) == []
    (placed,) = scenarios(text % "city")
    (one,) = differences(placed, played(bench, placed))
    assert 'person.plan is not staff; saw "staff"' in one.actual


def test_a_failed_message_is_expected_with_the_reason(scenarios: ReadsScenarios, bench: Bench) -> None:
    text = (
        "scenarios:\n  - name: one\n    given: {people: {ana: {email: ana@example.org, plan: pro}}}\n"
        "    when:\n      - event: signed_up\n      - wait: 2d\n"
        "    then: {emails: [hello, {email: tips, status: failed, because: %s}]}\n"
    )
    (placed,) = scenarios(text % "customer.city")
    assert differences(placed, played(bench, placed)) == []
    (placed,) = scenarios(text % "missing_recipient")
    (one,) = differences(placed, played(bench, placed))
    assert "customer.city" in one.actual


def test_a_subject_without_an_email_is_one_difference_and_no_error(found: Callable[[str], list[Difference]]) -> None:
    (one,) = found("subject: Hello")
    assert one.expected == "one email, whose text this is"


def test_the_table_says_what_was_expected_what_came_where_it_is_written_and_why(
    scenarios: ReadsScenarios, bench: Bench
) -> None:
    (placed,) = scenarios(STORY % "branches: {welcome/branch-3: then}")
    simulation = played(bench, placed)
    text = differences_as_text(differences(placed, simulation), simulation)
    lines = text.split("\n")
    assert lines[0].split() == ["expected", "actual"]
    assert lines[1].split() == ["branches", "welcome/branch-3", "then", "else"]
    assert lines[2].strip().startswith("a.scenario.yaml:21:")
    assert 'person.plan is pro; saw "free"  campaigns/welcome/campaign.yaml:13:' in text


def test_a_long_cell_is_wrapped_in_its_column(scenarios: ReadsScenarios, bench: Bench) -> None:
    names = ", ".join(["welcome/hello"] * 30)
    (placed,) = scenarios(STORY % f"emails: [{names}]")
    simulation = played(bench, placed)
    text = differences_as_text(differences(placed, simulation), None)
    assert max(map(len, text.split("\n"))) <= 110
    assert text.count("welcome/hello") == 31


def test_explanations_name_the_scenarios_own_lines(scenarios: ReadsScenarios, bench: Bench) -> None:
    (placed,) = scenarios(STORY % "campaigns: []")
    assert "posted, line 12: entered" in played(bench, placed).explanation("photo", "ana")
