"""What content may not be although it loads; each example is a runnable overlay of a small project.

`# file:` lines in the examples name the file that the lines below them stand in.
"""

from __future__ import annotations

from mailwright.diagnostics import Severity
from mailwright.rules.base import Rule

_WARNING = Severity.WARNING


def _email(body: str, front: str = "subject: Hello\npreheader: Good to see you\nlayout: base@1") -> str:
    return f"# file: campaigns/welcome/hello.liquid\n---\n{front}\n---\n{body}\n"


def _campaign(rest: str, trigger: str = "{event: signed_up}", slug: str = "welcome") -> str:
    return f"# file: campaigns/{slug}/campaign.yaml\nname: {slug.title()}\ntrigger: {trigger}\n{rest}\n"


def _sends(name: str = "hello") -> str:
    return f"workflow:\n  - email: {name}"


def _second(trigger: str, slug: str = "second") -> str:
    email = (
        f"# file: campaigns/{slug}/hi.liquid\n---\nsubject: Hi\npreheader: And more\nlayout: base@1\n---\n<p>Hi</p>\n"
    )
    return _campaign(_sends("hi"), trigger, slug) + email


_LAYOUT = "# file: layouts/base/1.liquid\n"

_DATA = (
    Rule(
        "unknown-property",
        "a trigger, filter or template reads a property that the event does not have",
        "A test on a property that never comes is false for everybody (or, with not, true for everybody), and an email that "
        "prints it fails.",
        _campaign(_sends(), "{event: signed_up, where: {metod: google}}"),
        _campaign(_sends(), "{event: signed_up, where: {method: google}}"),
    ),
    Rule(
        "unknown-attribute",
        "a filter or template reads an attribute that people do not have",
        "Attribute names are case-sensitive. A test on a wrong name never holds, and an email that prints it fails.",
        _email("<p>{{ customer.firstname }}</p>"),
        _email('<p>{{ customer.first_name | default: "friend" }}</p>'),
    ),
    Rule(
        "value-not-allowed",
        "a condition compares with a value that the schema does not have",
        "If the sender never sends the value, the campaign never fires, or its exclusion excludes nobody. If the sender does "
        "send it, the schema is out of date. Either way one of the two is wrong.",
        _campaign(_sends(), "{event: signed_up, where: {method: gogle}}"),
        _campaign(_sends(), "{event: signed_up, where: {method: google}}"),
    ),
    Rule(
        "type-mismatch",
        "a condition compares a value with one of another type",
        "Values compare as text, numbers as numbers: a number never equals a word, and a list never equals one value.",
        "# file: campaigns/_shared/events/signed_up.yaml\nname: signed_up\nproperties:\n"
        "  method: {type: text, required: true}\n  seats: {type: integer}\n"
        + _campaign(_sends(), "{event: signed_up, where: {seats: many}}"),
        "# file: campaigns/_shared/events/signed_up.yaml\nname: signed_up\nproperties:\n"
        "  method: {type: text, required: true}\n  seats: {type: integer}\n"
        + _campaign(_sends(), "{event: signed_up, where: {seats: {above: 10}}}"),
    ),
    Rule(
        "not-a-timestamp",
        "a condition on time reads a value that is no Unix time",
        "Customer.io's conditions on time only match Unix seconds; milliseconds and ISO dates never match.",
        _campaign("filter: {person: {plan: {more_than_ago: 3d}}}\n" + _sends()),
        _campaign("filter: {person: {created_at: {more_than_ago: 3d}}}\n" + _sends()),
    ),
    Rule(
        "negation-holds-when-missing",
        "a negation also holds where the value is missing",
        "Not equal to sms is true for a person or an event that has no value at all. That may be meant; often it is not.",
        _campaign(_sends(), '{event: signed_up, where: {invited_by: {not: "1"}}}'),
        _campaign(_sends(), '{event: signed_up, where: {invited_by: {exists: true, not: "1"}}}'),
        _WARNING,
    ),
    Rule(
        "reversed-range",
        "a wait of random length ends before it begins",
        "Nothing is between three days and one.",
        _campaign("workflow:\n  - wait: {between: [3d, 1d]}\n  - email: hello"),
        _campaign("workflow:\n  - wait: {between: [1d, 3d]}\n  - email: hello"),
    ),
    Rule(
        "two-spellings",
        "one thing is written in two ways",
        "updated-via and updated_via are two properties, and call-me and call_me two values: a filter on one of them misses "
        "the other without a word.",
        "# file: campaigns/_shared/events/password_updated.yaml\nname: password_updated\nproperties:\n"
        "  updated-via: {type: text}\n  updated_via: {type: text}\n",
        "# file: campaigns/_shared/events/password_updated.yaml\nname: password_updated\nproperties:\n"
        "  updated_via: {type: text}\n",
        _WARNING,
    ),
    Rule(
        "event-name-case",
        "two event names differ only in case",
        "Sources disagree whether Customer.io takes them for one event; the prediction takes them for one.",
        _campaign("goal: {event: Signed_Up}\n" + _sends()),
        _campaign("goal: {event: signed_up}\n" + _sends()),
        _WARNING,
    ),
    Rule(
        "deprecated-event",
        "a campaign uses an event that its schema calls deprecated",
        "The day its sender stops, the campaign falls silent.",
        "# file: campaigns/_shared/events/joined.yaml\nname: joined\ndeprecated: true\nreplaced_by: signed_up\n"
        + _second("{event: joined}"),
        "# file: campaigns/_shared/events/joined.yaml\nname: joined\n" + _second("{event: joined}"),
        _WARNING,
    ),
    Rule(
        "reserved-attribute",
        "a name belongs to Customer.io",
        "Customer.io keeps some attributes for itself and ignores or refuses what is written there.",
        _campaign("workflow:\n  - set: {person: {_stage: new}}"),
        _campaign("workflow:\n  - set: {person: {stage: new}}"),
    ),
    Rule(
        "name-too-long",
        "a name has more bytes than Customer.io takes",
        "What Customer.io does with longer names is not documented; events are known to be lost.",
        _campaign(f"workflow:\n  - set: {{person: {{{'very_long_' * 16}: yes please}}}}"),
        _campaign("workflow:\n  - set: {person: {short: yes please}}"),
    ),
    Rule(
        "value-too-long",
        "an attribute's value has more bytes than Customer.io takes",
        "An attribute holds 1000 bytes; what happens to more is not documented.",
        _campaign(f"workflow:\n  - set: {{person: {{note: {'long' * 251}}}}}"),
        _campaign("workflow:\n  - set: {person: {note: short}}"),
    ),
)

