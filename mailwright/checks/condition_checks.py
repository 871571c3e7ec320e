"""Triggers, filters and other conditions against the schemas of events and people."""

from __future__ import annotations

from collections.abc import Iterator

from mailwright.checks.asked import Clause, asked_conditions, clauses
from mailwright.checks.condition_values import as_number, as_text
from mailwright.checks.constraints import guaranteed
from mailwright.checks.findings import finding
from mailwright.checks.known_data import Unknown, event_property, person_attribute, types_of
from mailwright.definitions.conditions import Changed, Compare, CompareFields, Operator, Scalar, Subject, Unclaimed
from mailwright.definitions.event_schema import Property
from mailwright.definitions.project import Project
from mailwright.diagnostics import Diagnostic, name_hint

TIME_OPERATORS = frozenset(
    {
        Operator.MORE_THAN_AGO,
        Operator.LESS_THAN_AGO,
        Operator.MORE_THAN_AHEAD,
        Operator.LESS_THAN_AHEAD,
        Operator.AFTER,
        Operator.BEFORE,
    }
)
NUMBER_OPERATORS = frozenset({Operator.ABOVE, Operator.BELOW, Operator.BETWEEN})


def check_conditions(project: Project) -> Iterator[Diagnostic]:
    """Every clause that asks what the schemas say can never be so."""
    for asked in asked_conditions(project):
        for clause in clauses(asked):
            match clause.condition:
                case Compare():
                    yield from _compare(project, clause, clause.condition)
                case Unclaimed(subject=subject, path=path):
                    yield from _known(project, clause, subject, path)[1]
                case CompareFields(left=left, left_path=left_path, right=right, right_path=right_path):
                    yield from _known(project, clause, left, left_path)[1]
                    yield from _known(project, clause, right, right_path)[1]
                case Changed(attribute=attribute):
                    yield from _known(project, clause, Subject.PERSON, attribute)[1]
                case _:
                    pass


def _compare(project: Project, clause: Clause, compare: Compare) -> Iterator[Diagnostic]:
    found, problems = _known(project, clause, compare.subject, compare.path)
    yield from problems
    if found is not None:
        yield from _values(clause, compare, found)
        yield from _types(clause, compare, found)
        yield from _missing(clause, compare, found)


def _known(project: Project, clause: Clause, subject: Subject, path: str) -> tuple[Property | None, list[Diagnostic]]:
    """What the schema says of the path a clause reads, and the problem if it does not have it."""
    match subject:
        case Subject.PERSON:
            return _person(project, clause, path)
        case Subject.TO | Subject.FROM:
            return _person(project, clause, clause.attribute or "")[0], []
        case Subject.DATA | Subject.EVENT:
            event = clause.data_event if subject is Subject.DATA else clause.asked.trigger_event
            found = event_property(project, event, path)
            if not isinstance(found, Unknown):
                return found, []
            hint = name_hint(found.name, found.known, "properties")
            message = f"the event '{event}' has no property '{found.name}'"
            return None, [finding("unknown-property", message, clause.span, hint)]
        case _:
            return None, []


def _person(project: Project, clause: Clause, path: str) -> tuple[Property | None, list[Diagnostic]]:
    found = person_attribute(project, path)
    if not isinstance(found, Unknown):
        return found, []
    hint = name_hint(found.name, found.known, "attributes")
    return None, [finding("unknown-attribute", f"people have no attribute '{found.name}'", clause.span, hint)]


def _values(clause: Clause, compare: Compare, found: Property) -> Iterator[Diagnostic]:
    """Values that the schema's `allowed` does not have.

    Source: equality of texts ignores case, values compare as text (semantics R8, R9).
    """
    if not found.allowed or compare.operator not in (Operator.EQUALS, Operator.CONTAINS):
        return
    allowed = [as_text(value) for value in found.allowed]
    folded = [text.casefold() for text in allowed]
    for value in compare.values:
        text = as_text(value)
        fits = text.casefold() in folded if compare.operator is Operator.EQUALS else _is_part(text, folded)
        if not fits and "${" not in text:
            outcome = "this always holds" if clause.negated else "this never holds"
            message = f"'{text}' is not among the values of '{_shown(clause, compare)}', so {outcome}"
            yield finding("value-not-allowed", message, clause.span, name_hint(text, allowed, "values"))


def _is_part(text: str, folded: list[str]) -> bool:
    return any(text.casefold() in one for one in folded)


def _types(clause: Clause, compare: Compare, found: Property) -> Iterator[Diagnostic]:
    types = set(types_of(found))
    if "any" in types:
        return
    name, shown = _shown(clause, compare), " or ".join(sorted(types))
    if compare.operator in TIME_OPERATORS and not types & {"timestamp", "number", "integer"}:
        message = f"'{name}' is {shown}; only Unix seconds match a test on time"
        yield finding("not-a-timestamp", message, clause.span, "send it as Unix seconds and say type: timestamp")
    elif compare.operator in NUMBER_OPERATORS and not types & {"timestamp", "number", "integer", "text"}:
        yield finding("type-mismatch", f"'{name}' is {shown}, which is not above or below anything", clause.span)
    elif compare.operator is Operator.EQUALS:
        for value in compare.values:
            if not any(_fits(value, kind) for kind in types) and "${" not in as_text(value):
                message = f"'{name}' is {shown}, so it never equals '{as_text(value)}'"
                hint = "use contains, or items[].path" if types == {"list"} else "compare it with a value of its type"
                yield finding("type-mismatch", message, clause.span, hint)


def _fits(value: Scalar, kind: str) -> bool:
    """Whether a value of *kind* can equal *value*; they compare as text (semantics R9)."""
    match kind:
        case "number" | "timestamp":
            return as_number(value) is not None
        case "integer":
            number = as_number(value)
            return number is not None and number == int(number)
        case "boolean":
            return as_text(value).casefold() in ("true", "false")
        case "text":
            return True
        case _:
            return False


def _missing(clause: Clause, compare: Compare, found: Property) -> Iterator[Diagnostic]:
    """A negation that also holds for people or events without the value.

    Assumed: a negated test holds on a missing value (semantics R10).
    """
    optional = not found.required or found.nullable
    is_own = compare.subject in (Subject.DATA, Subject.EVENT, Subject.PERSON)
    if not (clause.negated and optional and is_own) or compare.operator not in (Operator.EQUALS, Operator.CONTAINS):
        return
    if (compare.subject, compare.path) not in guaranteed(clause.asked.placed.condition):
        name = _shown(clause, compare)
        message = f"'{name}' may be missing, and then this negation holds"
        hint = f"ask for it as well: {compare.path}: {{exists: true, …}}, or say required: true in the schema"
        yield finding("negation-holds-when-missing", message, clause.span, hint)


def _shown(clause: Clause, compare: Compare) -> str:
    return compare.path or clause.attribute or "value"
