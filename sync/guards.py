"""What an apply may not do without being told so: each guard has its own consent."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from mailwright.diagnostics import PlanRefused
from sync.plan import Action, Change, Plan
from sync.snapshot import Address, Kind

MANY = 10
MANY_SHARE = 0.30
YES_PRODUCTION, ALLOW_DELETE, ALLOW_MANY, ALLOW_WIDER = (
    "--yes-production",
    "--allow-delete",
    "--allow-many",
    "--allow-wider",
)
CONSENTS = {
    YES_PRODUCTION: "change a protected workspace",
    ALLOW_DELETE: "delete what is gone from the files",
    ALLOW_MANY: "change more than 10 and more than 30 % of a kind",
    ALLOW_WIDER: "take a campaign's conditions away as a whole, so that everybody gets it",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """Why an apply is held back; *flag* gives consent, and where there is none *hint* says what to do."""

    says: str
    flag: str = ""
    hint: str = ""


def guards_of(plan: Plan) -> tuple[Guard, ...]:
    """Everything that holds this plan back until it is agreed to."""
    return (
        *_conflicts(plan),
        *_published_layouts(plan),
        *_protected(plan),
        *_deletions(plan),
        *_many(plan),
        *_wider(plan),
    )


def refuse_without(plan: Plan, consents: Collection[str]) -> None:
    """Let the plan pass when every guard has its consent.

    Raises: PlanRefused with all that is missing.
    """
    refuse_unless_agreed(guards_of(plan), consents)


def refuse_unless_agreed(guards: Collection[Guard], consents: Collection[str], what: str = "applied") -> None:
    """Let pass what every guard has its consent for.

    Raises: PlanRefused with all that is missing.
    """
    missing = [guard for guard in guards if guard.flag not in consents]
    if not missing:
        return
    first = next((guard for guard in missing if not guard.flag), missing[0])
    flags = " ".join(guard.flag for guard in missing if guard.flag)
    hint = first.hint or f"look at the plan; then {flags}"
    raise PlanRefused(f"not {what}: {'; '.join(guard.says for guard in missing)}", hint=hint)


def _conflicts(plan: Plan) -> Iterator[Guard]:
    if plan.conflicts:
        names = _names([left.address for left in plan.conflicts])
        yield Guard(
            f"moved on both sides: {names}",
            hint=f"mailwright pull {plan.workspace.name} and merge, or plan with --ours ADDRESS to overwrite",
        )


def _published_layouts(plan: Plan) -> Iterator[Guard]:
    edited = [
        change.address
        for change in plan.of(Action.UPDATE)
        if change.address.kind is Kind.LAYOUT and any(one.name == "body" for one in change.fields)
    ]
    if plan.protected and edited:
        name, _, version = edited[0].slug.partition("@")
        newer = f"{name}@{int(version) + 1}" if version.isdigit() else "a new version"
        yield Guard(
            f"{plan.workspace.name} has published {_names(edited)}", hint=f"make {newer} and let the emails name it"
        )


def _protected(plan: Plan) -> Iterator[Guard]:
    if plan.protected and plan.changes:
        yield Guard(f"{plan.workspace.name} is protected", YES_PRODUCTION)


def _deletions(plan: Plan) -> Iterator[Guard]:
    gone = [change.address for change in plan.of(Action.DELETE)]
    if gone:
        yield Guard(f"deletes {_names(gone)}", ALLOW_DELETE)


def _many(plan: Plan) -> Iterator[Guard]:
    touched: dict[Kind, set[Address]] = {}
    for change in plan.changes:
        if change.action is not Action.CREATE and change.seen is not None:
            touched.setdefault(change.address.kind, set()).add(change.address)
    for kind, addresses in sorted(touched.items()):
        known = max(plan.counts.get(kind, 0), len(addresses))
        if len(addresses) > MANY and len(addresses) > MANY_SHARE * known:
            yield Guard(f"changes {len(addresses)} of {known} {kind.value}s", ALLOW_MANY)


def _wider(plan: Plan) -> Iterator[Guard]:
    emptied = [change.address for change in plan.of(Action.UPDATE) if _loses_its_conditions(change)]
    if emptied:
        yield Guard(f"takes every condition from {_names(emptied)}", ALLOW_WIDER)


def _loses_its_conditions(change: Change) -> bool:
    """Whether a filter, or the conditions of a trigger, are gone as a whole.

    Source: a public account of 52 running campaigns that lost their audience by one careless write.
    """
    if change.address.kind not in (Kind.CAMPAIGN, Kind.SEGMENT):
        return False
    for one in change.fields:
        before, after = _data(one.before), _data(one.after)
        if one.name == "trigger" and isinstance(before, dict) and isinstance(after, dict):
            before, after = before.get("where"), after.get("where")
        elif one.name not in ("filter", "where", "conditions"):
            continue
        if before and not after:
            return True
    return False


def _data(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def _names(addresses: Collection[Address]) -> str:
    shown = sorted(map(str, addresses))
    return ", ".join(shown[:4]) + (f" and {len(shown) - 4} more" if len(shown) > 4 else "")
