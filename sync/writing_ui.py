"""Changes by the UI API: which calls each kind of change takes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from email.utils import parseaddr
from typing import Any

from mailwright.definitions.triggers import NewsletterTrigger, TransactionalTrigger
from sync.clients.refusals import WorkspaceRefusal
from sync.clients.ui_api import UiApi
from sync.codecs.authored import campaign_of
from sync.codecs.campaigns import exit_fields, goal_fields, settings_fields
from sync.codecs.messages import split_slug
from sync.codecs.references import Unwritable
from sync.codecs.sends import newsletter_fields, transactional_fields
from sync.codecs.shared import (
    layout_fields,
    read_layout,
    read_segment,
    read_snippet,
    segment_fields,
    snippet_fields,
)
from sync.codecs.step_reading import MESSAGES
from sync.codecs.templates import action_fields, template_fields
from sync.codecs.triggers import recipients_block
from sync.live_ui import UiReading
from sync.matching import Matching
from sync.opening import Workspace
from sync.plan import Action, Change
from sync.snapshot import Address, Document, Kind, canonical
from sync.standing import Live
from sync.writing_workflow import WorkflowWriting, action_body

Json = dict[str, Any]
_RECIPIENTS = frozenset({"trigger", "filter", "frequency"})
_SETTINGS = frozenset({"name", "description", "topic", "to_unsubscribed", "counts_toward_limit"})
_WORKFLOW = frozenset({"workflow", "to_unsubscribed", "counts_toward_limit"})
"""What the steps of a workflow inherit is written on each of them."""


class UiWriting:
    """Reads and writes single things of one workspace."""

    def __init__(self, workspace: Workspace, ui: UiApi, matching: Matching, live: Live) -> None:
        self.ui = ui
        self.matching = matching
        self.ledger = matching.ledger
        self.live = live
        self.reading = UiReading(workspace, ui, matching)
        self.reading.live = live
        self.sender = self.reading.sender

    # --- reading one thing --------------------------------------------------------------------------------------

    def read(self, address: Address) -> Document | None:
        """The thing as it stands now. Raises: WorkspaceError."""
        try:
            found = self._refreshed(address)
        except WorkspaceRefusal as error:
            if error.status != 404:
                raise
            found = False
        if not found:
            self.live.drop(address)
        return self.live.documents.get(address)

    def _refreshed(self, address: Address) -> bool:
        """Whether the thing is there; it is then noted as it stands."""
        ids = self.live.ids.get(address) or self.ledger.ids.get(address)
        match address.kind:
            case Kind.CAMPAIGN:
                return self._campaign(address.slug, ids)
            case Kind.MESSAGE:
                return self._message(address, ids)
            case _:
                return self._shared(address, None if ids is None else ids.get("id"))

    def _shared(self, address: Address, number: Any) -> bool:
        raw = self._shared_raw(address, number)
        if raw is None:
            return False
        names, slug = self.live.names, address.slug
        match address.kind:
            case Kind.LAYOUT:
                names.layouts[slug] = int(raw["id"])
                self.live.put(read_layout(raw, slug), {"id": raw["id"]}, raw)
            case Kind.SNIPPET:
                self.live.put(read_snippet(raw, slug), {"id": raw["id"]}, raw)
            case _:
                names.segments[slug] = int(raw["id"])
                read = read_segment(raw, slug, names)
                self.live.put(read.document, {"id": raw["id"]}, raw, raw.get("updated_at"), read.unseen)
        self.ledger.ids[address] = self.live.ids[address]
        return True

    def _shared_raw(self, address: Address, number: Any) -> Json | None:
        """The thing by its number; without one by its slug, as an earlier try may have made it."""
        one, every = {
            Kind.LAYOUT: (self.ui.layout, self.ui.layouts),
            Kind.SNIPPET: (self.ui.snippet, lambda: list(self.ui.snippets())),
            Kind.SEGMENT: (self.ui.segment, self.ui.segments),
        }[address.kind]
        if number is not None:
            return one(int(number))
        matched = self.reading.matched(address.kind, every())
        return next((raw for slug, raw in matched if slug == address.slug), None)

    def _campaign(self, slug: str, ids: Mapping[str, Any] | None) -> bool:
        if ids is None:
            ids = self._found_by_name(slug)
            if ids is None:
                return False
        number, address = int(ids["id"]), Address(Kind.CAMPAIGN, slug)
        match ids.get("via", "campaign"):
            case "transactional":
                raw = self.ui.transactional_message(number)
                template = self.reading.fresh_template(int(raw["template_id"])) if raw.get("template_id") else None
                self.reading.put_transactional(slug, raw, template)
            case "newsletter":
                self.reading.put_newsletter(slug, self.ui.newsletter(number), self.ui.newsletter_templates(number))
            case _:
                reply = self.ui.campaign(number)
                self.reading.put_campaign(slug, reply, self.reading.steps(slug, reply))
        self.ledger.ids[address] = self.live.ids[address]
        return True

    def _found_by_name(self, slug: str) -> Mapping[str, Any] | None:
        """A campaign that an earlier try made, by the name that the files give it."""
        defined = self.matching.project.campaigns.get(slug)
        if defined is None:
            return None
        known = {str(ids.get("id")) for one, ids in self.ledger.ids.items() if one.kind is Kind.CAMPAIGN}
        lists = (
            ("campaign", self.ui.campaigns),
            ("transactional", self.ui.transactional_messages),
            ("newsletter", self.ui.newsletters),
        )
        for via, ask in lists:
            for one in ask():
                if one.get("name") == defined.name and str(one["id"]) not in known:
                    return {"id": one["id"], "via": via}
        return None

    def _message(self, address: Address, ids: Mapping[str, Any] | None) -> bool:
        slug, step, language = split_slug(address.slug)
        if language is not None:
            return self.reading.variant(address)
        owner = Address(Kind.CAMPAIGN, slug)
        known = self.live.ids.get(owner) or self.ledger.ids.get(owner)
        if known is None or not self._campaign(slug, known):
            return False
        if known.get("via", "campaign") != "campaign":
            return address in self.live.documents
        reply: Any = self.live.raw[owner]
        steps = self.reading.steps(slug, reply)
        for action in reply.get("actions") or ():
            if action.get("type") in MESSAGES and steps[str(action["id"])] == step:
                number = action.get("template_id")
                template = None if number is None else self.reading.fresh_template(int(number))
                if template is None:
                    return False
                self.reading.put_message(slug, step, action, template, int(known["id"]))
                self.ledger.ids[address] = self.live.ids[address]
                return True
        return False

    # --- writing one change -------------------------------------------------------------------------------------

    def write(self, change: Change, live: Document | None) -> None:
        """Carry out one change. Raises: WorkspaceError; Unwritable."""
        address = change.address
        if change.action is Action.DELETE:
            self._delete(address)
            return
        wanted = change.target(live)
        changed = {one.name for one in change.fields}
        match address.kind:
            case Kind.CAMPAIGN:
                self._write_campaign(wanted, changed)
            case Kind.MESSAGE:
                self._write_message(wanted, changed)
            case _:
                self._write_shared(wanted, changed)

    def _write_shared(self, wanted: Document, changed: Collection[str]) -> None:
        address = wanted.address
        ids, raw = self.live.ids.get(address), self.live.raw.get(address, {})
        make: Callable[[Json], Json]
        put: Callable[[int, Json], None]
        match address.kind:
            case Kind.LAYOUT:
                fields, make, put = layout_fields(wanted, raw), self.ui.create_layout, self.ui.update_layout
            case Kind.SNIPPET:
                fields, make, put = snippet_fields(wanted), self.ui.create_snippet, self.ui.update_snippet
            case _:
                fields = segment_fields(wanted, changed, raw, self.live.names)
                make, put = self.ui.create_segment, self.ui.update_segment
        if ids is None:
            self.ledger.ids[address] = {"id": make(fields)["id"]}
            self.live.ids[address] = self.ledger.ids[address]
            known = {Kind.LAYOUT: self.live.names.layouts, Kind.SEGMENT: self.live.names.segments}.get(address.kind, {})
            known[address.slug] = int(self.ledger.ids[address]["id"])
        else:
            put(int(ids["id"]), fields)

    def _write_campaign(self, wanted: Document, changed: Collection[str]) -> None:
        address = wanted.address
        match self._via(wanted):
            case "transactional":
                self._write_transactional(wanted)
                return
            case "newsletter":
                self._write_newsletter(wanted, changed)
                return
        if address not in self.live.raw:
            self._make_campaign(wanted)
        number, slug = int(self.live.ids[address]["id"]), address.slug
        campaign, names = campaign_of(_whole(wanted)), self.live.names
        if _RECIPIENTS & set(changed) and "trigger" in wanted.fields:
            block = recipients_block(campaign, self._raw(address)["campaign"], names, slug)
            self.ui.update_campaign(number, "recipients", block)
            self._campaign(slug, self.live.ids[address])
        if _SETTINGS & set(changed):
            self.ui.update_campaign(number, "global_settings", settings_fields(campaign, names))
        if "goal" in changed:
            self.ui.update_campaign(number, "exit_and_conversion", goal_fields(campaign))
        if {"exit", "goal"} & set(changed):
            self.ui.update_campaign(number, "exit_conditions", exit_fields(campaign, names))
        if "tags" in changed:
            self._tags(number, set(campaign.tags), self._raw(address))
        if _WORKFLOW & set(changed) and "workflow" in wanted.fields:
            WorkflowWriting(self.reading, self.ledger, slug, number, campaign).write()
        if "state" in changed:
            self._state(number, str(wanted.value("state")), self._raw(address))

    def _via(self, wanted: Document) -> str:
        """What a campaign of the files is there: as it was found, as its trigger says, or as the files say."""
        known = self.live.ids.get(wanted.address)
        if known is not None:
            return str(known.get("via", "campaign"))
        trigger = wanted.value("trigger") or {}
        defined = self.matching.project.campaigns.get(wanted.address.slug)
        for name, kind in (("transactional", TransactionalTrigger), ("newsletter", NewsletterTrigger)):
            if name in trigger or (not trigger and defined is not None and isinstance(defined.trigger, kind)):
                return name
        return "campaign"

    def _raw(self, address: Address) -> Json:
        found: Any = self.live.raw[address]
        return dict(found)

    def _make_campaign(self, wanted: Document) -> None:
        """Make the campaign as a draft without a trigger; the first write of the recipients sets its type."""
        address = wanted.address
        made = self.ui.create_campaign(str(wanted.value("name")), str(wanted.value("description") or ""))
        self.ledger.ids[address] = self.live.ids[address] = {"id": made["id"]}
        self._campaign(address.slug, self.live.ids[address])

    def _state(self, number: int, state: str, raw: Json) -> None:
        """Assumed: `update_type: state`; that the call is refused while agents may not edit live data is known."""
        if raw["campaign"].get("state") != state:
            self.ui.update_campaign(number, "state", {"state": state})

    def _tags(self, number: int, wanted: set[str], raw: Json) -> None:
        there = {str(one.get("name")) if isinstance(one, dict) else str(one) for one in raw.get("tags") or ()}
        for tag in sorted(wanted - there):
            self.ui.add_tag(number, tag)
        for tag in sorted(there - wanted):
            self.ui.remove_tag(number, tag)

    def _write_transactional(self, wanted: Document) -> None:
        address, fields = wanted.address, transactional_fields(wanted)
        ids = self.live.ids.get(address)
        if ids is None:
            kind = next(iter((wanted.value("workflow") or [{"email": ""}])[0]))
            made = self.ui.create_transactional({**fields, "type": kind})
            self.ledger.ids[address] = self.live.ids[address] = {"id": made["id"], "via": "transactional"}
        else:
            self.ui.update_transactional(int(ids["id"]), fields)

    def _write_newsletter(self, wanted: Document, changed: Collection[str]) -> None:
        address = wanted.address
        ids = self.live.ids.get(address)
        if ids is None:
            made = self.ui.create_newsletter({"name": wanted.value("name"), "send_percentage": 100})
            ids = {"id": made["id"], "via": "newsletter"}
            self.ledger.ids[address] = self.live.ids[address] = ids
            self._campaign(address.slug, ids)
        elif "name" in changed:
            self.ui.update_newsletter(int(ids["id"]), "main", {"name": wanted.value("name")})
        if {"trigger", "topic", "to_unsubscribed", "counts_toward_limit"} & set(changed):
            fields = newsletter_fields(wanted, self.live.raw.get(address, {}), self.live.names)
            self.ui.update_newsletter(int(ids["id"]), "recipients", fields)

    def _write_message(self, wanted: Document, changed: Collection[str]) -> None:
        address = wanted.address
        if split_slug(address.slug)[2] is not None:
            self.reading.write_variant(wanted, changed)
            return
        if address not in self.live.raw:
            self.read(address)
        raw, ids = self.live.raw.get(address), self.live.ids.get(address)
        if raw is None or ids is None:
            raise Unwritable("a message whose step is not in the workspace")
        self._make_senders(wanted, changed)
        template: Any = raw["template"]
        fields = template_fields(wanted, changed, template, self.live.names, self.sender)
        if fields:
            self.ui.update_template(int(ids["template"]), fields)
        more = action_fields(wanted, changed)
        if more and ids.get("via", "campaign") == "campaign":
            # The call may be the slower of the two to show: what it replaces is read again.
            self.read(address)
            self.ui.update_action(str(ids["action"]), action_body(self.live.raw[address]["action"], more))

    def _make_senders(self, wanted: Document, changed: Collection[str]) -> None:
        """Make the senders that a message names and the workspace lacks."""
        names = self.live.names
        for field, look in (("from", names.sender_id), ("reply_to", names.reply_id)):
            value = wanted.value(field)
            if field not in changed or value is None or (field == "from" and value == self.sender):
                continue
            try:
                look(str(value))
            except Unwritable:
                name, address = parseaddr(str(value))
                if wanted.value("kind") != "email" or "@" not in address or "{" in address:
                    raise
                # A sender needs a name; a reply goes to the address, whatever its name is.
                if not name and field == "from":
                    raise Unwritable(f"the sender {address}, which has no name") from None
                made = self.ui.create_identity(name or address.partition("@")[0], address)
                names.senders[int(made["id"])] = (str(made.get("name")), address)

    def _delete(self, address: Address) -> None:
        ids = self.live.ids.get(address) or self.ledger.ids.get(address)
        if ids is None or address.kind is Kind.MESSAGE:
            return  # a message goes with its step
        delete = {
            (Kind.CAMPAIGN, "campaign"): self.ui.delete_campaign,
            (Kind.CAMPAIGN, "transactional"): self.ui.delete_transactional,
            (Kind.CAMPAIGN, "newsletter"): self.ui.delete_newsletter,
            (Kind.LAYOUT, "campaign"): self.ui.delete_layout,
            (Kind.SNIPPET, "campaign"): self.ui.delete_snippet,
            (Kind.SEGMENT, "campaign"): self.ui.delete_segment,
        }[address.kind, str(ids.get("via", "campaign"))]
        delete(int(ids["id"]))


def _whole(wanted: Document) -> Document:
    """The document with something in the place of a trigger or workflow that only a hand can write."""
    stand_in = {"trigger": canonical({"event": "none"}), "workflow": canonical([{"exit": True}])}
    return Document(wanted.address, {**stand_in, **wanted.fields})
