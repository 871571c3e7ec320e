"""What files and names may not be; each example is a runnable overlay of a small project.

`# file:` lines in the examples name the file that the lines below them stand in. Rules without an example of that kind
are about bytes, links and rights, which a text cannot show.
"""

from __future__ import annotations

from mailwright.diagnostics import Severity
from mailwright.rules.base import Rule

_WARNING = Severity.WARNING
_CAMPAIGN = "# file: campaigns/welcome/campaign.yaml\n"
_EMAIL = "# file: campaigns/welcome/hello.liquid\n"
_SEGMENT = "# file: campaigns/_shared/segments/trial.yaml\n"

_JOINS = "  - email: hello\n  - segment: {add: trial}"


def _campaign(middle: str = "", trigger: str = "{event: signed_up}", steps: str = "  - email: hello") -> str:
    lines = f"{middle}\n" if middle else ""
    return f"{_CAMPAIGN}name: Welcome\ntrigger: {trigger}\n{lines}workflow:\n{steps}\n"


def _email(
    front: str = "subject: Hello\npreheader: Good to see you\nlayout: base@1", body: str = "<p>Hello!</p>"
) -> str:
    return f"{_EMAIL}---\n{front}\n---\n{body}\n"


def _second(trigger: str, slug: str = "welcome-google", name: str = "Welcome by Google") -> str:
    email = (
        f"# file: campaigns/{slug}/hi.liquid\n---\nsubject: Hi\npreheader: And more\nlayout: base@1\n---\n<p>Hi</p>\n"
    )
    return (
        f"# file: campaigns/{slug}/campaign.yaml\nname: {name}\ntrigger: {trigger}\nworkflow:\n  - email: hi\n{email}"
    )


_YAML = (
    Rule(
        "yaml-syntax",
        "the file is not YAML",
        "Nothing of the file can be read, so all that it defines is missing.",
        f"{_CAMPAIGN}name: Welcome: to all\n",
        _campaign().replace("name: Welcome", 'name: "Welcome: to all"'),
    ),
    Rule(
        "yaml-tab",
        "a tab indents a line",
        "Editors show a tab as two, four or eight columns, so YAML does not allow it to say what belongs to what.",
        f"{_CAMPAIGN}name: Welcome\ntrigger:\n\tevent: signed_up\n",
        f"{_CAMPAIGN}name: Welcome\ntrigger:\n  event: signed_up\nworkflow:\n  - email: hello\n",
    ),
    Rule(
        "yaml-duplicate-key",
        "a key stands in a map twice",
        "YAML readers keep one of the two in silence: half of what is written would not count.",
        _campaign(trigger="{event: signed_up, where: {method: google, method: apple}}"),
        _campaign(trigger="{event: signed_up, where: {method: [google, apple]}}"),
    ),
    Rule(
        "yaml-merge",
        "a merge key (<<)",
        "What a merge means differs between YAML readers, and a reader of the file cannot see the result.",
        f"{_CAMPAIGN}<<: {{name: Welcome}}\ntrigger: {{event: signed_up}}\nworkflow:\n  - email: hello\n",
        _campaign(),
    ),
    Rule(
        "yaml-tag",
        "a tag such as !!str",
        "Tags make objects of programming languages out of data; content holds texts, numbers, lists and maps only.",
        _campaign().replace("name: Welcome", "name: !!str Welcome"),
        _campaign(),
    ),
    Rule(
        "yaml-alias",
        "an alias that names nothing, or itself",
        "A text that starts with * is an alias in YAML and means the value marked with & before it.",
        _campaign("description: *soon"),
        _campaign('description: "*soon"'),
    ),
    Rule(
        "yaml-key",
        "a key that is no text",
        "Most often it is Liquid without quotes: {{ … }} is a map with a map as its key to YAML.",
        _campaign(steps="  - set: {person: {stage: {{ event.stage }}}}\n  - email: hello"),
        _campaign(steps="  - set: {person: {stage: '{{ event.stage }}'}}\n  - email: hello"),
    ),
    Rule(
        "yaml-number",
        "an unquoted number that would change",
        "007 would become 7, and numbers beyond 64 bits cannot be sent. As a text each stays as it is.",
        _campaign(trigger="{event: signed_up, where: {zip: 02134}}"),
        _campaign(trigger='{event: signed_up, where: {zip: "02134"}}'),
    ),
    Rule(
        "yaml-documents",
        "several documents in one file",
        "A file defines one thing; what follows the second --- would be lost.",
        f"{_campaign()}---\nname: Another\n",
        _campaign(),
    ),
    Rule(
        "yaml-depth",
        "nesting without end",
        "Nothing that an author means is a hundred levels deep; such a file is broken, or made to harm.",
        f"{_CAMPAIGN}name: {'[' * 101}\n",
        _campaign(),
    ),
    Rule(
        "yaml-size",
        "a file, or its aliases written out, beyond any sensible size",
        "A few lines of aliases can stand for billions of values; such a file is broken, or made to harm.",
        f"{_CAMPAIGN}a: &a [{', '.join(['x'] * 60)}]\nb: &b [{', '.join(['*a'] * 60)}]\nc: [{', '.join(['*b'] * 60)}]\n",
        _campaign(),
    ),
    Rule(
        "yaml-characters",
        "an invisible character",
        "Control characters and line separators cannot be seen and rarely were meant; readers of YAML differ on them.",
        _campaign().replace("name: Welcome", "name: Wel\u2028come"),
        _campaign(),
    ),
)

