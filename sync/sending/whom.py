"""Whom and what a call is about, as keys: calls that share a key keep their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.sending.logged import CallKind

if TYPE_CHECKING:
    from sync.sending.logged import LoggedCall

REMEMBERED = 50_000
"""Addresses whose person is remembered, so that memory does not grow with the log."""
_OBJECTS = frozenset({CallKind.OBJECT, CallKind.OBJECT_GONE})
_RELATIONS = frozenset({CallKind.RELATE, CallKind.UNRELATE})


class Whom:
    """Gives the keys of calls; learns from identify calls whose address is whose.

    A log that names one person by id and by address is in order too, as long as the identify call that says so is
    among the newest fifty thousand with an address.
    """

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    def keys(self, call: LoggedCall) -> tuple[str, ...]:
        """The keys of a call."""
        kind = call.kind
        found = [] if call.person is None else [self._person(call.id_type, call.person)]
        if call.anonymous_id is not None:
            found.append(f"anonymous_id:{call.anonymous_id}")
        if kind == CallKind.IDENTIFY:
            found += self._address_set(call, found)
        elif kind == CallKind.MERGE and call.other is not None:
            found.append(self._person(call.other_type, call.other))
        elif kind in _OBJECTS or kind in _RELATIONS:
            found.append(f"object:{call.name}:{call.other}")
        elif kind == CallKind.FORM:
            found += [self._person(name, str(call.data[name])) for name in ("id", "email") if call.data.get(name)]
        return tuple(dict.fromkeys(found))

    def _person(self, id_type: str, value: str) -> str:
        if id_type != "email":
            return f"{id_type}:{value}"
        key = f"email:{value.lower()}"  # semantics R114: without case
        return self._owners.get(key, key)

    def _address_set(self, call: LoggedCall, named: list[str]) -> list[str]:
        address = call.data.get("email")
        if not isinstance(address, str) or not address or not named:
            return []
        key = f"email:{address.lower()}"
        if key == named[0]:
            return []
        before = self._owners.pop(key, key)
        self._owners[key] = named[0]
        if len(self._owners) > REMEMBERED:
            del self._owners[next(iter(self._owners))]
        # Calls by the address may still be under way: this one waits for them.
        return [before]
