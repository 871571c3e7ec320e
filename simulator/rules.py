"""The rules of `check` that only the simulator can ask."""

from __future__ import annotations

from mailwright.rules.base import Rule
from simulator.proof_rules import RULES as PROOF_RULES

RULES: tuple[Rule, ...] = (
    *PROOF_RULES,
    Rule(
        id="sample-not-routed",
        title="a sample's event does not start a campaign that the sample names",
        why="A sample with `campaigns:` says which emails its event is for. If a campaign does not start, either its "
        "trigger or filter has moved away from what senders send, or the sample is out of date; people would miss "
        "the email.",
        bad="event: {name: post, data: {type: Foto}}\ncampaigns: [photo-received]",
        good="event: {name: post, data: {type: photo}}\ncampaigns: [photo-received]",
    ),
    Rule(
        id="sample-fires-more",
        title="a sample's event starts a campaign that the sample does not name",
        why="More than one campaign for one event is how people come to get two emails for one thing they did. If it "
        "is meant, name both campaigns in the sample; if not, make their triggers exclude each other.",
        bad="event: {name: signup, data: {campaign_id: 8017}}\n"
        "campaigns: [signup-special]   # signup-general starts too",
        good="# campaigns/signup-general/campaign.yaml\n"
        "trigger:\n  event: signup\n  where:\n    campaign_id: {unclaimed_by: signup-*}",
    ),
)
