"""A call made ready to be sent: how it goes, whom it is about, what may stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from sync.sending.entities import ENTITY_BYTES, entity_of
from sync.sending.event_ids import event_id
from sync.sending.logged import EVENTS, CallKind
from sync.sending.own_requests import Unsendable, own_request

if TYPE_CHECKING:
    from sync.clients.transport import Json
    from sync.sending.logged import LoggedCall
    from sync.sending.own_requests import Number, OwnRequest

_encode = msgspec.json.Encoder().encode
_ALONE = frozenset(
    {
        CallKind.DELETE, CallKind.SUPPRESS, CallKind.UNSUPPRESS, CallKind.MERGE, CallKind.UNRELATE,
        CallKind.OBJECT_GONE,
    }
)  # fmt: skip
"""What undoes, or is undone by, what comes before it: sent twice with its neighbours it would not end the same."""


@dataclass(frozen=True, slots=True)
class Item:
    """One call, ready.

    *number* counts the calls of a run from 0. *keys* are whom and what the call is about: calls that share one keep
    their order. *sets* is what an identify sets, *since* its own time.
    """

    number: int
    source: str
    line: int
    kind: CallKind
    name: str
    keys: tuple[str, ...]
    entity: bytes = b""  # as JSON; empty where the call goes by a request of its own
    request: OwnRequest | None = None
    is_alone: bool = False
    is_for_all: bool = False  # it may be about anybody: what came before is through first
    sets: Mapping[str, Any] | None = None
    since: int | None = None

    @property
    def is_repeatable(self) -> bool:
        """Whether sending it again does what sending it once does."""
        return self.request is None or self.request.is_repeatable

    def letter(self) -> Json:
        """The call as a record that can be read and sent again."""
        if self.request is None:
            found: Json = msgspec.json.decode(self.entity)
            return found
        return {"method": self.request.method, "path": self.request.path, "body": self.request.content}


def item_of(
    number: int, source: str, call: LoggedCall, digest: bytes, keys: tuple[str, ...], salt: str, numbers: Number
) -> Item:
    """The call made ready.

    Raises: Unsendable.
    """
    kind = CallKind(call.kind)
    own_id = event_id(call, digest, salt) if kind in EVENTS else None
    name = call.name if kind in EVENTS or kind in (CallKind.TRANSACTIONAL, CallKind.BROADCAST) else ""
    entity = entity_of(call, own_id)
    written = b"" if entity is None else _encode(entity)
    is_identify = kind in (CallKind.IDENTIFY, CallKind.OBJECT)
    sets, since = (call.data, call.timestamp) if is_identify else (None, None)
    if entity is None or len(written) > ENTITY_BYTES:
        request = own_request(call, own_id, numbers)
        is_for_all = kind is CallKind.BROADCAST
        return Item(number, source, call.line, kind, name, keys, b"", request, True, is_for_all, sets, since)
    return Item(number, source, call.line, kind, name, keys, written, None, kind in _ALONE, False, sets, since)


def letter_of(call: LoggedCall, digest: bytes, salt: str) -> Json:
    """A call that was not made ready, as a record that can be read and sent again."""
    own_id = event_id(call, digest, salt) if call.kind in EVENTS else None
    entity = entity_of(call, own_id)
    if entity is not None:
        return entity
    if call.kind == CallKind.TRANSACTIONAL:
        request = own_request(call, None, lambda _kind, name: name)
        return {"method": request.method, "path": request.path, "body": request.content}
    found: Json = {"type": call.kind, "person": call.person, "id_type": str(call.id_type), "name": call.name}
    found |= {"timestamp": call.timestamp, "at": call.at, "id": own_id, "anonymous_id": call.anonymous_id}
    found |= {"other": call.other, "data": call.data}
    return {name: value for name, value in found.items() if value not in (None, "")}


__all__ = ["Item", "Unsendable", "item_of", "letter_of"]
