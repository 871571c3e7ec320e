"""The UI API of one workspace: what the Journeys UI and the official command line call.

It has no published reference. Source: the official command line's routes and clients, and public notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sync.clients.paging import by_number
from sync.clients.transport import Json, Transport

PAGE = 50
"""Items a page where a list takes a size."""


@dataclass(frozen=True, slots=True)
class UiApi:
    """One method per call; every one raises WorkspaceError when the workspace refuses or cannot be reached."""

    transport: Transport
    environment: int

    def _path(self, rest: str) -> str:
        return f"/v1/environments/{self.environment}/{rest}"

    def account(self) -> Json:
        """The account that the token is of: `id`, `name`, `data_center`."""
        return self.transport.get("/v1/accounts/current").object("account")

    def environments(self, account: int) -> list[Json]:
        """The workspaces of an account."""
        return self.transport.get(f"/v1/accounts/{account}/environments").list("environments")

    def audit_log(self, account: int) -> list[Json]:
        """Who did what, newest first.

        Assumed: the list stands under `audit_logs`.
        """
        return self.transport.get(f"/v1/accounts/{account}/audit_logs").list("audit_logs")

    def campaigns(self) -> Iterator[Json]:
        """The campaigns' heads, each once; the list has been seen to drop some."""
        path = self._path("campaigns")
        return by_number(lambda page: self.transport.get(path, page=page, size=PAGE), "campaigns", from_zero=True)

    def campaign(self, campaign: int) -> Json:
        """One campaign as it came: `campaign`, `actions` beside it, `tags`."""
        reply = self.transport.get(self._path(f"campaigns/{campaign}"))
        reply.object("campaign")
        found: Json = reply.body
        return found

    def create_campaign(self, name: str, description: str) -> Json:
        """Make a campaign without a trigger; its type is set by the first `recipients` write."""
        fields = {"name": name, "type": "none", "description": description}
        return self.transport.post(self._path("campaigns"), {"campaign": fields}).object("campaign")

    def update_campaign(self, campaign: int, update_type: str, fields: Json, **beside: object) -> None:
        """One `update_type` write; *beside* stands at the top level, as `actions` does.

        Raises: WorkspaceError; after `add_actions` it may have been done all the same.
        """
        body = {"campaign": {"update_type": update_type, **fields}, **beside}
        is_repeatable = update_type not in ("add_actions", "delete_actions")
        self.transport.put(self._path(f"campaigns/{campaign}"), body, is_repeatable=is_repeatable)

    def rename_campaign(self, campaign: int, fields: Json) -> None:
        """Replace name and description.

        Assumed: these two are written without an `update_type`.
        """
        self.transport.put(self._path(f"campaigns/{campaign}"), {"campaign": fields})

    def delete_campaign(self, campaign: int) -> None:
        """Delete a campaign and all its numbers."""
        self.transport.delete(self._path(f"campaigns/{campaign}"))

    def add_tag(self, campaign: int, tag: str) -> None:
        """Tag a campaign."""
        self.transport.send("POST", self._path(f"campaigns/{campaign}/tags"), content={"tag": tag}, is_repeatable=True)

    def remove_tag(self, campaign: int, tag: str) -> None:
        """Take a tag off a campaign."""
        self.transport.delete(self._path(f"campaigns/{campaign}/tags/{tag}"))

    def update_action(self, action: str, fields: Json) -> None:
        """Replace one action; the call demands six of its fields, whatever changes."""
        self.transport.put(self._path(f"actions/{action}"), {"action": fields})

    def templates(self) -> Iterator[Json]:
        """The heads of all templates, with their update stamps."""
        path = self._path("templates")
        return by_number(lambda page: self.transport.get(path, page=page, page_size=PAGE), "templates")

    def template(self, template: int) -> Json:
        """One template."""
        return self.transport.get(self._path(f"templates/{template}")).object("template")

    def update_template(self, template: int, fields: Json) -> None:
        """Replace what *fields* name of a template."""
        self.transport.put(self._path(f"templates/{template}"), {"template": fields})

    def layouts(self) -> list[Json]:
        """All layouts with their bodies."""
        return self.transport.get(self._path("layouts")).list("layouts")

    def layout(self, layout: int) -> Json:
        """One layout."""
        return self.transport.get(self._path(f"layouts/{layout}")).object("layout")

    def create_layout(self, fields: Json) -> Json:
        """Make a layout."""
        return self.transport.post(self._path("layouts"), {"layout": fields}).object("layout")

    def update_layout(self, layout: int, fields: Json) -> None:
        """Replace a layout."""
        self.transport.put(self._path(f"layouts/{layout}"), {"layout": fields})

    def delete_layout(self, layout: int) -> None:
        """Delete a layout."""
        self.transport.delete(self._path(f"layouts/{layout}"))

    def snippets(self) -> Iterator[Json]:
        """All snippets with their values."""
        path = self._path("snippets")
        return by_number(lambda page: self.transport.get(path, page=page, limit=PAGE), "snippets")

    def snippet(self, snippet: int) -> Json:
        """One snippet."""
        return self.transport.get(self._path(f"snippets/{snippet}")).object("snippet")

    def create_snippet(self, fields: Json) -> Json:
        """Make a snippet."""
        return self.transport.post(self._path("snippets"), {"snippet": fields}).object("snippet")

    def update_snippet(self, snippet: int, fields: Json) -> None:
        """Replace a snippet."""
        self.transport.put(self._path(f"snippets/{snippet}"), {"snippet": fields})

    def delete_snippet(self, snippet: int) -> None:
        """Delete a snippet."""
        self.transport.delete(self._path(f"snippets/{snippet}"))

    def segments(self) -> list[Json]:
        """All segments with their conditions; without a `size` the list is not paged."""
        return self.transport.get(self._path("segments")).list("segments")

    def segment(self, segment: int) -> Json:
        """One segment."""
        return self.transport.get(self._path(f"segments/{segment}")).object("segment")

    def create_segment(self, fields: Json) -> Json:
        """Make a segment; it is built in the background."""
        return self.transport.post(self._path("segments"), {"segment": fields}).object("segment")

    def update_segment(self, segment: int, fields: Json) -> None:
        """Replace a segment; the name is demanded."""
        self.transport.put(self._path(f"segments/{segment}"), {"segment": fields})

    def delete_segment(self, segment: int) -> None:
        """Delete a segment."""
        self.transport.delete(self._path(f"segments/{segment}"))

    def transactional_messages(self) -> list[Json]:
        """All transactional messages."""
        return self.transport.get(self._path("transactional_messages")).list("transactional_messages")

    def transactional_message(self, message: int) -> Json:
        """One transactional message."""
        return self.transport.get(self._path(f"transactional_messages/{message}")).object("transactional_message")

    def create_transactional(self, fields: Json) -> Json:
        """Make a transactional message with a template of its own."""
        body = {"transactional_message": fields}
        return self.transport.post(self._path("transactional_messages"), body).object("transactional_message")

    def update_transactional(self, message: int, fields: Json) -> None:
        """Replace what *fields* name of a transactional message."""
        self.transport.put(self._path(f"transactional_messages/{message}"), {"transactional_message": fields})

    def delete_transactional(self, message: int) -> None:
        """Delete a transactional message."""
        self.transport.delete(self._path(f"transactional_messages/{message}"))

    def newsletters(self) -> list[Json]:
        """All one-time sends."""
        return self.transport.get(self._path("newsletters")).list("newsletters")

    def newsletter(self, newsletter: int) -> Json:
        """One one-time send."""
        return self.transport.get(self._path(f"newsletters/{newsletter}")).object("newsletter")

    def create_newsletter(self, fields: Json) -> Json:
        """Make a one-time send that is not scheduled."""
        return self.transport.post(self._path("newsletters"), {"newsletter": fields}).object("newsletter")

    def update_newsletter(self, newsletter: int, update_type: str, fields: Json) -> None:
        """One `update_type` write of a one-time send."""
        body = {"newsletter": {"update_type": update_type, **fields}}
        self.transport.put(self._path(f"newsletters/{newsletter}"), body)

    def newsletter_templates(self, newsletter: int) -> list[Json]:
        """The templates of a one-time send."""
        return self.transport.get(self._path(f"newsletters/{newsletter}/templates")).list("templates")

    def delete_newsletter(self, newsletter: int) -> None:
        """Delete a one-time send."""
        self.transport.delete(self._path(f"newsletters/{newsletter}"))

    def identities(self, kind: str) -> list[Json]:
        """The senders of one channel: `email`, `sms`."""
        return self.transport.get(self._path("identities"), type=kind).list("identities")

    def create_identity(self, name: str, email: str) -> Json:
        """Make an email sender."""
        fields = {"identity": {"name": name, "email": email}}
        return self.transport.post(self._path("identities"), fields).object("identity")

    def event_names(self) -> list[Json]:
        """The events that the workspace has seen, with the numbers that exit conditions name them by."""
        return self.transport.get(self._path("event_names")).list("event_names")

    def topics(self) -> list[Json]:
        """The subscription topics."""
        return self.transport.get(self._path("subscription_topics")).list("subscription_topics")

    def object_types(self) -> list[Json]:
        """The types of objects with the attributes that were seen."""
        return self.transport.get(self._path("object_types")).list("object_types")
