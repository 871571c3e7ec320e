"""One call as the simulator knows it, whatever shape the log had."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec


class CallKind(StrEnum):
    """What a call asks Customer.io to do."""

    IDENTIFY = "identify"  # data: attributes
    EVENT = "event"  # name, data
    PAGE = "page"  # name: the URL
    SCREEN = "screen"
    DELETE = "delete"
    SUPPRESS = "suppress"
    UNSUPPRESS = "unsuppress"
    MERGE = "merge"  # person: the primary; other: the secondary
    JOIN_SEGMENT = "join_segment"  # other: the segment
    LEAVE_SEGMENT = "leave_segment"
    DEVICE = "device"  # data: the device
    DEVICE_GONE = "device_gone"
    OBJECT = "object"  # name: the object's type; other: its id; data: attributes
    OBJECT_GONE = "object_gone"
    RELATE = "relate"  # person, name: type, other: object's id, data: the relationship's attributes
    UNRELATE = "unrelate"
    FORM = "form"  # name: the form; data: the fields
    WEBHOOK = "webhook"  # name: the incoming hook; data
    BROADCAST = "broadcast"  # name; data; recipients in data["recipients"]
    TRANSACTIONAL = "transactional"  # name; data: message_data; other: the `to` address
    METRIC = "metric"  # name: opened, clicked …; other: the delivery or step


class IdType(StrEnum):
    """Which identifier names the person (semantics R114)."""

    ID = "id"
    EMAIL = "email"
    CIO_ID = "cio_id"
    ANONYMOUS = "anonymous_id"


class Call(msgspec.Struct, gc=False):
    """One call of a log.

    Units: Unix seconds. *at* is the time of receipt where the log holds one; *timestamp* the call's own time.
    """

    line: int
    kind: CallKind
    person: str | None = None
    id_type: IdType = IdType.ID
    name: str = ""
    data: dict[str, Any] = {}
    at: int | None = None
    timestamp: int | None = None
    event_id: str | None = None
    anonymous_id: str | None = None
    other: str | None = None
    other_type: IdType = IdType.ID
    update_only: bool = False  # `_update: true`: never creates a person
    channel: str = ""  # of a transactional message, where the log names it: email, push …
    beside: dict[str, Any] = {}  # of a transactional message: what the call says in place of the message


class BadLine(msgspec.Struct, frozen=True):
    """A line of a log that is no call, and why; its content is never shown."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
