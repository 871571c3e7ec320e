"""One shape for all workflows that are the same graph.

A graph does not say whether a step stands behind a branch or inside its one way that goes on, nor whether a journey's
end is written down. Here what follows a branch stands inside its way when only one goes on, exits that nothing follows
are not written, and steps that only write attributes are one step.
"""

from __future__ import annotations

from typing import Any

from mailwright.definitions.workflow import FILED_KINDS

Data = dict[str, Any]
Steps = list[Data]
Way = tuple[Data, str]
"""A map and its key that holds the steps of one way."""
EXIT: Data = {"exit": True}


def canonical_steps(steps: Steps) -> Steps:
    """The steps of a whole workflow in their one shape; they are changed in place."""
    found = _without_last_exits(_joined(_sunk(steps)))
    return found or [dict(EXIT)]


def ways_of(step: Data) -> list[Way]:
    """The ways inside a step; the end of a wait's time is the last of them."""
    if "branch" in step:
        return [(step["branch"], "then"), (step["branch"], "else")]
    for kind in ("split", "cohorts", "languages"):
        if kind in step:
            return [(way, "else" if "else" in way else "then") for way in step[kind]]
    if "wait_until" not in step:
        return []
    wait = step["wait_until"]
    met: list[Way] = [(path, "then") for path in wait["paths"]] if "paths" in wait else [(wait, "then")]
    return [*met, (wait, "on_timeout")] if "at_most" in wait else met


def message_of(step: Data) -> str | None:
    """The name of what a step sends; None where it sends nothing of its own."""
    return next((str(step[kind]) for kind in FILED_KINDS if isinstance(step.get(kind), str)), None)


def steps_of(way: Way) -> Steps:
    """The steps of a way."""
    found = way[0].get(way[1], [])
    if isinstance(found, str):
        return [dict(EXIT)] if found == "exit" else []
    steps: Steps = found
    return steps


def set_way(way: Way, steps: Steps) -> None:
    """Put steps in a way, in the shortest of its forms."""
    holder, key = way
    if key == "on_timeout":
        holder[key] = "continue" if not steps else "exit" if steps == [EXIT] else steps
    elif not steps and key == "then" and ("any" in holder or "all" in holder or "at_most" in holder):
        holder.pop(key, None)
    else:
        holder[key] = steps


def _sunk(steps: Steps) -> Steps:
    """The steps with what follows a branch put into its one way that goes on."""
    for at, step in enumerate(steps):
        if step == EXIT or "go_to" in step:
            return steps[: at + 1]  # no way leads further
        ways = ways_of(step)
        if not ways:
            continue
        for way in ways:
            set_way(way, _sunk(steps_of(way)))
        open_ways = [way for way in ways if not _ends(steps_of(way))]
        if not open_ways:
            return steps[: at + 1]
        if len(open_ways) == 1 < len(ways) and steps[at + 1 :]:
            set_way(open_ways[0], _sunk([*steps_of(open_ways[0]), *steps[at + 1 :]]))
            return steps[: at + 1]
    return steps


def _ends(steps: Steps) -> bool:
    """Whether no journey gets past these steps."""
    if not steps:
        return False
    last = steps[-1]
    ways = ways_of(last)
    return last == EXIT or "go_to" in last or (bool(ways) and all(_ends(steps_of(way)) for way in ways))


def _joined(steps: Steps) -> Steps:
    found: Steps = []
    for step in steps:
        for way in ways_of(step):
            set_way(way, _joined(steps_of(way)))
        if not (found and joins(found[-1], step)):
            found.append(step)
    return found


def joins(before: Data, step: Data) -> bool:
    """Whether a step that writes attributes only adds to the one before it: a workspace has a step for each of them.

    The attributes are then put into *before*.
    """
    if set(before) - {"id"} != {"set"} or set(step) != {"set"}:
        return False  # what a jump leads to begins a step of its own
    if set(before["set"]) != {"person"} or set(step["set"]) != {"person"}:
        return False
    known, more = before["set"]["person"], step["set"]["person"]
    if set(known) & set(more):
        return False
    before["set"] = {"person": {**known, **more}}
    return True


def _without_last_exits(steps: Steps) -> Steps:
    if not steps:
        return steps
    if steps[-1] == EXIT:
        return _without_last_exits(steps[:-1])
    for way in ways_of(steps[-1]):
        set_way(way, _without_last_exits(steps_of(way)))
    return steps
