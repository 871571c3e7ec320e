"""What a failed assertion about a simulation says: in few lines what differs, and apart from them why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from simulator.testing.outcomes import Names
from simulator.testing.simulation import Simulation
from simulator.testing.why import explanation_of


def compared(op: str, left: object, right: object) -> list[str] | None:
    """The lines that pytest shows for a comparison with names of a simulation; None where it has none of its own.

    They are few, since pytest cuts long ones; which campaigns they are about is kept for the explanation.
    """
    if op == "==" and isinstance(left, list) and isinstance(right, list):
        names, other = (left, right) if isinstance(left, Names) else (right, left)
        return _lists(names, other) if isinstance(names, Names) else None
    if op in ("in", "not in") and isinstance(right, Names) and isinstance(left, str):
        return [f"{left!r} {op} {list(right)}", *_unknown(right.simulation, [left])]
    return None


def _lists(actual: Names, expected: list[object]) -> list[str]:
    wanted = Counter(str(one) for one in expected)
    came = Counter(actual)
    missing, extra = list((wanted - came).elements()), list((came - wanted).elements())
    lines = [f"{list(actual)} == {expected}"]
    lines += [f"expected: {', '.join(map(str, expected)) or 'none'}", f"actual:   {', '.join(actual) or 'none'}"]
    lines += [f"missing:  {', '.join(missing)}"] if missing else []
    lines += [f"extra:    {', '.join(extra)}"] if extra else []
    if not missing and not extra:
        lines.append("the order differs")
    return [*lines, *_unknown(actual.simulation, [*missing, *extra])]


def _unknown(simulation: Simulation, names: Iterable[str]) -> list[str]:
    """Note which campaigns the comparison is about; gives a line for each that there is not."""
    slugs = dict.fromkeys(name.partition("/")[0] for name in names)
    known = [slug for slug in slugs if slug in simulation.project.campaigns]
    simulation.asked_about.update(dict.fromkeys(known))
    there = ", ".join(simulation.project.campaigns)
    return [f"no campaign is called '{slug}'; there are {there}" for slug in slugs if slug not in known]


def section_of(simulations: Sequence[Simulation]) -> str:
    """The explanation of the campaigns that the failed comparison is about, or of every one that was asked."""
    parts = []
    for simulation in simulations:
        campaigns: list[str | None] = [*simulation.asked_about] or [None]
        told = [explanation_of(simulation, campaign) for campaign in campaigns]
        parts.append("\n\n".join([repr(simulation), *told]))
    return "\n\n".join(parts)
