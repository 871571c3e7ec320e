"""Why a simulation came to what it did: the words of `explain`, for a failed assertion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.explain import CampaignExplanation, Explanation, explain
from simulator.reports.explaining import explanation_as_text
from simulator.trace import Noted

if TYPE_CHECKING:
    from simulator.testing.simulation import Simulation


def explanations(simulation: Simulation, campaign: str | None = None, person: str | None = None) -> list[Explanation]:
    """What `explain` says of each person, of one campaign or of every one that was asked."""
    trace, project = simulation.trace, simulation.project
    people = list(dict.fromkeys([entry.person for entry in trace if entry.person] + simulation.people))
    found = []
    for who in people:
        if person not in (None, who):
            continue
        asked = {entry.campaign for entry in trace if entry.person == who and not isinstance(entry, Noted)}
        if campaign is None:
            slugs = sorted(asked & set(project.campaigns))
        else:
            slugs = [campaign] if campaign in project.campaigns else []
        found.append(explain(project, trace, who, slugs, simulation.calls_of(who)))
    return found


def explanation_of(simulation: Simulation, campaign: str | None = None, person: str | None = None) -> str:
    """The same as text; a person to whom nothing applies is left out."""
    shown = [
        _without_summary(one)
        for one in explanations(simulation, campaign, person)
        if any(_says_something(part) for part in one.campaigns)
    ]
    return "\n\n".join(shown) or "nothing that happened asked a campaign about anybody"


def _says_something(campaign: CampaignExplanation) -> bool:
    return bool(campaign.attempts or campaign.hint)


def _without_summary(explanation: Explanation) -> str:
    text = explanation_as_text(explanation).rstrip("\n")
    return f"{explanation.person}\n{text.rpartition(chr(10))[0].rstrip()}"
