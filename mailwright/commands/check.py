"""Find every mistake of the project in one run: files, names, Liquid, conditions, emails, overlaps."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from mailwright.commands.run_cache import Record
    from mailwright.definitions.project import Project
    from mailwright.diagnostics import Diagnostic
    from mailwright.rules.base import Rule

    Checker = Callable[[Project], Iterable[Diagnostic]]

SHOWN_BYTES = 2_000_000
FORMATS = ("text", "json", "sarif", "github")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `check`."""
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to print what is found")
    parser.add_argument("--strict", action="store_true", help="warnings count as problems too")
    parser.add_argument("--as", dest="workspace", metavar="WORKSPACE", help="only what goes to this workspace")
    parser.add_argument("--rule", action="append", default=[], metavar="RULE", help="only this rule (may be repeated)")
    parser.add_argument("--ignore", action="append", default=[], metavar="RULE", help="not this rule (may be repeated)")
    parser.add_argument("--explain", metavar="RULE", help="what a rule finds, why it matters, a bad and a good example")
    parser.add_argument("--no-cache", action="store_true", help="read every piece of Liquid again")


def run(args: argparse.Namespace) -> int:
    """Check with the rules of this package alone."""
    return run_check(args)


def run_check(args: argparse.Namespace, extra: Sequence[Checker] = (), extra_rules: Sequence[Rule] = ()) -> int:
    """Check the project, with *extra* checkers once it loads without errors.

    Raises: ConfigurationError when a rule or workspace is not known, or the settings are broken.
    """
    from mailwright.rules.catalogue import rule_as_text, rule_named, rules_as_markdown

    if args.explain is not None:
        from mailwright.rules.catalogue import all_rules

        rules = all_rules(extra_rules)
        print(rules_as_markdown(rules) if args.explain == "all" else rule_as_text(rule_named(args.explain, rules)))
        return 0
    from pathlib import Path

    return _check(args, Path(args.root), extra, extra_rules)


def _check(args: argparse.Namespace, root: Path, extra: Sequence[Checker], extra_rules: Sequence[Rule]) -> int:
    from mailwright.commands.check_report import Findings, findings_as
    from mailwright.commands.run_cache import RunCache
    from mailwright.rules.catalogue import all_rules

    cache = None if args.no_cache else RunCache(root, args.workspace or "")
    record = cache.remembered() if cache else None
    if record is None:
        record = checked_project(root, args.workspace, extra, use_cache=cache is not None)
        if cache is not None:
            cache.keep(record)
    rules = all_rules(extra_rules)
    found = chosen(record.diagnostics, args.rule, [*args.ignore, *record.ignored], rules)
    findings = Findings(tuple(found), record.claims, record.campaigns, record.messages)
    print(findings_as(args.format, findings, rules))
    return 1 if findings.errors or (args.strict and findings.warnings) else 0


def checked_project(
    root: Path, workspace: str | None = None, extra: Sequence[Checker] = (), *, use_cache: bool = True
) -> Record:
    """Everything that loading and all checkers find in the project at *root*.

    Raises: ConfigurationError when the settings are broken or the workspace is not known.
    """
    from mailwright.checks.claims import resolved_claims
    from mailwright.commands.run_cache import Record
    from mailwright.diagnostics import bounded
    from mailwright.loading.folder import read_project

    project, problems = read_project(root)
    shown = only_workspace(project, workspace)
    found = [*problems, *checked(shown, root, () if _has_errors(problems) else extra, use_cache=use_cache)]
    found = with_source_lines(root, bounded(found))
    settings = project.settings
    return Record(
        tuple(found),
        tuple(resolved_claims(shown)),
        len(shown.campaigns),
        len(shown.messages),
        tuple(settings.ignore),
        (settings.campaigns, settings.layouts),
    )


def checked(project: Project, root: Path, extra: Sequence[Checker], *, use_cache: bool = True) -> list[Diagnostic]:
    """What every checker finds in a project that was read from *root*."""
    from mailwright.checks.all_checks import check_content
    from mailwright.checks.template_facts import template_facts
    from mailwright.commands.fact_cache import FactCache
    from mailwright.commands.page_cache import PageCache

    if use_cache:
        facts, pages = FactCache(root), PageCache(root)
        found = list(check_content(project, facts.facts_of, pages.problems_of))
        facts.keep()
        pages.keep()
    else:
        found = list(check_content(project, template_facts))
    for checker in extra:
        found += checker(project)
    return found


def only_workspace(project: Project, name: str | None) -> Project:
    """The project as one workspace has it; without a name, all of it.

    Raises: ConfigurationError when no workspace has that name.
    """
    if name is None:
        return project
    from dataclasses import replace

    slug, workspace = project.workspace(name)
    campaigns = {
        key: campaign
        for key, campaign in project.campaigns.items()
        if campaign.workspaces is None or slug in campaign.workspaces
    }
    settings = project.settings.model_copy(update={"workspaces": {slug: workspace}, "default_workspace": slug})
    messages = {key: message for key, message in project.messages.items() if key[0] in campaigns}
    webhooks = {key: webhook for key, webhook in project.webhooks.items() if key[0] in campaigns}
    return replace(project, settings=settings, campaigns=campaigns, messages=messages, webhooks=webhooks)


def chosen(
    found: Iterable[Diagnostic], only: Sequence[str], ignored: Sequence[str], rules: Sequence[Rule]
) -> list[Diagnostic]:
    """What is left after `--rule`, `--ignore` and the settings.

    Raises: ConfigurationError when a rule is not known.
    """
    from mailwright.rules.catalogue import rule_named

    for name in (*only, *ignored):
        rule_named(name, rules)
    return [
        diagnostic for diagnostic in found if (not only or diagnostic.rule in only) and diagnostic.rule not in ignored
    ]


def with_source_lines(root: Path, found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The problems with the line each stands on, read from its file."""
    from dataclasses import replace

    lines: dict[str, list[str]] = {}
    completed = []
    for diagnostic in found:
        span = diagnostic.span
        if not diagnostic.source_line:
            if span.file not in lines:
                lines[span.file] = _lines(root, span.file)
            if 0 < span.line <= len(lines[span.file]):
                diagnostic = replace(diagnostic, source_line=lines[span.file][span.line - 1])
        completed.append(diagnostic)
    return completed


def _lines(root: Path, file: str) -> list[str]:
    path = root / file
    try:
        # A link out of the project, a device or a huge file is a problem of its own: nothing of it is shown.
        if not path.is_file() or not path.resolve().is_relative_to(root.resolve()) or path.stat().st_size > SHOWN_BYTES:
            return []
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return []
    # Only these end a line in an editor; str.splitlines knows more.
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _has_errors(found: Iterable[Diagnostic]) -> bool:
    from mailwright.diagnostics import Severity

    return any(diagnostic.severity is Severity.ERROR for diagnostic in found)
