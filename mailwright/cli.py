"""The roof: gathers the commands of every room, and turns what they stop for into exit codes.

Exit codes: 0 nothing to report, 1 problems found or expectations failed, 2 differences or drift, 3 usage or
configuration, 4 the workspace refused or is not there, 5 refused to protect someone, 6 partly applied, 70 a bug of
mailwright's own, 130 interrupted. Nothing heavy is imported here: each command's module is loaded
when it is asked for, and it loads what it needs when it runs.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mailwright.commands.arguments import CommandParser, add_common_arguments, usage_error

if TYPE_CHECKING:
    from argparse import Namespace
    from contextlib import AbstractContextManager
    from pathlib import Path

    from mailwright.definitions.campaign import Campaign
    from mailwright.definitions.project import Project
    from mailwright.diagnostics import Diagnostic, MailwrightError

USAGE, BUG, INTERRUPTED = 3, 70, 130

COLLECTED_AFTER = 200_000
"""New objects between two looks for garbage. Python's own 700 looks through every module again while it is loaded."""

# name: (module, what it does). A module has `add_arguments(parser)` and `run(args) -> int`, its docstring is its help.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("mailwright.commands.init", "make a small project that checks and simulates green"),
    "new": ("mailwright.commands.new", "add a campaign, layout, snippet, segment or event"),
    "check": ("mailwright.commands.check", "find every mistake of the project in one run"),
    "schema": ("mailwright.commands.schema", "write the JSON Schema of every YAML file"),
    "render": ("simulator.commands.render", "show an email as a person would get it"),
    "simulate": ("simulator.commands.simulate", "run an event log through all campaigns"),
    "explain": ("simulator.commands.explain", "say why a person did or did not get a campaign"),
    "test": ("simulator.commands.test", "run the scenarios and tests, with clause coverage and mutants"),
    "prove": ("simulator.commands.prove", "prove that campaigns cannot both fire, or show when they do"),
    "backtest": ("simulator.commands.backtest", "say who would gain, lose or move by an edit, over a history"),
    "preview": ("simulator.commands.preview", "see every email live while its files are edited"),
    "events": ("simulator.commands.events", "the contract of events: diff, audit, infer, codegen, docs"),
    "serve": ("simulator.commands.serve", "run a Customer.io workspace on this machine"),
    "verify": ("simulator.commands.verify", "compare predicted deliveries with what was really sent"),
    "smoke": ("sync.commands.smoke", "send samples to a workspace as drafts and see that they come as predicted"),
    "listen": ("mailwright.commands.listen", "receive reporting webhooks and keep each once"),
    "send": ("sync.commands.send", "send the calls of an event log to a workspace"),
    "pull": ("sync.commands.pull", "bring a workspace's content into the files"),
    "plan": ("sync.commands.plan", "show what an apply would change in a workspace"),
    "apply": ("sync.commands.apply", "bring a workspace to what the files say"),
    "drift": ("sync.commands.drift", "say what moved since files and workspaces last agreed"),
    "promote": ("sync.commands.promote", "plan to bring one workspace to another's state"),
    "rollback": ("sync.commands.rollback", "plan the way back to before a run"),
    "bind": ("sync.commands.bind", "tell which thing of a workspace a slug means"),
    "sync": ("sync.commands.sync_people", "bring a table of people to a workspace"),
    "ci": ("sync.commands.ci", "write the CI jobs of a repository"),
    "demo": ("simulator.commands.demo", "run the example campaigns over the example log"),
    "doctor": ("mailwright.commands.doctor", "look at the environment: versions, settings, keys and workspaces"),
}

# Words behind a command that belong to another room than the command.
OTHER_ROOMS = {("demo", "sync"): "sync.demo.story", ("demo", "verify"): "sync.demo.verify_story"}

