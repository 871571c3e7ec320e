"""The letters of a server's workspaces, read from what their campaigns sent."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice

from simulator.workspace.account import Account
from simulator.workspace.documents import Kind
from simulator.workspace.inbox.letters import Letter
from simulator.workspace.records import DeliveryRecord, Records
from simulator.workspace.reporting.telling import parent_of
from simulator.workspace.space import Space

SHOWN = 200
"""Letters on one page."""


class PostOffice:
    """Finds letters, newest first."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def letters(self, space: Space | None, search: str = "", limit: int = SHOWN) -> tuple[list[Letter], int]:
        """The newest letters of a workspace, or of all, that *search* is in; and how many there are of them."""
        spaces = [space] if space is not None else list(self.account.spaces.values())
        asked = search.casefold().strip()
        found = heapq.merge(*(self._of(one) for one in spaces), key=lambda letter: -letter.at)
        if not asked:
            total = sum(_count(one) for one in spaces)
            return list(islice(found, limit)), total
        matching = [letter for letter in found if asked in _searched(letter)]
        return matching[:limit], len(matching)

    def newest(self, space: Space | None) -> str:
        """The id of the newest letter; "" where there is none."""
        letters, _ = self.letters(space, limit=1)
        return letters[0].id if letters else ""

    def letter(self, space: Space, delivery_id: str) -> Letter | None:
        """One letter, with why it was sent."""
        records: Records = space.running
        found = records.delivery(delivery_id)
        return None if found is None else letter_of(space, found, why=tuple(records.why(delivery_id)))

    def _of(self, space: Space) -> Iterator[Letter]:
        records: Records = space.running
        return (letter_of(space, one) for one in records.deliveries())


def _count(space: Space) -> int:
    records: Records = space.running
    return records.delivery_count()


def _searched(letter: Letter) -> str:
    return "\n".join((letter.subject, letter.person, *letter.to, letter.source, letter.step, letter.id)).casefold()


def letter_of(space: Space, delivery: DeliveryRecord, why: Sequence[str] = ()) -> Letter:
    """A delivery as the inbox shows it."""
    return Letter(
        id=delivery.id,
        workspace=space.name,
        at=delivery.created,
        channel="sms" if delivery.type == "twilio" else delivery.type,
        state=delivery.state,
        person=_person(delivery),
        source=source_of(space, delivery),
        step=_step(space, delivery),
        subject=delivery.subject,
        preheader=delivery.preheader,
        sender=delivery.sender,
        reply_to=delivery.reply_to,
        to=delivery.to or ((delivery.recipient,) if delivery.recipient else ()),
        cc=delivery.cc,
        bcc=delivery.bcc,
        headers=delivery.headers,
        html=delivery.html,
        text=delivery.text,
        attachments=delivery.attachments,
        request=delivery.request,
        failure=delivery.failure_message or "",
        metrics=tuple(sorted(delivery.metrics.items(), key=lambda one: one[1])),
        parent=parent_of(delivery.parent),
        why=why,
    )


def _person(delivery: DeliveryRecord) -> str:
    person = delivery.person
    return "(deleted)" if person is None else person.id or person.email or person.cio_id


def _step(space: Space, delivery: DeliveryRecord) -> str:
    """The name of the step that sent a delivery, where a workflow did."""
    number = delivery.parent.get("action_id")
    action = space.documents.get(Kind.ACTION, int(number)) if number is not None else None
    return str(action["name"] or delivery.step) if action is not None else delivery.step


_SOURCES = (
    ("newsletter_id", Kind.NEWSLETTER, "newsletter"),
    ("transactional_message_id", Kind.TRANSACTIONAL, "transactional message"),
    ("campaign_id", Kind.CAMPAIGN, "campaign"),
    ("broadcast_id", Kind.CAMPAIGN, "broadcast"),
)


def source_of(space: Space, delivery: DeliveryRecord) -> str:
    """What sent a delivery, by its name in the workspace."""
    for name, kind, word in _SOURCES:
        number = delivery.parent.get(name)
        if number is not None:
            document = space.documents.get(kind, int(number))
            return str(document["name"]) if document is not None else f"{word} {number}"
    return "a call's own message"