_TEMPLATES = (
    Rule(
        "unguarded-read",
        "an email prints a value that may be missing",
        "A missing value fails the delivery: the person gets nothing, and only the delivery's own page says why.",
        _email("<p>Hello {{ customer.first_name }}</p>"),
        _email('<p>Hello {{ customer.first_name | default: "there" }}</p>'),
        _WARNING,
    ),
    Rule(
        "wrong-namespace",
        "a template reads what this kind of campaign does not have",
        "event.* is there when an event starts the campaign, trigger.* for API calls, webhooks and objects. Elsewhere the "
        "text comes out blank or the delivery fails.",
        _campaign(_sends(), "{person: {plan: pro}}") + _email("<p>{{ event.method }}</p>"),
        _campaign(_sends(), "{person: {plan: pro}}") + _email("<p>{{ customer.plan }}</p>"),
    ),
    Rule(
        "unknown-name",
        "a template reads a name that Liquid does not know in Customer.io",
        "Data is under customer, event, trigger, journey and objects; a bare name is missing and fails the delivery.",
        _email("<p>{{ first_name }}</p>"),
        _email('<p>{{ customer.first_name | default: "there" }}</p>'),
    ),
    Rule(
        "unknown-snippet",
        "a template uses a snippet that does not exist",
        "The delivery fails.",
        _email("<p>{{ snippets.adress }}</p>"),
        "# file: layouts/_snippets/address.liquid\n<p>1 Example Street</p>\n" + _email("<p>{{ snippets.address }}</p>"),
    ),
    Rule(
        "unused-snippet",
        "nothing uses a snippet",
        "It may be a leftover, or its name is spelled differently where it should be used.",
        "# file: layouts/_snippets/address.liquid\n<p>1 Example Street</p>\n",
        "# file: layouts/_snippets/address.liquid\n<p>1 Example Street</p>\n" + _email("<p>{{ snippets.address }}</p>"),
        _WARNING,
    ),
    Rule(
        "unknown-journey-attribute",
        "a template reads a journey attribute that no step sets",
        "It is missing for everybody, so the delivery fails.",
        _email("<p>{{ journey.gift }}</p>"),
        _campaign("workflow:\n  - set: {journey: {gift: mug}}\n  - email: hello") + _email("<p>{{ journey.gift }}</p>"),
    ),
    Rule(
        "unknown-variable",
        "a template reads a workspace variable that a workspace does not have",
        "The content cannot be pushed to that workspace.",
        _email("<p>{{ mailwright.basse_url }}</p>"),
        _email("<p>{{ mailwright.base_url }}</p>"),
    ),
)

