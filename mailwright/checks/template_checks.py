"""Liquid: what the dialect finds in each piece, and what pieces read against what is there to read."""

from __future__ import annotations

from collections.abc import Iterator

from mailwright.checks.constraints import guaranteed
from mailwright.checks.findings import finding, text_span
from mailwright.checks.known_data import ANYTHING, RESERVED_ATTRIBUTES, Unknown, event_schema, property_at
from mailwright.checks.namespaces import ROOTS, missing_root, trigger_words
from mailwright.checks.template_facts import FactsOf, TemplateRead
from mailwright.checks.template_uses import Reader, TemplateUse, snippets_read, template_uses
from mailwright.checks.wholeness import is_whole
from mailwright.definitions.conditions import Subject
from mailwright.definitions.event_schema import Property
from mailwright.definitions.project import Project
from mailwright.definitions.steps import CollectionQueryStep, SetStep
from mailwright.definitions.triggers import EventTrigger, TransactionalTrigger, WebhookTrigger
from mailwright.definitions.workflow import walk_steps
from mailwright.diagnostics import Diagnostic, Span, name_hint


def check_templates(project: Project, facts_of: FactsOf) -> Iterator[Diagnostic]:
    """Every problem of every piece of Liquid, each told once."""
    uses = template_uses(project, facts_of)
    seen: set[tuple[str, Span]] = set()
    for use in uses:
        for diagnostic in _of_use(project, use, facts_of):
            if (diagnostic.rule, diagnostic.span) not in seen:
                seen.add((diagnostic.rule, diagnostic.span))
                yield diagnostic
    if is_whole(project):
        yield from _unused_snippets(project, uses, facts_of)


def _of_use(project: Project, use: TemplateUse, facts_of: FactsOf) -> Iterator[Diagnostic]:
    for dialect in use.dialects:
        facts = facts_of(use.text.source, dialect)
        for fault in facts.faults:
            span = text_span(use.text, fault.line, fault.column, fault.length)
            yield finding(fault.rule, fault.message, span, fault.hint)
        if use.kind == "snippet" and not use.readers:
            continue
        tested: set[tuple[object, ...]] = set()
        told = {(fault.line, fault.column) for fault in facts.faults}
        for read in facts.reads:
            if isinstance(read.path[0], str) and (read.line, read.column) not in told:
                yield from _of_read(project, use, read, is_tested=read.path in tested)
            if read.where == "test":
                tested.add(read.path)


def _of_read(project: Project, use: TemplateUse, read: TemplateRead, *, is_tested: bool) -> Iterator[Diagnostic]:
    span = text_span(use.text, read.line, read.column, read.length)
    root = str(read.path[0])
    name = read.path[1] if len(read.path) > 1 else None
    if root == "content" and use.kind == "layout":
        return
    if root not in ROOTS:
        hint = name_hint(root, sorted(ROOTS), "names")
        yield finding("unknown-name", f"Liquid knows nothing called '{root}' in a {use.kind}", span, hint)
    elif root == "snippets" and isinstance(name, str) and name not in project.snippets:
        hint = name_hint(name, list(project.snippets), "snippets")
        yield finding("unknown-snippet", f"no snippet is called '{name}'", span, hint)
    elif root == "mailwright" and isinstance(name, str):
        yield from _variable(project, use, name, span)
    for reader in use.readers:
        yield from _for_reader(project, reader, read, span, is_tested=is_tested)


def _for_reader(
    project: Project, reader: Reader, read: TemplateRead, span: Span, *, is_tested: bool
) -> Iterator[Diagnostic]:
    root = str(read.path[0])
    if hint := missing_root(root, reader.campaign.trigger):
        starts = trigger_words(reader.campaign.trigger)
        message = (
            f"'{reader.slug}' starts with {starts}: '{root}' is not there, and the message comes out blank or fails"
        )
        yield finding("wrong-namespace", message, span, hint)
        return
    name = read.path[1] if len(read.path) > 1 else None
    if not isinstance(name, str):
        return
    trigger = reader.campaign.trigger
    match root, trigger:
        case "customer", WebhookTrigger(person=None):
            message = f"'{reader.slug}' starts with a webhook that names no person, so there is no customer"
            yield finding(
                "wrong-namespace", message, span, "say in the trigger which field names the person: person: email"
            )
        case "customer", _ if project.people.attributes:
            yield from _of_path(reader, read, span, "people", project.people.attributes, is_tested, Subject.PERSON)
        case "event", EventTrigger(event=event) if (schema := event_schema(project, event)) and schema.properties:
            yield from _of_path(reader, read, span, event, schema.properties, is_tested, Subject.DATA)
        case "trigger", TransactionalTrigger(data=data) if data and name not in data:
            message = f"the message data of '{reader.slug}' has no '{name}'"
            yield finding("unknown-property", message, span, name_hint(name, list(data), "message data"))
        case "journey", _ if name not in (written := _journey_names(reader)):
            message = f"no step of '{reader.slug}' sets the journey attribute '{name}'"
            yield finding("unknown-journey-attribute", message, span, name_hint(name, written, "journey attributes"))
        case _:
            pass


