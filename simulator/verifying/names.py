"""Whose a delivery is: Customer.io's numbers as our slugs, its identifiers as the people of the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from simulator.history.calls import Call, CallKind, IdType
from simulator.verifying.seen import Seen


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a workspace's numbers mean, as the ledger knows them.

    *parents* is `campaign/61`, `newsletter/2` and the like → slug; *actions* an action's number → campaign and message.
    """

    parents: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    only_messages: Mapping[str, str] = field(default_factory=dict)  # campaign with one message → that message

    def place(self, seen: Seen) -> tuple[str, str]:
        """Campaign and message of a delivery; a message nobody knows is empty, a campaign keeps its number."""
        if seen.message is not None:
            return seen.message
        if seen.action in self.actions:
            return self.actions[seen.action]
        kind, _, number = seen.parent.partition("/")
        slug = self.parents.get(seen.parent) or (
            self.parents.get(f"campaign/{number}") if kind == "broadcast" else None
        )
        if slug is None:
            return seen.parent.replace("/", " ") or "no campaign", ""
        return slug, self.only_messages.get(slug, "") if not seen.action or kind in _WITHOUT_STEPS else ""


_WITHOUT_STEPS = frozenset({"newsletter", "transactional"})


@dataclass(slots=True)
class LogPeople:
    """The people of a log by every identifier that it names them by."""

    _by_id: dict[str, str] = field(default_factory=dict)  # id → the key that traces call the person by
    _by_email: dict[str, str] = field(default_factory=dict)  # address in lower case → key
    identified: set[str] = field(default_factory=set)  # those about whom the log says more than what they did

    def watching(self, calls: Iterable[Call]) -> Iterator[Call]:
        """The calls, as they pass by."""
        for call in calls:
            if call.kind is CallKind.IDENTIFY and call.person is not None and call.id_type is not IdType.ANONYMOUS:
                self.identified.add(call.person)
                number, email = call.data.get("id"), call.data.get("email")
                if isinstance(number, str) and number:
                    self._by_id.setdefault(number, call.person)
                if isinstance(email, str) and email:
                    self._by_email.setdefault(email.lower(), call.person)
            yield call

    def know(self, profiles: Mapping[str, Mapping[str, object]]) -> None:
        """Take in who was there at the end: their own keys and addresses count more than what a call said."""
        for key, values in profiles.items():
            email = values.get("email")
            if isinstance(email, str) and email:
                self._by_email[email.lower()] = key
            self._by_id[key] = key
            if "@" in key:
                self._by_email.setdefault(key.lower(), key)

    def know_recipients(self, recipients: Iterable[tuple[str, str]]) -> None:
        """Take in the address and key that a prediction had, for people who are gone by now."""
        for address, key in recipients:
            self._by_email.setdefault(address.lower(), key)
            self._by_id.setdefault(key, key)

    def key_of(self, seen: Mapping[str, str], recipient: str = "") -> str | None:
        """The person of these identifiers; None where the log knows nobody of them.

        Source: semantics R114: an address is compared without case.
        """
        for name in (seen.get("id"), seen.get("cio_id")):
            if name and (found := self._by_id.get(name) or self._by_email.get(name.lower())) is not None:
                return found
        for address in (seen.get("email"), recipient):
            if address and (found := self._by_email.get(address.lower())) is not None:
                return found
        return None