_EMAILS = (
    Rule(
        "no-unsubscribe",
        "an email has no unsubscribe link",
        "Marketing email without a way out is against the law in most places, and mailboxes call it spam. Transactional "
        "campaigns, and those that also go to people who unsubscribed, are not asked.",
        _email("<p>Hello</p>", "subject: Hello\npreheader: Hi"),
        _email('<p><a href="{% unsubscribe_url %}">Unsubscribe</a></p>', "subject: Hello\npreheader: Hi"),
    ),
    Rule(
        "layout-no-unsubscribe",
        "a layout has no unsubscribe link, and emails depend on it",
        "Every email in the layout lacks the link.",
        _LAYOUT + "<body>{{ content }}</body>\n",
        _LAYOUT + '<body>{{ content }}<a href="{% unsubscribe_url %}">Unsubscribe</a></body>\n',
    ),
    Rule(
        "unused-layout",
        "no email uses a layout",
        "It may be a leftover, or emails still name another one.",
        '# file: layouts/plain/1.liquid\n{{ content }} <a href="{% unsubscribe_url %}">Unsubscribe</a>\n',
        '# file: layouts/plain/1.liquid\n{{ content }} <a href="{% unsubscribe_url %}">Unsubscribe</a>\n'
        + _email("<p>Hello</p>", "subject: Hello\npreheader: Hi\nlayout: plain@1"),
        _WARNING,
    ),
    Rule(
        "blank-subject",
        "the subject is blank",
        "Every delivery fails: subject can not be blank.",
        _email("<p>Hello</p>", 'subject: "  "\npreheader: Hi\nlayout: base@1'),
        _email("<p>Hello</p>", "subject: Hello\npreheader: Hi\nlayout: base@1"),
    ),
    Rule(
        "missing-preheader",
        "an email has no preheader",
        "Mailboxes show the first words of the body behind the subject, often a menu or an unsubscribe line.",
        _email("<p>Hello</p>", "subject: Hello\nlayout: base@1"),
        _email("<p>Hello</p>", "subject: Hello\npreheader: Good to see you\nlayout: base@1"),
        _WARNING,
    ),
    Rule(
        "bad-address",
        "a From, Reply-To, To or copy is no email address",
        "The delivery fails, or is sent from an address outside a verified domain and not delivered.",
        _email("<p>Hello</p>", "subject: Hello\npreheader: Hi\nfrom: hello@\nlayout: base@1"),
        _email("<p>Hello</p>", "subject: Hello\npreheader: Hi\nfrom: Ana <ana@example.org>\nlayout: base@1"),
    ),
    Rule(
        "no-sender",
        "nothing says whom an email is from",
        "The workspace needs a sender for it.",
        '# file: mailwright.toml\n[workspaces.qa]\nregion = "us"\nvars = { base_url = "https://qa.example.org" }\n',
        '# file: mailwright.toml\n[workspaces.qa]\nregion = "us"\nfrom = "Example <hello@example.org>"\n'
        'vars = { base_url = "https://qa.example.org" }\n',
        _WARNING,
    ),
    Rule(
        "bad-header",
        "a header cannot be set",
        "Customer.io refuses the email when it is saved.",
        _email("<p>Hello</p>", "subject: Hello\npreheader: Hi\nheaders: {Content-Type: text/html}\nlayout: base@1"),
        _email("<p>Hello</p>", "subject: Hello\npreheader: Hi\nheaders: {X-Campaign: welcome}\nlayout: base@1"),
    ),
    Rule(
        "local-link",
        "a link leads to a developer's own machine",
        "Nobody else can open it.",
        _email('<p><a href="http://localhost:3000/start">Start</a></p>'),
        _email('<p><a href="{{ mailwright.base_url }}/start">Start</a></p>'),
    ),
)

