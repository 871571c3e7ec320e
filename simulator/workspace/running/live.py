"""One workspace under way: its engine and everything beside it, kept in step with the store.

What a call brings about is written with it, in one change of the store: after a crash the file holds all of a call or
none of it. People stand in memory, everything that only was stands in the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mailwright.definitions.triggers import NewsletterTrigger
from simulator.content import Content, compile_content
from simulator.history.calls import Call, CallKind, IdType
from simulator.not_modelled import FROM_REPORTS
from simulator.people import Person
from simulator.trace import Ended
from simulator.workspace.content.decode import Decoded, decode
from simulator.workspace.running.agenda import Timetable
from simulator.workspace.running.engine import LiveEngine
from simulator.workspace.running.intake import LiveIntake
from simulator.workspace.running.messages import Ids, LiveMessages, Made
from simulator.workspace.running.moving import Moving
from simulator.workspace.running.parents import Parents
from simulator.workspace.running.people import LivePeople, LivePerson
from simulator.workspace.running.recording import Recording
from simulator.workspace.running.state import States
from simulator.workspace.running.tables import Tables, as_json, from_json

if TYPE_CHECKING:
    from simulator.conditions import Check
    from simulator.journeys import Journey
    from simulator.trace import NotModelled
    from simulator.workflow import Node
    from simulator.workspace.space import Space

Json = dict[str, Any]
_HEAD = frozenset({CallKind.SUPPRESS, CallKind.UNSUPPRESS, CallKind.DELETE, CallKind.MERGE, CallKind.WEBHOOK})


class Live:
    """The state of one workspace, and how it is written down and read."""

    decoded: Decoded
    engine: LiveEngine
    intake: LiveIntake
    recording: Recording
    states: States

    def __init__(self, space: Space) -> None:
        self.space = space
        self.tables = Tables(space.store, space.id)
        self.parents = Parents(space.documents)
        self.head: Json = {}
        self.read()

    # --- reading ----------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Take up everything from the store."""
        self.sequence, head = self.tables.head()
        self.head = dict(head)
        self.head_is_new = False
        self.decoded, content = self._content()
        timetable = Timetable()
        identifies = content.project.people.identifier != "id"
        people = LivePeople(timetable, self._new_uid, self.space.id, email_identifies=identifies)
        self.recording = Recording(self.tables, self.parents, lambda key: _uid(people.by_key.get(key)))
        messages = LiveMessages(content, self.decoded, self._ids)
        self.recording.taken = self._taken
        self.engine = LiveEngine(content, messages, self.recording.emit, people, timetable)
        self.intake = LiveIntake(self.engine, self.recording)
        self.states = States(self.engine, self.intake)
        self._read_state(people)
        self._say_not_modelled()
        self.parents.read(self.decoded)

    def _content(self) -> tuple[Decoded, Content]:
        decoded = decode(self.space.documents, self.space.name, self.space.liquid)
        # One-time sends go out by the workspace's own calendar, to whoever there is then.
        campaigns = {
            slug: campaign.model_copy(update={"trigger": campaign.trigger.model_copy(update={"at": None})})
            if isinstance(campaign.trigger, NewsletterTrigger)
            else campaign
            for slug, campaign in decoded.project.campaigns.items()
        }
        decoded = replace(decoded, project=replace(decoded.project, campaigns=campaigns))
        content = compile_content(decoded.project, self.space.name)
        # Calls name segments by the numbers that the APIs show; a log of the project may have its own.
        content.segment_numbers |= {str(number): slug for number, slug in decoded.names.segments.items()}
        for campaign in content.campaigns:
            campaign.closed = campaign.slug in decoded.closed
        return decoded, content

    def _new_uid(self) -> int:
        return self.space.store.new_id("profile")

    def _ids(self, journey: Journey, node: Node, at: int) -> Ids:
        return Ids(*self.recording.ids_for(journey, node, at))

    def _taken(self) -> Made | None:
        messages: LiveMessages = self.engine.messages  # type: ignore[assignment]  # a workspace has no others
        made, messages.made = messages.made, None
        return made

    def _read_state(self, people: LivePeople) -> None:
        engine, head = self.engine, self.head
        for kind, name, body in self.tables.rows("type, id, body", "running_objects"):
            engine.objects[(kind, name)] = from_json(body)
        for kind, name, stamps in self.tables.rows("type, id, stamps", "running_object_stamps"):
            self.intake.object_stamps[(kind, name)] = from_json(stamps)
        for uid, kept in self.tables.people():
            person = self.states.read(uid, kept)
            people.put_back(person)
            if person.is_stranger:
                engine.strangers.append(person)
        people.spent = set(head.get("spent", ()))
        people.suppressed = {(kind, name) for kind, name in head.get("suppressed", ())}
        by_slug = self.states.campaigns
        for key, counts in head.get("numbered", {}).items():
            people.numbered[key] = {by_slug[s].number: count for s, count in counts.items() if s in by_slug}
        self.intake.put_back(people, head.get("last_broadcast", {}), head.get("nobody", 0))
        self._remember(engine.content.remembered | engine.content.waited)
        self._read_events()

    def _read_events(self) -> None:
        """The ids seen before, and the anonymous events that wait for their person."""
        most = self.engine.content.assumptions.event_id_memory
        rows = self.tables.rows(
            "event_id", "running_activities", "event_id IS NOT NULL", after=f"ORDER BY n DESC LIMIT {int(most)}"
        )
        for (event_id,) in reversed(rows):
            self.intake.ids.add(event_id)
        where = "uid IS NULL AND anonymous_id IS NOT NULL AND type IN ('event', 'page', 'screen')"
        columns = "n, at, type, name, stamp, event_id, anonymous_id, data"
        for n, at, kind, name, stamp, event_id, anonymous, data in self.tables.rows(
            columns, "running_activities", where, after="ORDER BY n"
        ):
            own = None if stamp == at else stamp
            call = Call(n, CallKind(kind), None, IdType.ID, name, from_json(data), at, own, event_id, anonymous)
            self.intake.put_back_event(call, at)
        self.intake.forget_anonymous(self.space.now())

    def _remember(self, names: frozenset[str]) -> None:
        """Give people the events of those names, in lower case, that they did before: conditions count them."""
        if not names:
            return
        where = "number IS NOT NULL AND type IN ('event', 'page', 'screen')"
        columns = "uid, type, name, number, stamp, data"
        by_uid = self.engine.people.by_uid
        for uid, kind, name, number, stamp, data in self.tables.rows(
            columns, "running_activities", where, after="ORDER BY n"
        ):
            low = name.strip().lower()
            person = by_uid.get(uid) if low in names else None
            if person is not None:
                if not person.events:
                    person.events = {}
                person.events.setdefault((kind, low), []).append((number, stamp, from_json(data)))

    def not_modelled(self) -> list[NotModelled]:
        """What the content says and does not run; what became of messages is known here, unlike in a replay."""
        known = self.engine.content.not_modelled
        return [*self.decoded.not_modelled, *(one for one in known if one.instead != FROM_REPORTS)]

    def _say_not_modelled(self) -> None:
        lost = self.not_modelled()
        found: dict[str, list[str]] = {}
        for one in lost:
            found.setdefault(one.campaign, []).append(f"{one.step}: {one.what}" if one.step else one.what)
        self.recording.not_modelled = {slug: "; ".join(dict.fromkeys(what)) for slug, what in found.items() if slug}

    # --- content that changes -----------------------------------------------------------------------------------------

    def read_content(self, at: int) -> None:
        """Read the stored content again and take everybody over into it.

        Units: *at* is when it was edited, Unix seconds.
        """
        decoded, content = self._content()
        old, engine = self.engine.content, self.engine
        self.decoded = decoded
        self.parents.read(decoded)
        if _runs_alike(old, content):
            content = replace(old, project=content.project)
            engine.content = content
        else:
            self._move(old, content, at)
        messages = LiveMessages(content, decoded, self._ids)
        messages.know_objects(engine.objects)
        engine.messages = messages
        engine.people.email_identifies = content.project.people.identifier != "id"
        self._say_not_modelled()

    def _move(self, old: Content, new: Content, now: int) -> None:
        engine = self.engine
        moving = Moving(engine, old, new, now)
        engine.content = new
        engine.use_new_names()
        self.intake.use_new_names()
        self.states.read_content()
        asked = (new.remembered | new.waited) - (old.remembered | old.waited)
        self._remember(asked)
        for person in [*engine.people.by_uid.values()]:
            moving.move(person)

    # --- writing ----------------------------------------------------------------------------------------------------

    @contextmanager
    def happening(self) -> Iterator[None]:
        """What happens inside is written as a whole; where it fails, nothing of it happened."""
        execute = self.space.store.database.execute
        with self.space.store.change():
            self.catch_up()
            execute("SAVEPOINT happening")
            try:
                self._end_lost()
                yield
                self._write()
            except BaseException:
                execute("ROLLBACK TO happening")
                self.read()
                raise
            finally:
                execute("RELEASE happening")

    def _end_lost(self) -> None:
        """End journeys that a restart found no place for: content was edited, and the edit not yet taken up."""
        lost, self.states.lost = self.states.lost, []
        for person, campaign, number in lost:
            self.engine.people.touch(person)
            at = max(self.space.now(), person.last_at)
            self.engine.emit(Ended(at, person.key, campaign, number, "exited_early", "campaign_stopped", "R38"))

    def catch_up(self) -> None:
        """Take up rows that somebody else put there: a reset, an import, a change around a call that was taken back."""
        if self.tables.sequence() != self.sequence:
            self.read()

    def _write(self) -> None:
        engine, recording = self.engine, self.recording
        people = engine.people
        if not (people.touched or people.gone or recording.has_rows or self.head_is_new or engine.merges):
            return
        for person, name, data, at in engine.sent_events:
            recording.activity(person.uid, at, "event", name, data, number=person.number)
        engine.sent_events.clear()
        rows = []
        for uid in sorted(people.touched):
            person = people.touched[uid]
            if person.is_stranger and not person.journeys and not person.pending:
                people.by_uid.pop(uid, None)
                people.gone.append(uid)
                continue
            self._note_attributes(person)
            rows.append((uid, as_json(self.states.written(person))))
        recording.write()
        self.tables.insert("running_people", rows)
        for primary, secondary in engine.merges:
            self._merge_rows(primary, secondary)
        for uid in people.gone:
            self.tables.delete("running_people", "uid = ?", (uid,))
        if people.gone:
            self.head_is_new = True  # what is known of profiles that are gone stands there
            engine.strangers = [one for one in engine.strangers if getattr(one, "uid", None) in people.by_uid]
        self._write_objects()
        people.touched.clear()
        people.gone.clear()
        engine.merges.clear()
        self._write_head()

    def _note_attributes(self, person: LivePerson) -> None:
        """Note which attributes changed since the person was written last.

        Source: App API reference: an activity `attribute_change` holds each attribute's old and new value.
        """
        new, old = person.attributes, person.kept_attributes
        if new == old:
            return
        changes = {
            name: {"from": old.get(name), "to": new.get(name)}
            for name in (*old, *(name for name in new if name not in old))
            if old.get(name) != new.get(name)
        }
        if not changes:
            return
        at = person.last_at
        for name in changes:
            if name in new:
                person.stamps[name] = at
            else:
                person.stamps.pop(name, None)
        person.kept_attributes = dict(new)
        self.recording.activity(person.uid, at, "attribute_change", "", changes)

    def _merge_rows(self, primary: int, secondary: int) -> None:
        """Inherited events count, but nothing sees them as new (semantics R37)."""
        self.tables.change(
            "running_activities", "uid = ?, number = 0", "uid = ? AND number IS NOT NULL", (primary, secondary)
        )
        for table in ("running_activities", "running_deliveries", "running_journeys"):
            self.tables.change(table, "uid = ?", "uid = ?", (primary, secondary))

    def _write_objects(self) -> None:
        for kind, name in sorted(self.intake.objects_changed):
            body = self.engine.objects.get((kind, name))
            if body is None:
                self.tables.delete("running_objects", "type = ? AND id = ?", (kind, name))
                self.tables.delete("running_object_stamps", "type = ? AND id = ?", (kind, name))
            else:
                self.tables.insert("running_objects", [(kind, name, as_json(body))])
                stamps = self.intake.object_stamps.get((kind, name), {})
                self.tables.insert("running_object_stamps", [(kind, name, as_json(stamps))])
        self.intake.objects_changed.clear()

    def _write_head(self) -> None:
        self.sequence += 1
        if not self.head_is_new and self.sequence > 1:
            self.tables.change("running_head", "sequence = ?", "true", (self.sequence,))
            return
        people, slugs = self.engine.people, self.states.slugs
        self.head |= {
            "suppressed": sorted(people.suppressed),
            "spent": sorted(people.spent),
            "numbered": {
                key: {slugs[n]: count for n, count in counts.items() if n in slugs}
                for key, counts in people.numbered.items()
            },
            **self.intake.kept,
        }
        self.tables.keep_head(self.sequence, self.head)
        self.head_is_new = False

    @property
    def has_people(self) -> bool:
        """Whether there is anybody at all."""
        return bool(self.engine.people.by_uid)

    # --- asking -----------------------------------------------------------------------------------------------------

    def is_in(self, person: LivePerson, slug: str) -> bool:
        """Whether a person is in a segment now."""
        engine = self.engine
        return engine.shared_moment.in_segment(slug, engine.moment(person, self.space.now()))

    def asking(self, check: Check) -> Callable[[Person], bool]:
        """Whether a condition holds for a person now."""
        now = self.space.now()
        return lambda person: check.holds(self.engine.moment(person, now))

    def marks_head(self, kind: CallKind) -> None:
        """A call of that kind changes what is kept of the workspace as a whole."""
        if kind in _HEAD or kind is CallKind.BROADCAST:
            self.head_is_new = True


def _uid(person: LivePerson | None) -> int | None:
    return None if person is None else person.uid


def _runs_alike(old: Content, new: Content) -> bool:
    """Whether two contents differ only in what messages say."""
    before, after = old.project, new.project
    return (
        before.campaigns == after.campaigns
        and before.segments == after.segments
        and before.topics == after.topics
        and before.settings == after.settings
        and before.people == after.people
        and [c.closed for c in old.campaigns] == [c.closed for c in new.campaigns]
    )
