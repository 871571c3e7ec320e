"""Base, desired and live → a plan: what is changed, what is left, what only a hand can do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, assert_never

from sync.diff import Difference, Move, Presence, Verdict, differences
from sync.kept_steps import with_kept_steps
from sync.ledger import Identity
from sync.plan import Action, Change, FieldChange, HandWork, Left, Plan
from sync.plan_order import ordered
from sync.snapshot import Address, Document, Kind, Snapshot, Value, canonical

STATE, SENDING, WORKFLOW = "state", "sending", "workflow"
RUNNING, STOPPED, DRAFT, AUTOMATIC, OFF = map(canonical, ("running", "stopped", "draft", "automatic", "off"))
LASTS = timedelta(hours=24)
THE_FILES = "the files"
"""The reason of a plan that nobody gave another one."""


class Abilities(Protocol):
    """What the interface at hand can see and do."""

    def sees(self, address: Address, field: str) -> bool:
        """Whether the field can be read."""

    def why_by_hand(self, address: Address, field: str) -> str:
        """Why only a person can set the field; empty when we may write it."""

    def why_not_created(self, address: Address) -> str:
        """Why only a person can make the thing; empty when we may."""

    def why_no_place(self, address: Address, field: str) -> str:
        """Why the value that a new thing's field should have cannot be written; empty when it can."""

    def unseen(self) -> Iterable[str]:
        """What cannot be seen, in sentences."""


class Almighty:
    """The abilities of the UI API: it shows and takes every field."""

    def sees(self, _address: Address, _field: str) -> bool:
        return True

    def why_by_hand(self, _address: Address, _field: str) -> str:
        return ""

    def why_not_created(self, _address: Address) -> str:
        return ""

    def why_no_place(self, _address: Address, _field: str) -> str:
        return ""

    def unseen(self) -> Iterable[str]:
        return ()


