"""How a workspace stands by the UI API: lists first, then the campaigns and templates whose stamps have moved."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from mailwright.definitions.workflow import walk_steps
from sync.clients.refusals import WorkspaceRefusal
from sync.clients.transport import CONNECTIONS
from sync.clients.ui_api import UiApi
from sync.codecs.app_content import content_fields, read_content
from sync.codecs.campaigns import Read, read_ui_campaign
from sync.codecs.messages import address_text, message_slug, split_slug
from sync.codecs.references import References, Unwritable
from sync.codecs.sends import KINDS, read_newsletter, read_transactional
from sync.codecs.shared import read_layout, read_segment, read_snippet
from sync.codecs.step_reading import MESSAGES
from sync.codecs.templates import read_template
from sync.desired import steps_and_files
from sync.ledger import Ids
from sync.matching import Matching, Thing, topic_slugs
from sync.naming import slug_of
from sync.opening import Workspace
from sync.reply_cache import A_DAY, open_cache
from sync.snapshot import Address, Document, Kind
from sync.standing import Live, Unrepresented

Json = dict[str, Any]
Item = TypeVar("Item")
_NOT_SERVED = (404, 501)
_CONTENT = frozenset({"campaigns", "templates", "transactional", "newsletters"})
"""The lists of what is content itself; the others are names that content mentions."""


class UiReading:
    """Reads one workspace, with several requests under way at once and never faster than it allows."""

    def __init__(self, workspace: Workspace, ui: UiApi, matching: Matching, *, fresh: bool = False) -> None:
        """*fresh*: read everything anew, whatever the stamps say."""
        self.workspace = workspace
        self.ui = ui
        self.matching = matching
        self.live = Live()
        root, name, now = workspace.project.root, workspace.name, int(time.time())
        self.templates = open_cache(root, "templates", name, ui.environment, now, fresh=fresh)
        self.campaigns = open_cache(root, "campaigns", name, ui.environment, now, lasts=A_DAY, fresh=fresh)
        self.stamps: dict[str, object] = {}
        sender = workspace.settings.sender
        self.sender = None if sender is None else address_text(sender)

    def read(self) -> Live:
        """Everything.

        Raises: WorkspaceError.
        """
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            lists = self._lists(pool)
            self._shared(lists)
            self._campaigns(pool, lists)
            self._sends(pool, lists)
            self._variants(pool)
        self.templates.keep()
        self.campaigns.keep()
        self.live.doubts += self.matching.doubts
        return self.live

    def read_names(self) -> Live:
        """What content mentions by number, and layouts, snippets and segments, whose lists hold them whole.

        The messages are those of the ledger. Raises: WorkspaceError.
        """
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            self._shared(self._lists(pool, without=_CONTENT))
        names, ledger = self.live.names, self.matching.ledger
        for address, ids in ledger.ids.items():
            agreed = ledger.agreed.get(address)
            if address.kind is not Kind.MESSAGE or agreed is None or not ids.get("is_default", True):
                continue
            slug, step, _ = split_slug(address.slug)
            if agreed.value("kind") is not None and "action" in ids:
                names.actions[slug, step] = str(ids["action"])
                names.channels[slug, step] = str(agreed.value("kind"))
        for slug, one in self._segments:
            self._put(read_segment(one, slug, names), {"id": one["id"]}, one, one.get("updated_at"))
        return self.live

    def _lists(self, pool: ThreadPoolExecutor, without: Collection[str] = ()) -> dict[str, list[Json]]:
        ui = self.ui
        asked: dict[str, Callable[[], Iterable[Json]]] = {
            "layouts": ui.layouts,
            "snippets": ui.snippets,
            "segments": ui.segments,
            "identities": lambda: ui.identities("email"),
            "numbers": lambda: _if_served(lambda: ui.identities("sms")),
            "campaigns": ui.campaigns,
            "templates": ui.templates,
            "transactional": ui.transactional_messages,
            "newsletters": ui.newsletters,
            "topics": lambda: _if_served(ui.topics),
            "events": lambda: _if_served(ui.event_names),
            "object_types": lambda: _if_served(ui.object_types),
        }
        under_way = {name: pool.submit(_listed, ask) for name, ask in asked.items() if name not in without}
        return {name: under_way[name].result() if name in under_way else [] for name in asked}

    # --- what others name ---------------------------------------------------------------------------------------

    def _shared(self, lists: Mapping[str, list[Json]]) -> None:
        names, live = self.live.names, self.live
        self.stamps = {str(one["id"]): one.get("updated") for one in lists["templates"]}
        for one in (*lists["identities"], *lists["numbers"]):
            names.senders[int(one["id"])] = (str(one.get("name") or ""), str(one.get("email") or ""))
        names.events = {str(one["name"]): int(one["id"]) for one in lists["events"]}
        names.object_types = {_object_slug(one): int(one["id"]) for one in lists["object_types"]}
        topics = {int(one["id"]): str(one.get("name") or "") for one in lists["topics"]}
        names.topics = topic_slugs(self.workspace.project, topics)
        by_id = {int(one["id"]): one for one in lists["topics"]}
        live.topics = {slug: by_id[number] for slug, number in names.topics.items()}
        layouts = [one for one in lists["layouts"] if not one.get("archived")]
        names.layouts = {slug: int(one["id"]) for slug, one in self.matched(Kind.LAYOUT, lists["layouts"])}
        for slug, one in self.matched(Kind.LAYOUT, layouts):
            live.put(read_layout(one, slug), {"id": one["id"]}, one)
        for slug, one in self.matched(Kind.SNIPPET, lists["snippets"]):
            live.put(read_snippet(one, slug), {"id": one.get("id")}, one, one.get("updated_at"))
        matched = self.matched(Kind.SEGMENT, lists["segments"])
        names.segments = {slug: int(one["id"]) for slug, one in matched}
        self._segments = [(slug, one) for slug, one in matched if not one.get("archived")]

    def matched(self, kind: Kind, raw: Iterable[Json]) -> list[tuple[str, Json]]:
        things = {str(one["id"]): one for one in raw}
        slugs = self.matching.slugs(
            kind, [Thing(kind, int(n), str(one.get("name") or "")) for n, one in things.items()]
        )
        return [(slugs[number], one) for number, one in things.items()]

    # --- campaigns ----------------------------------------------------------------------------------------------

    def _campaigns(self, pool: ThreadPoolExecutor, lists: Mapping[str, list[Json]]) -> None:
        heads = {int(one["id"]): one for one in lists["campaigns"]}
        # The list has been seen to drop rows: what the ledger knows is asked for by its number.
        known = {
            int(ids["id"])
            for address, ids in self.matching.ledger.ids.items()
            if address.kind is Kind.CAMPAIGN and ids.get("via", "campaign") == "campaign"
        }
        asked = sorted({*heads, *known})
        replies = {
            number: reply
            for number, reply in zip(
                asked, pool.map(lambda one: self._campaign(one, heads.get(one)), asked), strict=True
            )
            if reply is not None and not _is_gone(reply)
        }
        # What they send is asked for while we make sense of them.
        contents = [pool.submit(self.template, one.get("template_id")) for one in _senders(replies.values())]
        things = [Thing(Kind.CAMPAIGN, n, str(one["campaign"].get("name") or "")) for n, one in replies.items()]
        things += [
            Thing(Kind.CAMPAIGN, int(r["id"]), str(r.get("name") or ""), "transactional")
            for r in lists["transactional"]
        ]
        things += [
            Thing(Kind.CAMPAIGN, int(r["id"]), str(r.get("name") or ""), "newsletter") for r in lists["newsletters"]
        ]
        self._slugs = self.matching.slugs(Kind.CAMPAIGN, things)
        steps = {number: self.steps(self._slugs[str(number)], reply) for number, reply in replies.items()}
        for slug, one in self._segments:
            self._put(read_segment(one, slug, self.live.names), {"id": one["id"]}, one, one.get("updated_at"))
        for number, reply in replies.items():
            self.put_campaign(self._slugs[str(number)], reply, steps[number])
        self._messages([(self._slugs[str(n)], reply, steps[n]) for n, reply in replies.items()], contents)

    def _campaign(self, number: int, head: Json | None) -> Json | None:
        """A campaign with its steps, asked for only where its row in the list has moved; None: there is none."""
        found = None if head is None else self.campaigns.get(str(number), head.get("updated"))
        if found is not None and _is_as_listed(found["campaign"], head or {}):
            return found
        now = int(time.time())
        try:
            found = self.ui.campaign(number)
        except WorkspaceRefusal as error:
            if error.status == 404:
                return None
            raise
        self.campaigns.put(str(number), found, found["campaign"].get("updated"), now)
        return found

    def steps(self, slug: str, reply: Json) -> dict[str, str]:
        """Our names of a campaign's messages, which conditions of any campaign may name."""
        names = self.live.names
        messages = [one for one in reply.get("actions") or () if one.get("type") in MESSAGES]
        steps = self.matching.steps(slug, messages)
        for one in messages:
            step = steps[str(one["id"])]
            names.actions[slug, step] = str(one["id"])
            names.channels[slug, step] = MESSAGES[str(one["type"])]
        return steps

    def put_campaign(self, slug: str, reply: Json, steps: Mapping[str, str]) -> None:
        """Note one campaign as it was answered."""
        raw = reply["campaign"]
        read = read_ui_campaign(reply, self.live.names, slug, steps)
        self._put(read, {"id": raw["id"]}, reply, raw.get("updated"))

    def _put(self, read: Read, ids: Ids, raw: Any, stamp: object) -> None:
        self.live.put(read.document, ids, raw, stamp, read.unseen)

    # --- what they send -----------------------------------------------------------------------------------------

    def _messages(
        self, campaigns: list[tuple[str, Json, dict[str, str]]], contents: Iterable[Future[Json | None]]
    ) -> None:
        wanted = [
            (slug, action, steps[str(action["id"])], int(reply["campaign"]["id"]))
            for slug, reply, steps in campaigns
            for action in _senders([reply])
        ]
        for (slug, action, step, number), content in zip(wanted, contents, strict=True):
            template = content.result()
            if template is None:
                self.live.strange.append(Unrepresented(f"message {slug}/{step}", None, "a step without content"))
                continue
            self.put_message(slug, step, action, template, number)

    def template(self, number: object) -> Json | None:
        """A template, asked for only where its stamp has moved; None: there is none."""
        if number is None:
            return None
        found = self.templates.get(str(number), self.stamps.get(str(number)))
        return found if found is not None else self.fresh_template(int(str(number)))

    def fresh_template(self, number: int) -> Json | None:
        """A template as it stands now."""
        now = int(time.time())
        try:
            found = self.ui.template(number)
        except WorkspaceRefusal as error:
            if error.status == 404:
                return None
            raise
        self.templates.put(str(number), found, found.get("updated"), now)
        return found

    def put_message(self, slug: str, step: str, action: Json, template: Json, campaign: int) -> None:
        """Note what one step sends."""
        kind = MESSAGES[str(action["type"])]
        self._put_message(slug, step, kind, action, template, {"action": str(action["id"]), "campaign": campaign})

    def _put_message(self, slug: str, step: str, kind: str, action: Json, template: Json, more: Ids) -> None:
        read = read_template(template, action, kind, self.live.names, slug, step, self.sender)
        number = template.get("id")
        ids = {"id": more.get("action", number), "template": number, **more}
        self._put(read, ids, {"template": template, "action": action}, template.get("updated"))

    # --- other languages ----------------------------------------------------------------------------------------

    def _variants(self, pool: ThreadPoolExecutor) -> None:
        """The languages that the files have, of messages that the workspace has.

        The UI API does not list the languages of a campaign's message; an App key gives those that are asked for.
        """
        strays = self._stray_languages(pool)
        if self.workspace.app is None:
            for slug in sorted(strays):
                self.live.strange.append(
                    Unrepresented(f"message {slug}", None, "maybe another language, which only an App key shows")
                )
            return
        known = {address.slug for address in self.matching.ledger.agreed if address.kind is Kind.MESSAGE}
        known |= strays
        written = {
            message_slug(slug, step, language)
            for slug, campaign in self.workspace.project.campaigns.items()
            for placed in walk_steps(campaign.workflow)
            for step, file in steps_and_files(placed)
            for language in self.workspace.project.languages(slug, file)
        }
        wanted = [Address(Kind.MESSAGE, one) for one in sorted(known | written) if split_slug(one)[2] is not None]
        list(pool.map(self.variant, wanted))

    def _stray_languages(self, pool: ThreadPoolExecutor) -> set[str]:
        """The messages that may have another language: a template in it has their name, and no step of its own.

        Assumed: a variant keeps the name of the template it is a variant of.
        """
        used = {str(ids.get("template")) for ids in self.live.ids.values()}
        rest = [number for number in self.stamps if number not in used]
        found = [one for one in pool.map(self.template, rest) if one is not None and one.get("language")]
        by_name: dict[str, list[str]] = {}
        for address, raw in self.live.raw.items():
            if address.kind is Kind.MESSAGE:
                by_name.setdefault(str(raw["template"].get("name") or ""), []).append(address.slug)
        return {f"{slug}.{one['language']}" for one in found for slug in by_name.get(str(one.get("name") or ""), ())}

    def variant(self, address: Address) -> bool:
        """Whether a message has a language; it is then noted as it stands.

        Source: App API: an unknown language is a 400.
        """
        slug, step, language = split_slug(address.slug)
        default = self.live.ids.get(Address(Kind.MESSAGE, message_slug(slug, step)))
        if self.workspace.app is None or default is None or default.get("via", "campaign") != "campaign":
            return False
        campaign, action = int(default["campaign"]), str(default["action"])
        try:
            raw = self.workspace.app.action(campaign, action, language)
        except WorkspaceRefusal as error:
            if error.status in (400, 404):
                return False
            raise
        if raw.get("language") != language:
            return False
        read = read_content(raw, self._names_with_layouts(), slug, step, self.sender)
        ids = {"id": action, "action": action, "campaign": campaign, "language": language, "is_default": False}
        self._put(read, ids, raw, raw.get("updated"))
        return True

    def _names_with_layouts(self) -> References:
        """The names with the layouts by their bodies, as the App API shows a layout."""
        names = self.live.names
        for address, found in self.live.documents.items():
            if address.kind is Kind.LAYOUT:
                names.layout_bodies.setdefault(str(found.value("body")), address.slug)
        return names

    def write_variant(self, wanted: Document, changed: Collection[str]) -> None:
        """Write a message's content in another language, which only the App API takes, where it exists.

        Raises: Unwritable when there is no such variant, or no App key; WorkspaceError.
        """
        ids = self.live.ids.get(wanted.address)
        if self.workspace.app is None or ids is None:
            raise Unwritable("a new language of a message")
        fields = content_fields(wanted, changed, self.live.names)
        self.workspace.app.update_action(int(ids["campaign"]), str(ids["action"]), fields, str(ids["language"]))

    # --- messages that are no campaigns -------------------------------------------------------------------------

    def _sends(self, pool: ThreadPoolExecutor, lists: Mapping[str, list[Json]]) -> None:
        for raw in lists["transactional"]:
            slug = self._slugs[f"transactional/{raw['id']}"]
            self.put_transactional(slug, raw, self.template(raw.get("template_id")))
        numbers = [int(raw["id"]) for raw in lists["newsletters"]]
        for number, templates in zip(numbers, pool.map(self.ui.newsletter_templates, numbers), strict=True):
            raw = next(one for one in lists["newsletters"] if int(one["id"]) == number)
            self.put_newsletter(self._slugs[f"newsletter/{number}"], raw, templates)

    def put_transactional(self, slug: str, raw: Json, template: Json | None) -> None:
        """Note one transactional message with its default content."""
        step = self._only_step(slug, raw, template)
        ids = {"id": raw["id"], "via": "transactional"}
        self._put(read_transactional(raw, slug, step), ids, raw, None)
        self._only_message(slug, step, raw, template, ids)

    def put_newsletter(self, slug: str, raw: Json, templates: list[Json]) -> None:
        """Note one one-time send with its default content; the content of a list may be heads only."""
        default = next((one for one in templates if not one.get("language")), None)
        template = default if default is None or "body" in default else self.template(default["id"])
        step = self._only_step(slug, raw, template)
        ids = {"id": raw["id"], "via": "newsletter"}
        self._put(read_newsletter(raw, slug, step, self.live.names), ids, raw, raw.get("updated"))
        self._only_message(slug, step, raw, template, ids)

    def _only_step(self, slug: str, raw: Json, template: Json | None) -> str:
        number = "none" if template is None else template.get("id")
        name = str((template or {}).get("name") or raw.get("name") or "")
        action = {"id": f"template-{number}", "name": name, "type": str(raw.get("type") or "email")}
        return only_step(self.matching, slug, action)

    def _only_message(self, slug: str, step: str, raw: Json, template: Json | None, ids: Ids) -> None:
        kind = KINDS.get(str(raw.get("type") or "email"))
        if template is None or kind is None:
            self.live.strange.append(Unrepresented(f"message {slug}/{step}", None, "a message without content"))
            return
        more = {"action": f"template-{template['id']}", "via": ids["via"], "owner": ids["id"]}
        self._put_message(slug, step, kind, {}, template, more)