_VALUES = (
    Rule(
        "unknown-key",
        "a key that means nothing here",
        "A misspelt line would be ignored in silence, and the campaign would do something else than it says.",
        _campaign("frequencie: once"),
        _campaign("frequency: once"),
    ),
    Rule(
        "missing-key",
        "something that must be said is not",
        "There is no sensible default, so it is not guessed.",
        f"{_CAMPAIGN}trigger: {{event: signed_up}}\nworkflow:\n  - email: hello\n",
        _campaign(),
    ),
    Rule(
        "wrong-type",
        "a value of another kind than the one needed",
        "A text where a list is needed, or a number where a text is: what was meant is not certain.",
        _campaign("tags: onboarding"),
        _campaign("tags: [onboarding]"),
    ),
    Rule(
        "wrong-value",
        "a value that is not one of those there are",
        "Customer.io would refuse it, or do something else.",
        _campaign("frequency: sometimes"),
        _campaign("frequency: every_time"),
    ),
    Rule(
        "unknown-trigger",
        "no kind of trigger is called that",
        "Nothing would start a journey.",
        _campaign(trigger="{evnt: signed_up}"),
        _campaign(),
    ),
    Rule(
        "unknown-step",
        "no kind of step is called that",
        "The journey would go past it in silence.",
        _campaign(steps="  - emial: hello"),
        _campaign(),
    ),
    Rule(
        "go-to-nowhere",
        "a go_to leads to another go_to",
        "Who reads it has to look twice, and a circle of them would lead nowhere.",
        _campaign(steps="  - {go_to: next, id: first}\n  - {go_to: last, id: next}\n  - {email: hello, id: last}"),
        _campaign(steps="  - {go_to: last}\n  - {email: hello, id: last}"),
    ),
    Rule(
        "go-to-loop",
        "a go_to leads back",
        "A workflow in Customer.io goes round in no circle: it would refuse the whole of it.",
        _campaign(steps="  - {email: hello, id: again}\n  - wait: 1d\n  - go_to: again"),
        _campaign(steps="  - email: hello\n  - wait: 1d"),
    ),
    Rule(
        "front-matter-open",
        "the front matter is not closed",
        "The whole email would be read as its settings.",
        f"{_EMAIL}---\nsubject: Hello\n<p>Hello!</p>\n",
        _email(),
    ),
)

