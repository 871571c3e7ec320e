"""A small project on disk, with a campaign of each kind of trouble, and a bench of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from outcomes import Outcome

from mailwright.loading.folder import load_project
from simulator.testing.bench import Bench
from simulator.testing.plugin_entry import PLUGIN
from simulator.testing.scenario_files import PlacedScenario, read_scenarios

FILES = {
    "mailwright.toml": (
        'default_workspace = "qa"\n'
        '[workspaces.qa]\nfrom = "Shop <shop@example.org>"\nvars = { base_url = "https://qa.example.org" }\n'
        '[workspaces.prod]\nfrom = "Shop <shop@example.org>"\nvars = { base_url = "https://www.example.org" }\n'
    ),
    "campaigns/welcome/campaign.yaml": (
        "name: Welcome\n"
        "trigger: {event: signed_up}\n"
        "filter:\n"
        "  not: {person: {plan: staff}}\n"
        "frequency: once\n"
        "goal: {event: bought, within: 30d}\n"
        "exit: {when: goal_or_stops_matching}\n"
        "topic: news\n"
        "workflow:\n"
        "  - email: hello\n"
        "  - wait: 2d\n"
        "  - branch:\n"
        "      if: {person: {plan: pro}}\n"
        "      then:\n"
        "        - email: tips\n"
        "      else:\n"
        "        - set: {person: {stage: told}}\n"
        "  - wait_until: {any: [{event: answered}], at_most: 1d}\n"
    ),
    "campaigns/welcome/hello.liquid": (
        '---\nsubject: Hello {{ customer.name | default: "you" }}\n---\n'
        '<p class="a" id="b">Start at <a href="{{ mailwright.base_url }}/start">the start</a>.</p>\n'
    ),
    "campaigns/welcome/hello.es.liquid": "---\nsubject: Hola\n---\n<p>Hola</p>\n",
    "campaigns/welcome/tips.liquid": "---\nsubject: Tips\n---\n<p>{{ customer.city }}</p>\n",
    "campaigns/photo/campaign.yaml": (
        "name: Photo\n"
        "trigger:\n"
        "  event: posted\n"
        "  where: {type: photo, source: {not: sms}}\n"
        "frequency: every_time\n"
        "workflow:\n"
        "  - email: thanks\n"
    ),
    "campaigns/photo/thanks.liquid": "---\nsubject: Thanks\n---\n<p>Thanks</p>\n",
    "campaigns/fans/campaign.yaml": "name: Fans\ntrigger: {segment: fans}\nworkflow:\n  - email: fan\n",
    "campaigns/fans/fan.liquid": "---\nsubject: Fan\n---\n<p>Fan</p>\n",
    "campaigns/_shared/segments/fans.yaml": "name: Fans\nwhere: {performed: {event: liked, times: 2}}\n",
    "campaigns/_shared/segments/chosen.yaml": "name: Chosen\nmanual: true\n",
    "campaigns/_shared/topics.yaml": "topics: {news: {id: 1, name: News}}\n",
    "campaigns/_shared/people.yaml": (
        "identifier: id\nattributes:\n"
        "  email: {type: text, sensitive: true}\n  name: {type: text, sensitive: true}\n"
        "  plan: {type: text, allowed: [free, pro, staff]}\n  city: {type: text, example: Chicago}\n"
    ),
    "campaigns/_shared/samples/ana.yaml": (
        "person: {id: ana, attributes: {email: ana@example.org, name: Ana, plan: pro, city: Lima}}\n"
        "event: {name: posted, data: {type: photo, source: web}}\n"
        'at: "2026-02-02T10:00:00Z"\n'
    ),
}


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The project's folder."""
    return write(tmp_path / "shop", FILES)


@pytest.fixture
def bench(shop: Path) -> Bench:
    """The project, ready for simulations."""
    from mailwright.loading.variables import with_vars

    return Bench(with_vars(load_project(shop), None))


ReadsScenarios = Callable[[str], list[PlacedScenario]]


@pytest.fixture
def scenarios(shop: Path) -> ReadsScenarios:
    """Reads scenarios from a text, as if it were a file of the project."""

    def read(text: str) -> list[PlacedScenario]:
        path = shop / "a.scenario.yaml"
        path.write_text(text, "utf-8")
        return read_scenarios(path, load_project(shop))

    return read


@pytest.fixture
def run_pytest(shop: Path) -> Callable[..., Outcome]:
    """Runs pytest with the plugin in a process of its own."""
    return lambda *arguments: _run("-m", "pytest", "-p", "no:cacheprovider", "-p", PLUGIN, *arguments, at=shop)


@pytest.fixture
def mailwright(shop: Path) -> Callable[..., Outcome]:
    """Runs the command line in a process of its own."""
    return lambda *arguments: _run("-m", "mailwright", *arguments, at=shop)


def _run(*arguments: str | Path, at: Path) -> Outcome:
    # Other plugins of this environment are nothing to these tests, and each of them takes time to load.
    surroundings = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=at, env=surroundings, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout, done.stderr)
