"""Drift told to people and to machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from sync.diff import Presence
from sync.drift import Blame, Drift, Drifted, PairDrift, WorkspaceDrift
from sync.reports.plan_report import field_lines
from sync.reports.sections import Item, Section, counted, sections_as_markdown, sections_as_text, style_for

SCHEMA_VERSION = 1
TITLE = "Drift"


def drift_as(form: str, drift: Drift) -> str:
    """The drift in the form that `--format` names."""
    match form:
        case "json":
            return _as_json(drift)
        case "md":
            return sections_as_markdown(TITLE, sections(drift), summary(drift))
        case _:
            return sections_as_text(title(drift), sections(drift), summary(drift), style_for(sys.stdout))


def title(drift: Drift) -> str:
    """What was looked at."""
    looked = [f"{one.workspace} since it was last agreed on" for one in drift.workspaces]
    looked += [f"{pair.first} against {pair.second}" for pair in drift.pairs]
    return f"{TITLE}: {', '.join(looked)}"


def summary(drift: Drift) -> str:
    """The last line."""
    parts = []
    for one in drift.workspaces:
        if not one.is_known:
            parts.append(f"{one.workspace}: never agreed on (pull or apply first)")
        else:
            parts.append(f"{one.workspace}: {_many(one.drifted, 'moved') or 'as agreed'}")
    for pair in drift.pairs:
        verb = "differs" if len(pair.drifted) == 1 else "differ"
        parts.append(f"{pair.first} and {pair.second}: {_many(pair.drifted, verb) or 'alike'}")
    return "; ".join(parts) if parts else "no workspace to look at"


def sections(drift: Drift) -> list[Section]:
    """One section for each workspace and pair that has something to say."""
    found = []
    for one in drift.workspaces:
        items = tuple(_workspace_item(drifted) for drifted in one.drifted)
        note = f"`mailwright pull {one.workspace}` brings it into the files"
        found.append(Section(f"{one.workspace} moved since it was last agreed on", items, note))
    for pair in drift.pairs:
        items = tuple(_pair_item(drifted, pair) for drifted in pair.drifted)
        found.append(Section(f"{pair.first} and {pair.second} differ", items, "but for what is each one's own"))
    said = dict.fromkeys(said for one in drift.workspaces for said in one.unseen)
    found.append(Section("not seen", tuple(Item("?", one) for one in said)))
    return [section for section in found if section.items]


def _workspace_item(drifted: Drifted) -> Item:
    blame = f" ({_blame(drifted.blame)})" if drifted.blame is not None else ""
    match drifted.presence:
        case Presence.FOREIGN:
            return Item("+", f"{drifted.address} is new there{blame}")
        case Presence.BOTH:
            return Item("~", f"{drifted.address}{blame}", _lines(drifted))
        case _:
            return Item("-", f"{drifted.address} is gone{blame}")


def _pair_item(drifted: Drifted, pair: PairDrift) -> Item:
    match drifted.presence:
        case Presence.FOREIGN:
            return Item("+", f"{drifted.address} is only in {pair.second}")
        case Presence.BOTH:
            return Item("~", str(drifted.address), _lines(drifted))
        case _:
            return Item("-", f"{drifted.address} is only in {pair.first}")


def _lines(drifted: Drifted) -> tuple[str, ...]:
    return tuple(line for one in drifted.fields for line in field_lines(drifted.address.kind, one))


def _blame(blame: Blame) -> str:
    when = f", {blame.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if blame.at is not None else ""
    return f"{blame.who}{when}"


def _many(drifted: Sequence[Drifted], verb: str) -> str:
    if not drifted:
        return ""
    kinds: dict[str, int] = {}
    for one in drifted:
        kinds[one.address.kind.value] = kinds.get(one.address.kind.value, 0) + 1
    return f"{', '.join(counted(count, kind) for kind, count in kinds.items())} {verb}"


def _as_json(drift: Drift) -> str:
    data = {
        "schema_version": SCHEMA_VERSION,
        "what": "mailwright drift",
        "workspaces": [_workspace(one) for one in drift.workspaces],
        "pairs": [
            {
                "first": pair.first,
                "second": pair.second,
                "drifted": [_drifted(one, "in_first", "in_second") for one in pair.drifted],
            }
            for pair in drift.pairs
        ],
        "clean": drift.is_clean,
        "summary": summary(drift),
    }
    return json.dumps(data, ensure_ascii=False, indent=2)


def _workspace(one: WorkspaceDrift) -> dict[str, Any]:
    return {
        "workspace": one.workspace,
        "known": one.is_known,
        "drifted": [_drifted(drifted, "agreed", "now") for drifted in one.drifted],
        "unseen": list(one.unseen),
    }


def _drifted(one: Drifted, before: str, after: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "kind": one.address.kind.value,
        "slug": one.address.slug,
        "presence": _PRESENCES.get(one.presence, "gone"),
        "fields": [
            {
                "field": change.name,
                **({} if change.before is None else {before: json.loads(change.before)}),
                **({} if change.after is None else {after: json.loads(change.after)}),
            }
            for change in one.fields
        ],
    }
    if one.blame is not None:
        found["who"] = one.blame.who
        found["when"] = None if one.blame.at is None else int(one.blame.at.timestamp())
    return found


_PRESENCES = {Presence.BOTH: "changed", Presence.FOREIGN: "new"}
