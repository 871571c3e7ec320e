"""Test sends: one template, rendered for nobody in particular, kept among the deliveries so that the inbox shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mailwright.assembly import assemble_message
from mailwright.definitions.message import Message
from mailwright.diagnostics import ConfigurationError
from simulator.rendering.email import Rendered, render_with
from simulator.rendering.faults import RenderFault
from simulator.rendering.moment import RenderMoment, at_second
from simulator.rendering.rules import RenderRules, rules_for
from simulator.rendering.texts import MessageRenderer
from simulator.workspace.content.message_reading import MessageReading
from simulator.workspace.documents import Kind
from simulator.workspace.running.identity import delivery_id

if TYPE_CHECKING:
    from simulator.workspace.running.live import Live

Json = Mapping[str, Any]
TRIGGER = frozenset({"triggered_broadcast", "webhook", "transactional_message"})
"""Types of campaigns whose data is `trigger`; the others' is `event`."""


def rehearse(
    live: Live, template: Json, to: Sequence[str], data: Mapping[str, Any], campaign_type: str, prefix: str
) -> str:
    """Render a template and keep what it gives as a delivery to *to*; gives the subject, with *prefix* before it.

    Assumed: the person is one of whom only the address is known.
    Raises: ValueError, with the failure, when it does not render.
    """
    count = live.head["rehearsals"] = live.head.get("rehearsals", 0) + 1
    live.head_is_new = True
    number = delivery_id(live.space.id, "rehearsal", count)
    now = live.space.now()
    content = live.engine.content
    moment = RenderMoment(
        {"email": to[0]}, at_second(now), "broadcast" if campaign_type in TRIGGER else "event", event=dict(data),
        trigger=dict(data), recipient=", ".join(to), delivery_id=number,
    )  # fmt: skip
    rendered = _rendered(live, template, moment, rules=rules_for(content.project, content.workspace))
    rendered = replace(rendered, subject=f"{prefix}{rendered.subject}", to=tuple(to), cc=(), bcc=())
    live.recording.keep_delivery(
        number, uid=None, person=to[0], campaign="", journey=None, step="", at=now, channel="email", status="sent",
        recipient=", ".join(to), reason="", failure="", parent={}, rendered=rendered,
    )  # fmt: skip
    return rendered.subject


def _rendered(live: Live, template: Json, moment: RenderMoment, *, rules: RenderRules) -> Rendered:
    project = live.engine.content.project
    identities = {int(one["id"]): one for one in live.space.documents.all(Kind.IDENTITY)}
    number = int(template.get("id", 0))
    alone = {number: {**template, "id": number, "translations": {}}}
    message = MessageReading(alone, identities, live.decoded.names.layouts).read("", "test", number, tracked=False)[0]
    assert isinstance(message, Message)  # the caller asks for emails alone
    try:
        assembled = assemble_message(project, message, live.engine.content.workspace.liquid)
        return render_with(MessageRenderer(assembled, rules), moment)
    except RenderFault as fault:
        raise ValueError(fault.failure or fault.reason) from None
    except ConfigurationError as error:
        raise ValueError(str(error)) from None