EXAMPLES = """\
examples:
  mailwright init hello && cd hello     a project to start from
  mailwright check                      every mistake, with file, line and column
  mailwright simulate events.ndjson     who would get what, and why not
  mailwright explain --person 42 --campaign welcome events.ndjson

exit codes: 0 fine, 1 problems found, 2 differences or drift, 3 wrong usage or settings, 4 the workspace refused,
5 refused to protect you, 6 partly applied, 70 a bug in mailwright
"""


def process() -> int:
    """Run the command of this process, which ends with it; gives the exit code."""
    gc.set_threshold(COLLECTED_AFTER)
    code = main()
    gc.freeze()  # what is left vanishes with the process: the interpreter need not look through it twice at its end
    return code


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    _stand_ready()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets its number, not an error.
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")
    try:
        code = run(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`mailwright check | head`): nobody is left to be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
            return ended_by(error)
        # What writes files tells of them itself: this is the output, on a disk that is full.
        from mailwright.diagnostics import ConfigurationError

        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return ended_by(ConfigurationError(f"cannot write the output: {error.strerror}", hint="is the disk full?"))
    except SystemExit as ending:  # argparse ends --help and --version this way
        return ending.code if isinstance(ending.code, int) else USAGE
    except Exception as error:  # noqa: BLE001  # the roof: whatever gets past it would be a traceback
        return ended_by(error)


