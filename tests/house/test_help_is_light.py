"""`--help` and `--version` load nothing that is slow to load."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

OWN = {"mailwright", "mailwright.__main__", "mailwright.cli", "mailwright.commands", "mailwright.commands.arguments"}
# `copy` of the standard library tries to import this one, for Jython.
TRIED = {"org"}
SLOW_STANDARD = {
    "asyncio",
    "dataclasses",
    "difflib",
    "email",
    "http",
    "inspect",
    "json",
    "logging",
    "pathlib",
    "sqlite3",
}
SLOW_STANDARD |= {"tempfile", "unittest", "urllib", "zoneinfo"}


def modules_loaded_by(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-I", "-X", "importtime", *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    return set(re.findall(r"\|\s+([\w.]+)$", done.stderr, re.MULTILINE))


@pytest.mark.parametrize("flag", ["--help", "--version", "--no-such-flag"])
def test_a_flag_of_the_roof_loads_only_the_roof(flag: str):
    loaded = modules_loaded_by("-m", "mailwright", flag) - modules_loaded_by("-c", "pass")
    ours = {name for name in loaded if name.partition(".")[0] in ("mailwright", "simulator")}
    is_refused = flag == "--no-such-flag"
    assert ours - ({"mailwright.diagnostics"} if is_refused else set()) <= OWN
    others = {name.partition(".")[0] for name in loaded - ours} - TRIED
    assert others <= sys.stdlib_module_names
    if not is_refused:
        assert not others & SLOW_STANDARD


@pytest.mark.parametrize(
    "command", ["init", "new", "check", "schema", "doctor", "render", "simulate", "explain", "demo"]
)
def test_help_of_a_command_loads_no_library(command: str):
    loaded = modules_loaded_by("-m", "mailwright", command, "--help") - modules_loaded_by("-c", "pass")
    others = {name.partition(".")[0] for name in loaded} - {"mailwright", "simulator"} - TRIED
    assert others <= sys.stdlib_module_names
