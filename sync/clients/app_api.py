"""The App API of one workspace: trigger kinds and content read, content written.

Source: App API reference; `Source:` lines below name what it does not say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sync.clients.paging import by_token
from sync.clients.transport import Json, Reply, Transport


@dataclass(frozen=True, slots=True)
class AppApi:
    """One method per call; every one raises WorkspaceError when the workspace refuses or cannot be reached."""

    transport: Transport

    def workspaces(self) -> list[Json]:
        """The workspaces of the account."""
        return self.transport.get("/v1/workspaces").list("workspaces")

    def campaigns(self) -> list[Json]:
        """All campaigns, in one answer."""
        return self.transport.get("/v1/campaigns").list("campaigns")

    def broadcasts(self) -> list[Json]:
        """All API-triggered broadcasts, in one answer."""
        return self.transport.get("/v1/broadcasts").list("broadcasts")

    def actions(self, campaign: int, *, is_broadcast: bool = False) -> list[Json]:
        """The actions with content of a campaign, ten a page."""
        what = "broadcasts" if is_broadcast else "campaigns"
        path = f"/v1/{what}/{campaign}/actions"
        return list(by_token(lambda token: self.transport.get(path, start=token), "actions"))

    def action(self, campaign: int, action: str, language: str | None = None) -> Json:
        """One action's content, in one language."""
        path = f"/v1/campaigns/{campaign}/actions/{action}" + (f"/language/{language}" if language else "")
        return self.transport.get(path).object("action")

    def update_action(self, campaign: int, action: str, content: Json, language: str | None = None) -> Json:
        """Replace what *content* names of one action; gives the action as the workspace stored it.

        Source: an older copy of the vendor's schema answers with the bare action, the newer one wraps it.
        """
        path = f"/v1/campaigns/{campaign}/actions/{action}" + (f"/language/{language}" if language else "")
        return self.transport.put(path, content).object("action")

    def transactional(self) -> list[Json]:
        """All transactional messages, in one answer."""
        return self.transport.get("/v1/transactional").list("messages")

    def transactional_contents(self, message: int) -> list[Json]:
        """The contents of a transactional message, one a language."""
        return self.transport.get(f"/v1/transactional/{message}/contents").list("contents")

    def update_transactional(self, message: int, content: int, fields: Json, language: str | None = None) -> None:
        """Replace what *fields* name of a transactional message's content."""
        where = f"language/{language}" if language else f"content/{content}"
        self.transport.put(f"/v1/transactional/{message}/{where}", fields)

    def newsletters(self) -> Iterator[Json]:
        """All one-time sends, a hundred a page."""
        return by_token(lambda token: self.transport.get("/v1/newsletters", limit=100, start=token), "newsletters")

    def newsletter_contents(self, newsletter: int) -> list[Json]:
        """The contents of a one-time send, one a language."""
        return self.transport.get(f"/v1/newsletters/{newsletter}/contents").list("contents")

    def update_newsletter(self, newsletter: int, content: int, fields: Json, language: str | None = None) -> None:
        """Replace what *fields* name of a one-time send's content."""
        where = f"language/{language}" if language else f"contents/{content}"
        self.transport.put(f"/v1/newsletters/{newsletter}/{where}", fields)

    def snippets(self) -> list[Json]:
        """All snippets, in one answer."""
        return self.transport.get("/v1/snippets").list("snippets")

    def put_snippet(self, name: str, value: str) -> Json:
        """Make or replace a snippet."""
        return self.transport.put("/v1/snippets", {"name": name, "value": value}).object("snippet")

    def delete_snippet(self, name: str) -> None:
        """Delete a snippet."""
        self.transport.delete(f"/v1/snippets/{quote(name, safe='')}")

    def segments(self) -> list[Json]:
        """All segments, in one answer; newer answers carry their conditions."""
        return self.transport.get("/v1/segments").list("segments")

    def create_segment(self, name: str, description: str) -> Json:
        """Make a manual segment."""
        fields = {"segment": {"name": name, "description": description}}
        return self.transport.post("/v1/segments", fields).object("segment")

    def delete_segment(self, segment: int) -> None:
        """Delete a segment."""
        self.transport.delete(f"/v1/segments/{segment}")

    def senders(self) -> Iterator[Json]:
        """All sender identities: the shown and the hidden are two lists."""
        for hidden in ("false", "true"):
            yield from by_token(
                lambda token, hidden=hidden: self.transport.get(  # type: ignore[misc]  # mypy has no type for a default
                    "/v1/sender_identities", hidden=hidden, limit=100, start=token
                ),
                "sender_identities",
            )

    def topics(self) -> list[Json]:
        """The subscription topics."""
        return self.transport.get("/v1/subscription_topics").list("topics")

    def object_types(self) -> list[Json]:
        """The types of objects."""
        return self.transport.get("/v1/object_types").list("types")

    def messages(self, since: int, until: int, *, drafts: bool = False) -> Iterator[Json]:
        """The deliveries made between two moments (Unix seconds, both inside), newest first, a thousand a page."""
        asked = {"start_ts": since, "end_ts": until, "limit": 1000, "drafts": "true" if drafts else None}
        return by_token(lambda token: self.transport.get("/v1/messages", start=token, **asked), "messages")

    def start_delivery_export(self, asked: Json) -> Json:
        """Ask for an export of deliveries: by campaign, action or newsletter, between `start` and `end`."""
        return self.transport.post("/v1/exports/deliveries", asked).object("export")

    def export(self, number: int) -> Json:
        """How an export stands."""
        return self.transport.get(f"/v1/exports/{number}").object("export")

    def export_file(self, number: int) -> str:
        """The file of an export that is done.

        Source: the vendor's schema answers with `url`, a comment in the Node client says `link`.
        """
        reply = self.transport.get(f"/v1/exports/{number}/download").object("")
        return self.transport.download(str(reply.get("url") or reply.get("link") or ""))

    def people(self, kind: str) -> Iterator[Json]:
        """The identifiers of everybody who has one of *kind* (`id`, `email`), a thousand a page.

        Source: App API reference, customer search: `exists` is an operator; `identifiers` is null when nobody is left.
        """
        tree = {"filter": {"attribute": {"field": kind, "operator": "exists"}}}

        def page(token: str | None) -> Reply:
            query = {"limit": 1000, "start": token}
            return self.transport.send("POST", "/v1/customers", query=query, content=tree, is_repeatable=True)

        return by_token(page, "identifiers")

    def attributes_of(self, keys: Sequence[str], kind: str) -> list[Json]:
        """What a hundred people at most have, attributes as text; those nobody knows are left out."""
        body = {"ids": list(keys)}
        path = "/v1/customers/attributes"
        reply = self.transport.send("POST", path, query={"id_type": kind}, content=body, is_repeatable=True)
        return reply.list("customers")
