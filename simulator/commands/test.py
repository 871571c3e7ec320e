"""Run the scenarios and tests of the campaigns.

mailwright test                          every *.scenario.yaml, and the Python tests that use mailwright
mailwright test campaigns/welcome        only those
mailwright test --coverage --mutate      how much they see, and whether they would notice a change
mailwright test record events.ndjson     write scenarios from what the simulator sees, to be checked by a person
mailwright test stubs                    write scenarios for what no test has seen
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.testing.run_results import Results

FORMATS = ("text", "json", "junit", "github")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `test`."""
    parser.add_argument("what", nargs="*", metavar="PATH", help="files or folders; or record EVENTS…, or stubs")
    parser.add_argument("-k", dest="words", metavar="WORDS", help="only tests whose names match")
    parser.add_argument("-x", dest="first", action="store_true", help="stop at the first that fails")
    parser.add_argument("-n", dest="processes", metavar="N", help="split over N processes (needs pytest-xdist)")
    parser.add_argument("--changed-since", metavar="REV", help="only tests that a change since then touches")
    parser.add_argument("--coverage", action="store_true", help="which clauses, ways, steps and messages were seen")
    parser.add_argument("--fail-under", type=float, metavar="PERCENT", help="exit with 1 where coverage is lower")
    parser.add_argument("--html", metavar="DIR", help="write the coverage on the campaigns' diagrams there")
    parser.add_argument("--mutate", action="store_true", help="change the content a little: some test must notice")
    parser.add_argument("--update", action="store_true", help="keep the emails of snapshots as they are now")
    parser.add_argument("--pictures", metavar="DIR", help="pictures of emails that changed (needs a Chromium)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to print it")
    parser.add_argument("--out", metavar="PATH", help="write the report there; of record and stubs: the scenarios")
    parser.add_argument("--as", dest="workspace", metavar="WORKSPACE", help="of record and stubs: the workspace")
    parser.add_argument("--most", type=int, default=25, metavar="N", help="of record: at most so many (default: 25)")
    parser.add_argument("--person", metavar="PERSON", help="of record: only this person")


def run(args: argparse.Namespace) -> int:
    """Run the tests, or write some.

    Raises: ConfigurationError for wrong arguments, ContentError when the project has mistakes.
    """
    match args.what:
        case ["record", *files]:
            from simulator.testing.record_command import run_record

            return run_record(args, files)
        case ["stubs"]:
            from simulator.testing.stubs_command import run_stubs

            return run_stubs(args)
        case _:
            return _run_tests(args)


def _run_tests(args: argparse.Namespace) -> int:
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from simulator.commands.gathering import write_report
    from simulator.testing.run_results import Results
    from simulator.testing.running import run_pytest, test_places

    root = Path(args.root).resolve()
    places = test_places(root, args.what)
    results = Results()
    with TemporaryDirectory(prefix="mailwright-") as folder:
        junit = Path(folder, "junit.xml")
        flags = [*_flags(args), *([f"--junitxml={junit}"] if args.format == "junit" else [])]
        code = run_pytest(root, places, flags, results)
        text = junit.read_text("utf-8") if args.format == "junit" and junit.is_file() else _report(args, results)
    if args.out:
        write_report(args.out, text)
        print(f"the report is in {args.out}", file=sys.stderr)
    else:
        sys.stdout.write(text)
    if args.html:
        print(f"the coverage is drawn in {args.html}/index.html", file=sys.stderr)
    return _exit_code(code, results)


def _flags(args: argparse.Namespace) -> list[str]:
    """Our flags as pytest and its plugins know them."""
    return [
        *([f"-k={args.words}"] if args.words else []),
        *(["-x"] if args.first else []),
        *([f"-n={args.processes}"] if args.processes else []),
        *([f"--changed-since={args.changed_since}"] if args.changed_since else []),
        *(["--campaign-cov"] if args.coverage else []),
        *([f"--campaign-cov-fail-under={args.fail_under}"] if args.fail_under is not None else []),
        *([f"--campaign-cov-html={args.html}"] if args.html else []),
        *(["--campaign-mutate"] if args.mutate else []),
        *(["--mailwright-update"] if args.update else []),
        *([f"--mailwright-pictures={args.pictures}"] if args.pictures else []),
    ]


def _report(args: argparse.Namespace, results: Results) -> str:
    from simulator.reports.tables import style_for
    from simulator.testing.run_report import run_as_github, run_as_json, run_as_text
    from simulator.testing.stash import session_of

    if results.config is None:
        return ""
    session = session_of(results.config)
    if args.format == "json":
        return run_as_json(results, session.as_values())
    if args.format == "github":
        return run_as_github(results, session.annotations())
    style = style_for(sys.stdout)
    return run_as_text(results, session.blocks(style), style)


def _exit_code(code: int, results: Results) -> int:
    """Our exit code for one of pytest's."""
    import pytest

    match code:
        case pytest.ExitCode.OK | pytest.ExitCode.TESTS_FAILED:
            return int(code)
        case pytest.ExitCode.NO_TESTS_COLLECTED:
            return 0  # nothing was chosen, and the summary says so
        case pytest.ExitCode.INTERRUPTED:
            return 1 if results.count("error") else 130
        case pytest.ExitCode.USAGE_ERROR:
            return 3  # pytest has said why
        case _:
            return 70
