"""What templates read, against what is there: guards, kinds of trigger, places."""

from __future__ import annotations

import pytest

FRONT = "---\nsubject: Hello\npreheader: Hi\nlayout: base@1\n---\n"
SCHEMA = """\
# file: campaigns/_shared/events/ordered.yaml
name: ordered
properties:
  total: {type: number, required: true}
  coupon: {type: text}
  items: {type: list, required: true, properties: {sku: {type: text, required: true}, note: {type: text}}}
  ship_to: {type: object, properties: {city: {type: text, required: true}}}
  extra: {type: object, required: true}
"""


def ordered(body: str, *, where: str = "{}", steps: str = "[{email: thanks}]", filter: str = "{}") -> str:
    return (
        f"{SCHEMA}# file: campaigns/order/campaign.yaml\nname: Order\ntrigger: {{event: ordered, where: {where}}}\n"
        f"filter: {filter}\nworkflow: {steps}\n# file: campaigns/order/thanks.liquid\n{FRONT}{body}\n"
    )


def rules(found) -> list[str]:
    return [problem.rule for problem in found]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("{{ event.total }}", id="a required property"),
        pytest.param('{{ event.coupon | default: "none" }}', id="a default"),
        pytest.param("{% if event.coupon %}{{ event.coupon }}{% endif %}", id="an if around it"),
        pytest.param("{% for item in event.items %}{{ item.sku }}{% endfor %}", id="an item of a list"),
        pytest.param("{{ event.items.size }} {{ event.items[0].sku }}", id="size and index"),
        pytest.param("{{ event.extra.whatever.it.holds }}", id="below what the schema leaves open"),
        pytest.param("{{ event_name }} {{ event_id }}", id="the event's own names"),
        pytest.param("{% assign plan = customer.plan %}{{ plan }}", id="a name of its own"),
        pytest.param("{{ customer.email }} {{ customer.id }}", id="what every person has"),
        pytest.param("{{ campaign.name }} {{ message.subject }} {{ delivery_id }}", id="what every message has"),
    ],
)
def test_a_read_that_cannot_fail_is_clean(body: str, check):
    assert rules(check(ordered(body))) == []


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        pytest.param("{{ event.coupon }}", "unguarded-read", id="an optional property"),
        pytest.param('{{ event.coupon | default: "x" }}{{ event.coupon }}', "unguarded-read", id="guarded only once"),
        pytest.param("{{ event.coupon }}{% if event.coupon %}{% endif %}", "unguarded-read", id="tested too late"),
        pytest.param("{% for item in event.items %}{{ item.note }}{% endfor %}", "unguarded-read", id="of an item"),
        pytest.param("{{ event.ship_to.city }}", "unguarded-read", id="inside an optional object"),
        pytest.param("{{ event.totl }}", "unknown-property", id="a typo"),
        pytest.param(
            "{% for item in event.items %}{{ item.skuu }}{% endfor %}", "unknown-property", id="a typo in an item"
        ),
        pytest.param("{{ event['cuopon'] }}", "unknown-property", id="a typo in brackets"),
        pytest.param("{{ trigger.total }}", "wrong-namespace", id="trigger in an event campaign"),
        pytest.param("{{ user.name }}", "unknown-name", id="another tool's name"),
        pytest.param("{% if event.totl > 5 %}x{% endif %}", "unknown-property", id="a typo in a test"),
    ],
)
def test_a_read_that_fails_or_may_fail_is_found(body: str, rule: str, check):
    assert rules(check(ordered(body))) == [rule]


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(ordered("{{ event.coupon }}", where="{coupon: {exists: true}}"), id="the trigger asks for it"),
        pytest.param(
            ordered("{{ event.coupon }}", steps="[{email: thanks, only_if: {event: {coupon: {contains: a}}}}]"),
            id="only_if asks for it",
        ),
        pytest.param(
            ordered("{{ event.coupon }}", steps="[{branch: {if: {event: {coupon: x}}, then: [{email: thanks}]}}]"),
            id="the branch asks for it",
        ),
        pytest.param(
            ordered("{{ customer.first_name }}", filter="{person: {first_name: {exists: true}}}"),
            id="the filter asks for it",
        ),
    ],
)
def test_a_condition_guarantees_a_value(example: str, check):
    assert "unguarded-read" not in rules(check(example))


