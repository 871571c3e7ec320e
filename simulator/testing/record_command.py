"""`mailwright test record`: scenarios from a log, scrubbed, for a person to check."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from mailwright.diagnostics import ConfigurationError
from mailwright.schemas import modeline
from simulator.commands.gathering import Log, open_project, write_report
from simulator.testing.bench import Bench
from simulator.testing.recording import is_of, recorded
from simulator.testing.scenario_writing import scenarios_as_yaml

HEAD = """\
Recorded from what the simulator sees, without what is personal. It says what is, not what should be:
read each expectation, then give the scenario a name that says what it is for."""


def run_record(args: argparse.Namespace, files: Sequence[str]) -> int:
    """Write scenarios of a log.

    Raises: ConfigurationError when there is no log, or nobody in it; HistoryError when it cannot be read.
    """
    if not files:
        raise ConfigurationError("test record needs an event log", hint="mailwright test record events.ndjson")
    if args.most < 1:
        raise ConfigurationError("--most is at least 1", hint="--most 10")
    project = open_project(args.root, args.workspace)
    log = Log(files)
    calls = list(log.calls())
    if args.person is not None:
        keys = {call.person for call in calls if is_of(call, args.person)}
        calls = [call for call in calls if call.person in keys]
        if not calls:
            raise ConfigurationError("nobody in the log is called that", hint="an id or an address of the log")
    found = recorded(Bench(project, args.workspace), calls, args.most)
    if log.unread:
        print(log.unread, file=sys.stderr)
    for what, count in found.left_out.most_common():
        print(f"left out: {count} of {found.people} people ({what})", file=sys.stderr)
    if not found.scenarios:
        print("no scenario: nothing in the log brings anybody into a campaign", file=sys.stderr)
        return 1
    text = scenarios_as_yaml(found.scenarios, HEAD)
    if args.out:
        write_report(args.out, modeline(args.out) + text if args.out.endswith(".scenario.yaml") else text)
    else:
        sys.stdout.write(text)
    where = f" in {args.out}" if args.out else ""
    print(
        f"{len(found.scenarios)} scenarios{where}, {found.alike} people's stories are told by them too; check each one",
        file=sys.stderr,
    )
    return 0
