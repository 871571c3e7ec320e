"""Make a small project in a new or empty folder: it checks and simulates green at once."""

from __future__ import annotations

import argparse

KEPT_ANYWAY = {".git", ".venv", ".idea", ".vscode", ".DS_Store"}
SCHEMA_FOLDER = ".mailwright/schemas"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `init`."""
    parser.add_argument("folder", nargs="?", metavar="DIR", help="where (default: this folder)")


def run(args: argparse.Namespace) -> int:
    """Write the starter project.

    Raises: RefusedError when the folder holds something already; ConfigurationError when it cannot be written.
    """
    import os
    import shlex
    import sys
    from pathlib import Path

    from mailwright.diagnostics import ConfigurationError, RefusedError
    from mailwright.schemas import schema_files
    from mailwright.writing import write_new_files

    root = Path(args.root) / (args.folder or ".")
    if root.exists() and not root.is_dir():
        raise RefusedError(f"{root} is a file", hint="a folder: mailwright init hello")
    try:
        there = sorted(path.name for path in root.iterdir() if path.name not in KEPT_ANYWAY) if root.exists() else []
    except OSError as error:
        raise ConfigurationError(f"cannot read {root}: {error.strerror}", hint="a folder of your own") from error
    if there:
        shown = ", ".join(there[:3]) + (", …" if len(there) > 3 else "")
        raise RefusedError(f"{root} is not empty ({shown})", hint="a new folder: mailwright init hello")
    files = starter_files()
    write_new_files(root, {**files, **{f"{SCHEMA_FOLDER}/{name}": text for name, text in schema_files().items()}})
    for name in files:
        print(name)
    called = os.environ.get("MAILWRIGHT_CALLED", "mailwright")  # ./mw in a clone, where nothing is on the PATH
    place = "" if args.folder is None else f" -C {shlex.quote(args.folder)}"
    print(f"\n{len(files)} files written. Next: {shlex.quote(called)}{place} check", file=sys.stderr)
    return 0


def starter_files() -> dict[str, str]:
    """The starter's files; YAML ones say which schema an editor may check them with."""
    from mailwright.commands.starter import FILES
    from mailwright.schemas import modeline

    return {name: modeline(name) + text for name, text in FILES.items()}
