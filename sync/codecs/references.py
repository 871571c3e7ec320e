"""Slug ⇄ id: what a condition or a message of a workspace names by number, and the files by slug."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.codecs.messages import address_text, bare_address


class Unreadable(Exception):
    """Something a workspace holds that no file can say; the text says what."""


class Unwritable(Exception):
    """Something the files say that this interface has no place for; the text says what."""


@dataclass(slots=True)
class References:
    """The names of everything that others name, of one workspace."""

    segments: dict[str, int] = field(default_factory=dict)
    layouts: dict[str, int] = field(default_factory=dict)
    topics: dict[str, int] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)  # event name → its number in exit conditions
    object_types: dict[str, int] = field(default_factory=dict)
    actions: dict[tuple[str, str], str] = field(default_factory=dict)  # campaign, step → action id
    channels: dict[tuple[str, str], str] = field(default_factory=dict)  # campaign, step → email, sms …
    senders: dict[int, tuple[str, str]] = field(default_factory=dict)  # identity → name, address
    layout_bodies: dict[str, str] = field(default_factory=dict)  # body → reference, where it is the only one

    def segment_id(self, slug: str) -> int:
        """The number of a segment. Raises: Unwritable."""
        return _there(self.segments, slug, "segment")

    def segment_slug(self, number: object) -> str:
        """The slug of a segment. Raises: Unreadable."""
        return _named(self.segments, number, "segment")

    def layout_id(self, reference: str) -> int:
        """The number of a layout. Raises: Unwritable."""
        return _there(self.layouts, reference, "layout")

    def layout_reference(self, number: object) -> str:
        """What the files call a layout. Raises: Unreadable."""
        return _named(self.layouts, number, "layout")

    def topic_id(self, slug: str) -> int:
        """The number of a subscription topic. Raises: Unwritable."""
        return _there(self.topics, slug, "topic")

    def topic_slug(self, number: object) -> str:
        """The slug of a subscription topic. Raises: Unreadable."""
        return _named(self.topics, number, "topic")

    def event_id(self, name: str) -> int:
        """The number of an event. Raises: Unwritable, as for an event that the workspace has not seen yet."""
        return _there(self.events, name, "event")

    def event_name(self, number: object) -> str:
        """The name of an event. Raises: Unreadable."""
        return _named(self.events, number, "event")

    def object_type_id(self, slug: str) -> int:
        """The number of an object type. Raises: Unwritable."""
        return _there(self.object_types, slug, "object type")

    def object_type(self, number: object) -> str:
        """The slug of an object type. Raises: Unreadable."""
        return _named(self.object_types, number, "object type")

    def action_id(self, campaign: str, step: str) -> str:
        """The id of a message step's action; 0, which nothing has, for one that is not there yet.

        A workflow is written with its messages first and looked at again, so a 0 never stays.
        """
        return self.actions.get((campaign, step), "0")

    def step_of(self, action: object) -> tuple[str, str]:
        """The campaign and step of an action. Raises: Unreadable."""
        for known, number in self.actions.items():
            if number == str(action):
                return known
        raise Unreadable(f"a message that is in no campaign ({action})")

    def sender_id(self, text: str) -> int:
        """The identity that sends as *text*. Raises: Unwritable when there is none yet."""
        for number, (name, address) in self.senders.items():
            if address_text(f"{name} <{address}>" if name else address) == text:
                return number
        raise Unwritable(f"no sender is called {text}")

    def reply_id(self, address: str) -> int:
        """An identity with that address. Raises: Unwritable when there is none yet."""
        for number, (_, known) in sorted(self.senders.items()):
            if bare_address(known) == address:
                return number
        raise Unwritable(f"no sender has the address {address}")

    def sender(self, number: object) -> str:
        """How an identity sends: `Name <address>`. Raises: Unreadable."""
        found = self.senders.get(int(str(number)))
        if found is None:
            raise Unreadable(f"the sender {number}, which is not in the list of senders")
        name, address = found
        return address_text(f"{name} <{address}>" if name else address)

    def sender_address(self, number: object) -> str:
        """The address of an identity. Raises: Unreadable."""
        return bare_address(self.sender(number))


def _there(table: Mapping[str, int], slug: str, what: str) -> int:
    number = table.get(slug)
    if number is None:
        raise Unwritable(f"the {what} '{slug}' is not in the workspace yet")
    return number


def _named(table: Mapping[str, int], number: object, what: str) -> str:
    found = next((slug for slug, known in table.items() if str(known) == str(number)), None)
    if found is None:
        raise Unreadable(f"the {what} {number}, which is not in the list of {what}s")
    return found