@dataclass(frozen=True, slots=True)
class Sides:
    """What was last agreed, what the files say, what the workspace has."""

    base: Snapshot
    desired: Snapshot
    live: Snapshot


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person who plans asked for besides."""

    start: bool = False  # start campaigns, let new messages out
    delete: bool = False  # delete the steps that are gone from the files, in place of switching them off
    ours: Collection[str] = ()  # addresses whose content in the workspace is overwritten; `all`
    outspoken: Collection[Address] = ()  # messages whose step says itself how it sends
    only: Collection[str] = ()  # campaigns and shared parts to plan for, by slug; none: all
    lasts: timedelta = LASTS
    reason: str = THE_FILES


def make_plan(
    workspace: Identity, sides: Sides, *, now: datetime, wishes: Wishes, abilities: Abilities, protected: bool = False
) -> Plan:
    """The plan that brings the workspace to what the files say.

    Units: *now* is aware, in UTC.
    """
    if not wishes.delete:
        sides = replace(sides, desired=with_kept_messages(sides))
    sorting = _Sorting(sides, wishes, abilities)
    for difference in differences(sides.base, sides.desired, sides.live, abilities.sees):
        if _is_asked_for(difference.address, wishes.only) and not _goes_with_its_campaign(difference, sides):
            sorting.take(difference)
    return Plan(
        workspace=workspace,
        reason=wishes.reason,
        made_at=now,
        expires_at=now + wishes.lasts,
        protected=protected,
        changes=ordered(sorting.changes),
        theirs=tuple(sorting.theirs),
        conflicts=tuple(sorting.conflicts),
        by_hand=tuple(sorting.by_hand),
        waiting=ordered(sorting.waiting),
        unseen=tuple(abilities.unseen()),
        agreed=tuple(_newly_agreed(sides, wishes.only)),
        counts=_counts(sides.live),
    )


def with_kept_messages(sides: Sides) -> Snapshot:
    """What the files say, with every dropped message step put back where it stands in the workspace, switched off."""
    documents = dict(sides.desired.documents)
    for document in sides.desired:
        live, base = sides.live.get(document.address), sides.base.get(document.address)
        if document.address.kind is not Kind.CAMPAIGN or live is None or base is None:
            continue
        steps = [one.value(WORKFLOW) for one in (document, live, base)]
        if not all(isinstance(one, list) for one in steps):
            continue
        workflow, kept = with_kept_steps(*steps)
        if kept:
            fields = {**document.fields, WORKFLOW: canonical(workflow)}
            documents[document.address] = Document(document.address, fields)
        for message in _messages_of(document.address.slug, kept, sides.live):
            documents.setdefault(message.address, Document(message.address, {**message.fields, SENDING: OFF}))
    return Snapshot.of(*documents.values())


def _messages_of(campaign: str, names: Collection[str], live: Snapshot) -> Iterator[Document]:
    wanted = tuple(f"{campaign}/{name}" for name in names)
    for document in live:
        slug = document.address.slug
        if document.address.kind is Kind.MESSAGE and any(slug == one or slug.startswith(f"{one}.") for one in wanted):
            yield document


def _is_asked_for(address: Address, only: Collection[str]) -> bool:
    return not only or address.slug in only or campaign_of(address) in only


def campaign_of(address: Address) -> str:
    """The campaign that a campaign or message belongs to; empty for shared parts."""
    match address.kind:
        case Kind.CAMPAIGN:
            return address.slug
        case Kind.MESSAGE:
            return address.slug.partition("/")[0]
        case _:
            return ""


def _goes_with_its_campaign(difference: Difference, sides: Sides) -> bool:
    """Whether a message is only on one side because its whole campaign is: that is told of the campaign."""
    if difference.address.kind is not Kind.MESSAGE or difference.presence is Presence.BOTH:
        return False
    campaign = Address(Kind.CAMPAIGN, campaign_of(difference.address))
    if difference.desired is None:
        return sides.desired.get(campaign) is None
    return difference.presence is not Presence.ADDED and sides.live.get(campaign) is None


@dataclass(slots=True)
class _Sorting:
    """Differences, sorted into the sections of a plan."""

    sides: Sides
    wishes: Wishes
    abilities: Abilities
    changes: list[Change] = field(default_factory=list)
    theirs: list[Left] = field(default_factory=list)
    conflicts: list[Left] = field(default_factory=list)
    by_hand: list[HandWork] = field(default_factory=list)
    waiting: list[Change] = field(default_factory=list)

    def take(self, difference: Difference) -> None:
        """Put one difference where it belongs."""
        forced = _is_forced(difference.address, self.wishes.ours)
        match difference.presence:
            case Presence.BOTH:
                self._take_moves(difference, forced)
            case Presence.ADDED:
                self._take_new(difference)
            case Presence.LOST | Presence.LOST_MOVED if forced:
                self._take_new(difference)
            case Presence.REMOVED:
                self._take_removed(difference)
            case Presence.REMOVED_MOVED if forced:
                self._take_removed(difference)
            case Presence.LOST | Presence.FOREIGN:
                self.theirs.append(_left(difference, difference.moves))
            case Presence.LOST_MOVED | Presence.REMOVED_MOVED:
                self.conflicts.append(_left(difference, difference.moves))
            case _:
                assert_never(difference.presence)

    def _take_moves(self, difference: Difference, forced: bool) -> None:
        address, live = difference.address, difference.live
        ours: list[FieldChange] = []
        theirs: list[Move] = []
        conflicts: list[Move] = []
        for move in difference.moves:
            if _both_rest(address, move):
                continue
            change = FieldChange(move.field, move.live, move.desired)
            if _waits_for_start(address, move):
                self._let_go(Change(Action.START, address, (change,), _digest(live)))
            elif move.verdict is Verdict.OURS or forced or self._was_left_quiet(address, move):
                ours.append(change)
            elif move.verdict is Verdict.THEIRS:
                theirs.append(move)
            else:
                conflicts.append(move)
        self._write(address, ours, live)
        if theirs:
            self.theirs.append(_left(difference, theirs))
        if conflicts:
            self.conflicts.append(_left(difference, conflicts))

    def _was_left_quiet(self, address: Address, move: Move) -> bool:
        """Whether a known thing still stands as quiet as an apply once made it: nobody of theirs moved that."""
        own = {Kind.CAMPAIGN: STATE, Kind.MESSAGE: SENDING}.get(address.kind)
        is_known = self.sides.base.get(address) is not None
        return is_known and move.field == own and (move.base, move.live) == (None, DRAFT)

    def _write(self, address: Address, fields: Collection[FieldChange], live: Document | None) -> None:
        """Our moves of one thing: what we may write, what a hand must."""
        written: list[FieldChange] = []
        for change in fields:
            why = self.abilities.why_by_hand(address, change.name)
            if why:
                self.by_hand.append(HandWork(address, change, why))
            elif change.name == STATE:
                stop = replace(change, after=STOPPED)
                self.changes.append(Change(Action.STOP, address, (stop,), _digest(live)))
            else:
                written.append(change)
        if written:
            self.changes.append(Change(_action(address, written), address, tuple(written), _digest(live)))

    def _take_new(self, difference: Difference) -> None:
        address, desired = difference.address, difference.desired
        assert desired is not None  # its presence says so
        why = self.abilities.why_not_created(address)
        fields: list[FieldChange] = []
        for name, value in sorted(desired.fields.items()):
            change = FieldChange(name, None, value)
            if value is None:
                continue
            if cause := why or self.abilities.why_no_place(address, name):
                self.by_hand.append(HandWork(address, change, cause))
            elif (quiet := self._quiet(address, change)) is not None:
                fields.append(quiet)
                if quiet.after != value:
                    self._let_go(Change(Action.START, address, (FieldChange(name, quiet.after, value),)))
            else:
                fields.append(change)
        if not why and (fields or not desired.fields):
            self.changes.append(Change(Action.CREATE, address, tuple(fields)))

    def _quiet(self, address: Address, change: FieldChange) -> FieldChange | None:
        """A new thing's state in its quiet form: campaigns are drafts, messages make drafts; None for other fields."""
        if address.kind is Kind.CAMPAIGN and change.name == STATE:
            return replace(change, after=DRAFT)
        if address.kind is Kind.MESSAGE and change.name == SENDING:
            is_loud = change.after == AUTOMATIC and address not in self.wishes.outspoken
            return replace(change, after=DRAFT) if is_loud else change
        return None

    def _take_removed(self, difference: Difference) -> None:
        live = difference.live
        assert live is not None  # its presence says so
        fields = tuple(FieldChange(name, value, None) for name, value in sorted(live.fields.items()))
        self.changes.append(Change(Action.DELETE, difference.address, fields, _digest(live)))

    def _let_go(self, change: Change) -> None:
        """Something that only runs or sends when it was asked for."""
        name = change.fields[0].name
        why = self.abilities.why_by_hand(change.address, name)
        if why and self.wishes.start:
            self.by_hand.append(HandWork(change.address, change.fields[0], why))
        else:
            (self.changes if self.wishes.start else self.waiting).append(change)


