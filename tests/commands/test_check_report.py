"""What was found, as text, JSON, SARIF and GitHub annotations."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mailwright.checks.claim import Claim
from mailwright.commands.check_report import (
    Findings,
    findings_as_github,
    findings_as_json,
    findings_as_sarif,
    findings_as_text,
)
from mailwright.diagnostics import Diagnostic, Severity, Span
from mailwright.rules.content_rules import RULES

LINE = "  where: {metod: google}"
PROBLEM = Diagnostic(
    "unknown-property",
    "no property 'metod'",
    Span("campaigns/a b/campaign.yaml", 3, 11, 5),
    "'method'",
    source_line=LINE,
)
WARNING = Diagnostic("endless-wait", "100% endless,\nreally", Span("x.yaml", 7, 2), severity=Severity.WARNING)
CLAIM = Claim("signup-general", "campaign_id", "signup-*", ("8017", "8018"), ("signup-teens-for-jeans",))
FINDINGS = Findings((PROBLEM, WARNING), (CLAIM,), campaigns=2, messages=1)


def test_text_shows_pictures_claims_and_ends_with_the_summary():
    blocks = findings_as_text(FINDINGS).split("\n\n")
    assert blocks[0].split("\n") == [
        "campaigns/a b/campaign.yaml:3:11  no property 'metod'  [unknown-property]",
        "    3 |   where: {metod: google}",
        "      |           ^^^^^",
        "   try: 'method'",
    ]
    assert "signup-general: campaign_id: not taken by signup-* = 8017, 8018 (signup-teens-for-jeans)" in blocks
    assert blocks[-1] == "2 campaigns and 1 message checked: 1 error, 1 warning in 2 files"


def test_nothing_found_is_said_in_one_line():
    assert findings_as_text(Findings((), (), 1, 2)) == "1 campaign and 2 messages checked: no problems"


def test_json_carries_its_version_and_every_problem():
    values = json.loads(findings_as_json(FINDINGS))
    assert values["schema_version"] == 1
    assert values["problems"][0] == {
        "rule": "unknown-property",
        "severity": "error",
        "message": "no property 'metod'",
        "hint": "'method'",
        "file": "campaigns/a b/campaign.yaml",
        "line": 3,
        "column": 11,
        "length": 5,
    }
    assert values["unclaimed"][0]["values"] == ["8017", "8018"]
    assert values["summary"]["errors"] == 1


def test_github_annotations_escape_what_the_format_needs():
    lines = findings_as_github(FINDINGS).split("\n")
    assert lines[0] == (
        "::error file=campaigns/a b/campaign.yaml,line=3,col=11,endColumn=16,title=mailwright unknown-property"
        "::no property 'metod'%0ATry: 'method'"
    )
    assert lines[1].endswith("::100%25 endless,%0Areally")
    assert len(lines) == 3


def test_sarif_has_rules_regions_and_fingerprints():
    log = json.loads(findings_as_sarif(FINDINGS, RULES))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    result = run["results"][0]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"] == "unknown-property"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "campaigns/a%20b/campaign.yaml", "uriBaseId": "PROJECT"}
    assert place["region"] == {"startLine": 3, "startColumn": 11, "endColumn": 16, "snippet": {"text": LINE}}
    assert run["results"][1]["level"] == "warning"


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        pytest.param(replace(PROBLEM, span=replace(PROBLEM.span, line=9)), True, id="moved down"),
        pytest.param(replace(PROBLEM, message="no property 'x'"), False, id="another problem"),
        pytest.param(replace(PROBLEM, span=replace(PROBLEM.span, file="b.yaml")), False, id="another file"),
    ],
)
def test_a_fingerprint_follows_the_problem(other: Diagnostic, is_same: bool):
    prints = [
        json.loads(findings_as_sarif(Findings((found,), (), 1, 1), RULES))["runs"][0]["results"][0][
            "partialFingerprints"
        ]
        for found in (PROBLEM, other)
    ]
    assert (prints[0] == prints[1]) is is_same
