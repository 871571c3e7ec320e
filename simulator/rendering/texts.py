"""Every Liquid text of one message rendered for one moment; what fails here is what fails a delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailwright.assembly import BODY, LAYOUT, TEXT, AssembledMessage
from mailwright.definitions.message import WebhookContent
from mailwright.dialect.environment import Template, parse_template
from mailwright.dialect.faults import Dialect, LiquidFault
from mailwright.dialect.settings import RenderSettings
from simulator.rendering.addresses import (
    check_header,
    event_text,
    given_recipient,
    has_own_to,
    needs_address,
    one_line,
    split_addresses,
)
from simulator.rendering.faults import BLANK_SUBJECT, NO_ADDRESS, RenderFault, fault_at, fault_from
from simulator.rendering.links import Decoration, inert_urls
from simulator.rendering.moment import RenderMoment
from simulator.rendering.rules import RenderRules

_OVERRIDES = {"from": "from_address", "reply_to": "reply_to"}


@dataclass(slots=True)
class Texts:
    """The rendered texts of a message, by part; `page` is the body within its layout."""

    values: dict[str, str] = field(default_factory=dict)
    to: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    page: str = ""
    text: str | None = None
    data: object = None  # a webhook's body, where it is data
    decoration: Decoration = field(default_factory=Decoration)


class MessageRenderer:
    """One message, parsed once and rendered for many moments."""

    def __init__(self, message: AssembledMessage, rules: RenderRules | None = None) -> None:
        self.message = message
        self.rules = rules or RenderRules()
        self.dialect = Dialect(message.dialect)
        self.sources = {name: text.source for name, text in message.snippets.items()}
        self.layout = _layout_values(message)
        self._templates: dict[str, Template | str | RenderFault] = {}
        self.parameters = {
            name: _plain_or_template(value, self.dialect, f"url_parameters.{name}")
            for name, value in (self.rules.url_parameters if _adds_parameters(message) else {}).items()
        }
        self._inert = inert_urls(self.rules.links)

    def template(self, part: str) -> Template | str:
        """The part's template, or its text where it holds no Liquid.

        Raises: RenderFault when Customer.io cannot read it.
        """
        found = self._templates.get(part)
        if found is None:
            found = self._templates[part] = self._parsed(part)
        if isinstance(found, RenderFault):
            raise found.with_traceback(None)
        return found

    def _parsed(self, part: str) -> Template | str | RenderFault:
        try:
            return _plain_or_template(self.message.parts[part].source, self.dialect, part)
        except LiquidFault as fault:
            return fault_from(fault, self.message, part)

    def texts(self, moment: RenderMoment) -> Texts:
        """All texts in the order in which they are tried.

        Raises: RenderFault for the first that fails.
        Assumed: the address is looked at first, then the fields in the order of the composer, then the bodies.
        """
        return _Rendering(self, moment).run()

    def settings(self, moment: RenderMoment, decoration: Decoration) -> RenderSettings:
        """What the dialect is told for one moment; chance is decided by message, person and time."""
        rules = self.rules
        person = moment.customer.get("id", "") if moment.customer is not None else ""
        return RenderSettings(
            now=moment.now,
            seed=f"{self.message.campaign}/{self.message.name}\0{person}\0{moment.event_id}\0{moment.now.timestamp()}",
            links=rules.links,
            decorate=decoration.decorate,
            wrong_namespace=rules.wrong_namespace,
            limits=rules.limits,
            assumptions=rules.dialect,
        )


class _Rendering:
    """One render as it goes on."""

    def __init__(self, renderer: MessageRenderer, moment: RenderMoment) -> None:
        self.renderer = renderer
        self.message = renderer.message
        self.moment = moment
        self.context = moment.context()
        self.context["snippets"] = renderer.sources
        self.shown: dict[str, Any] = {**moment.message, "subject": "", "preheader": ""}
        self.context["message"] = self.shown
        if renderer.layout is not None:
            self.context["layout"] = renderer.layout
        self.settings = renderer.settings(moment, Decoration(tracked=False))
        self.result = Texts()

    def run(self) -> Texts:
        message, result = self.message, self.result
        own_to = has_own_to(message, self.moment)
        if needs_address(message.kind) and not own_to:
            address = given_recipient(message, self.moment)
            if address is None:
                raise fault_at("missing_recipient", NO_ADDRESS, message, "to")
            result.to = split_addresses(one_line(address)) if message.kind == "email" else (one_line(address),)
            if not result.to:
                raise fault_at("missing_recipient", NO_ADDRESS, message, "to")
        if message.kind == "email":
            self._subject()
        self._link_parameters()
        for part in message.parts:
            if part not in (BODY, TEXT, LAYOUT, "subject", "preheader", "to") and not part.startswith(f"{BODY}"):
                self._field(part)
        if own_to:
            self._own_to()
        if self.is_email:
            for part in _OVERRIDES.keys() - message.parts.keys():
                override = event_text(self.moment, _OVERRIDES[part])
                if override is not None:
                    result.values[part] = one_line(override)
        if message.kind == "webhook":
            self._webhook_body()
        else:
            self._bodies()
        return result

    def render(self, part: str, context: Mapping[str, object] | None = None) -> str:
        """One part as text.

        Raises: RenderFault.
        """
        template = self.renderer.template(part)
        if isinstance(template, str):
            return template
        try:
            return template.render(self.context if context is None else context, self.settings)
        except LiquidFault as fault:
            raise fault_from(fault, self.message, part) from None

    def _subject(self) -> None:
        """Render the subject and the preheader, which everything after them may read.

        Source: Customer.io docs, composer errors: a blank subject fails (liquid §5, §8).
        """
        subject = one_line(self.render("subject"))
        if not subject:
            raise fault_at("blank_subject", BLANK_SUBJECT, self.message, "subject", "a default for what may be missing")
        self.result.values["subject"] = self.shown["subject"] = subject
        if "preheader" in self.message.parts:
            self.result.values["preheader"] = self.shown["preheader"] = one_line(self.render("preheader"))

    def _field(self, part: str) -> None:
        override = event_text(self.moment, _OVERRIDES[part]) if part in _OVERRIDES and self.is_email else None
        value = override if override is not None else self.render(part)
        value = value.strip() if part == "url" else one_line(value) if self.is_email else value
        if part.startswith("headers."):
            name = part.removeprefix("headers.")
            if self.is_email:
                check_header(self.message, name, value)
            self.result.headers[name] = one_line(value)
        else:
            self.result.values[part] = value

    @property
    def is_email(self) -> bool:
        return self.message.kind == "email"

    def _own_to(self) -> None:
        to = split_addresses(one_line(self.render("to")))
        if not to:
            raise fault_at("missing_recipient", NO_ADDRESS, self.message, "to")
        self.result.to = to

    def _link_parameters(self) -> None:
        """The workspace's URL parameters, rendered; they have no place in the project's own files.

        Raises: RenderFault.
        """
        values: dict[str, str] = {}
        for name, template in self.renderer.parameters.items():
            try:
                values[name] = (
                    template if isinstance(template, str) else template.render(self.context, self.settings)
                ).strip()
            except LiquidFault as fault:
                raise fault_at(
                    "liquid_undefined" if fault.kind == "undefined_variable" else "liquid_error",
                    f"{fault.message} (in the workspace's URL parameter '{name}')",
                    self.message,
                    BODY,
                    "url_parameters in the workspace's settings",
                ) from None
        fields = self.message.fields
        decoration = Decoration(
            tracked=getattr(fields, "track_links", True),
            parameters=values or None,
            wrap=self.renderer.rules.wrap_links,
            inert=self.renderer._inert,
        )
        self.result.decoration = decoration
        self.settings = self.renderer.settings(self.moment, decoration)

    def _bodies(self) -> None:
        """Render the body, the text part, and the layout around the body.

        Source: liquid §9: the body goes into the layout unescaped; a plain-text layout is the text alone.
        Assumed: names that the body assigns are not seen by the layout.
        """
        page = self.render(BODY)
        if TEXT in self.message.parts:
            self.result.text = self.render(TEXT)
        if LAYOUT in self.message.parts:
            page = self.render(LAYOUT, {**self.context, "content": page})
        self.result.page = page

    def _webhook_body(self) -> None:
        content = self.message.fields
        assert isinstance(content, WebhookContent)  # what webhooks are made of
        if isinstance(content.body, str):
            self.result.page = self.render(BODY)
        elif content.body is not None:
            self.result.data = self._data(BODY, content.body)

    def _data(self, name: str, value: object) -> object:
        match value:
            case str():
                return self.render(name)
            case dict():
                return {key: self._data(f"{name}.{key}", part) for key, part in value.items()}
            case list():
                return [self._data(f"{name}[{index}]", part) for index, part in enumerate(value)]
            case _:
                return value


def _plain_or_template(source: str, dialect: Dialect, name: str) -> Template | str:
    if "{{" in source or "{%" in source:
        return parse_template(source, dialect, name)
    return source


def _adds_parameters(message: AssembledMessage) -> bool:
    return bool(getattr(message.fields, "url_parameters", True)) and message.kind != "webhook"


def _layout_values(message: AssembledMessage) -> dict[str, object] | None:
    """What `layout.*` holds. Assumed: the id, which only a workspace knows, is the version."""
    if message.layout is None:
        return None
    return {"id": message.layout.version, "name": message.layout.title}