def _is_forced(address: Address, ours: Collection[str]) -> bool:
    return "all" in ours or str(address) in ours or address.slug in ours


def _both_rest(address: Address, move: Move) -> bool:
    """Whether a campaign runs on neither side: one that never ran is a draft, one that did cannot be one again."""
    is_state = address.kind is Kind.CAMPAIGN and move.field == STATE
    return is_state and {move.desired, move.live} == {DRAFT, STOPPED}


def _waits_for_start(address: Address, move: Move) -> bool:
    """Whether the move would start a campaign, or let out a message that nobody ever let out."""
    if address.kind is Kind.CAMPAIGN and move.field == STATE:
        return move.desired == RUNNING
    return (
        address.kind is Kind.MESSAGE
        and move.field == SENDING
        and (move.desired, move.live, move.base) == (AUTOMATIC, DRAFT, None)
    )


def _action(address: Address, fields: Collection[FieldChange]) -> Action:
    is_off = address.kind is Kind.MESSAGE and any(one.name == SENDING and one.after == OFF for one in fields)
    return Action.OFF if is_off and len(fields) == 1 else Action.UPDATE


def _left(difference: Difference, moves: Iterable[Move]) -> Left:
    fields = tuple(FieldChange(move.field, move.desired, move.live) for move in moves)
    return Left(difference.address, difference.presence, fields)


def _digest(document: Document | None) -> str | None:
    return None if document is None else document.digest


def _newly_agreed(sides: Sides, only: Collection[str]) -> Iterator[Document]:
    """What both sides say alike and the ledger does not know yet; a field that both dropped has no value."""
    for desired in sides.desired:
        live, base = sides.live.get(desired.address), sides.base.get(desired.address)
        if live is None or not _is_asked_for(desired.address, only):
            continue
        known = {} if base is None else base.fields
        names = sorted({*desired.fields, *known})
        same: dict[str, Value] = {
            name: desired.fields.get(name)
            for name in names
            if desired.fields.get(name) == live.fields.get(name) != known.get(name)
        }
        if same or base is None:
            yield Document(desired.address, same)


def _counts(live: Snapshot) -> Mapping[Kind, int]:
    found: dict[Kind, int] = {}
    for document in live:
        found[document.address.kind] = found.get(document.address.kind, 0) + 1
    return found
