"""A call of an event log as the readers of logs give it; whoever reads logs hands the calls in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from mailwright.definitions.project import Project


class CallKind(StrEnum):
    """What a call asks Customer.io to do, in the words of the logs."""

    IDENTIFY = "identify"
    EVENT = "event"
    PAGE = "page"
    SCREEN = "screen"
    DELETE = "delete"
    SUPPRESS = "suppress"
    UNSUPPRESS = "unsuppress"
    MERGE = "merge"
    JOIN_SEGMENT = "join_segment"
    LEAVE_SEGMENT = "leave_segment"
    DEVICE = "device"
    DEVICE_GONE = "device_gone"
    OBJECT = "object"
    OBJECT_GONE = "object_gone"
    RELATE = "relate"
    UNRELATE = "unrelate"
    FORM = "form"
    WEBHOOK = "webhook"
    BROADCAST = "broadcast"
    TRANSACTIONAL = "transactional"
    METRIC = "metric"


EVENTS = frozenset({CallKind.EVENT, CallKind.PAGE, CallKind.SCREEN})
LEFT_OUT = {
    CallKind.METRIC: "what a workspace reports itself",
    CallKind.WEBHOOK: "its address at Customer.io stands in no log",
}
"""Kinds that are not sent, and why."""


class LoggedCall(Protocol):
    """One call. Units: Unix seconds; *at* is the receipt as the log has it, *timestamp* the call's own time."""

    @property
    def line(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def person(self) -> str | None: ...
    @property
    def id_type(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def data(self) -> dict[str, Any]: ...
    @property
    def at(self) -> int | None: ...
    @property
    def timestamp(self) -> int | None: ...
    @property
    def event_id(self) -> str | None: ...
    @property
    def anonymous_id(self) -> str | None: ...
    @property
    def other(self) -> str | None: ...
    @property
    def other_type(self) -> str: ...
    @property
    def update_only(self) -> bool: ...
    @property
    def channel(self) -> str: ...
    @property
    def beside(self) -> Mapping[str, Any]: ...


class BadLine(Protocol):
    """A line of a log that is no call, and why."""

    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...
    @property
    def message(self) -> str: ...
    @property
    def hint(self) -> str: ...


class ReadLog(Protocol):
    """Reads event logs: calls with the name of the log each stands in."""

    def __call__(
        self, paths: Sequence[str], *, strict: bool, on_bad: Callable[[BadLine], None]
    ) -> Iterator[tuple[str, LoggedCall]]: ...


SampleCalls = Callable[["Project", str], Sequence[LoggedCall]]
"""The calls that make a sample so."""


def moment_of(call: LoggedCall) -> int | None:
    """When the call happened: its own time, else when the log says it was received."""
    return call.at if call.timestamp is None else call.timestamp
