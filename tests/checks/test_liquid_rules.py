"""The rule book and the Liquid dialect name the same rules, and the examples are true."""

from __future__ import annotations

import inspect
import re

import pytest

from mailwright.checks.template_facts import TemplateFacts, facts_from_values, template_facts
from mailwright.dialect import checks
from mailwright.rules.base import Rule
from mailwright.rules.liquid_rules import RULES


def test_the_book_has_each_rule_of_the_dialect_and_no_other():
    assert {rule.id for rule in RULES} == set(re.findall(r'"(liquid-[a-z-]+)"', inspect.getsource(checks)))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_dialect_finds_the_bad_example_and_not_the_good_one(rule: Rule):
    assert rule.id in [fault.rule for fault in template_facts(rule.bad, "latest").faults]
    assert template_facts(rule.good, "latest").faults == ()


def test_facts_are_kept_and_come_back_equal():
    facts = template_facts(
        "{% for item in event.items %}{{ item.sku | upcaase }}{% endfor %}{{ customer.a }}", "latest"
    )
    assert facts.reads and facts.faults
    assert facts_from_values(facts.as_values()) == facts


def test_a_text_without_liquid_has_no_facts():
    assert template_facts("<p>plain</p>", "legacy") == TemplateFacts()
