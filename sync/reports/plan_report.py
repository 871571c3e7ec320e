"""A plan told to people and to machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence

from mailwright.diagnostics import as_shown
from sync.diff import Presence
from sync.guards import guards_of
from sync.plan import Action, Affected, Change, FieldChange, HandWork, Left, Plan
from sync.plan_files import in_words, plan_as_json
from sync.plan_making import THE_FILES
from sync.reports.sections import Item, Section, counted, sections_as_markdown, sections_as_text, style_for
from sync.snapshot import Kind
from sync.wording import TEXTS, field_as_lines, is_diff, value_as_text

_MARKS = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.OFF: "o",
    Action.DELETE: "-",
    Action.START: ">",
    Action.STOP: "#",
}
_PRESENCES = {
    Presence.LOST: "is gone from the workspace",
    Presence.LOST_MOVED: "is gone from the workspace, and was changed in the files",
    Presence.FOREIGN: "is only in the workspace",
    Presence.REMOVED_MOVED: "is gone from the files, and was changed in the workspace",
}
SHOWN_VALUES = 12
_ORDER = (
    "name", "description", "subject", "preheader", "from", "layout", "trigger", "filter", "where", "frequency", "goal",
    "exit", "topic", "tags", "state", "sending", "workflow", "body",
)  # fmt: skip
"""The fields of something new as a person would ask for them."""


def plan_as(form: str, plan: Plan) -> str:
    """The plan in the form that `--format` names."""
    match form:
        case "json":
            return _as_json(plan)
        case "md":
            return sections_as_markdown(title(plan), sections(plan), summary(plan))
        case _:
            return sections_as_text(title(plan), sections(plan), summary(plan), style_for(sys.stdout))


def title(plan: Plan) -> str:
    """What the plan is for."""
    return f"Plan for {in_words(plan.workspace)}, from {plan.reason}"


def summary(plan: Plan) -> str:
    """The last line."""
    if plan.is_empty and not plan.theirs and not plan.waiting:
        return f"{plan.workspace.name}: nothing to do"
    parts = [
        counted(len(plan.of(action)), word, many)
        for action, word, many in (
            (Action.CREATE, "to create", "to create"),
            (Action.UPDATE, "to change", "to change"),
            (Action.OFF, "to switch off", "to switch off"),
            (Action.DELETE, "to delete", "to delete"),
            (Action.START, "to start", "to start"),
            (Action.STOP, "to stop", "to stop"),
        )
        if plan.of(action)
    ] or ["nothing to change"]
    parts += [f"{len({work.address for work in plan.by_hand})} by hand"] if plan.by_hand else []
    parts += [counted(len(plan.conflicts), "conflict")] if plan.conflicts else []
    parts += [f"{len(plan.theirs)} already different there"] if plan.theirs else []
    parts += [f"{len(plan.waiting)} waiting for --start"] if plan.waiting else []
    return f"{plan.workspace.name}: {', '.join(parts)}"


def sections(plan: Plan) -> list[Section]:
    """The parts of the plan that have something to say, in the order in which they matter."""
    name = plan.workspace.name
    guards = [guard for guard in guards_of(plan) if guard.flag]
    held = [guard for guard in guards_of(plan) if not guard.flag]
    found = [
        Section(_origin(plan), tuple(map(_change_item, plan.changes))),
        Section("conflicts", tuple(map(_left_item, plan.conflicts)), "both sides moved; nothing of this is written"),
        Section(
            "already different in the workspace",
            tuple(map(_left_item, plan.theirs)),
            f"left as it is; `mailwright pull {name}` brings it into the files",
        ),
        Section("by hand", tuple(_hand_items(plan.by_hand)), f"in Customer.io; then plan {name} again"),
        Section("waiting for --start", tuple(map(_waiting_item, plan.waiting)), "nothing new runs or sends until then"),
        Section("not seen", tuple(Item("?", said) for said in plan.unseen)),
        Section("who is affected", tuple(_affected_items(plan.affected))),
        Section(
            "held back",
            (
                *(Item("!", f"{guard.says}: {guard.hint}") for guard in held),
                *(Item("!", f"{guard.says}: apply takes {guard.flag}") for guard in guards),
            ),
        ),
    ]
    return [section for section in found if section.items]


def _origin(plan: Plan) -> str:
    return "made by this branch" if plan.reason == THE_FILES else f"from {plan.reason}"


def _as_json(plan: Plan) -> str:
    data = plan_as_json(plan)
    guards = [{"says": guard.says, "flag": guard.flag, "hint": guard.hint} for guard in guards_of(plan)]
    return json.dumps({**data, "guards": guards, "summary": summary(plan)}, ensure_ascii=False, indent=2)


def _change_item(change: Change) -> Item:
    mark = _MARKS[change.action]
    match change.action:
        case Action.CREATE:
            return Item(mark, f"{change.address}{_quiet_words(change)}", tuple(_new_lines(change)))
        case Action.OFF:
            return Item(mark, f"{change.address}: switched off, as its step is gone from the files")
        case Action.DELETE:
            return Item(mark, f"{change.address}: deleted")
        case Action.START:
            return _waiting_item(change)
        case Action.STOP:
            return Item(mark, f"{change.address}: {_last(change.fields)}")
        case Action.UPDATE:
            lines = [line for one in change.fields for line in field_lines(change.address.kind, one)]
            return Item(mark, str(change.address), tuple(lines))


def _quiet_words(change: Change) -> str:
    values = {one.name: one.after for one in change.fields}
    if change.address.kind is Kind.CAMPAIGN:
        return ", as a draft"
    if change.address.kind is Kind.MESSAGE and values.get("sending") == '"draft"':
        return ", which makes drafts"
    return ""


def _new_lines(change: Change) -> Iterator[str]:
    present = [one for one in change.fields if one.after not in (None, '""', "{}", "[]", "null", "false")]
    shown = sorted(present, key=lambda one: _ORDER.index(one.name) if one.name in _ORDER else len(_ORDER))
    for one in shown[:SHOWN_VALUES]:
        yield f"{one.name.replace('_', ' ')}: {_new_value(one)}"
    if len(shown) > SHOWN_VALUES:
        yield f"… {len(shown) - SHOWN_VALUES} more fields"


def _new_value(one: FieldChange) -> str:
    """A new field's value on a line; of a long text only its length."""
    value = json.loads(one.after or "null")
    if one.name in TEXTS and isinstance(value, str) and "\n" in value.strip():
        return counted(len(value.splitlines()), "line")
    return value_as_text(one.after)


