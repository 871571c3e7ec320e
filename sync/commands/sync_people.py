"""Bring a table of people to a workspace's profiles: only what changed.

  mailwright sync people --from people.csv --to qa --dry-run     what would be sent
  mailwright sync people --from people.parquet --to qa           plan, show, ask, send
  mailwright sync people --from env:DATABASE_URL --table members --to prod --yes-production

Columns become attributes by their names, or as campaigns/_shared/people-sync.yaml says; the values are held to
people.yaml. Nobody is deleted, let back in or subscribed again without a flag that says so. docs/people.md tells all.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mailwright.definitions.people_sync import PeopleSync
    from mailwright.definitions.project import Project
    from sync.people.mapping import PeopleMapping
    from sync.people.memory import Memory
    from sync.people.opening import PeopleWorkspace
    from sync.people.planning import PeoplePlan, Wishes
    from sync.people.runs import PeopleRun
    from sync.people.sending import Outcome
    from sync.people.tables import Table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `sync people`."""
    parser.add_argument("what", choices=("people",), metavar="people", help="what is brought: people")
    parser.add_argument("--from", dest="source", required=True, metavar="TABLE",
        help=".csv, .tsv, .ndjson, .parquet, a database URL, or env:NAME, the variable that holds one")  # fmt: skip
    parser.add_argument("--table", metavar="NAME", help="of a database: the table, or schema.table")
    parser.add_argument("--query", metavar="SQL", help="of a database: what to read")
    parser.add_argument("--to", metavar="WORKSPACE", help="where to (default: the default workspace)")
    parser.add_argument("--source", dest="source_name", metavar="NAME",
        help="what the table is called from one sync to the next (default: its file's or table's name)")  # fmt: skip
    parser.add_argument("--key", metavar="COLUMN", help="the column that tells people apart")
    parser.add_argument("--rename", metavar="COLUMN=ATTRIBUTE", action="append", default=[])
    parser.add_argument("--leave-out", metavar="COLUMN", action="append", default=[])
    parser.add_argument("--empty", choices=("leave", "remove"), help="what an empty cell does to an attribute")
    parser.add_argument("--suppress-where", metavar="COLUMN[=VALUE]", action="append", default=[],
        help="who opted out of everything; without a value: where the column says yes")  # fmt: skip
    parser.add_argument("--unsubscribe-where", metavar="COLUMN[=VALUE]", action="append", default=[])
    parser.add_argument("--compare", action="store_true", help="ask the workspace what it holds, 100 people a request")
    parser.add_argument("--delete-missing", action="store_true", help="delete whom the table had once and has no more")
    parser.add_argument("--allow-unsuppress", action="store_true", help="let in again whom an earlier sync suppressed")
    parser.add_argument("--allow-resubscribe", action="store_true", help="send `unsubscribed: false` too")
    parser.add_argument("--skip-bad-rows", action="store_true", help="send the others when rows are wrong")
    parser.add_argument("--dry-run", action="store_true", help="show the plan, send nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--yes-production", action="store_true", help="change people of a protected workspace")
    parser.add_argument("--allow-many", action="store_true", help="change more than 10 and more than 30 %% of people")
    parser.add_argument("--allow-many-gone", action="store_true", help="delete or suppress that many")
    parser.add_argument("--resume", action="store_true", help="go on with the sync that was interrupted")
    parser.add_argument("--format", choices=("text", "json", "md"), default="text")


def run(args: argparse.Namespace) -> int:
    """Plan and send; 1 where the workspace did not take somebody.

    Raises: TableError (1), ConfigurationError (3), WorkspaceError (4), PlanRefused and RefusedError (5), PartlyApplied
    (6).
    """
    from mailwright.loading.folder import load_project
    from sync.journal import only_one
    from sync.people.mapping import mapping_of
    from sync.people.memory import open_memory
    from sync.people.opening import open_people

    project = load_project(args.root)
    name, _ = project.workspace(args.to)
    table, source = _table(args)
    file = f"{project.settings.campaigns}/{project.settings.shared}/people.yaml"
    sync = _mapping_wishes(args, project)
    mapping = mapping_of(table, sync, project.people, file, may_resubscribe=args.allow_resubscribe)
    with (
        only_one(project.root, f"{name}-people"),
        open_people(project, name) as workspace,
        open_memory(project.root, workspace.identity) as memory,
    ):
        sync_of = _Sync(args, project.root, mapping, workspace, memory, source)
        return sync_of.resume() if args.resume else sync_of.begin()


