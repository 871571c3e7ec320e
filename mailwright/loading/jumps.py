"""Ways that cross: every `go_to` leads to a step of its workflow, and no journey comes back to where it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailwright.definitions.project import Project
from mailwright.definitions.steps import ExitStep, GoToStep, StepBase, WaitUntilStep
from mailwright.definitions.workflow import Path, PlacedStep, walk_steps, ways_of
from mailwright.diagnostics import Diagnostic, name_hint

_Following = dict[Path, list[Path]]


def jump_problems(project: Project) -> Iterator[Diagnostic]:
    """Every `go_to` that leads nowhere, to another one, or back."""
    for slug, campaign in project.campaigns.items():
        placed = {one.path: one for one in walk_steps(campaign.workflow)}
        jumps = {path: one.step for path, one in placed.items() if isinstance(one.step, GoToStep)}
        if not jumps:
            continue
        places = {one.id: path for path, one in reversed(placed.items())}
        leads = True
        for path, step in jumps.items():
            found = _dangling(project, slug, step, placed.get(places.get(step.go_to, ())), path, list(places))
            leads = leads and found is None
            if found is not None:
                yield found
        if leads:
            yield from _loops(
                project, slug, campaign.workflow, {path: places[one.go_to] for path, one in jumps.items()}
            )


def _dangling(
    project: Project, slug: str, step: GoToStep, target: PlacedStep | None, path: Path, known: Sequence[str]
) -> Diagnostic | None:
    span = project.campaign_span(slug, (*path, "go_to"))
    if target is None:
        hint = name_hint(step.go_to, known, "steps")
        return Diagnostic("missing-step", f"no step of '{slug}' is called '{step.go_to[:100]}'", span, hint)
    if isinstance(target.step, GoToStep):
        hint = f"go_to: {target.step.go_to}"
        return Diagnostic("go-to-nowhere", f"'{step.go_to}' does nothing but lead on itself", span, hint)
    return None


def _loops(project: Project, slug: str, workflow: Sequence[StepBase], jumps: dict[Path, Path]) -> Iterator[Diagnostic]:
    """Source: wire reference, "Graph rules": a workflow has no cycles."""
    following: _Following = {}
    _note(workflow, ("workflow",), None, jumps, following)
    for path in jumps:
        if path in _reached(following, jumps[path]):
            span = project.campaign_span(slug, (*path, "go_to"))
            message = "this leads back to a step that the journey has passed: a workflow goes round in no circle"
            yield Diagnostic(
                "go-to-loop", message, span, "a step further on; to repeat, start a campaign with an event"
            )


def _note(
    steps: Sequence[StepBase], path: Path, after: Path | None, jumps: dict[Path, Path], following: _Following
) -> None:
    """Note what may follow each step of a list; *after*: what follows the list."""
    for index, step in enumerate(steps):
        at = (*path, index)
        onward = (*path, index + 1) if index + 1 < len(steps) else after
        if at in jumps:
            following[at] = [jumps[at]]
            continue
        ways = ways_of(step, at)
        for _, way, inner in ways:
            _note(inner, way, onward, jumps, following)
        firsts = [(*way, 0) if inner else onward for _, way, inner in ways]
        ends = isinstance(step, ExitStep) or (isinstance(step, WaitUntilStep) and step.wait_until.on_timeout == "exit")
        if not ends or (isinstance(step, ExitStep) and step.only_if is not None):
            firsts.append(onward)
        following[at] = [one for one in firsts if one is not None]


def _reached(following: _Following, start: Path) -> set[Path]:
    found, left = set[Path](), [start]
    while left:
        at = left.pop()
        if at not in found:
            found.add(at)
            left += following.get(at, [])
    return found
