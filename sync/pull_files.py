"""The files that a pull writes: each thing of a workspace in the place where an author would look for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mailwright.definitions.names import SLUG_PATTERN
from mailwright.diagnostics import Span
from mailwright.loading.files import LARGEST
from mailwright.loading.variables import with_vars
from mailwright.schemas import modeline
from sync.codecs.liquid_vars import with_names, with_values
from sync.codecs.messages import address_text, message_slug, split_slug
from sync.codecs.templates import OPAQUE
from sync.content_files import (
    Authored,
    Steps,
    campaign_text,
    campaign_values,
    message_body,
    message_text,
    message_values,
    segment_values,
    webhook_values,
    yaml_file_text,
)
from sync.ledger import value_digest
from sync.merging import Merge
from sync.naming import slug_of, unique_slug
from sync.opening import Workspace
from sync.snapshot import Address, Document, Kind
from sync.standing import Live, Unrepresented
from sync.yaml_edits import NotInPlace, key_parts, with_keys
from sync.yaml_text import mapping_as_yaml

_SLUG = re.compile(SLUG_PATTERN)
_NEEDED = {Kind.CAMPAIGN: ("trigger", "workflow")}
_SEGMENT_ORDER = ("name", "description", "where", "manual")
_WEBHOOK_ORDER = ("method", "url", "headers", "body")


def beside(file: str) -> str:
    """The file that holds the workspace's version of another, beside it; nothing loads it as content."""
    folder, _, name = file.rpartition("/")
    stem, dot, ending = name.partition(".")
    found = f"{folder}/{stem}.theirs{dot}{ending}"
    # Of segments and snippets every file counts, so theirs gets an ending that none has.
    return f"{found}.txt" if folder.endswith(("/segments", "/_snippets")) else found


