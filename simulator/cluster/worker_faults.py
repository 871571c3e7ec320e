"""A mistake of Python's in a worker, told as a value: a stack of another machine's helps nobody who runs a replay."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType

import msgspec

from mailwright.diagnostics import MailwrightError, Span
from simulator.content import CompiledCampaign
from simulator.history.calls import Call
from simulator.journeys import Journey
from simulator.people import Person
from simulator.reports.people import digest_of

BUG = 70


class Fault(msgspec.Struct, frozen=True):
    """Where a replay broke, and on what; of the person only the digest leaves the worker."""

    campaign: str
    person: str
    file: str
    line: int
    what: str


class WorkerFault(MailwrightError):
    """The replay of one person broke in a worker: a bug of mailwright's own, told with the place to look at."""

    exit_code = BUG


def fault_as_bytes(fault: Fault) -> bytes:
    """The fault in bytes."""
    return msgspec.msgpack.encode(fault)


def fault_from_bytes(content: bytes) -> Fault:
    """The fault that *content* holds."""
    return msgspec.msgpack.decode(content, type=Fault)


def first_fault(faults: Iterable[Fault]) -> Fault | None:
    """The one to tell of several: the first in the log."""
    return min(faults, key=lambda one: (one.file, one.line, one.person), default=None)


def fault_of(error: Exception, call: Call | None, file: str) -> Fault:
    """What *error*, raised while *call* of *file* was taken in, says; without a call the clock was running on."""
    campaign, person = _at_work(error.__traceback__)
    if person is None and call is not None:
        person = call.person
    where = (file, call.line) if call is not None else ("", 0)
    return Fault(campaign, digest_of(person) if person else "", *where, type(error).__name__)


def error_of(fault: Fault) -> WorkerFault:
    """The fault for whoever started the replay."""
    person = f" of {fault.person}" if fault.person else ""
    campaign = f" in campaign '{fault.campaign}'" if fault.campaign else ""
    asked = f" --person {fault.person}" if fault.person else ""
    return WorkerFault(
        f"a worker could not replay the journey{person}{campaign}: {fault.what}",
        span=Span(fault.file, fault.line) if fault.file else None,
        hint=f"MAILWRIGHT_TRACE=1 mailwright simulate{asked} on one machine shows where; please report it",
    )


def _at_work(trace: TracebackType | None) -> tuple[str, str | None]:
    """The campaign and the person that the innermost functions were busy with, as their names for them say."""
    campaign, person = "", None
    while trace is not None:
        for value in trace.tb_frame.f_locals.values():
            if isinstance(value, Journey):
                campaign, person = value.campaign.slug, value.person.key
            elif isinstance(value, CompiledCampaign):
                campaign = value.slug
            elif isinstance(value, Person) and value.key:
                person = value.key
        trace = trace.tb_next
    return campaign, person
