"""`mailwright test stubs`: scenarios for what no test has seen, from witnesses."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from mailwright.diagnostics import RefusedError
from mailwright.loading.folder import load_project
from mailwright.loading.variables import with_vars
from mailwright.schemas import modeline
from simulator.coverage.inventory import targets
from simulator.coverage.report import Coverage, missing_in_words
from simulator.coverage.watching import watched
from simulator.testing.bench import Bench
from simulator.testing.files import write_whole
from simulator.testing.running import seen_by_tests
from simulator.testing.scenario_writing import scenarios_as_yaml
from simulator.testing.stubs import Stubs, stubs_for

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.coverage.facts import Fact

HEAD = """\
Written for what no test had seen: each scenario says what is, not what should be. Read it, mend what is wrong,
and give it a name that says what it is for."""


def run_stubs(args: argparse.Namespace) -> int:
    """Write the scenarios, beside the campaigns or into one file.

    Raises: ConfigurationError when tests cannot run; RefusedError when a file that would be written is there.
    """
    root = Path(args.root).resolve()
    written = load_project(root)
    name, _ = written.workspace(args.workspace)
    project = with_vars(written, name)
    seen: set[Fact] = set()
    bench = Bench(project, name, watch=lambda content: watched(content, seen))
    known = seen_by_tests(root)
    missing = Coverage(tuple(targets(bench.content)), frozenset(known)).missing
    if not missing:
        print("nothing is missing: every clause, way, step and message was seen", file=sys.stderr)
        return 0
    found = stubs_for(bench, seen, missing)
    _write(args, root, project, found)
    for target, reason in found.left:
        print(f"{target.place}  {missing_in_words(target)}; no stub: {reason}", file=sys.stderr)
    count = sum(map(len, found.scenarios.values()))
    print(f"{count} scenarios for {len(missing) - len(found.left)} of {len(missing)} things unseen", file=sys.stderr)
    return 1 if found.left else 0


def _write(args: argparse.Namespace, root: Path, project: Project, found: Stubs) -> None:
    if args.out:
        every = _named_apart([one for scenarios in found.scenarios.values() for one in scenarios])
        if every:
            write_whole(Path(args.out), scenarios_as_yaml(every, HEAD))
            print(args.out)
        return
    files = {_place(project, slug): scenarios for slug, scenarios in found.scenarios.items()}
    there = [name for name in files if (root / name).exists()]
    if there:
        raise RefusedError(f"{there[0]} is there already", hint="move it away, or --out FILE")
    for name, scenarios in files.items():
        write_whole(root / name, modeline(name, project.settings) + scenarios_as_yaml(_named_apart(scenarios), HEAD))
        print(name)


def _place(project: Project, slug: str) -> str:
    settings = project.settings
    if slug in project.campaigns:
        return f"{settings.campaigns}/{slug}/stubs.scenario.yaml"
    return f"{settings.campaigns}/{settings.shared}/segments/{slug}.stubs.scenario.yaml"


def _named_apart(scenarios: list[dict[str, object]]) -> list[dict[str, object]]:
    """Two of one name get numbers."""
    count: Counter[object] = Counter()
    named = []
    for one in scenarios:
        count[one["name"]] += 1
        number = count[one["name"]]
        named.append(one if number == 1 else {**one, "name": f"{one['name']} ({number})"})
    return named