def test_the_other_way_of_a_branch_guarantees_nothing(check):
    steps = "[{branch: {if: {event: {coupon: x}}, else: [{email: thanks}]}}]"
    assert "unguarded-read" in rules(check(ordered("{{ event.coupon }}", steps=steps)))


def test_a_finding_stands_on_its_spot_behind_the_front_matter(check):
    (found,) = check(ordered("<p>\n  Total: {{ event.totl }}"))
    assert (found.span.file, found.span.line, found.span.column) == ("campaigns/order/thanks.liquid", 7, 13)
    assert found.span.length == len("event.totl")
    assert found.hint == "'total'"


def test_a_finding_in_the_subject_stands_in_the_front_matter(check):
    example = ordered("<p>Hi</p>").replace("subject: Hello", "subject: Order over {{ event.totl }}")
    (found,) = check(example)
    assert (found.span.line, found.span.column) == (2, len("subject: Order over {{ ") + 1)


def test_a_layout_is_asked_for_every_campaign_that_uses_it(check):
    layout = '# file: layouts/base/1.liquid\n{{ content }}{{ event.total }}<a href="{% unsubscribe_url %}">x</a>\n'
    found = check(ordered("<p>Hi</p>") + layout)
    assert set(rules(found)) == {"unknown-property"}
    assert found[0].span.file == "layouts/base/1.liquid"


def test_liquid_in_a_set_step_is_asked_too(check):
    example = ordered("<p>Hi</p>", steps='[{set: {person: {spent: "{{ event.totl }}"}}}, {email: thanks}]')
    (found,) = check(example)
    assert found.rule == "unknown-property"
    assert found.span.file == "campaigns/order/campaign.yaml"


def test_liquid_in_a_webhook_is_asked_too(check):
    webhook = '# file: campaigns/order/crm.yaml\nmethod: POST\nurl: https://example.org/{{ event.totl }}\nbody: {a: "{{ event.total }}"}\n'
    (found,) = check(ordered("<p>Hi</p>", steps="[{webhook: crm}, {email: thanks}]") + webhook)
    assert (found.rule, found.span.file) == ("unknown-property", "campaigns/order/crm.yaml")


@pytest.mark.parametrize(
    ("trigger", "body", "rule"),
    [
        ("{transactional: receipt, data: {total: What was paid}}", "{{ trigger.totl }}", "unknown-property"),
        ("{transactional: receipt}", "{{ event.total }}", "wrong-namespace"),
        ("{webhook: incoming}", "{{ customer.email }}", "wrong-namespace"),
        ("{newsletter: weekly}", "{{ trigger.total }}", "wrong-namespace"),
        ("{date: created_at}", "{{ event_name }}", "wrong-namespace"),
    ],
)
def test_each_kind_of_trigger_brings_its_own_names(trigger: str, body: str, rule: str, check):
    example = ordered(body).replace("trigger: {event: ordered, where: {}}", f"trigger: {trigger}")
    assert rule in rules(check(example))


@pytest.mark.parametrize(
    ("where", "steps"),
    [
        pytest.param(
            "{any: [{coupon: a}, {coupon: {contains: b}, total: 1}]}", "[{email: thanks}]", id="every alternative"
        ),
        pytest.param(
            "{}",
            "[{branch: {if: {event: {coupon: {exists: false}}}, then: [], else: [{email: thanks}]}}]",
            id="an else",
        ),
        pytest.param(
            "{}",
            "[{split: [{if: {event: {coupon: {exists: false}}}, then: []}, {else: [{email: thanks}]}]}]",
            id="the last way of a split",
        ),
    ],
)
def test_what_the_ways_to_a_message_make_sure_of_needs_no_guard(where: str, steps: str, check):
    assert "unguarded-read" not in rules(check(ordered("{{ event.coupon }}", where=where, steps=steps)))
    assert "unguarded-read" in rules(check(ordered("{{ event.coupon }}")))


def test_a_property_renamed_in_the_schema_is_told_at_every_filter_and_email_that_reads_it(check):
    example = ordered(
        "{{ event.total }}",
        where="{total: {above: 5}}",
        steps="[{branch: {if: {event: {total: 9}}, then: [{email: thanks}]}}]",
    )
    found = check(example.replace("  total:", "  sum:"))
    assert rules(found) == ["unknown-property"] * 3
    assert sorted((problem.span.file, problem.span.line) for problem in found) == [
        ("campaigns/order/campaign.yaml", 2),
        ("campaigns/order/campaign.yaml", 4),
        ("campaigns/order/thanks.liquid", 6),
    ]
