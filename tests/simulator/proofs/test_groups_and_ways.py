"""Campaigns as groups, single clauses, and ways through a workflow: what proofs find, and what they leave alone."""

from __future__ import annotations

import pytest

EVENT = """\
# file: campaigns/_shared/events/reviewed.yaml
name: reviewed
properties:
  status: {type: text, required: true, allowed: [accepted, rejected, pending]}
  score: {type: integer}
  reason: {type: text}
"""


def campaign(slug: str, where: str = "{}", rest: str = "", workflow: str = "[{email: hi}]") -> str:
    return (
        f"# file: campaigns/{slug}/campaign.yaml\nname: {slug}\ntrigger:\n  event: reviewed\n  where: {where}\n"
        f"{rest}workflow: {workflow}\n# file: campaigns/{slug}/hi.liquid\n"
        "---\nsubject: Hi\npreheader: You\nlayout: base@1\n---\n<p>Hi</p>\n"
    )


def group(name: str = "review", *, complete: bool = True) -> str:
    return f"exclusive: {{group: {name}, complete: true}}\n" if complete else f"exclusive: {name}\n"


def found_in(check, example: str, *rules: str) -> list[tuple[str, int]]:
    """Where problems of these rules stand: the file's campaign and the line."""
    return [
        (problem.span.file.split("/")[1], problem.span.line)
        for problem in check(EVENT + example)
        if problem.rule in rules
    ]


def test_a_group_answers_every_event_that_the_schema_allows(check):
    example = campaign("yes", "{status: accepted}", group()) + campaign(
        "no", "{status: [rejected, pending]}", group(complete=False)
    )
    assert found_in(check, example, "event-unanswered", "both-fire") == []


def test_a_group_that_leaves_an_event_unanswered_is_told_with_the_event(check):
    example = campaign("yes", "{status: accepted}", group()) + campaign(
        "no", "{status: rejected}", group(complete=False)
    )
    (problem,) = [problem for problem in check(EVENT + example) if problem.rule == "event-unanswered"]
    assert "status: 'pending'" in problem.message
    assert (problem.span.file, problem.span.line) == ("campaigns/yes/campaign.yaml", 5)


def test_a_campaign_that_is_not_running_answers_nothing(check):
    example = campaign("yes", "{status: accepted}", group()) + campaign(
        "no", "{status: [rejected, pending]}", group(complete=False) + "state: draft\n"
    )
    assert found_in(check, example, "event-unanswered") == [("yes", 5)]


def test_two_campaigns_of_a_group_are_told_even_where_one_sends_nothing(check):
    example = campaign("a", "{score: {above: 5}}", group(complete=False)) + campaign(
        "b", "{score: {below: 9}}", group(complete=False), "[{set: {person: {seen: yes}}}]"
    )
    (problem,) = [problem for problem in check(EVENT + example) if problem.rule == "both-fire"]
    assert "score: 7" in problem.hint


def test_two_emails_that_a_sample_names_are_meant(check):
    sample = (
        "# file: campaigns/_shared/samples/both.yaml\nname: Both\nevent: {name: reviewed, data: {status: accepted}}\n"
        "campaigns: [a, b]\n"
    )
    example = campaign("a", "{status: accepted}") + campaign("b", "{status: [accepted, pending]}")
    assert found_in(check, example, "both-fire") == [("b", 4)]
    assert found_in(check, example + sample, "both-fire") == []


@pytest.mark.parametrize(
    ("where", "lines"),
    [
        pytest.param("{status: accepted, score: {above: 5}}", [], id="two questions"),
        pytest.param("{score: {above: 5, exists: true}}", [4], id="a number is there"),
        pytest.param("{any: [{score: {above: 5}}, {score: {above: 7}}]}", [4], id="more than seven is more than five"),
        pytest.param("{score: {above: 5, below: 9}}", [], id="a range"),
        pytest.param("{reason: {contains: a, not: banana}}", [], id="not all that contain it"),
        pytest.param("{reason: {not: spam, not_in: [spam, ham]}}", [4], id="a longer list of the same"),
    ],
)
def test_a_clause_that_decides_nothing_is_told(where: str, lines: list[int], check):
    assert found_in(check, campaign("a", where), "clause-decides-nothing") == [("a", line) for line in lines]


@pytest.mark.parametrize(
    ("workflow", "lines"),
    [
        pytest.param("[{branch: {if: {event: {status: rejected}}, then: [{email: hi}]}}]", [6], id="the trigger rules it out"),
        pytest.param("[{branch: {if: {event: {status: accepted}}, then: [{email: hi}]}}]", [6], id="the trigger makes sure"),
        pytest.param("[{branch: {if: {event: {score: 5}}, then: [{email: hi}]}}]", [], id="open to both"),
        pytest.param("[{branch: {if: {person: {plan: pro}}, then: [{email: hi}]}}]", [], id="people may change"),
        pytest.param(
            "[{branch: {if: {event: {score: {above: 5}}}, then: [{branch: {if: {event: {score: 3}}, then: [{email: hi}]}}]}}]",
            [6],
            id="the branch around it rules it out",
        ),
        pytest.param(
            "[{branch: {if: {person: {plan: pro}}, then: [{branch: {if: {person: {plan: free}}, then: [{email: hi}]}}]}}]",
            [],
            id="people may change between two branches",
        ),
        pytest.param(
            "[{split: [{if: {event: {score: {above: 5}}}, then: []}, {if: {event: {score: 7}}, then: [{email: hi}]}, {else: []}]}]",
            [6],
            id="an earlier way takes all",
        ),
        pytest.param("[{email: hi, only_if: {event: {status: pending}}}]", [6], id="a step for nobody"),
    ],
)  # fmt: skip
def test_a_way_for_nobody_is_told(workflow: str, lines: list[int], check):
    example = campaign("a", "{status: accepted}", "filter: {person: {plan: {exists: true}}}\n", workflow)
    found = found_in(check, example, "branch-never-taken")
    assert found == [("a", line) for line in lines]


def test_a_campaign_that_asks_for_what_the_schema_rules_out_never_fires(check):
    example = campaign("a", "{status: {exists: false}}")
    assert found_in(check, example, "never-fires") == [("a", 3)]


def test_a_value_that_the_schema_lacks_is_told_once(check):
    found = [problem.rule for problem in check(EVENT + campaign("a", "{status: aproved}"))]
    assert found == ["value-not-allowed"]


def test_a_goal_is_asked_of_its_own_event(check):
    rest = "goal: {event: reviewed, where: {status: pending}}\n"
    assert check(EVENT + campaign("a", "{status: accepted}", rest)) == []


def test_values_that_a_workspace_sets_are_put_in_before_anything_is_proved(check):
    settings = (
        '# file: mailwright.toml\ndefault_workspace = "qa"\n[workspaces.qa]\nregion = "us"\nfrom = "A <a@example.org>"\n'
        'vars = { base_url = "https://qa.example.org", mine = "accepted", theirs = "pending" }\n'
    )
    apart = campaign("a", "{status: '${mine}'}") + campaign("b", "{status: '${theirs}'}")
    assert found_in(check, settings + apart, "both-fire") == []
    same = apart.replace("theirs", "mine")
    assert found_in(check, settings + same, "both-fire") == [("b", 4)]
