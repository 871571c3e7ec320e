"""What events and people's attributes should look like; each example is a runnable overlay of a small project."""

from __future__ import annotations

from mailwright.diagnostics import Severity
from mailwright.rules.base import Rule

_WARNING = Severity.WARNING


def _event(rest: str, name: str = "order_placed", file: str = "order_placed") -> str:
    return f"# file: campaigns/_shared/events/{file}.yaml\nname: {name}\n{rest}\n"


def _property(name: str, written: str) -> str:
    return _event(f"properties:\n  {name}: {written}")


def _settings(rest: str) -> str:
    return (
        '# file: mailwright.toml\n[workspaces.qa]\nregion = "us"\nfrom = "Example <hello@example.org>"\n'
        f'vars = {{ base_url = "https://qa.example.org" }}\n{rest}\n'
    )


RULES: tuple[Rule, ...] = (
    Rule(
        "event-naming",
        "an event is not named as the project names events",
        "People guess names. With one way to write them a filter on a name that nobody sends is rare. Old names that are "
        "still sent stand in `aliases`.",
        _settings('[events]\nnaming = "snake_case"') + _event("aliases: []", "Order Placed"),
        _settings('[events]\nnaming = "snake_case"') + _event("aliases: [Order Placed]"),
        _WARNING,
    ),
    Rule(
        "near-duplicate-event",
        "two events have nearly the same name",
        "One of them is a slip or an old spelling; a campaign on one misses the other. If both are sent and mean the "
        "same, describe one and name the other in its `aliases`.",
        _event("stage: expansion") + _event("stage: expansion", "Order Placed", "order-placed-2"),
        _event("stage: expansion\naliases: [Order Placed]"),
        _WARNING,
    ),
    Rule(
        "click-like-event",
        "an event tells what a finger did",
        "Events of clicks and scrolls come in floods, change with every design, and say nothing of what the person "
        "achieved. Send what it led to.",
        _event("stage: engagement", "button_clicked", "button_clicked"),
        _event("stage: engagement", "report_exported", "report_exported"),
        _WARNING,
    ),
    Rule(
        "too-many-events",
        "the project describes more events than its settings allow",
        "Nobody keeps an overview of so many. `events.most` is the limit.",
        _settings("[events]\nmost = 1")
        + _event("stage: expansion")
        + _event("stage: churn", "order_undone", "order_undone"),
        _settings("[events]\nmost = 100") + _event("stage: expansion"),
        _WARNING,
    ),
    Rule(
        "time-not-seconds",
        "a time is not in Unix seconds",
        "Conditions on time compare Unix seconds: milliseconds are thousands of years away, and ISO text matches nothing.",
        _property("placed_at", "{type: timestamp, example: 1767225600000}"),
        _property("placed_at", "{type: timestamp, example: 1767225600}"),
    ),
    Rule(
        "people-without-email",
        "people have no email attribute",
        "Nobody can be sent an email.",
        "# file: campaigns/_shared/people.yaml\nattributes:\n  first_name: {type: text}\n",
        "# file: campaigns/_shared/people.yaml\nattributes:\n  email: {type: text}\n  first_name: {type: text}\n",
        _WARNING,
    ),
    Rule(
        "sensitive-data",
        "a property holds what has no place in marketing data",
        "Everybody with a login reads it, emails may show it, and it stays in exports. Card numbers, passwords, tokens "
        "and health data are not needed to send an email.",
        _property("card_number", "{type: text}"),
        _property("card_brand", "{type: text}"),
    ),
)
