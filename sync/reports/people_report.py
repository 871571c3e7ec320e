"""A sync of people told to people and to machines: counts and names of attributes, nobody by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sync.people.memory import Step
from sync.people.people_guards import people_guards
from sync.people.planning import PeoplePlan, counts_of
from sync.people.runs import PeopleRun
from sync.people.sending import Outcome
from sync.reports.sections import Item, Section, counted, sections_as_markdown, sections_as_text

SCHEMA_VERSION = 1
_WORDS = {
    Step.NEW: ("+", "new, or not known here"),
    Step.CHANGE: ("~", "changed"),
    Step.SUPPRESS: ("!", "suppressed: deleted, and never sent to again"),
    Step.UNSUPPRESS: ("+", "let back in after a suppression"),
    Step.DELETE: ("-", "deleted, as they are gone from the table"),
    Step.KEEP_SUPPRESSED: (" ", "in the table and left suppressed (--allow-unsuppress lets them back in)"),
}


def people_plan_as(form: str, plan: PeoplePlan) -> str:
    """The plan in the form that `--format` names."""
    if form == "json":
        return json.dumps({**_plan_data(plan), "summary": plan_summary(plan)}, indent=2, ensure_ascii=False)
    title = f"{plan.table} → {plan.workspace.name}" + (f" ({plan.workspace.id})" if plan.workspace.id else "")
    sections = [Section("People", tuple(_items(plan)))]
    guards = tuple(Item("!", f"{guard.says}: {guard.flag}") for guard in people_guards(plan))
    if guards:
        sections.append(Section("Needs consent", guards))
    sections = [one for one in sections if one.items]
    as_form = sections_as_markdown if form == "md" else sections_as_text
    return as_form(title, sections, plan_summary(plan))


def plan_summary(plan: PeoplePlan) -> str:
    """One line."""
    same = f"{counted(plan.steps[Step.NOTHING], 'person', 'people')} unchanged"
    skipped = f"; {counted(plan.skipped, 'row')} left out" if plan.skipped else ""
    if not plan.to_send:
        return f"{plan.workspace.name}: nothing to send, {same}{skipped}"
    return f"{plan.workspace.name}: {counted(plan.to_send, 'person', 'people')} to send, {same}{skipped}"


def _items(plan: PeoplePlan) -> Iterator[Item]:
    for step, (mark, words) in _WORDS.items():
        if count := plan.steps[step]:
            names = sorted(plan.attributes.items(), key=lambda one: (-one[1], one[0])) if step is Step.CHANGE else ()
            yield Item(mark, f"{count:>9,}  {words}", tuple(f"{number:>9,}  {name}" for name, number in names))
    if plan.vanished:
        yield Item("!", f"{plan.vanished:>9,}  of them were sent before and are gone: deleted or suppressed there")
    if plan.stay_unsubscribed:
        yield Item(" ", f"{plan.stay_unsubscribed:>9,}  left unsubscribed, though the table says otherwise")


def _plan_data(plan: PeoplePlan) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "what": "mailwright sync people",
        "workspace": plan.workspace.as_data(),
        "table": plan.table,
        "rows": plan.rows,
        "rows_left_out": plan.skipped,
        "compared_with_workspace": plan.is_compared,
        "people": counts_of(plan.steps),
        "changed_attributes": dict(sorted(plan.attributes.items())),
        "left_unsubscribed": plan.stay_unsubscribed,
        "sent_before_and_gone": plan.vanished,
        "guards": [{"says": guard.says, "flag": guard.flag} for guard in people_guards(plan)],
    }


def people_outcome_as(
    form: str, plan: PeoplePlan | None, name: str, outcome: Outcome | None, run: PeopleRun | None
) -> str:
    """What was done; *plan* None: an interrupted run was gone on with; *outcome* None: nothing was to do."""
    said = outcome_summary(name, outcome, run)
    if form != "json":
        return said
    data: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "what": "mailwright sync people"}
    data |= {} if plan is None else _plan_data(plan)
    data["run"] = None if run is None else run.name
    if outcome is not None:
        data["outcome"] = {
            "done": counts_of(outcome.done), "refused": outcome.refused, "moved": outcome.moved,
            "requests": outcome.requests,
        }  # fmt: skip
    return json.dumps({**data, "summary": said}, indent=2, ensure_ascii=False)


def outcome_summary(name: str, outcome: Outcome | None, run: PeopleRun | None) -> str:
    """One line, and where to look when the workspace did not take somebody."""
    if outcome is None or run is None:
        return f"{name}: nothing to send"
    parts = [
        f"{outcome.done[step]:,} {word}"
        for step, word in (
            (Step.NEW, "new"),
            (Step.CHANGE, "changed"),
            (Step.SUPPRESS, "suppressed"),
            (Step.UNSUPPRESS, "let back in"),
            (Step.DELETE, "deleted"),
        )
        if outcome.done[step]
    ]
    said = f"{name}: {', '.join(parts) or 'nobody'} in {counted(outcome.requests, 'request')}"
    if outcome.moved:
        said += f"; {counted(outcome.moved, 'row')} moved since the plan: sync again"
    if outcome.refused:
        said += f"; {outcome.refused:,} refused, see .mailwright/journal/{run.name}/refused.ndjson"
    return said
