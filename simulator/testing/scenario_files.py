"""A `*.scenario.yaml` file → its scenarios with their places, or every problem of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from mailwright.definitions.project import Place, Project
from mailwright.definitions.scenario import Given, Scenario, ScenarioFile
from mailwright.diagnostics import ContentError, Diagnostic, Span
from mailwright.loading.files import Files
from mailwright.loading.validation import read_definition
from mailwright.loading.yaml_tree import lines_of, read_yaml
from simulator.testing.scenario_names import name_problems

ENDING = ".scenario.yaml"
_NOT_LOOKED_INTO = frozenset({"node_modules", "__pycache__", "build", "dist"})


@dataclass(frozen=True, slots=True)
class PlacedScenario:
    """One scenario with all it is given, and where its parts stand."""

    index: int
    scenario: Scenario
    given: Given
    place: Place

    @property
    def name(self) -> str:
        return self.scenario.name

    def span(self, *path: str | int) -> Span:
        """Where a part of it stands."""
        return self.place.span(("scenarios", self.index, *path))


def scenario_files(root: Path) -> list[Path]:
    """Every scenario file below *root*, but for hidden folders and what tools install."""
    return sorted(_below(root))


def _below(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            if not entry.name.startswith(".") and entry.name not in _NOT_LOOKED_INTO:
                yield from _below(entry)
        elif entry.name.endswith(ENDING):
            yield entry


def read_scenarios(path: Path, project: Project) -> list[PlacedScenario]:
    """The scenarios of one file of the project, in file order.

    Raises: ContentError with every problem of the file.
    """
    shown = shown_path(path, project.root)
    files = Files(path.parent)
    text = files.text(path.name)
    problems = [replace(problem, span=Span(shown)) for problem in files.problems]
    if text is None:
        raise ContentError(problems or [Diagnostic("unreadable-file", "this file cannot be read", Span(shown))])
    tree = read_yaml(text, shown)
    found = read_definition(ScenarioFile, tree, problems)
    if found is None:
        raise ContentError(problems)
    placed = [
        PlacedScenario(index, scenario, joined_given(found.given, scenario.given), tree.place)
        for index, scenario in enumerate(found.scenarios)
    ]
    for one in placed:
        problems += name_problems(one.scenario, one.given, one.span, project)
    problems += _doubles(placed)
    if problems:
        lines = lines_of(text)
        raise ContentError(replace(one, source_line=lines[one.span.line - 1]) for one in problems)
    return placed


def shown_path(path: Path, root: Path) -> str:
    """The file as output names it: relative to the project where it stands inside."""
    resolved = path.resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else path.name


def joined_given(shared: Given, own: Given) -> Given:
    """What a scenario is given: the file's, with its own over it."""
    names = dict.fromkeys([*own.people, *shared.people])  # the scenario's own first: the first person is who acts
    joined = {
        "at": own.at or shared.at,
        "workspace": own.workspace or shared.workspace,
        "sample": own.sample or shared.sample,
        "only": own.only or shared.only,
        "people": {name: {**shared.people.get(name, {}), **own.people.get(name, {})} for name in names},
        "segments": {**shared.segments, **own.segments},
    }
    return shared.model_copy(update=joined)


def _doubles(placed: list[PlacedScenario]) -> list[Diagnostic]:
    found, seen = [], dict[str, PlacedScenario]()
    for one in placed:
        first = seen.setdefault(one.name, one)
        if first is not one:
            message = "two scenarios of this file have this name"
            found.append(Diagnostic("duplicate-name", message, one.span("name"), f"the other: {first.span('name')}"))
    return found
