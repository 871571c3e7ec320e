"""A nested workflow as actions and edges: the lists inside a branch meet again at the step after it.

Source: wire reference, "Graph rules": one `continue` edge from each plain step, `branch` edges with an index from the
others, an exit of its own where a way ends inside a branch, and one exit at the end of the workflow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mailwright.definitions.steps import (
    AbTestStep,
    BranchStep,
    CohortsStep,
    ExitStep,
    GoToStep,
    LanguagesStep,
    MessageStep,
    SplitStep,
    StepBase,
    WaitUntilStep,
)
from mailwright.definitions.workflow import Path, PlacedStep, file_of, walk_steps
from simulator.workspace.documents import Kind, message_marks, new_action

if TYPE_CHECKING:
    from mailwright.definitions.campaign import Campaign
    from simulator.workspace.content.step_writing import StepWriting

Json = dict[str, Any]
END = "end"
"""What the names say of the exit at the end of a workflow."""
TIMEOUT_EXIT = "timeout_exit"
"""And of the exit that a wait's time being over leads to."""


@dataclass(slots=True)
class GraphWriting:
    """Writes one campaign's workflow; `actions`, `edges` and `names` hold what was written."""

    steps: StepWriting
    campaign_id: int
    now: int
    actions: dict[str, Json] = field(default_factory=dict)
    edges: list[Json] = field(default_factory=list)
    names: dict[str, Json] = field(default_factory=dict)  # action id → what the files call it
    _placed: dict[Path, PlacedStep] = field(default_factory=dict)
    _where: str = ""

    def write(self, campaign: Campaign, *, gated: bool) -> list[str]:
        """Write the whole workflow; gives the ids in its order. *gated*: it starts with the server's own gate."""
        self._where = f"campaign {self.steps.slug}"
        self._placed = {placed.path: placed for placed in walk_steps(campaign.workflow)}
        end = self._exit(END, "")
        first = self._chain(campaign.workflow, ("workflow",), end)
        if gated:
            gate = self._keep(self._new_id("entry gate"), new_action("filter_match_delay_action", self.now), {})
            self._edge(gate, first)
            first = gate
        self._drop_unreachable(first)
        return self._order(first)

    def _new_id(self, name: str) -> str:
        return str(self.steps.numbers.new_action(self.steps.slug, f"\0{name}\0{len(self.actions)}"))

    def _keep(self, number: str, action: Json, names: Json) -> str:
        self.actions[number] = {"id": number, **action, "campaign_id": self.campaign_id}
        if names:
            self.names[number] = names
        return number

    def _exit(self, name: str, title: str) -> str:
        return self._keep(self._new_id("exit"), new_action("exit_action", self.now, name=title), {"exit": name})

    def _edge(self, start: str, to: str, index: int | None = None) -> None:
        edge: Json = {"from": start, "to": to, "type": "continue" if index is None else "branch"}
        self.edges.append(edge if index is None else {**edge, "index": index})

    def _chain(self, steps: Sequence[StepBase], path: Path, after: str) -> str:
        following = after
        for index in range(len(steps) - 1, -1, -1):
            following = self._step(self._placed[(*path, index)], following)
        return following

    def _step(self, placed: PlacedStep, following: str) -> str:
        step, path = placed.step, placed.path
        if isinstance(step, GoToStep):
            return str(self.steps.numbers.action(self.steps.slug, step.go_to)[0])
        number = str(self.steps.numbers.action(self.steps.slug, placed.id)[0])
        where = f"{self._where}, step {placed.id}"
        kind, fields = self.steps.action(step, where)
        names: Json = {"id": placed.id}
        action = new_action(kind, self.now, **fields)
        match step:
            case AbTestStep():
                action |= self._sides(step, number, names, where)
            case MessageStep():
                name = file_of(step) or ""
                names["file"] = name
                action |= self._content(name, where)
            case _:
                pass
        self._keep(number, action, names)
        ways = self._ways(step, path, following, names)
        if ways is not None:
            for index, way in enumerate(ways):
                self._edge(number, way, index)
        elif not isinstance(step, ExitStep):
            self._edge(number, following)
        return number

    def _content(self, name: str, where: str) -> Json:
        template = self.steps.messages.message(self.steps.slug, name, where)
        if template is None:
            return {}
        tracked = self._is_tracked(name)
        return {"template_id": template["id"], "tracked": tracked, **message_marks(template)}

    def _is_tracked(self, name: str) -> bool:
        message = self.steps.messages.project.messages.get((self.steps.slug, name, None))
        return bool(getattr(message.fields, "track_links", True)) if message is not None else True

    def _sides(self, step: AbTestStep, number: str, names: Json, where: str) -> Json:
        """The sides of an A/B test: messages of their own, that hang on the step and on no edge.

        Assumed: the share that no side has is held out.
        """
        action_ids: list[str] = []
        allocations: list[float] = []
        for index, variant in enumerate(step.ab_test):
            if variant.email is None:
                names["hold_out"] = index
                continue
            side = new_action(
                "email_action",
                self.now,
                name=variant.email,
                sending_state=step.sending,
                parent_action_id=number,
                **self._content(variant.email, where),
            )
            kept = self._keep(self._new_id(f"side {index}"), side, {"id": f"{number}-{index}", "file": variant.email})
            action_ids.append(kept)
            allocations.append(int(variant.share) if variant.share == int(variant.share) else variant.share)
        return {"action_ids": action_ids, "allocations": allocations}

    def _ways(self, step: StepBase, path: Path, following: str, names: Json) -> list[str] | None:
        match step:
            case BranchStep(branch=branch):
                return [
                    self._chain(branch.then, (*path, "branch", "then"), following),
                    self._chain(branch.otherwise, (*path, "branch", "else"), following),
                ]
            case SplitStep():
                return self._split(step, path, following, names)
            case CohortsStep(cohorts=cohorts):
                return [
                    self._chain(cohort.then, (*path, "cohorts", index, "then"), following)
                    for index, cohort in enumerate(cohorts)
                ]
            case LanguagesStep(languages=languages):
                base = (*path, "languages")
                asked = [
                    self._chain(way.then, (*base, index, "then"), following)
                    for index, way in enumerate(languages)
                    if way.language is not None
                ]
                rest = [
                    self._chain(way.then, (*base, index, "then"), following)
                    for index, way in enumerate(languages)
                    if way.language is None
                ]
                return [*asked, rest[0] if rest else following]
            case WaitUntilStep():
                return self._wait(step, path, following, names)
            case _:
                return None

    def _split(self, step: SplitStep, path: Path, following: str, names: Json) -> list[str]:
        found: list[str] = []
        default, called = following, "else"
        names["ways"] = []
        for index, way in enumerate(step.split):
            base = (*path, "split", index)
            if way.otherwise is not None:
                default, called = self._chain(way.otherwise, (*base, "else"), following), way.name or "else"
            else:
                found.append(self._chain(way.then, (*base, "then"), following))
                names["ways"].append(way.name or f"way {index + 1}")
        names["ways"].append(called)
        return [*found, default]

    def _wait(self, step: WaitUntilStep, path: Path, following: str, names: Json) -> list[str]:
        wait, base = step.wait_until, (*path, "wait_until")
        if wait.paths:
            names["ways"] = [way.name or f"path {index}" for index, way in enumerate(wait.paths, start=1)]
            met = [
                self._chain(way.then, (*base, "paths", index, "then"), following)
                for index, way in enumerate(wait.paths)
            ]
        elif wait.all is not None or wait.any is not None:
            met = [self._chain(wait.then, (*base, "then"), following)]
        else:
            met = []
        if wait.on_timeout == "exit":
            late = self._exit(TIMEOUT_EXIT, "")
        elif isinstance(wait.on_timeout, list):
            late = self._chain(wait.on_timeout, (*base, "on_timeout"), following)
            names["timeout"] = True
        else:
            late = following
        return [*met, late]

    def _drop_unreachable(self, first: str) -> None:
        """Leave out what no journey can reach: steps after an exit, the end of a workflow that never gets there."""
        found = self._reached(first)
        for number in [number for number in self.actions if number not in found]:
            name = self.names.get(number, {}).get("id")
            if name is not None:
                self.steps.findings.say(f"{self._where}, step {name}", "no way leads to it", "left out")
            self.actions.pop(number)
            self.names.pop(number, None)
        self.edges = [edge for edge in self.edges if edge["from"] in found]

    def _reached(self, first: str) -> set[str]:
        following: dict[str, list[str]] = {}
        for edge in self.edges:
            following.setdefault(edge["from"], []).append(edge["to"])
        found, left = set[str](), [first]
        while left:
            number = left.pop()
            if number not in found:
                found.add(number)
                left += following.get(number, [])
                left += self.actions[number].get("action_ids", [])
        return found

    def _order(self, first: str) -> list[str]:
        """The ids as the workflow has them: a step before what follows it, the exit at the end last."""
        order = {placed.id: index for index, placed in enumerate(self._placed.values())}
        numbers = {name["id"]: number for number, name in self.names.items() if "id" in name}
        ranked = sorted((index, numbers[name]) for name, index in order.items() if name in numbers)
        found = [number for _, number in ranked]
        for number in [*found]:
            sides = self.actions[number].get("action_ids", [])
            found[found.index(number) + 1 : found.index(number) + 1] = sides
        rest = [number for number in self.actions if number not in found and number != first]
        return list(dict.fromkeys([first, *found, *sorted(rest, key=self._is_end)]))

    def _is_end(self, number: str) -> bool:
        return self.names.get(number, {}).get("exit") == END


def keep_actions(writing: GraphWriting, documents: Any) -> None:
    """Put what was written into the store."""
    for number, action in writing.actions.items():
        documents.put(Kind.ACTION, int(number), action)
