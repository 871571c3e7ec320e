"""Show a message as a person would get it: one message, a static site of all, or what an edit changes in them."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mailwright.definitions.project import Project
    from simulator.rendering.email import Rendered

FORMATS = ("html", "text", "json", "eml")
_BY_ENDING = {".html": "html", ".htm": "html", ".txt": "text", ".json": "json", ".eml": "eml"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `render`."""
    parser.add_argument("message", nargs="?", metavar="CAMPAIGN/EMAIL", help="the message to show")
    parser.add_argument("--person", metavar="P", help="a sample, or a YAML or JSON file (default: the first that fits)")
    parser.add_argument("--event", metavar="E", help="a sample, a YAML or JSON file, or JSON")
    parser.add_argument("--as", dest="workspace", metavar="WORKSPACE", help="the workspace to pretend to be")
    parser.add_argument("--at", metavar="TIME", help="the moment to render at (default: the sample's, else now)")
    parser.add_argument("--format", choices=FORMATS, help="default: by the ending of --out, else html")
    parser.add_argument("--language", metavar="LANG", help="this variant, whatever the person's language")
    parser.add_argument("--out", metavar="PATH", help="write there; with --all the folder of the site")
    parser.add_argument("--all", action="store_true", dest="everything", help="a static site of all messages")
    parser.add_argument(
        "--compare",
        metavar="REV|FOLDER|WORKSPACE",
        help="what changed since a git revision, a folder, or in a workspace",
    )
    parser.add_argument("--no-pictures", action="store_true", help="with --compare: no browser, only words and HTML")
    parser.add_argument("--wrap-links", action="store_true", help="show tracked links as the redirects they become")


