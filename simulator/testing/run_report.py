"""A test run as text, JSON, and GitHub annotations; what did not pass is shown, what passed is counted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from simulator.reports.tables import Style
from simulator.reports.wording import counted
from simulator.testing.run_results import Result, Results

SCHEMA_VERSION = 1


def run_as_text(results: Results, parts: Iterable[Sequence[str]], style: Style) -> str:
    """What did not pass, then *parts* (coverage, mutants), then the summary as the last line."""
    blocks = [f"{style.alarm(_headline(one))}\n{_indented(one)}" for one in _unwell(results)]
    blocks += ["\n".join(part) for part in parts if part]
    return "\n\n".join([*blocks, style.strong(summary(results))]) + "\n"


def run_as_json(results: Results, more: dict[str, Any]) -> str:
    """All tests, with what *more* there is."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "tests": [
            {
                "name": one.name,
                "file": one.file,
                "line": one.line,
                "outcome": one.outcome,
                **({"says": one.text} if one.text else {}),
            }
            for one in results.found
        ],
        **more,
        "summary": summary(results),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def run_as_github(results: Results, more: Iterable[tuple[str, str, str]]) -> str:
    """An annotation for each test that did not pass, and for each of *more* (place, title, message)."""
    lines = [_annotation("error", one.file, one.line, one.name, one.text) for one in _unwell(results)]
    for place, title, message in more:
        file, _, rest = place.partition(":")
        lines.append(_annotation("warning", file, int(rest.partition(":")[0] or 1), title, message))
    return "\n".join([*lines, summary(results)]) + "\n"


def summary(results: Results) -> str:
    """The whole run in one line."""
    parts = [counted(results.count("passed"), "passed", "passed")]
    for outcome, words in (("failed", "failed"), ("error", "cannot run"), ("skipped", "skipped")):
        if results.count(outcome):
            parts.append(f"{results.count(outcome)} {words}")
    if results.deselected:
        parts.append(f"{results.deselected} not chosen")
    return f"{counted(len(results.found), 'test')}: {', '.join(parts)}"


def _unwell(results: Results) -> list[Result]:
    return [one for one in results.found if one.outcome in ("failed", "error")]


def _headline(one: Result) -> str:
    return f"FAILED {one.file}:{one.line}  {one.name}"


def _indented(one: Result) -> str:
    """Why a test did not pass, without the line that its headline says already."""
    lines = one.text.rstrip().split("\n")
    if lines[:2] == [f"{one.file}:{one.line}  {one.name}", ""]:
        lines = lines[2:]
    return "\n".join(f"  {line}".rstrip() for line in lines)


def _annotation(level: str, file: str, line: int, title: str, message: str) -> str:
    head = f"::{level} file={_escaped(file, ':,')},line={line},title={_escaped(title, ':,')}"
    return f"{head}::{_escaped(message.strip())}"


def _escaped(text: str, more: str = "") -> str:
    """The text as GitHub's workflow commands want it."""
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
