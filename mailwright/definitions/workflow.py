"""A workflow seen as a list: every step with its id and its way there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailwright.definitions.steps import (
    BranchStep,
    CohortsStep,
    GoToStep,
    LanguagesStep,
    SplitStep,
    StepBase,
    WaitUntilStep,
    step_kind,
)

Path = tuple[str | int, ...]
FILED_KINDS = ("email", "sms", "push", "in_app", "slack", "whatsapp", "webhook")


@dataclass(frozen=True, slots=True)
class PlacedStep:
    """A step, its id, and its path in the campaign file (`("workflow", 3, "branch", "then", 0)`)."""

    id: str
    kind: str
    step: StepBase
    path: Path


def ways_of(step: StepBase, path: Path = ()) -> list[tuple[str, Path, Sequence[StepBase]]]:
    """The lists of steps inside *step*: what each way is called, its path in the file, its steps."""
    match step:
        case BranchStep(branch=branch):
            return [
                ("then", (*path, "branch", "then"), branch.then),
                ("else", (*path, "branch", "else"), branch.otherwise),
            ]
        case SplitStep(split=ways):
            return [
                ("else", (*path, "split", index, "else"), way.otherwise)
                if way.otherwise is not None
                else (way.name or f"way {index + 1}", (*path, "split", index, "then"), way.then)
                for index, way in enumerate(ways)
            ]
        case CohortsStep(cohorts=cohorts):
            return [
                (cohort.name or f"cohort {index + 1}", (*path, "cohorts", index, "then"), cohort.then)
                for index, cohort in enumerate(cohorts)
            ]
        case LanguagesStep(languages=languages):
            return [
                (way.language or "default", (*path, "languages", index, "then"), way.then)
                for index, way in enumerate(languages)
            ]
        case WaitUntilStep(wait_until=wait):
            found: list[tuple[str, Path, Sequence[StepBase]]] = [
                (way.name or f"path {index + 1}", (*path, "wait_until", "paths", index, "then"), way.then)
                for index, way in enumerate(wait.paths)
            ]
            if not wait.paths:
                found.append(("met", (*path, "wait_until", "then"), wait.then))
            late = wait.on_timeout if isinstance(wait.on_timeout, list) else []
            found.append(("timeout", (*path, "wait_until", "on_timeout"), late))
            return found
        case _:
            return []


def file_of(step: StepBase) -> str | None:
    """The name of the file a step's content stands in, without its ending."""
    kind = step_kind(step)
    if kind in FILED_KINDS:
        name: str = getattr(step, kind)
        return name
    return None


def walk_steps(workflow: Sequence[StepBase], path: Path = ("workflow",)) -> Iterator[PlacedStep]:
    """Every step of *workflow*, outer before inner, in file order.

    A step without an `id` is called by its file name, else by its kind and its position in the whole workflow; a second
    use of the same file gets its position too.
    """
    used: set[str] = set()
    for position, (kind, step, at) in enumerate(_walk(workflow, path), start=1):
        name = step.id or file_of(step) or f"{kind}-{position}"
        if step.id is None and name in used:
            name = f"{name}-{position}"
        used.add(name)
        yield PlacedStep(name, kind, step, at)


def jumps_to(workflow: Sequence[StepBase]) -> frozenset[str]:
    """The ids of the steps that a `go_to` leads to."""
    return frozenset(placed.step.go_to for placed in walk_steps(workflow) if isinstance(placed.step, GoToStep))


def _walk(workflow: Sequence[StepBase], path: Path) -> Iterator[tuple[str, StepBase, Path]]:
    for index, step in enumerate(workflow):
        at = (*path, index)
        yield step_kind(step) or type(step).__name__, step, at
        for _, way, steps in ways_of(step, at):
            yield from _walk(steps, way)
