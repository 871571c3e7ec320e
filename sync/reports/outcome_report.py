"""What an apply did, told to people and to machines."""

from __future__ import annotations

import json

from sync.journal import Journal
from sync.plan import Plan
from sync.reports.sections import counted

SCHEMA_VERSION = 1


def outcome_as(form: str, plan: Plan, journal: Journal | None) -> str:
    """The outcome in the form that `--format` names; *journal* None: there was nothing to do."""
    if form == "json":
        return _as_json(plan, journal)
    return outcome_as_text(plan, journal)


def outcome_as_text(plan: Plan, journal: Journal | None) -> str:
    """One line, and how to go back where something was changed."""
    name = plan.workspace.name
    if journal is None:
        return f"{name}: nothing to do"
    done = f"{name}: {counted(len(plan.changes), 'change')} made and read back"
    if not plan.changes:
        return f"{name}: nothing to change; the ledger now knows what both sides say alike"
    left = [f"{counted(len({work.address for work in plan.by_hand}), 'thing')} to do by hand"] if plan.by_hand else []
    left += [f"{counted(len(plan.waiting), 'thing')} waiting for --start"] if plan.waiting else []
    return "; ".join([done, *left, f"the way back: mailwright rollback {journal.run}"])


def _as_json(plan: Plan, journal: Journal | None) -> str:
    changes = [
        {"action": one.action.value, "kind": one.address.kind.value, "slug": one.address.slug} for one in plan.changes
    ]
    data = {
        "schema_version": SCHEMA_VERSION,
        "what": "mailwright apply",
        "workspace": plan.workspace.as_data(),
        "run": None if journal is None else journal.run,
        "changes": changes,
        "by_hand": len(plan.by_hand),
        "waiting_for_start": len(plan.waiting),
        "summary": outcome_as_text(plan, journal),
    }
    return json.dumps(data, ensure_ascii=False, indent=2)
