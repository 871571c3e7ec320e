"""What a render is told from outside: the moment, the links, chance, limits, and what we assume of Customer.io."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from mailwright.dialect.faults import Limits

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DialectAssumptions:
    """Where the sources disagree or are silent: one named setting each, with the default we chose.

    Assumed: `url_tag_as_variable` `{{ unsubscribe_url }}` fails as any missing variable does (liquid §13.2).
    Assumed: `numeric_offset_positive_is` west, as the date filter's own page shows (liquid §13.3).
    Assumed: `latest_division` keeps fractions, as the open engine does (liquid §13.4).
    Assumed: `ordinal_day` is padded, `07th`, as documented (liquid §13.8).
    Assumed: `unknown_filter` is ignored, as both engines do by default (liquid §5).
    Assumed: `property_missing_in_where` fails, as the open engine's strict mode does.
    Assumed: `month_overflow` a month too short for the day gives its last day.
    """

    url_tag_as_variable: Literal["fail", "blank"] = "fail"
    numeric_offset_positive_is: Literal["west", "east"] = "west"
    latest_division: Literal["fraction", "integer"] = "fraction"
    ordinal_day: Literal["padded", "plain"] = "padded"
    unknown_filter: Literal["ignore", "fail"] = "ignore"
    property_missing_in_where: Literal["fail", "nil"] = "fail"
    month_overflow: Literal["last_day", "next_month"] = "last_day"


@dataclass(frozen=True, slots=True)
class Links:
    """What the URL tags resolve to: inert addresses unless a caller has better ones.

    Assumed: the form of each address; Customer.io's own are unique per person and delivery (liquid §2).
    """

    unsubscribe: str = "https://links.example.org/unsubscribe"
    view_in_browser: str = "https://links.example.org/view-in-browser"
    manage_preferences: str = "https://links.example.org/preferences"
    tracking_consent: str = "https://links.example.org/tracking-consent"
    countdown: str = "https://links.example.org/countdown.gif"


def undecorated(url: str, track: bool, url_params: bool) -> str:
    """The link itself: no tracking and no URL parameters are added."""
    return url


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """The moment, the links and the bounds of one render.

    Units: *now* is aware, in UTC; *timer* counts seconds and only bounds the render, it never decides the text.
    Assumed: *wrong_namespace* gives blank, as Customer.io's agent skill says; the open engine fails (liquid §13.1).
    """

    now: datetime = EPOCH
    seed: str = ""
    links: Links = field(default_factory=Links)
    decorate: Callable[[str, bool, bool], str] = undecorated
    wrong_namespace: Literal["blank", "fail"] = "blank"
    limits: Limits = field(default_factory=Limits)
    assumptions: DialectAssumptions = field(default_factory=DialectAssumptions)
    timer: Callable[[], float] = time.monotonic
