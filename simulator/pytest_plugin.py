"""The pytest plugin: fixtures for tests of campaigns, and `*.scenario.yaml` files as tests.

Every pytest run nearby loads it, so it imports what it needs only when a test asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator.testing.stash import SESSION, SIMULATIONS, session_of

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from mailwright.definitions.project import Project
    from simulator.testing.lookups import Renders, Samples
    from simulator.testing.simulation import Simulation
    from simulator.testing.snapshots import Snapshots

ENDING = ".scenario.yaml"
MARKER = "mailwright(workspace=None, at=None): the workspace a test pretends to be, and when its simulation begins"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The flags; each is spelt so that it clashes with no other plugin's."""
    group = parser.getgroup("mailwright", "tests of Customer.io campaigns")
    group.addoption("--mailwright-root", metavar="DIR", help="the project (default: the nearest one above the tests)")
    group.addoption("--mailwright-update", action="store_true", help="keep the emails of snapshots as they are now")
    group.addoption("--mailwright-pictures", metavar="DIR", help="write pictures of emails that changed there")
    group.addoption("--mailwright-only", action="store_true", help="run only scenarios and tests that use mailwright")
    group.addoption("--changed-since", metavar="REV", help="only tests that a change since this git revision touches")
    group.addoption("--campaign-cov", action="store_true", help="report which clauses, ways and emails tests have seen")
    group.addoption("--campaign-cov-fail-under", type=float, metavar="PERCENT", help="fail where coverage is lower")
    group.addoption("--campaign-cov-html", metavar="DIR", help="write the coverage on the campaigns' diagrams there")
    group.addoption("--campaign-cov-json", metavar="FILE", help="write the coverage there")
    group.addoption("--campaign-mutate", action="store_true", help="change the content a little: some test must notice")
    group.addoption("--campaign-mutate-json", metavar="FILE", help="write what became of each mutant there")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", MARKER)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A scenario file holds tests."""
    if not file_path.name.endswith(ENDING):
        return None
    from simulator.testing.collecting import ScenarioCollector

    return ScenarioCollector.from_parent(parent, path=file_path)


@pytest.fixture
def project(request: pytest.FixtureRequest) -> Project:
    """The project as the test's workspace has it; read once a process."""
    return session_of(request.config).bench(request.node).project


@pytest.fixture
def workspace_sim(request: pytest.FixtureRequest) -> Simulation:
    """A fresh simulation of the workspace: identify, track, advance; then look at emails, deliveries, journeys."""
    simulation = session_of(request.config).simulation(request.node)
    request.node.stash.setdefault(SIMULATIONS, []).append(simulation)
    return simulation


@pytest.fixture
def sample(project: Project) -> Samples:
    """Gives a sample by name."""
    from simulator.testing.lookups import Samples

    return Samples(project)


@pytest.fixture
def render(request: pytest.FixtureRequest) -> Renders:
    """Renders `campaign/message` for a sample (default: the first that fits)."""
    from simulator.testing.lookups import Renders

    return Renders(session_of(request.config).bench(request.node))


@pytest.fixture
def email_snapshot(request: pytest.FixtureRequest) -> Snapshots:
    """Called with a message or a rendered email: fails where it looks otherwise than it did when it was kept."""
    return session_of(request.config).snapshots_of(request.node)


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Where names of a simulation are compared, the failure says why."""
    if type(left).__name__ != "Names" and type(right).__name__ != "Names":
        return None
    from simulator.testing.assertions import compared

    return compared(op, left, right)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test with a simulation shows what happened in it."""
    report = yield
    simulations = item.stash.get(SIMULATIONS, [])
    if report.when == "call" and simulations:
        if report.failed and isinstance(item, pytest.Function):  # a scenario's own failure says all
            from simulator.testing.assertions import section_of

            report.sections.append(("what happened in the simulation", section_of(simulations)))
        session_of(item.config).note(item.nodeid, simulations)
        item.stash[SIMULATIONS] = []
    return report


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that were asked for."""
    if config.getoption("--mailwright-only") or config.getoption("--changed-since"):
        from simulator.testing.choosing import chosen

        kept, left = chosen(config, items)
        if left:
            items[:] = kept
            config.hook.pytest_deselected(items=left)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, Any, Any]:
    """After the tests, the mutants."""
    result = yield
    if session.config.getoption("--campaign-mutate") and not session.config.getoption("collectonly"):
        session_of(session.config).mutate(session)
    return result


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Hand what was seen to the process that reports, or judge it."""
    if SESSION in session.config.stash or _wants_a_report(session.config):
        session_of(session.config).finish(session)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take in what another process's tests have seen (pytest-xdist)."""
    seen = getattr(node, "workeroutput", {}).get("mailwright_seen")
    if seen is not None:
        session_of(node.config).take_in(seen)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Coverage and mutants, below the tests."""
    if _wants_a_report(config):
        session_of(config).report(terminalreporter)


def _wants_a_report(config: pytest.Config) -> bool:
    flags = ("cov", "cov-html", "cov-json", "cov-fail-under", "mutate")
    return any(config.getoption(f"--campaign-{flag}") not in (None, False) for flag in flags)
