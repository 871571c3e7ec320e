"""The mutants of a run as text and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from simulator.mutation.outcomes import Outcomes, Told
from simulator.reports.tables import Style

SCHEMA_VERSION = 1


def mutants_as_text(outcomes: Outcomes, style: Style | None = None) -> list[str]:
    """Those that nobody noticed, by place; then those that are accepted; a summary as the last line."""
    style = style or Style()
    lines: list[str] = []
    if outcomes.unexplained:
        lines += [style.strong("mutants that no test notices"), *_lines(outcomes.unexplained), ""]
    if outcomes.accepted:
        lines += [style.strong("accepted"), *_lines(outcomes.accepted), ""]
    if outcomes.stale:
        lines += [style.strong("accepted in mutants.yaml without need"), *(f"  {name}" for name in outcomes.stale), ""]
    return [*lines, style.strong(summary(outcomes))]


def summary(outcomes: Outcomes) -> str:
    """All in one line."""
    parts = [f"{outcomes.noticed} of {outcomes.made - len(outcomes.equal)} noticed ({_percent(outcomes.score)})"]
    if outcomes.accepted:
        parts.append(f"{len(outcomes.accepted)} accepted")
    parts.append(f"{len(outcomes.unexplained)} unexplained")
    if outcomes.equal:
        parts.append(f"{len(outcomes.equal)} mean the same by proof")
    return f"{outcomes.made} mutants: {', '.join(parts)}; {outcomes.seconds:.1f} s"


def _percent(score: float) -> str:
    return "100 %" if score >= 100 else f"{min(score, 99.9):.1f} %"


def _lines(told: Sequence[Told]) -> list[str]:
    return [f"  {one.place}  {one.says}{f' ({one.why})' if one.why else ''}" for one in sorted(told, key=_order)]


def _order(one: Told) -> tuple[str, int, str]:
    file, line, _ = one.place.rsplit(":", 2)
    return file, int(line), one.says


def mutants_as_json(outcomes: Outcomes) -> str:
    """All of it."""
    return json.dumps({"schema_version": SCHEMA_VERSION, **mutants_as_values(outcomes)}, indent=2) + "\n"


def mutants_as_values(outcomes: Outcomes) -> dict[str, Any]:
    """All of it, as JSON has it."""

    def each(told: Sequence[Told]) -> list[dict[str, str]]:
        return [
            {"place": one.place, "kind": one.kind, "says": one.says, **({"because": one.why} if one.why else {})}
            for one in sorted(told, key=_order)
        ]

    return {
        "made": outcomes.made,
        "noticed": outcomes.noticed,
        "score": round(outcomes.score, 2),
        "unexplained": each(outcomes.unexplained),
        "accepted": each(outcomes.accepted),
        "equal": each(outcomes.equal),
        "stale": list(outcomes.stale),
        "summary": summary(outcomes),
    }
