"""Tell which thing of a workspace a slug means.

`pull` matches by name. Where a campaign, segment or layout is called otherwise in one workspace, bind it once:

  mailwright bind qa campaign signup-general 61

A transactional message or one-time send has its kind before its number: transactional/2, newsletter/210.
"""

from __future__ import annotations

import argparse

KINDS = ("campaign", "segment", "layout", "snippet")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `bind`."""
    parser.add_argument("workspace", metavar="WORKSPACE", help="the workspace that has it")
    parser.add_argument("kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("slug", metavar="SLUG", help="our name for it: its folder or file; of a layout name@version")
    parser.add_argument("id", metavar="ID", help="its number in the workspace")


def run(args: argparse.Namespace) -> int:
    """Note it in the workspace's ledger.

    Raises: ConfigurationError when the workspace is not known, or the slug or the number cannot be one.
    """
    import re
    import sys
    from pathlib import Path

    from mailwright.definitions.names import SLUG_PATTERN
    from mailwright.diagnostics import ConfigurationError
    from mailwright.loading.folder import read_project
    from sync.ledger import FOLDER, read_ledger
    from sync.snapshot import Kind

    project, _ = read_project(Path(args.root))
    name, settings = project.workspace(args.workspace)
    pattern = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}@[1-9]\d{0,5}" if args.kind == "layout" else SLUG_PATTERN
    if not re.fullmatch(pattern, args.slug):
        hint = "name@version, such as base@2" if args.kind == "layout" else "letters, digits, dashes: its folder's name"
        raise ConfigurationError(f"'{args.slug}' cannot be the slug of a {args.kind}", hint=hint)
    if not re.fullmatch(r"(?:(?:transactional|newsletter)/)?[1-9]\d{0,17}", args.id):
        raise ConfigurationError(f"'{args.id}' is no number of a {args.kind}", hint="it stands in its page's address")
    ledger = read_ledger(project.root, name)
    ledger.id = ledger.id if ledger.id is not None else settings.id
    ledger.bind(Kind(args.kind), args.slug, args.id)
    ledger.save(project.root)
    print(f"{name}: {args.kind} {args.id} is '{args.slug}'")
    print(f"noted in {FOLDER}/{name}.json; mailwright pull {name} goes by it", file=sys.stderr)
    return 0