class PullFiles:
    """Collects what to write; `take` each merge, then `finish`."""

    def __init__(self, workspace: Workspace, live: Live) -> None:
        self.workspace = workspace
        self.live = live
        self.project = workspace.project
        self.filled = with_vars(self.project, workspace.name) if self.project.settings.workspaces else self.project
        self.written: dict[str, str] = {}
        self.theirs: dict[str, str] = {}
        self.is_new: set[str] = set()
        self.taken: set[Address] = set()
        self.conflicts: list[str] = []
        self.shown: dict[str, dict[str, str]] = {}
        self.strange: list[Unrepresented] = []
        self.notes: list[str] = []
        self._owners: dict[str, Address] = {}
        self._merges: dict[Address, Merge] = {}

    def take(self, merge: Merge) -> None:
        """Note one thing of the workspace."""
        self._merges[merge.address] = merge

    def keep(self, files: Mapping[str, str]) -> None:
        """Note files that stand beside the content, and say where they are."""
        for file, text in files.items():
            if self._on_disk(file) != text:
                if self._on_disk(file) is None:
                    self.is_new.add(file)
                self.written[file] = text

    def owner(self, file: str) -> Address | None:
        """The thing that a file belongs to: a campaign for all that stands in its folder."""
        return self._owners.get(file)

    def finish(self) -> None:
        """Make the files of all that was noted."""
        for address, merge in sorted(self._merges.items()):
            if merge.is_deleted_here:
                self._deleted_here(merge)
                continue
            match address.kind:
                case Kind.CAMPAIGN:
                    self._campaign(merge)
                case Kind.LAYOUT:
                    self._layout(merge)
                case Kind.SNIPPET:
                    self._snippet(merge)
                case Kind.SEGMENT:
                    self._segment(merge)
                case Kind.MESSAGE:
                    self._message(merge)
        self._topics()
        self._events()
        self._drop_unchanged()

    def _deleted_here(self, merge: Merge) -> None:
        if merge.conflicts:
            self.conflicts.append(f"{merge.address}: gone from the files, and changed in {self.workspace.name} since")

    # --- files ----------------------------------------------------------------------------------------------------

    def _current(self, file: str) -> str | None:
        if file in self.written:
            return self.written[file]
        path = self.project.root / file
        return path.read_bytes().decode("utf-8") if path.is_file() else None

    def _put(self, file: str, text: str, owner: Address) -> None:
        self._owners[file] = owner
        if not (self.project.root / file).is_file():
            self.is_new.add(file)
        self.written[file] = text

    def _put_beside(self, file: str, text: str, merge: Merge, names: Sequence[str]) -> None:
        self.theirs[beside(file)] = text
        shown = {f"{merge.address} {name}": value_digest(merge.live.fields.get(name)) for name in names}
        self.shown.setdefault(beside(file), {}).update(shown)
        said = ", ".join(name.replace("_", " ") for name in names)
        self.conflicts.append(
            f"{merge.address}: {said}: both sides moved; theirs stands in {beside(file)}; delete it when merged"
        )

    def _drop_unchanged(self) -> None:
        for table in (self.written, self.theirs):
            for file in [one for one, text in table.items() if self._on_disk(one) == text]:
                del table[file]
                self.is_new.discard(file)

    def _on_disk(self, file: str) -> str | None:
        path = self.project.root / file
        return path.read_bytes().decode("utf-8") if path.is_file() else None

    def _fold(self, text: str) -> str:
        return with_names(text, self.workspace.settings.vars)

    def _fill(self, text: str) -> str:
        return with_values(text, self.workspace.settings.vars, Span("campaign"))

    def _refused(self, merge: Merge, why: str) -> None:
        self.strange.append(Unrepresented(str(merge.address), None, why))

    # --- campaigns ------------------------------------------------------------------------------------------------

    def _campaign(self, merge: Merge) -> None:
        slug, live = merge.address.slug, merge.live
        lacking = [name for name in _NEEDED[Kind.CAMPAIGN] if name not in live.fields]
        if merge.is_new and lacking:
            if not self.live.unseen.get(merge.address):
                self._refused(merge, f"this key does not show its {' and '.join(lacking)}")
            return
        if merge.is_new and not _SLUG.fullmatch(slug):
            self._refused(merge, f"'{slug}' cannot be a folder's name")
            return
        file = f"{self.project.settings.campaigns}/{slug}/campaign.yaml"
        sent = self._moved_sendings(slug)
        if merge.is_new:
            self._put(file, self._campaign_file(None, file, merge, live, ()), merge.address)
            self.taken.add(merge.address)
            return
        if merge.taken or sent:
            wanted = (*merge.taken, *(["workflow"] if sent and "workflow" not in merge.taken else []))
            text = self._campaign_file(self._current(file), file, merge, merge.merged(), wanted)
            self._put(file, text, merge.address)
            self.taken.add(merge.address)
        if merge.conflicts:
            wanted = (*merge.taken, *merge.conflicts)
            text = self._campaign_file(self._current(file), file, merge, merge.theirs(), wanted)
            self._put_beside(file, text, merge, merge.conflicts)

    def _campaign_file(
        self, current: str | None, file: str, merge: Merge, document: Document, wanted: Sequence[str]
    ) -> str:
        slug = merge.address.slug
        steps, sendings = Steps.of(self.project.campaigns.get(slug)), self._sendings(slug)
        values = campaign_values(document, steps, sendings, self._fold)
        plain = campaign_values(document, steps, sendings, str)
        filled = self.filled.campaigns.get(slug)
        authored = None if filled is None else Authored(filled, self._fill)
        return campaign_text(current, file, values, plain, wanted, authored)

    def _moved_sendings(self, slug: str) -> list[Address]:
        """The messages of a campaign whose way of sending the workspace alone moved: the step's line says it."""
        return [
            one
            for one, merge in self._merges.items()
            if one.kind is Kind.MESSAGE and one.slug.startswith(f"{slug}/") and "sending" in merge.taken
        ]

    def _sendings(self, slug: str) -> dict[str, str]:
        """How each message of a campaign is sent after the pull."""
        found: dict[str, str] = {}
        for address, merge in self._merges.items():
            if address.kind is Kind.MESSAGE and address.slug.startswith(f"{slug}/"):
                _, step, language = split_slug(address.slug)
                document = merge.live if merge.desired is None else merge.merged()
                if language is None:
                    found[step] = str(document.value("sending") or "automatic")
        return found

    # --- messages -------------------------------------------------------------------------------------------------

    def _message(self, merge: Merge) -> None:
        slug, step, language = split_slug(merge.address.slug)
        owner = Address(Kind.CAMPAIGN, slug)
        is_known = slug in self.project.campaigns or owner in self.taken
        if merge.is_new and not is_known:
            return  # its campaign is not written, and told of
        folder = f"{self.project.settings.campaigns}/{slug}"
        name = Steps.of(self.project.campaigns.get(slug)).file(step)
        if merge.live.value("kind") == "webhook":
            self._webhook(merge, f"{folder}/{name}.yaml", owner)
            return
        file = f"{folder}/{name}{f'.{language}' if language else ''}.liquid"
        if "\0" in str(merge.live.value("body")) or len(str(merge.live.value("body"))) > LARGEST:
            self._refused(merge, "a body that no text file can hold")
            return
        if not merge.is_new and self._shares_file(slug, step, name):
            self.notes.append(f"{file} is sent by several steps; {merge.address} was not changed there")
            return
        self._message_files(merge, file, owner)

    def _shares_file(self, slug: str, step: str, name: str) -> bool:
        """Whether two steps that the workspace moved apart share one file."""
        files = Steps.of(self.project.campaigns.get(slug)).files
        others = [other for other, file in files.items() if file == name and other != step]
        mine = self._merges[Address(Kind.MESSAGE, message_slug(slug, step))].live
        return any(
            (other := self._merges.get(Address(Kind.MESSAGE, message_slug(slug, one)))) is not None
            and {**other.live.fields, "sending": None} != {**mine.fields, "sending": None}
            for one in others
        )

    def _message_files(self, merge: Merge, file: str, owner: Address) -> None:
        text_file = f"{file.removesuffix('.liquid')}.txt.liquid"
        editor = merge.live.value("editor")
        if editor is not None and (merge.is_new or "body" in merge.taken):
            self.notes.append(
                f"{file}: made with {OPAQUE.get(editor, editor)}: kept as it is, edited in Customer.io only"
            )
        if merge.is_new:
            self._put(file, self._message_text(None, merge.live, (), with_body=True), owner)
            if merge.live.value("text") is not None:
                self._put(text_file, self._fold(str(merge.live.value("text"))), owner)
            self.taken.add(merge.address)
            return
        taken = [name for name in merge.taken if name != "sending"]
        if taken:
            self._edit_message(merge.merged(), file, text_file, taken, owner)
            self.taken.add(merge.address)
        conflicts = [name for name in merge.conflicts if name != "sending"]
        if conflicts:
            theirs = merge.theirs()
            wanted = [name for name in (*taken, *conflicts) if name not in ("body", "text", "editor")]
            text = self._message_text(self._current(file), theirs, wanted, with_body="body" in conflicts)
            if set(conflicts) != {"text"}:
                self._put_beside(file, text, merge, [name for name in conflicts if name != "text"])
            if "text" in conflicts:
                self._put_beside(text_file, self._fold(str(theirs.value("text") or "")), merge, ["text"])
        elif "sending" in merge.conflicts:
            self.conflicts.append(
                f"{merge.address}: sending: both sides moved; {self.workspace.name} has '{merge.live.value('sending')}'"
            )

    def _message_text(self, current: str | None, document: Document, wanted: Sequence[str], *, with_body: bool) -> str:
        sender = self.workspace.settings.sender
        values = message_values(document, self._fold, None if sender is None else address_text(sender))
        return message_text(current, values, wanted, message_body(document, self._fold) if with_body else None)

    def _edit_message(
        self, document: Document, file: str, text_file: str, taken: Sequence[str], owner: Address
    ) -> None:
        wanted = [name for name in taken if name not in ("body", "text", "editor", "kind")]
        with_body = "body" in taken or "editor" in taken
        if wanted or with_body:
            self._put(file, self._message_text(self._current(file), document, wanted, with_body=with_body), owner)
        if "text" in taken:
            self._put(text_file, self._fold(str(document.value("text") or "")), owner)

    def _webhook(self, merge: Merge, file: str, owner: Address) -> None:
        order = _WEBHOOK_ORDER
        if merge.is_new:
            values = webhook_values(merge.live, self._fold)
            self._put(file, yaml_file_text(None, file, values, (), order), owner)
            self.taken.add(merge.address)
            return
        taken = [name for name in merge.taken if name in order]
        if taken:
            values = webhook_values(merge.merged(), self._fold)
            self._put(file, yaml_file_text(self._current(file), file, values, taken, order), owner)
            self.taken.add(merge.address)
        conflicts = [name for name in merge.conflicts if name in order]
        if conflicts:
            values = webhook_values(merge.theirs(), self._fold)
            self._put_beside(
                file, yaml_file_text(self._current(file), file, values, conflicts, order), merge, conflicts
            )

    # --- what campaigns share -------------------------------------------------------------------------------------

    def _layout(self, merge: Merge) -> None:
        name, _, version = merge.address.slug.rpartition("@")
        folder = f"{self.project.settings.layouts}/{name}"
        file = f"{folder}/{version}.liquid"
        title = str(merge.live.value("name") or "")
        body = self._fold(str(merge.live.value("body") or ""))
        if merge.is_new or "body" in merge.taken:
            self._put(file, body, merge.address)
            self.taken.add(merge.address)
        if "body" in merge.conflicts:
            self._put_beside(file, body, merge, ["body"])
        fields = f"{folder}/layout.yaml"
        if (merge.is_new and title != _title(name)) or "name" in merge.taken:
            current = self._current(fields)
            text = (
                with_keys(current, {"name": title}, ("name",))
                if current
                else modeline(fields) + mapping_as_yaml({"name": title})
            )
            self._put(fields, text, merge.address)
            self.taken.add(merge.address)
        if "name" in merge.conflicts:
            self.conflicts.append(f"{merge.address}: name: both sides moved; {self.workspace.name} has '{title}'")

    def _snippet(self, merge: Merge) -> None:
        name = merge.address.slug
        if merge.is_new and (not _SLUG.fullmatch(name) or "." in name):
            self._refused(merge, f"'{name}' cannot be a file's name")
            return
        file = f"{self.project.settings.layouts}/_snippets/{name}.liquid"
        text = self._fold(str(merge.live.value("value") or "")) + "\n"
        if merge.is_new or "value" in merge.taken:
            self._put(file, text, merge.address)
            self.taken.add(merge.address)
        if "value" in merge.conflicts:
            self._put_beside(file, text, merge, ["value"])

    def _segment(self, merge: Merge) -> None:
        if merge.is_new and not {"where", "manual"} & set(merge.live.fields):
            if not self.live.unseen.get(merge.address):
                self._refused(merge, "this key does not show its conditions")
            return
        settings = self.project.settings
        file = f"{settings.campaigns}/{settings.shared}/segments/{merge.address.slug}.yaml"
        if merge.is_new:
            self._put(file, yaml_file_text(None, file, segment_values(merge.live), (), _SEGMENT_ORDER), merge.address)
            self.taken.add(merge.address)
            return
        if merge.taken:
            values = segment_values(merge.merged())
            self._put(
                file, yaml_file_text(self._current(file), file, values, merge.taken, _SEGMENT_ORDER), merge.address
            )
            self.taken.add(merge.address)
        if merge.conflicts:
            values = segment_values(merge.theirs())
            text = yaml_file_text(self._current(file), file, values, merge.conflicts, _SEGMENT_ORDER)
            self._put_beside(file, text, merge, merge.conflicts)

    def _events(self) -> None:
        """A schema for each event that this pull names and the files lack, where they describe their events."""
        known = {name.strip().lower() for name in self.project.events}
        known |= {alias.strip().lower() for one in self.project.events.values() for alias in one.aliases}
        if not known:
            return
        folder = f"{self.project.settings.campaigns}/{self.project.settings.shared}/events"
        for address in sorted(self.taken):
            merge = self._merges[address]
            for name in event_names(merge.live):
                if name.strip().lower() in known:
                    continue
                known.add(name.strip().lower())
                file = f"{folder}/{unique_slug(slug_of(name, 'event'), self.project.events)}.yaml"
                self._put(file, modeline(file) + mapping_as_yaml({"name": name}), address)
                self.notes.append(f"{file}: an event that only the workspace knew; say what it holds")

    def _topics(self) -> None:
        """The subscription topics that campaigns of this pull name and the files do not define yet."""
        used = {
            str(one.live.value("topic"))
            for a, one in self._merges.items()
            if a in self.taken and "topic" in one.live.fields
        }
        missing = sorted(used - set(self.project.topics.topics))
        if not missing:
            return
        file = f"{self.project.settings.campaigns}/{self.project.settings.shared}/topics.yaml"
        topics = {}
        for slug in missing:
            raw = self.live.topics[slug]
            found = {"id": int(raw["id"]), "name": str(raw.get("name") or slug)}
            more = {"description": str(raw["description"])} if raw.get("description") else {}
            opts_in = {"default": "unsubscribed"} if raw.get("subscribed_by_default") is False else {}
            topics[slug] = {**found, **more, **opts_in}
        current = self._current(file)
        self._put(file, _with_topics(current, file, topics), Address(Kind.CAMPAIGN, "_topics"))