def run(args: argparse.Namespace) -> int:
    """Render and print or write; 1 when the message fails.

    Raises: ConfigurationError for unknown names and for flags that do not go together; RefusedError when --out is
    a folder of somebody else's; ContentError when the project's files hold mistakes.
    """
    from datetime import UTC, datetime

    from mailwright.diagnostics import ConfigurationError
    from simulator.commands.gathering import open_project, time_given

    second = time_given(args.at, "--at")
    try:
        at = None if second is None else datetime.fromtimestamp(second, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigurationError(f"--at cannot be '{args.at}'", hint="--at 2026-01-31T12:00:00Z") from error
    project = open_project(args.root, args.workspace)
    now = at or datetime.now(UTC)
    if args.compare is not None:
        return _run_comparison(args, project, at, now)
    if args.everything:
        return _run_site(args, project, at, now)
    return _run_one(args, project, at, now)


def _run_site(args: argparse.Namespace, project: Project, at: datetime | None, now: datetime) -> int:
    from pathlib import Path

    from simulator.rendering.site import Site, write_site

    _only_a_folder(args, "--all", "render --all --out DIR")
    site = Site(project, args.workspace, at, now, wraps_links=args.wrap_links)
    pages, failed = write_site(site, Path(args.root), Path(args.out))
    print(f"{pages} pages in {args.out}, {failed} of them a failure; open {args.out}/index.html", file=sys.stderr)
    return 1 if failed else 0


def _only_a_folder(args: argparse.Namespace, flag: str, hint: str) -> None:
    """Stop for what one message takes and a report of all does not.

    Raises: ConfigurationError.
    """
    from mailwright.diagnostics import ConfigurationError

    taken = {
        "CAMPAIGN/EMAIL": args.message,
        "--person": args.person,
        "--event": args.event,
        "--format": args.format,
        "--language": args.language,
    }
    for name, value in taken.items():
        if value is not None:
            raise ConfigurationError(f"{flag} shows everything and takes no {name}", hint=hint)
    if args.out is None:
        raise ConfigurationError(f"{flag} needs a folder", hint=hint)


def _run_comparison(args: argparse.Namespace, project: Project, at: datetime | None, now: datetime) -> int:
    """Write the report; 1 when a message fails that did not before."""
    from pathlib import Path

    from mailwright.loading.revision import content_at
    from mailwright.loading.variables import with_vars
    from simulator.comparing.pairs import Edition, pairs_of
    from simulator.comparing.report import Comparison, write_comparison

    _only_a_folder(args, "--compare", "render --compare main --out DIR")
    workspace, _ = project.workspace(args.workspace)
    with content_at(Path(args.root), args.compare, args.workspace_edition) as (earlier, folder):
        before = Edition(with_vars(earlier, workspace), folder, args.compare)
        after = Edition(project, Path(args.root), "the files here")
        pairs = tuple(pairs_of(before, after, args.workspace, at, now))
    comparison = Comparison(before.label, after.label, workspace, pairs)
    told = write_comparison(comparison, Path(args.out), with_pictures=not args.no_pictures)
    if told.no_pictures:
        print(f"no pictures: {told.no_pictures}", file=sys.stderr)
    print(f"{told.summary}; open {args.out}/index.html", file=sys.stderr)
    return 1 if told.counts["broken"] else 0


def _run_one(args: argparse.Namespace, project: Project, at: datetime | None, now: datetime) -> int:
    from dataclasses import replace
    from pathlib import Path

    from mailwright.assembly import assemble
    from simulator.rendering.addresses import variants_of
    from simulator.rendering.asked import shown_with
    from simulator.rendering.email import render_message
    from simulator.rendering.fault_picture import picture_of
    from simulator.rendering.faults import RenderFault
    from simulator.rendering.rules import rules_for
    from simulator.rendering.samples import render_moment

    campaign, name = message_named(project, args.message)
    _, workspace = project.workspace(args.workspace)
    shown = shown_with(project, campaign, args.person, args.event)
    if at is not None:
        shown = replace(shown, at=at)
    moment = render_moment(project, workspace, campaign, name, shown, now)
    language = args.language or variants_of(project.languages(campaign, name), (moment.customer or {}).get("language"))
    message = assemble(project, campaign, name, language, workspace)
    rules = replace(rules_for(project, workspace), wrap_links=args.wrap_links)
    try:
        rendered = render_message(message, moment, rules)
    except RenderFault as fault:
        print(picture_of(fault, Path(args.root)), file=sys.stderr)
        print(f"{campaign}/{name} fails for {shown.name or 'nobody: no sample fits'} ({fault.reason})", file=sys.stderr)
        return 1
    _give(args, rendered, f"{campaign}/{name}", shown.name, moment.now)
    return 0


def message_named(project: Project, text: str | None) -> tuple[str, str]:
    """The campaign and the message of `CAMPAIGN/EMAIL`; a campaign alone will do where it has only one message.

    Raises: ConfigurationError when there is no such message.
    """
    from mailwright.diagnostics import ConfigurationError, name_hint

    known = sorted({(slug, name) for slug, name, _ in project.messages} | set(project.webhooks))
    names = [f"{slug}/{name}" for slug, name in known]
    if text is None:
        raise ConfigurationError("render needs a message", hint=f"render {names[0]}" if names else "mailwright new")
    campaign, slash, name = text.partition("/")
    if (campaign, name) in known:
        return campaign, name
    inside = [pair for pair in known if pair[0] == campaign]
    if not slash and len(inside) == 1:
        return inside[0]
    if inside:
        what = f"{campaign} has no message called '{name}'" if slash else f"{campaign} has several messages"
        raise ConfigurationError(what, hint=name_hint(text, [f"{slug}/{file}" for slug, file in inside], "messages"))
    raise ConfigurationError(f"no message is called '{text}'", hint=name_hint(text, names, "messages"))


def _give(args: argparse.Namespace, rendered: Rendered, name: str, sample: str, now: datetime) -> None:
    """Print the message, or write it where asked."""
    from mailwright.diagnostics import ConfigurationError
    from simulator.commands.gathering import write_report
    from simulator.rendering.output import rendered_as_eml, rendered_as_json, rendered_as_text

    form = args.format or _form_of(args.out)
    campaign, _, message = name.partition("/")
    content: str | bytes
    match form:
        case "json":
            content = rendered_as_json(rendered, campaign, message, sample)
        case "eml" if rendered.kind == "email":
            content = rendered_as_eml(rendered, now)
        case "html" if rendered.html:
            content = rendered.html
        case "text" | "html":
            content = rendered_as_text(rendered)
        case _:
            raise ConfigurationError(f"{name} is no email, so it makes no mail file", hint="--format text")
    for warning in rendered.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    ending = b"" if isinstance(content, bytes) else "" if content.endswith("\n") else "\n"
    content += ending  # type: ignore[operator]  # both are of one type
    if args.out is not None:
        write_report(args.out, content)
        print(f"{name} for {sample or 'nobody'} is in {args.out}", file=sys.stderr)
    elif isinstance(content, bytes):
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
    else:
        sys.stdout.write(content)


def _form_of(out: str | None) -> str:
    from pathlib import Path

    return _BY_ENDING.get(Path(out).suffix.lower(), "html") if out is not None else "html"
