"""What `check` found, as text, JSON, SARIF 2.1.0 or GitHub annotations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mailwright import __version__
from mailwright.checks.claim import Claim
from mailwright.diagnostics import Diagnostic, Severity, diagnostic_as_data, diagnostic_as_text
from mailwright.rules.base import Rule

SCHEMA_VERSION = 1
LONGEST_SNIPPET = 2_000


@dataclass(frozen=True, slots=True)
class Findings:
    """All that one run of `check` has to say."""

    diagnostics: tuple[Diagnostic, ...]
    claims: tuple[Claim, ...]
    campaigns: int
    messages: int

    @property
    def errors(self) -> int:
        """How many problems are errors."""
        return sum(found.severity is Severity.ERROR for found in self.diagnostics)

    @property
    def warnings(self) -> int:
        """How many are only warnings."""
        return len(self.diagnostics) - self.errors

    def summary(self) -> str:
        """The last line."""
        looked = f"{_count(self.campaigns, 'campaign')} and {_count(self.messages, 'message')} checked"
        if not self.diagnostics:
            return f"{looked}: no problems"
        parts = [_count(self.errors, "error")] if self.errors else []
        parts += [_count(self.warnings, "warning")] if self.warnings else []
        files = len({found.span.file for found in self.diagnostics})
        return f"{looked}: {', '.join(parts)} in {_count(files, 'file')}"


def findings_as(form: str, findings: Findings, rules: Sequence[Rule]) -> str:
    """The findings in the form that `--format` names."""
    match form:
        case "json":
            return findings_as_json(findings)
        case "sarif":
            return findings_as_sarif(findings, rules)
        case "github":
            return findings_as_github(findings)
        case _:
            return findings_as_text(findings)


def findings_as_text(findings: Findings) -> str:
    """Every problem as a picture, what `unclaimed_by` came to, and the summary."""
    blocks = [diagnostic_as_text(found) for found in findings.diagnostics]
    if findings.claims:
        blocks.append("\n".join(claim.as_text() for claim in findings.claims))
    return "\n\n".join([*blocks, findings.summary()])


def findings_as_json(findings: Findings) -> str:
    """Every problem as data."""
    return _json(
        {
            "schema_version": SCHEMA_VERSION,
            "tool": {"name": "mailwright", "version": __version__},
            "problems": [diagnostic_as_data(found) for found in findings.diagnostics],
            "unclaimed": [
                {
                    "campaign": claim.campaign,
                    "path": claim.path,
                    "pattern": claim.pattern,
                    "values": list(claim.values),
                    "claimed_by": list(claim.claimed_by),
                }
                for claim in findings.claims
            ],
            "summary": {
                "campaigns": findings.campaigns,
                "messages": findings.messages,
                "errors": findings.errors,
                "warnings": findings.warnings,
                "text": findings.summary(),
            },
        }
    )


def findings_as_github(findings: Findings) -> str:
    """Workflow commands, which GitHub shows beside the changed lines."""
    return "\n".join([*map(_annotation, findings.diagnostics), findings.summary()])


def findings_as_sarif(findings: Findings, rules: Sequence[Rule]) -> str:
    """A SARIF 2.1.0 log, for code scanning.

    Source: OASIS, "Static Analysis Results Interchange Format Version 2.1.0".
    """
    used = {found.rule for found in findings.diagnostics}
    listed = [rule for rule in rules if rule.id in used]
    index = {rule.id: position for position, rule in enumerate(listed)}
    driver = {
        "name": "mailwright",
        "semanticVersion": __version__,
        "rules": [
            {
                "id": rule.id,
                "shortDescription": {"text": rule.title},
                "fullDescription": {"text": rule.why},
                "help": {"text": f"Bad:\n{rule.bad}\nGood:\n{rule.good}"},
                "defaultConfiguration": {"level": rule.severity.value},
            }
            for rule in listed
        ],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"PROJECT": {"description": {"text": "The project's folder."}}},
        "results": [_result(found, index) for found in findings.diagnostics],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return _json({"$schema": schema, "version": "2.1.0", "runs": [run]})


def _result(found: Diagnostic, index: dict[str, int]) -> dict[str, Any]:
    from urllib.parse import quote

    span = found.span
    region = {"startLine": span.line, "startColumn": span.column, "endColumn": span.column + max(1, span.length)}
    text = f"{found.message}\nTry: {found.hint}" if found.hint else found.message
    location = {
        "artifactLocation": {"uri": quote(span.file), "uriBaseId": "PROJECT"},
        "region": {**region, "snippet": {"text": found.source_line}}
        if 0 < len(found.source_line) <= LONGEST_SNIPPET
        else region,
    }
    return {
        "ruleId": found.rule,
        **({"ruleIndex": index[found.rule]} if found.rule in index else {}),
        "level": found.severity.value,
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"mailwright/v1": _fingerprint(found)},
    }


def _fingerprint(found: Diagnostic) -> str:
    """What stays the same when lines are added above the problem."""
    content = f"{found.rule}\n{found.span.file}\n{found.source_line.strip()}\n{found.message}"
    return hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _annotation(found: Diagnostic) -> str:
    span = found.span
    values = {
        "file": span.file,
        "line": span.line,
        "col": span.column,
        "endColumn": span.column + max(1, span.length),
        "title": f"mailwright {found.rule}",
    }
    shown = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in values.items())
    text = f"{found.message}\nTry: {found.hint}" if found.hint else found.message
    return f"::{found.severity.value} {shown}::{_escaped(text)}"


def _escaped(text: str, more: str = "") -> str:
    """The text as GitHub's workflow commands want it."""
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _json(values: Any) -> str:
    return json.dumps(values, indent=2, ensure_ascii=False)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
