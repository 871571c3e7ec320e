"""The contract of events: what changed, what arrives, a first draft from a log, typed senders, a page for people."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailwright.contract.differences import Difference

AUDITS = ("text", "json", "md", "html")
DIFFS = ("text", "json", "md")
LANGUAGES = ("python", "typescript")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `events` and what it does."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    diff = actions.add_parser("diff", help="what changed since a git revision, and whom it breaks")
    diff.add_argument("revision", metavar="REV", help="a git revision, or a folder that holds a project")
    diff.add_argument("--format", choices=DIFFS, default="text")
    found = actions.add_parser("audit", help="what arrives, against the contract")
    found.add_argument("files", nargs="+", metavar="LOG", help="event logs or folders of them; - is standard input")
    found.add_argument("--against", metavar="FILE", help="a second count: CSV or Parquet of event, day, count")
    found.add_argument("--format", choices=AUDITS, default="text")
    found.add_argument("--out", metavar="FILE", help="write the report there")
    found.add_argument("--strict", action="store_true", help="stop at a bad line")
    infer = actions.add_parser("infer", help="draft the schema of events that are not described yet")
    infer.add_argument("files", nargs="+", metavar="LOG", help="event logs or folders of them; - is standard input")
    infer.add_argument("--write", action="store_true", help="write the drafts into the project, beside what is there")
    infer.add_argument("--strict", action="store_true", help="stop at a bad line")
    code = actions.add_parser("codegen", help="typed senders over the official clients")
    code.add_argument("language", choices=LANGUAGES)
    code.add_argument("--out", metavar="FILE", help="write the module there (default: standard output)")
    code.add_argument("--check", action="store_true", help="end with 1 when the file is not what would be written")
    docs = actions.add_parser("docs", help="the contract as a Markdown page")
    docs.add_argument("--out", metavar="FILE", help="write the page there (default: standard output)")
    docs.add_argument("--check", action="store_true", help="end with 1 when the file is not what would be written")
    for action in (diff, found, infer, code, docs):
        action.add_argument("-C", "--root", metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Do one of them; 1 when there are problems, or a file is stale.

    Raises: ConfigurationError for unknown names; ContentError when the project's files hold mistakes; HistoryError
    when a log cannot be read.
    """
    match args.action:
        case "diff":
            return _diff(args)
        case "audit":
            return _audit(args)
        case "infer":
            return _infer(args)
        case "codegen":
            return _codegen(args)
        case _:
            return _docs(args)


# --- what changed ---------------------------------------------------------------------------------------------------


def _diff(args: argparse.Namespace) -> int:
    """Print what changed; 1 when something breaks."""
    from pathlib import Path

    from mailwright.contract.differences import Breaks, contract_differences
    from mailwright.contract.uses import uses_in
    from mailwright.loading.folder import read_project
    from mailwright.loading.revision import content_at

    root = Path(args.root)
    with content_at(root, args.revision) as (earlier, _):
        # Mistakes are left to `check`: a contract that breaks a campaign has to be shown with that campaign.
        later, _ = read_project(root)
        found = contract_differences(earlier, later, uses_in(later))
    breaking = [one for one in found if one.breaks is not Breaks.NOBODY]
    summary = _summary(found, breaking)
    match args.format:
        case "json":
            sys.stdout.write(_diff_as_json(found, summary))
        case "md":
            sys.stdout.write(_diff_as_markdown(found, summary))
        case _:
            sys.stdout.write(_diff_as_text(found, summary))
    return 1 if breaking else 0


def _summary(found: list[Difference], breaking: list[Difference]) -> str:
    from simulator.reports.wording import counted

    if not found:
        return "the contract is what it was"
    broken = {name for one in breaking for name in one.names}
    whom = f"; {counted(len(broken), 'campaign, segment or email', 'campaigns, segments and emails')} to look at"
    return f"{counted(len(found), 'change')}, {len(breaking)} of them breaking{whom if broken else ''}"


def _diff_as_text(found: list[Difference], summary: str) -> str:
    lines = []
    for one in found:
        mark = {"nobody": " ", "senders": "S", "readers": "R", "both": "B"}[one.breaks.value]
        lines.append(f"{mark} {one.subject} {one.says}")
        lines += [
            f"    {use.span.file}:{use.span.line}:{use.span.column}  {use.by} ({use.kind})" for use in one.used_by
        ]
    if found:
        lines += ["", "R breaks who reads it, S breaks who sends it, B breaks both"]
    return "\n".join([*lines, summary]) + "\n"


def _diff_as_json(found: list[Difference], summary: str) -> str:
    import json
    from dataclasses import asdict

    changes = [{**asdict(one), "breaks": one.breaks.value, "path": list(one.path)} for one in found]
    return (
        json.dumps({"schema_version": 1, "changes": changes, "summary": summary}, ensure_ascii=False, indent=2) + "\n"
    )


