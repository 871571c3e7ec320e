"""Everything that is wrong or doubtful in one source, faults and advice alike, also when it cannot be rendered.

Source: liquid §2, §3, §10, §13: what Customer.io refuses, and what its own docs and the engines disagree about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailwright.dialect.compiling import URL_TAGS, reads_of
from mailwright.dialect.environment import environment
from mailwright.dialect.expressions import (
    Comparison,
    Constant,
    Expression,
    FilterCall,
    Filtered,
    Negation,
    Path,
    parts_of,
)
from mailwright.dialect.faults import Dialect, Limits, LiquidFault, Origin, Place
from mailwright.dialect.filters.strftime import LATEST as LATEST_DIRECTIVES
from mailwright.dialect.filters.strftime import LEGACY as LEGACY_DIRECTIVES
from mailwright.dialect.filters.table import DEPRECATED, FILTERS
from mailwright.dialect.nodes import walk
from mailwright.dialect.reads import calls_in
from mailwright.dialect.tree import Node

_FAULT_RULES = {
    "syntax": "liquid-syntax",
    "unknown_tag": "liquid-unknown-tag",
    "tag_argument": "liquid-tag-argument",
    "undefined_variable": "liquid-syntax",
    "render": "liquid-syntax",
    "limit": "liquid-limit",
}
_DIRECTIVE = re.compile(r"%[-_0^#:]*\d*[EO]?(.)", re.DOTALL)
_NOT_EXISTING = {
    ("trigger", "relationship_attributes"): "trigger.relationship holds them",
    ("object",): "trigger.<its name> or objects.<its plural name> holds it",
}


@dataclass(frozen=True, slots=True)
class LiquidProblem:
    """One thing to mend or to know, its place and one hint.

    Units: line and column count from 1; length is in characters.
    """

    rule: str
    message: str
    line: int
    column: int
    length: int
    hint: str


def template_problems(source: str, dialect: Dialect, name: str = "") -> list[LiquidProblem]:
    """All problems of one source, in its order, also of one that is broken in several places."""
    origin = Origin(name, source)
    if len(source) > Limits().source_bytes:
        return [_from_fault(origin.place(0, 1).limited("source_bytes", Limits()), dialect)]
    env, faults = environment(dialect), list[LiquidFault]()
    try:
        nodes = env.nodes_of(origin, faults)
        tree = list(walk(nodes))
        found = [problem for node in tree for problem in _of_node(origin, node, dialect)]
    except LiquidFault as fault:
        faults.append(fault)
        found = []
    except RecursionError:
        faults.append(origin.place(0, 1).limited("nesting", Limits()))
        found = []
    # What a limit cut off is not read, so nothing said about the rest of the source would be true.
    faults = [fault for fault in faults if fault.kind == "limit"][:1] or faults
    problems = [_from_fault(fault, dialect) for fault in faults] + found
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda problem: (problem.line, problem.column, problem.rule))


def _from_fault(fault: LiquidFault, dialect: Dialect) -> LiquidProblem:
    hint = _fault_hint(fault, dialect)
    return LiquidProblem(_FAULT_RULES[fault.kind], fault.message, fault.line, fault.column, fault.length, hint)


def _fault_hint(fault: LiquidFault, dialect: Dialect) -> str:
    if fault.kind == "unknown_tag" and fault.tag:
        if fault.tag in environment(Dialect.LATEST).tags:
            return f"{fault.tag} exists in the latest dialect only"
        if fault.tag in ("include", "render"):
            return "reuse goes by snippets: {{ snippets.name }}"
        near = _nearest(fault.tag, list(environment(dialect).tags))
        return f"did you mean '{near}'?" if near else "no tag has a name like this"
    if "was never closed" in fault.message:
        return f"add {{% end{fault.tag} %}}"
    if "not properly terminated" in fault.message:
        return "close the braces, and look for quotes that stay open"
    return ""


def _nearest(name: str, known: list[str]) -> str:
    from difflib import get_close_matches  # only what is wrong has a nearest name

    return next(iter(get_close_matches(name, known, n=1, cutoff=0.6)), "")


def _at(place: Place, rule: str, message: str, hint: str) -> LiquidProblem:
    return LiquidProblem(rule, message, *place.position(), hint)


def _of_node(origin: Origin, node: Node, dialect: Dialect) -> Iterator[LiquidProblem]:
    for expression, use in node.uses():
        for call in calls_in(expression):
            yield from _of_call(origin, call, dialect)
        for part in _all_parts(expression):
            yield from _of_part(origin, part, dialect)
        for path, _ in reads_of(expression):
            yield from _of_path(origin, path, use)


def _all_parts(expression: Expression) -> Iterator[Expression]:
    pending = [expression]
    while pending:
        part = pending.pop()
        yield part
        pending.extend(parts_of(part))


def _of_call(origin: Origin, call: FilterCall, dialect: Dialect) -> Iterator[LiquidProblem]:
    place, name = origin.place(call.start, call.end), call.name
    if name not in FILTERS[dialect]:
        yield _at(
            place,
            "liquid-unknown-filter",
            f"no filter is called '{name}'; the value passes unchanged",
            _filter_hint(name, dialect),
        )
    if dialect is Dialect.LATEST and name in DEPRECATED:
        yield _at(
            place,
            "liquid-deprecated-filter",
            f"'{name}' is deprecated in the latest dialect",
            f"use {DEPRECATED[name]}",
        )
    constants = [argument.value for argument in call.arguments]
    if name in ("date", "timezone"):
        yield from _of_date(origin, call, dialect)
    if name == "slice" and constants and isinstance(constants[0], Constant) and isinstance(constants[0].value, str):
        where = origin.place(constants[0].start, constants[0].end)
        yield _at(
            where,
            "liquid-quoted-slice",
            "a quoted offset means different things to the docs and to the engine",
            "write the number without quotes",
        )


def _filter_hint(name: str, dialect: Dialect) -> str:
    other = Dialect.LEGACY if dialect is Dialect.LATEST else Dialect.LATEST
    if name in FILTERS[other]:
        return f"'{name}' exists in the {other.value} dialect only"
    near = _nearest(name, list(FILTERS[dialect]))
    return f"did you mean '{near}'?" if near else "no filter has a name like this"


def _of_date(origin: Origin, call: FilterCall, dialect: Dialect) -> Iterator[LiquidProblem]:
    values = [argument.value for argument in call.arguments]
    zone = (
        values[1]
        if call.name == "date" and len(values) > 1
        else values[0]
        if call.name == "timezone" and values
        else None
    )
    if isinstance(zone, Constant) and _is_number(zone.value):
        unit = "minutes, west positive" if dialect is Dialect.LATEST else "hours"
        where = origin.place(zone.start, zone.end)
        yield _at(
            where,
            "liquid-numeric-offset",
            f"a numeric offset counts {unit} and knows no daylight saving",
            'name the zone, such as "America/New_York"',
        )
    form = values[0] if call.name == "date" and values else None
    if isinstance(form, Constant) and isinstance(form.value, str):
        known = LATEST_DIRECTIVES if dialect is Dialect.LATEST else LEGACY_DIRECTIVES
        unknown = [found.group() for found in _DIRECTIVE.finditer(form.value) if found.group(1) not in known]
        if unknown:
            where = origin.place(form.start, form.end)
            yield _at(
                where, "liquid-date-flag", f"the engine prints {', '.join(unknown)} as written", _flag_hint(unknown)
            )


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return bool(re.fullmatch(r"[+-]?\d+(?:\.\d+)?", value.strip()))
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _flag_hint(unknown: list[str]) -> str:
    spelled = {"%D": "%m/%d/%y", "%F": "%Y-%m-%d", "%T": "%H:%M:%S", "%R": "%H:%M", "%r": "%I:%M:%S %p"}
    known = [f"{flag} is {spelled[flag]}" for flag in unknown if flag in spelled]
    return "; ".join(known) or "write %% for a percent sign"


def _of_part(origin: Origin, part: Expression, dialect: Dialect) -> Iterator[LiquidProblem]:
    match part:
        case Filtered(tail=(start, end)):
            where = origin.place(start, end)
            yield _at(
                where,
                "liquid-lenient-tail",
                f"'{where.text.strip()[:40]}' is ignored",
                "remove it, or write what it was meant to do",
            )
        case Comparison(operator="==", left=Path(segments=(*_, "size")), right=Constant(value=0)):
            where = origin.place(part.start, part.end)
            yield _at(
                where,
                "liquid-size-zero",
                "Customer.io documents that size == 0 never matches",
                "ask for size > 0 and use else",
            )
        case Comparison(operator="<>") if dialect is Dialect.LATEST:
            where = origin.place(part.start, part.end)
            yield _at(
                where, "liquid-unknown-operator", "'<>' is no operator here; the condition is never true", "write !="
            )
        case Negation() if dialect is Dialect.LEGACY:
            return
        case _:
            pass
    if isinstance(part, Filtered) and dialect is Dialect.LATEST:
        yield from _of_late_default(origin, part)


def _of_late_default(origin: Origin, part: Filtered) -> Iterator[LiquidProblem]:
    """`default` rescues a missing variable only as the first filter (liquid §5)."""
    for call in part.filters[1:]:
        if call.name == "default" and isinstance(part.value, Path) and part.filters[0].name != "default":
            where = origin.place(call.start, call.end)
            yield _at(
                where,
                "liquid-late-default",
                f"a missing '{part.value.text}' fails before default is reached",
                "put default first",
            )


def _of_path(origin: Origin, path: Path, use: str) -> Iterator[LiquidProblem]:
    place, root = origin.place(path.start, path.end), path.segments[0]
    if root in URL_TAGS and len(path.segments) == 1:
        yield _at(
            place,
            "liquid-url-tag-as-variable",
            f"'{root}' is a tag; as a variable it is empty or fails",
            f"write {{% {root} %}}",
        )
    if root in ("now", "today") and len(path.segments) == 1 and use != "loop":
        yield _at(
            place, "liquid-bare-now", f"no variable is called '{root}'", f"write it in quotes: '{root}' | date: \"%Y\""
        )
    for names, hint in _NOT_EXISTING.items():
        if path.segments[: len(names)] == names and len(path.segments) > 1:
            yield _at(place, "liquid-no-such-namespace", f"'{'.'.join(names)}' does not exist", hint)
