"""A simulation as a scenario: what happened becomes `when`, what came of it becomes `then`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import yaml

from simulator.testing.expectations import length_in_full
from simulator.trace import GoalReached, Refused

if TYPE_CHECKING:
    from simulator.testing.outcomes import Message
    from simulator.testing.simulation import Simulation

Values = dict[str, Any]


def expected_of(simulation: Simulation, only: frozenset[str] = frozenset()) -> Values:
    """The `then` of what a simulation came to, about some campaigns or (with none named) all."""
    journeys = [one for one in simulation.journeys() if not only or one.campaign in only]
    made = [one for one in simulation.deliveries if not only or one.campaign in only]
    trace = [one for one in simulation.trace if not only or one.campaign in only]
    found: Values = {"campaigns": [one.campaign for one in journeys]}
    found["messages"] = [message_as_values(one, simulation) for one in made]
    ways = {f"{one.campaign}/{step}": way for one in journeys for step, way in one.ways.items()}
    skipped = {f"{one.campaign}/{step}": why for one in journeys for step, why in one.skipped.items()}
    refused = {one.campaign: one.reason for one in trace if isinstance(one, Refused)}
    last = {one.campaign: one for one in journeys}
    ended = {slug: one.ended for slug, one in last.items() if one.ended not in (None, "end")}
    waiting = {slug: one.waiting_at for slug, one in last.items() if one.waiting_at is not None}
    converted = {one.campaign: one.converted for one in trace if isinstance(one, GoalReached)}
    for name, values in (
        ("branches", ways),
        ("skipped", skipped),
        ("refused", refused),
        ("waiting", waiting),
        ("ended", ended),
        ("converted", converted),
    ):
        if values:
            found[name] = values
    return found


def message_as_values(one: Message, simulation: Simulation) -> Values:
    """One message as a scenario expects it."""
    after = int(one.made_at.timestamp()) - simulation.began
    key = "email" if one.channel == "email" else "message"
    found: Values = {key: one.address, "after": length_in_full(after)}
    if len(simulation.people) > 1:
        found["person"] = one.person
    if one.status != "sent":
        found["status"] = one.status
    if one.reason:
        found["because"] = one.reason
    if one.language is not None:
        found["language"] = one.language
    return found


class _Dumper(yaml.SafeDumper):
    """Blocks outside, small maps and lists on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # as yaml names it
        super().increase_indent(flow, False)


def scenarios_as_yaml(scenarios: Sequence[Mapping[str, Any]], head: str) -> str:
    """A scenario file; *head* is its first lines of comment."""
    text = yaml.dump(
        {"scenarios": list(scenarios)}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=116,
        default_flow_style=None,
    )  # fmt: skip
    lines = "".join(f"# {line}\n" for line in head.split("\n"))
    return lines + text.replace("\n  - name:", "\n\n  - name:").replace("scenarios:\n\n", "scenarios:\n")