_CONDITIONS = (
    Rule(
        "unknown-operator",
        "no operator is called that",
        "A test that is not understood is not guessed: it decides who gets an email.",
        _campaign(trigger="{event: signed_up, where: {amount: {abov: 10}}}"),
        _campaign(trigger="{event: signed_up, where: {amount: {above: 10}}}"),
    ),
    Rule(
        "unknown-subject",
        "a line of a condition does not start with its subject",
        "In filters and branches `plan: pro` could mean the person, the event or an object.",
        _campaign("filter: {plan: pro}"),
        _campaign("filter: {person: {plan: pro}}"),
    ),
    Rule(
        "bad-path",
        "a path that cannot be read",
        "Paths are names joined by dots; `items[]` is any item of a list and `items[0]` the first.",
        _campaign(trigger="{event: signed_up, where: {items..sku: A1}}"),
        _campaign(trigger='{event: signed_up, where: {"items[].sku": A1}}'),
    ),
    Rule(
        "condition-size",
        "a condition beyond any sensible size",
        "More than 30 levels or 500 clauses cannot be checked by a person; a segment can hold a part.",
        _campaign(f"filter: {'{not: ' * 31}{{segment: trial}}{'}' * 31}"),
        f"{_campaign('filter: {not: {segment: trial}}')}{_SEGMENT}name: On trial\nwhere: {{person: {{plan: trial}}}}\n",
    ),
    Rule(
        "unclaimed-place",
        "`unclaimed_by` where no event is at hand",
        "It asks what other campaigns of the same event take, so it needs the campaign's own event.",
        _campaign("filter: {person: {method: {unclaimed_by: welcome-*}}}"),
        _campaign(trigger="{event: signed_up, where: {method: {unclaimed_by: welcome-*}}}")
        + _second("{event: signed_up, where: {method: google}}"),
    ),
    Rule(
        "claims-everything",
        "a campaign matches an `unclaimed_by` and asks nothing of the property",
        "It fires for every value, so nothing is left for the other one: people get both emails, or one of them none.",
        _campaign(trigger="{event: signed_up, where: {method: {unclaimed_by: welcome-*}}}")
        + _second("{event: signed_up}"),
        _campaign(trigger="{event: signed_up, where: {method: {unclaimed_by: welcome-*}}}")
        + _second("{event: signed_up, where: {method: google}}"),
    ),
    Rule(
        "nothing-unclaimed",
        "no campaign matches an `unclaimed_by`",
        "The line excludes nothing. Either the pattern is wrong, or the campaigns it is about are gone.",
        _campaign(trigger="{event: signed_up, where: {method: {unclaimed_by: greet-*}}}"),
        _campaign(trigger="{event: signed_up, where: {method: {unclaimed_by: welcome-*}}}")
        + _second("{event: signed_up, where: {method: google}}"),
        _WARNING,
    ),
)

