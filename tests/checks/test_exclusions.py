"""Values that a campaign leaves to others and that nobody answers."""

from __future__ import annotations

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


def test_an_id_taken_out_of_a_custom_campaign_is_found(check):
    example = EVENT + campaign("general", "{campaign_id: {not_in: [1, 2]}}") + campaign("custom", "{campaign_id: 1}")
    (found,) = check(example)
    assert found.rule == "excluded-by-all"
    assert "campaign_id 2" in found.message
    assert found.span.file == "campaigns/general/campaign.yaml"
    assert found.span.line == 4
