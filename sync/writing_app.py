"""Changes by an App key alone: content of messages, snippets, manual segments."""

from __future__ import annotations

from typing import Any

from sync.clients.app_api import AppApi
from sync.clients.refusals import WorkspaceRefusal
from sync.codecs.app_content import content_fields, read_content
from sync.codecs.messages import split_slug
from sync.codecs.references import Unwritable
from sync.codecs.shared import read_segment, read_snippet
from sync.live_app import AppReading, not_shown_in
from sync.matching import Matching
from sync.opening import Workspace
from sync.plan import Action, Change
from sync.snapshot import Address, Document, Kind
from sync.standing import Live

Json = dict[str, Any]


class AppWriting:
    """Reads and writes single things of one workspace."""

    def __init__(self, workspace: Workspace, app: AppApi, matching: Matching, live: Live) -> None:
        self.app = app
        self.live = live
        self.ledger = matching.ledger
        self.sender = AppReading(workspace, app, matching).sender

    def read(self, address: Address) -> Document | None:
        """The thing as it stands now. Raises: WorkspaceError."""
        match address.kind:
            case Kind.MESSAGE:
                self._read_message(address)
            case Kind.SNIPPET:
                raw = next((one for one in self.app.snippets() if one["name"] == address.slug), None)
                self._noted(address, None if raw is None else read_snippet(raw, address.slug), raw)
            case Kind.SEGMENT:
                self._read_segment(address)
            case _:
                pass  # what an App key shows of others it cannot change
        return self.live.documents.get(address)

    def _noted(self, address: Address, document: Document | None, raw: Json | None) -> None:
        if document is None or raw is None:
            self.live.drop(address)
            return
        self.live.put(document, {"id": raw.get("id", raw.get("name"))}, raw)
        self.ledger.ids[address] = self.live.ids[address]

    def _read_segment(self, address: Address) -> None:
        number = self.live.names.segments.get(address.slug)
        raw = next((one for one in self.app.segments() if int(one["id"]) == number), None)
        read = None if raw is None else read_segment(raw, address.slug, self.live.names)
        self._noted(address, None if read is None else read.document, raw)

    def _read_message(self, address: Address) -> None:
        ids = self.live.ids.get(address)
        if ids is None:
            return
        campaign, step, language = split_slug(address.slug)
        try:
            raw = self._content(dict(ids), language)
        except WorkspaceRefusal as error:
            if error.status not in (400, 404):
                raise
            raw = None
        if raw is None:
            self.live.drop(address)
            return
        read = read_content(raw, self.live.names, campaign, step, self.sender)
        self.live.put(read.document, ids, raw, raw.get("updated"), read.unseen)
        self.live.hidden[address] = not_shown_in(raw)

    def _content(self, ids: Json, language: str | None) -> Json | None:
        owner = int(ids["owner"])
        match ids["via"]:
            case "transactional":
                rows = self.app.transactional_contents(owner)
            case "newsletter":
                rows = self.app.newsletter_contents(owner)
            case _:
                return self.app.action(owner, str(ids["action"]), language)
        return next((one for one in rows if str(one["id"]) == str(ids["id"])), None)

    def write(self, change: Change, live: Document | None) -> None:
        """Carry out one change. Raises: WorkspaceError; Unwritable."""
        address, wanted = change.address, change.target(live)
        match address.kind, change.action:
            case Kind.SNIPPET, Action.DELETE:
                self.app.delete_snippet(address.slug)
            case Kind.SNIPPET, _:
                self.app.put_snippet(address.slug, str(wanted.value("value") or ""))
            case Kind.SEGMENT, Action.CREATE if wanted.value("manual"):
                name, description = str(wanted.value("name")), str(wanted.value("description") or "")
                self.live.names.segments[address.slug] = int(self.app.create_segment(name, description)["id"])
            case Kind.MESSAGE, Action.UPDATE | Action.OFF | Action.START | Action.STOP:
                self._write_message(wanted, {one.name for one in change.fields})
            case _:
                raise Unwritable("a change that an App key cannot make")

    def _write_message(self, wanted: Document, changed: set[str]) -> None:
        ids = self.live.ids.get(wanted.address)
        if ids is None:
            raise Unwritable("a message whose step is not in the workspace")
        fields = content_fields(wanted, changed, self.live.names)
        language = split_slug(wanted.address.slug)[2]
        owner = int(ids["owner"])
        match ids["via"]:
            case "transactional":
                self.app.update_transactional(owner, int(ids["id"]), fields, language)
            case "newsletter":
                self.app.update_newsletter(owner, int(ids["id"]), fields, language)
            case _:
                self.app.update_action(owner, str(ids["action"]), fields, language)
