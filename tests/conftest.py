"""Options of the whole suite: which case files the conformance tests run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine is no failure; and what CI says of a change must not depend on luck. Elsewhere every run looks further.
settings.register_profile("anywhere", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "anywhere")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "cases recorded from Customer.io and its engines")
    for kind in ("liquid", "semantics"):
        group.addoption(
            f"--{kind}-cases",
            metavar="FILE",
            default=None,
            help=f"run the {kind} cases of this file instead of tests/cases/{kind}_cases.json",
        )


def pytest_configure(config: pytest.Config) -> None:
    for kind in ("liquid", "semantics"):
        given = config.getoption(f"--{kind}-cases")
        if given and not Path(str(given)).is_file():
            raise pytest.UsageError(f"--{kind}-cases: there is no file {given}")