def _stand_ready() -> None:
    """Make up for a process that was started without its streams, or with a file for a time zone."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  # for as long as we run
    if os.environ.get("TZ", "")[:1] in (":", "/"):
        # Nothing we show hangs on the machine's zone, and libraries stumble over a file that is none.
        os.environ["TZ"] = "UTC"


def run(argv: list[str]) -> int:
    """Find the command and run it.

    Raises: MailwrightError when the arguments are wrong, and whatever the command stops for.
    """
    before, name, rest = split_arguments(argv)
    roof = _roof()
    args = roof.read(before)
    if name is None:
        roof.print_help()
        return 0 if not before else USAGE
    if name not in COMMANDS:
        raise _unknown_command(name)
    if rest[:1] and (other := OTHER_ROOMS.get((name, rest[0]))) is not None:
        module, name, rest = import_module(other), f"{name} {rest[0]}", rest[1:]
    else:
        module = import_module(COMMANDS[name][0])
    parser = CommandParser(prog=f"mailwright {name}", description=module.__doc__)
    add_common_arguments(parser)
    module.add_arguments(parser)
    given = parser.read(rest)
    given.root = getattr(given, "root", None) or args.root or "."
    given.workspace_edition = _workspace_edition  # for what compares with a workspace and may not know the way there
    given.workspace_reading = lambda: import_module("sync.actuals.reading")
    given.smoke_side = lambda: import_module("simulator.verifying.smoke")
    if name in HANDED_MORE:
        return HANDED_MORE[name](given, module)
    code: int = module.run(given)
    return code


def split_arguments(argv: Sequence[str]) -> tuple[list[str], str | None, list[str]]:
    """What stands before the command, the command, and what follows it."""
    position = 0
    while position < len(argv) and argv[position].startswith("-"):
        position += 2 if argv[position] in ("-C", "--root") else 1
    if position >= len(argv):
        return list(argv), None, []
    return list(argv[:position]), argv[position], list(argv[position + 1 :])


def _roof() -> CommandParser:
    from mailwright import __version__

    width = max(map(len, COMMANDS))
    lines = "\n".join(f"  {name:<{width}}  {says}" for name, (_, says) in COMMANDS.items())
    parser = CommandParser(
        prog="mailwright",
        usage="mailwright [-C DIR] COMMAND …",
        description="Keep a Customer.io account in git: predict, preview and test its campaigns.\n\n"
        f"commands:\n{lines}\n\n`mailwright COMMAND --help` says more about one.",
        epilog=EXAMPLES,
    )
    add_common_arguments(parser, default=None)
    parser.add_argument("--version", action="version", version=f"mailwright {__version__}")
    return parser


def _unknown_command(name: str) -> Exception:
    from mailwright.diagnostics import name_hint

    return usage_error(f"mailwright has no command '{name}'", name_hint(name, list(COMMANDS), "commands"))


def _workspace_edition(root: Path, name: str) -> AbstractContextManager[tuple[Project, Path]]:
    """What a workspace holds now, as a project."""
    found: AbstractContextManager[tuple[Project, Path]] = import_module("sync.editions").workspace_edition(root, name)
    return found


def _doctor(args: Namespace, module: Any) -> int:
    """`doctor` with what only sync knows: how workspaces answer."""
    code: int = module.run_doctor(args, import_module("sync.doctor.looking").look_at_workspaces)
    return code


def _promote(args: Namespace, module: Any) -> int:
    return _with_audience(args, module.run_promote)


def _plan(args: Namespace, module: Any) -> int:
    return _with_audience(args, module.run_plan)


def _with_audience(args: Namespace, run_plan: Callable[..., int]) -> int:
    """`plan` and `promote` with what only the simulator knows: who enters what they would change, how filters moved."""

    def who_enters(project: Project, workspace: str, logs: Sequence[str | Path]) -> Mapping[str, Collection[str]]:
        found: Mapping[str, Collection[str]] = import_module("simulator.audience").who_enters(project, workspace, logs)
        return found

    def how_moved(project: Project, slug: str, before: Campaign, after: Campaign) -> Sequence[str]:
        found: Sequence[str] = import_module("simulator.proofs.moves").how_moved(project, slug, before, after)
        return found

    return run_plan(args, who_enters, how_moved)


def _send(args: Namespace, module: Any) -> int:
    """`send` with what only the simulator knows: how event logs are read, and which calls make a sample so."""

    def sample_calls(project: Project, name: str) -> Sequence[Any]:
        calls: Sequence[Any] = import_module("simulator.commands.sample_log").sample_log(project, name).given
        return calls

    code: int = module.run_send(args, import_module("simulator.history.sources").calls_with_source, sample_calls)
    return code


# Checkers of the rooms above, as module and function: they are loaded when a project is looked at.
CHECKERS = (
    ("simulator.sample_checks", "check_samples"),
    ("sync.published_layouts", "check_published_layouts"),
)
RULE_BOOKS = ("simulator.rules", "sync.rules")


def _check(args: Namespace, module: Any) -> int:
    """`check` with what only the roof may bring together: what every room finds, and every room's rules."""

    def checker(name: str, function: str) -> Callable[[Project], Iterable[Diagnostic]]:
        def found(project: Project) -> Iterable[Diagnostic]:
            look: Callable[[Project], Iterable[Diagnostic]] = getattr(import_module(name), function)
            return look(project)

        return found

    rules = [rule for book in RULE_BOOKS for rule in import_module(book).RULES]
    code: int = module.run_check(args, extra=[checker(*one) for one in CHECKERS], extra_rules=rules)
    return code


# Commands that need what only the roof may bring together.
HANDED_MORE: dict[str, Callable[[Namespace, Any], int]] = {
    "check": _check,
    "doctor": _doctor,
    "plan": _plan,
    "promote": _promote,
    "send": _send,
}


def ended_by(error: Exception) -> int:
    """Tell what a run stopped for; gives its exit code."""
    from mailwright.diagnostics import MailwrightError

    if os.environ.get("MAILWRIGHT_TRACE"):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, MailwrightError):
        _tell(error)
        return error.exit_code
    print(
        f"mailwright: a bug of mailwright's own, not of your files ({type(error).__name__}). "
        "MAILWRIGHT_TRACE=1 shows where; please report it with that trace.",
        file=sys.stderr,
    )
    return BUG


def _tell(error: MailwrightError) -> None:
    from mailwright.diagnostics import ContentError, diagnostic_as_text, error_as_text

    if isinstance(error, ContentError):
        for diagnostic in error.diagnostics:
            print(diagnostic_as_text(diagnostic), file=sys.stderr)
    print(f"mailwright: {error_as_text(error)}" if error.span is None else error_as_text(error), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(process())
