"""Whatever a scenario file says, it is played, or refused in our own words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwright.diagnostics import MailwrightError
from mailwright.loading.folder import load_project
from simulator.testing.bench import Bench
from simulator.testing.difference_report import differences_as_text
from simulator.testing.expectations import differences
from simulator.testing.scenario_files import read_scenarios
from simulator.testing.scenario_run import played

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2**70),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["3d", "2026-01-05"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=4), inner, max_size=2)),
    max_leaves=4,
)
KEYS = (
    "event",
    "page",
    "identify",
    "wait",
    "until",
    "merge",
    "delete",
    "metric",
    "transactional",
    "object",
    "data",
    "to",
)
ACTS = st.one_of(
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=3),
    st.fixed_dictionaries(
        {"event": st.sampled_from(["signed_up", "posted"]), "data": st.dictionaries(st.text(max_size=4), VALUES)}
    ),
    st.fixed_dictionaries({"identify": st.dictionaries(st.text(max_size=6), VALUES, max_size=3)}),
    st.fixed_dictionaries({"wait": st.sampled_from(["1s", "3d", "3650d"])}),
)
THEN = st.fixed_dictionaries(
    {},
    optional={
        "campaigns": st.lists(st.sampled_from(["welcome", "photo", "fans"]), max_size=2),
        "emails": st.lists(
            st.sampled_from(["hello", "tips", {"email": "hello", "subject": "x", "contains": ["y"]}]), max_size=2
        ),
        "people": st.just({"ana": {"plan": "pro"}}),
        "why_not": st.just({"welcome": "x"}),
        "subject": st.text(max_size=4),
        "nothing": VALUES,
    },
)
FILES = st.fixed_dictionaries(
    {
        "scenarios": st.lists(
            st.fixed_dictionaries(
                {
                    "name": st.text(max_size=4),
                    "given": st.fixed_dictionaries(
                        {"people": st.just({"ana": {"email": "ana@example.org", "plan": "pro"}})}
                    ),
                    "when": st.lists(ACTS, max_size=4),
                    "then": THEN,
                }
            ),
            max_size=1,
        )
    }
)


@given(value=FILES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_scenario_ends_in_a_traceback(value: dict[str, Any], shop: Path, bench: Bench) -> None:
    path = shop / "any.scenario.yaml"
    path.write_text(yaml.safe_dump(value, allow_unicode=True), "utf-8", errors="replace")
    try:
        for placed in read_scenarios(path, load_project(shop)):
            simulation = played(bench, placed)
            found = differences(placed, simulation)
            if found:
                assert differences_as_text(found, simulation)
    except MailwrightError as error:
        assert str(error)


@pytest.mark.parametrize("at", ["0001-01-01", "9999-12-31T23:59:59Z", "2200-01-01"])
def test_times_out_of_reach_are_refused(bench: Bench, at: str) -> None:
    with pytest.raises(MailwrightError, match="1970 to 2199"):
        bench.simulation(at)
