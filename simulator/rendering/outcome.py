"""Whether a message can be sent and where to, without its text: for replays of many events.

Most deliveries of a replay differ in nothing that could make them fail. So what a template reads says which values
count, and how (`outcome_reads`); moments alike in these make one *render class*, of which one is rendered and its
outcome kept. What a class cannot tell (a template that tests the time, `{% random %}` within a capture, values too
large or too many) is rendered each time. `'now'` that is only printed does not matter; `'now'` in a test, an assign or
an argument makes the template opaque, and its render class None.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal, NamedTuple

from mailwright.assembly import BODY, LAYOUT, TEXT
from mailwright.definitions.project import Project
from mailwright.definitions.workspace import Workspace
from mailwright.dialect.environment import Template
from mailwright.dialect.faults import Dialect
from mailwright.dialect.nodes import ContentNode
from simulator.rendering.addresses import (
    DEFAULT_TO,
    given_recipient,
    has_own_to,
    needs_address,
    one_line,
    split_addresses,
)
from simulator.rendering.faults import NO_ADDRESS, RenderFault
from simulator.rendering.moment import EVENT_KINDS, TRIGGER_KINDS, RenderMoment
from simulator.rendering.outcome_keys import ROOTS, Read, Unkeyed
from simulator.rendering.outcome_reads import Reads
from simulator.rendering.rules import RenderRules
from simulator.rendering.texts import MessageRenderer
from simulator.rendering.variants import Variants
from simulator.rendering.whole import NO_SUCH_MESSAGE

NOBODY = RenderMoment(None)
KEPT_CLASSES = 8192
"""Render classes kept for one message; beyond them everybody is rendered."""


class Outcome(NamedTuple):
    """What a message comes to: `ok`, or `failed` with a reason as a code and the failure in Customer.io's words."""

    status: str
    reason: str = ""
    failure: str = ""
    recipient: str | None = None
    language: str | None = None


class OutcomeRenderer:
    """The outcomes of all messages of a project in one workspace."""

    def __init__(self, project: Project, workspace: Workspace, rules: RenderRules | None = None) -> None:
        self.variants = Variants(project, workspace, rules)
        self._messages: dict[tuple[str, str, str | None], MessageOutcome | None] = {}

    def outcome(self, campaign: str, name: str, moment: RenderMoment) -> Outcome:
        """What becomes of the message, in the variant of the person's language."""
        language = self.variants.language(campaign, name, moment)
        message = self.message(campaign, name, language)
        if message is None:
            return Outcome("failed", "liquid_error", NO_SUCH_MESSAGE, None, language)
        return message.outcome(moment)

    def render_class(self, campaign: str, name: str, moment: RenderMoment) -> Hashable | None:
        """What tells outcomes apart: alike for two moments, alike the outcome, but for the address.

        None where it has to be rendered to be known. *now* is no part of it: a template that asks the time has no
        class.
        """
        language = self.variants.language(campaign, name, moment)
        message = self.message(campaign, name, language)
        known = message.render_class(moment) if message is not None else ()
        return None if known is None else (language, known)

    def attributes_read(self) -> frozenset[str]:
        """The attributes of people that some template reads, and `language` where it chooses a variant."""
        found: set[str] = set()
        project = self.variants.project
        for campaign, name, language in (*project.messages, *((*webhook, None) for webhook in project.webhooks)):
            message = self.message(campaign, name, language)
            found |= message.attributes if message is not None else frozenset()
            if language is not None:
                found.add("language")
        return frozenset(found)

    def deciding_reads(self, campaign: str, name: str) -> list[Read] | None:
        """What decides the outcome of any variant of the message beside its address; None where only a render tells."""
        found: list[Read] = []
        variants = [
            language for one, other, language in self.variants.project.messages if (one, other) == (campaign, name)
        ]
        for language in variants or [None]:
            message = self.message(campaign, name, language)
            reads = () if message is None else message.reads
            if reads is None or (message is not None and message.tells_identities):
                return None
            found += reads
        return found

    def message(self, campaign: str, name: str, language: str | None) -> MessageOutcome | None:
        """One variant of one message, made ready once; None when there is none."""
        key = (campaign, name, language)
        if key not in self._messages:
            renderer = self.variants.renderer(campaign, name, language)
            self._messages[key] = None if renderer is None else MessageOutcome(renderer)
        return self._messages[key]


