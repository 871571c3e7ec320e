"""Every rule that `check` knows, and the page of them in `docs/rules.md`.

`python -m mailwright.rules.catalogue --write` writes the page; rooms above this one that have rules of their own are named
as arguments (`simulator.rules sync.rules`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path

from mailwright.diagnostics import ConfigurationError, Severity, name_hint
from mailwright.rules import content_rules, event_rules, liquid_rules, loading_rules, page_rules
from mailwright.rules.base import Rule

PAGE = "docs/rules.md"
ROOMS = (
    ("Files and names", loading_rules.RULES),
    ("Liquid", liquid_rules.RULES),
    ("Content", content_rules.RULES),
    ("Pages", page_rules.RULES),
    ("Events and people", event_rules.RULES),
)


def all_rules(extra: Iterable[Rule] = ()) -> tuple[Rule, ...]:
    """Every rule, sorted by id."""
    rules = {rule.id: rule for _, room in ROOMS for rule in room} | {rule.id: rule for rule in extra}
    return tuple(rules[name] for name in sorted(rules))


def rule_named(name: str, rules: Sequence[Rule]) -> Rule:
    """The rule with that id.

    Raises: ConfigurationError when there is none.
    """
    for rule in rules:
        if rule.id == name:
            return rule
    hint = name_hint(name, [rule.id for rule in rules], "rules")
    raise ConfigurationError(f"no rule is called '{name}'", hint=hint)


def rule_as_text(rule: Rule) -> str:
    """The rule for a terminal: what, why, a bad and a good example."""
    parts = [f"{rule.id} ({rule.severity.value}): {rule.title}", "", rule.why]
    for word, example in (("bad", rule.bad), ("good", rule.good)):
        if example:
            parts += ["", f"{word}:", *(f"    {line}".rstrip() for line in _lines(example))]
    return "\n".join(parts)


def rules_as_markdown(rules: Sequence[Rule]) -> str:
    """The catalogue page, without a line break at its end."""
    warnings = sum(rule.severity is Severity.WARNING for rule in rules)
    lines = [
        "# Rules",
        "",
        f"All {len(rules)} rules of `mailwright check`; {warnings} of them only warn. `mailwright check --explain RULE` shows one,",
        '`--ignore RULE` or `ignore = ["RULE"]` in the settings silences one. This page is written by',
        "`mailwright check --explain all`.",
        "",
        "| rule | | finds |",
        "|---|---|---|",
        *(f"| [{rule.id}](#{rule.id}) | {rule.severity.value} | {_cell(rule.title)} |" for rule in rules),
    ]
    for rule in rules:
        lines += ["", f"## {rule.id}", "", f"{_sentence(rule.title)} *({rule.severity.value})*", "", rule.why]
        for word, example in (("Bad", rule.bad), ("Good", rule.good)):
            if example:
                lines += ["", f"{word}:", "", "````text", *_lines(example), "````"]
    return "\n".join(lines)


def _lines(example: str) -> list[str]:
    """The example's lines; the middle of a very long one says nothing."""
    lines = example.rstrip().split("\n")
    return [f"{line[:80]} … {line[-30:]}" if len(line) > 150 else line for line in lines]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def main(argv: Sequence[str]) -> int:
    """Print the page, or write it with `--write`; other arguments name modules that have RULES."""
    extra = [rule for name in argv if name != "--write" for rule in import_module(name).RULES]
    page = rules_as_markdown(all_rules(extra)) + "\n"
    if "--write" in argv:
        Path(PAGE).write_text(page, encoding="utf-8")
    else:
        sys.stdout.write(page)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
