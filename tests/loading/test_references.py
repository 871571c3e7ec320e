from __future__ import annotations

import pytest

from mailwright.definitions.conditions import All, Any, Compare, Condition, Not, Operator, Subject, Unclaimed
from mailwright.diagnostics import Severity
from mailwright.loading.unclaimed import values_asked

HEAD = "name: Welcome\ntrigger: {event: signed_up}\n"
CAMPAIGN = "campaigns/welcome/campaign.yaml"


def own(slug: str, where: str, *, event: str = "signed_up", state: str = "running") -> dict[str, str]:
    text = f"name: {slug}\nstate: {state}\ntrigger: {{event: {event}, where: {where}}}\nworkflow: [{{wait: 1d}}]\n"
    return {f"campaigns/{slug}/campaign.yaml": text}


def general(pattern: str = "own-*") -> dict[str, str]:
    where = f"{{id: {{unclaimed_by: {pattern}}}}}"
    return {CAMPAIGN: f"name: W\ntrigger: {{event: signed_up, where: {where}}}\nworkflow: [{{email: hello}}]\n"}


def claimed(read, *others: dict[str, str]) -> Unclaimed:
    files = general()
    for other in others:
        files |= other
    project, problems = read(files)
    assert [one for one in problems if one.severity is Severity.ERROR] == []
    where = project.campaigns["welcome"].trigger.where.condition
    assert isinstance(where, Unclaimed)
    return where


def test_adding_a_campaign_changes_what_is_unclaimed_without_an_edit(read) -> None:
    assert claimed(read, own("own-a", "{id: 3}")).claimed == (3,)
    both = claimed(read, own("own-a", "{id: 3}"), own("own-b", "{id: [1, x], other: 4}"))
    assert (both.claimed, both.claimed_by) == ((1, 3, "x"), ("own-a", "own-b"))


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (own("other", "{id: 3}"), "its slug does not match"),
        (own("own-b", "{id: 3}", state="draft"), "it is not running"),
        (own("own-b", "{id: 3}", event="other"), "it is about another event"),
    ],
)
def test_only_running_campaigns_of_the_same_event_that_match_claim(read, other: dict[str, str], reason: str) -> None:
    files = {"campaigns/_shared/events/other.yaml": "name: other\n"}
    assert claimed(read, own("own-a", "{id: 1}"), other, files).claimed == (1,), reason


def test_a_campaign_that_asks_nothing_of_the_property_would_take_all(read) -> None:
    _, problems = read({**general(), **own("own-a", "{id: {not: 3}}")})
    assert [one.rule for one in problems] == ["claims-everything"]
    assert "own-a" in problems[0].message


def test_a_pattern_that_nobody_matches_is_a_warning(read) -> None:
    _, problems = read(general("nobody-*"))
    assert [(one.rule, one.severity) for one in problems] == [("nothing-unclaimed", Severity.WARNING)]


def is_(*values: int | str, path: str = "id") -> Compare:
    return Compare(Subject.DATA, path, Operator.EQUALS, values)


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        (is_(1), (1,)),
        (is_(1, 2), (1, 2)),
        (All((is_(5, path="x"), is_(1))), (1,)),
        (Any((is_(1), is_(2))), (1, 2)),
        (Any((is_(1), is_(2, path="x"))), None),
        (Not(is_(1)), None),
        (is_(1, path="x"), None),
        (All(), None),
    ],
)
def test_the_values_that_a_condition_asks(condition: Condition, values: object) -> None:
    assert values_asked(condition, "id") == values


def test_unclaimed_may_also_stand_in_a_filter_about_the_starting_event(read) -> None:
    files = {CAMPAIGN: f"{HEAD}filter: {{event: {{id: {{unclaimed_by: own-*}}}}}}\nworkflow: [{{email: hello}}]\n"}
    project, problems = read({**files, **own("own-a", "{id: 3}")})
    assert problems == []
    assert project.campaigns["welcome"].filter.condition.claimed == (3,)


def test_segments_that_ask_each_other_in_a_ring_are_told_once(read) -> None:
    segments = {
        f"campaigns/_shared/segments/{one}.yaml": f"name: {one}\nwhere: {{segment: {two}}}\n"
        for one, two in ("ab", "bc", "ca")
    }
    _, problems = read(segments)
    assert [(one.rule, one.span.file) for one in problems] == [("segment-cycle", "campaigns/_shared/segments/a.yaml")]
    assert "a → b → c → a" in problems[0].message


def test_a_wrong_name_is_told_with_the_nearest_one_at_its_place(read) -> None:
    _, problems = read(
        {
            CAMPAIGN: f"{HEAD}filter:\n  segment: trail\nworkflow: [{{email: helo}}]\n",
            "campaigns/_shared/segments/trial.yaml": "name: Trial\nmanual: true\n",
        }
    )
    found = {one.rule: one for one in problems}
    assert found["unknown-segment"].hint == "'trial'"
    assert found["unknown-segment"].span.line == 4
    assert found["missing-file"].hint == "'hello'"


def test_events_are_only_known_where_schemas_describe_them(read, tmp_path) -> None:
    strange = f"{HEAD.replace('signed_up', 'strange')}workflow: [{{email: hello}}]\n"
    assert [one.rule for one in read({CAMPAIGN: strange})[1]] == ["unknown-event"]
    (tmp_path / "project/campaigns/_shared/events/signed_up.yaml").unlink()
    from mailwright.loading.folder import read_project

    assert read_project(tmp_path / "project")[1] == []


def test_aliases_and_other_cases_of_an_event_are_known(read) -> None:
    schema = {"campaigns/_shared/events/signed_up.yaml": "name: signed_up\naliases: [joined]\n"}
    for name in ("joined", "Signed_Up"):
        assert read({CAMPAIGN: f"{HEAD.replace('signed_up', name)}workflow: [{{email: hello}}]\n", **schema})[1] == []


def test_pages_are_no_events_of_the_schemas(read) -> None:
    trigger = '{event: "https://example.org/pricing", type: page}'
    assert read({CAMPAIGN: f"name: W\ntrigger: {trigger}\nworkflow: [{{email: hello}}]\n"})[1] == []


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({CAMPAIGN: f"{HEAD}workflow: [{{email: hello, id: a}}, {{wait: 1d, id: a}}]\n"}, 3),
        (
            {
                "campaigns/_shared/segments/a.yaml": "name: X\nmanual: true\nid: 3\n",
                "campaigns/_shared/segments/b.yaml": "name: Y\nmanual: true\nid: 3\n",
            },
            3,
        ),
        ({"campaigns/_shared/topics.yaml": "topics:\n  a: {id: 1, name: A}\n  b: {id: 1, name: B}\n"}, 3),
        ({"campaigns/_shared/events/again.yaml": "name: signed_up\n"}, 1),
        ({"campaigns/zz/campaign.yaml": "name: WELCOME\ntrigger: {event: signed_up}\nworkflow: [{wait: 1d}]\n"}, 1),
    ],
)
def test_names_and_numbers_belong_to_one_thing(read, files: dict[str, str], line: int) -> None:
    _, problems = read(files)
    assert [(one.rule, one.span.line) for one in problems] == [("duplicate-name", line)]


def test_samples_name_campaigns_events_and_segments_that_exist(read) -> None:
    sample = "person: {id: p1, segments: [nobody]}\nevent: {name: singed_up}\ncampaigns: [welcom]\n"
    _, problems = read({"campaigns/_shared/samples/one.yaml": sample})
    assert [one.rule for one in problems] == ["unknown-segment", "unknown-event", "unknown-campaign"]
