"""What both APIs ask the running part for: people, segments, deliveries, activities, sends.

The values here are plain copies: nothing that is done to them changes what runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A profile. Units: *timestamps* are Unix seconds, when each attribute was last set."""

    cio_id: str
    id: str | None
    email: str | None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    timestamps: Mapping[str, int] = field(default_factory=dict)
    unsubscribed: bool = False
    devices: Sequence[Mapping[str, Any]] = ()

    def identifiers(self) -> Json:
        """How the App API names the person."""
        return {"cio_id": self.cio_id, "id": self.id, "email": self.email}


@dataclass(frozen=True, slots=True)
class ObjectRecord:
    """An object, such as a company. Units: *timestamps* are Unix seconds, when each attribute was last set."""

    type_id: str
    id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    timestamps: Mapping[str, int] = field(default_factory=dict)

    @property
    def cio_object_id(self) -> str:
        """The name that the workspace gives the object, which never changes.

        Source: App API reference: some letters and digits such as `ob020101`. Assumed: which.
        """
        return "ob" + hashlib.sha256(f"{self.type_id}/{self.id}".encode("utf-8", "replace")).hexdigest()[:12]

    def identifiers(self) -> Json:
        """How the App API names the object."""
        return {"cio_object_id": self.cio_object_id, "object_id": self.id}


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """A message to one person. Units: times are Unix seconds.

    *metrics* is when each state was reached, such as `sent` or `opened`. *parent* holds what the message belongs to:
    `campaign_id` and `action_id` (also of a broadcast, with `broadcast_id` and `trigger_id`), `newsletter_id` and
    `content_id`, or `transactional_message_id`; `journey_id` and `trigger_event_id` where there are some.
    """

    id: str
    type: str  # email, push, twilio, webhook … as the App API calls it
    created: int
    state: str  # drafted, attempted, sent, failed, undeliverable, suppressed …
    person: PersonRecord | None  # None: the profile is gone
    recipient: str = ""
    subject: str = ""
    metrics: Mapping[str, int] = field(default_factory=dict)
    parent: Mapping[str, Any] = field(default_factory=dict)
    template_id: int | None = None
    failure_message: str | None = None
    links: Mapping[str, int] = field(default_factory=dict)  # address → clicks
    html: str = ""
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    # What the inbox and the mail server behind it show besides.
    preheader: str = ""
    sender: str = ""
    reply_to: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    request: str = ""  # of a webhook step: its method and address
    step: str = ""  # the step's name, where a workflow sent it


@dataclass(frozen=True, slots=True)
class ActivityRecord:
    """Something that happened to a person, such as `event`, `attribute_change`, `sent_email` or `opened_email`."""

    id: str
    type: str
    timestamp: int
    person: PersonRecord | None
    name: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    delivery_id: str | None = None
    delivery_type: str | None = None
    customer_id: str | None = None  # as it was, where the profile is gone


@dataclass(frozen=True, slots=True)
class Sending:
    """One send that a call asks for: its message, or the whole content in the call itself.

    *overrides* are the call's own keys, as the App API names them: subject, body, body_plain, body_amp, preheader,
    from, reply_to, bcc, cc, fake_bcc, headers, language, tracked, send_to_unsubscribed …
    Units: *at* is in Unix seconds; None: now.
    """

    channel: str  # email, push, sms, whatsapp, in_app, inbox_message
    message_id: int | None
    identifier: str
    id_type: str  # id, email, cio_id
    to: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    at: int | None = None
    draft: bool = False


class Records(Protocol):
    """The part of `Running` that both APIs read and send through."""

    def person(self, name: str, id_type: str) -> PersonRecord | None:
        """The profile of an identifier; *id_type* is id, email or cio_id."""

    def everyone(self) -> Iterator[PersonRecord]:
        """Every profile, in a stable order."""

    def segment_members(self, segment_id: int) -> list[PersonRecord]:
        """Who is in a segment now, in a stable order."""

    def segments_of(self, person: PersonRecord) -> list[int]:
        """The numbers of the segments a person is in now."""

    def matching(self, conditions: Any) -> list[PersonRecord]:
        """Who meets stored conditions now: a segment's tree, or a decoded list of `filters` or `anchors`."""

    def relationships(self, person: PersonRecord) -> list[Json]:
        """The objects a person is related to: `{"identifiers": {object_type_id, object_id}, "attributes": {…}}`."""

    def objects(self, type_id: str) -> list[ObjectRecord]:
        """Every object of a type, in a stable order."""

    def related_people(self, found: ObjectRecord) -> list[PersonRecord]:
        """Who is related to an object, in a stable order."""

    def object_count(self) -> int:
        """How many objects there are."""

    def event_names(self) -> list[str]:
        """Every event name that was received."""

    def delivery(self, delivery_id: str) -> DeliveryRecord | None:
        """One delivery."""

    def why(self, delivery_id: str) -> Sequence[str]:
        """Why a delivery was made, in lines for a person: what triggered it, which clauses held, which way it went."""

    def deliveries(self) -> Iterator[DeliveryRecord]:
        """Every delivery, newest first."""

    def delivery_count(self) -> int:
        """How many deliveries there are."""

    def activities(self) -> Iterator[ActivityRecord]:
        """Every activity that is kept, newest first."""

    def journeys_of(self, campaign_id: int) -> list[Json]:
        """A campaign's journeys: `id`, `customer_id`, `started`, `ended` (null while it runs), `exit` (why early)."""

    def send(self, sending: Sending) -> str:
        """Send one message; gives the delivery's id."""

    def test_email(
        self,
        template: Mapping[str, Any],
        to: Sequence[str],
        data: Mapping[str, Any],
        *,
        campaign_type: str = "",
        prefix: str = "",
    ) -> str:
        """Render an email for somebody unknown with an event's data, and keep it as sent; gives its subject.

        Raises: ValueError, with the failure, when it does not render.
        """

    def trigger_broadcast(self, campaign_id: int, trigger_id: int, body: Mapping[str, Any]) -> Json:
        """Send a broadcast to those a call names, or to its own audience: `{"count": N, "errors": [...]}`."""

    def send_newsletter(self, newsletter_id: int) -> int:
        """Send a newsletter to its audience now; gives to how many."""

    def exit_journeys(self, campaign_id: int, customer_ids: Sequence[str]) -> int:
        """End journeys of these people in a campaign; gives how many."""
