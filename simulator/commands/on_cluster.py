"""What a command that replays a history needs to have a cluster do it: its flags, and the counts."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.cluster.engine import Options
    from simulator.commands.gathering import Log
    from simulator.log_tally import Counts

ENGINES = ("processes", "spark")
_OF_SPARK = {"master": "--master", "connect": "--connect", "sets": "--sets", "spark_conf": "--spark-conf",
             "deliveries_out": "--deliveries-out"}  # fmt: skip
_NOT_IN_BACKTEST = {"texts": "--texts", "sample": "--sample", "by_time": "--by-time", "query": "--query",
                    "processes": "--processes", "index": "--index"}  # fmt: skip
_NOT_WITH_SPARK = {"trace": "--trace", "person": "--person", "since": "--from", "sample": "--sample", "hits": "--hits",
                   "processes": "--processes", "index": "--index"}  # fmt: skip


def add_cluster_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags that choose a cluster."""
    parser.add_argument("--engine", choices=ENGINES, default="processes", help="who replays: this machine, or Spark")
    parser.add_argument("--master", metavar="URL", help="with spark: its master (default: this machine's cores)")
    parser.add_argument("--connect", metavar="URL", help="with spark: a Spark Connect server, sc://HOST:15002")
    parser.add_argument("--sets", type=int, metavar="N", help="with spark: sets of people (default: by the log's size)")
    parser.add_argument(
        "--spark-conf", action="append", default=[], metavar="NAME=VALUE", help="with spark: a setting of its own"
    )


def add_deliveries_argument(parser: argparse.ArgumentParser) -> None:
    """The flag of what keeps every delivery."""
    parser.add_argument("--deliveries-out", metavar="FOLDER", help="with spark: write every delivery there, as Parquet")


def see_cluster_arguments(args: argparse.Namespace) -> None:
    """See that the flags go together.

    Raises: ConfigurationError when they do not.
    """
    from mailwright.diagnostics import ConfigurationError

    if args.engine != "spark":
        given = next((flag for name, flag in _OF_SPARK.items() if getattr(args, name, None)), None)
        if given is not None:
            raise ConfigurationError(f"{given} goes with --engine spark", hint=f"--engine spark {given} …")
        return
    other = next((flag for name, flag in _NOT_WITH_SPARK.items() if getattr(args, name, None)), None)
    if other is None and getattr(args, "format", "text") in ("jsonl", "html"):
        other = f"--format {args.format}"
    if other is not None:
        raise ConfigurationError(
            f"{other} does not go with --engine spark, which makes counts",
            hint="leave one out; deliveries: --deliveries-out",
        )
    if args.sets is not None and args.sets < 1:
        raise ConfigurationError("--sets is at least 1", hint="--sets 64")


def see_backtest_arguments(args: argparse.Namespace) -> None:
    """See that the flags of a backtest go together.

    Raises: ConfigurationError when they do not.
    """
    from mailwright.diagnostics import ConfigurationError

    if args.engine == "spark":
        other = next((flag for name, flag in _NOT_IN_BACKTEST.items() if getattr(args, name)), None)
        if other is not None:
            raise ConfigurationError(f"{other} does not go with --engine spark", hint="leave one out")
    see_cluster_arguments(argparse.Namespace(engine=args.engine, master=args.master, connect=args.connect,
                                             sets=args.sets, spark_conf=args.spark_conf))  # fmt: skip


def counted_on_cluster(args: argparse.Namespace, project: Project, log: Log, until: int | None) -> Counts:
    """The counts of the log, and its deliveries where they are asked for.

    Raises: like `counts_on_spark` and `deliveries_on_spark`.
    """
    from simulator.cluster.engine import counts_on_spark, deliveries_on_spark

    options = options_of(args, until)
    if args.deliveries_out:
        answer = deliveries_on_spark(project, args.workspace, log.files, options, args.deliveries_out)
        print(f"{args.deliveries_out}: {answer.deliveries:,} deliveries", file=sys.stderr)
    else:
        answer = counts_on_spark(project, args.workspace, log.files, options)
    log.take_bad(answer.bad, answer.bad_count)
    log.notes += answer.counts.notes
    return answer.counts


def options_of(args: argparse.Namespace, until: int | None) -> Options:
    """The cluster that the flags choose, and how it replays.

    Raises: ConfigurationError for a setting that is none.
    """
    from mailwright.diagnostics import ConfigurationError
    from simulator.cluster.engine import Options
    from simulator.cluster.session import Cluster

    settings = {}
    for text in args.spark_conf:
        name, equals, value = text.partition("=")
        if not equals or not name.startswith("spark."):
            raise ConfigurationError(f"'{text}' is no setting of Spark's", hint="--spark-conf spark.executor.memory=4g")
        settings[name] = value
    return Options(
        cluster=Cluster(args.master, args.connect, settings),
        render=getattr(args, "render", "outcome"),
        until=until,
        sets=args.sets,
        strict=args.strict,
        people_shown=getattr(args, "show_people", False),
        say=lambda text: print(f"note: {text}", file=sys.stderr),
    )