def _senders(replies: Iterable[Json]) -> Iterator[Json]:
    """The steps of campaigns that send something."""
    for reply in replies:
        yield from (one for one in reply.get("actions") or () if one.get("type") in MESSAGES)


def _listed(ask: Callable[[], Iterable[Json]]) -> list[Json]:
    return list(ask())


def only_step(matching: Matching, slug: str, action: Mapping[str, Any]) -> str:
    """Our name of the one message of a send: the files' if they have the send, else the template's."""
    known = matching.steps(slug, [action])[str(action["id"])]
    defined = matching.project.campaigns.get(slug)
    written = [] if defined is None else list(matching.step_names(slug).values())
    return written[0] if len(written) == 1 and known not in written else known


def _object_slug(raw: Mapping[str, Any]) -> str:
    """A type of objects is called by its singular in files. Assumed: without one in the answer, by its name."""
    return str(raw.get("singular_slug") or slug_of(str(raw.get("name") or ""), f"object-{raw['id']}"))


def _is_gone(reply: Mapping[str, Any]) -> bool:
    return bool(reply["campaign"].get("deleted")) or reply["campaign"].get("state") == "archived"


def _is_as_listed(campaign: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Whether a campaign as it was read says what its row in the list says now."""
    return all(campaign[name] == value for name, value in row.items() if name in campaign)


def _if_served(ask: Callable[[], list[Json]]) -> list[Json]:
    """A list that not every account has. A refusal other than "there is no such thing" stands."""
    try:
        return ask()
    except WorkspaceRefusal as error:
        if error.status in _NOT_SERVED:
            return []
        raise
