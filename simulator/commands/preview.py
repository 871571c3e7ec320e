"""Show every message as it will look, in the browser, and again the moment a file is saved."""

from __future__ import annotations

import argparse
import sys

FORMATS = ("text", "json")
DEFAULT_PORT = 8027


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `preview`."""
    parser.add_argument("--port", type=int, metavar="PORT", help=f"default: {DEFAULT_PORT}, else a free one; 0: free")
    parser.add_argument("--no-open", action="store_true", help="do not open a browser")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how the address is printed, on one line")
    parser.add_argument("--inbox", default="", metavar="URL", help="where Send goes: smtp://127.0.0.1:1025")
    parser.add_argument(
        "--editor", metavar="EDITOR", help="a link or command with {file} and {line} to open files with"
    )


def run(args: argparse.Namespace) -> int:
    """Serve the page until interrupted.

    Raises: ConfigurationError when there is no project, or the port is taken; RefusedError for an inbox that is not
    on this machine.
    """
    from pathlib import Path

    from mailwright.diagnostics import ConfigurationError
    from simulator.preview.editor import Editor
    from simulator.preview.gate import Gate
    from simulator.preview.library import Library
    from simulator.preview.running import Preview
    from simulator.preview.sending import inbox_at
    from simulator.preview.server import first_line, listening_socket, serve

    inbox = inbox_at(args.inbox).address if args.inbox else ""
    try:
        listening = listening_socket(DEFAULT_PORT if args.port is None else args.port)
    except ConfigurationError:
        if args.port is not None:
            raise
        listening = listening_socket(0)
    with listening:
        gate = Gate(listening.getsockname()[1])
        library = Library(Path(args.root).resolve())
        print(first_line(gate, args.format), flush=True)
        if args.format == "text":
            print("Ctrl-C stops it.", file=sys.stderr)
        if not args.no_open:
            import webbrowser

            webbrowser.open(gate.url)
        edition = args.workspace_edition
        serve(Preview(library, gate, Editor.chosen(args.editor), inbox, workspace_edition=edition), listening)
    return 0
