"""Actions and edges as a nested workflow.

A branch's ways end where all of them meet again. Where some of them share steps before that point, which no nesting can
say, the first has the shared steps, and the others lead there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailwright.definitions.conditions import Any as AnyOf
from mailwright.definitions.conditions import PlacedCondition
from mailwright.definitions.steps import (
    Branch,
    BranchStep,
    Cohort,
    CohortsStep,
    ExitStep,
    GoToStep,
    LanguagePath,
    LanguagesStep,
    SplitPath,
    SplitStep,
    StepBase,
    Wait,
    WaitPath,
    WaitUntilStep,
)
from simulator.workspace.content.graph_writing import END, TIMEOUT_EXIT
from simulator.workspace.content.step_reading import StepReading, seconds
from simulator.workspace.documents import BRANCHES

Json = dict[str, Any]


class Tangled(Exception):
    """A workflow that cannot be walked; the text says why."""


@dataclass(slots=True)
class GraphReading:
    """Reads one campaign's graph."""

    steps: StepReading
    actions: Mapping[str, Json]
    order: Sequence[str]
    out: dict[str, list[str]] = field(default_factory=dict)
    meets: dict[str, str | None] = field(default_factory=dict)  # where all ways from a node meet again
    walked: set[str] = field(default_factory=set)
    end: str | None = None  # the exit at the end of the workflow

    def read(self, edges: Sequence[Json]) -> list[StepBase]:
        """The workflow.

        Raises: Tangled when it has a cycle, or its branches are nested too deeply.
        """
        self.out = {number: [] for number in self.actions}
        ranked = sorted((e for e in edges if isinstance(e, dict)), key=lambda edge: edge.get("index") or 0)
        for edge in ranked:
            start, to = str(edge.get("from")), str(edge.get("to"))
            if start in self.out and to in self.out:
                self.out[start].append(to)
        first = self._first()
        if first is None:
            return []
        self.end = self._end()
        self.meets = meeting_points(self.out, first)
        try:
            return self._sequence(first, None)
        except RecursionError:
            raise Tangled("its branches are nested too deeply") from None

    def _first(self) -> str | None:
        arriving = {to for following in self.out.values() for to in following}
        sides = {str(side) for action in self.actions.values() for side in action.get("action_ids") or ()}
        roots = [n for n in self.order if n in self.actions and n not in arriving and n not in sides]
        if not roots and self.actions:
            raise Tangled("no step of it comes first")
        if len(roots) > 1:
            self.steps.lose(self.actions[roots[1]], "more than one beginning", "starts at the first")
        return roots[0] if roots else None

    def _end(self) -> str | None:
        """The exit at the end: as the files have it, else the last exit of the workflow."""
        exits = [number for number in self.order if self._kind(number) == "exit_action"]
        known = [number for number in exits if self._names(number).get("exit") == END]
        if known:
            return known[0]
        unknown = [number for number in exits if not self._names(number)]
        return unknown[-1] if unknown else None

    def _kind(self, number: str) -> str:
        action = self.actions.get(number)
        return "" if action is None else str(action["type"])

    def _names(self, number: str) -> Json:
        return self.steps.names.steps_of(self.actions[number])

    def _sequence(self, at: str | None, stop: str | None) -> list[StepBase]:
        found: list[StepBase] = []
        while at is not None and at != stop:
            action = self.actions[at]
            kind = action["type"]
            if kind == "exit_action":
                if at != self.end:
                    found.append(ExitStep.model_construct(**self.steps.rest(action), exit=True))
                break
            if at in self.walked:
                found.append(GoToStep.model_construct(go_to=self.steps.names.step_id(action)))
                break
            self.walked.add(at)
            if kind in BRANCHES:
                meeting = self.meets.get(at)
                found.append(self._branch(action, self.out[at], meeting))
                at = meeting
                continue
            step = self.steps.step(action)
            if step is not None:
                found.append(step)
            at = self.out[at][0] if self.out[at] else None
        return found

    def _branch(self, action: Json, ways: Sequence[str], meeting: str | None) -> StepBase:
        rest, steps = self.steps.rest(action), self.steps
        match action["type"]:
            case "conditional_branch_action":
                asked = steps.encoded(action, action.get("conditions"), "its condition")
                inside = [self._sequence(way, meeting) for way in ways[:2]] + [[], []]
                branch = Branch.model_construct(condition=asked, then=inside[0], otherwise=inside[1])
                return BranchStep.model_construct(**rest, branch=branch)
            case "multi_split_branch_action":
                return self._split(action, ways, meeting, rest)
            case "random_cohort_branch_action":
                return self._cohorts(action, ways, meeting, rest)
            case "multi_lang_branch_action":
                return self._languages(action, ways, meeting, rest)
            case _:
                return self._wait(action, ways, meeting, rest)

    def _split(self, action: Json, ways: Sequence[str], meeting: str | None, rest: Json) -> StepBase:
        texts = action.get("multi_conditions") or []
        names = self._ways(action)
        paths = []
        for index, way in enumerate(ways):
            inside = self._sequence(way, meeting)
            name = names[index] if index < len(names) else None
            if index < len(texts):
                asked = self.steps.encoded(action, texts[index], "one of its conditions")
                paths.append(SplitPath.model_construct(condition=asked, then=inside, otherwise=None, name=name))
            elif index == len(texts):
                paths.append(SplitPath.model_construct(condition=None, then=[], otherwise=inside, name=name))
        return SplitStep.model_construct(**rest, split=paths or [SplitPath.model_construct(otherwise=[])])

    def _ways(self, action: Json) -> list[str]:
        found: list[str] = self.steps.names.steps_of(action).get("ways", [])
        return found

    def _cohorts(self, action: Json, ways: Sequence[str], meeting: str | None, rest: Json) -> StepBase:
        """Source: shares are tenths of a percent."""
        shares = [share / 10 for share in action.get("cohorts") or () if isinstance(share, int | float)][: len(ways)]
        if abs(sum(shares) - 100) > 1e-6 or len(shares) != len(ways):
            self.steps.lose(action, "cohorts whose shares do not add up", "takes the last way for the rest")
            shares = [*shares, *[0.0] * (len(ways) - len(shares))]
            shares[-1:] = [max(100 - sum(shares[:-1]), 0.0)] if ways else []
        names = action.get("cohort_names") or []
        cohorts = [
            Cohort.model_construct(
                share=shares[index],
                then=self._sequence(way, meeting),
                name=str(names[index]) if index < len(names) and names[index] else None,
            )
            for index, way in enumerate(ways)
        ]
        return CohortsStep.model_construct(**rest, cohorts=cohorts)

    def _languages(self, action: Json, ways: Sequence[str], meeting: str | None, rest: Json) -> StepBase:
        languages = [str(one) for one in action.get("languages") or ()]
        if len(ways) > len(languages) + 1:
            self.steps.lose(action, "a branch by language that does not name its languages", "takes the last way")
            ways = ways[-1:] if not languages else ways
        paths = [
            LanguagePath.model_construct(
                language=languages[index] if index < len(languages) else None, then=self._sequence(way, meeting)
            )
            for index, way in enumerate(ways)
        ]
        return LanguagesStep.model_construct(**rest, languages=paths)

    def _wait(self, action: Json, ways: Sequence[str], meeting: str | None, rest: Json) -> StepBase:
        """Source: the last way is taken when the time is over; one way may be for several conditions."""
        asked = [self.steps.encoded(action, text, "what it waits for") for text in action.get("multi_conditions") or ()]
        met, late = ([*ways[:-1]], ways[-1]) if len(ways) > 1 or not asked else ([*ways], None)
        fields: Json = {"at_most": None if action.get("exit_type") == "never" else seconds(action.get("delay"))}
        names = self._ways(action)
        if len(met) == 1 and not names:
            fields |= self._one_way(asked, self._sequence(met[0], meeting))
        elif met:
            fields["paths"] = [
                WaitPath.model_construct(
                    when=asked[index] if index < len(asked) else PlacedCondition(AnyOf()),
                    then=self._sequence(way, meeting),
                    name=names[index] if index < len(names) else None,
                )
                for index, way in enumerate(met)
            ]
        fields["on_timeout"] = self._timeout(action, late, meeting)
        return WaitUntilStep.model_construct(**rest, wait_until=Wait.model_construct(**fields))

    def _one_way(self, asked: list[PlacedCondition], then: list[StepBase]) -> Json:
        if len(asked) == 1:
            return {"all": asked[0], "then": then}
        parts = tuple(placed.condition for placed in asked)
        return {"any": PlacedCondition(AnyOf(parts), asked[0].file if asked else ""), "then": then}

    def _timeout(self, action: Json, late: str | None, meeting: str | None) -> str | list[StepBase]:
        if late is not None and self._names(late).get("exit") == TIMEOUT_EXIT:
            return "exit"
        steps = [] if late is None else self._sequence(late, meeting)
        return steps or "continue"


