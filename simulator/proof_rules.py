"""The rules of `check` that are proofs: each finding was shown, and most come with an event that shows it."""

from __future__ import annotations

from mailwright.diagnostics import Severity
from mailwright.rules.base import Rule

_WARNING = Severity.WARNING
_EXCLUSIVE = "exclusive: greeting\nworkflow:\n  - email: hi"
_EMAIL = "---\nsubject: Hi\npreheader: And more\nlayout: base@1\n---\n<p>Hi</p>\n"


def _campaign(trigger: str, rest: str = "workflow:\n  - email: hello", slug: str = "welcome") -> str:
    return f"# file: campaigns/{slug}/campaign.yaml\nname: {slug.title()}\ntrigger: {trigger}\n{rest}\n"


def _second(trigger: str, rest: str = "workflow:\n  - email: hi", slug: str = "second") -> str:
    return _campaign(trigger, rest, slug) + f"# file: campaigns/{slug}/hi.liquid\n{_EMAIL}"


RULES: tuple[Rule, ...] = (
    Rule(
        "both-fire",
        "two campaigns both send for one event",
        "The person gets two emails for one thing they did. Campaigns with the same `exclusive:` may never both fire; "
        "of others it is told where something shows that they were meant to be apart: they ask for the same constant, "
        "or one of them asks nothing of the property by which the rest are told apart. If two emails are meant, say so "
        "by a sample that names both campaigns.",
        _campaign("{event: signed_up, where: {method: google}}")
        + _second("{event: signed_up, where: {method: [google, email]}}"),
        _campaign("{event: signed_up, where: {method: google}}")
        + _second("{event: signed_up, where: {method: email}}"),
    ),
    Rule(
        "may-both-fire",
        "two campaigns may send at once for one event",
        "Nothing tells their triggers apart, and both send before any wait.",
        _second("{event: signed_up}"),
        _campaign("{event: signed_up, where: {method: google}}")
        + _second("{event: signed_up, where: {method: {not: google}}}"),
        _WARNING,
    ),
    Rule(
        "exclusion-not-proved",
        "campaigns are said to exclude each other, and it could not be shown",
        "The question is beyond what can be decided, so nobody knows whether one event can start both. Ask for "
        "something simpler by which the two are apart.",
        _second('{event: signed_up, where: {seats: {above: 5, contains: "99", not_contains: "0"}}}', _EXCLUSIVE)
        + _campaign(
            '{event: signed_up, where: {seats: {below: 5.5, contains: "99", not_contains: "0"}}}',
            "exclusive: greeting\nworkflow:\n  - email: hello",
        ),
        _second("{event: signed_up, where: {method: google}}", _EXCLUSIVE)
        + _campaign("{event: signed_up, where: {method: email}}", "exclusive: greeting\nworkflow:\n  - email: hello"),
        _WARNING,
    ),
    Rule(
        "event-unanswered",
        "a group of campaigns that answers every event leaves one unanswered",
        "`exclusive: {group: …, complete: true}` says that whatever the event holds, the trigger of one campaign of "
        "the group takes it. Here is an event that none takes: its person gets nothing.",
        _campaign(
            "{event: signed_up, where: {invited_by: [a, b]}}",
            "exclusive: {group: greeting, complete: true}\nworkflow:\n  - email: hello",
        ),
        _campaign(
            "{event: signed_up, where: {invited_by: [a, b]}}",
            "exclusive: {group: greeting, complete: true}\nworkflow:\n  - email: hello",
        )
        + _second("{event: signed_up, where: {invited_by: {not_in: [a, b]}}}", _EXCLUSIVE),
    ),
    Rule(
        "never-holds",
        "a condition asks for two things that exclude each other",
        "Nobody is ever on a pro and on a free plan, so the campaign fires for nobody, or the branch is never taken.",
        _campaign(
            "{event: signed_up}",
            "filter: {all: [{person: {plan: pro}}, {person: {plan: free}}]}\nworkflow:\n  - email: hello",
        ),
        _campaign(
            "{event: signed_up}",
            "filter: {any: [{person: {plan: pro}}, {person: {plan: free}}]}\nworkflow:\n  - email: hello",
        ),
    ),
    Rule(
        "never-fires",
        "a campaign can never fire",
        "Its trigger asks for one thing and its filter for another that excludes it, or the schemas say that what it "
        "asks for does not come.",
        _campaign(
            "{event: signed_up, where: {method: google}}",
            "filter: {event: {method: email}}\nworkflow:\n  - email: hello",
        ),
        _campaign(
            "{event: signed_up, where: {method: google}}",
            "filter: {event: {method: google}}\nworkflow:\n  - email: hello",
        ),
    ),
    Rule(
        "clause-decides-nothing",
        "a clause decides nothing: without it the condition says the same",
        "Another clause already says it, or says more. Either it can go, or it was meant to say something else.",
        _campaign(
            "{event: signed_up}",
            "filter: {all: [{person: {plan: pro}}, {person: {plan: {not: free}}}]}\nworkflow:\n  - email: hello",
        ),
        _campaign("{event: signed_up}", "filter: {person: {plan: pro}}\nworkflow:\n  - email: hello"),
        _WARNING,
    ),
    Rule(
        "branch-never-taken",
        "a way of a branch, split or wait is never taken",
        "What the trigger asks of the event, or what the ways before it take, leaves nobody for it.",
        _campaign(
            "{event: signed_up, where: {method: google}}",
            "workflow:\n  - branch:\n      if: {event: {method: email}}\n      then: [{email: hello}]\n"
            "      else: [{email: pro-tips}]",
        ),
        _campaign(
            "{event: signed_up}",
            "workflow:\n  - branch:\n      if: {event: {method: email}}\n      then: [{email: hello}]\n"
            "      else: [{email: pro-tips}]",
        ),
        _WARNING,
    ),
)
