"""How a workspace stands by an App key alone: content and names, one request a campaign and one for their list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mailwright.diagnostics import ConfigurationError
from sync.clients.app_api import AppApi
from sync.clients.refusals import WorkspaceRefusal
from sync.clients.transport import CONNECTIONS
from sync.codecs.app_content import KINDS, read_content
from sync.codecs.campaigns import STATES
from sync.codecs.messages import address_text, document
from sync.codecs.shared import read_segment, read_snippet
from sync.desired import desired_snapshot
from sync.live_ui import only_step
from sync.matching import Matching, Thing, topic_slugs
from sync.opening import Workspace
from sync.snapshot import Address, Kind
from sync.standing import Live

Json = dict[str, Any]


class AppReading:
    """Reads one workspace with an App key, several requests under way at once."""

    def __init__(self, workspace: Workspace, app: AppApi, matching: Matching) -> None:
        self.workspace = workspace
        self.app = app
        self.matching = matching
        self.live = Live()
        sender = workspace.settings.sender
        self.sender = None if sender is None else address_text(sender)

    def read(self) -> Live:
        """Everything that an App key shows.

        Raises: WorkspaceError; ConfigurationError when the key turns out to be another workspace's.
        """
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            self._shared(pool)
            self._campaigns(pool)
        self.live.doubts += self.matching.doubts
        return self.live

    def _shared(self, pool: ThreadPoolExecutor) -> None:
        names = self.live.names
        snippets, segments, topics, senders = (
            pool.submit(lambda ask=ask: list(ask()))  # type: ignore[misc]  # mypy has no type for a default
            for ask in (self.app.snippets, self.app.segments, self.app.topics, self.app.senders)
        )
        names.senders = {int(o["id"]): (str(o.get("name") or ""), str(o.get("email") or "")) for o in senders.result()}
        by_id = {int(one["id"]): one for one in topics.result()}
        names.topics = topic_slugs(self.workspace.project, {n: str(one.get("name")) for n, one in by_id.items()})
        self.live.topics = {slug: by_id[number] for slug, number in names.topics.items()}
        self._layouts()
        for one in snippets.result():
            found = read_snippet(one, str(one["name"]))
            self.live.put(found, {"id": one["name"]}, one, one.get("updated_at"))
        raw = {str(one["id"]): one for one in segments.result()}
        things = [Thing(Kind.SEGMENT, int(n), str(one.get("name") or "")) for n, one in raw.items()]
        slugs = self.matching.slugs(Kind.SEGMENT, things)
        names.segments = {slugs[number]: int(number) for number in raw}
        for number, one in raw.items():
            read = read_segment(one, slugs[number], names)
            self.live.put(read.document, {"id": one["id"]}, one, one.get("updated_at"), read.unseen)
            if "conditions" not in one:  # only newer answers show them
                self.live.hidden[read.document.address] = frozenset({"where"})

    def _layouts(self) -> None:
        """The layouts of the files by their bodies: an App key shows a layout as a text inside an email only."""
        for found in desired_snapshot(self.workspace.project, self.workspace.name):
            if found.address.kind is Kind.LAYOUT:
                self.live.names.layout_bodies.setdefault(str(found.value("body")), found.address.slug)

    def _campaigns(self, pool: ThreadPoolExecutor) -> None:
        lists = [
            ("campaign", self.app.campaigns),
            ("broadcast", self.app.broadcasts),
            ("transactional", self.app.transactional),
            ("newsletter", lambda: list(self.app.newsletters())),
        ]
        under_way = [(via, pool.submit(ask)) for via, ask in lists]
        heads: dict[str, tuple[str, Json]] = {}
        things = []
        for via, one in under_way:
            for raw in one.result():
                thing = Thing(Kind.CAMPAIGN, int(raw["id"]), str(raw.get("name") or ""), _numbered_as(via))
                if thing.key not in heads:
                    things.append(thing)
                    heads[thing.key] = (via, raw)
        slugs = self.matching.slugs(Kind.CAMPAIGN, things)
        contents = pool.map(lambda key: self._contents(*heads[key]), heads)
        for (key, (via, raw)), found in zip(heads.items(), contents, strict=True):
            self._head(slugs[key], via, raw)
            self._messages(slugs[key], via, raw, found)

    def _contents(self, via: str, raw: Json) -> list[Json]:
        number = int(raw["id"])
        match via:
            case "transactional":
                return self.app.transactional_contents(number)
            case "newsletter":
                return self.app.newsletter_contents(number)
            case _ if raw.get("actions"):
                return self.app.actions(number, is_broadcast=via == "broadcast")
            case _:
                return []

    def _head(self, slug: str, via: str, raw: Json) -> None:
        data: Json = {"name": raw.get("name")}
        if via in ("campaign", "broadcast"):
            state = STATES.get(str(raw.get("state")))
            tags = sorted(map(str, raw.get("tags") or ()))
            data |= {"description": str(raw.get("description") or "").strip(), "state": state, "tags": tags}
        ids = {"id": raw["id"], "via": _numbered_as(via)}
        address = Address(Kind.CAMPAIGN, slug)
        self.live.put(document(address, data), ids, raw, raw.get("updated"))
        is_campaign = via in ("campaign", "broadcast")
        hidden = [name for name in ("description", "state", "tags") if not is_campaign or name not in raw]
        self.live.hidden[address] = frozenset(hidden)

    def _messages(self, slug: str, via: str, head: Json, contents: Iterable[Json]) -> None:
        rows = [one for one in contents if one.get("type") in KINDS]
        default = [one for one in rows if not one.get("language")]
        if via in ("transactional", "newsletter"):
            steps = {str(one["id"]): only_step(self.matching, slug, _named(one, head)) for one in default}
            only = next(iter(steps.values()), "message")
            steps |= {str(one["id"]): only for one in rows}
        else:
            steps = self.matching.steps(slug, default)
        for one in rows:
            self._make_sure(one)
            self._put(slug, steps[str(one["id"])], via, head, one)
        if via in ("campaign", "broadcast"):
            for one in default:
                self._variants(slug, steps[str(one["id"])], via, head, one)

    def _put(self, slug: str, step: str, via: str, head: Json, raw: Json) -> None:
        read = read_content(raw, self.live.names, slug, step, self.sender)
        ids = {"id": str(raw["id"]), "action": str(raw["id"]), "via": _numbered_as(via), "owner": head["id"]}
        if raw.get("language"):
            ids |= {"is_default": False, "language": raw["language"]}
        self.live.put(read.document, ids, raw, raw.get("updated"), read.unseen)
        self.live.hidden[read.document.address] = not_shown_in(raw)

    def _variants(self, slug: str, step: str, via: str, head: Json, default: Json) -> None:
        """The languages that the files have of a message: the App API lists none, and gives those asked for.

        Source: an unknown language is a 400.
        """
        for language in self._languages(slug, step):
            try:
                found = self.app.action(int(head["id"]), str(default["id"]), language)
            except WorkspaceRefusal as error:
                if error.status in (400, 404):
                    continue
                raise
            if found.get("language") == language:
                self._put(slug, step, via, head, found)

    def _languages(self, slug: str, step: str) -> list[str]:
        project, known = self.workspace.project, self.matching.ledger.agreed
        written = {
            language for campaign, name, language in project.messages if (campaign, name) == (slug, step) and language
        }
        start = f"{slug}/{step}."
        agreed = {
            one.slug.removeprefix(start) for one in known if one.kind is Kind.MESSAGE and one.slug.startswith(start)
        }
        return sorted(written | agreed)

    def _make_sure(self, raw: Mapping[str, Any]) -> None:
        """Look whether the key is this workspace's: an action says which workspace it sends from.

        Raises: ConfigurationError when it is another's.
        """
        number, wanted = raw.get("recipient_environment_id"), self.workspace.settings.id
        if isinstance(number, int) and wanted is not None and number != wanted:
            key = self.workspace.settings.app_key
            variable = key.env if key is not None else "the variable"
            message = f"the App API key of '{self.workspace.name}' opens workspace {number}, not {wanted}"
            raise ConfigurationError(message, hint=f"{variable} holds the key of another workspace")


def not_shown_in(raw: Mapping[str, Any]) -> frozenset[str]:
    """The fields of a message that an answer lacks though the App API shows them elsewhere.

    Source: the recipient of texts reads back blank when it holds Liquid; contents of sends carry no layout.
    """
    found = {name for name in ("layout", "preheader_text", "headers", "sending_state") if name not in raw}
    if raw.get("type") != "email":
        found |= {"from", "to"}
    return frozenset({"preheader_text": "preheader", "sending_state": "sending"}.get(name, name) for name in found)


def _numbered_as(via: str) -> str:
    """Broadcasts and campaigns share their numbers."""
    return "campaign" if via == "broadcast" else via


def _named(raw: Json, head: Json) -> Json:
    return {"id": raw["id"], "name": raw.get("name") or head.get("name"), "type": raw.get("type")}
