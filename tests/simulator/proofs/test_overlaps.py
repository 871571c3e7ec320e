"""Campaigns of one event: certain and possible double mail."""

from __future__ import annotations

from mailwright.diagnostics import Diagnostic

EVENT = """\
# file: campaigns/_shared/events/campaign_signup.yaml
name: campaign_signup
properties:
  campaign_id: {type: [integer, text], required: true}
  source: {type: text, required: true}
"""


def campaign(slug: str, where: str, rest: str = "", workflow: str = "[{email: thanks}]") -> str:
    return (
        f"# file: campaigns/{slug}/campaign.yaml\nname: {slug}\n"
        f"trigger:\n  event: campaign_signup\n  where: {where}\n{rest}workflow: {workflow}\n"
        f"# file: campaigns/{slug}/thanks.liquid\n---\nsubject: Thanks\npreheader: For joining\nlayout: base@1\n---\n<p>Thanks</p>\n"
    )


def rules(found: list[Diagnostic]) -> list[str]:
    return sorted(problem.rule for problem in found)


def test_a_general_campaign_that_leaves_claimed_ids_to_custom_ones_is_clean(check):
    example = (
        EVENT
        + campaign("signup-general", "{campaign_id: {unclaimed_by: signup-*}}")
        + campaign("signup-jeans", "{campaign_id: [8017, 8018]}")
        + campaign("signup-park", '{campaign_id: "8019"}')
    )
    assert check(example) == []


def test_explicit_exclusions_that_fit_are_clean(check):
    example = (
        EVENT + campaign("general", "{campaign_id: {not_in: [1, 2]}}") + campaign("custom", "{campaign_id: [1, 2]}")
    )
    assert check(example) == []


def test_a_second_campaign_with_the_same_id_is_found(check):
    example = (
        EVENT
        + campaign("signup-general", "{campaign_id: {unclaimed_by: signup-*}}")
        + campaign("signup-jeans", "{campaign_id: 8017}")
        + campaign("signup-denim", '{campaign_id: "8017"}')
    )
    (found,) = check(example)
    assert found.rule == "both-fire"
    assert "'signup-denim' and 'signup-jeans'" in found.message
    assert "campaign_id 8017" in found.message


def test_a_general_campaign_that_forgot_an_id_is_found(check):
    example = (
        EVENT
        + campaign("general", "{campaign_id: {not: 1}}")
        + campaign("one", "{campaign_id: 1}")
        + campaign("two", "{campaign_id: 2}")
    )
    (found,) = check(example)
    assert found.rule == "both-fire"
    assert "'general' and 'two'" in found.message
    assert "campaign_id 2" in found.message


def test_a_campaign_that_asks_nothing_of_what_tells_the_others_apart_is_found(check):
    example = (
        EVENT
        + campaign("one", "{campaign_id: 1}")
        + campaign("two", "{campaign_id: 2}")
        + campaign("every", "{source: web}")
    )
    assert rules(check(example)) == ["both-fire", "both-fire"]


def test_filters_about_the_person_tell_campaigns_apart(check):
    example = (
        EVENT
        + campaign("free", "{}", "filter: {person: {plan: free}}\n")
        + campaign("pro", "{}", "filter: {person: {plan: pro}}\n")
    )
    assert check(example) == []


def test_one_of_two_that_waits_first_is_clean(check):
    example = EVENT + campaign("now", "{}") + campaign("later", "{}", workflow="[{wait: 1d}, {email: thanks}]")
    assert check(example) == []


def test_campaigns_that_are_not_running_or_send_nothing_are_clean(check):
    example = (
        EVENT
        + campaign("one", "{campaign_id: 1}")
        + campaign("draft", "{campaign_id: 1}", "state: draft\n")
        + campaign("off", "{campaign_id: 1}", workflow="[{email: thanks, sending: 'off'}]")
    )
    assert rules(check(example)) == []


def test_campaigns_of_different_workspaces_are_clean(check):
    settings = (
        '# file: mailwright.toml\n[workspaces.qa]\nregion = "us"\nfrom = "A <a@example.org>"\n'
        'vars = { base_url = "https://qa.example.org" }\n'
        '[workspaces.prod]\nregion = "us"\nfrom = "A <a@example.org>"\nvars = { base_url = "https://example.org" }\n'
    )
    example = (
        EVENT
        + settings
        + campaign("one", "{campaign_id: 1}", "workspaces: [qa]\n")
        + campaign("two", "{campaign_id: 1}", "workspaces: [prod]\n")
    )
    assert check(example) == []


def test_campaigns_declared_exclusive_must_be_told_apart(check):
    declared = "exclusive: signup\n"
    example = EVENT + campaign("one", "{campaign_id: 1}", declared) + campaign("web", "{source: web}", declared)
    assert rules(check(example)) == ["both-fire"]
