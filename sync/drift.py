"""What moved behind the files' back: each workspace since it was last agreed on, and one workspace against another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sync.diff import Presence, Sees, differences, sees_all
from sync.folding import own_field
from sync.plan import FieldChange
from sync.plan_making import SENDING, STATE, campaign_of
from sync.snapshot import Address, Kind, Snapshot, canonical

_QUIET = {STATE: canonical("draft"), SENDING: canonical("draft")}


@dataclass(frozen=True, slots=True)
class Blame:
    """Who touched a thing last, by the workspace's own log, and when."""

    who: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Drifted:
    """One thing that is not as it was agreed, or not the same in two workspaces.

    Of each field *before* is what was agreed (or what the first workspace has), *after* what is there now (or what the
    second one has).
    """

    address: Address
    presence: Presence
    fields: tuple[FieldChange, ...] = ()
    blame: Blame | None = None


@dataclass(frozen=True, slots=True)
class WorkspaceDrift:
    """What moved in one workspace; *is_known* False: nothing was ever agreed on with it."""

    workspace: str
    drifted: tuple[Drifted, ...] = ()
    is_known: bool = True
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PairDrift:
    """What is not the same in two workspaces, beside what is each one's own."""

    first: str
    second: str
    drifted: tuple[Drifted, ...] = ()


@dataclass(frozen=True, slots=True)
class Drift:
    """Everything that drifted."""

    workspaces: tuple[WorkspaceDrift, ...] = ()
    pairs: tuple[PairDrift, ...] = field(default=())

    @property
    def is_clean(self) -> bool:
        """Whether nothing drifted."""
        return not (any(one.drifted for one in self.workspaces) or any(one.drifted for one in self.pairs))


def since_agreed(
    workspace: str,
    base: Snapshot,
    live: Snapshot,
    *,
    sees: Sees = sees_all,
    blame: Mapping[Address, Blame] | None = None,
    unseen: Collection[str] = (),
) -> WorkspaceDrift:
    """What moved in a workspace since files and workspace last agreed."""
    if not len(base):
        return WorkspaceDrift(workspace, is_known=False, unseen=tuple(unseen))
    known = blame or {}

    def counts(address: Address, name: str) -> bool:
        return sees(address, name) and not _never_agreed(base, live, address, name)

    moved = _moved(base, live, counts)
    found = [Drifted(one.address, one.presence, one.fields, known.get(one.address)) for one in moved]
    return WorkspaceDrift(workspace, tuple(found), unseen=tuple(unseen))


def between(
    first: str,
    second: str,
    one: Snapshot,
    other: Snapshot,
    *,
    is_meant: Callable[[Address], bool] = lambda _address: True,
    sees: Sees = sees_all,
) -> PairDrift:
    """What is not the same in two workspaces whose contents were folded; *is_meant* says what belongs in both."""
    found = _moved(one, other, lambda address, name: sees(address, name) and name != own_field(address))
    return PairDrift(first, second, tuple(drifted for drifted in found if is_meant(drifted.address)))


def _moved(before: Snapshot, after: Snapshot, sees: Sees) -> Iterator[Drifted]:
    """Every thing that is not the same in two snapshots; messages that come or go with a campaign are told by it."""
    for difference in differences(before, before, after, sees):
        campaign = Address(Kind.CAMPAIGN, campaign_of(difference.address))
        is_part = difference.address.kind is Kind.MESSAGE
        if is_part and (before.get(campaign) is None or after.get(campaign) is None):
            continue
        fields = tuple(FieldChange(move.field, move.desired, move.live) for move in difference.moves)
        if difference.presence is Presence.BOTH:
            yield Drifted(difference.address, Presence.BOTH, fields)
        else:
            yield Drifted(difference.address, difference.presence)


def _never_agreed(base: Snapshot, live: Snapshot, address: Address, name: str) -> bool:
    """Whether a new thing's quiet state is all that there is: nobody agreed on it, and nobody moved it."""
    agreed, there = base.get(address), live.get(address)
    if agreed is None or there is None or name not in _QUIET:
        return False
    return agreed.fields.get(name) is None and there.fields.get(name) == _QUIET[name]
