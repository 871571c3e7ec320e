"""Whether a mutant means the same as what it was made of, so that no test could notice it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mailwright.definitions.conditions import ALWAYS, All
from mailwright.definitions.steps import MessageStep
from mailwright.definitions.triggers import NewsletterTrigger, PersonTrigger, SegmentTrigger
from mailwright.definitions.workflow import walk_steps
from simulator.mutation.lengths import longest
from simulator.mutation.mutants import ConditionPair, Mutant
from simulator.proofs import Proved, context_of, equal

if TYPE_CHECKING:
    from mailwright.definitions.campaign import Campaign


_WITHOUT_STOPS = ("exit when stops_matching → never", "exit when goal_or_stops_matching → goal")


def same_by_proof(mutant: Mutant) -> str:
    """How it is known that the mutant means the same; empty where it does not, or is not known to.

    The schemas are not taken for granted: a value that no schema allows still counts as a difference.
    """
    if mutant.pair is not None:
        return _same_condition(mutant, mutant.pair)
    campaign = mutant.project.campaigns.get(mutant.owner)
    return "" if campaign is None else _same_by_its_steps(mutant, campaign)


def _same_condition(mutant: Mutant, pair: ConditionPair) -> str:
    slug = mutant.owner if mutant.owner in mutant.project.campaigns else None
    context = context_of(mutant.project, slug, by_schema=False).of_event(pair.event)
    if isinstance(equal(pair.before, pair.after, context), Proved):
        return "text ignores case" if mutant.kind == "case" else "proved: both hold for the same"
    if pair.given:
        before, after = (All((*pair.given, one)) for one in (pair.before, pair.after))
        if isinstance(equal(before, after, context), Proved):
            return "proved: both hold for all who come there"
    return ""


def _starts_from_calls(campaign: Campaign) -> bool:
    """Whether the trigger is no part of what people may stop matching (semantics R46 to R49)."""
    return not isinstance(campaign.trigger, SegmentTrigger | PersonTrigger)


def _same_by_its_steps(mutant: Mutant, campaign: Campaign) -> str:
    """What the shape of a workflow says of the ways out of it, and of who may come twice."""
    if mutant.kind == "exit" and all(isinstance(one.step, MessageStep) for one in walk_steps(campaign.workflow)):
        # A step that changes the person could close the filter on its own way, so there must be none of these either.
        return "every step is done in the second of entry"
    if mutant.says in _WITHOUT_STOPS and campaign.filter.condition == ALWAYS and _starts_from_calls(campaign):
        return "there is no filter that anybody could stop matching"
    if mutant.kind == "frequency" and isinstance(campaign.trigger, NewsletterTrigger):
        return "a newsletter goes out once"
    goal = campaign.goal
    if mutant.kind == "delay" and mutant.says.startswith("goal within") and goal is not None:
        most = longest(campaign.workflow)
        half = (goal.within or timedelta()) / 2  # the mutant's is twice as long
        if most is not None and most <= half:
            return "the journey is over before that"
    return ""
