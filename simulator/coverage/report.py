"""What tests have seen against what there is: totals, what is missing, as text and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.coverage.facts import Fact, Target
from simulator.reports.tables import Style, table

SCHEMA_VERSION = 1
KINDS = {"clause": "clauses", "way": "ways", "step": "steps", "message": "messages"}


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every target, and which of them were seen."""

    targets: tuple[Target, ...]
    seen: frozenset[Fact]

    @property
    def missing(self) -> list[Target]:
        """What no test has seen, in file order."""
        return sorted((one for one in self.targets if one.fact not in self.seen), key=lambda one: _by_place(one))

    def counts(self, owner: str | None = None) -> dict[str, tuple[int, int]]:
        """Seen and there, by kind; of one campaign or segment, or of all."""
        found = {}
        for kind in KINDS:
            own = [one for one in self.targets if one.fact.kind == kind and owner in (None, one.fact.owner)]
            found[kind] = (sum(one.fact in self.seen for one in own), len(own))
        return found

    @property
    def percent(self) -> float:
        """How much of all was seen; 100 where there is nothing to see."""
        seen, there = (sum(pair[side] for pair in self.counts().values()) for side in (0, 1))
        return 100 * seen / there if there else 100.0


def _by_place(target: Target) -> tuple[str, int, int, str]:
    file, line, column = target.place.rsplit(":", 2) if target.place.count(":") > 1 else (target.place, "0", "0")
    return file, int(line), int(column), target.fact.detail


def coverage_as_text(coverage: Coverage, style: Style | None = None) -> list[str]:
    """A line for each campaign and segment that is not whole, what is missing, and a summary as the last line."""
    style = style or Style()
    lines: list[str] = []
    owners = list(dict.fromkeys(one.fact.owner for one in coverage.missing))
    if owners:
        rows = [[owner, *(_share(*pair) for pair in coverage.counts(owner).values())] for owner in owners]
        lines += table(("not whole", *KINDS.values()), rows, style, numbers=frozenset(range(1, 5)))
        lines += ["", style.strong("missing"), *missing_lines(coverage), ""]
    return [*lines, style.strong(summary(coverage))]


def missing_lines(coverage: Coverage) -> list[str]:
    """What no test has seen, a line for each place; a clause that was never asked is told once."""
    told: dict[tuple[str, str], list[str]] = {}
    for one in coverage.missing:
        told.setdefault((one.place, one.text), []).append(missing_in_words(one))
    lines = []
    for (place, text), said in told.items():
        shown = f"never asked: {text}" if len(said) > 1 else said[0]
        lines.append(f"  {place}  {shown}")
    return lines


def summary(coverage: Coverage) -> str:
    """All in one line."""
    parts = [f"{seen} of {there} {KINDS[kind]}" for kind, (seen, there) in coverage.counts().items() if there]
    return f"campaign coverage {shown_percent(coverage.percent)}: {', '.join(parts)}"


def shown_percent(percent: float) -> str:
    """A percentage that says 100 only where nothing is missing."""
    return "100 %" if percent >= 100 else f"{min(percent, 99.9):.1f} %"


def missing_in_words(target: Target) -> str:
    """What no test has seen."""
    match target.fact.kind:
        case "clause":
            return f"never {target.fact.detail}: {target.text}"
        case "way":
            return f"never taken: {target.text}"
        case "message":
            return f"never rendered: {target.text}"
        case _:
            return f"never walked: {target.text}"


def coverage_as_json(coverage: Coverage) -> str:
    """All of it."""
    document = {"schema_version": SCHEMA_VERSION, **coverage_as_values(coverage)}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def coverage_as_values(coverage: Coverage) -> dict[str, Any]:
    """All of it, as JSON has it."""
    return {
        "percent": round(coverage.percent, 2),
        "counts": {KINDS[kind]: {"seen": seen, "there": there} for kind, (seen, there) in coverage.counts().items()},
        "missing": [
            {"place": one.place, "kind": one.fact.kind, "of": one.fact.owner, "says": missing_in_words(one)}
            for one in coverage.missing
        ],
        "summary": summary(coverage),
    }


def _share(seen: int, there: int) -> str:
    return f"{seen}/{there}" if there else "-"


def merged(pieces: Iterable[Sequence[Sequence[str]]]) -> set[Fact]:
    """The facts of several processes."""
    return {Fact(*one) for piece in pieces for one in piece}
