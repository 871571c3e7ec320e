from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailwright.assembly import AssembledMessage, assemble
from mailwright.definitions.layout import Layout, Snippet
from mailwright.definitions.message import FIELDS_OF, Message, Text, Webhook, WebhookContent
from mailwright.definitions.project import Project
from mailwright.definitions.workspace import Workspace
from simulator.rendering.email import Rendered, render_message
from simulator.rendering.moment import RenderMoment
from simulator.rendering.rules import rules_for

NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
ANA = {"id": "7", "email": "ana@example.org", "first_name": "Ana", "phone": "+15550104477"}

Assemble = Callable[..., AssembledMessage]
Render = Callable[..., Rendered]


def message_of(body: str, kind: str = "email", layout: str = "", text: str = "", **fields: Any) -> Project:
    """A project of one message `c/m`, with the snippets `address` and `hello`."""
    given = {"subject": "A subject", "from": "Team <team@example.org>", **fields} if kind == "email" else fields
    if layout:
        given["layout"] = "base@1"
    content = FIELDS_OF[kind](**given)
    written = Text(text, "campaigns/c/m.txt.liquid") if text else None
    message = Message("c", "m", kind, None, content, Text(body, "campaigns/c/m.liquid", 6), written)
    snippets = {"address": "12 Harbour Row", "hello": "Hello {{ customer.first_name }}{{ mine }}"}
    return Project(
        Path("."),
        messages={("c", "m", None): message},
        layouts={"base@1": Layout("base", 1, "Base v1", Text(layout, "layouts/base/1.liquid"))} if layout else {},
        snippets={
            name: Snippet(name, Text(source, f"layouts/_snippets/{name}.liquid")) for name, source in snippets.items()
        },
    )


@pytest.fixture
def render() -> Render:
    """Renders one message that is given as its parts, for Ana and her event."""

    def render(
        body: str,
        *,
        customer: dict[str, Any] | None = ANA,
        event: dict[str, Any] | None = None,
        workspace: Workspace | None = None,
        moment: dict[str, Any] | None = None,
        **parts: Any,
    ) -> Rendered:
        workspace = workspace or Workspace()
        project = message_of(body, **parts)
        seen = RenderMoment(customer, NOW, event=event if event is not None else {"plan": "pro"}, **(moment or {}))
        message = assemble(project, "c", "m", None, workspace)
        return render_message(message, seen, rules_for(project, workspace))

    return render


@pytest.fixture
def call() -> Render:
    """Renders a webhook for Ana and her event."""

    def call(content: WebhookContent, customer: dict[str, Any] | None = ANA, **moment: Any) -> Rendered:
        project = Project(Path("."), webhooks={("c", "hook"): Webhook("c", "hook", content)})
        return render_message(assemble(project, "c", "hook"), RenderMoment(customer, NOW, **moment))

    return call