def _of_path(
    reader: Reader,
    read: TemplateRead,
    span: Span,
    owner: str,
    names: dict[str, Property],
    is_tested: bool,
    subject: Subject,
) -> Iterator[Diagnostic]:
    path = read.path[1:]
    if subject is Subject.PERSON and path[0] in RESERVED_ATTRIBUTES and path[0] not in names:
        return
    found = property_at(names, path)
    if isinstance(found, Unknown):
        is_person = subject is Subject.PERSON
        what = "attribute" if is_person else "property"
        who = "people have" if is_person else f"the event '{owner}' has"
        hint = name_hint(found.name, found.known, f"{what[:-1]}ies" if what.endswith("y") else f"{what}s")
        yield finding(f"unknown-{what}", f"{who} no {what} '{found.name}'", span, hint)
        return
    if found is None or found is ANYTHING or is_tested or read.is_guarded or read.where in ("test", "assign"):
        return
    if subject is Subject.PERSON and path[0] in ("id", "cio_id", "email"):
        return  # without them there is no such person, or nowhere to send to
    may_lack = not found.required or (found.nullable and subject is Subject.PERSON)
    if may_lack and not _is_guaranteed(reader, subject, path):
        message = f"'{read.text}' may be missing, and the message then fails for that person"
        hint = f'{{{{ {read.text} | default: "…" }}}}, an if around it, or required: true in the schema'
        yield finding("unguarded-read", message, span, hint)


def _is_guaranteed(reader: Reader, subject: Subject, path: tuple[object, ...]) -> bool:
    wanted = ".".join(str(segment) for segment in path)
    same = {subject, Subject.EVENT} if subject is Subject.DATA else {subject}
    return any(key in same and name == wanted for key, name in guaranteed(*reader.conditions))


def _journey_names(reader: Reader) -> list[str]:
    names: set[str] = set()
    for placed in walk_steps(reader.campaign.workflow):
        match placed.step:
            case SetStep(set=updates):
                names.update(updates.journey)
            case CollectionQueryStep(collection_query=query):
                names.add(query.into.split(".")[0])
            case _:
                if placed.kind in ("llm", "webhook"):
                    names.add(placed.id)
    return sorted(names)


def _variable(project: Project, use: TemplateUse, name: str, span: Span) -> Iterator[Diagnostic]:
    """A value that some workspace does not have."""
    lacking = [slug for slug, workspace in project.settings.workspaces.items() if name not in workspace.vars]
    if lacking or not project.settings.workspaces:
        known = sorted({key for workspace in project.settings.workspaces.values() for key in workspace.vars})
        where = f"the workspace{'s' if len(lacking) > 1 else ''} {', '.join(lacking)}" if lacking else "no workspace"
        verb = "has no variable" if lacking else "has a variable"
        hint = f"add {name} to its vars" if name in known else name_hint(name, known, "variables")
        yield finding("unknown-variable", f"{where} {verb} '{name}'", span, hint)


def _unused_snippets(project: Project, uses: list[TemplateUse], facts_of: FactsOf) -> Iterator[Diagnostic]:
    used = {name for use in uses for name in snippets_read(use, facts_of)}
    for name, snippet in project.snippets.items():
        if name not in used:
            message = f"no message or layout uses the snippet '{name}'"
            span = Span(snippet.body.file)
            yield finding("unused-snippet", message, span, f"{{{{ snippets.{name} }}}}, or delete the file")
