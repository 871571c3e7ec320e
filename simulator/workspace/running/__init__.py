"""The part that runs a workspace's campaigns: calls in, time passing, messages out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from simulator.history.calls import Call
from simulator.trace import NotModelled
from simulator.workspace.records import ActivityRecord, DeliveryRecord, ObjectRecord, PersonRecord, Sending
from simulator.workspace.running.explaining import explanation_of
from simulator.workspace.running.library import Library
from simulator.workspace.running.live import Live
from simulator.workspace.running.rehearsals import rehearse
from simulator.workspace.running.sends import Sends

if TYPE_CHECKING:
    from simulator.explain import Explanation
    from simulator.workspace.space import Space

Json = dict[str, Any]
Listener = Callable[[DeliveryRecord, str], None]


class Running:
    """One workspace's campaigns under way.

    Time is the space's: a call arrives at its present, and what is due by then has happened before. Where the clock
    goes back, a person's calls still come one after another.

    Content may be edited while journeys are under way; it is read again before the next thing happens. Nobody gets
    anything a second time and no journey is forgotten: what becomes of journeys that wait is said in
    `simulator.workspace.running.moving`, with its sources.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self._live = Live(space)
        self._library = Library(self._live)
        self._sends = Sends(self._live)
        self._listeners: list[Listener] = []
        self._changed_at: int | None = None  # when content was edited that is not read yet

    # --- what the server calls ----------------------------------------------------------------------------------------

    def take(self, call: Call) -> None:
        """Let an accepted call happen now."""
        live, now = self._live, self.space.now()
        with live.happening():
            self._run_before(now)
            live.marks_head(call.kind)
            self._sends.take(msgspec.structs.replace(call, at=now))
        self._tell()

    def run_until(self, now: int) -> None:
        """Let happen what is due up to *now*, Unix seconds; what is due at that very second too."""
        live, sends = self._live, self._sends
        edited = self._changed_at is not None
        if self._changed_at is not None and not live.has_people:
            # An edit concerns nobody yet, and a client that writes five hundred campaigns need not wait for us.
            sends.read_calendar(self._changed_at)
            edited = False
        next_at = live.engine.timetable.next_at()
        is_due = sends.is_due(now) or (next_at is not None and next_at <= now)
        if not edited and not is_due and not live.states.lost:
            return
        with live.happening():
            self._run_before(now + 1)
        self._tell()

    def content_changed(self) -> None:
        """Read the stored content again before the next thing happens."""
        if self._changed_at is None:
            self._changed_at = self.space.now()

    def on_delivery(self, listener: Listener) -> None:
        """Call *listener* with a delivery and each metric it gets, once all of it is written."""
        self._listeners.append(listener)

    def flush(self) -> None:
        """Write what is not written yet: only edits that nothing was done with so far."""
        self._ready()

    def _run_before(self, moment: int) -> None:
        self._read_new_content()
        self._sends.run_before(moment)

    def _read_new_content(self) -> None:
        if self._changed_at is not None:
            at, self._changed_at = self._changed_at, None
            self._live.read_content(at)
            self._sends.read_calendar(at)

    def _ready(self) -> None:
        """Have what is stored, before anything is read."""
        if self._changed_at is not None:
            with self._live.happening():
                self._read_new_content()
            self._tell()
        self._live.catch_up()

    def _tell(self) -> None:
        heard, self._live.recording.heard = self._live.recording.heard, []
        if self._listeners:
            for number, metric in heard:
                delivery = self._library.delivery(number)
                if delivery is not None:
                    for listener in self._listeners:
                        listener(delivery, metric)

    # --- what the APIs read -------------------------------------------------------------------------------------------

    @property
    def not_modelled(self) -> tuple[NotModelled, ...]:
        """What the content says and the simulator does not imitate, and what it does in its place."""
        self._ready()
        return tuple(sorted(set(self._live.not_modelled())))

    def person(self, name: str, id_type: str) -> PersonRecord | None:
        """The profile of an identifier; *id_type* is id, email or cio_id."""
        self._live.catch_up()
        return self._library.person(name, id_type)

    def everyone(self) -> Iterator[PersonRecord]:
        """Every profile, in the order of being made."""
        self._live.catch_up()
        return self._library.everyone()

    def segment_members(self, segment_id: int) -> list[PersonRecord]:
        """Who is in a segment now."""
        self._ready()
        return self._library.segment_members(segment_id)

    def segments_of(self, person: PersonRecord) -> list[int]:
        """The numbers of the segments a person is in now."""
        self._ready()
        return self._library.segments_of(person)

    def matching(self, conditions: Any) -> list[PersonRecord]:
        """Who meets stored conditions now: a segment's tree, or a decoded list of `filters` or `anchors`."""
        self._ready()
        return self._library.matching(conditions)

    def relationships(self, person: PersonRecord) -> list[Json]:
        """The objects a person is related to."""
        self._live.catch_up()
        return self._library.relationships(person)

    def objects(self, type_id: str) -> list[ObjectRecord]:
        """Every object of a type, by id."""
        self._live.catch_up()
        return self._library.objects(type_id)

    def related_people(self, found: ObjectRecord) -> list[PersonRecord]:
        """Who is related to an object."""
        self._live.catch_up()
        return self._library.related_people(found)

    def object_count(self) -> int:
        """How many objects there are."""
        self._live.catch_up()
        return self._library.object_count()

    def event_names(self) -> list[str]:
        """Every event name that was received."""
        self._live.catch_up()
        return self._library.event_names()

    def delivery(self, delivery_id: str) -> DeliveryRecord | None:
        """One delivery, with what went out."""
        self._live.catch_up()
        return self._library.delivery(delivery_id)

    def delivery_count(self) -> int:
        """How many deliveries there are."""
        return self._library.delivery_count()

    def deliveries(self) -> Iterator[DeliveryRecord]:
        """Every delivery, newest first, without the bodies and attachments."""
        self._live.catch_up()
        return self._library.deliveries()

    def activities(self) -> Iterator[ActivityRecord]:
        """Every activity that is kept, newest first."""
        self._live.catch_up()
        return self._library.activities()

    def journeys_of(self, campaign_id: int) -> list[Json]:
        """A campaign's journeys, newest first."""
        self._ready()
        return self._library.journeys_of(campaign_id)

    def why(self, delivery_id: str) -> Sequence[str]:
        """Why a delivery was made, in lines for a person: what triggered it, which clauses held, which way it went."""
        from simulator.reports.explaining import explanation_as_text

        found = self.explanation(delivery_id)
        return [] if found is None else explanation_as_text(found).rstrip("\n").split("\n")[:-2]

    def explanation(self, delivery_id: str) -> Explanation | None:
        """Why a delivery was made, as `explain` has it; None for one that no campaign made."""
        self._ready()
        columns = "person, campaign, journey"
        rows = self._live.tables.rows(columns, "running_deliveries", "id = ?", (delivery_id,))
        if not rows or rows[0][2] is None:
            return None
        person, campaign, journey = rows[0]
        live, where = self._live, f"campaign {self._live.decoded.numbers.get(campaign)}"
        return explanation_of(live.tables, live.decoded.project, person, campaign, journey, where)

    # --- what the APIs send -------------------------------------------------------------------------------------------

    def send(self, sending: Sending) -> str:
        """Send one message, now or at its time; gives the delivery's id."""
        with self._live.happening():
            self._run_before(self.space.now())
            found = self._sends.send(sending)
        self._tell()
        return found

    def trigger_broadcast(self, campaign_id: int, trigger_id: int, body: Mapping[str, Any]) -> Json:
        """Send a broadcast to those a call names, or to its own audience: `{"count": N, "errors": [...]}`."""
        with self._live.happening():
            self._run_before(self.space.now())
            found = self._sends.trigger_broadcast(campaign_id, trigger_id, body)
        self._tell()
        return found

    def send_newsletter(self, newsletter_id: int) -> int:
        """Send a newsletter to its audience now; gives to how many."""
        with self._live.happening():
            self._run_before(self.space.now())
            found = self._sends.newsletter(newsletter_id, self.space.now())
        self._tell()
        return found

    def test_email(
        self,
        template: Mapping[str, Any],
        to: Sequence[str],
        data: Mapping[str, Any],
        *,
        campaign_type: str = "",
        prefix: str = "",
    ) -> str:
        """Send a template as a test to some addresses; gives its subject.

        Raises: ValueError, with the failure, when it does not render.
        """
        with self._live.happening():
            self._run_before(self.space.now())
            found = rehearse(self._live, template, to, data, campaign_type, prefix)
        self._tell()
        return found

    def exit_journeys(self, campaign_id: int, customer_ids: Sequence[str]) -> int:
        """End journeys of these people in a campaign; gives how many."""
        with self._live.happening():
            self._run_before(self.space.now())
            found = self._sends.exit_journeys(campaign_id, customer_ids)
        self._tell()
        return found