class _Sync:
    """One run of the command, with all that it gathered."""

    def __init__(
        self,
        args: argparse.Namespace,
        root: Path,
        mapping: PeopleMapping,
        workspace: PeopleWorkspace,
        memory: Memory,
        source: str,
    ) -> None:
        self.args = args
        self.root = root
        self.mapping = mapping
        self.workspace = workspace
        self.memory = memory
        self.source = source

    def begin(self) -> int:
        """Plan, show, ask, send."""
        from sync.commands.gathering import now, talk
        from sync.guards import refuse_unless_agreed
        from sync.people.people_guards import people_guards
        from sync.people.runs import interrupted_people_run, start_run
        from sync.reports.people_report import people_outcome_as, people_plan_as, plan_summary

        args, name = self.args, self.workspace.name
        earlier = interrupted_people_run(self.root, name)
        if earlier is not None and not args.dry_run:
            talk(f"{earlier.name} was interrupted; this plan begins anew, from what it had sent")
            earlier.note("abandoned")
        plan = self._plan()
        if args.dry_run:
            print(people_plan_as(args.format, plan))
            return 0
        if args.format == "json":
            talk(plan_summary(plan))
        else:
            print(people_plan_as(args.format, plan))
        if not plan.to_send:
            self.memory.take_in_the_unchanged(self.memory.source(self.source))
            if args.format == "json":
                print(people_outcome_as("json", plan, name, None, None))
            return 0
        refuse_unless_agreed(people_guards(plan), _consents(args), "sent")
        _ask(args, plan)
        return self._send(start_run(self.root, plan, now(), self.memory.belongs_to), plan)

    def resume(self) -> int:
        """Go on with the run that was interrupted, as it was agreed to."""
        from mailwright.diagnostics import ConfigurationError
        from sync.commands.gathering import talk
        from sync.people.runs import interrupted_people_run

        name = self.workspace.name
        found = interrupted_people_run(self.root, name)
        if found is None:
            message = f"no sync of people to {name} was interrupted"
            raise ConfigurationError(message, hint="the same command without --resume")
        if found.head["source"] != self.source or self.memory.run != found.name:
            message = f"{found.name} was of another table, or what it planned is gone"
            raise ConfigurationError(message, hint="without --resume a new plan is made, from what that run had sent")
        left = sum(self.memory.steps_left().values())
        talk(f"going on with {found.name}: {left:,} people of its plan are left to look at")
        return self._send(found, None)

    def _plan(self) -> PeoplePlan:
        from sync.commands.gathering import talk
        from sync.people.planning import PeoplePlan, Planner

        plan = PeoplePlan(
            self.workspace.identity, self.mapping.table.name, self.source, self.workspace.settings.protected
        )
        planner = Planner(
            self.mapping, self.memory, self.memory.source(self.source), _wishes(self.args), self.workspace.app, talk
        )
        planner.fill(plan)
        return plan

    def _send(self, run: PeopleRun, plan: PeoplePlan | None) -> int:
        from mailwright.diagnostics import ConfigurationError, PartlyApplied, WorkspaceError
        from sync.people.sending import PeopleSend
        from sync.reports.people_report import outcome_summary, people_outcome_as

        name, source = self.workspace.name, self.memory.source(self.source)
        send = PeopleSend(self.mapping, self.memory, source, self.workspace.track, self.workspace.app, run)
        send.told = _progress(0 if plan is None else plan.to_send)
        hint = f"the same command with --resume (--to {name})"
        try:
            outcome = send.carry_out()
        except KeyboardInterrupt as error:
            said = outcome_summary(name, send.outcome, run)
            raise PartlyApplied(f"{said}; stopped: interrupted", hint=hint) from error
        except (WorkspaceError, OSError, ConfigurationError) as error:
            if isinstance(error, WorkspaceError) and plan is not None and not send.outcome.done:
                run.note("abandoned")
                raise
            said = outcome_summary(name, send.outcome, run)
            raise PartlyApplied(f"{said}; stopped: {error}", hint=hint) from error
        print(people_outcome_as(self.args.format, plan, name, outcome, run))
        return 1 if outcome.refused else 0