def event_names(document: Document) -> list[str]:
    """The events that a campaign or segment names, each once."""
    found: dict[str, None] = {}

    def walk(value: object) -> None:
        if isinstance(value, list):
            for part in value:
                walk(part)
        elif isinstance(value, dict):
            if value.get("type", "event") == "event":
                for key in ("event", "performed"):
                    if isinstance(value.get(key), str):
                        found[str(value[key])] = None
            for part in value.values():
                walk(part)

    for name in ("trigger", "filter", "goal", "exit", "workflow", "where"):
        walk(document.value(name))
    return list(found)


def _with_topics(current: str | None, file: str, topics: dict[str, dict[str, object]]) -> str:
    if current is None or not current.strip():
        return modeline(file) + mapping_as_yaml({"topics": topics})
    try:
        part = key_parts(current).get("topics")
    except NotInPlace:
        part = None
    if part is None:
        return f"{current.rstrip()}\n{mapping_as_yaml({'topics': topics})}"
    lines = current.splitlines(keepends=True)
    return "".join([*lines[: part.end], mapping_as_yaml(topics, 2), *lines[part.end :]])


def _title(slug: str) -> str:
    """What a layout's folder gives for a name."""
    return " ".join(word[:1].upper() + word[1:] for word in re.split(r"[-_.]+", slug) if word)
