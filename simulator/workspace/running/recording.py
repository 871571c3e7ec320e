"""What happens, written down as it does: the trace, activities, journeys and deliveries of one workspace.

The engine's entries come in one by one; rows are gathered and go to the store with the call that brought them about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from simulator.trace import (
    AnyEntry,
    Considered,
    Delivery,
    Ended,
    Entered,
    GoalReached,
    Held,
    Lapsed,
    Moved,
    Noted,
    Refused,
)
from simulator.workspace.running.identity import delivery_id, ulid
from simulator.workspace.running.tables import Row, as_json, from_json

if TYPE_CHECKING:
    from simulator.journeys import Journey
    from simulator.rendering.email import Rendered
    from simulator.workflow import Node
    from simulator.workspace.running.messages import Made
    from simulator.workspace.running.parents import Parents
    from simulator.workspace.running.tables import Tables

Json = dict[str, Any]
Heard = tuple[str, str]  # delivery id, metric
_BY_LINE = (Considered, Held, Lapsed, Refused, Entered)
KEPT_JOURNEYS = 4096


class Recording:
    """Gathers rows until they are written."""

    def __init__(self, tables: Tables, parents: Parents, uid_of: Callable[[str], int | None]) -> None:
        self.tables = tables
        self.parents = parents
        self.uid_of = uid_of
        self.line = 0  # the activity at hand
        self.at = 0
        self.event_id: str | None = None
        self.trigger_id: int | None = None
        self.heard: list[Heard] = []  # metrics to be told of once all is written
        self.taken: Callable[[], Made | None] = lambda: None  # the message that was made just now
        self.not_modelled: Mapping[str, str] = {}  # campaign → what of it does not run
        self.given: str | None = None  # the id that a delivery was promised
        self.attachments: Mapping[str, str] = {}  # of the message at hand, base64 by name
        self.entered = 0  # journeys that started since the server did
        self._activities: list[Row] = []
        self._trace: list[Row] = []
        self._contents: list[Row] = []
        self._journeys: dict[tuple[str, str, int], Json] = {}
        self.read_numbers()

    def read_numbers(self) -> None:
        """Go on where the store's numbers stand."""
        self._activity_number = self.tables.last("running_activities")
        self._trace_number = self.tables.last("running_trace")
        self._delivery_number = self.tables.last("running_deliveries")
        self._activities, self._trace, self._contents, self.heard = [], [], [], []
        self._journeys.clear()

    # --- activities -------------------------------------------------------------------------------------------------

    def reserve(self) -> int:
        """A number for the call at hand, whose activity comes before all that comes of it."""
        self._activity_number += 1
        return self._activity_number

    def activity(
        self,
        uid: int | None,
        at: int,
        kind: str,
        name: str,
        data: Any,
        *,
        number: int | None = None,
        stamp: int | None = None,
        event_id: str | None = None,
        anonymous_id: str | None = None,
        delivery: str | None = None,
        n: int | None = None,
    ) -> int:
        """Note something that happened; gives its number, which may be one that was reserved."""
        if n is None:
            n = self.reserve()
        own = at if stamp is None else stamp
        self._activities.append((n, uid, at, kind, name, number, own, event_id, anonymous_id, delivery, as_json(data)))
        return n

    def event_ulid(self, n: int, at: int) -> str:
        """The id of an event whose sender gave it none."""
        return ulid(at, "event", self.tables.workspace, n)

    # --- the trace --------------------------------------------------------------------------------------------------

    def emit(self, entry: AnyEntry) -> None:
        """Take in one decision of the engine."""
        self._trace_number += 1
        line = entry.line if isinstance(entry, _BY_LINE) else None
        journey = getattr(entry, "journey", None)
        self._trace.append((self._trace_number, entry.at, entry.person, entry.campaign, journey, line, as_json(entry)))
        match entry:
            case Entered():
                self._entered(entry)
            case Delivery():
                self._delivered(entry)
            case Ended(at=at, person=person, campaign=campaign, journey=number, outcome=outcome, reason=reason):
                what = "ended_at = ?, outcome = ?, reason = ?"
                self._change_journey(what, (at, outcome, reason), (person, campaign, number))
            case Moved():
                self._moved(entry)
            case GoalReached(converted=True):
                self._converted(entry)
            case _:
                pass

    def _entered(self, entry: Entered) -> None:
        self.entered += 1
        event_id, trigger_id = self._cause(entry)
        number = ulid(entry.at, "journey", self.tables.workspace, entry.person, entry.campaign, entry.journey)
        key = (entry.person, entry.campaign, entry.journey)
        if len(self._journeys) >= KEPT_JOURNEYS:
            self._journeys.clear()
        self._journeys[key] = {"id": number, "event_id": event_id, "trigger_id": trigger_id}
        row = (*key, number, self.uid_of(entry.person), entry.at, entry.line, event_id, trigger_id, None, "", "")
        self.tables.insert("running_journeys", [row])
        lost = self.not_modelled.get(entry.campaign)
        if lost is not None:
            self._trace_number += 1
            note = Noted(entry.at, entry.person, entry.campaign, "not_modelled", lost)
            self._trace.append(
                (self._trace_number, entry.at, entry.person, entry.campaign, entry.journey, None, as_json(note))
            )

    def _cause(self, entry: Entered) -> tuple[str | None, int | None]:
        """The id of the event, or of the broadcast's trigger, that a journey started from."""
        if not entry.line:
            return None, None
        if entry.line == self.line:
            return self.event_id, self.trigger_id
        known = [row for row in self._activities if row[0] == entry.line]
        found = known[0] if known else None
        if found is None:
            rows = self.tables.rows("n, uid, at, type, name, number, stamp, event_id, anonymous_id, delivery_id, data",
                                    "running_activities", "n = ?", (entry.line,))  # fmt: skip
            found = rows[0] if rows else None
        if found is None or found[3] not in ("event", "page", "screen"):
            data = from_json(found[10]) if found is not None and found[3] == "broadcast" else {}
            return None, data.get("trigger_id") if isinstance(data, dict) else None
        return found[7] or self.event_ulid(found[0], found[2]), None

    def _change_journey(self, what: str, values: tuple[Any, ...], key: tuple[str, str, int]) -> None:
        self.tables.change("running_journeys", what, "person = ? AND campaign = ? AND number = ?", (*values, *key))

    def _converted(self, entry: GoalReached) -> None:
        """Assumed: the conversion is counted for the journey's last message that was sent (semantics R51)."""
        where = "person = ? AND campaign = ? AND journey = ? AND metrics LIKE '%\"sent\"%'"
        key = (entry.person, entry.campaign, entry.journey)
        rows = self.tables.rows("id", "running_deliveries", where, key, "ORDER BY n DESC LIMIT 1")
        if rows:
            self.metric(rows[0][0], "converted", entry.at)

    def _moved(self, entry: Moved) -> None:
        before = (entry.from_person, entry.campaign, entry.from_journey)
        self._journeys.pop(before, None)
        what = "person = ?, number = ?, uid = ?"
        self._change_journey(what, (entry.person, entry.journey, self.uid_of(entry.person)), before)

    # --- messages ---------------------------------------------------------------------------------------------------

    def journey_of(self, person: str, campaign: str, number: int) -> Json:
        """The journey's id, and what started it."""
        key = (person, campaign, number)
        found = self._journeys.get(key)
        if found is None:
            where = "person = ? AND campaign = ? AND number = ?"
            rows = self.tables.rows("id, event_id, trigger_id", "running_journeys", where, key)
            found = dict(zip(("id", "event_id", "trigger_id"), rows[0], strict=True)) if rows else {"id": ""}
            self._journeys[key] = found
        return found

    def ids_for(self, journey: Journey, node: Node, at: int) -> tuple[str, str]:
        """The delivery's and the journey's id of a message that is about to be made."""
        person, campaign = journey.person.key, journey.campaign.slug
        known = self.journey_of(person, campaign, journey.number)["id"]
        if self.given is not None:
            return self.given, known
        return delivery_id(self.tables.workspace, known or person, campaign, node.id, at), known

    def _delivered(self, entry: Delivery) -> None:
        made = self.taken()
        if made is not None:
            self._new_delivery(entry, made)
            return
        where = "person = ? AND campaign = ? AND journey = ? AND step = ? AND made_at = ?"
        key = (entry.person, entry.campaign, entry.journey, entry.step, entry.made_at)
        rows = self.tables.rows("id", "running_deliveries", where, key)
        if rows:
            self.metric(rows[0][0], entry.status, entry.at, reason=entry.reason, failure=entry.failure)

    def _new_delivery(self, entry: Delivery, made: Made) -> None:
        journey = self.journey_of(entry.person, entry.campaign, entry.journey)
        parent, template = self.parents.of(entry.campaign, entry.step, entry.message, entry.language, journey)
        self.keep_delivery(
            made.delivery,
            uid=self.uid_of(entry.person),
            person=entry.person,
            campaign=entry.campaign,
            journey=entry.journey,
            step=entry.step,
            at=entry.made_at,
            channel=entry.channel,
            status=entry.status,
            recipient=entry.recipient,
            reason=entry.reason,
            failure=entry.failure,
            parent={**parent, "template_id": template},
            rendered=made.rendered,
            attachments=self.attachments,
        )

    def keep_delivery(
        self,
        number: str,
        *,
        uid: int | None,
        person: str,
        campaign: str,
        journey: int | None,
        step: str,
        at: int,
        channel: str,
        status: str,
        recipient: str | None,
        reason: str,
        failure: str,
        parent: Json,
        rendered: Rendered | None,
        attachments: Mapping[str, str] | None = None,
    ) -> None:
        """Keep a delivery that was made; its listeners hear of it once all is written."""
        self._delivery_number += 1
        n = self._delivery_number
        known = self.tables.rows("n", "running_deliveries", "id = ?", (number,))
        if known:  # it was promised before
            n = known[0][0]
        metrics = {"created": at, status: at}
        subject = rendered.subject if rendered is not None else ""
        envelope = {} if rendered is None else {one: getattr(rendered, one) for one in _ENVELOPE}
        links = {} if rendered is None else dict.fromkeys((link.url for link in rendered.links if link.tracked), 0)
        row = (n, number, uid, person, campaign, journey, step, at, channel, status, at, recipient, subject, reason,
               failure, as_json(parent), as_json(metrics), as_json(envelope), as_json(links))  # fmt: skip
        self.tables.insert("running_deliveries", [row])
        content: Json = {} if rendered is None else {"html": rendered.html, "text": rendered.text}
        if attachments:
            content["attachments"] = dict(attachments)
        self._contents.append((n, as_json(content)))
        self.activity(uid, at, f"{status}_{channel}", "", {"delivery_id": number, status: at}, delivery=number)
        self.heard.append((number, status))

    def metric(
        self,
        number: str,
        metric: str,
        at: int,
        *,
        data: Mapping[str, Any] | None = None,
        reason: str = "",
        failure: str = "",
    ) -> bool:
        """A delivery reached a state; False when it was there before.

        Source: of opens and clicks the first time is kept, as the messages list has one time for each metric.
        """
        rows = self.tables.rows("metrics, uid, channel, status, links", "running_deliveries", "id = ?", (number,))
        if not rows:
            return False
        kept, uid, channel, status, links = rows[0]
        metrics = from_json(kept)
        is_new = metric not in metrics
        if is_new:
            metrics[metric] = at
        status = metric if metric in _STATES else status
        self.tables.change(
            "running_deliveries",
            "metrics = ?, status = ?, at = ?, links = ?, reason = coalesce(nullif(?, ''), reason),"
            " failure = coalesce(nullif(?, ''), failure)",
            "id = ?",
            (as_json(metrics), status, at, _clicked(links, metric, data), reason, failure, number),
        )
        shown = {"delivery_id": number, metric: at, **(data or {})}
        self.activity(uid, at, f"{metric}_{channel}", "", shown, delivery=number)
        self.heard.append((number, metric))
        return is_new

    def delivery_of(self, number: str) -> tuple[int | None, str, str] | None:
        """Whose a delivery is, and the campaign and step that sent it."""
        rows = self.tables.rows("uid, campaign, step", "running_deliveries", "id = ?", (number,)) if number else []
        return rows[0] if rows else None

    def own(self, uid: int, lines: Sequence[int], last: int) -> None:
        """Give a person the anonymous events of some lines; *last* is the number of the person's last event."""
        self.write()
        for index, line in enumerate(lines, start=last - len(lines) + 1):
            self.tables.change("running_activities", "uid = ?, number = ?", "n = ?", (uid, index, line))

    # --- to the store -----------------------------------------------------------------------------------------------

    @property
    def has_rows(self) -> bool:
        """Whether anything was gathered that is not written yet."""
        return bool(self._activities or self._trace or self._contents or self.heard)

    def write(self) -> None:
        """Put what was gathered into the store."""
        self.tables.insert("running_activities", self._activities)
        self.tables.insert("running_trace", self._trace)
        self.tables.insert("running_content", self._contents)
        self._activities, self._trace, self._contents = [], [], []


_STATES = frozenset(
    {
        "drafted",
        "attempted",
        "sent",
        "failed",
        "undeliverable",
        "dropped",
        "bounced",
        "queued",
        "suppressed",
        "deferred",
    }
)
_ENVELOPE = ("preheader", "sender", "reply_to", "to", "cc", "bcc", "headers", "method", "url")


def _clicked(links: str, metric: str, data: Mapping[str, Any] | None) -> str:
    """How often each link was clicked, with one click more where the metric is one."""
    href = (data or {}).get("href")
    if metric != "clicked" or not isinstance(href, str):
        return links
    found = from_json(links)
    return as_json({**found, href: found.get(href, 0) + 1})