class MessageOutcome:
    """One message whose outcomes are kept by render class."""

    def __init__(self, renderer: MessageRenderer) -> None:
        message = renderer.message
        self.renderer = renderer
        self.kind = message.kind
        self.language = message.language
        self._own_to = "to" in message.parts
        self._needs_address = needs_address(message.kind)
        self._known: dict[tuple[str, Hashable], Outcome] = {}
        self._missing = Outcome("failed", "missing_recipient", NO_ADDRESS, None, message.language)
        reads = message_reads(renderer)
        self.attributes = frozenset(reads.attributes)
        self.tells_identities = any(map(_tells_identity, reads.functions))
        """Whether people who differ in nothing but their ids may be told apart."""
        self.reads: tuple[Read, ...] | None = None if reads.is_opaque else tuple(reads.functions.values())
        self.signatures = tuple(reads.functions)  # what tells the reads apart from those of other messages

    @property
    def address(self) -> str | None:
        """The attribute that holds the recipient unless a call names one; None where none is needed, or `to` says."""
        own = self._own_to and has_own_to(self.renderer.message, NOBODY)
        return DEFAULT_TO[self.kind] if self._needs_address and not own else None

    def outcome(self, moment: RenderMoment) -> Outcome:
        """What a render for this moment comes to."""
        recipient: str | None = None
        is_given = self._needs_address and not (self._own_to and has_own_to(self.renderer.message, moment))
        if is_given:
            recipient = self._given(moment)
            if recipient is None:
                return self._missing
        key = self._key(moment)
        if key is None:
            return self._rendered(moment)
        place = (moment.trigger_kind, (is_given, key))
        found = self._known.get(place)
        if found is None:
            found = self._rendered(moment)
            if len(self._known) < KEPT_CLASSES:
                self._known[place] = found
        if not is_given or found.recipient == recipient or found.status != "ok":
            return found
        return Outcome("ok", "", "", recipient, self.language)

    def render_class(self, moment: RenderMoment) -> Hashable | None:
        """What tells outcomes apart but for the address; None where only a render tells."""
        is_given = self._needs_address and not (self._own_to and has_own_to(self.renderer.message, moment))
        has_address = not is_given or self._given(moment) is not None
        if not has_address:
            return (False,)
        key = self._key(moment)
        return None if key is None else (True, is_given, moment.trigger_kind, key)

    def _given(self, moment: RenderMoment) -> str | None:
        address = given_recipient(self.renderer.message, moment)
        return None if address is None else as_recipient(self.kind, address)

    def _key(self, moment: RenderMoment) -> Hashable | None:
        reads = self.reads
        if reads is None:
            return None
        kind = moment.trigger_kind
        scope = (
            moment.customer,
            moment.event if kind in EVENT_KINDS else None,
            moment.trigger if kind in TRIGGER_KINDS else None,
            moment.journey,
            moment.objects,
        )
        try:
            return tuple([read(scope) for read in reads])
        except Unkeyed:
            return None

    def _rendered(self, moment: RenderMoment) -> Outcome:
        """The outcome of a real render."""
        try:
            texts = self.renderer.texts(moment)
        except RenderFault as fault:
            return Outcome("failed", fault.reason, fault.failure, None, self.language)
        return Outcome("ok", "", "", ", ".join(texts.to) or None, self.language)


def as_recipient(kind: str, address: str) -> str | None:
    """An address that holds something, as a message of that *kind* has it; None where it comes to nobody."""
    if kind != "email":
        return one_line(address)
    if "," not in address:
        return one_line(address) or None
    return ", ".join(split_addresses(one_line(address))) or None


def message_reads(renderer: MessageRenderer) -> Reads:
    """What decides whether the message fails.

    A field whose very text decides (a subject that may be blank, headers, an own `to`) counts by its values.
    """
    message = renderer.message
    reads = Reads(Dialect(message.dialect), renderer.sources, renderer.rules.limits)
    for part in message.parts:
        template = _template_or_text(renderer, part)
        if isinstance(template, Template):
            reads.add(template, by_value=_text_decides(part, template, message.kind))
    for parameter in renderer.parameters.values():
        if isinstance(parameter, Template):
            reads.add(parameter)
    return reads


def _tells_identity(signature: tuple[object, ...]) -> bool:
    """Whether a read of `customer.id` or `customer.cio_id` looks at more than that there is one."""
    root, names = signature[-2:]
    if root != ROOTS["customer"] or names not in (("id",), ("cio_id",)):
        return False
    return signature[0] != "truth" and signature[:2] != ("presence", False)


def _template_or_text(renderer: MessageRenderer, part: str) -> Template | str:
    try:
        return renderer.template(part)
    except RenderFault:
        return ""  # it fails for everybody who gets that far


def _text_decides(part: str, template: Template, kind: str) -> bool | Literal["header"]:
    if kind != "email" or part in (BODY, TEXT, LAYOUT):
        return part == "to"
    if part == "subject":
        return not _has_words(template)
    return "header" if part.startswith("headers.") else part == "to"


def _has_words(template: Template) -> bool:
    """Whether something is printed in any case, so that the text cannot be blank."""
    return any(isinstance(node, ContentNode) and node.token.value.strip() for node in template.nodes)