def _table(args: argparse.Namespace) -> tuple[Table, str]:
    """The table, and what it is called from one sync to the next."""
    import os
    from pathlib import Path

    from mailwright.diagnostics import ConfigurationError

    where = args.source
    if where.startswith("env:"):
        where = os.environ.get(where.removeprefix("env:"), "")
        if not where:
            raise ConfigurationError(f"{args.source.removeprefix('env:')} is not set", hint="the database's URL")
    if "://" in where:
        from sync.people.databases import database_table

        table = database_table(where, table=args.table, query=args.query)
        return table, args.source_name or table.name
    if args.table or args.query:
        raise ConfigurationError("--table and --query are for databases", hint="--from sqlite:///people.db")
    from sync.people.tables import file_table

    table = file_table(Path(where))
    return table, args.source_name or table.name


def _mapping_wishes(args: argparse.Namespace, project: Project) -> PeopleSync:
    """What people-sync.yaml says, with what the flags say instead."""
    from mailwright.diagnostics import ConfigurationError

    found = project.people_sync
    columns = dict(found.columns)
    for text in args.rename:
        column, equals, attribute = text.partition("=")
        if not equals or not column or not attribute:
            raise ConfigurationError(f"--rename {text}: no column with its attribute", hint="--rename given=first_name")
        columns[column] = attribute
    columns.update(dict.fromkeys(args.leave_out))
    changes: dict[str, object] = {"columns": columns}
    if args.key:
        changes["key"] = args.key
    if args.empty:
        changes["empty"] = args.empty
    if args.suppress_where:
        changes["suppress_where"] = _where(args.suppress_where)
    if args.unsubscribe_where:
        changes["unsubscribe_where"] = _where(args.unsubscribe_where)
    return found.model_copy(update=changes)


def _where(texts: Sequence[str]) -> dict[str, bool | str]:
    found: dict[str, bool | str] = {}
    for text in texts:
        column, equals, value = text.partition("=")
        found[column] = value if equals else True
    return found


def _wishes(args: argparse.Namespace) -> Wishes:
    from sync.people.planning import Wishes

    return Wishes(args.compare, args.delete_missing, args.allow_unsuppress, args.skip_bad_rows)


def _consents(args: argparse.Namespace) -> frozenset[str]:
    from sync.people.people_guards import CONSENTS

    return frozenset(flag for flag in CONSENTS if getattr(args, flag.strip("-").replace("-", "_")))


def _ask(args: argparse.Namespace, plan: PeoplePlan) -> None:
    """Ask at a terminal; elsewhere only a flag can answer.

    Raises: PlanRefused when the answer is not yes, or nobody is there to give one.
    """
    import sys

    from mailwright.diagnostics import PlanRefused
    from sync.reports.sections import counted

    if args.yes:
        return
    name = plan.workspace.name
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        raise PlanRefused(f"nobody is here to say yes to changing people of {name}; nothing was sent", hint="--yes")
    people = counted(plan.to_send, "person", "people")
    print(f"Send {people} to {name}? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise PlanRefused("nothing was sent", hint="the next run plans anew")


def _progress(total: int) -> Callable[[Outcome], None]:
    """How far it is, in one line that a terminal overwrites; nothing elsewhere."""
    import sys

    def told(outcome: Outcome) -> None:
        done = sum(outcome.done.values())
        end = "\n" if total and done + outcome.refused >= total else ""
        of = f" of {total:,}" if total else ""
        print(f"\r{done:,}{of} people sent", end=end, file=sys.stderr, flush=True)

    return told if sys.stderr.isatty() else lambda _outcome: None
