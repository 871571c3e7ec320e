"""The roof: exit codes, refusals with the nearest name, and what goes to which stream."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mailwright import __version__
from mailwright.cli import COMMANDS, split_arguments


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Add a command whose `run` holds the given lines."""

    def add(name: str, body: str) -> None:
        module = f"made_up_{name}"
        text = f"def add_arguments(parser):\n    pass\n\ndef run(args):\n    {body}\n"
        (tmp_path / f"{module}.py").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setitem(COMMANDS, name, (module, "made up"))

    return add


def test_help_names_every_command_and_the_exit_codes(mailwright):
    shown = mailwright("--help")
    assert shown.code == 0
    assert all(f"  {name} " in shown.out for name in COMMANDS)
    assert "exit codes:" in shown.out


def test_no_arguments_show_the_help(mailwright):
    assert mailwright().out == mailwright("--help").out


def test_the_version_is_the_package_version(mailwright):
    assert mailwright("--version").out == f"mailwright {__version__}\n"


@pytest.mark.parametrize("name", ["init", "new", "check", "schema", "doctor"])
def test_each_command_has_a_help(name: str, mailwright):
    shown = mailwright(name, "--help")
    assert (shown.code, shown.err) == (0, "")
    assert f"usage: mailwright {name}" in shown.out


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        pytest.param(["chekc"], "no command 'chekc'", "'check'", id="an unknown command"),
        pytest.param(["check", "--fromat", "json"], "unknown flag '--fromat'", "'--format'", id="an unknown flag"),
        pytest.param(["--versoin"], "unknown flag '--versoin'", "'--version'", id="an unknown flag of the roof"),
        pytest.param(["check", "--format", "jsn"], "it is one of", "--help", id="a wrong choice"),
        pytest.param(["check", "extra"], "unknown argument 'extra'", "--help", id="an argument too many"),
        pytest.param(["new", "campaign"], "NAME", "--help", id="an argument too few"),
        pytest.param(["-C"], "expected one argument", "--help", id="a flag without its value"),
        pytest.param(["check", "--str"], "unknown flag '--str'", "'--strict'", id="a shortened flag"),
        pytest.param(["check", "--explain", "unknown-propety"], "no rule is called", "unknown-property", id="a rule"),
    ],
)
def test_wrong_usage_ends_with_3_and_the_nearest_name(arguments: list[str], message: str, hint: str, mailwright):
    shown = mailwright(*arguments)
    assert (shown.code, shown.out) == (3, "")
    assert message in shown.err
    assert hint in shown.err
    assert "Traceback" not in shown.err


def test_a_bug_is_one_line_that_says_how_to_see_more(mailwright, command, monkeypatch):
    monkeypatch.delenv("MAILWRIGHT_TRACE", raising=False)
    command("broken", "return 1 // 0")
    shown = mailwright("broken")
    assert shown.code == 70
    assert shown.err.count("\n") == 1
    assert "MAILWRIGHT_TRACE=1" in shown.err


def test_a_bug_shows_its_trace_when_asked(mailwright, command, monkeypatch):
    monkeypatch.setenv("MAILWRIGHT_TRACE", "1")
    command("broken", "return 1 // 0")
    assert "ZeroDivisionError" in mailwright("broken").err


def test_an_interruption_ends_with_130_in_silence(mailwright, command):
    command("slow", "raise KeyboardInterrupt")
    shown = mailwright("slow")
    assert (shown.code, shown.out, shown.err) == (130, "", "")


def test_a_refusal_ends_with_5(mailwright, project: Path):
    shown = mailwright("init", project)
    assert shown.code == 5
    assert "not empty" in shown.err


def test_a_reader_that_goes_away_is_no_error(project: Path):
    program = "import sys; from mailwright.cli import main; sys.exit(main(['check', '--explain', 'all']))"
    asked = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert asked.stdout is not None and asked.stderr is not None
    asked.stdout.close()
    errors = asked.stderr.read()
    asked.stderr.close()
    assert asked.wait(timeout=60) == 0
    assert errors == b""


@pytest.mark.parametrize("arguments", [["-C", "{}", "check"], ["check", "-C", "{}"], ["check", "--root={}"]])
def test_the_root_may_stand_before_or_behind_the_command(arguments: list[str], mailwright, project: Path):
    assert mailwright(*[argument.format(project) for argument in arguments]).code == 0


def test_arguments_are_split_at_the_command():
    assert split_arguments(["-C", "x", "check", "--strict"]) == (["-C", "x"], "check", ["--strict"])
    assert split_arguments(["--version"]) == (["--version"], None, [])


def test_a_terminal_that_knows_no_accents_gets_numbers_instead(project: Path):
    (project / "campaigns/welcome/hello.liquid").write_text(
        "---\nsubject: é ✉\nprehaeder: x\n---\nx\n", encoding="utf-8"
    )
    asked = subprocess.run(
        [sys.executable, "-m", "mailwright", "-C", str(project), "check"],
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert asked.returncode == 1
    assert b"Traceback" not in asked.stderr
