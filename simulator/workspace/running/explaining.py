"""Why a message was made: the explanation of its journey, from the trace."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from simulator.explain import Attempt, CampaignExplanation, Explanation, explain
from simulator.trace import AnyEntry, Entered, entry_from_line

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.workspace.running.tables import Tables

_OF_A_CALL = "person = ? AND campaign = ? AND line = ? AND journey IS NULL"
_BEFORE = "person = ? AND campaign = ? AND line = 0 AND journey IS NULL AND at <= ?"


def explanation_of(
    tables: Tables, project: Project, person: str, campaign: str, journey: int, where: str
) -> Explanation | None:
    """The call that started a journey, clause by clause, and all that became of it; *where* names the campaign.

    None when it is not known.
    """
    if campaign not in project.campaigns:
        return None
    entries = _read(tables, "person = ? AND campaign = ? AND journey = ?", (person, campaign, journey))
    entered = next((entry for entry in entries if isinstance(entry, Entered)), None)
    if entered is None:
        return None
    if entered.line:
        asked = _read(tables, _OF_A_CALL, (person, campaign, entered.line))
    else:  # attributes or time: what was asked last
        asked = _read(tables, _BEFORE, (person, campaign, entered.at))[-1:]
    found = explain(project, [*asked, *entries], person, [campaign], {}).campaigns[0]
    attempts = tuple(map(_without_lines, [one for one in found.attempts if one.journey][:1]))
    shown = CampaignExplanation(found.slug, found.name, where, attempts, found.hint)
    return Explanation(person, (shown,))


def _without_lines(attempt: Attempt) -> Attempt:
    """The attempt without the number of its call, which in a log is a line and here nothing that anybody sees."""
    journey = tuple(
        msgspec.structs.replace(one, line=0) if isinstance(one, Entered) else one for one in attempt.journey
    )
    return replace(attempt, line=0, journey=journey)


def _read(tables: Tables, where: str, values: tuple[object, ...]) -> list[AnyEntry]:
    rows = tables.rows("body", "running_trace", where, values, "ORDER BY n")
    return [entry_from_line(body.encode()) for (body,) in rows]
