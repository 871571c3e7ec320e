"""What mailboxes make of an email's page; each example is a runnable overlay of a small project."""

from __future__ import annotations

from mailwright.diagnostics import Severity
from mailwright.rules.base import Rule

_WARNING = Severity.WARNING


def _email(body: str, front: str = "subject: Hello\npreheader: Good to see you\nlayout: base@1") -> str:
    return f"# file: campaigns/welcome/hello.liquid\n---\n{front}\n---\n{body}\n"


RULES: tuple[Rule, ...] = (
    Rule(
        "client-support",
        "mail clients do not show something the page uses",
        "People who read with these clients see another email. `email.clients` in the settings names the clients that "
        "count, `email.harmless` what an email does without; the answers are those of caniemail.com.",
        _email('<div style="display: grid">Two columns</div>'),
        _email('<table role="presentation"><tr><td>Two</td><td>columns</td></tr></table>'),
        _WARNING,
    ),
    Rule(
        "image-no-alt",
        "a picture has no words for those who do not see it",
        "Many mailboxes show no pictures until asked, and people who listen to their mail hear the file's name.",
        _email('<img src="https://img.example.org/team.png" width="300">'),
        _email('<img src="https://img.example.org/team.png" width="300" alt="Our team">'),
        _WARNING,
    ),
    Rule(
        "image-no-source",
        "a picture has no address",
        "An empty frame is shown.",
        _email('<img alt="Our team" width="300">'),
        _email('<img src="https://img.example.org/team.png" width="300" alt="Our team">'),
    ),
    Rule(
        "image-no-width",
        "a picture has no width",
        "Outlook on Windows shows it as large as its file, which breaks the page.",
        _email('<img src="https://img.example.org/team.png" alt="Our team">'),
        _email('<img src="https://img.example.org/team.png" width="300" alt="Our team">'),
        _WARNING,
    ),
    Rule(
        "image-weight",
        "pictures in the page itself are heavy",
        "They count against the size at which Gmail clips a page, and most webmail does not show them. How heavy linked "
        "pictures are cannot be told from here. `email.picture_bytes` is the limit.",
        _email('<img src="data:image/png;base64,' + "iVBOR" * 41_000 + '" width="300" alt="Our team">'),
        _email('<img src="https://img.example.org/team.png" width="300" alt="Our team">'),
        _WARNING,
    ),
    Rule(
        "link-nowhere",
        "a link leads nowhere",
        "People click, and nothing happens.",
        _email('<a href="#">Start</a>'),
        _email('<a href="{{ mailwright.base_url }}/start">Start</a>'),
    ),
    Rule(
        "link-broken",
        "an address cannot work in a mail client",
        "There is no page it could be relative to, no script, and nobody who guesses a scheme.",
        _email('<a href="/start">Start</a>'),
        _email('<a href="{{ mailwright.base_url }}/start">Start</a>'),
    ),
    Rule(
        "link-not-secure",
        "a link is not encrypted",
        "Browsers warn of such pages, and what people do there can be read on the way.",
        _email('<a href="http://www.example.org/start">Start</a>'),
        _email('<a href="https://www.example.org/start">Start</a>'),
        _WARNING,
    ),
    Rule(
        "link-says-otherwise",
        "a link's words name another site than it leads to",
        "Mailboxes take it for phishing and warn, or hide the email.",
        _email('<a href="https://go.example.net/x">www.example.org</a>'),
        _email('<a href="https://www.example.org/x">www.example.org</a>'),
        _WARNING,
    ),
    Rule(
        "low-contrast",
        "a text has too little contrast with what is behind it",
        "People with weak eyes, or in the sun, cannot read it. The measure is that of WCAG 2.2 (AA); `email.contrast` "
        "sets another. Only colours that are written out are looked at.",
        _email('<p style="color: #bbbbbb">Good to see you</p>'),
        _email('<p style="color: #595959">Good to see you</p>'),
        _WARNING,
    ),
    Rule(
        "long-subject",
        "a subject is longer than mailboxes show",
        "The end is cut off, on phones after some 40 characters. `email.subject_length` is the limit.",
        _email("<p>Hello</p>", "subject: " + "Very good news " * 6 + "for you\npreheader: Hi\nlayout: base@1"),
        _email("<p>Hello</p>", "subject: Very good news for you\npreheader: Hi\nlayout: base@1"),
        _WARNING,
    ),
    Rule(
        "long-preheader",
        "a preheader is longer than mailboxes show",
        "The end is cut off. `email.preheader_length` is the limit.",
        _email("<p>Hello</p>", "subject: Hello\npreheader: " + "Something you should read " * 7 + "\nlayout: base@1"),
        _email("<p>Hello</p>", "subject: Hello\npreheader: Something you should read\nlayout: base@1"),
        _WARNING,
    ),
    Rule(
        "page-clipped",
        "a page is larger than Gmail shows",
        "Gmail cuts the page off and hides the rest, the unsubscribe link with it. `email.clip_bytes` is the limit.",
        _email("<p>" + "One of very many words. " * 4_500 + "</p>"),
        _email("<p>Few words.</p>"),
        _WARNING,
    ),
    Rule(
        "no-text-part",
        "an email is all pictures",
        "Its text part says nothing, filters take it for spam, and where pictures are off it is blank.",
        _email(
            '<img src="https://img.example.org/sale.png" width="600" alt="Sale">',
            "subject: Hello\npreheader: Hi\nto_unsubscribed: true",
        ).replace("\nto_unsubscribed: true", ""),
        _email("<p>The sale has begun.</p>"),
        _WARNING,
    ),
)
