"""Journeys taken over into content that was edited while they were under way.

Source: Customer.io docs, "Making changes to campaigns" and "Edit workflows in live campaigns" (semantics R57): changed
triggers and filters count from then on and send nobody anything again; a shortened delay releases people who waited
long enough, a longer one makes all wait on, a deleted delay or window moves them on.
Assumed: a campaign that was stopped, archived or deleted ends its journeys at once; one that is stopping lets them go
on and takes nobody new; a started campaign on segments, attributes or dates takes those who come to match from then on
(semantics R38 leaves the choice to whoever starts it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.dates import plan_date
from simulator.journeys import Journey
from simulator.waits import go_on, look_at_wait
from simulator.workspace.running.state import moved_due, nodes_of

if TYPE_CHECKING:
    from simulator.content import CompiledCampaign, Content
    from simulator.workflow import Node
    from simulator.workspace.running.agenda import LiveAgenda
    from simulator.workspace.running.engine import LiveEngine
    from simulator.workspace.running.people import LivePerson

_DELAYS = ("wait", "wait_until")
_OVER = "campaign_stopped"


class Moving:
    """Takes everybody over from one content to the next."""

    def __init__(self, engine: LiveEngine, old: Content, new: Content, now: int) -> None:
        self.engine = engine
        self.now = now
        self.old = {campaign.slug: campaign for campaign in old.campaigns}
        self.new = {campaign.slug: campaign for campaign in new.campaigns}
        self.renumbered = {c.number: self.new[slug].number for slug, c in self.old.items() if slug in self.new}
        self.by_identity = {id(c): self.new.get(slug) for slug, c in self.old.items()}
        self.nodes = {slug: nodes_of(campaign) for slug, campaign in self.new.items()}
        self.started = [c for slug, c in self.new.items() if self._is_started(slug, c)]

    def _is_started(self, slug: str, campaign: CompiledCampaign) -> bool:
        """Whether a campaign looks at profiles anew: it was not there, or asks something else."""
        if campaign.trigger_kind not in ("segment", "person", "date"):
            return False
        before = self.old.get(slug)
        return before is None or before.definition.trigger != campaign.definition.trigger

    def move(self, person: LivePerson) -> None:
        """Take one person over."""
        engine = self.engine
        person.entries = self._by_number(person.entries)
        person.numbers_from = self._by_number(person.numbers_from)
        person.watched_until = self._by_number(person.watched_until)
        person.matching = frozenset(self.renumbered[n] for n in person.matching if n in self.renumbered)
        agenda: LiveAgenda | None = person.agenda  # type: ignore[assignment]  # people of a workspace have no others
        if agenda is not None:
            agenda.replace(lambda due: moved_due(due, self.by_identity))
        person.pending = tuple(one for one in person.pending if self.new.get(one.campaign.slug) is not None)
        for pending in person.pending:
            pending.campaign = self.new[pending.campaign.slug]
        for journey in person.journeys:
            self._move_journey(journey)
        for campaign in self.started:
            self._start(campaign, person)
        engine.settle()

    def _by_number(self, table: Any) -> Any:
        if not table:
            return table
        return {self.renumbered[number]: value for number, value in table.items() if number in self.renumbered}

    def _move_journey(self, journey: Journey) -> None:
        engine, campaign = self.engine, self.new.get(journey.campaign.slug)
        if campaign is None:
            engine.people.touch(journey.person)
            engine.end(journey, self.now, "exited_early", _OVER, "R38")
            return
        before = journey.node
        journey.campaign = campaign
        if before is None:
            return
        node = self.nodes[campaign.slug].get(before.id)
        if node is not None and node.kind == before.kind:
            journey.node = node
            self._look_at_delay(journey, before, node)
            return
        engine.people.touch(journey.person)
        go_on(engine, journey, self._following(before, campaign.slug), self.now)

    def _following(self, node: Node | None, slug: str) -> Node | None:
        """The first step after a deleted one that is still there."""
        while node is not None and node.id not in self.nodes[slug]:
            node = node.next
        return None if node is None else self.nodes[slug].get(node.id)

    def _look_at_delay(self, journey: Journey, before: Node, node: Node) -> None:
        """A changed length counts from when the wait began."""
        if node.kind == "wait_until":
            self.engine.people.touch(journey.person)
            look_at_wait(self.engine, journey, self.now)
        if journey.over or journey.node is not node or node.kind not in _DELAYS:
            return
        if node.seconds == before.seconds and node.least == before.least:
            return
        until = self._until(journey)
        if node.seconds < 0:
            self.engine.rest(journey, None)
            return
        length = before.seconds if before.seconds >= 0 else 0
        began = self.now if until is None else until - length
        self.engine.people.touch(journey.person)
        self.engine.rest(journey, max(began + node.seconds, self.now))

    def _until(self, journey: Journey) -> int | None:
        agenda = journey.person.agenda
        for at, _, act, what in agenda.entries() if agenda is not None else ():
            if getattr(act, "__name__", "") == "wake" and what == (journey, journey.turn):
                return at
        return None

    def _start(self, campaign: CompiledCampaign, person: LivePerson) -> None:
        """A campaign that starts to look at profiles: who matches already does not enter."""
        engine = self.engine
        if campaign.trigger_kind == "date":
            plan_date(engine, campaign, person, self.now)
            engine.people.touch(person)
            return
        assert campaign.trigger is not None  # what looks at profiles asks something
        moment = engine.moment(person, self.now)
        if campaign.trigger.holds(moment):
            person.matching = person.matching | {campaign.number}
            engine.people.touch(person)
        turn = engine.next_change(campaign.trigger, moment)
        if turn is not None:
            engine.watch_later(campaign, person, turn)
            engine.people.touch(person)
