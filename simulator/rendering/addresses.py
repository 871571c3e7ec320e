"""Who gets a message and who sends it; which headers it may carry."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mailwright.assembly import AssembledMessage
from mailwright.checks.email_checks import RESERVED_HEADERS
from simulator.rendering.faults import fault_at
from simulator.rendering.moment import RenderMoment

MOST_RECIPIENTS = 15  # Source: Customer.io API reference: to and bcc of a transactional email (semantics R102).
DEFAULT_TO = {"email": "email", "sms": "phone", "whatsapp": "phone"}
_IS_DEFAULT = re.compile(r"\s*\{\{-?\s*customer\.(email|phone)\s*-?\}\}\s*")
_COMMA = re.compile(r",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")


def needs_address(kind: str) -> bool:
    """Whether a message of that kind goes to an address."""
    return kind in DEFAULT_TO


def given_recipient(message: AssembledMessage, moment: RenderMoment) -> str | None:
    """The address that needs no Liquid: from the call or the event, else the person's own; None when there is none.

    Source: Customer.io docs: event data `recipient` overrides the campaign (semantics R95).
    """
    if message.kind == "email":
        if moment.recipient:
            return moment.recipient
        if override := event_text(moment, "recipient"):
            return override
    name = DEFAULT_TO.get(message.kind)
    if name is None or moment.customer is None:
        return None
    return text_or_none(moment.customer.get(name))


def has_own_to(message: AssembledMessage, moment: RenderMoment) -> bool:
    """Whether the message's own `to` decides: one that says more than the default does, and that nothing overrides."""
    own = message.parts.get("to")
    if own is None or not own.source.strip() or _IS_DEFAULT.fullmatch(own.source):
        return False
    return message.kind != "email" or not (moment.recipient or event_text(moment, "recipient"))


def event_text(moment: RenderMoment, name: str) -> str | None:
    """A text of the triggering event's data that is not empty.

    Source: Customer.io docs: `recipient`, `from_address` and `reply_to` of event data override the campaign (R95).
    """
    return None if moment.event is None else text_or_none(moment.event.get(name))


def text_or_none(value: object) -> str | None:
    """*value* if it is a text that holds something."""
    return value if isinstance(value, str) and value.strip() else None


def split_addresses(text: str) -> tuple[str, ...]:
    """The addresses of a list; a comma within quotes belongs to a name."""
    if "," not in text:
        return (text.strip(),) if text.strip() else ()
    if text.count('"') > 50 or len(text) > 20_000:  # the pattern below is quadratic
        return tuple(part for piece in text.split(",") if (part := piece.strip()))
    return tuple(part for piece in _COMMA.split(text) if (part := piece.strip()))


def check_header(message: AssembledMessage, name: str, value: str) -> None:
    """Refuse a header that Customer.io does not send.

    Raises: RenderFault.
    Source: Customer.io docs, composer errors (liquid §8).
    Assumed: a line break in a header is refused too.
    """
    failure = header_failure(name, value)
    if failure is not None:
        raise fault_at("bad_header", failure, message, f"headers.{name}")


def header_failure(name: str, value: str) -> str | None:
    """What is wrong with a header, in Customer.io's words where it has some."""
    if name.strip().lower() in RESERVED_HEADERS:
        return f"header '{name}' cannot be set to a custom value"
    if re.search(r"\s", name):
        return "Header name can't contain whitespace"
    if not re.fullmatch(r"[!-9;-~]+", name):
        return f"header name '{name}' can only hold ASCII characters"
    if not value.isascii():
        return f"the value of header '{name}' can only hold ASCII characters"
    if re.search(r"[\r\n]", value):
        return f"the value of header '{name}' can't contain line breaks"
    return None


def one_line(text: str) -> str:
    """A text that stands in a header: line breaks become spaces, so that nobody's data adds headers of its own."""
    return " ".join(text.split("\n")).replace("\r", " ").strip() if "\n" in text or "\r" in text else text.strip()


def variants_of(languages: Mapping[str, object] | list[str], wanted: object) -> str | None:
    """The language variant for a person whose `language` attribute is *wanted*; None: the default one.

    Assumed: the code is compared without case, `es_MX` is `es-MX`, and without an exact variant that of the language
    before the dash is taken.
    """
    if not isinstance(wanted, str) or not wanted:
        return None
    known = {language.lower(): language for language in languages}
    asked = wanted.strip().lower().replace("_", "-")
    return known.get(asked) or known.get(asked.split("-")[0])