def meeting_points(out: Mapping[str, Sequence[str]], first: str) -> dict[str, str | None]:
    """Where all ways from each node meet again; None where they meet only at the end.

    The nearest node that every way passes: the immediate post-dominator, found from the last step backwards.
    Raises: Tangled when the graph has a cycle.
    """
    order = _last_first(out, first)
    depth: dict[str | None, int] = {None: 0}
    found: dict[str, str | None] = {}
    for number in order:
        following: list[str | None] = [*out[number]] or [None]
        meeting = following[0]
        for other in following[1:]:
            while meeting != other:
                if depth[meeting] >= depth[other]:
                    meeting = found[meeting] if meeting is not None else None
                else:
                    other = found[other] if other is not None else None
        found[number] = meeting
        depth[number] = depth[meeting] + 1
    return found


def _last_first(out: Mapping[str, Sequence[str]], first: str) -> list[str]:
    """Every node after those that follow it."""
    found: list[str] = []
    state: dict[str, int] = {}
    stack: list[tuple[str, int]] = [(first, 0)]
    while stack:
        number, index = stack.pop()
        if index == 0:
            if state.get(number) == 2:
                continue
            state[number] = 1
        if index < len(out[number]):
            stack.append((number, index + 1))
            after = out[number][index]
            if state.get(after) == 1:
                raise Tangled("its steps go round in a circle")
            if state.get(after) is None:
                stack.append((after, 0))
        else:
            state[number] = 2
            found.append(number)
    return found
