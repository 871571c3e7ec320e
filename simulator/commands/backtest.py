"""See what an edit would have done to the events there were: who gains, loses or moves, and how much is sent.

  mailwright backtest events.ndjson --against main                the files here against a branch
  mailwright backtest exports/ --against prod --as prod           against what a workspace holds
  mailwright backtest events.parquet --against main --format md   for the pull request

Both sides are replayed over one reading of the history. People stand in the report by digests; --people names them.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from simulator.commands.on_cluster import add_cluster_arguments, options_of, see_backtest_arguments

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from mailwright.loading.revision import WorkspaceEdition
    from simulator.backtest.making import Names
    from simulator.backtest.report import BacktestReport
    from simulator.backtest.running import Question
    from simulator.commands.gathering import Log

FORMATS = ("text", "json", "md", "html")
DIFFERENT = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `backtest`."""
    parser.add_argument(
        "files", nargs="+", metavar="HISTORY", help="event logs, folders, database or bucket URLs; - is standard input"
    )
    parser.add_argument(
        "--against",
        required=True,
        metavar="REV|WORKSPACE|FOLDER",
        help="what was: a git revision, a workspace, a folder",
    )
    parser.add_argument("--candidate", metavar="REV|FOLDER", help="what shall be, in place of the files here")
    parser.add_argument(
        "--as", dest="workspace", metavar="WORKSPACE", help="the workspace whose vars and settings apply"
    )
    parser.add_argument("--until", metavar="TIME", help="where the clock stops (default: 30 days after the last call)")
    parser.add_argument("--more-than", type=int, default=3, metavar="N", help="count people who get more a day (3)")
    parser.add_argument("--texts", action="store_true", help="compare texts as each person gets them; slower")
    parser.add_argument("--sample", metavar="1/N", help="only one in N people, by a hash of their id")
    parser.add_argument("--people", action="store_true", help="name people by their ids")
    parser.add_argument("--by-time", action="store_true", help="put the calls in the order of their times first")
    parser.add_argument("--query", metavar="SQL", help="with a database URL: what to read, in place of ?table=")
    parser.add_argument(
        "--processes", type=int, metavar="N", help="split the people among so many (default: 2, 1 for a small log)"
    )
    parser.add_argument("--index", action="store_true", help="keep what is read of the log, for the next time")
    parser.add_argument("--strict", action="store_true", help="stop at a bad line")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to print it")
    parser.add_argument("--out", metavar="FILE", help="write the report there")
    parser.add_argument("--exit-code", action="store_true", help="exit with 2 when there is a difference")
    add_cluster_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Replay both sides and print what differs.

    Raises: ConfigurationError for wrong arguments; HistoryError when the log cannot be read; ContentError when a
    side's files hold mistakes; what the way to a workspace raises.
    """
    from simulator.commands.gathering import Log

    see_backtest_arguments(args)
    log = Log(args.files, strict=args.strict, query=args.query)
    with ExitStack() as open_until_told:
        report = _report(args, log, open_until_told)
    _put(args, report)
    if not report.totals.calls and log.bad_count:
        return 1
    return DIFFERENT if args.exit_code and report.differs else 0


def _report(args: argparse.Namespace, log: Log, open_until_told: ExitStack) -> BacktestReport:
    from dataclasses import replace

    from simulator.backtest.looking import edits_for, places_in
    from simulator.backtest.making import make_backtest_report
    from simulator.backtest.running import backtest
    from simulator.content import compile_content

    question, names = _question(args, log, open_until_told)
    sides = (
        compile_content(question.before, question.workspace),
        compile_content(question.after, question.workspace),
    )
    if args.engine == "spark":
        from simulator.backtest.on_cluster import backtest_on_spark

        options = options_of(args, question.until)
        answer = log.watched(lambda on_bad, _: backtest_on_spark(question, options, on_bad=on_bad))
    else:
        processes = args.processes or log.processes_worth(most=2)
        shares = log.shares_worth(processes)
        answer = log.watched(
            lambda on_bad, progress: backtest(
                question, processes=processes, shares=shares, on_bad=on_bad, progress=progress
            )
        )
    if answer.alone and (args.processes or 1) > 1:
        print(f"one process: {answer.alone}", file=sys.stderr)
    if args.people and "-" not in args.files and answer.comparison.samples:
        names = replace(names, shown=edits_for(log.again().calls(), places_in(answer.comparison)))
    return make_backtest_report(question, answer, sides, names, bad_lines=log.bad, bad_count=log.bad_count)


def _question(args: argparse.Namespace, log: Log, open_until_told: ExitStack) -> tuple[Question, Names]:
    from mailwright.diagnostics import ConfigurationError
    from simulator.backtest.making import Names
    from simulator.backtest.running import Question
    from simulator.commands.gathering import open_project, time_given
    from simulator.commands.simulate import index_of
    from simulator.reports.people import PeopleNames

    for flag, number in (("--processes", args.processes), ("--more-than", args.more_than)):
        if number is not None and number < 1:
            raise ConfigurationError(f"{flag} is at least 1", hint=f"{flag} 2")
    one_in, until = sample_given(args.sample), time_given(args.until, "--until")
    if args.candidate is None:
        after = open_project(args.root, args.workspace)
    else:
        after = _side(args, args.candidate, open_until_told, None)
    before = _side(args, args.against, open_until_told, args.workspace_edition)
    question = Question(
        before=before,
        after=after,
        workspace=args.workspace,
        files=log.sources,
        until=until,
        render="all" if args.texts else "outcome",
        most=args.more_than,
        one_in=one_in,
        strict=args.strict,
        by_time=args.by_time,
        index_at=index_of(args),
    )
    names = Names(
        before=args.against,
        after=args.candidate or "the files here",
        logs=log.names,
        paths=log.public_names,
        candidate=_folder_to_ask(args.candidate),
        against=args.against,
        workspace=args.workspace or "",
        people=PeopleNames(shown=args.people),
    )
    return question, names


def _side(
    args: argparse.Namespace, where: str, open_until_told: ExitStack, edition: WorkspaceEdition | None
) -> Project:
    """The project at *where* as the workspace asked for has it."""
    from pathlib import Path

    from mailwright.loading.revision import content_at
    from mailwright.loading.variables import with_vars

    project, _ = open_until_told.enter_context(content_at(Path(args.root), where, edition))
    return with_vars(project, args.workspace)


def _folder_to_ask(candidate: str | None) -> str | None:
    """The folder in which `explain` knows the candidate; empty for the present one, None where there is none."""
    from pathlib import Path

    return "" if candidate is None else candidate if Path(candidate).is_dir() else None


def sample_given(text: str | None) -> int:
    """One in how many people `--sample` asks for.

    Raises: ConfigurationError when it is no such share.
    """
    from mailwright.diagnostics import ConfigurationError

    if text is None:
        return 1
    whole = text.removeprefix("1/")
    if whole != text and whole.isascii() and whole.isdigit() and 0 < int(whole) <= 1_000_000:
        return int(whole)
    raise ConfigurationError(f"--sample cannot be '{text}'", hint="--sample 1/10 replays a tenth of the people")


def _put(args: argparse.Namespace, report: BacktestReport) -> None:
    from simulator.backtest.wording import summary_line
    from simulator.commands.gathering import write_report

    text = _formatted(args, report)
    if args.out:
        write_report(args.out, text)
        print(f"{args.out}: {summary_line(report)}", file=sys.stderr)
    else:
        sys.stdout.write(text)


def _formatted(args: argparse.Namespace, report: BacktestReport) -> str:
    match args.format:
        case "json":
            from simulator.backtest.documents import backtest_as_json

            return backtest_as_json(report)
        case "md":
            from simulator.backtest.documents import backtest_as_markdown

            return backtest_as_markdown(report)
        case "html":
            from simulator.backtest.page import backtest_as_html

            return backtest_as_html(report)
        case _:
            from simulator.backtest.text import backtest_as_text
            from simulator.reports.tables import Style, style_for

            return backtest_as_text(report, Style() if args.out else style_for(sys.stdout))