def field_lines(kind: Kind, one: FieldChange) -> Iterator[str]:
    """The lines of one changed field: a diff stands below the field's name."""
    lines = field_as_lines(kind, one.name, one.before, one.after)
    if is_diff(lines):
        yield f"{one.name.replace('_', ' ')}:"
        yield from lines
    else:
        yield from lines


def _waiting_item(change: Change) -> Item:
    if change.address.kind is Kind.CAMPAIGN:
        return Item(">", f"{change.address}: started")
    return Item(">", f"{change.address}: sends by itself")


def _left_item(left: Left) -> Item:
    said = _PRESENCES.get(left.presence)
    if said is not None:
        return Item(
            "!" if left.presence in (Presence.LOST_MOVED, Presence.REMOVED_MOVED) else "*", f"{left.address} {said}"
        )
    lines = [line for one in left.fields for line in field_lines(left.address.kind, one)]
    return Item("*", str(left.address), tuple(lines))


def _hand_items(works: Sequence[HandWork]) -> Iterator[Item]:
    """One item for each thing, with every value that a person has to set, whole."""
    for address in dict.fromkeys(work.address for work in works):
        own = [work for work in works if work.address == address]
        lines = [
            *dict.fromkeys(work.why for work in own),
            *(line for work in own for line in _value_to_set(work.change)),
        ]
        yield Item("✎", f"by hand: {address}", tuple(lines))


def _value_to_set(change: FieldChange) -> Iterator[str]:
    name = change.name.replace("_", " ")
    value = None if change.after is None else json.loads(change.after)
    if isinstance(value, str) and "\n" in value:
        yield f"set {name} to:"
        yield from (as_shown(f"  | {line}", keep="\t") for line in value.splitlines())
    else:
        shown = (
            "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        )
        yield as_shown(f"set {name} to: {shown}")


def _affected_items(affected: Sequence[Affected]) -> Iterator[Item]:
    for one in affected:
        lines = []
        for row in one.campaigns:
            lines.append(f"{row.campaign}: {row.before:,} → {row.after:,} ({row.gains:,} gained, {row.losses:,} lost)")
            lines += [f"  {said}" for said in row.proved]
        moved = sum(bool(row.gains or row.losses) for row in one.campaigns)
        many = f"{counted(moved, 'campaign')} {'fires' if moved == 1 else 'fire'} otherwise"
        yield Item("=", f"{one.source}: {many if moved else 'nobody gets more or less'}", tuple(lines))


def _last(fields: Sequence[FieldChange]) -> str:
    return value_as_text(fields[-1].after) if fields else ""
