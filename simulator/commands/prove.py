"""Prove that campaigns cannot both fire, or show a person and an event for which they do.

  prove disjoint A B        no event of one person starts both campaigns, at one moment
  prove complete GROUP      every event is answered by a campaign of the `exclusive:` group, or by one on that event
  prove same OLD NEW        the two fire for the same (segments: have the same members)
  prove wider OLD NEW       OLD lets in all that NEW does, and perhaps more
  prove narrower OLD NEW    OLD lets in nothing that NEW does not
  prove never A             the campaign never fires
  prove always A            it always does

A name is a campaign's or a segment's slug; REVISION:SLUG takes it as it was in a git revision (main:signup-general).
What fails comes with a witness: a sample that was tried in the simulator, for campaigns/_shared/samples.

Exit code: 0 proved, 1 refuted or not known.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.proofs.named import Names, Said
    from simulator.proofs.reports import Outcome

QUESTIONS = {"disjoint": 2, "complete": 1, "same": 2, "wider": 2, "narrower": 2, "never": 1, "always": 1}
FORMATS = ("text", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `prove`."""
    parser.add_argument("question", choices=tuple(QUESTIONS), help="what to prove")
    parser.add_argument("names", nargs="+", metavar="NAME", help="campaigns, segments, a group or an event")
    parser.add_argument("--as", dest="workspace", metavar="WORKSPACE", help="the workspace to pretend to be")
    parser.add_argument("--any-data", action="store_true", help="also data that the schemas do not allow")
    parser.add_argument(
        "--with-filters", action="store_true", help="complete: what filters leave out is unanswered too"
    )
    parser.add_argument("--out", metavar="FILE", help="write the witness there, as a sample")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to print the answer")


def run(args: argparse.Namespace) -> int:
    """Prove, or show the witness.

    Raises: ConfigurationError when a name is not known, or the question takes another number of them.
    """
    from mailwright.diagnostics import ConfigurationError
    from simulator.commands.gathering import write_report
    from simulator.proofs.answers import Proved, Refuted
    from simulator.proofs.reports import outcome_as_json, outcome_as_text
    from simulator.proofs.samples import sample_as_yaml

    wanted = QUESTIONS[args.question]
    if len(args.names) != wanted:
        takes = "one name" if wanted == 1 else "two names"
        raise ConfigurationError(f"prove {args.question} takes {takes}, not {len(args.names)}", hint="prove --help")
    outcome = _outcome(args)
    if isinstance(outcome.answer, Refuted) and args.out is not None:
        write_report(args.out, sample_as_yaml(outcome.answer.witness))
        print(f"the witness is in {args.out}", file=sys.stderr)
    give = outcome_as_json if args.format == "json" else outcome_as_text
    sys.stdout.write(give(outcome))
    return 0 if isinstance(outcome.answer, Proved) else 1


def _outcome(args: argparse.Namespace) -> Outcome:
    from pathlib import Path

    from simulator.proofs.named import Names
    from simulator.proofs.reports import Outcome

    names = Names(Path(args.root), args.workspace, by_schema=not args.any_data)
    return Outcome(args.question, tuple(args.names), *_answer(args, names))


def _answer(args: argparse.Namespace, names: Names) -> Said:
    """What is claimed in words, what a witness shows instead, and the answer."""
    match args.question, args.names:
        case "disjoint", [one, other]:
            return names.disjoint(one, other)
        case "complete", [name]:
            return names.complete(name, with_filters=args.with_filters)
        case "never" | "always" as question, [name]:
            return names.alone(question, name)
        case question, [one, other]:
            return names.compared(question, one, other)
        case _:
            raise AssertionError("the number of names was looked at above")
