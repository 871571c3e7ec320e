"""`--help` and `--version` load nothing that is slow to load, and `check` nothing that it does not use."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

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


# What `check` of a small project without a mistake stands on; these bring what they need themselves.
LIBRARIES_OF_CHECK = {"msgspec", "pydantic", "tinycss2", "turbohtml", "yaml"}
BROUGHT_BY_THEM = {
    "_yaml",
    "annotated_types",
    "pydantic_core",
    "typing_extensions",
    "typing_inspection",
    "webencodings",
}
UNUSED_BY_CHECK = {
    *("asyncio", "difflib", "email.utils", "importlib.metadata", "socket", "sqlite3", "ssl", "subprocess"),
    *("simulator.bulk", "simulator.commands", "simulator.explain", "simulator.preview", "simulator.rendering"),
    *("simulator.workspace", "sync.clients", "sync.desired", "sync.ledger", "sync.plan"),
}


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


@pytest.fixture
def new_project(tmp_path: Path) -> Path:
    subprocess.run([sys.executable, "-m", "mailwright", "-C", str(tmp_path), "init"], check=True, capture_output=True)
    return tmp_path


def test_a_check_loads_what_it_uses_and_no_more(new_project: Path):
    loaded = modules_loaded_by("-m", "mailwright", "-C", str(new_project), "check") - modules_loaded_by("-c", "pass")
    others = {name.partition(".")[0] for name in loaded} - {"mailwright", "simulator", "sync"} - TRIED
    assert others - sys.stdlib_module_names <= LIBRARIES_OF_CHECK | BROUGHT_BY_THEM
    assert loaded & UNUSED_BY_CHECK == set()


def test_a_check_of_a_project_without_a_mistake_builds_no_validator(new_project: Path):
    code = (
        "import sys; from mailwright.cli import main; code = main(sys.argv[1:]); "
        "from mailwright.definitions.base import Definition; "
        "kinds = [Definition]; "
        "[kinds.extend(kind.__subclasses__()) for kind in kinds]; "
        "print([kind.__name__ for kind in kinds if kind.__pydantic_complete__], file=sys.stderr); sys.exit(code)"
    )
    arguments = [sys.executable, "-c", code, "-C", str(new_project), "check"]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "[]\n")
