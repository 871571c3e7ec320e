"""Write the JSON Schema of every YAML kind, for editors and for other tools."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `schema`."""
    parser.add_argument(
        "--out", metavar="DIR", help="the folder to write to (default: .mailwright/schemas in the project)"
    )
    parser.add_argument("--kind", metavar="KIND", help="print the schema of this kind instead")


def run(args: argparse.Namespace) -> int:
    """Write every schema, or print one.

    Raises: ConfigurationError when the kind is not known or the folder cannot be written.
    """
    import sys
    from pathlib import Path

    from mailwright.commands.init import SCHEMA_FOLDER
    from mailwright.diagnostics import ConfigurationError, name_hint
    from mailwright.schemas import KINDS, schema_as_text, schema_files
    from mailwright.writing import write_atomically

    if args.kind is not None:
        if args.kind not in KINDS:
            raise ConfigurationError(
                f"no file kind is called '{args.kind}'", hint=name_hint(args.kind, list(KINDS), "kinds")
            )
        print(schema_as_text(args.kind), end="")
        return 0
    folder = Path(args.out) if args.out else Path(args.root) / SCHEMA_FOLDER
    files = schema_files()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            write_atomically(folder / name, text)
            print(folder / name)
    except OSError as error:
        raise ConfigurationError(
            f"cannot write in {folder}: {error.strerror}", hint="--out DIR you may write"
        ) from error
    print(f"{len(files)} schemas written", file=sys.stderr)
    return 0
