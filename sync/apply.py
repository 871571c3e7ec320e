"""One change at a time: read it afresh, note, write, read it back, agree, note.

A 200 of a workspace proves nothing, and neither does a 500: what counts is what stands there afterwards. So a change is
done when it is read back, whoever did it, and an apply that was cut short looks at the workspace before it goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mailwright.diagnostics import ConfigurationError, MailwrightError, PartlyApplied, StalePlan, WorkspaceError
from sync.journal import Journal
from sync.ledger import Ledger
from sync.plan import Action, Change, FieldChange, Plan
from sync.plan_making import DRAFT, SENDING, STATE, campaign_of
from sync.reports.sections import counted
from sync.snapshot import Address, Document, Kind, Value
from sync.target import Target

PAUSES = (0.2, 0.5, 1.0, 2.0)
"""How long to wait, in seconds, between looks at something that may show its state from before the write."""

_MANY_CALLS = ("trigger", "filter", "workflow")


class Interrupted(MailwrightError):
    """The apply stopped at one change; *change* says which and *may_stand* whether the workspace may have taken it."""

    def __init__(self, change: Change, cause: Exception, *, may_stand: bool) -> None:
        super().__init__(str(cause), hint=getattr(cause, "hint", ""))
        self.change = change
        self.cause = cause
        self.may_stand = may_stand


@dataclass(slots=True)
class Apply:
    """One plan being carried out on one workspace."""

    plan: Plan
    target: Target
    ledger: Ledger
    journal: Journal
    root: Path
    pause: Callable[[float], None]
    told: Callable[[Change, str], None] = lambda _change, _what: None
    stands: dict[Address, str | None] = field(default_factory=dict)  # digests of what this run wrote

    def run(self) -> None:
        """Carry out what is left of the plan.

        Raises: StalePlan when what it saw has moved and nothing was changed; WorkspaceError when the workspace refused
        the first write; PartlyApplied when it stopped after something was, or may have been, changed.
        """
        try:
            self._agree_on_what_is_alike()
            for position, change in enumerate(self.plan.changes):
                if position in self.journal.done:
                    self._remember(position, change)
                else:
                    self._carry_out(position, change)
            self.journal.end()
        except Interrupted as error:
            if isinstance(error.cause, StalePlan):
                self.journal.abandon()  # nothing is half written, and going on would meet the same again
            raise self._stopped(error) from error
        except (OSError, ConfigurationError) as error:
            raise self._without_disk(error) from error

    def _carry_out(self, position: int, change: Change) -> None:
        live = self._settled(position, change)
        if change.is_done(live):
            self._agree(position, change, live)
            self.told(change, "stands already")
            return
        self._refuse_moved(position, change, live)
        if live is not None and change.action is not Action.CREATE and change.address not in self.stands:
            self._keep(change, live)
        self.journal.begin(position)
        after = self._written(change, live)
        self._agree(position, change, after)
        self.told(change, "done")

    def _keep(self, change: Change, live: Document) -> None:
        """Keep what is replaced; of a campaign that goes its messages too."""
        self.journal.keep(live)
        if change.action is Action.DELETE:
            for address in sorted({*self.ledger.ids, *self.ledger.agreed}):
                part = self._read(change, address) if _is_part(address, change) else None
                if part is not None:
                    self.journal.keep(part)

    def _read(self, change: Change, address: Address) -> Document | None:
        try:
            return self.target.read(address)
        except WorkspaceError as error:
            raise Interrupted(change, error, may_stand=False) from error

    def _settled(self, position: int, change: Change) -> Document | None:
        """What stands there now; where a write was cut short, given time to show."""
        try:
            live = self.target.read(change.address)
            if position in self.journal.begun:
                live = self._waited_for(change, live)
        except WorkspaceError as error:
            raise Interrupted(change, error, may_stand=position in self.journal.begun) from error
        return live

    def _waited_for(self, change: Change, live: Document | None) -> Document | None:
        """The thing as soon as it shows what *change* wants, or as it stands after the last look."""
        for seconds in PAUSES:
            if change.is_done(live):
                break
            self.pause(seconds)
            live = self.target.read(change.address)
        return live

    def _written(self, change: Change, live: Document | None) -> Document | None:
        """Write, and read back until it shows.

        Raises: Interrupted when the workspace refuses, cannot be reached, or keeps something else than was written.
        """
        refusal: WorkspaceError | None = None
        try:
            self.target.write(change, live)
        except WorkspaceError as error:
            refusal = error
        try:
            after = self._waited_for(change, self.target.read(change.address))
        except WorkspaceError as error:
            raise Interrupted(change, refusal or error, may_stand=True) from error
        if change.is_done(after):
            return after
        is_untouched = _digest(after) == _digest(live)
        raise Interrupted(change, refusal or _kept_otherwise(change, after), may_stand=not is_untouched) from refusal

    def _refuse_moved(self, position: int, change: Change, live: Document | None) -> None:
        """Let the change pass when the thing stands as the plan saw it, or as this run left it."""
        address = change.address
        expected = self.stands.get(address, change.seen)
        if _digest(live) == expected or (position in self.journal.begun and _is_ours(change, live)):
            return
        if change.action is Action.CREATE and self._came_with_its_campaign(address):
            return
        if live is None:
            what = f"{address} is gone from {self.plan.workspace.name}"
        elif change.action is Action.CREATE:
            what = f"{address} is in {self.plan.workspace.name} by now"
        else:
            what = f"{address} was changed in {self.plan.workspace.name} after the plan was made"
        stale = StalePlan(what, hint=f"mailwright plan {self.plan.workspace.name}")
        raise Interrupted(change, stale, may_stand=False)

    def _came_with_its_campaign(self, address: Address) -> bool:
        """Whether a new message stands there because this run put its step into the workflow."""
        return address.kind is Kind.MESSAGE and Address(Kind.CAMPAIGN, campaign_of(address)) in self.stands

    def _agree(self, position: int, change: Change, after: Document | None) -> None:
        if change.action is Action.DELETE:
            for address in [one for one in self.ledger.agreed if one == change.address or _is_part(one, change)]:
                self.ledger.forget(address)
        else:
            known = self.ledger.agreed.get(change.address)
            fields = {} if known is None else dict(known.fields)
            merge(fields, {one.name: one.after for one in change.fields if not _is_quiet(change, one)})
            self.ledger.agree(Document(change.address, fields))
        self.ledger.save(self.root)
        self.stands[change.address] = _digest(after)
        self.journal.finish(position, _digest(after))

    def _agree_on_what_is_alike(self) -> None:
        for document in self.plan.agreed:
            known = self.ledger.agreed.get(document.address)
            fields = {} if known is None else dict(known.fields)
            merge(fields, document.fields)
            self.ledger.agree(Document(document.address, fields))
        self.ledger.save(self.root)

    def _remember(self, position: int, change: Change) -> None:
        self.stands[change.address] = self.journal.done[position]

    def _stopped(self, error: Interrupted) -> MailwrightError:
        """What to tell when the apply stopped at one change."""
        done = len(self.journal.done)
        if not done and not error.may_stand:
            if isinstance(error.cause, StalePlan):
                return StalePlan(f"{error}; nothing was changed", hint=error.hint)
            return WorkspaceError(f"{error}; nothing was changed", hint=error.hint)
        maybe = f"; {error.change.address} may stand in part" if error.may_stand else ""
        return self._partly(f"{error}{maybe}", error.hint if isinstance(error.cause, StalePlan) else "")

    def _without_disk(self, error: OSError | ConfigurationError) -> MailwrightError:
        """What to tell when this machine does not take a note any more."""
        why = (error.strerror or "it failed") if isinstance(error, OSError) else str(error)
        what = f"cannot write the journal: {why}" if isinstance(error, OSError) else why
        if not self.journal.done and not self.journal.begun:
            return ConfigurationError(f"{what}; nothing was changed", hint="is the disk full?")
        return self._partly(what, "")

    def _partly(self, why: str, hint: str) -> PartlyApplied:
        return PartlyApplied(
            f"{self.standing()}; stopped: {why}",
            hint=hint or f"mailwright apply {self.plan.workspace.name} --resume, when that is mended",
        )

    def standing(self) -> str:
        """What stands and what does not, in a sentence without its full stop."""
        done, total = len(self.journal.done), len(self.plan.changes)
        left = [change.address for at, change in enumerate(self.plan.changes) if at not in self.journal.done]
        shown = ", ".join(map(str, left[:3])) + (f" and {len(left) - 3} more" if len(left) > 3 else "")
        stand = (
            f"{done} of {counted(total, 'change')} {'stands' if done == 1 else 'stand'} in {self.plan.workspace.name}"
        )
        return f"{stand}; not yet: {shown}" if left else stand


def merge(fields: dict[str, Value], more: object) -> None:
    """Put values into *fields*; one that is absent takes its field away."""
    assert isinstance(more, dict)
    for name, value in more.items():
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = value


def _is_quiet(change: Change, one: FieldChange) -> bool:
    """Whether a new thing's field stands in its quiet form, which nobody agreed on as the last word."""
    return change.action is Action.CREATE and one.name in (STATE, SENDING) and one.after == DRAFT


