"""What the Liquid dialect may say of one piece of Liquid; the examples are pieces themselves, in the latest dialect."""

from __future__ import annotations

from mailwright.diagnostics import Severity
from mailwright.rules.base import Rule

_WARNING = Severity.WARNING

RULES: tuple[Rule, ...] = (
    Rule(
        "liquid-syntax",
        "the Liquid cannot be read",
        "Customer.io saves such a message and fails each delivery of it.",
        "{% if customer.plan %}Hello",
        "{% if customer.plan %}Hello{% endif %}",
    ),
    Rule(
        "liquid-unknown-tag",
        "Customer.io has no such tag",
        "The message fails.",
        '{% include "footer" %}',
        "{{ snippets.footer }}",
    ),
    Rule(
        "liquid-tag-argument",
        "a tag's argument is missing or wrong",
        "The message fails.",
        "{% random many %}",
        "{% random 100 %}",
    ),
    Rule(
        "liquid-limit",
        "a piece of Liquid is too large or nested too deeply",
        "Nothing that a person wrote needs so much; the limit keeps a template from stopping everything else.",
        "{% if customer.plan %}" * 40 + "deep" + "{% endif %}" * 40,
        "{% if customer.plan %}deep{% endif %}",
    ),
    Rule(
        "liquid-unknown-filter",
        "no filter has this name",
        "The value passes through unchanged, so the mistake is seen by the reader of the email only.",
        '{{ customer.plan | upcaase | default: "free" }}',
        "{{ customer.plan | upcase }}",
    ),
    Rule(
        "liquid-deprecated-filter",
        "a filter of the legacy dialect in the latest one",
        "It means something else there, or nothing.",
        "{{ customer.plan | htmlencode }}",
        "{{ customer.plan | escape }}",
        _WARNING,
    ),
    Rule(
        "liquid-unknown-operator",
        "an operator that this dialect does not have",
        "The condition is never true, without an error.",
        '{% if customer.plan <> "pro" %}Upgrade{% endif %}',
        '{% if customer.plan != "pro" %}Upgrade{% endif %}',
    ),
    Rule(
        "liquid-late-default",
        "default stands behind another filter",
        "A missing value fails the message before default is reached.",
        '{{ customer.first_name | capitalize | default: "friend" }}',
        '{{ customer.first_name | default: "friend" | capitalize }}',
    ),
    Rule(
        "liquid-url-tag-as-variable",
        "a link tag is written as a variable",
        "As a variable it is empty or fails the message: people cannot unsubscribe.",
        '<a href="{{ unsubscribe_url }}">Unsubscribe</a>',
        '<a href="{% unsubscribe_url %}">Unsubscribe</a>',
    ),
    Rule(
        "liquid-bare-now",
        "now is written without quotes",
        "There is no variable of that name, so the message fails.",
        '{{ now | date: "%Y" }}',
        "{{ 'now' | date: \"%Y\" }}",
    ),
    Rule(
        "liquid-no-such-namespace",
        "a path that looks right and does not exist",
        "It is missing for everybody.",
        "{{ trigger.relationship_attributes.role }}",
        "{{ trigger.relationship.role }}",
    ),
    Rule(
        "liquid-numeric-offset",
        "a time zone is given as a number",
        "Sources disagree on its sign, and a number knows no daylight saving.",
        "{{ 'now' | date: \"%H:%M\", 360 }}",
        '{{ \'now\' | date: "%H:%M", "America/Chicago" }}',
        _WARNING,
    ),
    Rule(
        "liquid-date-flag",
        "a date flag that the engine prints as written",
        "The reader of the email sees the flag.",
        "{{ 'now' | date: \"%D\" }}",
        "{{ 'now' | date: \"%m/%d/%y\" }}",
        _WARNING,
    ),
    Rule(
        "liquid-quoted-slice",
        "an offset of slice is in quotes",
        "The docs and the engine disagree on what it means.",
        '{{ customer.plan | slice: "-2", 2 }}',
        "{{ customer.plan | slice: -2, 2 }}",
        _WARNING,
    ),
    Rule(
        "liquid-size-zero",
        "a size is compared with zero",
        "Customer.io documents that this never matches.",
        "{% if customer.tags.size == 0 %}None yet{% endif %}",
        "{% if customer.tags.size > 0 %}Some{% else %}None yet{% endif %}",
        _WARNING,
    ),
    Rule(
        "liquid-lenient-tail",
        "something is left over at the end of an output or a tag",
        "The engine ignores it; what it was meant to do does not happen.",
        "{{ customer.plan upcase }}",
        "{{ customer.plan | upcase }}",
        _WARNING,
    ),
)
