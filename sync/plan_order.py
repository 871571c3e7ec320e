"""The order of changes: what others name comes before what names it, and goes after it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from sync.plan import Action, Change
from sync.snapshot import Kind

_KINDS = (Kind.SNIPPET, Kind.LAYOUT, Kind.SEGMENT, Kind.CAMPAIGN, Kind.MESSAGE)
_SLUG = re.compile(r'"([A-Za-z0-9][A-Za-z0-9_.-]{0,99})"')


def ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes so that each finds what it names: shared parts, campaigns, messages, starts; then the removals.

    Stops come first, as a campaign that shall stop should not send while the rest is written. Messages whose step is
    gone are switched off before anything else of their campaign moves.
    """
    found = sorted(changes, key=lambda change: (_phase(change), _rank(change), change.address))
    return tuple(_segments_in_order(found))


def _phase(change: Change) -> int:
    match change.action:
        case Action.STOP:
            return 0
        case Action.OFF:
            return 1
        case Action.CREATE | Action.UPDATE:
            return 2
        case Action.START:
            return 3
        case Action.DELETE:
            return 4


def _rank(change: Change) -> int:
    rank = _KINDS.index(change.address.kind)
    if change.action is Action.START:
        # Messages are let out before the campaign that sends them is.
        return -rank
    return -rank if change.action is Action.DELETE else rank


def _segments_in_order(changes: Sequence[Change]) -> list[Change]:
    """The changes with every new segment after the new segments that its conditions name."""
    new = {
        change.address.slug: change
        for change in changes
        if change.address.kind is Kind.SEGMENT and change.action is Action.CREATE
    }
    placed: list[Change] = []
    done: set[str] = set()

    def place(change: Change, within: frozenset[str]) -> None:
        slug = change.address.slug
        if slug in done or slug in within:
            return
        for named in _named(change, new):
            place(new[named], within | {slug})
        done.add(slug)
        placed.append(change)

    for change in changes:
        if change.address.slug in new and new[change.address.slug] is change:
            place(change, frozenset())
        else:
            placed.append(change)
    return placed


def _named(change: Change, among: Mapping[str, Change]) -> list[str]:
    text = "\n".join(one.after or "" for one in change.fields)
    return [slug for slug in dict.fromkeys(_SLUG.findall(text)) if slug in among and slug != change.address.slug]