def _diff_as_markdown(found: list[Difference], summary: str) -> str:
    lines = [f"### Events: {summary}"]
    if found:
        lines += ["", "| | | breaks | used by |", "|---|---|---|---|"]
        lines += [
            f"| `{one.subject}` | {one.says} | {one.breaks.value if one.breaks.value != 'nobody' else ''} | "
            f"{', '.join(one.names)} |"
            for one in found
        ]
    return "\n".join(lines) + "\n"


# --- what arrives ---------------------------------------------------------------------------------------------------


def _audit(args: argparse.Namespace) -> int:
    """Print the audit; 1 when somebody has to act, or nothing could be read."""
    from pathlib import Path

    from mailwright.contract.uses import uses_in
    from mailwright.loading.folder import load_project
    from simulator.commands.gathering import Log, write_report
    from simulator.contract.auditing import audit
    from simulator.contract.observing import observed_in
    from simulator.contract.reports import audit_as_html, audit_as_json, audit_as_markdown, audit_as_text
    from simulator.contract.second_counts import read_counts

    project = load_project(args.root)
    others = read_counts(Path(args.against)) if args.against else None
    log = Log(args.files, strict=args.strict)
    observed = observed_in(log.calls())
    uses = uses_in(project)
    findings = audit(project, observed, uses, others)
    label = ", ".join(log.names)
    match args.format:
        case "json":
            report = audit_as_json(findings, observed, uses)
        case "md":
            report = audit_as_markdown(findings, observed, label)
        case "html":
            report = audit_as_html(findings, observed, uses, label)
        case _:
            report = audit_as_text(findings, observed, label)
    if args.out:
        write_report(args.out, report)
        print(f"the audit is in {args.out}", file=sys.stderr)
    else:
        sys.stdout.write(report)
    if log.unread:
        print(f"mailwright: {log.unread}", file=sys.stderr)
    return 1 if any(one.is_problem for one in findings) or not observed.calls else 0


def _infer(args: argparse.Namespace) -> int:
    """Print or write drafts; nothing that is there is touched."""
    from pathlib import Path

    from mailwright.loading.folder import read_project
    from mailwright.writing import write_new_files
    from simulator.commands.gathering import Log
    from simulator.contract.inferring import drafts
    from simulator.contract.observing import observed_in
    from simulator.reports.wording import counted

    # An event that campaigns wait for and nobody described is a mistake, and this is how it is mended.
    project, _ = read_project(args.root)
    log = Log(args.files, strict=args.strict)
    found = drafts(project, observed_in(log.calls()))
    folder = f"{project.settings.campaigns}/{project.settings.shared}"
    files = {f"{folder}/{name}": text for name, text in found.items()}
    if log.unread:
        print(f"mailwright: {log.unread}", file=sys.stderr)
    if args.write:
        write_new_files(Path(args.root), files)
        print(
            f"{counted(len(files), 'draft')} written to {folder}; complete them, then `mailwright check`",
            file=sys.stderr,
        )
        return 0
    for name, text in files.items():
        sys.stdout.write(f"# {name}\n{text}\n")
    print(f"{counted(len(files), 'draft')}; --write puts them into the project", file=sys.stderr)
    return 0


# --- what is written from it ----------------------------------------------------------------------------------------


def _codegen(args: argparse.Namespace) -> int:
    from mailwright.contract.senders import senders_in
    from mailwright.loading.folder import load_project

    return _give(args, senders_in(load_project(args.root), args.language), f"events codegen {args.language}")


def _docs(args: argparse.Namespace) -> int:
    from mailwright.contract.page import contract_as_markdown
    from mailwright.contract.uses import uses_in
    from mailwright.loading.folder import load_project

    project = load_project(args.root)
    return _give(args, contract_as_markdown(project, uses_in(project)) + "\n", "events docs")


def _give(args: argparse.Namespace, text: str, command: str) -> int:
    """Print, write, or compare with the file that is there."""
    from pathlib import Path

    from mailwright.diagnostics import ConfigurationError
    from simulator.commands.gathering import write_report

    if args.check:
        if not args.out:
            raise ConfigurationError("--check needs the file to look at", hint=f"{command} --check --out FILE")
        path = Path(args.out)
        try:
            is_same = path.read_text(encoding="utf-8") == text
        except (OSError, UnicodeDecodeError):
            is_same = False
        if not is_same:
            print(
                f"mailwright: {args.out} is stale; `mailwright {command} --out {args.out}` writes it", file=sys.stderr
            )
        return 0 if is_same else 1
    if args.out:
        write_report(args.out, text)
        print(f"{args.out} is written", file=sys.stderr)
    else:
        sys.stdout.write(text)
    return 0
