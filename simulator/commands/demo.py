"""Run the example campaigns over the example log: a table, a page with the emails, and what to try next."""

from __future__ import annotations

import argparse
import os
import shlex
import tempfile
from pathlib import Path

LOG = "examples/log/events.ndjson"
PAGE = "report.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `demo`."""
    parser.add_argument("--as", dest="workspace", metavar="WORKSPACE", help="the workspace to pretend to be")
    parser.add_argument("--out", metavar="DIR", help="where to write the page (default: .mailwright/demo here)")


def run(args: argparse.Namespace) -> int:
    """Simulate the example, print its table, write its page.

    Raises: ConfigurationError when this installation holds no example.
    """
    from simulator.commands import simulate

    root = example_root()
    folder = page_folder(Path(args.out) if args.out else None)
    page = folder / PAGE
    asked = argparse.ArgumentParser()
    simulate.add_arguments(asked)
    flags = ["--as", args.workspace] if args.workspace else []
    given = asked.parse_args([str(root / LOG), "--format", "html", *flags])
    given.root = str(root)
    simulate.show_and_write(given, page)
    print(next_steps(root, page))
    return 0


def example_root() -> Path:
    """The folder of the example: the checkout this runs from, or what came with the package.

    Raises: ConfigurationError when there is neither.
    """
    import mailwright
    from mailwright.diagnostics import ConfigurationError

    package = Path(mailwright.__file__).resolve().parent
    for root in (package / "_example", package.parent):
        if (root / LOG).is_file():
            return root
    raise ConfigurationError("the example is not part of this installation", hint="mailwright init hello")


def page_folder(asked: Path | None) -> Path:
    """A folder that can be written: the one asked for, one beside where the demo is run, or a new temporary one.

    Raises: ConfigurationError when the one asked for cannot be made.
    """
    from mailwright.diagnostics import ConfigurationError

    folder = asked if asked is not None else Path(".mailwright") / "demo"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if asked is not None:
            raise ConfigurationError(f"cannot make '{asked}': {error.strerror}", hint="another --out") from error
    if os.access(folder, os.W_OK):
        return folder
    if asked is not None:
        raise ConfigurationError(f"cannot write in '{asked}'", hint="another --out")
    return Path(tempfile.mkdtemp(prefix="mailwright-demo-"))


def next_steps(root: Path, page: Path) -> str:
    """Where the page is and three commands to go on with, called as this one was."""
    called = shlex.quote(os.environ.get("MAILWRIGHT_CALLED", "mailwright"))
    at = "" if root == Path.cwd() else f" -C {shlex.quote(_shown(root))}"
    return (
        f"\nThe emails, failures and journeys: {_shown(page)}\n\n"
        "Try next:\n"
        f"  {called}{at} explain --sample {SAMPLE} --campaign {CAMPAIGN}\n"
        f"  {called}{at} check\n"
        f"  {called} init hello"
    )


SAMPLE, CAMPAIGN = "ana-joins-a-campaign", "signup-teens-for-jeans"


def _shown(path: Path) -> str:
    """The path from here, where that is shorter."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
