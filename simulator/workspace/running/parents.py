"""What a message belongs to, in the words of the APIs: campaign and action, broadcast, newsletter, transactional."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulator.workspace.documents import Kind, is_broadcast

if TYPE_CHECKING:
    from simulator.workspace.content.decode import Decoded
    from simulator.workspace.store import Documents

Json = dict[str, Any]


class Parents:
    """Looks up the numbers of one workspace's content."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self._of_slug: dict[str, tuple[Kind, int]] = {}
        self._actions: Mapping[tuple[str, str], str] = {}
        self._broadcasts: set[int] = set()
        self._by_step: dict[tuple[str, str], str] = {}
        self._templates: dict[str, Any] = {}
        self._sides: dict[str, str] = {}
        self._contents: dict[tuple[str, str], int] = {}

    def read(self, decoded: Decoded) -> None:
        """Take in new content; what is gone stays known, since what it sent is still there."""
        names = decoded.names
        for kind, table in (
            (Kind.CAMPAIGN, names.campaigns),
            (Kind.NEWSLETTER, names.newsletters),
            (Kind.TRANSACTIONAL, names.transactional),
        ):
            self._of_slug.update({slug: (kind, number) for number, slug in table.items()})
        self._actions = decoded.actions
        self._contents.update(decoded.contents)
        self._by_step.update({step: action for action, step in names.steps.items()})
        campaigns = self.documents.all(Kind.CAMPAIGN)
        self._broadcasts |= {one["id"] for one in campaigns if is_broadcast(one)}
        for action in self.documents.all(Kind.ACTION):
            self._templates[str(action["id"])] = action.get("template_id")
            for side in action.get("action_ids") or ():
                self._sides[str(side)] = str(action["id"])

    def kind_of(self, slug: str) -> tuple[Kind, int] | None:
        """What a campaign's slug stands for, and its number."""
        return self._of_slug.get(slug)

    def action_of(self, slug: str, step: str, message: str = "") -> str:
        """The action that sends a message of a step: the step's own, or the side of an A/B test."""
        own = self._by_step.get((slug, step), "")
        sent = self._actions.get((slug, message), own) if message else own
        return sent if self._sides.get(sent) == own and own else own or sent

    def of(
        self, slug: str, step: str, message: str, language: str | None, journey: Mapping[str, Any]
    ) -> tuple[Json, int | None]:
        """The parent, and the template that was sent."""
        kind, number = self._of_slug.get(slug, (Kind.CAMPAIGN, 0))
        if kind is Kind.NEWSLETTER:
            template = self._contents.get((slug, message)) or self._first_template(kind, number, "template_ids")
            return {"newsletter_id": number, "content_id": template}, template
        if kind is Kind.TRANSACTIONAL:
            return {"transactional_message_id": number}, self._first_template(kind, number, "template_id")
        action = self.action_of(slug, step, message)
        template = self._templates.get(action)
        found: Json = {"campaign_id": number, "action_id": int(action) if action else None}
        if number in self._broadcasts:
            found = {"broadcast_id": number, "trigger_id": journey.get("trigger_id"), "action_id": found["action_id"]}
        elif action in self._sides:
            found["parent_action_id"] = int(self._sides[action])
        found["journey_id"] = journey.get("id") or ""
        if journey.get("event_id"):
            found["trigger_event_id"] = journey["event_id"]
        return found, template

    def _first_template(self, kind: Kind, number: int, name: str) -> int | None:
        document = self.documents.get(kind, number) or {}
        found = document.get(name)
        first = (found[0] if found else None) if isinstance(found, list) else found
        return first if isinstance(first, int) else None
