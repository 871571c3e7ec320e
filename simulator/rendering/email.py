"""One message for one moment, as it is sent: subject, addresses, page, text part, links."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailwright.assembly import AssembledMessage
from mailwright.definitions.message import EmailFields, WebhookContent
from simulator.rendering.addresses import MOST_RECIPIENTS, split_addresses
from simulator.rendering.css import inline_css
from simulator.rendering.links import Link, decorate_links
from simulator.rendering.moment import RenderMoment
from simulator.rendering.plain_text import text_of_page
from simulator.rendering.rules import RenderRules
from simulator.rendering.texts import MessageRenderer, Texts

_BODY_TAG = re.compile(r"<body(?:\s[^>]{0,5000})?>", re.IGNORECASE)
_OWN_FIELDS = frozenset({"subject", "preheader", "from", "reply_to", "cc", "bcc", "url"})


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as one person gets it.

    *html* is the page of an email or an in-app message; *text* the text part of an email, the words of any other kind,
    or the body of a webhook's request.
    """

    kind: str
    language: str | None = None
    subject: str = ""
    preheader: str = ""
    sender: str = ""
    reply_to: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    html: str = ""
    text: str = ""
    links: tuple[Link, ...] = ()
    warnings: tuple[str, ...] = ()
    method: str = ""
    url: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)  # what other kinds add: title, link, image, channel


def render_message(message: AssembledMessage, moment: RenderMoment, rules: RenderRules | None = None) -> Rendered:
    """The message as it would be sent.

    Raises: RenderFault when it would fail.
    """
    return render_with(MessageRenderer(message, rules), moment)


def render_with(renderer: MessageRenderer, moment: RenderMoment) -> Rendered:
    """The message of *renderer* as it would be sent.

    Raises: RenderFault when it would fail.
    """
    texts = renderer.texts(moment)
    match renderer.message.fields:
        case EmailFields(inline_css=inlines):
            page, warning = inline_css(texts.page) if inlines else (texts.page, "")
            return finished_email(renderer, texts, page, (warning,) if warning else ())
        case WebhookContent() as content:
            return _finished_webhook(texts, content)
        case _:
            return _finished_other(renderer.message, texts)


def finished_email(
    renderer: MessageRenderer, texts: Texts, page: str, warnings: tuple[str, ...] = (), *, with_links: bool = True
) -> Rendered:
    """An email from its texts and its page, whose CSS is inlined already; its links too, unless *with_links*."""
    values, message = texts.values, renderer.message
    preheader = values.get("preheader", "")
    if preheader:
        page = with_preheader(page, preheader, is_shown=_shows_preheader(message))
    page, links = decorate_links(page, texts.decoration) if with_links else (page, ())
    text = texts.text
    if text is None:
        text = text_of_page(page) if renderer.rules.with_text else ""
    sender = values.get("from") or renderer.rules.sender or ""
    to, bcc = texts.to, split_addresses(values.get("bcc", ""))
    return Rendered(
        kind="email",
        language=message.language,
        subject=values["subject"],
        preheader=values.get("preheader", ""),
        sender=sender,
        reply_to=values.get("reply_to", ""),
        to=to,
        cc=split_addresses(values.get("cc", "")),
        bcc=bcc,
        headers=texts.headers,
        html=page,
        text=text,
        links=links,
        warnings=(*warnings, *_warnings(sender, len(to) + len(bcc))),
    )


def _warnings(sender: str, recipients: int) -> tuple[str, ...]:
    found = []
    if not sender:
        found.append("nothing says whom the email is from")
    if recipients > MOST_RECIPIENTS:
        found.append(f"{recipients} recipients in to and bcc; Customer.io takes {MOST_RECIPIENTS}")
    return tuple(found)


def _shows_preheader(message: AssembledMessage) -> bool:
    return any("message.preheader" in text.source for name, text in message.parts.items() if name in ("body", "layout"))


def with_preheader(page: str, preheader: str, *, is_shown: bool = False) -> str:
    """The page with the preheader as hidden text at the start of its body.

    Assumed: the form of the hidden text, that it comes after CSS is inlined, and that a page which prints
    `message.preheader` itself gets no second one (liquid §9).
    """
    if not preheader or is_shown:
        return page
    hidden = (
        '<div style="display:none;max-height:0;overflow:hidden;mso-hide:all;opacity:0">'
        f"{html.escape(preheader, quote=False)}</div>"
    )
    found = _BODY_TAG.search(page)
    at = found.end() if found is not None else 0
    return f"{page[:at]}{hidden}{page[at:]}"


def _finished_webhook(texts: Texts, content: WebhookContent) -> Rendered:
    """A webhook's request.

    Assumed: data is sent as JSON with its type in the header, unless a header says otherwise.
    """
    headers, body = dict(texts.headers), texts.page
    if texts.data is not None:
        body = json.dumps(texts.data, ensure_ascii=False)
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = "application/json"
    return Rendered("webhook", headers=headers, method=content.method, url=texts.values["url"], text=body)


def _finished_other(message: AssembledMessage, texts: Texts) -> Rendered:
    values = texts.values
    extra = {name: value for name, value in values.items() if name not in _OWN_FIELDS}
    position = getattr(message.fields, "position", None)
    if position is not None:
        extra["position"] = position
    is_page = message.kind == "in_app"
    page, links = decorate_links(texts.page, texts.decoration) if is_page else (texts.page, ())
    return Rendered(
        kind=message.kind,
        language=message.language,
        sender=values.get("from", ""),
        to=texts.to,
        html=page if is_page else "",
        text=(text_of_page(page) if is_page else page).strip(),
        links=links,
        fields=extra,
    )