_NAMES = (
    Rule(
        "missing-file",
        "a step names a file that is not there",
        "There would be nothing to send.",
        _campaign(steps="  - email: helo"),
        _campaign(),
    ),
    Rule(
        "no-default-language",
        "a message has language variants only",
        "People whose language has no variant would get nothing.",
        _campaign(steps="  - email: hola")
        + "# file: campaigns/welcome/hola.es.liquid\n---\nsubject: Hola\n---\n<p>¡Hola!</p>\n",
        _campaign()
        + "# file: campaigns/welcome/hello.es.liquid\n---\nsubject: Hola\npreheader: Qué bien\nlayout: base@1\n---\n<p>¡Hola!</p>\n",
    ),
    Rule(
        "text-alone",
        "a plain-text part without its email",
        "The plain text goes out beside the HTML; alone it is never sent.",
        "# file: campaigns/welcome/goodbye.txt.liquid\nGoodbye!\n",
        "# file: campaigns/welcome/hello.txt.liquid\nHello!\n",
    ),
    Rule(
        "text-front-matter",
        "a plain-text part with front matter",
        "Subject, sender and layout are the email's; a second set of them would have no meaning.",
        "# file: campaigns/welcome/hello.txt.liquid\n---\nsubject: Hello\n---\nHello!\n",
        "# file: campaigns/welcome/hello.txt.liquid\nHello!\n",
    ),
    Rule(
        "two-kinds",
        "one file is an email and another kind of message",
        "An email and a text message have different settings; one file cannot hold both.",
        _campaign(steps="  - email: hello\n  - sms: hello"),
        _campaign(steps="  - email: hello\n  - sms: short") + "# file: campaigns/welcome/short.liquid\nHello!\n",
    ),
    Rule(
        "unused-file",
        "no step uses this message",
        "It is never sent. Perhaps its step was removed, or names another file.",
        "# file: campaigns/welcome/old.liquid\n---\nsubject: Old\npreheader: Before\nlayout: base@1\n---\n<p>Old</p>\n",
        _campaign(),
        _WARNING,
    ),
    Rule(
        "no-campaign-file",
        "a folder of campaigns has no campaign.yaml",
        "Its messages belong to no campaign and are never sent.",
        "# file: campaigns/later/campaign.yml\nname: Later\n",
        _campaign(),
    ),
    Rule(
        "stray-file",
        "nothing reads this file",
        "It looks like content and has no effect: most often its name is slightly off.",
        "# file: campaigns/_shared/topic.yaml\ntopics: {}\n",
        "# file: campaigns/_shared/topics.yaml\ntopics: {}\n",
        _WARNING,
    ),
    Rule(
        "bad-name",
        "a file or folder whose name cannot name content",
        "Names of files are names in ledgers, reports and Liquid; spaces, emoji and direction marks make those unreadable.",
        "# file: campaigns/wel🎉come/campaign.yaml\nname: Party\n",
        _campaign(),
    ),
    Rule(
        "unknown-layout",
        "no layout, or no version of it, is called that",
        "The email would go out without its frame, or not at all.",
        _email("subject: Hello\npreheader: Good to see you\nlayout: base@7"),
        _email(),
    ),
    Rule(
        "layout-content",
        "a layout has no {{content}}",
        "Every email in it would be the bare frame.",
        "# file: layouts/base/1.liquid\n<html><body>{% unsubscribe_url %}</body></html>\n",
        '# file: layouts/base/1.liquid\n<html><body>{{content}}<a href="{% unsubscribe_url %}">unsubscribe</a></body></html>\n',
    ),
    Rule(
        "snippet-nesting",
        "a snippet uses another snippet",
        "Customer.io refuses such a snippet.",
        "# file: layouts/_snippets/footer.liquid\n<p>{{ snippets.address }}</p>\n",
        "# file: layouts/_snippets/footer.liquid\n<p>1 Example Street</p>\n",
    ),
    Rule(
        "snippet-size",
        "a snippet is blank, or longer than 16,000 characters",
        "Customer.io refuses such a snippet.",
        "# file: layouts/_snippets/footer.liquid\n\n",
        "# file: layouts/_snippets/footer.liquid\n<p>1 Example Street</p>\n",
    ),
    Rule(
        "unknown-segment",
        "no segment is called that",
        "Nobody is in a segment that does not exist: a filter on it keeps all people out, its opposite lets all in.",
        _campaign("filter: {segment: trail}"),
        f"{_campaign('filter: {segment: trial}')}{_SEGMENT}name: On trial\nwhere: {{person: {{plan: trial}}}}\n",
    ),
    Rule(
        "segment-not-manual",
        "a step adds people to a segment that has a condition",
        "Membership of such a segment follows its condition; Customer.io refuses to add people.",
        f"{_campaign(steps=_JOINS)}{_SEGMENT}name: On trial\nwhere: {{person: {{plan: trial}}}}\n",
        f"{_campaign(steps=_JOINS)}{_SEGMENT}name: On trial\nmanual: true\n",
    ),
    Rule(
        "segment-cycle",
        "a segment asks itself",
        "Whether a person is in it would depend on whether the person is in it.",
        f"{_SEGMENT}name: On trial\nwhere: {{not: {{segment: paying}}}}\n"
        "# file: campaigns/_shared/segments/paying.yaml\nname: Paying\nwhere: {not: {segment: trial}}\n",
        f"{_SEGMENT}name: On trial\nwhere: {{not: {{segment: paying}}}}\n"
        "# file: campaigns/_shared/segments/paying.yaml\nname: Paying\nwhere: {person: {plan: pro}}\n",
    ),
    Rule(
        "unknown-topic",
        "no subscription topic is called that",
        "Nobody could subscribe to it or leave it.",
        _campaign("topic: nwes"),
        _campaign("topic: news") + "# file: campaigns/_shared/topics.yaml\ntopics:\n  news: {id: 1, name: News}\n",
    ),
    Rule(
        "unknown-event",
        "no event of the schemas is called that",
        "A campaign on an event that nobody sends never starts. (Said only where `_shared/events` describes events.)",
        _campaign(trigger="{event: singed_up}"),
        _campaign(),
    ),
    Rule(
        "unknown-workspace",
        "no workspace of the settings is called that",
        "The campaign would be in none.",
        '# file: mailwright.toml\n[workspaces.qa]\nregion = "us"\n' + _campaign("workspaces: [qaa]"),
        '# file: mailwright.toml\n[workspaces.qa]\nregion = "us"\n' + _campaign("workspaces: [qa]"),
    ),
    Rule(
        "unknown-campaign",
        "no campaign is called that",
        "A condition on its messages never holds, and a sample for it is never used.",
        _campaign("filter: {message: {campaign: welcom, step: hello, is: opened}}"),
        _campaign("filter: {message: {campaign: welcome, step: hello, is: opened}}"),
    ),
    Rule(
        "missing-step",
        "a condition asks about a step that the campaign does not have",
        "A condition on it never holds, so whoever it should let in stays out.",
        _campaign("filter: {message: {step: helo, is: opened}}"),
        _campaign("filter: {message: {step: hello, is: opened}}"),
    ),
    Rule(
        "duplicate-name",
        "two things have one name, number or id",
        "Customer.io, or a reader of a report, could not tell them apart.",
        _campaign() + _second("{event: signed_up, where: {method: google}}", name="welcome"),
        _campaign() + _second("{event: signed_up, where: {method: google}}"),
    ),
    Rule(
        "missing-variable",
        "a workspace has no value for a ${variable}",
        "The text itself would be compared with, or sent.",
        '# file: mailwright.toml\n[workspaces.qa]\nregion = "us"\nvars = { plan = "pro" }\n'
        + _campaign("filter: {person: {plan: '${paln}'}}"),
        '# file: mailwright.toml\n[workspaces.qa]\nregion = "us"\nvars = { plan = "pro" }\n'
        + _campaign("filter: {person: {plan: '${plan}'}}"),
    ),
)

_FILES = (
    Rule(
        "not-utf-8",
        "the file is not UTF-8 text",
        "Another encoding would turn letters with accents into other letters.",
        "a file saved as Latin-1 or UTF-16",
        "the same, saved as UTF-8",
    ),
    Rule(
        "file-size",
        "the file is larger than a million bytes",
        "No email or campaign is; such a file is here by mistake, or made to harm.",
        "a 5 MB export beside the campaigns",
        "the export kept elsewhere",
    ),
    Rule(
        "unreadable-file",
        "the file or folder cannot be read",
        "What it defines is missing.",
        "a file without read permission, a pipe, a link to nothing",
        "a regular file",
    ),
    Rule(
        "outside-project",
        "a link leads out of the project",
        "A project could show what stands elsewhere on the machine that checks it.",
        "campaigns/welcome/hello.liquid, a link to a file in another folder tree",
        "a copy of that file",
    ),
    Rule(
        "too-many-problems",
        "the file has more than a thousand problems",
        "One mistake near its beginning, or a file of another kind, makes most of them; a thousand are shown.",
        "a data export saved as campaign.yaml",
        "the export kept elsewhere",
    ),
)

RULES = (*_YAML, *_VALUES, *_CONDITIONS, *_NAMES, *_FILES)
