"""Each rule that is a proof finds its own bad example, and nothing is wrong with its good one."""

from __future__ import annotations

import pytest

from mailwright.diagnostics import Severity
from mailwright.rules.base import Rule
from simulator.proof_rules import RULES


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_finds_its_bad_example(rule: Rule, check):
    found = [problem for problem in check(rule.bad) if problem.rule == rule.id]
    assert found, f"{rule.id} is silent"
    assert all(problem.severity is rule.severity for problem in found)
    assert all(problem.message and problem.span.line >= 1 for problem in found)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_content_with_its_good_example(rule: Rule, check):
    problems = check(rule.good)
    assert rule.id not in [problem.rule for problem in problems]
    assert [problem for problem in problems if problem.severity is Severity.ERROR] == []


def test_the_starter_has_no_problems(check):
    assert check("") == []
