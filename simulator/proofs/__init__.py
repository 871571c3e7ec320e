"""Proofs about conditions, and witnesses where something is not so.

    disjoint(a, b)  nothing meets both            never(a)     nothing meets it
    wider(a, b)     a holds wherever b does       always(a)    everything meets it
    narrower(a, b)  a holds only where b does     equal(a, b)  both hold for the same

Each gives `Proved`, `Refuted` with a witness that was tried in the simulator, or `Unknown` with the reason. What they
take for granted (segments, assumptions, the event at hand, schemas) is a `Context`; `context_of(project, campaign)`
makes one.
"""

from __future__ import annotations

from simulator.proofs.answers import Answer, Proved, Refuted, Unknown
from simulator.proofs.context import Context, context_of
from simulator.proofs.questions import (
    Change,
    FilterChange,
    always,
    changed_filter,
    disjoint,
    equal,
    narrower,
    never,
    wider,
    witness,
)
from simulator.proofs.samples import sample_as_yaml as witness_as_yaml
from simulator.proofs.wording import change_as_lines

__all__ = [
    "Answer",
    "Change",
    "Context",
    "FilterChange",
    "Proved",
    "Refuted",
    "Unknown",
    "always",
    "change_as_lines",
    "changed_filter",
    "context_of",
    "disjoint",
    "equal",
    "narrower",
    "never",
    "wider",
    "witness",
    "witness_as_yaml",
]
