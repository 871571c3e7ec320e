"""Emails as files, and names that Customer.io takes for others."""

from __future__ import annotations

import pytest

from mailwright.checks.email_checks import ADDRESS, LOCAL_LINK


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ana@example.org", True),
        ("Ana <ana@example.org>", True),
        ('"Ana, Example" <ana@example.org>', True),
        ("Ana ana@example.org", False),
        ("ana@example", False),
        ("ana@@example.org", False),
        ("Ana <ana@example.org", False),
        ("ana@example.org, ben@example.org", False),
        ("", False),
    ],
)
def test_an_address_is_one_or_not(text: str, expected: bool):
    assert (ADDRESS.fullmatch(text) is not None) is expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("http://localhost:3000/a", True),
        ("https://127.0.0.1/", True),
        ("http://shop.local/x", True),
        ("http://[::1]:80/", True),
        ("FILE:///etc/hosts", True),
        ("https://localhost.example.org/", False),
        ("https://example.org/?next=localhost", False),
        ("https://locals.example.org", False),
    ],
)
def test_a_link_leads_to_this_machine_or_not(link: str, expected: bool):
    assert (LOCAL_LINK.search(link) is not None) is expected


def email(front: str, body: str = "<p>Hi</p>", campaign: str = "") -> str:
    text = f"# file: campaigns/welcome/hello.liquid\n---\n{front}\n---\n{body}\n"
    return text + (f"# file: campaigns/welcome/campaign.yaml\n{campaign}" if campaign else "")


def rules(found) -> list[str]:
    return [problem.rule for problem in found]


PLAIN = "subject: Hello\npreheader: Hi"


@pytest.mark.parametrize(
    ("front", "rule"),
    [
        pytest.param("bcc: ana@example.org, ben@", "bad-address", id="one of two copies"),
        pytest.param("reply_to: support", "bad-address", id="a reply-to"),
        pytest.param("headers: {X Campaign: a}", "bad-header", id="a space in a header's name"),
        pytest.param("headers: {X-Grüße: a}", "bad-header", id="an accent in a header's name"),
        pytest.param("headers: {X-Greeting: Grüße}", "bad-header", id="an accent in a header's value"),
        pytest.param("headers: {subject: again}", "bad-header", id="a field as a header"),
    ],
)
def test_a_broken_front_matter_is_found(front: str, rule: str, check):
    assert rules(check(email(f"{PLAIN}\nlayout: base@1\n{front}"))) == [rule]


@pytest.mark.parametrize(
    "front",
    ['from: "{{ customer.email }}"', "bcc: ana@example.org, Ben <ben@example.org>", "headers: {X-Campaign: welcome}"],
)
def test_a_right_front_matter_is_clean(front: str, check):
    assert check(email(f"{PLAIN}\nlayout: base@1\n{front}")) == []


CAMPAIGN = "name: Welcome\ntrigger: {{{trigger}}}\n{rest}workflow: [{{email: hello}}, {{email: pro-tips}}]\n"


@pytest.mark.parametrize(
    ("trigger", "rest"),
    [("transactional: receipt", ""), ("event: signed_up", "to_unsubscribed: true\n")],
    ids=["transactional", "also to people who unsubscribed"],
)
def test_messages_that_are_no_marketing_need_no_way_out(trigger: str, rest: str, check):
    campaign = CAMPAIGN.format(trigger=trigger, rest=rest)
    assert "no-unsubscribe" not in rules(check(email(PLAIN, campaign=campaign)))


def test_a_snippet_may_hold_the_way_out(check):
    snippet = '# file: layouts/_snippets/footer.liquid\n<a href="{% unsubscribe_url %}">Unsubscribe</a>\n'
    assert "no-unsubscribe" not in rules(check(snippet + email(PLAIN, "{{ snippets.footer }}")))


def test_an_older_layout_version_is_not_called_unused(check):
    layout = '{{ content }}<a href="{% unsubscribe_url %}">Unsubscribe</a>\n'
    newer = f"# file: layouts/base/2.liquid\n{layout}"
    assert check(newer) == []


def test_two_spellings_of_a_value_are_found_across_campaigns(check):
    events = "# file: campaigns/_shared/events/posted.yaml\nname: posted\nproperties:\n  kind: {type: text, required: true}\n"
    campaigns = "".join(
        f"# file: campaigns/{slug}/campaign.yaml\nname: {slug}\n"
        f"trigger: {{event: posted, where: {{kind: {kind}}}}}\nworkflow: [{{wait: 1d}}]\n"
        for slug, kind in (("a", "voter-reg"), ("b", "voter_reg"), ("c", "Voter-Reg"))
    )
    (found,) = check(events + campaigns)
    assert (found.rule, found.span.file) == ("two-spellings", "campaigns/b/campaign.yaml")


def test_yes_and_no_in_a_schema_are_no_two_spellings(check):
    events = "# file: campaigns/_shared/events/posted.yaml\nname: posted\nproperties:\n  a-b: {type: text}\n  ab2: {type: text}\n"
    assert check(events) == []


def test_a_reserved_attribute_in_the_schema_is_found_at_its_key(check):
    people = (
        "# file: campaigns/_shared/people.yaml\nattributes:\n  email: {type: text, required: true}\n"
        "  first_name: {type: text}\n  plan: {type: text, required: true}\n  _score: {type: number}\n"
    )
    (found,) = check(people)
    assert (found.rule, found.span.line, found.span.column) == ("reserved-attribute", 5, 3)
