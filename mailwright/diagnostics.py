"""Where something went wrong, and what to try.

Everything the tool stops for is a `MailwrightError`:

    MailwrightError
    ├── ContentError       campaigns, layouts, segments … hold mistakes; carries every Diagnostic
    ├── ConfigurationError the settings or the command's arguments do not fit (exit code 3)
    ├── HistoryError       an event log cannot be read
    ├── WorkspaceError     a workspace refused or cannot be reached, in its own words (exit code 4)
    ├── ClusterError       a cluster cannot be reached, or gave a job up (exit code 4)
    ├── WorkerFault        a bug of mailwright's own in one of a cluster's workers (exit code 70)
    ├── RefusedError       refused to protect someone (exit code 5)
    │   ├── PlanRefused    a plan that is edited, expired, for another workspace, or needs a consent
    │   └── StalePlan      what a plan saw has moved since
    └── PartlyApplied      an apply that stopped on its way; says what stands (exit code 6)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_TOLD = 1_000
"""How many problems of one file are told."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one line of one file; lines and columns count from 1, length is in characters."""

    file: str
    line: int = 1
    column: int = 1
    length: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Severity(StrEnum):
    """How much a problem weighs: only an error makes `check` fail, unless warnings are asked to."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem: the rule it breaks, where, and one thing worth trying."""

    rule: str
    message: str
    span: Span
    hint: str = ""
    severity: Severity = Severity.ERROR
    source_line: str = ""  # the line the span stands on, as written

    def sort_key(self) -> tuple[str, int, int, str, str]:
        return (self.span.file, self.span.line, self.span.column, self.rule, self.message)


class MailwrightError(Exception):
    """Anything the tool stops for: what is wrong, where, and one thing worth trying."""

    exit_code = 1

    def __init__(self, message: str, *, span: Span | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.span = span
        self.hint = hint


class ContentError(MailwrightError):
    """The project's files hold mistakes; *diagnostics* has all of them, sorted by place."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(diagnostics, key=Diagnostic.sort_key))
        count = len(self.diagnostics)
        super().__init__(f"{count} problem{'' if count == 1 else 's'} in the project's files")


class ConfigurationError(MailwrightError):
    """The settings, or what was asked on the command line, do not fit."""

    exit_code = 3


class HistoryError(MailwrightError):
    """An event log that cannot be read, or a line of it under `--strict`."""


class RefusedError(MailwrightError):
    """Something not done to protect the people or files it would have touched."""

    exit_code = 5


class WorkspaceError(MailwrightError):
    """A workspace refused, or cannot be reached; its own words, without any key."""

    exit_code = 4


class PlanRefused(RefusedError):
    """A plan that is not carried out: edited, expired, for another workspace, or without a consent it needs."""


class StalePlan(RefusedError):
    """What the plan saw has moved since it was made; nothing was changed."""


class PartlyApplied(MailwrightError):
    """An apply that stopped on its way: some of it stands, and the journal knows how to go on."""

    exit_code = 6


def error_as_text(error: MailwrightError) -> str:
    """What went wrong, in lines: place and message, then the hint."""
    where = f"{error.span}  " if error.span else ""
    hint = f"\n   try: {error.hint}" if error.hint else ""
    return as_shown(f"{where}{error}") + as_shown(hint, keep="\n")


def diagnostic_as_text(diagnostic: Diagnostic) -> str:
    """The problem as a picture: place, message, the source line with a caret under the spot, the hint."""
    span = diagnostic.span
    word = "" if diagnostic.severity is Severity.ERROR else "warning: "
    lines = [as_shown(f"{span}  {word}{diagnostic.message}  [{diagnostic.rule}]")]
    if diagnostic.source_line.strip():
        lines += _picture(diagnostic.source_line, span)
    if diagnostic.hint:
        lines.append(as_shown(f"   try: {diagnostic.hint}", keep="\n"))
    return "\n".join(lines)


def diagnostic_as_data(diagnostic: Diagnostic) -> dict[str, str | int]:
    """The problem as JSON data."""
    span = diagnostic.span
    return {
        "rule": diagnostic.rule,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "length": span.length,
    }


def as_shown(text: str, keep: str = "") -> str:
    """A text as it may stand in a terminal, whoever wrote it: controls and direction marks become dots."""
    return text if text.isprintable() else "".join(one if one in keep else _visible(one) for one in text)


def _picture(source_line: str, span: Span) -> list[str]:
    number = f"{span.line:>5}"
    line, start, length = _clipped(source_line.rstrip("\r\n"), span.column - 1, span.length)
    shown = "".join(_visible(character) for character in line)
    indent = sum(_width(character) for character in line[:start])
    under = max(1, sum(_width(character) for character in line[start : start + length]))
    return [f"{number} | {shown}", f"{' ' * len(number)} | {' ' * indent}{'^' * under}"]


def _clipped(line: str, start: int, length: int, room: int = 110) -> tuple[str, int, int]:
    """The part of a long line around the spot, so that a terminal shows it whole."""
    start = min(start, len(line))
    length = max(1, min(length, max(1, len(line) - start)))
    if len(line) <= room:
        return line, start, length
    left = max(0, min(start - room // 3, len(line) - room))
    lead = "…" if left else ""
    tail = "…" if left + room < len(line) else ""
    return f"{lead}{line[left : left + room]}{tail}", start - left + len(lead), min(length, room - (start - left))


def _visible(character: str) -> str:
    """A character as it may stand in a terminal: controls and direction marks become dots."""
    if character == "\t":
        return " "
    return "·" if unicodedata.category(character) in {"Cc", "Cf", "Cs"} else character


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def bounded(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The problems in order, at most a thousand a file; where there were more, the last of a file says so."""
    told: dict[str, int] = {}
    found = []
    for problem in sorted(problems, key=Diagnostic.sort_key):
        file = problem.span.file
        told[file] = told.get(file, 0) + 1
        if told[file] <= MOST_TOLD:
            found.append(problem)
        elif told[file] == MOST_TOLD + 1:
            message = f"more than {MOST_TOLD:,} problems in this file; the rest are not shown"
            found.append(Diagnostic("too-many-problems", message, problem.span, "mend the first ones, then look again"))
    return found


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that *word* most likely meant, if one is near enough."""
    from difflib import get_close_matches  # only what is wrong has a nearest name

    names = list(known)
    lowered = {name.lower(): name for name in reversed(names)}
    found = get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def name_hint(word: str, known: Sequence[str], what: str = "names") -> str:
    """A hint for an unknown name: the nearest one, else the first few there are."""
    near = nearest(word, known)
    if near is not None:
        return f"'{near}'"
    if not known:
        return f"there are no {what} yet"
    shown = ", ".join(sorted(known)[:8])
    return f"known {what}: {shown}{', …' if len(known) > 8 else ''}"
