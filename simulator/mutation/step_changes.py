"""The small changes of a workflow and of what surrounds it: delays, branches, steps, frequency, exits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mailwright.definitions.campaign import Campaign, Goal, OncePer
from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.conditions import PlacedCondition
from mailwright.definitions.names import duration_as_text
from mailwright.definitions.steps import (
    BranchStep,
    CreateEventStep,
    ExitStep,
    LanguagesStep,
    MessageStep,
    RandomLength,
    SegmentStep,
    SetStep,
    SplitStep,
    StepBase,
    WaitStep,
    WaitUntilStep,
    WindowStep,
)
from mailwright.definitions.workflow import PlacedStep, walk_steps
from simulator.mutation.replacing import replaced_at

if TYPE_CHECKING:
    from mailwright.definitions.steps import TimeWindow

Path = tuple[str | int, ...]
_HOUR = 60
NEVER = PlacedCondition(AnyOf())


@dataclass(frozen=True, slots=True)
class CampaignChange:
    """The campaign after one change, and where in its file it is made."""

    kind: str
    path: Path
    says: str
    campaign: Campaign


def campaign_changes(campaign: Campaign) -> Iterator[CampaignChange]:
    """Changes of how often people enter, and when they leave."""
    yield from _frequency(campaign)
    when = campaign.exit.when
    others = {"never": "stops_matching", "stops_matching": "never", "goal": "never", "goal_or_stops_matching": "never"}
    yield _exit(campaign, others[when])
    if when == "goal_or_stops_matching":
        yield _exit(campaign, "goal")
        yield _exit(campaign, "stops_matching")
    goal = campaign.goal
    if goal is not None and goal.within is not None:
        longer = goal.model_copy(update={"within": goal.within * 2})
        says = f"goal within {duration_as_text(goal.within)} → {duration_as_text(goal.within * 2)}"
        yield CampaignChange("delay", ("goal", "within"), says, _with_goal(campaign, longer))


def _with_goal(campaign: Campaign, goal: Goal) -> Campaign:
    return campaign.model_copy(update={"goal": goal})


def _exit(campaign: Campaign, when: str) -> CampaignChange:
    new = campaign.exit.model_copy(update={"when": when})
    says = f"exit when {campaign.exit.when} → {when}"
    return CampaignChange("exit", ("exit",), says, campaign.model_copy(update={"exit": new}))


def _frequency(campaign: Campaign) -> Iterator[CampaignChange]:
    def to(new: Any, says: str) -> CampaignChange:
        changed = campaign.model_copy(update={"frequency": new})
        return CampaignChange("frequency", ("frequency",), f"frequency {says}", changed)

    match campaign.effective_frequency():
        case "once":
            new = "every_time" if hasattr(campaign.trigger, "event") else "rematch"
            yield to(new, f"once → {new}")
        case "every_time":
            yield to("once", "every_time → once")
        case OncePer(once_per=span):
            yield to(OncePer(once_per=span * 2), f"{duration_as_text(span)} → {duration_as_text(span * 2)}")
            yield to("every_time", f"once per {duration_as_text(span)} → every_time")
        case _:
            yield to("once", "→ once")


def step_changes(campaign: Campaign) -> Iterator[CampaignChange]:
    """Changes of each step."""
    for placed in walk_steps(campaign.workflow):
        for kind, path, says, new in _of_step(placed):
            changed = replaced_at(campaign, path, new)
            yield CampaignChange(kind, path, f"{placed.id}: {says}", changed)
        if isinstance(placed.step, SetStep | CreateEventStep | SegmentStep | ExitStep):
            # Held back, not taken out: the steps after it keep their names.
            changed = replaced_at(campaign, placed.path, placed.step.model_copy(update={"only_if": NEVER}))
            yield CampaignChange("step", placed.path, f"without the step {placed.id}", changed)


Change = tuple[str, Path, str, object]


def _of_step(placed: PlacedStep) -> Iterator[Change]:
    step, path = placed.step, placed.path
    match step:
        case WaitStep(wait=timedelta() as length):
            yield _longer((*path, "wait"), length)
        case WaitStep(wait=RandomLength(between=between)):
            new = RandomLength(between=[length * 2 for length in between])
            yield "delay", (*path, "wait"), "both lengths doubled", new
        case WindowStep(window=window):
            yield "delay", (*path, "window"), "opens an hour later", _later(window)
        case WaitUntilStep():
            yield from _of_wait(step, path)
        case BranchStep(branch=branch):
            swapped = branch.model_copy(update={"then": branch.otherwise, "otherwise": branch.then})
            yield "branch", (*path, "branch"), "then and else swapped", swapped
        case SplitStep(split=ways):
            yield from _swapped_ways(ways, (*path, "split"))
        case LanguagesStep(languages=ways) if len(ways) > 1:
            yield from _swapped_ways(ways, (*path, "languages"))
        case MessageStep() if step.sending != "off":
            yield "step", path, "not sent", step.model_copy(update={"sending": "off"})
            if step.sending == "automatic":
                yield "step", path, "only drafted", step.model_copy(update={"sending": "draft"})
        case MessageStep():
            yield "step", path, "sent after all", step.model_copy(update={"sending": "automatic"})
        case _:
            pass


def _longer(path: Path, length: timedelta) -> Change:
    return "delay", path, f"{duration_as_text(length)} → {duration_as_text(length * 2)}", length * 2


def _of_wait(step: WaitUntilStep, path: Path) -> Iterator[Change]:
    wait = step.wait_until
    inside = (*path, "wait_until")
    if wait.at_most is not None:
        yield _longer((*inside, "at_most"), wait.at_most)
    if wait.on_timeout == "continue":
        yield "exit", (*inside, "on_timeout"), "on timeout continue → exit", "exit"
    elif wait.on_timeout == "exit":
        yield "exit", (*inside, "on_timeout"), "on timeout exit → continue", "continue"
    else:
        yield "branch", (*inside, "on_timeout"), "on timeout the same as when met", wait.then or "continue"


def _swapped_ways(ways: Sequence[Any], path: Path) -> Iterator[Change]:
    """Each two neighbouring ways with each other's steps."""
    for index in range(len(ways) - 1):
        one, other = ways[index], ways[index + 1]
        new = list(ways)
        new[index], new[index + 1] = _with_steps(one, _steps(other)), _with_steps(other, _steps(one))
        yield "branch", path, f"ways {index + 1} and {index + 2} swapped", new


def _steps(way: Any) -> Sequence[StepBase]:
    otherwise = getattr(way, "otherwise", None)
    return way.then if otherwise is None else otherwise  # type: ignore[no-any-return]  # ways of two kinds alike


def _with_steps(way: Any, steps: Sequence[StepBase]) -> Any:
    field = "then" if getattr(way, "otherwise", None) is None else "otherwise"
    return way.model_copy(update={field: list(steps)})


def _later(window: TimeWindow) -> TimeWindow:
    hour, minute = map(int, window.start.split(":"))
    later = (hour * _HOUR + minute + _HOUR) % (24 * _HOUR)
    return window.model_copy(update={"start": f"{later // _HOUR:02}:{later % _HOUR:02}"})