def _is_part(address: Address, change: Change) -> bool:
    """Whether a message goes with the campaign that is deleted."""
    return (
        change.address.kind is Kind.CAMPAIGN
        and address.kind is Kind.MESSAGE
        and campaign_of(address) == change.address.slug
    )


def _is_ours(change: Change, live: Document | None) -> bool:
    """Whether what stands there can be an earlier attempt of *change* that was cut short.

    A trigger or workflow takes several calls, so between them it is neither what it was nor what it shall be.
    """
    if change.action is Action.CREATE or live is None:
        return True
    return all(one.name in _MANY_CALLS or live.fields.get(one.name) in (one.before, one.after) for one in change.fields)


def _kept_otherwise(change: Change, after: Document | None) -> WorkspaceError:
    """The refusal for a workspace that answered well and keeps something else."""
    if after is None:
        return WorkspaceError(f"{change.address} is not there after it was written", hint="look at it in Customer.io")
    names = ", ".join(_differing(change, after))
    return WorkspaceError(
        f"the workspace took {change.address} and keeps something else in: {names}", hint="look at it in Customer.io"
    )


def _differing(change: Change, after: Document) -> Iterator[str]:
    for one in change.fields:
        if after.fields.get(one.name) != one.after:
            yield one.name.replace("_", " ")


def _digest(document: Document | None) -> str | None:
    return None if document is None else document.digest
