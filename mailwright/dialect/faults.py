"""What can be wrong with one template, where it stands in the source, and how much a template may use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

FaultKind = Literal["undefined_variable", "syntax", "unknown_tag", "tag_argument", "render", "limit"]


class Dialect(StrEnum):
    """Which of Customer.io's two engines a message is rendered with.

    Source: Customer.io docs, Liquid upgrade page; liquid §1.
    """

    LATEST = "latest"
    LEGACY = "legacy"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one render may use; every figure is ours, Customer.io publishes none.

    Units: `seconds` are wall time; `namespace_bytes` counts what assigned names hold and bounds any one value.
    """

    loop_iterations: int = 10_000
    output_bytes: int = 5_000_000
    namespace_bytes: int = 5_000_000
    nesting: int = 30
    seconds: float = 2.0
    source_bytes: int = 1_000_000
    tags: int = 5_000


LIMIT_WORDS = {
    "loop_iterations": "loops ran more often than {0:,} times",
    "output_bytes": "the output grew beyond {0:,} bytes",
    "namespace_bytes": "a value or the assigned names grew beyond {0:,} bytes",
    "nesting": "blocks, values or templates are nested deeper than {0:,} levels",
    "seconds": "rendering took longer than {0:g} seconds",
    "source_bytes": "the template is larger than {0:,} bytes",
    "tags": "the template holds more than {0:,} tags and outputs",
}


class LimitHit(Exception):
    """A limit was reached somewhere that does not know its place in the source; `Place.limited` adds that."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class LiquidFault(Exception):
    """What Customer.io, or one of our limits, says about one template.

    Units: *line* and *column* count from 1 in the source of the part named *template*; *length* is in characters.
    """

    def __init__(
        self,
        kind: FaultKind,
        message: str,
        *,
        template: str = "",
        line: int = 1,
        column: int = 1,
        length: int = 1,
        variable: str | None = None,
        tag: str | None = None,
        limit: str | None = None,
    ) -> None:
        super().__init__(message)
        self.kind: FaultKind = kind
        self.message = message
        self.template = template
        self.line = line
        self.column = column
        self.length = length
        self.variable = variable
        self.tag = tag
        self.limit = limit

    def __reduce__(self) -> tuple[object, ...]:
        return _fault_from, (self.kind, self.message, self.as_values())

    def as_values(self) -> dict[str, object]:
        """The fault's place and names, as plain values."""
        names = ("template", "line", "column", "length", "variable", "tag", "limit")
        return {name: getattr(self, name) for name in names}


def _fault_from(kind: FaultKind, message: str, values: dict[str, object]) -> LiquidFault:
    fault = LiquidFault(kind, message)
    fault.__dict__.update(values)
    return fault


@dataclass(frozen=True, slots=True)
class Origin:
    """One named source text."""

    name: str
    source: str

    def place(self, start: int, end: int) -> Place:
        """The stretch of the source from *start* to *end*."""
        return Place(self, start, end)


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one source text; `end` is exclusive."""

    origin: Origin
    start: int
    end: int

    @property
    def text(self) -> str:
        """What stands there."""
        return self.origin.source[self.start : self.end]

    def position(self) -> tuple[int, int, int]:
        """Line, column and length.

        Units: line and column count from 1; the length is at least 1 and stays on the line.
        """
        source = self.origin.source
        line = source.count("\n", 0, self.start) + 1
        column = self.start - source.rfind("\n", 0, self.start)
        length = len(self.text.split("\n", 1)[0].rstrip("\r"))
        return line, column, max(length, 1)

    def fault(
        self,
        kind: FaultKind,
        message: str,
        *,
        variable: str | None = None,
        tag: str | None = None,
        limit: str | None = None,
    ) -> LiquidFault:
        """A fault that points here."""
        line, column, length = self.position()
        return LiquidFault(
            kind,
            message,
            template=self.origin.name,
            line=line,
            column=column,
            length=length,
            variable=variable,
            tag=tag,
            limit=limit,
        )

    def limited(self, limit: str, limits: Limits) -> LiquidFault:
        """The fault of a limit that was reached here."""
        words = LIMIT_WORDS[limit].format(getattr(limits, limit))
        return self.fault("limit", f"{words} (limit {limit})", limit=limit)

    def missing(self, variable: str) -> LiquidFault:
        """The fault of a variable that is not there.

        Source: Customer.io docs, composer errors; liquid §10.
        """
        return self.fault("undefined_variable", f"Variable '{variable}' is missing", variable=variable)
