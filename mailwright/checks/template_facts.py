"""What one piece of Liquid holds: its problems and what it reads; plain values, so that they can be kept by content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

Segment = str | int | None


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """One problem that the dialect finds in a piece of Liquid; lines and columns count from 1 in it."""

    rule: str
    message: str
    line: int
    column: int
    length: int
    hint: str = ""


@dataclass(frozen=True, slots=True)
class TemplateRead:
    """One path that a piece of Liquid reads; None stands for a segment that is computed."""

    path: tuple[Segment, ...]
    text: str
    line: int
    column: int
    length: int
    is_guarded: bool  # a missing value does not fail the message here
    where: str  # output, test, argument, loop, assign


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """All that the checks ask of one piece of Liquid in one dialect."""

    faults: tuple[TemplateFault, ...] = ()
    reads: tuple[TemplateRead, ...] = ()

    def as_values(self) -> dict[str, Any]:
        """The facts as JSON values."""
        return asdict(self)


FactsOf = Callable[[str, str], TemplateFacts]
"""From a source and the name of its dialect to its facts."""


def facts_from_values(values: Any) -> TemplateFacts:
    """The facts that `as_values` wrote.

    Raises: TypeError, KeyError when the values are of another shape.
    """
    return TemplateFacts(
        tuple(TemplateFault(**fault) for fault in values["faults"]),
        tuple(TemplateRead(**{**read, "path": tuple(read["path"])}) for read in values["reads"]),
    )


def template_facts(source: str, dialect: str) -> TemplateFacts:
    """The facts of a piece of Liquid, found now; a source that does not parse reads nothing."""
    if "{{" not in source and "{%" not in source:
        return TemplateFacts()
    # Only what is new or changed pays for the parser.
    from mailwright.dialect.checks import template_problems
    from mailwright.dialect.environment import parse_template
    from mailwright.dialect.faults import Dialect, LiquidFault

    faults = tuple(
        TemplateFault(found.rule, found.message, found.line, found.column, found.length, found.hint)
        for found in template_problems(source, Dialect(dialect))
    )
    try:
        reads = parse_template(source, Dialect(dialect)).reads()
    except LiquidFault:
        return TemplateFacts(faults)
    return TemplateFacts(
        faults,
        tuple(
            TemplateRead(tuple(read.path), read.text, read.line, read.column, read.length, read.guarded, read.where)
            for read in reads
        ),
    )
