"""Which of the collected tests run: those of campaigns only, or those that a change touches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

from mailwright.diagnostics import MailwrightError
from simulator.testing.asked import MEMORY, asked_in
from simulator.testing.collecting import ScenarioItem, told
from simulator.testing.git_changes import changed_files, text_at
from simulator.testing.scenario_run import played
from simulator.testing.stash import session_of
from simulator.testing.touched import Touched, touched_by

if TYPE_CHECKING:
    from simulator.testing.session import PluginSession

FIXTURES = frozenset({"project", "workspace_sim", "sample", "render", "email_snapshot"})
Items = list[pytest.Item]


def chosen(config: pytest.Config, items: Sequence[pytest.Item]) -> tuple[Items, Items]:
    """The items that run, and those that do not.

    Raises: UsageError when git cannot tell what changed, or the project has mistakes.
    """
    only = config.getoption("--mailwright-only")
    kept = [item for item in items if not only or uses_mailwright(item)]
    revision = config.getoption("--changed-since")
    if revision:
        session = session_of(config)
        try:
            files = changed_files(session.root, revision)
            touched = touched_by(files, session.projects.written, lambda name: text_at(session.root, revision, name))
        except MailwrightError as error:
            raise pytest.UsageError(told(error)) from error
        cache: Any = getattr(config, "cache", None)  # it may be switched off
        memory: dict[str, Any] = cache.get(MEMORY, {}) if cache is not None else {}
        kept = [item for item in kept if _is_touched(item, touched, session, memory)]
    chosen_ones = set(map(id, kept))
    return kept, [item for item in items if id(item) not in chosen_ones]


def uses_mailwright(item: pytest.Item) -> bool:
    """Whether a test is a scenario, or uses a fixture of this plugin."""
    if isinstance(item, ScenarioItem):
        return True
    known: dict[str, Sequence[Any]] = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    return any(
        getattr(definition[-1].func, "__module__", "") == "simulator.pytest_plugin"
        for name, definition in known.items()
        if name in FIXTURES
    )


def _is_touched(item: pytest.Item, touched: Touched, session: PluginSession, memory: dict[str, Any]) -> bool:
    if not uses_mailwright(item):
        return True  # a test of something else, of which nothing is known here
    path = item.path.resolve()
    shown = path.relative_to(session.root).as_posix() if path.is_relative_to(session.root) else None
    if touched.everything or shown is None or shown in touched.files:
        return True
    if isinstance(item, ScenarioItem):
        return _scenario_is_touched(item, touched, session)
    if touched.samples or any(name.endswith(".py") for name in touched.files):
        return True  # what a Python test takes from there is not known
    known = memory.get(item.nodeid)
    return known is None or touched.concerns(known["campaigns"], known["events"], ())


def _scenario_is_touched(item: ScenarioItem, touched: Touched, session: PluginSession) -> bool:
    stem = item.path.name.split(".")[0]
    if any(f"/__snapshots__/{stem}/" in f"/{name}" for name in touched.files):
        return True
    scenario, given = item.placed.scenario, item.placed.given
    samples = {name for name in (given.sample, *(act.sample for act in scenario.when)) if name is not None}
    named = {name.partition("/")[0] for name in _names_in(scenario.then.model_dump(exclude_defaults=True))}
    try:
        simulation = played(session.projects.bench(given.workspace), item.placed)
    except MailwrightError:
        return True
    asked, events = asked_in([simulation])
    return touched.concerns(asked | named, events, samples)


def _names_in(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [name for key, part in value.items() for name in (key, *_names_in(part))]
    return [name for part in value for name in _names_in(part)] if isinstance(value, list) else []