_WORKFLOWS = (
    Rule(
        "unreachable-step",
        "nobody reaches a step",
        "Every way before it ends with an exit.",
        _campaign("workflow:\n  - exit\n  - email: hello"),
        _campaign("workflow:\n  - email: hello\n  - exit"),
    ),
    Rule(
        "empty-branch",
        "both ways of a branch are empty",
        "The branch decides nothing.",
        _campaign("workflow:\n  - branch: {if: {person: {plan: pro}}, then: []}\n  - email: hello"),
        _campaign("workflow:\n  - branch: {if: {person: {plan: pro}}, then: [{email: hello}]}"),
        _WARNING,
    ),
    Rule(
        "endless-wait",
        "a wait has no maximum time",
        "Who never meets it stays in the campaign for ever, and counts as active.",
        _campaign("workflow:\n  - wait_until: {any: [{person: {plan: pro}}]}\n  - email: hello"),
        _campaign("workflow:\n  - wait_until: {any: [{person: {plan: pro}}], at_most: 30d}\n  - email: hello"),
        _WARNING,
    ),
    Rule(
        "timeout-without-limit",
        "on_timeout is said, at_most is not",
        "Without a maximum time the timeout never comes.",
        _campaign("workflow:\n  - wait_until: {any: [{person: {plan: pro}}], on_timeout: exit}\n  - email: hello"),
        _campaign(
            "workflow:\n  - wait_until: {any: [{person: {plan: pro}}], at_most: 7d, on_timeout: exit}\n  - email: hello"
        ),
    ),
    Rule(
        "else-not-last",
        "else stands before other ways of a split",
        "The first way that fits is taken, and else always fits.",
        _campaign(
            "workflow:\n  - split:\n      - else: []\n      - {if: {person: {plan: pro}}, then: [{email: hello}]}"
        ),
        _campaign(
            "workflow:\n  - split:\n      - {if: {person: {plan: pro}}, then: [{email: hello}]}\n      - else: []"
        ),
    ),
    Rule(
        "cohort-of-nobody",
        "a cohort with steps has a share of 0",
        "Nobody takes its way.",
        _campaign("workflow:\n  - cohorts: [{share: 0, then: [{email: hello}]}, {share: 100}]"),
        _campaign("workflow:\n  - cohorts: [{share: 10, then: [{email: hello}]}, {share: 90}]"),
        _WARNING,
    ),
    Rule(
        "ab-test-shares",
        "the shares of an A/B test do not add up to 100",
        "The workspace refuses it.",
        _campaign("workflow:\n  - ab_test: [{share: 50, email: hello}, {share: 40, email: pro-tips}]"),
        _campaign("workflow:\n  - ab_test: [{share: 50, email: hello}, {share: 50, email: pro-tips}]"),
    ),
    Rule(
        "event-loop",
        "a campaign starts itself again without any wait",
        "Each journey starts the next in the same second, with an email each, until somebody stops it.",
        _campaign("workflow:\n  - email: hello\n  - create_event: {name: signed_up, data: {method: email}}"),
        "# file: campaigns/_shared/events/greeted.yaml\nname: greeted\n"
        + _campaign("workflow:\n  - email: hello\n  - create_event: {name: greeted}"),
    ),
)

_OVERLAPS = (
    Rule(
        "excluded-by-all",
        "a campaign leaves a value to others, and no other campaign asks for it",
        "People with this value get nothing. It is what is left when a value is taken out of one campaign and not out of "
        "the exclusions of another.",
        _campaign(_sends(), "{event: signed_up, where: {invited_by: {not_in: [a, b]}}}")
        + _second("{event: signed_up, where: {invited_by: a}}"),
        _campaign(_sends(), "{event: signed_up, where: {invited_by: {not_in: [a, b]}}}")
        + _second("{event: signed_up, where: {invited_by: [a, b]}}"),
    ),
)

RULES: tuple[Rule, ...] = (*_DATA, *_TEMPLATES, *_EMAILS, *_WORKFLOWS, *_OVERLAPS)
